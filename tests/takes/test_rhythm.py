"""When jobs are asked after."""

from __future__ import annotations

import random
from itertools import islice

import pytest

from charkit.ledger import Caps, Step
from charkit.takes import Pace
from charkit.takes.orders import intent_of
from charkit.takes.rhythm import Rhythm

PACE = Pace(first_poll=0.5, longest_poll=15.0)


def rhythm(studio) -> Rhythm:
    return Rhythm(studio.ledger, "lantern", PACE)


def done(studio, order, subject: str, seconds: float):
    """A job that took so long."""
    job = studio.ledger.reserve(intent_of(order(subject)), caps=Caps(run=10**9), owner="elsewhere/1/1")
    job = studio.ledger.begin_sending(job, owner="elsewhere/1/1")
    job = studio.ledger.advance(job, Step(to="running", accepted=True, remote_id=subject))
    studio.clock.now += seconds
    return studio.ledger.advance(job, Step(to="succeeded", money="settle"))


def pauses(studio, job, count: int = 4, **more) -> list[float]:
    return list(islice(rhythm(studio).pauses(job, **more), count))


def test_of_a_route_that_nobody_knows_jobs_are_asked_after_soon_and_then_less_often(studio, order) -> None:
    job = done(studio, order, "S01", 90.0)
    assert pauses(studio, job, 12) == pytest.approx([min(0.5 * 1.5**n, 15.0) for n in range(12)])


def test_once_some_are_done_the_first_question_comes_when_their_like_are_usually_done(studio, order) -> None:
    jobs = [done(studio, order, f"S{n:02d}", 90.0 + n) for n in range(10)]
    first, second, third, fourth = pauses(studio, jobs[0])
    assert first == pytest.approx(0.85 * 92.0, abs=0.01)  # nobody says when within that time they ended
    assert second == third == pytest.approx(0.85 * (98 - 92) / 2, abs=0.01)
    assert third < fourth <= 15.0


def test_what_this_visit_sees_counts_as_well(studio, order) -> None:
    job = done(studio, order, "S01", 8.0)
    known = rhythm(studio)
    for _ in range(3):
        known.done(job, job.sent_at + 60.0)
    assert next(known.pauses(job)) > 5.0


def test_a_job_that_was_seen_at_work_counts_with_the_middle_between_the_two_questions(studio, order) -> None:
    job = done(studio, order, "S01", 8.0)
    known = rhythm(studio)
    for _ in range(20):
        known.done(job, job.sent_at + 60.0, before=job.sent_at + 40.0)
    assert next(known.pauses(job)) == pytest.approx(50.0)


def test_jobs_that_take_differently_long_are_asked_after_seldom_and_found_soon(studio, order) -> None:
    job, chance = done(studio, order, "S01", 20.0), random.Random(3)  # noqa: S311  # no secret
    known, asked, late = rhythm(studio), 0, 0.0
    for count in range(600):
        ends, at, before = chance.uniform(10.0, 30.0), 0.0, None
        for pause in known.pauses(job):
            at += pause
            asked += count >= 100
            if at >= ends:
                break
            before = job.sent_at + at
        known.done(job, job.sent_at + at, before=before)
        late += (at - ends) * (count >= 100)
    assert asked / 500 < 2.6
    assert late / 500 < 4.5


def test_an_endpoint_that_does_not_want_to_be_asked_more_often_is_not(studio, order) -> None:
    job = done(studio, order, "S01", 8.0)
    assert pauses(studio, job, 3, least=20.0) == [20.0, 20.0, 20.0]


def test_a_service_that_got_faster_is_noticed(studio, order) -> None:
    job = done(studio, order, "S01", 8.0)
    known, seen = rhythm(studio), 100.0
    for _ in range(400):  # each job is done before it is asked after for the first time
        known.done(job, job.sent_at + seen)
        seen = next(known.pauses(job))
    assert seen < 20.0
