"""Writing down what a job made, within the transaction in which that becomes known."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select

from charkit.ledger.engine import hold_name
from charkit.ledger.records import TakeRow
from charkit.ledger.schema import takes

if TYPE_CHECKING:
    from charkit.ledger.redaction import Cleaner

__all__ = ["file_take"]


def file_take(connection: Connection, take: TakeRow, now: float, clean: Cleaner) -> TakeRow:
    """Write down what a job made. The first record stays; recording again returns it."""
    hold_name(connection, f"take {take.job_id} {take.position}")
    same = (takes.c.job_id == take.job_id, takes.c.position == take.position)
    before = connection.execute(select(takes).where(*same)).mappings().one_or_none()
    if before is not None:
        return TakeRow(**before)
    values = {f.name: getattr(take, f.name) for f in fields(take)}
    values |= {"created_at": now, "note": clean(take.note), "facts": clean(take.facts)}
    connection.execute(insert(takes).values(values))
    return TakeRow(**values)
