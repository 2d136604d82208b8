"""The tour, stop by stop, on the simulator that paints flat colours: it shows the way, not who somebody is."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from charkit.errors import LedgerError, UsageError
from charkit.touring import Stop, Tour, scenes, walk

LOOKS = {"score", "retake", "film", "share", "again"}
"""Stops that need pictures in which somebody can be recognised, and those that come after them: what they show is
tested in tests/studio and tests/sharing."""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, simulator: str) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHARKIT_SIMULATOR_URL", simulator)
    monkeypatch.setenv("CHARKIT_PROGRESS", "off")
    for name in ("CHARKIT_DATA", "CHARKIT_LEDGER", "CHARKIT_ROUTES"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.thorough
def test_every_promise_that_needs_no_likeness_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = tuple(scene for scene in scenes.SCENES if scene.name not in LOOKS)
    monkeypatch.setattr(scenes, "SCENES", wanted)
    told: list[str] = []
    found = walk(
        tmp_path / "tour",
        before=lambda scene: told.append(scene.name),
        after=lambda stop: told.append(f"after {stop.name}"),
    )
    assert {stop.name: stop.kept for stop in found.stops} == {scene.name: True for scene in wanted}, found.stops
    assert told[:2] == ["mistakes", "after mistakes"]
    seen = {stop.name: " ".join(stop.seen) for stop in found.stops}
    assert "storyboard.yaml:" in seen["mistakes"]
    assert "killed with 3 of 3" in seen["kill"]
    assert "0 of them twice" in seen["kill"]
    assert f"{len(wanted)} of {len(wanted)} promises kept" in repr(found)


def test_a_stop_that_fails_is_not_kept_and_the_walk_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise LedgerError("the ledger is elsewhere")

    first = dataclasses.replace(scenes.SCENES[0], act=broken)
    monkeypatch.setattr(scenes, "SCENES", (first, scenes.SCENES[1]))
    found = walk(tmp_path / "tour")
    assert [stop.kept for stop in found.stops] == [False, True]
    assert found.stops[0].seen == ("LedgerError: the ledger is elsewhere",)
    assert not found.ok
    assert "not kept" in found._repr_mimebundle_()["text/html"]


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there already"):
        walk(tmp_path)


def test_the_outcome_says_how_many_and_how_long() -> None:
    stop = Stop(name="cap", promise="The cap is never passed", kept=True, seen=("refused",), seconds=1.5)
    found = Tour(folder=Path("x"), stops=(stop, dataclasses.replace(stop, kept=False)))
    assert repr(found) == "<Tour: 1 of 2 promises kept, in 3 s>"
    assert found.facts()["ok"] is False
