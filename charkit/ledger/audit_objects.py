"""Whether what the takes of a ledger name is in the store, whole."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from charkit.errors import StorageError
from charkit.ledger.audit import Fault
from charkit.ledger.schema import jobs, takes

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["audit_objects"]


def audit_objects(connection: Connection, read_object: Callable[[str], object]) -> tuple[list[Fault], int]:
    """Read every take's object once; return what is wrong, by job, and how many were read."""
    columns = (takes.c.job_id, takes.c.digest, jobs.c.subject, jobs.c.take_number, jobs.c.expires_at)
    rows = connection.execute(select(*columns).join(jobs).order_by(takes.c.created_at, takes.c.job_id)).all()
    said: dict[str, str] = {}
    found = []
    for row in rows:
        if row.digest not in said:
            said[row.digest] = _complaint(row.digest, read_object)
        if said[row.digest]:
            what = f"{row.subject}, take {row.take_number}: {said[row.digest]}"
            found.append(Fault(promise="store", job=row.job_id, what=what, then=_then(row.expires_at)))
    return found, len(said)


def _complaint(digest: str, read_object: Callable[[str], object]) -> str:
    try:
        read_object(digest)
    except StorageError as error:
        return str(error).rstrip(".")
    return ""


def _then(expires_at: float | None) -> str:
    again = "shoot again: what was paid for is fetched anew at no cost"
    if expires_at is None:
        return f"Put it back from a copy of the store, or {again} if the service still has it"
    until = dt.datetime.fromtimestamp(expires_at, tz=dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
    if expires_at > time.time():
        return f"Put it back from a copy of the store, or {again}, until {until}"
    return f"Put it back from a copy of the store; the service kept it until {until}"
