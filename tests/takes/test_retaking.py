"""Retakes are bounded by takes, rounds, gain and money; what they follow from is on disk, so that again is no more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charkit.errors import RateLimited, SpendLimit, UsageError
from charkit.providers.base import Outcome
from charkit.takes import RetakeRule, Retaking, Takes, Wish
from charkit.takes.retaking import _gained


class Room:
    """What a studio is to retakes: it knows its takes, and shoots on a floor."""

    def __init__(self, studio, order, *, price: float = 0.4, seeds: bool = True, cap: float = 10.0) -> None:
        self.studio = studio
        self.cap = cap
        self.all: dict[str, object] = {}
        self._new_order = order
        self._price = price
        self._seeds = seeds

    def order(self, shot: str, number: int, why: str = ""):
        seed = number * 1000 if self._seeds else None
        return replace(self._new_order(shot, number=number, price_usd=self._price, seed=seed), why=why)

    def shoot(self, *shots: str) -> None:
        self.make([self.order(shot, 1) for shot in shots], None)

    def make(self, orders, ceiling):
        cap = self.cap if ceiling is None else min(self.cap, ceiling / 1e6)
        made = self.studio.make(*orders, run_cap_usd=cap)
        self.all |= {take.id: take for take in made}
        return made

    def retaking(self) -> Retaking:
        return Retaking(
            ledger=self.studio.ledger,
            production="lantern",
            run="tour",
            simulated=False,
            order=self.order,
            make=self.make,
            have=lambda: Takes(self.all.values()),
        )

    def go(self, rule: RetakeRule, *wishes: Wish):
        return self.retaking().go(rule, lambda: wishes)

    @property
    def ids(self) -> list[str]:
        return sorted(self.all)


@pytest.fixture
def room(studio, order) -> Room:
    made = Room(studio, order)
    made.shoot("S01", "S02", "S03")
    return made


def drifted(shot: str = "S02", **quality: float) -> Wish:
    return Wish(shot=shot, reason="the coat is not yellow", quality={int(n[1:]): value for n, value in quality.items()})


def test_only_what_is_wished_for_is_made_again_with_another_seed_and_the_reason_on_record(room: Room) -> None:
    made = room.go(RetakeRule(), drifted())
    assert room.ids == ["S01-t1", "S02-t1", "S02-t2", "S03-t1"]
    (take,) = made.takes
    assert (take.why, take.ok) == ("the coat is not yellow", True)
    assert take.seed not in (None, room.all["S02-t1"].seed)
    assert room.studio.ledger.history(take.job_id)[0].note == "the coat is not yellow"
    assert room.all["S01-t1"].why == ""


def test_a_route_without_seeds_gets_another_take_by_its_number_alone(studio, order) -> None:
    room = Room(studio, order, seeds=False)
    room.shoot("S02")
    room.go(RetakeRule(), drifted())
    first, second = room.all["S02-t1"], room.all["S02-t2"]
    assert first.seed is second.seed is None
    assert first.job_id != second.job_id
    assert len(studio.service.posts) == 2


def test_running_it_again_and_again_buys_nothing_more(room: Room) -> None:
    rule = RetakeRule(rounds=2, takes_per_round=2)
    first = room.go(rule, drifted())
    assert [take.id for take in first.takes] == ["S02-t2", "S02-t3", "S02-t4", "S02-t5"]
    assert first.rounds == 2
    posts = len(room.studio.service.posts)
    for _ in range(3):
        again = room.go(rule, drifted())
        assert (len(again.takes), again.rounds) == (0, 0)
    assert len(room.studio.service.posts) == posts
    assert [(one.shot, one.why) for one in again.declined] == [("S02", "it has 5 takes, and 5 are the most")]


def test_a_round_that_was_broken_off_is_finished_and_not_begun_anew(room: Room) -> None:
    rule = RetakeRule(rounds=1, takes_per_round=3)
    room.make([room.order("S02", 2)], None)  # where a kernel died
    made = room.go(rule, drifted())
    assert [take.id for take in made.takes] == ["S02-t3", "S02-t4"]
    assert room.go(rule, drifted()).takes == Takes()


def test_another_process_that_knows_only_the_ledger_collects_what_was_paid(room: Room) -> None:
    room.go(RetakeRule(), drifted())
    posts, spent = len(room.studio.service.posts), room.studio.ledger.spend().committed
    del room.all["S02-t2"]  # takes.json was not written any more
    made = room.go(RetakeRule(), drifted())
    assert [take.id for take in made.takes] == ["S02-t2"]
    assert (len(room.studio.service.posts), room.studio.ledger.spend().committed) == (posts, spent)


def test_the_budget_is_for_all_retakes_of_the_run_together_and_is_never_exceeded(room: Room) -> None:
    rule = RetakeRule(rounds=3, budget_usd=1.0, stop_without_gain=False)
    made = room.go(rule, drifted("S03"), drifted("S01"), drifted("S02"))
    assert [take.id for take in made.takes] == ["S03-t2", "S01-t2"]
    assert made.committed_usd == 0.8
    assert [one.shot for one in made.declined] == ["S03", "S01", "S02"]
    assert {one.why for one in made.declined} == {"a take may cost $0.40, and $0.20 of the $1.00 for retakes are left"}
    assert room.go(rule, drifted("S02")).takes == Takes()
    assert room.go(RetakeRule(budget_usd=1.2), drifted("S02")).committed_usd == pytest.approx(1.2)


def test_the_budget_holds_where_money_is_set_aside_even_if_something_else_spends_meanwhile(room: Room) -> None:
    plain = room.make

    def make(orders, ceiling):
        room.make = plain  # another notebook was faster
        room.shoot("S04")
        return plain(orders, ceiling)

    room.make = make
    with pytest.raises(SpendLimit):
        room.go(RetakeRule(budget_usd=0.4), drifted())
    assert "S02-t2" not in room.all


def test_the_runs_own_cap_still_stands_above_a_generous_budget(room: Room) -> None:
    room.cap = 1.3
    with pytest.raises(SpendLimit):
        room.go(RetakeRule(budget_usd=50.0), drifted())


def test_a_shot_that_a_round_made_no_better_is_given_up(room: Room) -> None:
    quality = {"t1": 0.5}

    def wishes():
        for number in (2, 3, 4):
            if f"S02-t{number}" in room.all:
                quality[f"t{number}"] = {2: 0.6, 3: 0.55, 4: 0.9}[number]
        return [drifted("S02", **quality)]

    made = room.retaking().go(RetakeRule(rounds=5), wishes)
    assert [take.id for take in made.takes] == ["S02-t2", "S02-t3"]
    assert made.declined[0].why == "round 2 made it no better"
    more = room.retaking().go(RetakeRule(rounds=5, stop_without_gain=False), wishes)
    assert [take.id for take in more.takes] == ["S02-t4", "S02-t5", "S02-t6"]


def test_what_is_mended_in_the_first_round_is_left_alone_in_the_second(room: Room) -> None:
    def wishes():
        return [drifted(shot) for shot in ("S01", "S02") if f"{shot}-t2" not in room.all or shot == "S02"]

    made = room.retaking().go(RetakeRule(rounds=2), wishes)
    assert [take.id for take in made.takes] == ["S01-t2", "S02-t2", "S02-t3"]
    assert [one.shot for one in made.declined] == ["S02"]


def test_a_take_that_nobody_took_on_is_asked_for_again_under_its_own_number(room: Room) -> None:
    prompt = room.order("S02", 2).request.prompt
    room.studio.service.on_submit[prompt] = [RateLimited("busy", retry_after=9999.0)]
    first = room.go(RetakeRule(), drifted())
    assert first.takes[0].outcome is Outcome.FAILED
    second = room.go(RetakeRule(), drifted())
    assert [(take.id, take.ok) for take in second.takes] == [("S02-t2", True)]


def test_a_shot_whose_first_take_is_not_there_yet_is_not_retaken(room: Room) -> None:
    made = room.go(RetakeRule(), drifted("S09"))
    assert made.declined[0].why == "its first take is not there yet"


def test_the_same_wish_twice_is_one(room: Room) -> None:
    assert len(room.go(RetakeRule(), drifted(), drifted()).takes) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"rounds": -1},
        {"takes_per_round": 0},
        {"budget_usd": -1.0},
        {"budget_usd": float("nan")},
        {"budget_usd": float("inf")},
        {"least_gain": -0.1},
        {"least_gain": float("nan")},
    ],
)
def test_a_rule_that_bounds_nothing_is_refused(changes: dict) -> None:
    with pytest.raises(UsageError):
        RetakeRule(**changes)


def test_a_wish_without_a_reason_is_refused() -> None:
    with pytest.raises(UsageError, match="reason"):
        Wish(shot="S01", reason=" \n")


def test_what_came_of_it_shows_itself(room: Room) -> None:
    made = room.go(RetakeRule(), drifted(), drifted("S09"))
    assert repr(made) == "Retakes(S02 1; $0.40; left as they are: S02, S09)"
    assert "its first take is not there yet" in made._repr_mimebundle_()["text/html"]


@given(st.integers(0, 4), st.integers(1, 4), st.integers(1, 30))
def test_every_take_number_has_one_round_and_the_most_takes_fill_the_last(rounds: int, each: int, number: int) -> None:
    rule = RetakeRule(rounds=rounds, takes_per_round=each)
    found = rule.round_of(number)
    assert (number == 1) == (found == 0)
    assert (number <= rule.most_takes) == (found <= rounds)
    if number > 1:
        assert 2 + (found - 1) * each <= number < 2 + found * each


@given(st.dictionaries(st.integers(1, 6), st.floats(0, 1)), st.integers(0, 5), st.floats(0, 0.5))
def test_gain_is_only_what_beats_everything_before_it(quality: dict[int, float], round_: int, least: float) -> None:
    wish = Wish(shot="S01", reason="drifted", quality=quality)
    rule = RetakeRule(rounds=5, least_gain=least)
    if _gained(rule, wish, round_) and round_ and any(rule.round_of(n) < round_ for n in quality):
        best = max(value for n, value in quality.items() if rule.round_of(n) == round_)
        assert all(best > value for n, value in quality.items() if rule.round_of(n) < round_)
