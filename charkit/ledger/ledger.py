"""The ledger: what was meant, sent, answered, paid and made, on disk before anything leaves the machine.

Invariants:
    * money is integer micro-dollars, and only ever added as entries; a job's or a run's money is a sum of entries;
    * transitions are only ever added, each with its time, reason and the service's own words;
    * a request key and take number have at most one job, in all productions together;
    * an intent and its reservation are one transaction that checks the caps of run and production against everything
      that any process has settled, reserved or left in doubt; anything but a clear yes is `SpendLimit`;
    * a job leaves `intended` for `sending` once, for one owner, before its POST is begun;
    * a remote id, once known, never changes, and stands here before the first poll;
    * a job that the service took on, or may have, never goes back to `intended`;
    * a job's money counts in the run that had it set aside last;
    * a finished job holds nothing reserved: its money is settled, released or in doubt;
    * what is in doubt counts against the caps until it is resolved;
    * nothing with the shape of a key is written, nor anything that the `redact` callable takes out.

Where a database can, it holds them too: states, steps, buckets, digests and amounts are CHECK constraints, one job per
request and take is a unique one (see `schema`). `Ledger.verify` goes through all of them.

Several processes may have one ledger open. A transaction either happened or did not; nothing is held between calls.
"""

from __future__ import annotations

import time
import weakref
from dataclasses import fields
from typing import TYPE_CHECKING, Self

from sqlalchemy import Connection, Engine, insert, select

from charkit.errors import LedgerError
from charkit.ledger import booking, copying, money, stepping, verifying
from charkit.ledger.engine import open_engine, reading, transact, writing
from charkit.ledger.filing import file_take
from charkit.ledger.migrations import migrate, up_to_date
from charkit.ledger.place import LedgerPlace, place_of
from charkit.ledger.reader import LedgerReader
from charkit.ledger.records import Caps, Intent, JobRow, PlanRow, ScoreRow, Step, TakeRow
from charkit.ledger.redaction import Cleaner, digest_of
from charkit.ledger.rows import job_in
from charkit.ledger.schema import plans, scores
from charkit.ledger.states import TERMINAL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from charkit.ledger.copying import Backup
    from charkit.ledger.verifying import Verification

__all__ = ["Ledger"]


