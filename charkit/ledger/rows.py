"""Jobs as the tables hold them, inside a transaction."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from sqlalchemy import Connection, RowMapping, select

from charkit.errors import LedgerError
from charkit.ledger.records import JobRow
from charkit.ledger.schema import jobs, productions

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

__all__ = ["find_in", "hold_production", "job_in", "job_row"]

_FIELDS = tuple(f.name for f in fields(JobRow))


def job_in(connection: Connection, job_id: str, *, hold: bool = True) -> JobRow:
    """Return a job, holding its row until the transaction ends, which only one that writes may do.

    Raises:
        LedgerError: there is none with that id.
    """
    found = _one(connection, jobs.c.id == job_id, hold=hold)
    if found is None:
        raise LedgerError(f"the ledger has no job {job_id}")
    return found


def find_in(connection: Connection, request_key: str, take_number: int, *, hold: bool = False) -> JobRow | None:
    """Return the job for a request key and take number, if there is one, and hold its row if asked to."""
    return _one(connection, jobs.c.request_key == request_key, jobs.c.take_number == take_number, hold=hold)


def hold_production(connection: Connection, production: str) -> bool:
    """Hold a production's row until the transaction ends; say whether it is there.

    Whoever checks a cap or moves money holds it, before any job's row, so that money is counted by one at a time.
    """
    query = select(productions.c.name).where(productions.c.name == production).with_for_update()
    return connection.execute(query).first() is not None


def job_row(row: RowMapping) -> JobRow:
    """Return a row of `jobs` as a record."""
    return JobRow(**{name: row[name] for name in _FIELDS})


def _one(connection: Connection, *where: ColumnElement[bool], hold: bool) -> JobRow | None:
    query = select(jobs).where(*where)
    row = connection.execute(query.with_for_update() if hold else query).mappings().one_or_none()
    return None if row is None else job_row(row)
