"""A service's list is read once for all jobs in doubt."""

from __future__ import annotations

from scripted_service import Lost

from charkit.errors import Ambiguous
from charkit.takes import Pace

LOST = Ambiguous("no answer arrived")


def test_one_look_at_the_list_serves_all_jobs_that_are_in_doubt(studio, order) -> None:
    studio.service.lists = False
    subjects = [f"S{number:02d}" for number in range(1, 5)]  # a fifth would open the breaker
    studio.service.on_submit = {f"Mira in {subject}": [Lost(LOST)] for subject in subjects}
    orders = [order(subject) for subject in subjects]
    studio.make(*orders, run_cap_usd=100.0)
    assert {job.state for job in studio.ledger.jobs()} == {"unknown"}
    studio.service.lists = True
    studio.service.calls.clear()
    takes = studio.make(*orders, run_cap_usd=100.0)
    assert len(takes.ok) == 4
    assert len(studio.service.posts) == len(studio.service.accepted) == 4
    assert studio.service.calls.count("recent") == 1


def test_a_job_that_came_in_doubt_after_a_list_was_read_is_looked_for_in_a_newer_one(studio, order) -> None:
    studio.service.on_submit["Mira in S01"] = [LOST]
    # Two jobs at a time: S03 is sent, and lost, long after S01 was looked for first.
    studio.service.on_submit["Mira in S03"] = [Lost(LOST)]
    takes = studio.make(order("S01"), order("S02"), order("S03"), parallel=2, pace=Pace(grace=60))
    assert [take.ok for take in takes] == [False, True, True]
    assert len(studio.service.accepted) == 2
