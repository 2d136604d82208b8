"""The traffic to one endpoint: what is due, what its limits allow now, and when they allow more.

Limits are the endpoint's data (`charkit.routes.limits`); where they are not established, charkit's own choices hold.
A Retry-After holds back everything that goes to the endpoint, whoever it was said to.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from charkit.takes.turns import Lane

if TYPE_CHECKING:
    from collections.abc import Hashable

    from charkit.routes.limits import Bounds
    from charkit.takes.turns import Turn

__all__ = ["LINES", "POLLS_PER_MINUTE", "Spacing", "Traffic"]

LINES = 8
"""Requests under way at once where an endpoint's data says nothing: enough to hide an ocean's round trip, and what
`exchange.Exchange` keeps connections for."""

POLLS_PER_MINUTE = 1200.0
"""Polls of all jobs together where an endpoint's data says nothing: 300 jobs at the 15 s that guides ask for
(openai-video-wire.md, 2.4)."""

_BURST = 0.5
"""Seconds' worth of requests that may go out at once after a lull."""

_KEPT = (Lane.SEND, Lane.ASK)
"""Lanes for which one line each stays free of the more urgent ones, so that a flood of those does not stop them."""


class Spacing:
    """So many a minute, evenly spaced, however they come in (the generic cell rate algorithm, ITU-T I.371)."""

    def __init__(self, per_minute: float | None) -> None:
        self._gap = 60.0 / per_minute if per_minute else 0.0
        self._next = float("-inf")

    def free_at(self) -> float:
        """Return when one more may go out."""
        return self._next - _BURST if self._gap and self._gap < _BURST else self._next

    def take(self, now: float) -> None:
        """Count one that goes out."""
        if self._gap:
            self._next = max(self._next, now) + self._gap


class Traffic:
    """What goes to one endpoint. Used from one thread."""

    def __init__(self, bounds: Bounds, *, most_jobs: int) -> None:
        self._lines = bounds.requests or min(LINES, bounds.jobs or most_jobs)
        self._most_jobs = bounds.jobs or most_jobs
        self._due: dict[Lane, list[tuple[float, int, Hashable]]] = {lane: [] for lane in Lane}
        self._spacing = {
            Lane.ASK: Spacing(bounds.polls_per_minute or POLLS_PER_MINUTE),
            Lane.SEND: Spacing(bounds.posts_per_minute),
        }
        self._jobs: set[Hashable] = set()
        self._busy = 0
        self._count = 0
        self._held_until = float("-inf")

    def due(self, who: Hashable, turn: Turn) -> None:
        """Put an order in line for its turn."""
        self._count += 1
        urgency = turn.urgency
        if turn.lane in (Lane.FETCH, Lane.ASK):  # nothing more is bought where what was bought cannot be fetched
            self._jobs.add(who)
        elif turn.lane is Lane.SEND and who in self._jobs:  # it was turned away before, and has its place
            urgency = float("-inf")
        heapq.heappush(self._due[turn.lane], (urgency, self._count, who))

    def next(self, now: float) -> Hashable | None:
        """Return the order whose turn comes now, and count it as under way; None where none may go."""
        for lane in Lane:
            line = self._due[lane]
            if line and not self._barred(lane, line[0][2], now):
                _, _, who = heapq.heappop(line)
                if lane in self._spacing:
                    self._spacing[lane].take(now)
                if lane is Lane.SEND:
                    self._jobs.add(who)
                self._busy += 1
                return who
        return None

    def opens_at(self, now: float) -> float | None:
        """Return when a time limit that stops what is due now will be over; None where no time stops anything."""
        times = [
            max(self._held_until, self._spacing[lane].free_at() if lane in self._spacing else now)
            for lane in Lane
            if lane is not Lane.LOOK and self._due[lane]
        ]
        later = [at for at in times if at > now]
        return min(later, default=None)

    def back(self) -> None:
        """Say that a step has ended."""
        self._busy -= 1

    def leave(self, who: Hashable) -> None:
        """Say that an order has ended, or goes elsewhere."""
        self._jobs.discard(who)

    def hold(self, until: float) -> None:
        """Let no request out before a time."""
        self._held_until = max(self._held_until, until)

    def _barred(self, lane: Lane, who: Hashable, now: float) -> bool:
        if self._busy >= self._lines - self._kept_free(lane):
            return True
        if lane is Lane.LOOK:
            return False
        if now < self._held_until or (lane in self._spacing and now < self._spacing[lane].free_at()):
            return True
        return lane is Lane.SEND and who not in self._jobs and len(self._jobs) >= self._most_jobs

    def _kept_free(self, lane: Lane) -> int:
        """Return how many lines this lane leaves to less urgent ones that have something due."""
        if self._lines <= len(_KEPT):
            return 0
        return sum(1 for other in _KEPT if other > lane and self._due[other])
