"""`charkit by-hand`: from the prompt to the take."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest
from typer.testing import CliRunner

from charkit.cli import app

RUN = CliRunner()

STORYBOARD = """\
title: Two
style: flat colours
resolution: 360p
shots:
  - {id: A1, seconds: 3, place: the sea at night, characters: [Ada], route: by-hand}
"""


@pytest.fixture
def production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, simulator: str) -> Path:
    monkeypatch.setenv("CHARKIT_SIMULATOR_URL", simulator)
    monkeypatch.setenv("CHARKIT_PROGRESS", "off")
    monkeypatch.setenv("CHARKIT_TODAY", "2026-11-22")
    monkeypatch.delenv("CHARKIT_DATA", raising=False)
    home = tmp_path / "data" / "productions" / "two"
    (home / "characters").mkdir(parents=True)
    (home / "storyboard.yaml").write_text(STORYBOARD, encoding="utf-8")
    sheet = 'name: Ada\nlocked: a woman\nprovider_ids: {by-hand: "@ada.lantern"}\n'
    (home / "characters" / "ada.yaml").write_text(sheet, encoding="utf-8")
    return home


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=12, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for number in range(36):
            picture = np.full((360, 640, 3), 5 * number, np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))
    return path


def test_the_prompt_alone_goes_to_standard_output_to_be_piped(production: Path) -> None:
    result = RUN.invoke(app, ["by-hand", "prompt", str(production), "A1"])
    assert result.exit_code == 0, result.output
    assert "Ada (@ada.lantern): a woman." in result.stdout
    assert "Choose" not in result.stdout
    assert "Choose 3 s and 640x360." in result.stderr
    facts = json.loads(RUN.invoke(app, ["by-hand", "prompt", str(production), "A1", "--json"]).stdout)
    assert facts["handles"] == {"Ada": "@ada.lantern"}


def test_a_finished_clip_is_taken_in(production: Path, clip: Path) -> None:
    arguments = ["by-hand", "import", str(production), "A1", str(clip), "--app", "some-app", "--json"]
    result = RUN.invoke(app, arguments)
    assert result.exit_code == 0, result.output
    facts = json.loads(result.stdout)
    assert (facts["take"], facts["ok"], facts["note"]) == ("A1-t1", True, "")
    assert (production.parents[1] / "runs" / "run" / "takes" / "A1-t1.mp4").read_bytes() == clip.read_bytes()


def test_a_recording_that_does_not_fit_ends_with_an_error_code(clip: Path) -> None:
    result = RUN.invoke(app, ["by-hand", "check", str(clip)])
    assert result.exit_code == 1
    assert "its shorter side has 360 pixels" in result.stdout
    assert "unknown" in result.stdout
