"""Whether money is where the states of jobs say it is, and was never set aside over a cap: all entries, once more."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, select

from charkit.ledger.audit import Fault
from charkit.ledger.records import usd
from charkit.ledger.schema import BUCKETS, entries, jobs
from charkit.ledger.states import TERMINAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["COUNTED", "audit_money"]

COUNTED = ("reserved", "settled", "unknown")
"""Buckets that count against a cap."""

_EMPTIES = {"charged": ("reserved", "unknown"), "not charged": ("reserved", "unknown"), "priced": ("unknown",),
            "moved": ("reserved", "estimated", "unknown"), "nobody knows": ("reserved",), "found": ("unknown",),
            "given back": ("settled",)}  # fmt: skip
"""What each move leaves empty."""

_NEW_MONEY = {"priced", "moved", "charged"}
"""Moves after which there may be more or less than before; the others only carry it over."""

_THEN = (
    "Compare with the service's bill (charkit jobs show), and put the last backup in its place if the file was damaged"
)
_CAP = "Nothing can be undone; find out how it got there: the caps are checked by every charkit that writes here"

_Entry = Row[*tuple[Any, ...]]


def audit_money(connection: Connection) -> Iterator[Fault]:
    """Yield what is wrong with money."""
    query = select(
        *(entries.c[name] for name in ("job_id", "production", "run", "simulated", "at", "bucket", "amount", "note")),
        entries.c.run_cap,
        entries.c.production_cap,
    ).order_by(entries.c.id)
    by_job: dict[str, list[_Entry]] = defaultdict(list)
    runs: Counter[tuple[str, bool, str]] = Counter()
    productions: Counter[tuple[str, bool]] = Counter()
    for entry in connection.execute(query.execution_options(yield_per=1000)):
        by_job[entry.job_id].append(entry)
        if entry.bucket in COUNTED:
            runs[entry.production, entry.simulated, entry.run] += entry.amount
            productions[entry.production, entry.simulated] += entry.amount
        yield from _caps(entry, runs, productions)
    wanted = ("id", "state", "price", "accepted", "production", "run", "simulated")
    for job in connection.execute(select(*(jobs.c[name] for name in wanted)).order_by(jobs.c.id)):
        yield from _job(job, by_job.get(job.id, []))


def _caps(
    entry: _Entry, runs: Counter[tuple[str, bool, str]], productions: Counter[tuple[str, bool]]
) -> Iterator[Fault]:
    if entry.bucket != "reserved" or entry.amount <= 0:
        return
    sums = (
        (entry.run_cap, runs[entry.production, entry.simulated, entry.run], f"run {entry.run!r}"),
        (entry.production_cap, productions[entry.production, entry.simulated], f"production {entry.production!r}"),
    )
    for cap, committed, where in sums:
        if cap is not None and committed > cap:
            what = f"${usd(committed):.6f} of {where} were committed with it, over the cap of ${usd(cap):.6f}"
            yield Fault(promise="cap", job=entry.job_id, what=what, then=_CAP)


def _job(job: Row[*tuple[Any, ...]], mine: Sequence[_Entry]) -> Iterator[Fault]:
    held: Counter[str] = Counter()
    told = [*_moves(mine, held), *_standing(job, held), *_elsewhere(job, mine)]
    for what in dict.fromkeys(told):
        yield Fault(promise="money", job=str(job.id), what=what, then=_THEN)


def _moves(mine: Iterable[_Entry], held: Counter[str]) -> Iterator[str]:
    """Make every move once more, and say which of them cannot have been one."""
    for (_, note), group in groupby(mine, key=lambda entry: (entry.at, entry.note)):
        amounts: Counter[str] = Counter()
        for entry in group:
            amounts[entry.bucket] += entry.amount
        held.update(amounts)
        carried = sum(amount for bucket, amount in amounts.items() if bucket != "estimated")
        left = [bucket for bucket in _EMPTIES.get(note, BUCKETS) if held[bucket]]
        below = [bucket for bucket in BUCKETS if held[bucket] < 0]
        if left or below or (carried and note not in _NEW_MONEY) or set(amounts) - set(BUCKETS):
            yield f"the move {note!r} leaves {_listed(held)}, which it cannot"
        elif note == "priced" and held["reserved"] != held["estimated"]:
            yield f"{_listed(held)} after it was priced"


def _standing(job: Row[*tuple[Any, ...]], held: Counter[str]) -> Iterator[str]:
    """Compare what a job holds with its state."""
    price = int(str(job.price))
    if held["estimated"] != price:
        yield f"its price is ${usd(price):.6f}, but ${usd(held['estimated']):.6f} is estimated"
    if job.state in TERMINAL:
        fits = held["reserved"] == 0 and held["unknown"] in (0, price)
        fits = fits and not (job.accepted is False and (held["settled"] or held["unknown"]))
    else:
        bucket = "unknown" if job.state == "unknown" else "reserved"
        fits = all(held[name] == (price if name == bucket else 0) for name in COUNTED)
    if not fits:
        yield f"it is {job.state!r} at ${usd(price):.6f}, and holds {_listed(held)}"


def _elsewhere(job: Row[*tuple[Any, ...]], mine: Iterable[_Entry]) -> Iterator[str]:
    """Say whether money of a job counts in another run than its own."""
    sums: Counter[str] = Counter()
    for entry in mine:
        if entry.simulated is not job.simulated:
            yield "its money is partly simulated and partly real"
        if (entry.production, entry.run) != (job.production, job.run) and entry.bucket in (*COUNTED, "estimated"):
            sums[f"run {entry.run!r} of {entry.production!r}"] += entry.amount
    yield from (f"${usd(amount):.6f} of it counts in {where}" for where, amount in sums.items() if amount)


def _listed(held: Counter[str]) -> str:
    return ", ".join(f"{name} ${usd(held[name]):.6f}" for name in BUCKETS if held[name]) or "nothing"
