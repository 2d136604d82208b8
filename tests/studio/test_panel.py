"""Who judges a cast, and what a clip is held against."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from charkit.errors import LedgerError
from charkit.scoring import Axis, Ordered, ShotEvidence, Verdict
from charkit.studio.panel import likeness_panel, ordered_of, panel_for
from charkit.weights import Weights


@pytest.fixture
def no_weights(tmp_path: Path) -> Weights:
    return Weights.open(tmp_path / "weights")


@pytest.mark.parametrize(
    ("domains", "identity"), [(("other",), False), (("photoreal",), True), (("other", "anime"), True), ((), False)]
)
def test_identity_is_asked_where_a_sheet_declares_whom_a_recogniser_knows(domains, identity, no_weights) -> None:
    panel = panel_for([SimpleNamespace(domain=domain) for domain in domains], weights=no_weights)
    axes = [scorer.facts.axis for scorer in panel]
    assert (Axis.IDENTITY in axes) is identity
    assert axes[-4:] == [Axis.APPEARANCE, Axis.PALETTE, Axis.VARIATION, Axis.GATE]
    assert max(scorer.facts.tier for scorer in panel) == 1  # nothing that costs money


@pytest.mark.parametrize("domain", ["photoreal", "anime", "other"])
def test_without_weights_nobody_is_identified_and_it_says_what_to_get(domain, no_weights) -> None:
    identity, appearance = panel_for([SimpleNamespace(domain="anime")], weights=no_weights)[:2]
    for scorer in (identity, appearance):
        scorer.update(ShotEvidence(shot="S1", clip=Path("a.mp4"), character="Mira", domain=domain), [])
        (score,) = scorer.compute()
        assert (score.verdict, score.lacking, score.word) == (Verdict.UNVERIFIABLE, True, "unknown")
        assert ("charkit weights get" in score.reason) is (domain != "other" or scorer is appearance)
        assert scorer.height <= 240  # nothing is decoded for those who cannot look


def test_people_are_asked_to_check_every_axis_that_can_look(no_weights) -> None:
    sheets = [SimpleNamespace(domain="photoreal")]
    assert [one.facts.axis for one in likeness_panel(sheets, weights=no_weights)] == [Axis.PALETTE]


def ordered(request: dict, *, sounds: bool | None = True, protocol: str = "gemini", asks: bool = True):
    ledger = SimpleNamespace(job=lambda _: SimpleNamespace(request=json.dumps(request)))
    matrix = SimpleNamespace(
        routes={"r": SimpleNamespace(sound=sounds)}, endpoints={"e": SimpleNamespace(protocol=protocol)}
    )
    take, shot = SimpleNamespace(job_id="1", route="r"), SimpleNamespace(has_sound=asks)
    return ordered_of(take, shot, ledger, matrix)


ASKED = {"kind": "video", "endpoint": "e", "size": [1280, 720], "seconds": 5}


def test_a_clip_is_held_against_what_was_sent_for_it() -> None:
    assert ordered(ASKED) == Ordered(width=1280, height=720, seconds=5, sound=True)
    assert ordered(ASKED | {"size": [0, 0], "seconds": 0}) == Ordered(sound=True)


@pytest.mark.parametrize("how", [{"sounds": None}, {"sounds": False}, {"asks": False}])
def test_sound_is_missed_only_where_it_was_asked_for_and_the_route_has_some(how) -> None:
    assert ordered(ASKED, **how).sound is None


def test_what_was_made_by_hand_or_goes_on_from_a_clip_was_ordered_in_no_size() -> None:
    assert ordered(ASKED, protocol="by-hand") is None
    assert ordered(ASKED | {"source": {"id": "x", "change": "extend"}}) is None


def test_a_take_without_its_books_is_judged_all_the_same() -> None:
    def gone(_: str):
        raise LedgerError("there is no such job")

    take = SimpleNamespace(job_id="1", route="r")
    assert ordered_of(take, SimpleNamespace(has_sound=True), SimpleNamespace(job=gone), SimpleNamespace()) is None
