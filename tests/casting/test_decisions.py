"""Decisions about designs: on disk, changed by more decisions, never deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from charkit.casting.decisions import Kept
from charkit.errors import UsageError


def test_decisions_are_kept_on_disk_and_none_is_no_error(tmp_path: Path) -> None:
    file = tmp_path / "casting.json"
    assert Kept.load(file).anchors == {}
    Kept.load(file).keeping("ada", 2).keeping("bo", 1).rejecting("ada", 3).wanting("ada", ["full", "back"]).save(file)
    found = Kept.load(file)
    assert found.anchors == {"ada": 2, "bo": 1}
    assert found.rejected["ada"] == (3,)
    assert found.views["ada"] == ("full", "back")


def test_decisions_of_an_older_run_are_read(tmp_path: Path) -> None:
    (tmp_path / "casting.json").write_text('{"anchors": {"ada": 2}}')
    assert Kept.load(tmp_path / "casting.json").anchor("ada") == 2


def test_the_anchor_is_the_kept_one_or_the_first_that_was_not_rejected() -> None:
    assert Kept().anchor("ada") == 1
    assert Kept().rejecting("ada", 1).rejecting("ada", 2).anchor("ada") == 3
    assert Kept().rejecting("ada", 1).keeping("ada", 4).anchor("ada") == 4


def test_keeping_what_was_rejected_brings_it_back() -> None:
    found = Kept().rejecting("ada", 2).keeping("ada", 2)
    assert found.rejected["ada"] == ()
    assert found.anchor("ada") == 2


def test_the_anchor_cannot_be_rejected() -> None:
    with pytest.raises(UsageError, match="keep another one first"):
        Kept().keeping("ada", 2).rejecting("ada", 2)


def test_rejecting_twice_is_rejecting_once() -> None:
    assert Kept().rejecting_take("ada.face", 1).rejecting_take("ada.face", 1).rejected_takes == {"ada.face": (1,)}
