"""Which pictures may go, by what their sheet says."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from charkit.character import CharacterSheet
from charkit.sharing.licences import withheld

DAY = dt.date(2026, 11, 22)


def why(tmp_path: Path, picture: dict[str, object], **sheet: object) -> str:
    found = CharacterSheet.model_validate(
        {"name": "Ada", "locked": "a girl", "references": [{"file": "a.png", "view": "front", **picture}], **sheet}
    )
    kept = withheld([found], DAY)
    return kept[0].why if kept else ""


@pytest.mark.parametrize("licence", ["CC-BY-4.0", "CC0", "MIT", "mine; anybody may use it"])
def test_a_licence_that_gives_something_lets_a_drawing_go(tmp_path: Path, licence: str) -> None:
    assert why(tmp_path, {"licence": licence, "origin": "drawing"}) == ""


@pytest.mark.parametrize("licence", ["all rights reserved", "not stated: ask before you use it", "Unknown", "internal"])
def test_a_licence_that_gives_nothing_keeps_it(tmp_path: Path, licence: str) -> None:
    assert licence in why(tmp_path, {"licence": licence})


def test_silence_is_a_no(tmp_path: Path) -> None:
    assert "names no licence" in why(tmp_path, {})
    assert "names no licence" in why(tmp_path, {"origin": "design"})


def test_what_the_simulator_drew_may_go(tmp_path: Path) -> None:
    assert why(tmp_path, {"simulated": True}) == ""


def test_a_photo_needs_a_consent_beside_its_licence(tmp_path: Path) -> None:
    assert "consent" in why(tmp_path, {"licence": "CC-BY-4.0", "origin": "photo"})
    assert why(tmp_path, {"licence": "CC-BY-4.0", "origin": "photo", "consent": "Ada, 2026, this film"}) == ""


def test_a_consent_that_has_ended_keeps_all_of_a_persons_pictures(tmp_path: Path) -> None:
    likeness = {"real_person": True, "consent": "Ada", "given": "2020-01-01", "until": "2026-11-21"}
    assert "does not hold on 2026-11-22" in why(tmp_path, {"licence": "CC0", "simulated": True}, likeness=likeness)
