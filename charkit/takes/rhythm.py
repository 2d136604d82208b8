"""When to ask after a job: as soon as its like are usually done, then less and less often.

What is usual is measured: how long the jobs of the same route took, in this production's ledger and in this visit.
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
"""Share of the usual time after which the first poll comes. Below 1, because what is measured is when a job was *seen*
to be done; else each visit would wait a little longer than the last."""

_STEPS = 6
"""Polls within the span in which most jobs of a route end."""


@dataclass(frozen=True, kw_only=True)
class _Usual:
    soon: float
    """Seconds after which one in ten was done."""
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

    def done(self, job: JobRow, now: float) -> None:
        """Take note of a job that was just seen to be done, with the time of its sending."""
        if job.sent_at is not None:
            with self._lock:
                self._of(job.endpoint, job.route).append(max(0.0, now - job.sent_at))

    def pauses(self, job: JobRow, *, least: float = 0.0) -> Iterator[float]:
        """Yield the seconds to wait before each poll of a job that was just sent.

        Args:
            job: The job.
            least: Seconds below which its service does not want to be asked again.
        """
        pace, usual = self._pace, self._usual(job)
        pause = max(pace.first_poll, least)
        if usual is not None:
            yield max(pause, min(_EARLY * usual.soon, pace.deadline / 2))
            pause = min(max(pause, (usual.late - usual.soon) / _STEPS), pace.longest_poll)
        while True:
            yield pause
            pause = max(min(pause * pace.growth, pace.longest_poll), least)

    def _usual(self, job: JobRow) -> _Usual | None:
        with self._lock:
            self._read_once(job.endpoint)
            took = sorted(self._of(job.endpoint, job.route))
        if len(took) < _ENOUGH:
            return None
        return _Usual(soon=took[len(took) // 10], late=took[-1 - len(took) // 10])

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
                self._of(endpoint, job.route).append(max(0.0, job.updated_at - job.sent_at))
