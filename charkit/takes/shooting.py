"""One order's way from intent to take. Every paid request leaves from `Shooting._send`, and from nowhere else.

```
reserve + intent on disk ──> submit (one POST) ──> remote id on disk ──> poll ... ──> money settled ──> collect
        ^                         │ nothing was created: again, within bounds
        └─────────────────────────┘ nobody knows: `unknown`, look in the service's list, else ask the person
```

Whatever state the ledger has a job in, the way goes on from there; between any two steps the process may die.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from charkit.errors import (
    Ambiguous,
    BadResponse,
    LedgerError,
    ProviderError,
    RateLimited,
    SpendLimit,
    Unavailable,
    UsageError,
)
from charkit.ledger import Step, owners
from charkit.ledger.states import TERMINAL
from charkit.providers.base import Answer, Outcome
from charkit.takes.breaker import Sign
from charkit.takes.collecting import Collecting, Pause
from charkit.takes.orders import intent_of, prompt_in
from charkit.takes.reconcile import LIST_LENGTH, Finding, Search, search
from charkit.takes.records import Progress
from charkit.takes.signs import Standstill, elsewhere, sign_of_answer, sign_of_error
from charkit.takes.steps import step_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from charkit.ledger import JobRow
    from charkit.providers.base import Provider
    from charkit.takes.means import Means
    from charkit.takes.orders import Order
    from charkit.takes.records import Take

__all__ = ["Shooting"]

_sending: set[str] = set()
"""Jobs whose POST is under way in this process, also in threads that an interrupted `make` left behind."""

_MUDDLED = 5
"""How many answers in a row that nobody understands are taken before a job is left for the next visit."""


class Shooting:
    """One order on its way."""

    def __init__(self, means: Means, order: Order, report: Callable[[Progress], None], *, note: str = "") -> None:
        self.turned_away = ""
        """Why the endpoint did not take the order on, where another one might; empty otherwise."""
        self._note = note
        self._means = means
        self._ledger = means.ledger
        self._order = order
        self._report = report
        self._collecting = Collecting(means, order)
        self._tries = 0
        self._started = 0.0
        self._next: dict[str, Callable[[JobRow], JobRow]] = {
            "intended": self._send,
            "sending": self._watch_sender,
            "unknown": self._reconcile,
            "queued": self._follow,
            "running": self._follow,
        }

    def run(self) -> Take:
        """Go the whole way, from wherever the ledger says the job is.

        Raises:
            SpendLimit: the caps do not allow it; nothing was sent.
            KeyConflict: a bug.
            LedgerError: the ledger cannot be used.
            StorageError: the disk refuses.
            Interrupted: the floor is being left.
        """
        self._means.go_on()
        self._started = self._means.clock()
        job = self._reserve()
        try:
            while job.state not in TERMINAL:
                self._means.go_on()
                job = self._next[job.state](job)
            take = self._collecting.take(job)
        except Pause as pause:
            take = self._collecting.without_media(self._ledger.job(job.id), str(pause))
        self._tell(take.outcome, 100 if take.ok else None)
        return take

    def _reserve(self) -> JobRow:
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

    def _send(self, job: JobRow) -> JobRow:
        if job.owner != self._means.owner:
            self._means.wait(self._means.pace.first_poll)
            return self._reserve()
        provider = self._provider()
        _sending.add(job.id)
        try:
            begun = self._ledger.begin_sending(job, owner=self._means.owner, lease=self._means.pace.lease)
            if begun is None:  # somebody else was faster
                self._means.wait(self._means.pace.first_poll)
                return self._ledger.job(job.id)
            self._means.checkpoint("sending")
            return self._post(begun, provider)
        finally:
            _sending.discard(job.id)

    def _post(self, job: JobRow, provider: Provider) -> JobRow:
        self._tries += 1
        try:
            answer = provider.submit(self._order.request)
        except (RateLimited, Unavailable) as error:
            self._heard_of(error)
            return self._not_now(job, error)
        except Ambiguous as error:
            self._heard_of(error)
            return self._ambiguous(job, error)
        except (ProviderError, UsageError) as error:
            self._heard_of(error)
            return self._not_taken_on(job, error)
        except BaseException as error:
            self._ledger.advance(job, Step(to="unknown", note=f"broken off by {type(error).__name__}"))
            raise
        self._means.checkpoint("submitted")
        return self._answered(job, answer)

    def _not_now(self, job: JobRow, error: RateLimited | Unavailable) -> JobRow:
        """Nothing was created: wait and go back to the intent, or give up for this visit."""
        pace = self._means.pace
        asked = error.retry_after if isinstance(error, RateLimited) else None
        if self._tries >= pace.send_tries or (asked or 0.0) > pace.longest_retry:
            return self._not_taken_on(job, error)
        job = self._ledger.advance(job, Step(to="intended", accepted=False, note=str(error)))
        backoff = min(pace.first_retry * 2 ** (self._tries - 1), pace.longest_retry)
        # Orders that were turned away together come back one after the other: up to a quarter later, by their id.
        spread = 1.0 + int.from_bytes(job.id[-2:].encode(), "big") % 100 / 400
        self._means.wait(max(asked or 0.0, backoff) * spread)
        return job

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
        pictures = self._collecting.keep(answer.media)
        job = self._ledger.advance(job, step_of(answer))
        self._heard_of(answer)
        self._means.checkpoint("recorded")
        self._collecting.record(job, pictures)
        return job

    def _watch_sender(self, job: JobRow) -> JobRow:
        """The job is being sent: by somebody who lives, or by nobody any more."""
        if job.owner == self._means.owner:
            at_work = job.id in _sending
        else:
            at_work = owners.alive(job.owner) and self._means.clock() < job.claimed_until
        if not at_work:
            return self._ledger.advance(job, Step(to="unknown", note="the process that was sending it ended"))
        self._means.wait(self._means.pace.first_poll)
        return self._ledger.job(job.id)

    def _reconcile(self, job: JobRow) -> JobRow:
        """Nobody knows whether the job exists: ask the service's list, never send again on a guess."""
        if job.remote_id is not None:
            return self._ledger.advance(job, Step(to="running", accepted=True, note="it has an id"))
        self._tell(Outcome.UNKNOWN)
        pause = self._means.pace.first_poll
        while True:
            # Since it came in doubt: a POST that timed out may have been accepted in its last second. And read before
            # the search: what was listed before the grace period was over is no proof, however late we look at it.
            left = job.updated_at + self._means.pace.grace - self._means.clock()
            found = self._search(job)
            if found.finding is Finding.FOUND:
                return self._found(job, found)
            if left <= 0 or found.finding is Finding.NO_LIST:
                return self._not_found(job, found.finding)
            self._means.wait(min(pause, left))
            pause *= self._means.pace.growth
            job = self._ledger.job(job.id)
            if job.state != "unknown":
                return job

    def _search(self, job: JobRow) -> Search:
        try:
            listed = self._provider().recent(LIST_LENGTH)
        except ProviderError:  # the list is free; not reaching it says nothing
            return Search(finding=Finding.UNCLEAR)
        if listed is not None and self._has_rival(job):
            return Search(finding=Finding.UNCLEAR)
        sent_at = job.sent_at or job.created_at
        return search(
            listed,
            self._order.request,
            sent_at=sent_at,
            until=max(job.claimed_until, sent_at),
            taken=self._ledger.remote_ids(job.endpoint),
        )

    def _has_rival(self, job: JobRow) -> bool:
        """Whether another job in doubt, sent at about the same time, has the same words to be found by."""
        prompt, sent_at, lease = self._order.request.prompt, job.sent_at or 0.0, self._means.pace.lease
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
            note = "the service does not list it, and its time to turn up is over"
            self._ledger.advance(job, Step(to="failed", accepted=False, money="release", note=note))
            return self._reserve()
        raise Pause(
            f"nobody knows whether {job.endpoint} took this request on ({_SAYS[finding]}). It may have cost "
            f"${self._order.price_usd:.2f}, which stays counted, and it is not sent again by itself. Look for it at "
            f"the service; then say floor.resolve({job.id!r}, remote_id=...) if it is there, or "
            f"floor.resolve({job.id!r}, accepted=False) if it is not, and run again."
        )

    def _follow(self, job: JobRow) -> JobRow:
        """Poll until the job ends, the deadline passes, or nobody understands the answers any more."""
        pace = self._means.pace
        fresh = self._tries > 0
        pause = pace.first_poll
        muddled = 0
        still = Standstill(pace.stuck, self._means.clock)
        while True:
            if fresh:
                self._means.wait(pause)
            fresh = True
            answer = None
            try:
                answer = self._provider().poll(job.remote_id or "")
                muddled = 0
            except (Unavailable, RateLimited) as error:
                pause = max(pause, getattr(error, "retry_after", None) or 0.0)
            except (ProviderError, UsageError) as error:
                self._heard_of(error)
                muddled += 1
                if muddled >= _MUDDLED or not isinstance(error, BadResponse):
                    raise Pause(f"could not be asked about: {error} It goes on at the service; run again.") from error
            if answer is not None:
                job = self._heard(job, answer)
                if job.state not in ("queued", "running"):
                    return job
                if still.at(answer.progress):
                    self._means.heard(job.endpoint, Sign.STUCK, f"{job.remote_id} stands at {answer.progress} %")
            self._rest_when_late(job, still)
            pause = _pause(pause * pace.growth, answer, pace.longest_poll)

    def _rest_when_late(self, job: JobRow, still: Standstill) -> None:
        deadline = self._means.pace.deadline
        if self._means.clock() - self._started <= deadline:
            return
        if not still.noticed:
            self._means.heard(job.endpoint, Sign.STUCK, f"{job.remote_id} does not end")
        raise Pause(f"still {job.state} after {deadline / 60:.0f} minutes. It goes on at the service; run again.")

    def _heard(self, job: JobRow, answer: Answer) -> JobRow:
        self._tell(answer.outcome, answer.progress)
        if answer.outcome.value == job.state or answer.outcome is Outcome.UNKNOWN:
            return job
        pictures = self._collecting.keep(answer.media)
        job = self._ledger.advance(job, replace(step_of(answer), remote_id=None))  # it is known, and does not change
        self._heard_of(answer, submitted=False)
        self._means.checkpoint("heard")
        self._collecting.record(job, pictures)
        return job

    def _heard_of(self, what: ProviderError | UsageError | Answer, *, submitted: bool = True) -> None:
        """Take note of what an answer or error says of the endpoint."""
        if isinstance(what, Answer):
            sign, said = sign_of_answer(what, submitted=submitted), what.message
        else:
            sign, said = sign_of_error(what), str(what)
        if sign is not None:
            self._means.heard(self._order.endpoint, sign, said)

    def _tell(self, outcome: Outcome, progress: int | None = None) -> None:
        self._report(
            Progress(subject=self._order.subject, number=self._order.number, outcome=outcome, progress=progress)
        )

    def _provider(self) -> Provider:
        return self._means.providers[self._order.endpoint]


_SAYS = {
    Finding.ABSENT: "its list does not show it",
    Finding.UNCLEAR: "its list does not say enough to tell",
    Finding.NO_LIST: "it has no list to look in",
}


def _pause(usual: float, answer: Answer | None, longest: float) -> float:
    if answer is not None and answer.poll_after is not None:
        return min(max(answer.poll_after, 0.02), 4 * longest)
    return min(usual, longest)
