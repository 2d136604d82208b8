"""Finding out whether a request that may have been accepted was, from the service's list of jobs.

A job in the list is ours if its prompt is ours word for word, its time fits, its model and length do not contradict,
and no other job of the ledger claims it. Anything less is not a match: a wrong match loses a clip that was paid for.
Not being listed says nothing until a grace period longer than the list's lag is over (performance.md, 8).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from charkit.takes.listing import LIST_LENGTH

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from charkit.providers.base import Listed
    from charkit.takes.slates import Slate

__all__ = ["Finding", "Search", "search"]

_SKEW = 60.0
"""Seconds by which the service's clock may differ from ours."""


class Finding(StrEnum):
    """What a list says about a job."""

    FOUND = "found"
    ABSENT = "absent"
    """The list reaches back far enough and does not show it."""
    UNCLEAR = "unclear"
    """Several could be it, one could by another clock, or the list does not say enough to tell."""
    NO_LIST = "no list"


@dataclass(frozen=True, kw_only=True)
class Search:
    """What was found."""

    finding: Finding
    remote_id: str | None = None


def search(
    listed: Sequence[Listed] | None, asked: Slate, *, sent_at: float, until: float, taken: Collection[str]
) -> Search:
    """Look for a request among a service's newest jobs.

    Args:
        listed: What the service lists, newest first; None where it has no list.
        asked: What was sent.
        sent_at: Unix time at which its POST was begun.
        until: Unix time after which it cannot have been accepted any more.
        taken: Remote ids that belong to other jobs.
    """
    if listed is None:
        return Search(finding=Finding.NO_LIST)
    free = [job for job in listed if job.remote_id not in taken]
    timely = [job for job in free if _in_time(job, sent_at, until)]
    if any(job.prompt is None for job in timely):
        return Search(finding=Finding.UNCLEAR)
    matches = {job.remote_id for job in timely if _fits(job, asked)}  # a service may list one job twice
    if len(matches) == 1:
        return Search(finding=Finding.FOUND, remote_id=matches.pop())
    # Our words at another time: a job of long ago, or ours by a clock that is wrong. A person has to look.
    if matches or any(_fits(job, asked) for job in free) or not _reaches_back(listed, sent_at):
        return Search(finding=Finding.UNCLEAR)
    return Search(finding=Finding.ABSENT)


def _in_time(job: Listed, sent_at: float, until: float) -> bool:
    return job.created_at is None or sent_at - _SKEW <= job.created_at <= until + _SKEW


def _fits(job: Listed, asked: Slate) -> bool:
    if job.prompt is None or job.prompt.strip() != asked.prompt.strip():
        return False
    # Services answer with dated names: sora-2 comes back as sora-2-2025-12-08.
    if job.model and not (job.model.startswith(asked.model) or asked.model.startswith(job.model)):
        return False
    return asked.seconds is None or _same_length(job.seconds, asked.seconds)


def _same_length(listed: str, asked: int) -> bool:
    try:
        return abs(float(listed.removesuffix("s")) - asked) < 1.0
    except ValueError:  # the list does not say
        return True


def _reaches_back(listed: Sequence[Listed], sent_at: float) -> bool:
    if len(listed) < LIST_LENGTH:
        return True
    return any(job.created_at is not None and job.created_at < sent_at - _SKEW for job in listed)
