"""Many orders at once: threads, fairness, limits, memory."""

from __future__ import annotations

import gc
import itertools
import threading
import weakref
from dataclasses import replace

import pytest
from scripted_service import ScriptedProvider, Service

from charkit.errors import RateLimited
from charkit.providers.base import Answer, BoundReference, Outcome, Role
from charkit.routes.limits import Bounds
from charkit.takes import Pace
from charkit.takes.traffic import LINES

RUNNING = Answer(outcome=Outcome.RUNNING, progress=40)


def timed(studio) -> list[float]:
    """The times of all POSTs."""
    times: list[float] = []
    studio.service.on_accept = lambda request: times.append(studio.clock())
    return times


def test_jobs_that_wait_at_a_service_hold_no_thread(studio, order) -> None:
    orders = [order(f"S{n:03d}", price_usd=0.01) for n in range(80)]
    for one in orders:
        studio.service.on_poll[one.request.prompt] = [RUNNING] * 2
    before, most, open_jobs = threading.active_count(), 0, set()

    def listen(piece) -> None:
        nonlocal most
        most = max(most, threading.active_count())
        if piece.outcome is Outcome.RUNNING:
            open_jobs.add(piece.subject)

    floor = studio.floor(
        parallel=80,
        bounds=lambda _: Bounds(polls_per_minute=60_000),
        sleep=None,
        pace=Pace(first_poll=0.2, growth=1.0),
    )
    assert len(floor.make(orders, on_progress=listen).ok) == 80
    assert len(open_jobs) == 80
    assert most - before <= LINES


def test_an_endpoint_that_answers_nobody_keeps_no_other_waiting(studio, order, clip) -> None:
    slow = Service(studio.root / "slow", clip, clock=studio.clock)
    answer, done = threading.Event(), []
    stuck = [replace(order(f"A{n:02d}"), endpoint="slow") for n in range(3 * LINES)]
    for one in stuck:
        slow.on_submit[one.request.prompt] = [lambda: answer.wait(30)]
    quick = [order(f"B{n:02d}") for n in range(20)]

    def listen(piece) -> None:
        if piece.outcome is Outcome.SUCCEEDED:
            done.append(piece.subject)
        if len({one for one in done if one.startswith("B")}) == len(quick):
            answer.set()  # only once all the others are through

    floor = studio.floor(
        connect=lambda name: ScriptedProvider(slow if name == "slow" else studio.service),
        run_cap_usd=100.0,
        sleep=None,
        pace=Pace(first_poll=0.02),
    )
    takes = floor.make([*stuck, *quick], on_progress=listen)
    assert len(takes.ok) == len(stuck) + len(quick)
    assert len(slow.posts) == len(stuck)


def test_what_one_order_is_told_to_wait_holds_back_the_whole_endpoint(studio, order) -> None:
    times = timed(studio)
    studio.service.on_submit["Mira in S01"] = [RateLimited("slow down", retry_after=30.0)]
    began = studio.clock()
    takes = studio.make(*(order(f"S{n:02d}") for n in range(1, 7)), bounds=lambda _: Bounds(requests=1))
    assert len(takes.ok) == 6
    assert len(studio.service.posts) == 7
    assert all(at - began >= 29.9 for at in times)


def test_a_poll_that_is_turned_away_holds_back_everybody_too(studio, order) -> None:
    times = timed(studio)
    studio.service.on_poll["Mira in S01"] = [RateLimited("slow down", retry_after=40.0)]
    takes = studio.make(order("S01"), order("S02"), parallel=1)
    assert len(takes.ok) == 2
    assert times[1] - times[0] >= 40.0


def test_posts_keep_to_the_endpoints_rate(studio, order) -> None:
    times = timed(studio)
    studio.make(*(order(f"S{n:02d}") for n in range(8)), bounds=lambda _: Bounds(posts_per_minute=30))
    gaps = [after - before for before, after in itertools.pairwise(times)]
    assert all(gap == pytest.approx(2.0, abs=0.2) for gap in gaps)


def test_no_more_jobs_are_at_the_service_than_it_takes(studio, order) -> None:
    there, most = set(), 0

    def accepted(request) -> None:
        nonlocal most
        there.add(request.prompt)
        most = max(most, len(there))

    def listen(piece) -> None:
        if piece.outcome is Outcome.SUCCEEDED:
            there.discard(f"Mira in {piece.subject}")

    studio.service.on_accept = accepted
    orders = [order(f"S{n:02d}") for n in range(12)]
    takes = studio.floor(bounds=lambda _: Bounds(jobs=3)).make(orders, on_progress=listen)
    assert len(takes.ok) == 12
    assert most == 3


def test_polls_of_all_jobs_share_one_budget(studio, order) -> None:
    orders = [order(f"S{n:02d}") for n in range(10)]
    for one in orders:
        studio.service.on_poll[one.request.prompt] = [RUNNING] * 20
    began = studio.clock()
    studio.make(*orders, bounds=lambda _: Bounds(polls_per_minute=30), pace=Pace(first_poll=0.1, longest_poll=0.2))
    polls = sum(call.startswith("poll") for call in studio.service.calls)
    assert polls >= 200
    assert studio.clock() - began >= 2.0 * (polls - 1)


@pytest.mark.thorough
def test_pictures_are_let_go_once_they_were_sent(studio, order, picture) -> None:
    from charkit.providers.base import Blob

    alive: list[weakref.ref] = []

    def orders():
        for n in range(4):
            blob = Blob(name="front.png", media_type="image/png", data=picture(8, 8, (n, 0, 0)))
            alive.append(weakref.ref(blob))
            yield order(f"S{n:02d}", references=(BoundReference(role=Role.CHARACTER, character="Mira", blob=blob),))

    left: list[int] = []

    def listen(piece) -> None:
        if piece.progress == 60:
            gc.collect()
            left.append(sum(one() is not None for one in alive))

    for n in range(4):
        studio.service.on_poll[f"Mira in S{n:02d}"] = [RUNNING, replace(RUNNING, progress=60)]
    takes = studio.floor(parallel=4).make(orders(), on_progress=listen)
    assert len(takes.ok) == 4
    assert left[-1] == 0
    assert all(take.sent for take in takes)


def test_an_error_that_stops_all_work_is_raised_and_every_generator_is_closed(studio, order) -> None:
    studio.service.on_submit["Mira in S03"] = [ZeroDivisionError("a bug")]
    with pytest.raises(ZeroDivisionError):
        studio.make(*(order(f"S{n:02d}") for n in range(8)), parallel=2)
    assert {job.state for job in studio.ledger.jobs()} <= {"intended", "unknown", "queued", "running", "succeeded"}
    assert not [t for t in threading.enumerate() if t.name.startswith("charkit-floor") and t.is_alive()]
