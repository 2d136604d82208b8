from __future__ import annotations

from dataclasses import replace

import pytest

from charkit.scoring import Axis, Score, Scorecard, ScoredTake, Threshold, Verdict
from charkit.scoring.retakes import Standing, report_of, to_retake

LINE = Threshold(name="t", value=0.7, calibrated=False)
C, D, U, MEANT = Verdict.CONSISTENT, Verdict.DRIFTED, Verdict.UNVERIFIABLE, Verdict.INTENDED


def card(**shots: list[Verdict | tuple[Verdict, ...] | None]) -> Scorecard:
    """Shots by id, each a list of what its takes came to; several verdicts are several characters, None is nobody."""
    takes, scores = [], []
    for shot, row in shots.items():
        for number, said in enumerate(row, start=1):
            takes.append(ScoredTake(shot=shot, take=number))
            for who, verdict in enumerate(() if said is None else said if isinstance(said, tuple) else (said,)):
                value = {C: 0.9, D: 0.5 + number / 100}.get(verdict)
                scores.append(
                    Score(
                        shot=shot,
                        take=number,
                        character=f"P{who}",
                        axis=Axis.PALETTE,
                        verdict=verdict,
                        score=value,
                        threshold=LINE,
                        reason="too small" if verdict is U else "",
                    )
                )
    return Scorecard(takes=tuple(takes), scores=tuple(scores))


def test_only_failed_shots_are_retaken_and_what_cannot_be_judged_only_on_request() -> None:
    found = card(S1=[C], S2=[D], S3=[U], S4=[None], S5=[(C, D)], S6=[MEANT])
    assert [shot for shot, _ in to_retake(found)] == ["S2", "S5"]
    assert [shot for shot, _ in to_retake(found, unverifiable=True)] == ["S2", "S5", "S3"]
    assert dict(to_retake(found))["S5"] == "P1, palette: drifted at 0.510, line at 0.700 (uncalibrated)"
    assert dict(to_retake(found, unverifiable=True))["S3"] == "P0, palette: unverifiable (too small)"


def test_a_shot_all_of_whose_takes_a_person_rejected_wants_another_one() -> None:
    found = card(S1=[C, C], S2=[C]).decided(starred=(), rejected={("S1", 1), ("S1", 2)})
    assert to_retake(found) == [("S1", "a person rejected all of its takes")]


def test_a_shot_with_one_character_that_cannot_be_judged_never_passes() -> None:
    report = report_of(card(S1=[(C, U)], S2=[(D, U)]), {})
    assert dict(report.standing) == {"S1": Standing.UNVERIFIABLE, "S2": Standing.DRIFTED}
    assert report.rounds[0].passing == 0


def beside(found: Scorecard, **more: object) -> Scorecard:
    """Return a card with one more score for every take, on another axis."""
    extra = tuple(replace(score, **more) for score in found.scores)
    return replace(found, scores=found.scores + extra)


def test_what_lacks_its_weights_stands_in_nobodys_way_and_is_never_retaken() -> None:
    blind = {"axis": Axis.APPEARANCE, "verdict": U, "score": None, "lacking": True, "reason": "get the weights"}
    found = beside(card(S1=[C], S2=[D], S3=[U]), **blind)
    assert dict(report_of(found, {}).standing) == {
        "S1": Standing.PASSES,
        "S2": Standing.DRIFTED,
        "S3": Standing.UNVERIFIABLE,
    }
    assert dict(to_retake(found, unverifiable=True))["S3"] == "P0, palette: unverifiable (too small)"
    alone = replace(found, scores=tuple(score for score in found.scores if score.lacking))
    assert report_of(alone, {}).rounds[0].passing == 0
    assert to_retake(alone, unverifiable=True) == []


def test_a_shot_with_nobody_in_it_passes_nothing_and_is_retaken_where_its_clip_is_broken() -> None:
    taken = card(S1=[None], S2=[None])
    gate = {"take": 1, "character": "", "axis": Axis.GATE, "threshold": LINE}
    scores = (Score(shot="S1", verdict=C, score=1.0, **gate), Score(shot="S2", verdict=D, score=0.9, **gate))
    found = replace(taken, scores=scores)
    report = report_of(found, {})
    assert dict(report.standing) == {"S1": Standing.EMPTY, "S2": Standing.DRIFTED}
    assert (report.rounds[0].passing, report.judged) == (0, 1)
    assert [shot for shot, _ in to_retake(found)] == ["S2"]


def test_gain_per_dollar_is_that_of_mended_shots_over_what_the_round_cost() -> None:
    found = card(S1=[C], S2=[D, C], S3=[D, D, C], S4=[D, D, D])
    usd = {(shot, take): 0.5 for shot in ("S1", "S2", "S3", "S4") for take in (1, 2, 3)}
    report = report_of(found, usd, declined={"S4": "round 1 made it no better"})
    assert [(r.takes, r.usd, r.passing, r.mended) for r in report.rounds] == [
        (4, 2.0, 1, ("S1",)),
        (3, 1.5, 2, ("S2",)),
        (2, 1.0, 3, ("S3",)),
    ]
    assert [r.per_dollar for r in report.rounds] == [None, pytest.approx(2 / 3), 1.0]
    assert (report.mended, report.usd) == (("S2", "S3"), 2.5)
    assert dict(report.left) == {"S4": "round 1 made it no better"}
    said = "1 of 4 shots passed, now 3, for $2.50, 0.8 shots mended per dollar; left as they are: S4"
    assert repr(report) == f"RetakeReport({said})"


def test_a_worse_retake_loses_nothing_and_gains_nothing() -> None:
    report = report_of(card(S1=[C, D], S2=[D, U]), {("S2", 2): 1.0})
    assert [r.passing for r in report.rounds] == [1, 1]
    assert report.mended == ()
    assert report.rounds[1].per_dollar == 0.0
    assert report.standing["S1"] is Standing.PASSES


def test_shots_without_anybody_and_intended_changes_are_no_failures() -> None:
    report = report_of(card(S1=[None], S2=[MEANT]), {})
    assert dict(report.left) == {}
    assert (report.judged, report.rounds[0].passing) == (1, 1)
    assert "no pass" in report._repr_mimebundle_()["text/html"]


def test_several_takes_a_round_belong_to_one_round() -> None:
    report = report_of(card(S1=[D, D, C]), {("S1", 2): 1.0, ("S1", 3): 1.0}, round_of=lambda n: -(-(n - 1) // 2))
    assert [(r.takes, r.usd, r.passing) for r in report.rounds] == [(1, 0.0, 0), (2, 2.0, 1)]


def test_what_was_left_unjudged_says_what_to_do() -> None:
    report = report_of(card(S1=[U], S2=[D]), {})
    assert "look at it" in report.left["S1"]
    assert report.left["S2"] == "no further round was asked for"
    page = report._repr_mimebundle_()["text/html"]
    assert "unverifiable" in page