class Ledger(LedgerReader):
    """The record of all paid requests of a workspace."""

    def __init__(
        self, engine: Engine, *, clock: Callable[[], float] = time.time, redact: Callable[[str], str] | None = None
    ) -> None:
        super().__init__(engine)
        weakref.finalize(self, engine.dispose)
        self._clock = clock
        self._clean = Cleaner(redact)

    @classmethod
    def open(
        cls,
        where: Path | str,
        *,
        clock: Callable[[], float] = time.time,
        redact: Callable[[str], str] | None = None,
        on_network_disk: bool = False,
    ) -> Self:
        """Open a ledger, making it if it is not there and bringing its tables up to date.

        Args:
            where: A file (SQLite), or a `postgresql://` URL where several machines share one budget.
            clock: Returns Unix time in seconds.
            redact: Takes secrets out of a text, before and besides the known shapes of keys.
            on_network_disk: Open a file although it lies on a network disk. SQLite cannot keep two machines apart
                there; a ledger that both open can be damaged, and a budget spent twice.

        Raises:
            LedgerError: it is damaged, held by another process, written by a newer charkit, on a network disk, or its
                server cannot be reached.
            MissingDependency: a URL, and the extra `postgres` is not installed.
            StorageFull: no space for it.
        """
        ledger = cls(open_engine(where, on_network_disk=on_network_disk), clock=clock, redact=redact)
        try:
            with reading(ledger._engine, patience=0) as connection:
                ready = up_to_date(connection)
            if not ready:
                with writing(ledger._engine) as connection:
                    migrate(connection, clock())
        except BaseException:
            ledger.close()
            raise
        return ledger

    def close(self) -> None:
        """Let go of the database; nothing is pending, so this may also never be called."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return "Ledger()"

    def reserve(self, intent: Intent, *, caps: Caps, owner: str, lease: float = 900.0, note: str = "") -> JobRow:
        """Write down an intent and set its price aside, or return the job that stands for it already.

        The caller may send the job if and only if it comes back `intended` under its own `owner`. A job that the
        service never took on, or that a dead process left, becomes the intent's: its run pays for it then.

        Args:
            intent: What is to be sent.
            caps: What may be committed in its run and production.
            owner: Who will send it: `owners.current()`.
            lease: Seconds for which the job is the owner's, as far as others can tell.
            note: Why this request and not another, for its history.

        Raises:
            SpendLimit: it does not fit; nothing was written.
            KeyConflict: the key stands for another request.
        """
        claim = booking.Claim(owner=owner, now=self._clock(), lease=lease, note=note)
        return transact(self._engine, lambda connection: booking.reserve(connection, intent, caps, claim, self._clean))

    def begin_sending(self, job: JobRow, *, owner: str, lease: float = 900.0) -> JobRow | None:
        """Say that the POST leaves now. None if the job is not this owner's to send; then nothing may leave.

        None too where a connection broke so that nobody knows whether this was written: then the job stands there as
        being sent by somebody who is not sending it, which is a doubt to be resolved, and not a second POST.
        """
        claim = booking.Claim(owner=owner, now=self._clock(), lease=lease)
        return transact(self._engine, lambda connection: booking.begin(connection, job, claim))

    def begin_again(self, job: JobRow, *, lease: float = 900.0) -> JobRow | None:
        """Say that the POST of a job in doubt leaves once more, under a key by which its service tells that it is one.

        It stays in doubt, from now on: grace periods begin anew. None if it is in doubt no longer.
        """
        claim = booking.Claim(owner=job.owner, now=self._clock(), lease=lease)
        return transact(self._engine, lambda connection: booking.begin_again(connection, job, claim))

    def advance(self, job: JobRow, step: Step) -> JobRow:
        """Take a job one step on and return it as it is then.

        Where another process was faster and the step no longer applies, nothing changes and the job comes back as
        that process left it: always go on from what is returned.

        Raises:
            LedgerError: the step is not one that the states allow, leaves a finished job with money set aside, or
                brings a second remote id, or one that an unknown job would share with another.
        """
        now = self._clock()
        return transact(self._engine, lambda connection: stepping.advance(connection, job, step, now, self._clean))

    def resolve_money(self, job: JobRow, *, charged: int | None) -> None:
        """End the doubt about a finished job's money.

        Args:
            job: The job.
            charged: Micro-dollars that it cost; None if it was not charged.

        Raises:
            LedgerError: nothing of it is in doubt.
        """
        now = self._clock()

        def resolve(connection: Connection) -> None:
            stepping.hold_money(connection, job)
            current = job_in(connection, job.id)
            held = money.held_by(connection, job.id)
            if current.state not in TERMINAL or not held.unknown:
                raise LedgerError(f"nothing is in doubt about the money of {job.id}")
            money.move(connection, current, "release" if charged is None else "settle", charged, now, held=held)

        transact(self._engine, resolve, repeatable=False)

    def refund(self, job: JobRow) -> None:
        """Note that a service gave back what it had charged.

        Raises:
            LedgerError: nothing was charged.
        """
        now = self._clock()

        def give_back(connection: Connection) -> None:
            stepping.hold_money(connection, job)
            current = job_in(connection, job.id)
            held = money.held_by(connection, job.id)
            if not held.settled:
                raise LedgerError(f"{job.id} was not charged, so nothing can be given back")
            money.move(connection, current, "refund", None, now, held=held)

        transact(self._engine, give_back, repeatable=False)

    def record_plan(self, *, production: str, run: str, day: str, content: str) -> PlanRow:
        """Write down what was planned. The same plan of the same run again is the one that stands there.

        Args:
            production: Whose it is.
            run: The run that it was made for.
            day: The day for which routes and prices were looked up, as in 2026-11-22.
            content: The plan as JSON text.
        """
        content, now = self._clean(content), self._clock()
        row = PlanRow(
            production=production, run=run, digest=digest_of(content), day=day, content=content, created_at=now
        )
        same = (plans.c.production == production, plans.c.run == run, plans.c.digest == row.digest)

        def record(connection: Connection) -> PlanRow:
            booking.make_production(connection, production, now)
            before = connection.execute(select(plans).where(*same)).mappings().one_or_none()
            if before is not None:
                return PlanRow(**before)
            connection.execute(insert(plans).values({f.name: getattr(row, f.name) for f in fields(row)}))
            return row

        return transact(self._engine, record)

    def record_take(self, take: TakeRow) -> TakeRow:
        """Write down what a job made. The first record stays; recording again returns it."""
        now = self._clock()
        return transact(self._engine, lambda connection: file_take(connection, take, now, self._clean))

    def record_score(self, score: ScoreRow) -> None:
        """Write down what a scorer says; an earlier word of the same scorer stays beside it."""
        values = {f.name: getattr(score, f.name) for f in fields(score)}
        values |= {"created_at": self._clock(), "detail": self._clean(score.detail)}

        def record(connection: Connection) -> None:
            connection.execute(insert(scores).values(values))

        transact(self._engine, record)

    def verify(self, *, read_object: Callable[[str], object] | None = None) -> Verification:
        """Go through every promise of the ledger and name each fault. Reads one state, changes nothing.

        Args:
            read_object: Reads a stored file through by its digest and raises `StorageError` if it is missing or other
                than filed, as `Store.verify` does; None to leave the store alone.

        Raises:
            LedgerError: the server cannot be reached.
        """
        return verifying.verify(self._engine, read_object)

    def backup(self, path: Path | str) -> Backup:
        """Write a copy of one state of the ledger to a file, while others go on writing.

        The file is a ledger of its own (SQLite), whatever this one is: open it elsewhere, or copy it back into an
        empty ledger with `restore`. It gets its name when it is complete and was verified.

        Raises:
            LedgerError: something stands there, or this ledger is too damaged to be read.
            StorageFull: no space; nothing was left half-written.
        """
        return copying.backup(self._engine, path, self._clock())

    def restore(self, path: Path | str) -> Backup:
        """Fill this ledger, which has to be empty, with everything that a backup holds, in one transaction.

        Raises:
            LedgerError: this ledger is not empty, or the file is no ledger that is sound.
        """
        return copying.restore(self._engine, path, self._clock())

    def where(self) -> LedgerPlace:
        """Return where this ledger lies, how large it is and what protects it. Never a password."""
        return place_of(self._engine)
