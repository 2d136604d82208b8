"""Writing down what a job made, within the transaction in which that becomes known."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, select

from charkit.ledger.engine import hold_name
from charkit.ledger.prepared import Prepared
from charkit.ledger.records import TakeRow
from charkit.ledger.redaction import digest_of_words
from charkit.ledger.schema import takes

if TYPE_CHECKING:
    from charkit.ledger.redaction import Cleaner

__all__ = ["file_take"]

_FIELDS = tuple(f.name for f in fields(TakeRow))
_TAKES = select(*(takes.c[name] for name in _FIELDS))
_SAME = Prepared(_TAKES.where(takes.c.job_id == bindparam("job"), takes.c.position == bindparam("at")))
_TAKE = Prepared(takes.insert().inline())


def file_take(connection: Connection, take: TakeRow, now: float, clean: Cleaner) -> TakeRow:
    """Write down what a job made. The first record stays; recording again returns it."""
    hold_name(connection, f"take {take.job_id} {take.position}")
    before = _SAME.rows(connection, {"job": take.job_id, "at": take.position})
    if before:
        return TakeRow(**dict(zip(_FIELDS, before[0], strict=True)))
    values = {name: getattr(take, name) for name in _FIELDS}
    values |= {"created_at": now, "note": clean(take.note), "facts": clean(take.facts)}
    words = digest_of_words(take.media_type, values["facts"], values["note"])
    _TAKE.run(connection, values | {"filed_digest": words})
    return TakeRow(**values)
