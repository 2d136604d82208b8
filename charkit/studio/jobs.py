"""Jobs as people look at them: what became of each paid request, and which of them wait for somebody."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, overload

from charkit.cards import table
from charkit.errors import UnknownName
from charkit.ledger import Spend, usd
from charkit.ledger.spending import dollars
from charkit.ledger.states import STEPS, TERMINAL

if TYPE_CHECKING:
    from charkit.ledger import JobRow, Ledger

__all__ = ["HEADINGS", "STATES", "Job", "Jobs", "list_jobs", "moment"]

STATES = (*STEPS, "open", "doubt")
"""What a list can be narrowed to: the ledger's states, all that are not over, and all that wait for a person."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """One paid request."""

    row: JobRow = field(repr=False)
    """As the ledger knows it."""
    held: Spend = field(repr=False)
    """Its money."""
    collected: bool
    """Whether what it made is recorded here."""
    seen_at: float = field(repr=False)
    """Unix time of this look."""

    @property
    def id(self) -> str:
        """Its name in the ledger."""
        return self.row.id

    @property
    def state(self) -> str:
        """The ledger's word."""
        return self.row.state

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.state in TERMINAL and not self.to_fetch

    @property
    def to_fetch(self) -> bool:
        """Whether it was paid for and still lies at the service."""
        return self.state == "succeeded" and not self.collected

    @property
    def in_doubt(self) -> bool:
        """Whether a person has to say what became of it, or of its money."""
        return self.state == "unknown" or bool(self.held.unknown)

    @property
    def age(self) -> str:
        """How long ago it was meant."""
        return _ago(self.seen_at - self.row.created_at)

    @property
    def expires(self) -> str:
        """Until when it has to be fetched; empty where that is not known, or done."""
        if self.row.expires_at is None or self.collected or self.state not in ("queued", "running", "succeeded"):
            return ""
        left = self.row.expires_at - self.seen_at
        return f"in {_ago(left)}" if left > 0 else "over"

    def facts(self) -> dict[str, str | int | float | bool | None]:
        """Return what a program wants to know, money in US dollars and times as ISO 8601."""
        row = self.row
        return {
            "job": row.id,
            "production": row.production,
            "run": row.run,
            "shot": row.subject,
            "take": row.take_number,
            "kind": row.kind,
            "route": row.route,
            "endpoint": row.endpoint,
            "model": row.answered_model or row.model,
            "state": row.state,
            "in_doubt": self.in_doubt,
            "collected": self.collected,
            "simulated": row.simulated,
            "remote_id": row.remote_id,
            "message": row.message,
            "estimated_usd": usd(row.price),
            "set_aside_usd": usd(self.held.reserved),
            "charged_usd": usd(self.held.settled),
            "in_doubt_usd": usd(self.held.unknown),
            "created": moment(row.created_at),
            "sent": moment(row.sent_at),
            "updated": moment(row.updated_at),
            "expires": moment(row.expires_at),
        }

    def cells(self) -> list[str]:
        """Return its line in a list, as `HEADINGS` say."""
        row = self.row
        return [
            row.subject,
            str(row.take_number),
            row.route,
            row.state,
            f"{self.age} ago",
            dollars(self.held.reserved),
            dollars(self.held.settled),
            dollars(self.held.unknown),
            self.expires,
            row.id,
        ]

    @property
    def rank(self) -> tuple[int, str, str, str, int]:
        """What lists are ordered by: what waits for a person, then what goes on, then what is over."""
        urgency = 0 if self.in_doubt else 1 if not self.over else 2
        return urgency, self.row.production, self.row.run, self.row.subject, self.row.take_number


HEADINGS = ("shot", "take", "route", "state", "age", "set aside", "charged", "in doubt", "expires", "job")
_FEW_LETTERS = 6
"""The last letters of a job's id are enough to name it."""


