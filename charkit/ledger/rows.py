"""Jobs as the tables hold them, inside a transaction.

Statements that a job's way needs are made once, here and in the modules beside this one, and get their values when they
run (see `prepared`): SQLAlchemy takes four times as long to put one together as to run it.
"""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import Connection, RowMapping, bindparam, select

from charkit.errors import LedgerError
from charkit.ledger.prepared import Prepared
from charkit.ledger.records import JobRow
from charkit.ledger.schema import jobs, productions

__all__ = ["find_in", "hold_production", "job_in", "job_row"]

_FIELDS = tuple(f.name for f in fields(JobRow))

_JOB = select(*(jobs.c[name] for name in _FIELDS))
_BY_ID = _JOB.where(jobs.c.id == bindparam("wanted"))
_BY_REQUEST = _JOB.where(jobs.c.request_key == bindparam("key"), jobs.c.take_number == bindparam("number"))
_READ_BY_ID, _READ_BY_REQUEST = Prepared(_BY_ID), Prepared(_BY_REQUEST)
_HELD_BY_ID, _HELD_BY_REQUEST = Prepared(_BY_ID.with_for_update()), Prepared(_BY_REQUEST.with_for_update())
_HOLD_PRODUCTION = Prepared(
    select(productions.c.name).where(productions.c.name == bindparam("wanted")).with_for_update()
)


def job_in(connection: Connection, job_id: str, *, hold: bool = True) -> JobRow:
    """Return a job, holding its row until the transaction ends, which only one that writes may do.

    Raises:
        LedgerError: there is none with that id.
    """
    found = _one(connection, _HELD_BY_ID if hold else _READ_BY_ID, {"wanted": job_id})
    if found is None:
        raise LedgerError(f"the ledger has no job {job_id}")
    return found


def find_in(connection: Connection, request_key: str, take_number: int, *, hold: bool = False) -> JobRow | None:
    """Return the job for a request key and take number, if there is one, and hold its row if asked to."""
    query = _HELD_BY_REQUEST if hold else _READ_BY_REQUEST
    return _one(connection, query, {"key": request_key, "number": take_number})


def hold_production(connection: Connection, production: str) -> bool:
    """Hold a production's row until the transaction ends; say whether it is there.

    Whoever checks a cap or moves money holds it, before any job's row, so that money is counted by one at a time.
    """
    return bool(_HOLD_PRODUCTION.rows(connection, {"wanted": production}))


def job_row(row: RowMapping) -> JobRow:
    """Return a row of `jobs` as a record."""
    return JobRow(**{name: row[name] for name in _FIELDS})


def _one(connection: Connection, query: Prepared, values: dict[str, object]) -> JobRow | None:
    found = query.rows(connection, values)
    if not found:
        return None
    row = dict(zip(_FIELDS, found[0], strict=True))
    row["simulated"] = bool(row["simulated"])  # SQLite has no truth values of its own
    row["accepted"] = None if row["accepted"] is None else bool(row["accepted"])
    return JobRow(**row)
