"""Money as entries that are only ever added.

An entry puts an amount into a bucket or takes it out. What a job holds in a bucket is the sum of its entries there; a
step moves money from one bucket to another and so changes no total except where the service charged another amount
than was reserved.

```
reserve   reserved +p, after what another run had set aside for it went back there
settle    reserved -p or unknown -p, settled +c
release   reserved -p or unknown -p, released +p
doubt     reserved -p, unknown +p
refund    settled -c, refunded +c
```
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, bindparam, func, literal_column, select

from charkit.errors import SpendLimit
from charkit.ledger.prepared import Prepared
from charkit.ledger.records import Caps, Entry, JobRow, Money, Spend, usd
from charkit.ledger.schema import entries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from charkit.ledger.records import Intent

__all__ = ["check_caps", "entries_of", "held_by", "move", "reserve", "spend"]

_COUNTED = ("reserved", "settled", "unknown")

_BY_BUCKET = select(entries.c.bucket, func.sum(entries.c.amount)).group_by(entries.c.bucket)
_OF_JOB = Prepared(_BY_BUCKET.where(entries.c.job_id == bindparam("wanted")))
_COMMITTED = select(func.coalesce(func.sum(entries.c.amount), 0)).where(
    entries.c.production == bindparam("production"),
    entries.c.simulated == bindparam("simulated"),
    entries.c.bucket.in_([literal_column(f"'{bucket}'") for bucket in _COUNTED]),
)
_IN_PRODUCTION = Prepared(_COMMITTED)
_IN_RUN = Prepared(_COMMITTED.where(entries.c.run == bindparam("run")))
_ENTRY = Prepared(entries.insert().inline())


def held_by(connection: Connection, job_id: str) -> Spend:
    """Return what one job holds in each bucket."""
    return Spend(**{bucket: int(total) for bucket, total in _OF_JOB.rows(connection, {"wanted": job_id})})


def spend(connection: Connection, *where: ColumnElement[bool]) -> Spend:
    """Return the sums per bucket over the entries that match."""
    return Spend(**{bucket: int(total) for bucket, total in connection.execute(_BY_BUCKET.where(*where))})


def entries_of(connection: Connection, job_id: str) -> tuple[Entry, ...]:
    """Return a job's entries in the order in which they were made."""
    rows = connection.execute(select(entries).where(entries.c.job_id == job_id).order_by(entries.c.id))
    return tuple(Entry(job_id=r.job_id, at=r.at, bucket=r.bucket, amount=r.amount, note=r.note) for r in rows)


def check_caps(
    connection: Connection, intent: Intent, caps: Caps, *, asked: int, asked_there: int | None = None
) -> None:
    """Make sure that an intent fits under both caps; simulated and real money are counted apart.

    Args:
        connection: The transaction that reserves.
        intent: What is to be sent.
        caps: What may be committed.
        asked: Micro-dollars that it adds to what its run has committed: its price, less what is set aside for it there.
        asked_there: The same for its production, where that is not the same.

    Raises:
        SpendLimit: it does not.
    """
    same_kind: dict[str, object] = {"production": intent.production, "simulated": intent.simulated}
    what = f"{intent.subject}, take {intent.take_number}"
    committed = _IN_RUN.rows(connection, same_kind | {"run": intent.run})[0][0]
    _fits(committed, caps.run, asked, f"{what} (run {intent.run!r})")
    if caps.production is not None:
        more = asked if asked_there is None else asked_there
        committed = _IN_PRODUCTION.rows(connection, same_kind)[0][0]
        whose = f"{what} (production {intent.production!r})"
        _fits(committed, caps.production, more, whose, setting="production_cap")


def _fits(committed: int | None, cap: int, price: int, what: str, setting: str = "max_spend") -> None:
    # Written so that anything but a clear yes is a no.
    if not (int(committed or 0) + price <= cap):
        have = usd(int(committed or 0))
        raise SpendLimit(cap=usd(cap), committed=have, asked=usd(price), what=what, setting=setting)


def reserve(connection: Connection, job: JobRow, intent: Intent, caps: Caps, at: float, *, held: Spend) -> None:
    """Set a job's price aside in the intent's run; what an earlier attempt had estimated and held is replaced."""
    if (job.production, job.run) != (intent.production, intent.run):
        _add(connection, job, at, "moved", {"estimated": -held.estimated, "reserved": -held.reserved})
        held = Spend()
    amounts = {"estimated": intent.price - held.estimated, "reserved": intent.price - held.reserved}
    _add(connection, replace(job, production=intent.production, run=intent.run), at, "priced", amounts, caps)


def move(connection: Connection, job: JobRow, what: Money, charged: int | None, at: float, *, held: Spend) -> None:
    """Do what a step says about the money that a job holds."""
    open_amount = held.reserved + held.unknown
    if what == "settle":
        amount = open_amount if charged is None else charged
        _add(connection, job, at, "charged", {**_emptied(held), "settled": amount})
    elif what == "release":
        _add(connection, job, at, "not charged", {**_emptied(held), "released": open_amount})
    elif what == "doubt":
        _add(connection, job, at, "nobody knows", {"reserved": -held.reserved, "unknown": held.reserved})
    elif what == "refund":
        _add(connection, job, at, "given back", {"settled": -held.settled, "refunded": held.settled})
    elif held.unknown:  # the doubt is over: the job exists, and its price is set aside again
        _add(connection, job, at, "found", {"unknown": -held.unknown, "reserved": held.unknown})


def _emptied(held: Spend) -> dict[str, int]:
    return {"reserved": -held.reserved, "unknown": -held.unknown}


def _add(
    connection: Connection, job: JobRow, at: float, note: str, amounts: Mapping[str, int], caps: Caps | None = None
) -> None:
    entry = {
        "job_id": job.id,
        "production": job.production,
        "run": job.run,
        "simulated": job.simulated,
        "at": at,
        "note": note,
        "run_cap": caps.run if caps else None,
        "production_cap": caps.production if caps else None,
    }
    for bucket, amount in amounts.items():
        if amount:
            _ENTRY.run(connection, {**entry, "bucket": bucket, "amount": amount})