class Jobs(Sequence[Job]):
    """Some jobs, those that wait for a person first, then those that go on, then those that are over."""

    def __init__(self, jobs: Sequence[Job] = ()) -> None:
        self._jobs = tuple(sorted(jobs, key=lambda job: job.rank))

    def __len__(self) -> int:
        return len(self._jobs)

    @overload
    def __getitem__(self, index: int) -> Job: ...
    @overload
    def __getitem__(self, index: slice) -> Jobs: ...
    def __getitem__(self, index: int | slice) -> Job | Jobs:
        return Jobs(self._jobs[index]) if isinstance(index, slice) else self._jobs[index]

    @property
    def open(self) -> Jobs:
        """Those that are not over: on their way, or paid for and not fetched."""
        return Jobs([job for job in self._jobs if not job.over])

    @property
    def in_doubt(self) -> Jobs:
        """Those of which a person has to say what became of them, or of their money."""
        return Jobs([job for job in self._jobs if job.in_doubt])

    def __repr__(self) -> str:
        counts = Counter("in doubt" if job.in_doubt else job.state for job in self._jobs)
        words = ", ".join(f"{count} {state}" for state, count in counts.items()) or "none"
        sums = [_sum(kind, [job.held for job in self._jobs if job.row.simulated is kind]) for kind in self._kinds]
        return f"Jobs({'; '.join([words, *sums])})"

    @property
    def _kinds(self) -> list[bool]:
        return sorted({job.row.simulated for job in self._jobs})

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        rows = [[*job.cells()[:-1], f"…{job.id[-_FEW_LETTERS:]}"] for job in self._jobs]
        one = len({job.row.production for job in self._jobs}) == 1
        several = len({(job.row.production, job.row.run) for job in self._jobs}) > 1
        head = list(HEADINGS)
        if several:
            head.insert(0, "run")
            rows = [
                [job.row.run if one else f"{job.row.production}/{job.row.run}", *row]
                for job, row in zip(self._jobs, rows, strict=True)
            ]
        kept = [i for i, name in enumerate(head) if name not in _SPARSE or any(row[i] not in _EMPTY for row in rows)]
        shown = table([head[i] for i in kept], [[row[i] for i in kept] for row in rows], caption=repr(self))
        return {"text/plain": repr(self), "text/html": shown}


_SPARSE = ("set aside", "in doubt", "expires")
_EMPTY = ("", "$0.00")


def list_jobs(
    ledger: Ledger,
    *,
    production: str | None = None,
    run: str | None = None,
    state: str | None = None,
    route: str | None = None,
    shot: str | None = None,
    simulated: bool | None = None,
    also: Collection[str] = (),
) -> Jobs:
    """Return the jobs that match.

    Args:
        ledger: Where they stand.
        production: Of this production only.
        run: Of runs with this name only.
        state: One of `STATES`.
        route: On this route only.
        shot: For this shot or view only.
        simulated: Simulated or real ones only.
        also: Ids of jobs of other productions or runs that are to be among them.

    Raises:
        UnknownName: there is no such state.
    """
    if state is not None and state not in STATES:
        raise UnknownName("state of jobs", state, STATES)
    now = time.time()
    held = ledger.holdings(production=production, run=run)
    made = {take.job_id for take in ledger.takes(production=production, run=run)}
    found = [
        Job(row=row, held=held.get(row.id, Spend()), collected=row.id in made, seen_at=now)
        for row in ledger.jobs(production=production, run=run)
    ]
    for other in set(also) - {job.id for job in found}:
        row, taken = ledger.job(other), bool(ledger.takes(job_id=other))
        found.append(Job(row=row, held=ledger.held_by(other), collected=taken, seen_at=now))
    return Jobs([job for job in found if _matches(job, state, route, shot, simulated)])


def _matches(job: Job, state: str | None, route: str | None, shot: str | None, simulated: bool | None) -> bool:
    row = job.row
    wanted = ((row.route, route), (row.subject, shot), (row.simulated, simulated))
    if any(value is not None and have != value for have, value in wanted):
        return False
    return {None: True, "open": not job.over, "doubt": job.in_doubt}.get(state, job.state == state)


def moment(at: float | None) -> str:
    """Return a Unix time as local time with its offset (ISO 8601, to the second); empty for None."""
    if at is None:
        return ""
    return dt.datetime.fromtimestamp(at, tz=dt.UTC).astimezone().isoformat(timespec="seconds")


def _ago(seconds: float) -> str:
    seconds = max(0.0, seconds)
    for unit, length, most in (("s", 1, 120), ("min", 60, 120 * 60), ("h", 3600, 48 * 3600)):
        if seconds < most:
            return f"{int(seconds / length)} {unit}"
    return f"{int(seconds / 86400)} days"


def _sum(simulated: bool, held: Sequence[Spend]) -> str:
    parts = {name: sum(getattr(one, name) for one in held) for name in ("settled", "reserved", "unknown")}
    words = {"settled": "charged", "reserved": "set aside", "unknown": "in doubt"}
    said = [f"{dollars(parts[name])} {word}" for name, word in words.items() if parts[name] or name == "settled"]
    return f"{', '.join(said)}{', simulated' if simulated else ''}"
