"""The job table: every job, charge, uploaded file and character, on disk, in one vocabulary for all wires.

Invariants:
    * a job and its charge are written in one transaction, before the wire answers; whoever got an id finds the job
      again after any crash of the server.
    * the table holds briefs, not results: a job that was running when the server died is drawn again by the next one,
      and because drawing is deterministic it comes out the same.
    * a terminal job never changes its status again.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from charkit.simulator.briefs import Brief, read_brief
from charkit.simulator.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Status(StrEnum):
    """Where a job stands; each wire has its own words for these."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REFUSED = "refused"
    """Content policy, after the job was accepted."""
    CANCELLED = "cancelled"

    @property
    def terminal(self) -> bool:
        """Whether it will not change any more."""
        return self not in (Status.QUEUED, Status.RUNNING)


@dataclass(frozen=True, kw_only=True)
class Job:
    """One accepted request."""

    id: str
    wire: str
    """The mount it came in at: openai, muse or google."""
    prompt: str
    """The text as it was sent."""
    brief: Brief
    created: float
    """Unix time."""
    ready: float
    """Unix time before which it does not finish (the simulated generation time)."""
    status: Status = Status.QUEUED
    started: float | None = None
    finished: float | None = None
    code: str = ""
    """Machine-readable reason of a failure or refusal."""
    message: str = ""
    fault: str = ""
    """A fault to play out when the job ends; see `faults`."""
    details: Mapping[str, str] = field(default_factory=dict)
    """What only its wire needs to answer: delivery, source id, requested size ..."""

    def progress(self, now: float) -> int:
        """Return per cent done, 0 to 99 while it runs and 100 after success."""
        if self.status is Status.SUCCEEDED:
            return 100
        if self.started is None:
            return 0
        if self.fault == Fault.STUCK:
            return 99
        # Nothing inside the renderer counts frames for us; 0.75 s per clip second is its usual pace on one core.
        expected = max(self.ready - self.created, 0.75 * self.brief.seconds, 0.1)
        return max(0, min(99, int(100 * ((self.finished or now) - self.started) / expected)))


@dataclass(frozen=True, kw_only=True)
class Charge:
    """What the simulator took for one accepted job."""

    job: str
    wire: str
    kind: str
    model: str
    seconds: float
    size: str
    usd: float
    """List price in US dollars, by `prices`."""
    at: float
    """Unix time of acceptance."""
    refunded: bool = False


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file that a client uploaded through a files endpoint; the bytes lie on the shelf."""

    id: str
    wire: str
    name: str
    media_type: str
    digest: str
    size: int
    created: float


@dataclass(frozen=True, kw_only=True)
class Character:
    """A character that was learnt from a clip."""

    id: str
    name: str
    look: str
    created: float


_SCHEMA = """
create table if not exists jobs (
    seq integer primary key autoincrement, id text unique not null, wire text not null, status text not null,
    document text not null);
create table if not exists charges (
    seq integer primary key autoincrement, job text unique not null, refunded integer not null default 0,
    document text not null);
create table if not exists uploads (id text primary key, document text not null);
create table if not exists characters (id text primary key, document text not null);
"""


class JobTable:
    """The table in one SQLite file; used from one thread."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("pragma journal_mode=wal")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def accept(self, job: Job, usd: float) -> None:
        """Write a new job and its charge in one transaction.

        Raises:
            sqlite3.OperationalError: the disk is full; nothing was written.
        """
        charge = Charge(
            job=job.id,
            wire=job.wire,
            kind=job.brief.kind,
            model=job.brief.model,
            seconds=job.brief.seconds,
            size=f"{job.brief.width}x{job.brief.height}",
            usd=round(usd, 6),
            at=job.created,
        )
        self._db.execute("begin immediate")
        try:
            self._db.execute(
                "insert into jobs (id, wire, status, document) values (?, ?, ?, ?)",
                (job.id, job.wire, job.status, _job_document(job)),
            )
            self._db.execute("insert into charges (job, document) values (?, ?)", (job.id, json.dumps(asdict(charge))))
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")

    def update(self, job: Job) -> Job:
        """Write a job's new state; a terminal job keeps the state it ended in.

        Returns:
            The job as it now stands in the table.
        """
        if (standing := self.get(job.id)) is None or standing.status.terminal:
            return standing or job
        self._db.execute(
            "update jobs set status = ?, document = ? where id = ?", (job.status, _job_document(job), job.id)
        )
        return job

    def get(self, job_id: str, wire: str | None = None) -> Job | None:
        """Return a job, or None if it does not exist (on that wire)."""
        row = self._db.execute("select document, wire from jobs where id = ?", (job_id,)).fetchone()
        if row is None or (wire is not None and row[1] != wire):
            return None
        return _read_job(row[0])

    def delete(self, job_id: str) -> None:
        """Forget a job; its charge stays."""
        self._db.execute("delete from jobs where id = ?", (job_id,))

    def newest(self, wire: str, *, kind: str = "clip") -> list[Job]:
        """Return a wire's jobs of one kind, newest first."""
        rows = self._db.execute("select document from jobs where wire = ? order by seq desc", (wire,))
        return [job for (document,) in rows if (job := _read_job(document)).brief.kind == kind]

    def unfinished(self) -> list[Job]:
        """Return the jobs that an earlier server process left queued or running, oldest first."""
        rows = self._db.execute(
            "select document from jobs where status in (?, ?) order by seq", (Status.QUEUED, Status.RUNNING)
        )
        return [_read_job(document) for (document,) in rows]

    def count(self) -> dict[str, int]:
        """Return how many jobs stand in each status."""
        rows = self._db.execute("select status, count(*) from jobs group by status")
        return {str(status): int(number) for status, number in rows}

    def refund(self, job_id: str) -> None:
        """Mark a job's charge as given back."""
        self._db.execute("update charges set refunded = 1 where job = ?", (job_id,))

    def charges(self) -> list[Charge]:
        """Return every charge, oldest first."""
        rows = self._db.execute("select document, refunded from charges order by seq")
        return [replace(Charge(**json.loads(document)), refunded=bool(refunded)) for document, refunded in rows]

    def keep_upload(self, upload: Upload) -> None:
        """Write an uploaded file's entry."""
        self._db.execute("insert into uploads values (?, ?)", (upload.id, json.dumps(asdict(upload))))

    def upload(self, upload_id: str, wire: str) -> Upload | None:
        """Return an uploaded file's entry, or None."""
        row = self._db.execute("select document from uploads where id = ?", (upload_id,)).fetchone()
        found = Upload(**json.loads(row[0])) if row else None
        return found if found is not None and found.wire == wire else None

    def keep_character(self, character: Character) -> None:
        """Write a learnt character."""
        self._db.execute("insert into characters values (?, ?)", (character.id, json.dumps(asdict(character))))

    def character(self, character_id: str) -> Character | None:
        """Return a learnt character, or None."""
        row = self._db.execute("select document from characters where id = ?", (character_id,)).fetchone()
        return Character(**json.loads(row[0])) if row else None


def _job_document(job: Job) -> str:
    # The brief keeps its own canonical text, so that its digest survives the round trip.
    shallow = {name: getattr(job, name) for name in job.__dataclass_fields__ if name != "brief"}
    return json.dumps({**shallow, "details": dict(job.details), "brief": job.brief.document()})


def _read_job(document: str) -> Job:
    fields = json.loads(document)
    fields["brief"] = read_brief(fields["brief"])
    fields["status"] = Status(fields["status"])
    return Job(**fields)
