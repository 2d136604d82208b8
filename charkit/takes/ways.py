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
from charkit.takes.orders import request_key
from charkit.takes.records import Progress, Take
from charkit.takes.shooting import Shooting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from charkit.ledger import JobRow, Ledger
    from charkit.takes.means import Means
    from charkit.takes.orders import Order

__all__ = ["Way", "goes_out", "standing"]

_INSTEAD = "instead of "


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The job that stands for an order, on its own route or a fallback."""

    order: Order
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
    """One order on its way, by whichever route takes it on."""

    def __init__(self, means: Means, order: Order, report: Callable[[Progress], None]) -> None:
        self._means = means
        self._order = order
        self._report = report

    def run(self) -> Take:
        """Make the take, or say why no route took it on.

        Raises:
            SpendLimit: the caps do not allow it; nothing was sent.
            LedgerError: the ledger cannot be used.
            StorageError: the disk refuses.
            Interrupted: the floor is being left.
        """
        found = standing(self._means.ledger, self._order)
        if found is not None and found.job.state != "intended":
            return self._told(Shooting(self._means, found.order, self._report).run(), found.order)
        left = [self._order, *self._order.fallbacks]
        return self._first_that_takes_it(left[left.index(found.order) :] if found else left)

    def _first_that_takes_it(self, candidates: Sequence[Order]) -> Take:
        passed: list[str] = []
        take: Take | None = None
        for candidate in candidates:
            self._means.go_on()
            if objection := self._objection(candidate):
                self._let_go(candidate, objection)
                passed.append(f"{candidate.route} ({objection})")
                continue
            note = f"{_INSTEAD}{', '.join(passed)}" if passed else ""
            shooting = Shooting(self._means, candidate, self._report, note=note)
            take = self._told(shooting.run(), candidate)
            if not shooting.turned_away:
                return take
            passed.append(f"{candidate.route} ({shooting.turned_away})")
        return self._nobody(take, passed)

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

    def _told(self, take: Take, made_by: Order) -> Take:
        """Return a fallback's take with the reason why it stands in."""
        if made_by is self._order:
            return take
        history = self._means.ledger.history(take.job_id)
        why = next((step.note for step in reversed(history) if step.note.startswith(_INSTEAD)), "")
        message = "; ".join(word for word in (why, take.message) if word)
        return replace(take, planned_route=self._order.route, message=message)

    def _nobody(self, last: Take | None, passed: Sequence[str]) -> Take:
        if last is not None:
            return last if len(passed) == 1 else replace(last, message=f"no route took it on: {'; '.join(passed)}")
        order = self._order
        self._report(Progress(subject=order.subject, number=order.number, outcome=Outcome.FAILED))
        return Take(
            production=order.production,
            run=order.run,
            subject=order.subject,
            number=order.number,
            kind=order.kind,
            route=order.route,
            endpoint=order.endpoint,
            model=order.request.model,
            outcome=Outcome.FAILED,
            message=f"nothing was sent: {'; '.join(passed)}",
            estimated_usd=order.price_usd,
            prompt=order.request.prompt,
            sheets=order.sheets,
            simulated=order.simulated,
            created=self._means.clock(),
        )
