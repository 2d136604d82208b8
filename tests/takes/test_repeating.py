"""A POST whose answer was lost is sent again by itself only where its service documents that this makes one job."""

from __future__ import annotations

import pytest
from scripted_service import Lost

from charkit.errors import Ambiguous, RateLimited, Rejected, Unavailable
from charkit.providers.base import Outcome
from charkit.takes import Pace

LOST = Ambiguous("no answer arrived")
DAY = 24 * 3600.0


@pytest.fixture(autouse=True)
def without_a_list(studio) -> None:
    studio.service.lists = False


@pytest.mark.parametrize("lost", [Lost(LOST), LOST])
def test_the_same_key_makes_one_job_whether_the_first_post_arrived_or_not(studio, order, lost) -> None:
    studio.service.remembers = DAY
    studio.service.on_submit["Mira in S01"] = [lost, lost, Unavailable("not reached"), RateLimited("later")]
    (take,) = studio.make(order())
    assert take.ok
    assert len(studio.service.posts) == 5
    assert len(studio.service.accepted) == 1
    assert studio.path_of()[:4] == ["intended", "sending", "unknown", "queued"]
    assert studio.ledger.spend().settled == 400_000
    assert studio.ledger.verify().ok


@pytest.mark.parametrize("seconds", [0.0, 1e-6])
def test_it_is_not_sent_again_where_no_key_is_remembered_or_not_any_more(studio, order, seconds) -> None:
    studio.service.remembers = seconds
    studio.service.on_submit["Mira in S01"] = [Lost(LOST)]
    (take,) = studio.make(order())
    assert take.outcome is Outcome.UNKNOWN
    assert len(studio.service.posts) == 1


def test_a_refusal_of_the_second_post_proves_nothing_about_the_first(studio, order) -> None:
    studio.service.remembers = DAY
    studio.service.on_submit["Mira in S01"] = [Lost(LOST), Rejected("such a key is in use", status_code=409)]
    (take,) = studio.make(order())
    assert take.outcome is Outcome.UNKNOWN
    assert studio.ledger.spend().unknown == 400_000
    assert len(studio.service.posts) == 2
    studio.service.lists = True
    assert studio.make(order())[0].ok
    assert len(studio.service.accepted) == 1


def test_it_is_tried_within_bounds_and_then_left_to_the_person(studio, order) -> None:
    studio.service.remembers = DAY
    studio.service.on_submit["Mira in S01"] = [LOST] * 20
    (take,) = studio.make(order(), pace=Pace(send_tries=3))
    assert take.outcome is Outcome.UNKNOWN
    assert len(studio.service.posts) == 1 + 3
    assert "resolve(" in take.message


def test_each_repetition_is_on_disk_first_and_begins_the_doubt_anew(studio, order) -> None:
    studio.service.remembers = DAY
    seen = []

    def look() -> None:
        job = studio.job()
        seen.append((job.state, job.updated_at))
        raise LOST

    studio.service.on_submit["Mira in S01"] = [LOST, look, look]
    studio.make(order())
    assert [state for state, _ in seen] == ["unknown", "unknown"]
    assert seen[1][1] > seen[0][1]
