"""Taking a job a step on: what may follow, what becomes of its money, and one more line of its history."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, func, select, update

from charkit.errors import LedgerError
from charkit.ledger import money
from charkit.ledger.engine import hold_name, on_postgres
from charkit.ledger.filing import file_take
from charkit.ledger.prepared import Prepared
from charkit.ledger.records import SentRow, Spend
from charkit.ledger.redaction import digest_of_words
from charkit.ledger.rows import hold_production, job_in
from charkit.ledger.schema import jobs, sent, transitions
from charkit.ledger.states import TAKEN_ON, TERMINAL, allowed

if TYPE_CHECKING:
    from charkit.ledger.records import JobRow, Money, Step
    from charkit.ledger.redaction import Cleaner

__all__ = ["CHANGE", "advance", "append", "hold_money"]

CHANGE = update(jobs).where(jobs.c.id == bindparam("wanted"))
"""Runs with the job's id as `wanted`, and what is to change of its row."""

_CHANGE = Prepared(CHANGE)
_LINE = Prepared(transitions.insert().inline())
_SENT = Prepared(sent.insert().inline())
_COUNT_SENT = Prepared(select(func.count()).where(sent.c.job_id == bindparam("wanted")))


def advance(connection: Connection, job: JobRow, step: Step, now: float, clean: Cleaner) -> JobRow:
    """Take a job one step on and return it as it is then; or as another process left it, if that was faster.

    Raises:
        LedgerError: the states do not allow the step, or what it says of money or remote id cannot be.
    """
    if step.remote_id is not None:
        hold_name(connection, f"remote ids of {job.endpoint}")  # so that two doubts are not ended by one id
    if step.money != "keep" or step.to == "unknown" or job.state in ("sending", "unknown"):
        hold_money(connection, job)
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
    _check_remote_id(connection, current, step)
    return _apply(connection, current, step, accepted, now, clean)


def append(connection: Connection, job_id: str, before: str, after: str, note: str, now: float, raw: str = "") -> None:
    """Add a line to a job's history; its texts are clean already."""
    line = {"job_id": job_id, "at": now, "before": before, "after": after, "note": note, "raw": raw}
    _LINE.run(connection, line | {"digest": digest_of_words(before, after, note, raw)})


def hold_money(connection: Connection, job: JobRow) -> None:
    """Hold the money of a job's production, before its row; on SQLite a transaction that writes holds everything."""
    if on_postgres(connection):
        hold_production(connection, job.production)


def _check_remote_id(connection: Connection, job: JobRow, step: Step) -> None:
    if job.state == "unknown" and step.remote_id not in (None, job.remote_id):
        same = (jobs.c.endpoint == job.endpoint, jobs.c.remote_id == step.remote_id)
        if (other := connection.scalar(select(jobs.c.id).where(*same).limit(1))) is not None:
            raise LedgerError(f"{step.remote_id} at {job.endpoint} is {other} already, so it cannot be {job.id}")
    if job.remote_id is not None and step.remote_id not in (None, job.remote_id):
        raise LedgerError(
            f"{job.id} is {job.remote_id} at {job.endpoint}, and cannot be {step.remote_id} as well. "
            "If both exist there, two requests were paid for: please report it."
        )


def _apply(
    connection: Connection, job: JobRow, step: Step, accepted: bool | None, now: float, clean: Cleaner
) -> JobRow:
    what: Money = "doubt" if step.to == "unknown" else step.money
    # A step between two polls moves no money, and asks for none.
    moves = what != "keep" or step.to in TERMINAL or job.state == "unknown"
    held = money.held_by(connection, job.id) if moves else Spend()
    _check_money(job, step.to, what, accepted, held)
    known = {
        "remote_id": step.remote_id or None,
        "answered_model": clean(step.answered_model),
        "message": clean(step.message),
        "stage": clean(step.stage),
        "category": clean(step.category),
        "expires_at": step.expires_at,
    }
    changes: dict[str, object] = {"state": step.to, "accepted": accepted, "updated_at": now}
    changes |= {name: value for name, value in known.items() if value not in (None, "")}
    _CHANGE.run(connection, {"wanted": job.id, **changes})
    append(connection, job.id, job.state, step.to, clean(step.note), now, clean(step.raw))
    money.move(connection, job, what, step.charged, now, held=held)
    _record_sent(connection, job, step.sent, clean)
    for take in step.takes:
        file_take(connection, take, now, clean)
    return replace(job, **changes)  # type: ignore[arg-type]


def _record_sent(connection: Connection, job: JobRow, rows: tuple[SentRow, ...], clean: Cleaner) -> None:
    if not rows or _COUNT_SENT.rows(connection, {"wanted": job.id})[0][0]:
        return
    columns = [f.name for f in fields(SentRow)]
    for position, row in enumerate(rows):
        words = {column: clean(getattr(row, column)) for column in columns}
        _SENT.run(connection, {"job_id": job.id, "position": position, **words})


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
