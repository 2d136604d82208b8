"""What may go out to an endpoint, and when."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charkit.routes.limits import Bounds
from charkit.takes.traffic import LINES, Spacing, Traffic
from charkit.takes.turns import Lane, Turn


def turn(lane: Lane, urgency: float = 0.0) -> Turn:
    return Turn(lane=lane, endpoint="e", urgency=urgency)


def out(traffic: Traffic, now: float = 0.0) -> list:
    """Let everything out that may go now."""
    found = []
    while (who := traffic.next(now)) is not None:
        found.append(who)
    return found


def test_what_expires_soonest_goes_first_then_polls_then_new_requests() -> None:
    traffic = Traffic(Bounds(requests=1), most_jobs=9)
    for who, one in {
        "new": turn(Lane.SEND),
        "poll 1": turn(Lane.ASK),
        "late": turn(Lane.FETCH, 900.0),
        "look": turn(Lane.LOOK),
        "soon": turn(Lane.FETCH, 100.0),
        "poll 2": turn(Lane.ASK),
    }.items():
        traffic.due(who, one)
    order = []
    for _ in range(6):
        (who,) = out(traffic)
        order.append(who)
        traffic.back()
    assert order == ["look", "soon", "late", "poll 1", "poll 2", "new"]


def test_a_flood_of_downloads_and_polls_leaves_a_line_for_each_of_the_others() -> None:
    traffic = Traffic(Bounds(requests=8), most_jobs=99)
    for n in range(20):
        traffic.due(f"fetch {n}", turn(Lane.FETCH))
        traffic.due(f"poll {n}", turn(Lane.ASK))
        traffic.due(f"new {n}", turn(Lane.SEND))
    kinds = [who.split()[0] for who in out(traffic)]
    assert (kinds.count("fetch"), kinds.count("poll"), kinds.count("new")) == (6, 1, 1)


def test_no_more_jobs_are_begun_than_the_endpoint_takes_and_ended_ones_make_room() -> None:
    traffic = Traffic(Bounds(jobs=2), most_jobs=9)
    for who in "abc":
        traffic.due(who, turn(Lane.SEND))
    assert out(traffic) == ["a", "b"]
    traffic.back()
    traffic.due("a", turn(Lane.ASK))  # still at the service
    assert out(traffic) == ["a"]
    traffic.back()
    traffic.due("a", turn(Lane.FETCH))  # done, and not here yet: nothing more is bought before it is
    assert out(traffic) == ["a"]
    traffic.back()
    traffic.leave("a")
    assert out(traffic) == ["c"]


def test_jobs_that_are_there_already_are_followed_however_many_there_are() -> None:
    traffic = Traffic(Bounds(jobs=1, requests=8), most_jobs=9)
    for who in "abc":
        traffic.due(who, turn(Lane.ASK))
    traffic.due("new", turn(Lane.SEND))
    assert out(traffic) == ["a", "b", "c"]


def test_an_order_that_was_turned_away_keeps_its_place() -> None:
    traffic = Traffic(Bounds(jobs=1), most_jobs=9)
    traffic.due("a", turn(Lane.SEND))
    traffic.due("b", turn(Lane.SEND))
    assert out(traffic) == ["a"]
    traffic.back()
    traffic.due("a", turn(Lane.SEND))
    assert out(traffic) == ["a"]


def test_a_retry_after_holds_back_everything_but_what_sends_nothing() -> None:
    traffic = Traffic(Bounds(), most_jobs=9)
    for lane in Lane:
        traffic.due(lane, turn(lane))
    traffic.hold(20.0)
    traffic.hold(10.0)  # a shorter one does not shorten it
    assert out(traffic, 19.9) == [Lane.LOOK]
    assert traffic.opens_at(19.9) == 20.0
    assert set(out(traffic, 20.0)) == {Lane.FETCH, Lane.ASK, Lane.SEND}


@given(st.floats(1, 6000), st.lists(st.floats(0, 2), min_size=1, max_size=200))
def test_no_minute_ever_sees_more_than_the_rate_and_its_burst(per_minute: float, waits: list[float]) -> None:
    spacing, now, went = Spacing(per_minute), 0.0, []
    for wait in waits:
        now = max(now + wait, spacing.free_at())
        spacing.take(now)
        went.append(now)
    burst = 1 + 0.5 * per_minute / 60
    for first in went:
        assert sum(first <= at < first + 60 for at in went) <= per_minute + burst + 1


def test_without_a_rate_nothing_waits() -> None:
    spacing = Spacing(None)
    spacing.take(5.0)
    assert spacing.free_at() <= 5.0


@pytest.mark.parametrize(
    ("bounds", "jobs", "lines"), [(Bounds(), 99, LINES), (Bounds(), 2, 2), (Bounds(requests=3), 99, 3)]
)
def test_so_many_requests_are_under_way_at_once(bounds: Bounds, jobs: int, lines: int) -> None:
    traffic = Traffic(bounds, most_jobs=jobs)
    for n in range(20):
        traffic.due(n, turn(Lane.ASK))
    assert len(out(traffic)) == lines
