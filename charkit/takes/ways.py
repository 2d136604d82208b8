"""An order with the fallbacks that its plan names: which of them is sent, and why not the ones before it.

A fallback takes over only while nobody has taken the order on: its route is closed, its endpoint cannot be reached,
turns requests away beyond the bounds of `Pace`, refuses the key, or is left alone by its circuit breaker. Each has its
own job, with its own price set aside. Once a service took the order on, or may have, it stays there, also after a
restart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from charkit.errors import UsageError
from charkit.ledger import Step
from charkit.ledger.states import TERMINAL
from charkit.providers.base import Outcome
from charkit.takes.collecting import INSTEAD, Collecting, Pause
from charkit.takes.contact import Contact
from charkit.takes.following import Following
from charkit.takes.orders import request_key
from charkit.takes.records import Take
from charkit.takes.sending import Sending
from charkit.takes.slates import slate_from, slate_of
from charkit.takes.turns import Lane, Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from charkit.ledger import JobRow, Ledger
    from charkit.takes.means import Means
    from charkit.takes.orders import Order
    from charkit.takes.records import Progress
    from charkit.takes.slates import Slate
    from charkit.takes.turns import Steps

__all__ = ["Standing", "Way", "goes_out", "standing"]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The job that stands for an order, on its own route or a fallback."""

    order: Order | None
    """The order on that route; None where only the ledger knows the job."""
    job: JobRow


def standing(ledger: Ledger, order: Order) -> Standing | None:
    """Return the job with which an order goes on: one that was taken on, may have been, or was about to be sent."""
    for candidate in (order, *order.fallbacks):
        job = ledger.find(request_key(candidate), candidate.number)
        if job is not None and not (job.state in TERMINAL and job.accepted is False):
            return Standing(order=candidate, job=job)
    return None


def goes_out(job: JobRow) -> bool:
    """Whether the next visit speaks to the service: all but jobs that ended and stay ended."""
    return job.state not in TERMINAL or (job.accepted is False)


