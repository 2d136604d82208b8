"""`charkit tour` on the shell; its stops are tested in tests/touring."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from charkit.cli import app
from charkit.touring import scenes

RUN = CliRunner()


@pytest.mark.parametrize("kept", [True, False])
def test_it_says_each_promise_what_was_seen_and_tells_the_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, simulator: str, kept: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHARKIT_SIMULATOR_URL", simulator)
    monkeypatch.setenv("COLUMNS", "120")
    scene = scenes.Scene(
        name="one", promise="It is kept", explains="Because.", typed="charkit lint x", act=lambda _: (kept, ["seen so"])
    )
    monkeypatch.setattr(scenes, "SCENES", (scene,))
    result = RUN.invoke(app, ["tour", "-o", "there", "--yes"])
    assert result.exit_code == (0 if kept else 1), result.output
    for words in ("1/1  It is kept", "$ charkit lint x", "seen so", "kept" if kept else "NOT KEPT"):
        assert words in result.output
    told = json.loads(RUN.invoke(app, ["tour", "-o", "elsewhere", "--json"]).stdout)
    assert told["ok"] is kept
    assert told["stops"][0]["seen"] == ["seen so"]
