"""From intent to acceptance. Every paid request leaves from `Sending._submit`, and from nowhere else.

```
reserve + intent on disk ──> submit (one POST) ──> remote id on disk ──> followed
        ^                         │ nothing was created: again, within bounds
        └─────────────────────────┘ nobody knows: `unknown`, see `repeating` and `doubts`
```

Whatever state the ledger has a job in, the way goes on from there; between any two steps the process may die.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from charkit.errors import Ambiguous, ProviderError, RateLimited, SpendLimit, Unavailable, UsageError
from charkit.ledger import Step
from charkit.providers.base import Outcome, once
from charkit.takes.collecting import Collecting, Pause
from charkit.takes.doubts import Doubts
from charkit.takes.orders import intent_of
from charkit.takes.repeating import Repeating
from charkit.takes.signs import elsewhere
from charkit.takes.steps import step_of
from charkit.takes.turns import Lane, Turn

if TYPE_CHECKING:
    from charkit.ledger import JobRow
    from charkit.providers.base import Answer
    from charkit.takes.contact import Contact
    from charkit.takes.orders import Order
    from charkit.takes.turns import Steps

__all__ = ["Sending"]

_BEFORE = ("intended", "sending", "unknown")
"""States of which nobody can say that the service has the job."""


class Sending:
    """One order, until a service has it or it is known that none does."""

    def __init__(self, contact: Contact, order: Order | None, *, note: str = "") -> None:
        """Prepare.

        Args:
            contact: Where it goes.
            order: What is sent; None where only the ledger knows the job, which then can be found, but not sent.
            note: Why this request and not another, for its history.
        """
        self.turned_away = ""
        """Why the endpoint did not take the order on, where another one might; empty otherwise."""
        self.job: JobRow | None = None
        """The job as it was seen last; None while there is none."""
        self._contact = contact
        self._means = contact.means
        self._ledger = contact.means.ledger
        self._order = order
        self._note = note
        self._collecting = Collecting(contact)
        self._doubts = Doubts(contact)
        self._repeating = Repeating(contact, submit=self._submit, answered=self._answered)
        self._tries = 0
        self._asked = 0.0

    @property
    def sent(self) -> bool:
        """Whether this visit sent it."""
        return self._tries > 0

    def run(self, job: JobRow | None) -> Steps[JobRow]:
        """Go on until the job is at its service, or has ended. The first step is taken at once.

        Raises:
            Pause: it rests until the next visit.
            SpendLimit: the caps do not allow it; nothing was sent.
            KeyConflict: a bug.
            LedgerError: the ledger cannot be used.
            StorageError: the disk refuses.
        """
        self.job = job
        job = self._reserve() if job is None or job.state == "intended" else job
        while job.state in _BEFORE:
            self.job = job
            if job.state == "intended":
                job = yield from self._send(job)
            elif job.state == "sending":
                job = yield from self._doubts.watch_sender(job)
            else:
                job = yield from self._in_doubt(job)
                if job.state == "failed" and job.accepted is False and self._doubts.absent:
                    job = yield from self._again(job)
        return job

    def _in_doubt(self, job: JobRow) -> Steps[JobRow]:
        if self._order is not None:
            job = yield from self._repeating.run(job)
        if job.state == "unknown":
            job = yield from self._doubts.reconcile(job)
        return job

    def _reserve(self) -> JobRow:
        if self._order is None:
            raise Pause("it was never sent, and the ledger alone does not hold its pictures. Order it again.")
        intent = intent_of(self._order)
        over = self._means.over
        if over is not None and self._ledger.find(intent.request_key, intent.take_number) is None:
            raise over
        try:
            job = self._ledger.reserve(
                intent,
                caps=self._means.caps,
                owner=self._means.owner,
                lease=self._means.pace.lease,
                note=self._note,
            )
        except SpendLimit as limit:
            self._means.over = self._means.over or limit
            raise
        self._means.checkpoint("reserved")
        return job

    def _again(self, job: JobRow) -> Steps[JobRow]:
        """Send once more what is known never to have been accepted."""
        self._doubts.absent = False
        if self._order is None:
            return job
        yield self._turn(Lane.SEND)
        return self._reserve()

    def _send(self, job: JobRow) -> Steps[JobRow]:
        pause = self._means.pace.first_poll
        if job.owner != self._means.owner:
            yield self._turn(Lane.SEND, pause)
            return self._reserve()
        _ = self._contact.provider  # connected before it is said that the POST leaves
        with self._doubts.sending(job):
            begun = self._ledger.begin_sending(job, owner=self._means.owner, lease=self._means.pace.lease)
            if begun is not None:
                self._means.checkpoint("sending")
                job = self._post(begun)
        if begun is None:  # somebody else was faster
            yield self._turn(Lane.LOOK, pause)
            return self._ledger.job(job.id)
        if job.state == "intended":
            yield self._turn(Lane.SEND, self._backoff(job))
        return job

    def _post(self, job: JobRow) -> JobRow:
        if self._order is None:
            raise Pause("it cannot be sent without its order.")
        self._tries += 1
        try:
            answer = self._submit(job)
        except (RateLimited, Unavailable) as error:
            self._contact.heard_of(error)
            return self._not_now(job, error)
        except Ambiguous as error:
            self._contact.heard_of(error)
            return self._ambiguous(job, error)
        except (ProviderError, UsageError) as error:
            self._contact.heard_of(error)
            return self._not_taken_on(job, error)
        except BaseException as error:
            self._ledger.advance(job, Step(to="unknown", note=f"broken off by {type(error).__name__}"))
            raise
        self._means.checkpoint("submitted")
        return self._answered(job, answer)

    def _submit(self, job: JobRow) -> Answer:
        assert self._order is not None  # noqa: S101  # whoever calls has looked
        with once(job.id):
            return self._contact.provider.submit(self._order.request)

    def _not_now(self, job: JobRow, error: RateLimited | Unavailable) -> JobRow:
        """Nothing was created: back to the intent, or give up for this visit."""
        pace = self._means.pace
        self._asked = (error.retry_after if isinstance(error, RateLimited) else None) or 0.0
        if self._tries >= pace.send_tries or self._asked > pace.longest_retry:
            return self._not_taken_on(job, error)
        return self._ledger.advance(job, Step(to="intended", accepted=False, note=str(error)))

    def _backoff(self, job: JobRow) -> float:
        """Return the seconds to wait before sending again.

        Orders that were turned away together come back one after the other: up to a quarter later, by their id.
        """
        pace = self._means.pace
        backoff: float = min(pace.first_retry * 2 ** (self._tries - 1), pace.longest_retry)
        spread = 1.0 + int.from_bytes(job.id[-2:].encode(), "big") % 100 / 400
        return max(self._asked, backoff) * spread

    def _not_taken_on(self, job: JobRow, error: ProviderError | UsageError) -> JobRow:
        self.turned_away = str(error) if elsewhere(error) else ""
        step = Step(to="failed", accepted=False, money="release", message=str(error), note="nothing was created")
        return self._ledger.advance(job, step)

    def _ambiguous(self, job: JobRow, error: Ambiguous) -> JobRow:
        if error.remote_id:
            return self._ledger.advance(
                job, Step(to="running", accepted=True, remote_id=error.remote_id, note=str(error))
            )
        return self._ledger.advance(job, Step(to="unknown", note=str(error)))

    def _answered(self, job: JobRow, answer: Answer) -> JobRow:
        lost = answer.remote_id is None and not answer.outcome.terminal
        if lost or answer.outcome is Outcome.UNKNOWN:
            note = "taken on without an id to ask by"
            return self._ledger.advance(job, Step(to="unknown", remote_id=answer.remote_id, note=note, raw=answer.raw))
        pictures = self._collecting.keep(job, answer.media)
        job = self._ledger.advance(job, replace(step_of(answer), takes=pictures))
        self._contact.heard_of(answer)
        self._means.checkpoint("recorded")
        return job

    def _turn(self, lane: Lane, after: float = 0.0) -> Turn:
        return Turn(lane=lane, endpoint=self._contact.slate.endpoint, after=after)
