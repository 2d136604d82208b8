"""In which order what is wanted is gone on with: what is paid for first, and of that what expires soonest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.takes.ways import Standing, standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from charkit.ledger import JobRow, Ledger
    from charkit.takes.orders import Order

__all__ = ["Ranked", "ranked_by_urgency"]

_NEVER = 1e12
"""Stands for the Unix time at which a job expires that does not say so: after all that do, by when it was sent."""


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """One piece of what is wanted."""

    place: int
    """Which of those wanted it is."""
    order: Order | None
    found: Standing | None
    """The job that stands for it, if there is one."""

    @property
    def urgency(self) -> tuple[float, float, int]:
        """What sorts it: what is paid for first, and of that what expires soonest, then what was sent first."""
        if self.found is None:
            return 1.0, 0.0, self.place
        job = self.found.job
        soonest = job.expires_at if job.expires_at is not None else _NEVER + (job.sent_at or job.created_at)
        return 0.0, soonest, self.place

    @property
    def endpoints(self) -> set[str]:
        """Where it may have to go."""
        mine = {one.endpoint for one in (self.order, *self.order.fallbacks)} if self.order else set()
        return mine | ({self.found.job.endpoint} if self.found else set())


def ranked_by_urgency(
    ledger: Ledger,
    connect: Callable[[Order | None, Standing | None], None],
    wanted: list[tuple[Order | None, JobRow | None]],
) -> list[Ranked]:
    """Return what is wanted with the jobs that stand for it, the most urgent first.

    Args:
        ledger: Where the jobs are.
        connect: Called for each, to connect what it needs; what it raises ends all.
        wanted: Orders, or jobs without one. Emptied: whoever holds an order holds its pictures.
    """
    ranked: list[Ranked] = []
    for place, (order, job) in enumerate(wanted):
        found = standing(ledger, order) if order else Standing(order=None, job=job) if job else None
        connect(order, found)
        ranked.append(Ranked(place=place, order=order, found=found))
    wanted.clear()
    return sorted(ranked, key=lambda entry: entry.urgency)
