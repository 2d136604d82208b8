"""What a process does: one visit to the floor that may be its last, or visits until everything is there.

A person answers truthfully, from the service's own books, wherever the product asks one.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from audit import Findings, audit, packed
from boundaries import Boundaries
from power import Disk
from service import Books
from shoot import connector, price_of

from charkit.ledger import Ledger
from charkit.ledger.states import TERMINAL
from charkit.providers.base import Outcome
from charkit.store import Store
from charkit.takes import Floor, Pace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from boundaries import Place
    from service import Accepted

    from charkit.takes import Order

QUICK = Pace(first_poll=0.02, growth=1.3, longest_poll=0.04, deadline=30.0, first_retry=0.02, grace=0.4, let_go=5.0)
LATE_LIST = 1.0
"""Seconds by which the service's list lags in the shoots that have it so; up to one less, as its stamps are whole."""
_VISITS = 6
_PARALLEL = 8


@dataclass(frozen=True, kw_only=True)
class Shoot:
    """One shoot, as every process that works on it knows it."""

    root: Path
    ledger: Path | str
    """A file, or a database URL."""
    books: Books
    orders: Sequence[Order]
    pace: Pace = QUICK
    broken: str = ""
    """A fault in charkit itself, to see that the harness notices; see `BROKEN`."""

    @property
    def cap_usd(self) -> float:
        """The plan's price, and not a cent more."""
        return price_of(self.orders)

    def floor(self, ledger: Ledger) -> Floor:
        """Return a floor for it, as a process finds it that has just started."""
        return Floor(
            ledger,
            Store(self.root / "store"),
            connector(self.books.url),
            production=self.orders[0].production,
            run=self.orders[0].run,
            run_cap_usd=self.cap_usd,
            production_cap_usd=self.cap_usd,
            parallel=_PARALLEL,
            pace=self.pace,
        )


def visit(shoot: Shoot, last: Place | None, *, power_cut: bool = False) -> dict[str, Any]:
    """Make everything, watched; return the boundaries that were crossed, if this process lives so long."""
    boundaries = Boundaries(last, Disk() if power_cut else None)
    boundaries.install()
    with _opened(shoot) as ledger:
        takes = shoot.floor(ledger).make(shoot.orders)
    return {"crossed": boundaries.crossed, "ok": len(takes.ok)}


def finish(shoot: Shoot, last: Place | None = None) -> dict[str, Any]:
    """Visit until everything is there, or nothing more can be had; then audit."""
    if last is not None:
        Boundaries(last).install()
    asked = 0
    with _opened(shoot) as ledger:
        broken = _broken_promises(shoot, ledger)
        for _ in range(_VISITS):
            takes = shoot.floor(ledger).make(shoot.orders)
            doubtful = [take for take in takes if take.outcome is Outcome.UNKNOWN]
            asked += len(doubtful)
            if doubtful:
                answer(shoot.floor(ledger), ledger, doubtful, shoot.books.accepted())
            elif not takes.unfinished:
                break
        store = Store(shoot.root / "store")
        if shoot.broken == CARELESS:
            store.discard(next(take.digest for take in takes if take.digest))
        found = audit(ledger, store, shoot.orders, shoot.books.accepted(), cap_usd=shoot.cap_usd)
        found.notes += _broken_promises(shoot, ledger)
    found.notes += [f"right after the kill: {fault}" for fault in broken]
    found.asked = asked
    if last is None:
        found.notes += [f"{take!r}: {take.message}" for take in takes if not take.ok and take.kind == "video"]
    return packed(found)


def _broken_promises(shoot: Shoot, ledger: Ledger) -> list[str]:
    """Return what the ledger finds when it goes through its own promises."""
    found = ledger.verify(read_object=Store(shoot.root / "store").verify)
    return [str(fault) for fault in found.faults]


def answer(floor: Floor, ledger: Ledger, doubtful: Sequence[Any], books: dict[str, list[Accepted]]) -> None:
    """Say of every take in doubt what the service's books say."""
    for take in doubtful:
        known = ledger.remote_ids(take.endpoint)
        there = [job.id for job in books.get(take.subject, ()) if job.id not in known]
        if ledger.job(take.job_id).state != "unknown":  # another process was faster
            continue
        if there and take.kind == "image":  # it came with the answer that nobody heard
            floor.resolve(take.job_id, accepted=True)
        elif there:
            floor.resolve(take.job_id, remote_id=there[0])
        else:
            floor.resolve(take.job_id, accepted=False)


def answer_for_money(ledger: Ledger, production: str, books: dict[str, list[Accepted]]) -> int:
    """Say of every finished job whose money is in doubt what the service charged; return how many there were."""
    asked = 0
    for job in ledger.jobs(production=production, states=TERMINAL):
        if ledger.held_by(job.id).unknown:
            asked += 1
            charged = sum(each.usd for each in books.get(job.subject, ()) if not each.refunded)
            ledger.resolve_money(job, charged=charged or None)
    return asked


def _opened(shoot: Shoot) -> Ledger:
    return BROKEN.get(shoot.broken, lambda sound: Ledger.open(sound.ledger))(shoot)


def _forgetful(shoot: Shoot) -> Ledger:
    """Nothing is on disk before it is sent: whoever starts again knows nothing."""
    return Ledger.open(shoot.root / f"ledger-{os.getpid()}.sqlite")


def _hasty(shoot: Shoot) -> Ledger:
    """The store does not wait for the disk."""
    import charkit.store

    charkit.store.os = type("Unsynced", (), {**vars(os), "fsync": lambda descriptor: None})  # type: ignore[assignment]
    return Ledger.open(shoot.ledger)


def _impatient(shoot: Shoot) -> Ledger:
    """What is in doubt is sent again."""
    from sqlalchemy import update

    from charkit.ledger.schema import jobs

    ledger = Ledger.open(shoot.ledger)
    with ledger._engine.begin() as connection:
        in_doubt = jobs.c.state.in_(("sending", "unknown"))
        connection.execute(update(jobs).where(in_doubt).values(state="intended", accepted=False, owner=""))
    return ledger


BROKEN = {"forgetful": _forgetful, "impatient": _impatient, "hasty": _hasty}
"""Ways to break the promises that nothing is paid twice, and that what the ledger says is there is there."""
CARELESS = "careless"
"""A way to break the promise that what was paid for is kept."""


def lagging(shoot: Shoot) -> Shoot:
    """Return the shoot with the patience that a late list needs."""
    return replace(shoot, pace=replace(shoot.pace, grace=LATE_LIST + 1.0))


def trusting(shoot: Shoot) -> Shoot:
    """Return the shoot of somebody who knows that the list is complete: what it does not show is sent again."""
    return replace(shoot, pace=replace(shoot.pace, resend_absent=True))


def findings(said: dict[str, Any]) -> Findings:
    """Return the findings that another process packed."""
    return Findings(**said)
