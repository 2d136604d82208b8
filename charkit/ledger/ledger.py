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
    * a finished job holds nothing reserved: its money is settled, released or in doubt;
    * what is in doubt counts against the caps until it is resolved;
    * nothing with the shape of a key is written, nor anything that the `redact` callable takes out.

Several processes may have one ledger open. A transaction either happened or did not; nothing is held between calls.
"""

from __future__ import annotations

import hashlib
import secrets
import time
import weakref
from dataclasses import fields
from typing import TYPE_CHECKING, Self

from sqlalchemy import Connection, Engine, func, select, update
from sqlalchemy.exc import IntegrityError

from charkit.errors import KeyConflict, LedgerError
from charkit.ledger import money, owners
from charkit.ledger.engine import open_engine, writing
from charkit.ledger.migrations import migrate
from charkit.ledger.reader import LedgerReader, find_in, job_in
from charkit.ledger.records import (
    Caps,
    Intent,
    JobRow,
    Money,
    ScoreRow,
    SentRow,
    Spend,
    Step,
    TakeRow,
)
from charkit.ledger.redaction import without_keys
from charkit.ledger.schema import jobs, productions, scores, sent, takes, transitions
from charkit.ledger.states import TAKEN_ON, TERMINAL, allowed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["Ledger"]

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Ledger(LedgerReader):
    """The record of all paid requests of a workspace."""

    def __init__(
        self, engine: Engine, *, clock: Callable[[], float] = time.time, redact: Callable[[str], str] | None = None
    ) -> None:
        super().__init__(engine)
        weakref.finalize(self, engine.dispose)
        self._clock = clock
        self._redact = redact

    @classmethod
    def open(
        cls, where: Path | str, *, clock: Callable[[], float] = time.time, redact: Callable[[str], str] | None = None
    ) -> Self:
        """Open a ledger, making it if it is not there and bringing its tables up to date.

        Args:
            where: A file (SQLite), or a database URL where several machines share one budget.
            clock: Returns Unix time in seconds.
            redact: Takes secrets out of a text, before and besides the known shapes of keys.

        Raises:
            LedgerError: it is damaged, held by another process, or written by a newer charkit.
            StorageFull: no space for it.
        """
        ledger = cls(open_engine(where), clock=clock, redact=redact)
        with writing(ledger._engine) as connection:
            migrate(connection, clock())
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

        The caller may send the job if and only if it comes back `intended` under its own `owner`.

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
        now = self._clock()
        with writing(self._engine) as connection:
            self._hold(connection, intent.production, now)
            job = find_in(connection, intent.request_key, intent.take_number)
            if job is None:
                money.check_caps(connection, intent, caps, asked=intent.price)
                job = self._insert(connection, intent, now, note)
                return self._claim(connection, job, intent.price, owner, now, lease)
            self._same_request(connection, job, intent)
            if not self._sendable(job, owner, now):
                return job
            held = money.held_by(connection, job.id)
            money.check_caps(connection, intent, caps, asked=intent.price - held.reserved)
            if job.state != "intended":
                step = Step(to="intended", note=note or "the service had not taken it on")
                self._append(connection, job, step, now)
            return self._claim(connection, job, intent.price, owner, now, lease)

    def begin_sending(self, job: JobRow, *, owner: str, lease: float = 900.0) -> JobRow | None:
        """Say that the POST leaves now. None if the job is not this owner's to send; then nothing may leave."""
        now = self._clock()
        with writing(self._engine) as connection:
            mine = (jobs.c.id == job.id, jobs.c.state == "intended", jobs.c.owner == owner)
            changed = connection.execute(
                update(jobs)
                .where(*mine)
                .values(state="sending", accepted=None, sent_at=now, updated_at=now, claimed_until=now + lease)
            )
            if changed.rowcount != 1:
                return None
            self._append(connection, job, Step(to="sending"), now)
            return job_in(connection, job.id)

    def advance(self, job: JobRow, step: Step) -> JobRow:
        """Take a job one step on and return it as it is then.

        Where another process was faster and the step no longer applies, nothing changes and the job comes back as
        that process left it: always go on from what is returned.

        Raises:
            LedgerError: the step is not one that the states allow, leaves a finished job with money set aside, or
                brings a second remote id, or one that an unknown job would share with another.
        """
        now = self._clock()
        with writing(self._engine) as connection:
            current = job_in(connection, job.id)
            accepted = step.accepted if step.accepted is not None else current.accepted
            accepted = True if step.to in TAKEN_ON else accepted
            # A job that was not taken on reopens through `reserve` alone, which checks the caps.
            # `sending` has its own door, which lets one owner through.
            elsewhere = step.to == "sending" or (current.state in TERMINAL and step.to == "intended")
            if elsewhere or not allowed(current.state, step.to, accepted=accepted):
                if current.state != job.state:
                    return current
                raise LedgerError(f"{job.id} cannot go from {current.state!r} to {step.to!r}")
            self._check_remote_id(connection, current, step)
            self._apply(connection, current, step, accepted, now)
            return job_in(connection, job.id)

    def resolve_money(self, job: JobRow, *, charged: int | None) -> None:
        """End the doubt about a finished job's money.

        Args:
            job: The job.
            charged: Micro-dollars that it cost; None if it was not charged.

        Raises:
            LedgerError: nothing of it is in doubt.
        """
        with writing(self._engine) as connection:
            current = job_in(connection, job.id)
            if current.state not in TERMINAL or not money.held_by(connection, job.id).unknown:
                raise LedgerError(f"nothing is in doubt about the money of {job.id}")
            money.move(connection, current, "release" if charged is None else "settle", charged, self._clock())

    def refund(self, job: JobRow) -> None:
        """Note that a service gave back what it had charged.

        Raises:
            LedgerError: nothing was charged.
        """
        with writing(self._engine) as connection:
            if not money.held_by(connection, job.id).settled:
                raise LedgerError(f"{job.id} was not charged, so nothing can be given back")
            money.move(connection, job, "refund", None, self._clock())

    def record_take(self, take: TakeRow) -> TakeRow:
        """Write down what a job made. The first record stays; recording again returns it."""
        key = (takes.c.job_id == take.job_id, takes.c.position == take.position)
        with writing(self._engine) as connection:
            before = connection.execute(select(takes).where(*key)).mappings().one_or_none()
            if before is not None:
                return TakeRow(**before)
            values = {f.name: getattr(take, f.name) for f in fields(take)}
            values |= {"created_at": self._clock(), "note": self._clean(take.note), "facts": self._clean(take.facts)}
            connection.execute(takes.insert().values(values))
            return TakeRow(**values)

    def record_score(self, score: ScoreRow) -> None:
        """Write down what a scorer says; an earlier word of the same scorer stays beside it."""
        values = {f.name: getattr(score, f.name) for f in fields(score)}
        values |= {"created_at": self._clock(), "detail": self._clean(score.detail)}
        with writing(self._engine) as connection:
            connection.execute(scores.insert().values(values))

    def _hold(self, connection: Connection, production: str, now: float) -> None:
        """Hold the production's row until the transaction ends, making it if it is not there."""
        query = select(productions.c.name).where(productions.c.name == production).with_for_update()
        if connection.execute(query).first() is None:
            try:
                with connection.begin_nested():
                    connection.execute(productions.insert().values(name=production, created_at=now))
            except IntegrityError:  # another process made it in this moment
                connection.execute(query).one()

    def _insert(self, connection: Connection, intent: Intent, now: float, note: str) -> JobRow:
        values: dict[str, object] = {f.name: getattr(intent, f.name) for f in fields(intent)}
        values |= {
            "id": _new_id(now),
            "request": self._clean(intent.request),
            "request_digest": _digest(intent.request),
            "state": "intended",
            "owner": "",
            "claimed_until": 0.0,
            "answered_model": "",
            "message": "",
            "stage": "",
            "category": "",
            "created_at": now,
            "updated_at": now,
        }
        connection.execute(jobs.insert().values(values))
        job = job_in(connection, str(values["id"]))
        connection.execute(
            transitions.insert().values(
                job_id=job.id, at=now, before="", after="intended", note=self._clean(note), raw=""
            )
        )
        return job

    def _claim(self, connection: Connection, job: JobRow, price: int, owner: str, now: float, lease: float) -> JobRow:
        money.reserve(connection, job, price, now)
        connection.execute(
            update(jobs)
            .where(jobs.c.id == job.id)
            .values(state="intended", price=price, owner=owner, claimed_until=now + lease, message="", updated_at=now)
        )
        return job_in(connection, job.id)

    def _same_request(self, connection: Connection, job: JobRow, intent: Intent) -> None:
        filed = connection.scalar(select(jobs.c.request_digest).where(jobs.c.id == job.id))
        if filed != _digest(intent.request):
            raise KeyConflict(
                f"{intent.request_key} of {intent.subject} already stands for another request, {job.id} of "
                f"{job.subject}. This is a bug in charkit: please report it with both requests. Nothing was sent."
            )

    def _sendable(self, job: JobRow, owner: str, now: float) -> bool:
        if job.state == "intended":
            return job.owner == owner or job.claimed_until <= now or not owners.alive(job.owner)
        return allowed(job.state, "intended", accepted=job.accepted) and job.state in TERMINAL

    def _check_remote_id(self, connection: Connection, job: JobRow, step: Step) -> None:
        if job.state == "unknown" and step.remote_id not in (None, job.remote_id):
            same = (jobs.c.endpoint == job.endpoint, jobs.c.remote_id == step.remote_id)
            if (other := connection.scalar(select(jobs.c.id).where(*same))) is not None:
                raise LedgerError(f"{step.remote_id} at {job.endpoint} is {other} already, so it cannot be {job.id}")
        if job.remote_id is not None and step.remote_id not in (None, job.remote_id):
            raise LedgerError(
                f"{job.id} is {job.remote_id} at {job.endpoint}, and cannot be {step.remote_id} as well. "
                "If both exist there, two requests were paid for: please report it."
            )

    def _apply(self, connection: Connection, job: JobRow, step: Step, accepted: bool | None, now: float) -> None:
        what = "doubt" if step.to == "unknown" else step.money
        _check_money(job, step.to, what, accepted, money.held_by(connection, job.id))
        known = {
            "remote_id": step.remote_id,
            "answered_model": step.answered_model,
            "message": self._clean(step.message),
            "stage": step.stage,
            "category": self._clean(step.category),
            "expires_at": step.expires_at,
        }
        changes = {name: value for name, value in known.items() if value not in (None, "")}
        connection.execute(
            update(jobs).where(jobs.c.id == job.id).values(state=step.to, accepted=accepted, updated_at=now, **changes)
        )
        self._append(connection, job, step, now)
        money.move(connection, job, what, step.charged, now)
        self._record_sent(connection, job, step.sent)

    def _record_sent(self, connection: Connection, job: JobRow, rows: tuple[SentRow, ...]) -> None:
        there = connection.scalar(select(func.count()).where(sent.c.job_id == job.id))
        if rows and not there:
            columns = [f.name for f in fields(SentRow)]
            values = [{c: self._clean(getattr(row, c)) for c in columns} for row in rows]
            connection.execute(
                sent.insert(), [{"job_id": job.id, "position": i, **row} for i, row in enumerate(values)]
            )

    def _append(self, connection: Connection, job: JobRow, step: Step, now: float) -> None:
        connection.execute(
            transitions.insert().values(
                job_id=job.id,
                at=now,
                before=job.state,
                after=step.to,
                note=self._clean(step.note),
                raw=self._clean(step.raw),
            )
        )

    def _clean(self, text: str) -> str:
        return without_keys(self._redact(text) if self._redact is not None else text)


def _check_money(job: JobRow, to: str, what: Money, accepted: bool | None, held: Spend) -> None:
    """Refuse what would leave money set aside for a finished job, or move it for one that goes on.

    Raises:
        LedgerError: it would.
    """
    if to not in TERMINAL:
        if what != "keep" and to != "unknown":
            raise LedgerError(f"the money of {job.id} stays set aside while it is {to!r}, and is not to {what}")
    elif what == "keep" and (held.reserved or held.unknown):
        raise LedgerError(f"{job.id} cannot end as {to!r} without a word about its money")
    elif accepted is False and what in ("settle", "doubt"):
        raise LedgerError(f"{job.id} was never taken on, so its money can only be released")


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _new_id(now: float) -> str:
    """Return `job_` and 26 characters that sort by time: 48 bits of milliseconds, then 80 random bits (a ULID)."""
    number = (int(now * 1000) & ((1 << 48) - 1)) << 80 | secrets.randbits(80)
    return "job_" + "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))
