"""A production of two shots, on the simulator that paints flat colours: what is tested is the studio, not the art."""

from __future__ import annotations

from pathlib import Path

import pytest

STORYBOARD = """\
title: Two
style: flat colours
seed: 3
resolution: 720p
shots:
  - id: A1
    seconds: 5
    framing: wide
    place: the sea at night
  - id: A2
    seconds: 4
    framing: medium
    place: a harbour
    characters: [Ada]
    dialogue:
      - {character: Ada, text: Hello.}
"""
SHEET = """\
name: Ada
description:
  what: a girl
  pronoun: she
  hair: short black hair
wardrobe:
  default: a red coat
"""


def write_production(data: Path, storyboard: str = STORYBOARD, sheet: str = SHEET) -> Path:
    home = data / "productions" / "two"
    (home / "characters").mkdir(parents=True)
    (home / "storyboard.yaml").write_text(storyboard, encoding="utf-8")
    (home / "characters" / "ada.yaml").write_text(sheet, encoding="utf-8")
    return home


@pytest.fixture
def production(tmp_path: Path) -> Path:
    return write_production(tmp_path / "data")


@pytest.fixture
def on_the_simulator(simulator: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("CHARKIT_SIMULATOR_URL", simulator)
    monkeypatch.setenv("CHARKIT_PROGRESS", "off")
    monkeypatch.setenv("CHARKIT_TODAY", "2026-11-22")
    for key in ("GEMINI_API_KEY", "OPENAI_API_KEY", "LAOZHANG_API_KEY", "CHARKIT_DATA"):
        monkeypatch.delenv(key, raising=False)
    return simulator
