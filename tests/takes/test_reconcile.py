from __future__ import annotations

from dataclasses import replace

import pytest
from slating import slate

from charkit.providers.base import Listed
from charkit.takes.reconcile import LIST_LENGTH, Finding, search

ASKED = slate(model="sora-2", prompt="Mira lifts her lantern.", seconds=8, width=1280, height=720)
SENT = 1_790_000_000.0
OURS = Listed(
    remote_id="video_1",
    created_at=SENT + 2,
    prompt="Mira lifts her lantern.",
    model="sora-2-2025-12-08",
    seconds="8",
    size="1280x720",
)
OTHER = replace(OURS, remote_id="video_2", prompt="Fenn yips.")


def find(*listed: Listed, taken: frozenset[str] = frozenset()):
    return search(listed, ASKED, sent_at=SENT, until=SENT + 900, taken=taken)


@pytest.mark.parametrize(
    "job",
    [
        OURS,
        replace(OURS, created_at=None),
        replace(OURS, created_at=SENT - 59),  # its clock is behind
        replace(OURS, created_at=SENT + 900),
        replace(OURS, model=""),
        replace(OURS, model="sora-2"),
        replace(OURS, seconds="8s"),
        replace(OURS, seconds=""),
        replace(OURS, seconds="7.905"),
        replace(OURS, prompt="  Mira lifts her lantern.\n"),
        replace(OURS, size="1280x704"),  # servers round sizes
    ],
)
def test_the_one_job_that_fits_is_found_among_others(job: Listed) -> None:
    found = find(OTHER, job, replace(OTHER, remote_id="video_3"))
    assert (found.finding, found.remote_id) == (Finding.FOUND, "video_1")


@pytest.mark.parametrize("created_at", [SENT - 61, SENT + 961, SENT + 3600])
def test_our_words_at_another_time_are_unclear_and_never_absent(created_at: float) -> None:
    """Ours by a clock that is wrong, or a job of long ago: sending again would pay twice for the first."""
    assert find(OTHER, replace(OURS, created_at=created_at)).finding is Finding.UNCLEAR
    assert find(replace(OURS, created_at=created_at), taken=frozenset({"video_1"})).finding is Finding.ABSENT


def test_a_job_that_is_listed_twice_is_one_job() -> None:
    found = find(OURS, OTHER, OURS)
    assert (found.finding, found.remote_id) == (Finding.FOUND, "video_1")


@pytest.mark.parametrize(
    "job",
    [
        replace(OURS, model="sora-1"),
        replace(OURS, seconds="4"),
        replace(OURS, prompt="Mira lifts her lantern"),
        OTHER,
    ],
)
def test_a_job_that_contradicts_is_not_ours(job: Listed) -> None:
    assert find(job).finding is Finding.ABSENT


def test_a_job_that_belongs_to_another_is_not_ours() -> None:
    assert find(OURS, taken=frozenset({"video_1"})).finding is Finding.ABSENT


def test_two_that_fit_are_not_guessed_apart() -> None:
    assert find(OURS, replace(OURS, remote_id="video_9")).finding is Finding.UNCLEAR


def test_a_list_without_words_does_not_say_enough() -> None:
    assert find(replace(OURS, prompt=None)).finding is Finding.UNCLEAR


def test_an_empty_list_shows_nothing_and_no_list_says_nothing() -> None:
    assert find().finding is Finding.ABSENT
    assert search(None, ASKED, sent_at=SENT, until=SENT, taken=()).finding is Finding.NO_LIST


def test_a_full_page_that_does_not_reach_back_is_no_proof_of_absence() -> None:
    page = [replace(OTHER, remote_id=f"video_{n}", created_at=SENT + 5) for n in range(LIST_LENGTH)]
    assert find(*page).finding is Finding.UNCLEAR
    assert find(*page[:-1], replace(OTHER, created_at=SENT - 100)).finding is Finding.ABSENT