class Way:
    """One order on its way, by whichever route takes it on; or one job of the ledger, without its order."""

    def __init__(
        self,
        means: Means,
        report: Callable[[Progress], None],
        *,
        order: Order | None = None,
        found: Standing | None = None,
    ) -> None:
        """Prepare; give an order, or the job that stands for one, or both."""
        self._means = means
        self._report = report
        self._order = order
        """Given up once it was sent: it holds pictures."""
        self._found = found

    def steps(self) -> Steps[Take]:
        """Make the take, or say why no route took it on.

        Raises:
            SpendLimit: the caps do not allow it; nothing was sent.
            LedgerError: the ledger cannot be used.
            StorageError: the disk refuses.
        """
        if self._found is not None and self._found.job.state != "intended":
            placed = yield from self._go_on(self._found)
        elif self._order is None:
            return self._never_sent()
        else:
            placed = yield from self._first_that_takes_it(self._order, self._found)
        self._order = self._found = None
        if isinstance(placed, Take):
            return placed
        return self._told((yield from placed.finish()), placed)

    def _go_on(self, found: Standing) -> Steps[_Placed | Take]:
        """Go on with a job that was sent, or is being sent."""
        job = found.job
        lane = Lane.LOOK if job.state in TERMINAL or job.state == "sending" else Lane.ASK
        soonest = job.expires_at if job.expires_at is not None else float("inf")
        yield Turn(lane=lane, endpoint=job.endpoint, urgency=soonest if lane is Lane.LOOK else 0.0)
        slate = slate_of(found.order) if found.order else slate_from(job)
        placed = _Placed(Contact(self._means, slate, self._report), self._stood_in(slate))
        yield from placed.send(self._means.ledger.job(job.id), found.order)
        return placed

    def _first_that_takes_it(self, order: Order, found: Standing | None) -> Steps[_Placed | Take]:
        candidates = [order, *order.fallbacks]
        passed: list[str] = []
        placed: _Placed | None = None
        for candidate in candidates[candidates.index(found.order) if found and found.order else 0 :]:
            yield Turn(lane=Lane.SEND, endpoint=candidate.endpoint)
            if objection := self._objection(candidate):
                self._let_go(candidate, objection)
                passed.append(f"{candidate.route} ({objection})")
                continue
            slate = slate_of(candidate)
            placed = _Placed(Contact(self._means, slate, self._report), self._stood_in(slate))
            note = f"{INSTEAD}{', '.join(passed)}" if passed else ""
            yield from placed.send(None, candidate, "\n".join(line for line in (order.why, note) if line))
            if not placed.turned_away:
                return placed
            passed.append(f"{candidate.route} ({placed.turned_away})")
        if placed is None:
            return self._nobody(slate_of(order), passed)
        placed.passed = passed if len(passed) > 1 else []
        return placed

    def _stood_in(self, slate: Slate) -> str:
        """Return the route that the plan named, where another one stands in for it."""
        return self._order.route if self._order is not None and slate.route != self._order.route else ""

    def _never_sent(self) -> Take:
        """Return what there is to say of a job that only its order could send."""
        assert self._found is not None  # noqa: S101  # without an order there is a job
        slate = slate_from(self._found.job)
        why = "it was never sent, and the ledger alone does not hold its pictures. Order it again"
        return Collecting(Contact(self._means, slate, self._report)).without_media(self._found.job, why)

    def _objection(self, candidate: Order) -> str:
        """Return why a request may not go out this way; empty if it may."""
        try:
            self._means.gate(candidate)
            _ = self._means.providers[candidate.endpoint]  # a fallback without a key is none
        except UsageError as error:
            return str(error)
        return self._means.health.objection(candidate.endpoint, self._means.clock())

    def _let_go(self, candidate: Order, why: str) -> None:
        """Free the money of a job that was about to be sent when the last visit ended."""
        job = self._means.ledger.find(request_key(candidate), candidate.number)
        if job is not None and job.state == "intended":
            step = Step(to="cancelled", accepted=False, money="release", note=why)
            self._means.ledger.advance(job, step)

    def _told(self, take: Take, placed: _Placed) -> Take:
        """Return a fallback's take with the reason why it stands in, and one that nobody took on with all reasons."""
        if placed.passed:
            message = f"no route took it on: {'; '.join(placed.passed)}"
            return replace(take, message=message, planned_route=placed.instead_of)
        if not placed.instead_of:
            return take
        history = self._means.ledger.history(take.job_id)
        notes = [line for step in history for line in step.note.splitlines()]
        why = next((line for line in reversed(notes) if line.startswith(INSTEAD)), "")
        message = "; ".join(word for word in (why, take.message) if word)
        return replace(take, planned_route=placed.instead_of, message=message)

    def _nobody(self, slate: Slate, passed: Sequence[str]) -> Take:
        Contact(self._means, slate, self._report).tell(Outcome.FAILED)
        return Take(
            production=slate.production,
            run=slate.run,
            subject=slate.subject,
            number=slate.number,
            kind=slate.kind,
            route=slate.route,
            endpoint=slate.endpoint,
            model=slate.model,
            outcome=Outcome.FAILED,
            message=f"nothing was sent: {'; '.join(passed)}",
            estimated_usd=slate.price_usd,
            prompt=slate.prompt,
            sheets=slate.sheets,
            simulated=slate.simulated,
            why=slate.why,
            created=self._means.clock(),
        )


class _Placed:
    """An order with the one route that it goes by."""

    def __init__(self, contact: Contact, instead_of: str) -> None:
        self.instead_of = instead_of
        self.turned_away = ""
        self.passed: list[str] = []
        """Why each route did not take it on, where none did and there were several."""
        self._contact = contact
        self._job: JobRow | None = None
        self._fresh = False
        self._rests = ""

    def send(self, job: JobRow | None, order: Order | None, note: str = "") -> Steps[None]:
        """Go on until its service has it, or it is known that none does."""
        sending = Sending(self._contact, order, note=note)
        try:
            self._job = yield from sending.run(job)
        except Pause as pause:
            self._rests, self._job = str(pause), sending.job
        self._fresh = sending.sent
        self.turned_away = sending.turned_away

    def finish(self) -> Steps[Take]:
        """Go on until it has a take."""
        following = Following(self._contact)
        assert self._job is not None  # noqa: S101  # `send` came first
        take: Take | None = None
        try:
            if not self._rests:
                take = yield from following.run(self._job, fresh=self._fresh)
        except Pause as pause:
            self._rests = str(pause)
        if take is None:
            job = self._contact.means.ledger.job(self._job.id)
            take = Collecting(self._contact).without_media(job, self._rests)
        self._contact.tell(take.outcome, 100 if take.ok else None, last=True)
        return take
