"""The ledger and the store against the service's own books: what was paid twice, lost, or committed over the cap."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import select
from stamping_artist import stamp

from charkit.errors import CharkitError
from charkit.ledger import Ledger, micro
from charkit.ledger.schema import entries
from charkit.takes import request_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from service import Accepted

    from charkit.ledger import JobRow
    from charkit.store import Store
    from charkit.takes import Order

_COUNTED = ("reserved", "settled", "unknown")
NOTHING_MADE = frozenset({"refuse:face", "refuse:output", "refuse:text", "refuse:empty", "fail", "stuck"})
"""Faults with which an accepted job ends, or does not end, without a clip."""


@dataclass(kw_only=True)
class Findings:
    """What an audit found; sums over several audits are made with `+=`."""

    jobs: int = 0
    """Jobs that the service accepted."""
    clips: int = 0
    """Clips and pictures that are in the store, whole, and of the order that they stand for."""
    duplicate_charges: int = 0
    lost_clips: int = 0
    """Charged, made, and not in the store."""
    over_cap: int = 0
    """Times that more was charged or committed than the cap allows."""
    ledger_micro: int = 0
    service_micro: int = 0
    unanswered_pictures: int = 0
    """Pictures that came with an answer which nobody was there to read: charged, and nowhere to fetch from."""
    fruitless: int = 0
    """Jobs of which the service made nothing: refused, failed, stuck, empty."""
    asked: int = 0
    """How often a person had to say whether a job exists."""
    asked_for_money: int = 0
    """How often a person had to say whether a finished job without media was charged."""
    notes: list[str] = field(default_factory=list)
    """What is wrong, in words."""

    def __iadd__(self, other: Findings) -> Self:
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)
        return self

    @property
    def difference_micro(self) -> int:
        """What the ledger says beyond what the service charged, in micro-dollars."""
        return self.ledger_micro - self.service_micro

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.duplicate_charges or self.lost_clips or self.over_cap or self.difference_micro or self.notes)


def audit(
    ledger: Ledger, store: Store, wanted: Sequence[Order], books: Mapping[str, Sequence[Accepted]], *, cap_usd: float
) -> Findings:
    """Compare everything; nothing is mended.

    Args:
        ledger: The ledger.
        store: The store.
        wanted: What was ordered; all of one production.
        books: What the service accepted, by the order's subject.
        cap_usd: What the production could commit.
    """
    found = Findings()
    production = wanted[0].production
    charges = [job for accepted in books.values() for job in accepted]
    found.jobs = len(charges)
    found.service_micro = sum(job.usd for job in charges if not job.refunded)
    found.ledger_micro = ledger.spend(production=production).committed
    cap = micro(cap_usd)
    most = most_committed(ledger, production)
    if most > cap or sum(job.usd for job in charges) > cap:
        found.over_cap = 1
        found.notes.append(f"{most} committed and {sum(job.usd for job in charges)} charged under a cap of {cap}")
    for order in wanted:
        _audit_order(ledger, store, order, books.get(order.subject, ()), found)
    return found


def most_committed(ledger: Ledger, production: str) -> int:
    """Return the most that a production ever had committed, entry by entry, in micro-dollars.

    A transaction's entries are summed together: between two of them nobody sees the ledger.
    """
    query = select(entries).where(entries.c.production == production).order_by(entries.c.id)
    committed = most = 0
    with ledger._engine.connect() as connection:
        rows = connection.execute(query).all()
    for index, row in enumerate(rows):
        committed += row.amount if row.bucket in _COUNTED else 0
        last = index + 1 == len(rows) or (rows[index + 1].job_id, rows[index + 1].at) != (row.job_id, row.at)
        most = max(most, committed) if last else most
    return most


def _audit_order(ledger: Ledger, store: Store, order: Order, accepted: Sequence[Accepted], found: Findings) -> None:
    job = ledger.find(request_key(order), order.number)
    if len(accepted) > 1:
        found.duplicate_charges += len(accepted) - 1
        found.notes.append(f"{order.subject} was accepted {len(accepted)} times: {_path(ledger, job)}")
    if not accepted:
        if job is not None and ledger.held_by(job.id).committed:
            found.notes.append(f"{order.subject} was never accepted and holds money: {_path(ledger, job)}")
        return
    if accepted[0].faults & NOTHING_MADE:
        found.fruitless += 1
        return
    if problem := _missing(ledger, store, order, job):
        if order.kind == "image" and job is not None and job.state != "succeeded":
            found.unanswered_pictures += 1
            return
        found.lost_clips += 1
        found.notes.append(f"{order.subject} is lost: {problem}; {_path(ledger, job)}")
        return
    found.clips += 1


def _missing(ledger: Ledger, store: Store, order: Order, job: JobRow | None) -> str:
    """Return why an order's media is not in the store as it should be; empty if it is."""
    if job is None:
        return "the ledger does not know it"
    takes = ledger.takes(job_id=job.id)
    if job.state != "succeeded" or not takes:
        return f"the ledger has no take of it ({job.message})"
    try:
        path = store.verify(takes[0].digest).path
    except CharkitError as error:
        return str(error)
    return _flaw(path, order)


def _flaw(path: Path, order: Order) -> str:
    import av
    from PIL import Image

    if order.kind == "image":
        with Image.open(path) as picture:
            picture.load()
        return ""
    if not path.read_bytes().endswith(stamp(order.subject)):
        return "the clip under its name belongs to another order"
    try:
        with av.open(str(path)) as clip:
            stream = clip.streams.video[0]
            stream.thread_type = "NONE"
            frames = sum(1 for _ in clip.decode(stream))
    except av.FFmpegError as error:
        return f"it cannot be decoded: {error}"
    return "" if frames else "it has no frames"


def _path(ledger: Ledger, job: JobRow | None) -> str:
    if job is None:
        return "not in the ledger"
    return " > ".join(f"{step.after} ({step.note})" if step.note else step.after for step in ledger.history(job.id))


def packed(found: Findings) -> dict[str, Any]:
    """Return findings as plain values, for another process."""
    return asdict(found)
