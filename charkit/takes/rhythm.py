"""When to ask after a job: when one in five of its like are done, twice more while most end, then less and less often.

What is usual is measured: how long the jobs of the same route took, in this production's ledger and in this visit. A
job ended somewhere between two questions, so the middle between them counts. Jobs that take 10 to 30 s, evenly spread,
are asked after 2.3 times each and are seen 3.6 s after their end (simulated, 2,000 jobs, 50 at once); questions from
just before the first end, ever rarer, took 3.4 for about the same 3.4 s.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.ledger import JobRow, Ledger
    from charkit.takes.means import Pace

__all__ = ["Rhythm"]

_REMEMBERED = 50
"""Jobs of a route that count; older ones say little about a service's load today."""

_ENOUGH = 3
"""Jobs below which nothing is usual."""

_EARLY = 0.85
"""Share of the time that counts for a job of which nobody asked before it was done: when it ended is not known, and if
all of it counted, no visit would ever ask earlier than the last."""

_FIRST = 0.2
"""Share of a route's jobs that are done when the first is asked after."""

_STEPS = 2
"""Polls after it within the span in which most jobs of a route end."""


@dataclass(frozen=True, kw_only=True)
class _Usual:
    soon: float
    """Seconds after which one in five was done."""
    late: float
    """Seconds after which nine in ten were."""


class Rhythm:
    """How long jobs take, by route. Several threads may use it."""

    def __init__(self, ledger: Ledger, production: str, pace: Pace) -> None:
        self._ledger = ledger
        self._production = production
        self._pace = pace
        self._lock = threading.Lock()
        self._took: dict[tuple[str, str], deque[float]] = {}
        self._read: set[str] = set()

    def done(self, job: JobRow, now: float, *, before: float | None = None) -> None:
        """Take note of a job that was just seen to be done.

        Args:
            job: The job, with the time of its sending.
            now: When it was seen to be done.
            before: When it was last seen at work; None if never.
        """
        if job.sent_at is None:
            return
        seen = max(0.0, now - job.sent_at)
        took = _EARLY * seen if before is None else (seen + max(0.0, before - job.sent_at)) / 2
        with self._lock:
            self._of(job.endpoint, job.route).append(took)

    def pauses(self, job: JobRow, *, least: float = 0.0) -> Iterator[float]:
        """Yield the seconds to wait before each poll of a job that was just sent.

        Args:
            job: The job.
            least: Seconds below which its service does not want to be asked again.
        """
        pace, usual = self._pace, self._usual(job)
        pause = max(pace.first_poll, least)
        if usual is not None:
            yield max(pause, min(usual.soon, pace.deadline / 2))
            pause = max(pause, min((usual.late - usual.soon) / _STEPS, pace.longest_poll))
            yield from [pause] * (_STEPS - 1)
        while True:
            yield pause
            pause = max(min(pause * pace.growth, pace.longest_poll), least)

    def _usual(self, job: JobRow) -> _Usual | None:
        with self._lock:
            self._read_once(job.endpoint)
            took = sorted(self._of(job.endpoint, job.route))
        if len(took) < _ENOUGH:
            return None
        return _Usual(soon=took[int(len(took) * _FIRST)], late=took[-1 - len(took) // 10])

    def _of(self, endpoint: str, route: str) -> deque[float]:
        return self._took.setdefault((endpoint, route), deque(maxlen=_REMEMBERED))

    def _read_once(self, endpoint: str) -> None:
        """Read what the ledger knows of an endpoint, the first time that somebody asks."""
        if endpoint in self._read:
            return
        self._read.add(endpoint)
        done = self._ledger.jobs(production=self._production, endpoint=endpoint, states={"succeeded"})
        for job in done[-4 * _REMEMBERED :]:
            if job.sent_at is not None and job.remote_id is not None:
                self._of(endpoint, job.route).append(_EARLY * max(0.0, job.updated_at - job.sent_at))
