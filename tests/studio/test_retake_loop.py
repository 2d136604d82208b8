from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import charkit as ck
from charkit.errors import SpendLimit, UsageError
from charkit.scoring import Verdict
from charkit.scoring.retakes import Standing
from charkit.studio.retake_loop import RetakeBounds, RetakeLoop
from tests.scoring.test_retakes import card

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from charkit.scoring import Scorecard

C, D, U = Verdict.CONSISTENT, Verdict.DRIFTED, Verdict.UNVERIFIABLE


class Film:
    """Shots whose takes come out as written; each costs a dollar."""

    def __init__(self, cap: float = 99.0, **shots: list[Verdict]) -> None:
        self.shots = shots
        self.have = dict.fromkeys(shots, 1)
        self.cap = cap
        self.asked: list[dict[str, int]] = []

    def loop(self) -> RetakeLoop:
        return RetakeLoop(
            score=self.score,
            make=self.make,
            price=lambda _: 1.0,
            committed=lambda: float(sum(self.have.values()) - len(self.have)),
            costs=lambda: {(shot, take): 1.0 for shot in self.shots for take in range(1, self.have[shot] + 1)},
            simulated=True,
        )

    def score(self) -> Scorecard:
        return card(**{shot: list(row[: self.have[shot]]) for shot, row in self.shots.items()})

    def make(self, again: Mapping[str, tuple[int, str]]) -> None:
        self.asked.append({shot: number for shot, (number, _) in again.items()})
        for shot, (number, _) in again.items():
            if sum(self.have.values()) + 1 > self.cap:
                raise SpendLimit(cap=4.0, committed=4.0, asked=1.0, what=shot)
            assert number == self.have[shot] + 1
            self.have[shot] = number


class Falling(Film):
    """Each failed take is worse than the one before."""

    def score(self) -> Scorecard:
        found = super().score()
        worse = tuple(replace(s, score=0.6 - s.take / 10) if s.verdict is D else s for s in found.scores)
        return replace(found, scores=worse)


def test_only_what_failed_is_retaken_at_most_twice_and_the_best_is_kept() -> None:
    film = Film(S1=[C], S2=[D, C], S3=[D, D, C], S4=[D, D, D, C], S5=[U, C])
    report = film.loop().go(RetakeBounds())
    assert film.asked == [{"S2": 2, "S3": 2, "S4": 2}, {"S3": 3, "S4": 3}]
    assert report.mended == ("S2", "S3")
    assert report.left["S4"] == "it has 3 takes, and 3 are the most"
    assert "look at it" in report.left["S5"]
    assert report.standing["S5"] is Standing.UNVERIFIABLE
    assert report.usd == 5.0


def test_running_it_again_buys_nothing() -> None:
    film = Film(S2=[D, C], S4=[D, D, D, C])
    first = film.loop().go(RetakeBounds())
    assert film.loop().go(RetakeBounds()) == first
    assert len(film.asked) == 2


def test_what_could_not_be_judged_is_retaken_only_when_asked_for() -> None:
    film = Film(S1=[U, C])
    assert film.loop().go(RetakeBounds()).usd == 0.0
    report = film.loop().go(RetakeBounds(unverifiable=True))
    assert (film.asked, report.mended, dict(report.left)) == ([{"S1": 2}], ("S1",), {})


def test_it_stops_at_the_budget_and_says_which_shot_it_left() -> None:
    film = Film(S1=[D, C], S2=[D, C], S3=[D, C])
    report = film.loop().go(RetakeBounds(budget_usd=2.0))
    assert film.asked == [{"S1": 2, "S2": 2}]
    assert report.left["S3"] == "a take costs $1.0000, and $0.0000 of the budget for retakes are left"


def test_a_reached_cap_ends_it_with_a_report_and_keeps_what_was_made() -> None:
    film = Film(cap=4, S1=[D, C], S2=[D, C], S3=[D, C])
    report = film.loop().go(RetakeBounds())
    assert report.mended == ("S1",)
    assert set(report.left) == {"S2", "S3"}
    assert all("Raise max_spend" in why for why in report.left.values())


def test_a_shot_that_gets_no_better_is_given_up() -> None:
    film = Falling(S1=[D, D, C])
    report = film.loop().go(RetakeBounds(rounds=3))
    assert film.asked == [{"S1": 2}]
    assert report.left["S1"] == "take 2 came out no better"
    assert Falling(S1=[D, D, C]).loop().go(RetakeBounds(rounds=3, stop_without_gain=False)).mended == ("S1",)


def test_a_retake_that_cannot_be_judged_ends_in_a_look_and_not_in_another_retake() -> None:
    film = Film(S1=[D, U, C])
    report = film.loop().go(RetakeBounds())
    assert film.asked == [{"S1": 2}]
    assert report.rounds[-1].passing == 0
    assert "look at it" in report.left["S1"]


def test_no_rounds_is_only_a_look() -> None:
    film = Film(S1=[D, C])
    assert film.loop().go(RetakeBounds(rounds=0)).rounds[-1].passing == 0
    assert film.asked == []


@pytest.mark.parametrize("wrong", [{"rounds": -1}, {"budget_usd": -0.1}, {"budget_usd": float("nan")}])
def test_bounds_that_bound_nothing_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        RetakeBounds(**wrong)  # type: ignore[arg-type]


def test_a_studio_retakes_blindly_only_on_request_and_pays_for_no_take_twice(
    production: Path, on_the_simulator: str
) -> None:
    assert on_the_simulator
    studio = ck.open_studio(production, run="loop", max_spend=9.0, resolution="360p")
    studio.shoot()
    assert studio.improve().usd == 0.0  # the artist of the tests paints flat colours: nobody can be judged
    report = studio.improve(rounds=1, unverifiable=True)
    assert [r.takes for r in report.rounds] == [2, 1]
    assert report.usd == pytest.approx(studio.plan()["A2"].price_usd)
    spent = studio.spend.committed
    assert studio.improve(rounds=1, unverifiable=True) == report
    assert studio.spend.committed == spent
    assert [take.number for take in studio.takes().of("A2")] == [1, 2]
    assert list(report.left) == ["A2"]
