"""From acceptance to the end: a job is asked after until it ends, the deadline passes, or nobody understands it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from charkit.errors import BadResponse, ProviderError, RateLimited, Unavailable, UsageError
from charkit.providers.base import Outcome
from charkit.takes.breaker import Sign
from charkit.takes.collecting import Collecting, Pause
from charkit.takes.signs import Standstill
from charkit.takes.steps import step_of
from charkit.takes.turns import Lane, Turn

if TYPE_CHECKING:
    from charkit.ledger import JobRow
    from charkit.providers.base import Answer
    from charkit.takes.contact import Contact
    from charkit.takes.records import Take
    from charkit.takes.turns import Steps

__all__ = ["Following"]

_MUDDLED = 5
"""How many answers in a row that nobody understands are taken before a job is left for the next visit."""

_SOONEST = 0.02
"""Seconds that are waited at least, whatever a service asks for."""


class Following:
    """One job that its service has, or had."""

    def __init__(self, contact: Contact) -> None:
        self._contact = contact
        self._means = contact.means
        self._collecting = Collecting(contact)
        self._muddled = 0
        self._to_fetch = False
        """Whether it ended in this visit, with nothing in the answer."""

    def run(self, job: JobRow, *, fresh: bool) -> Steps[Take]:
        """Follow the job to its end and bring in what it made. The first step is taken at once.

        Args:
            job: A job that was taken on, or that has ended.
            fresh: Whether it was sent in this visit, so that asking at once would be in vain.

        Raises:
            Pause: it rests until the next visit.
            LedgerError: the ledger cannot be used.
            StorageError: the disk refuses.
        """
        if job.state in ("queued", "running"):
            job = yield from self._follow(job, fresh=fresh)
        return (yield from self._collecting.take(job, fresh=self._to_fetch))

    def _follow(self, job: JobRow, *, fresh: bool) -> Steps[JobRow]:
        means = self._means
        pauses = means.rhythm.pauses(job, least=means.bounds(job.endpoint).poll_every or 0.0)
        still, started = Standstill(means.pace.stuck, means.clock), means.clock()
        pause = next(pauses) if fresh else 0.0
        at_work: float | None = None
        while True:
            yield Turn(lane=Lane.ASK, endpoint=job.endpoint, after=pause)
            pause = next(pauses)
            answer = self._ask(job)
            if answer is not None:
                job = self._heard(job, answer)
                if job.state not in ("queued", "running"):
                    if fresh and job.state == "succeeded":
                        means.rhythm.done(job, means.clock(), before=at_work)
                    return job
                at_work = means.clock()
                if still.at(answer.progress):
                    means.heard(job.endpoint, Sign.STUCK, f"{job.remote_id} stands at {answer.progress} %")
                if answer.poll_after is not None:
                    pause = min(max(answer.poll_after, _SOONEST), 4 * means.pace.longest_poll)
            self._rest_when_late(job, still, started)

    def _ask(self, job: JobRow) -> Answer | None:
        """Poll once; None where that was in vain.

        Raises:
            Pause: it will stay in vain in this visit.
        """
        try:
            answer = self._contact.provider.poll(job.remote_id or "")
        except Unavailable:
            return None
        except RateLimited as error:
            self._means.turned_away(job.endpoint, error.retry_after)
            return None
        except (ProviderError, UsageError) as error:
            self._contact.heard_of(error)
            self._muddled += 1
            if self._muddled >= _MUDDLED or not isinstance(error, BadResponse):
                raise Pause(f"could not be asked about: {error} It goes on at the service; run again.") from error
            return None
        self._muddled = 0
        return answer

    def _rest_when_late(self, job: JobRow, still: Standstill, started: float) -> None:
        deadline = self._means.pace.deadline
        if self._means.clock() - started <= deadline:
            return
        if not still.noticed:
            self._means.heard(job.endpoint, Sign.STUCK, f"{job.remote_id} does not end")
        raise Pause(f"still {job.state} after {deadline / 60:.0f} minutes. It goes on at the service; run again.")

    def _heard(self, job: JobRow, answer: Answer) -> JobRow:
        self._contact.tell(answer.outcome, answer.progress)
        if answer.outcome.value == job.state or answer.outcome is Outcome.UNKNOWN:
            return job
        pictures = self._collecting.keep(job, answer.media)
        self._to_fetch = answer.outcome is Outcome.SUCCEEDED and not pictures
        step = replace(step_of(answer), remote_id=None, takes=pictures)  # the id is known, and does not change
        job = self._means.ledger.advance(job, step)
        self._contact.heard_of(answer, submitted=False)
        self._means.checkpoint("heard")
        return job
