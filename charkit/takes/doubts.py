"""Jobs of which nobody knows whether they exist: waited for, looked for, never sent again on a guess."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from charkit.errors import LedgerError, ProviderError, RateLimited
from charkit.ledger import Step, owners
from charkit.money import dollars
from charkit.providers.base import Outcome
from charkit.takes.collecting import Pause
from charkit.takes.orders import prompt_in
from charkit.takes.reconcile import Finding, Search, search
from charkit.takes.turns import Lane, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.ledger import JobRow
    from charkit.takes.contact import Contact
    from charkit.takes.turns import Steps

__all__ = ["Doubts", "being_sent"]

_sending: set[str] = set()
"""Jobs whose POST is under way in this process, also in threads that an interrupted `make` left behind."""


def being_sent(job: JobRow, now: float) -> bool:
    """Whether somebody is, or may be, sending a job at this moment."""
    if job.id in _sending:
        return True
    return job.owner != owners.current() and now < job.claimed_until and owners.alive(job.owner)


class Doubts:
    """What to do about one order's job while nobody knows."""

    def __init__(self, contact: Contact) -> None:
        self.absent = False
        """Whether its service's list has shown that it never came in."""
        self._contact = contact
        self._means = contact.means
        self._ledger = contact.means.ledger

    @contextmanager
    def sending(self, job: JobRow) -> Iterator[None]:
        """Say to everybody in this process that a job's POST is under way."""
        _sending.add(job.id)
        try:
            yield
        finally:
            _sending.discard(job.id)

    def watch_sender(self, job: JobRow) -> Steps[JobRow]:
        """Wait for whoever is sending a job; if nobody is, its POST may have left or not."""
        if not being_sent(job, self._means.clock()):
            return self._ledger.advance(job, Step(to="unknown", note="the process that was sending it ended"))
        yield self._turn(Lane.LOOK, self._means.pace.first_poll)
        return self._ledger.job(job.id)

    def reconcile(self, job: JobRow) -> Steps[JobRow]:
        """Ask the service's list whether the job exists.

        Raises:
            Pause: it does not say, or there is none: the person has to.
        """
        if job.remote_id is not None:
            return self._ledger.advance(job, Step(to="running", accepted=True, note="it has an id"))
        self._contact.tell(Outcome.UNKNOWN)
        pause, after, looked = self._means.pace.first_poll, 0.0, float("-inf")
        while True:
            yield self._turn(Lane.ASK, after)
            job = self._ledger.job(job.id)
            if job.state != "unknown":
                return job
            found, looked = self._search(job, newer_than=max(looked, job.updated_at))
            # Since it came in doubt: a POST that timed out may have been accepted in its last second. And until it was
            # asked: what was listed before the grace period was over is no proof, however late we look at it.
            left = job.updated_at + self._means.grace(job.endpoint) - looked
            if found.finding is Finding.FOUND:
                return self._found(job, found)
            if left <= 0 or found.finding is Finding.NO_LIST:
                return self._not_found(job, found.finding)
            after = min(pause, left)
            pause *= self._means.pace.growth

    def _search(self, job: JobRow, *, newer_than: float) -> tuple[Search, float]:
        """Look for a job in its service's list; say also as of when that holds."""
        now = self._means.clock()
        try:
            listing = self._means.listings.newer(
                job.endpoint, self._contact.provider, than=newer_than, clock=self._means.clock
            )
        except ProviderError as error:  # the list is free; not reaching it says nothing
            if isinstance(error, RateLimited):
                self._means.turned_away(job.endpoint, error.retry_after)
            return Search(finding=Finding.UNCLEAR), now
        if listing.jobs is not None and self._has_rival(job):
            return Search(finding=Finding.UNCLEAR), listing.asked_at
        sent_at = job.sent_at or job.created_at
        found = search(
            listing.jobs,
            self._contact.slate,
            sent_at=sent_at,
            until=max(job.claimed_until, sent_at),
            taken=self._ledger.remote_ids(job.endpoint),
        )
        return found, listing.asked_at

    def _has_rival(self, job: JobRow) -> bool:
        """Whether another job in doubt, sent at about the same time, has the same words to be found by."""
        prompt, sent_at, lease = self._contact.slate.prompt, job.sent_at or 0.0, self._means.pace.lease
        return any(
            rival.id != job.id and prompt_in(rival.request) == prompt and abs((rival.sent_at or 0.0) - sent_at) < lease
            for rival in self._ledger.jobs(endpoint=job.endpoint, states={"unknown", "sending"})
        )

    def _found(self, job: JobRow, found: Search) -> JobRow:
        step = Step(to="running", accepted=True, remote_id=found.remote_id, note="found in the service's list")
        try:
            return self._ledger.advance(job, step)
        except LedgerError:  # another job claimed that id in this moment
            return self._not_found(job, Finding.UNCLEAR)

    def _not_found(self, job: JobRow, finding: Finding) -> JobRow:
        if finding is Finding.ABSENT and self._means.pace.resend_absent:
            self.absent = True
            note = "the service does not list it, and its time to turn up is over"
            return self._ledger.advance(job, Step(to="failed", accepted=False, money="release", note=note))
        raise Pause(in_doubt(job, finding, self._contact.slate.price_usd))

    def _turn(self, lane: Lane, after: float = 0.0) -> Turn:
        return Turn(lane=lane, endpoint=self._contact.slate.endpoint, after=after)


def in_doubt(job: JobRow, finding: Finding, price_usd: float) -> str:
    """Say what is known of a job in doubt, what it may cost, and what the person can do."""
    there = f"floor.resolve({job.id!r}, remote_id=...) if it is there"
    if job.kind in ("image", "judge"):  # what it made came with the answer that was lost, never to be sent again
        what = "picture" if job.kind == "image" else "answer"
        there = f"floor.resolve({job.id!r}, accepted=True) if it was charged (its {what} is lost)"
    return (
        f"nobody knows whether {job.endpoint} took this request on ({_SAYS[finding]}). It may have cost "
        f"{dollars(price_usd)}, which stays counted, and it is not sent again by itself. Look for it at "
        f"the service; then say {there}, or floor.resolve({job.id!r}, accepted=False) if it is not, and run again."
    )


_SAYS = {
    Finding.ABSENT: "its list does not show it",
    Finding.UNCLEAR: "its list does not say enough to tell",
    Finding.NO_LIST: "it has no list to look in",
}
