"""Goes through every promise of a ledger, and names what is broken, in which job, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError

from charkit.cards import badge, table
from charkit.errors import DamagedLedger, LedgerError
from charkit.ledger.audit import Fault
from charkit.ledger.audit_jobs import audit_jobs
from charkit.ledger.audit_money import audit_money
from charkit.ledger.audit_objects import audit_objects
from charkit.ledger.engine import on_postgres, reading
from charkit.ledger.meaning import DAMAGED
from charkit.ledger.schema import jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from charkit.cards import Html

__all__ = ["Verification", "verify"]

PROMISES = {
    "file": "the database can be read whole, and every row refers to one that is there",
    "history": "every job's history begins with its intent, goes by allowed steps, word for word as it was filed, and "
    "ends where the job is",
    "request": "every request and plan is the text that was filed",
    "remote id": "no two jobs have one remote id at one endpoint",
    "take": "every take names an object by its digest, belongs to a job that was taken on, and is told as it was filed",
    "money": "every job's money is where its state says, and no step made or lost any",
    "cap": "nothing was set aside over the cap it was checked against",
    "store": "every take's object is in the store, byte for byte",
}
"""What is gone through, by the word that a fault carries."""


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What was found when a ledger was gone through."""

    faults: tuple[Fault, ...]
    jobs: int
    """Jobs gone through."""
    objects: int | None
    """Stored objects read through; None where the store was left alone."""

    @property
    def ok(self) -> bool:
        """Whether every promise holds."""
        return not self.faults

    @property
    def readable(self) -> bool:
        """Whether the database itself is whole, whatever is written in it."""
        return not any(fault.promise == "file" for fault in self.faults)

    @property
    def promises(self) -> dict[str, str]:
        """What was gone through, by word."""
        return {word: text for word, text in PROMISES.items() if word != "store" or self.objects is not None}

    def __repr__(self) -> str:
        stored = "" if self.objects is None else f", {self.objects} objects"
        return f"Verification({self.jobs} jobs{stored}, {len(self.faults)} faults)"

    def __str__(self) -> str:
        return "\n".join([repr(self), *(str(fault) for fault in self.faults)])

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        broken = {fault.promise for fault in self.faults}
        rows = [
            (badge("broken", "bad") if word in broken else badge("holds"), text) for word, text in self.promises.items()
        ]
        html: Html = table(("", "promise"), rows, repr(self))
        if self.faults:
            found = [(fault.promise, fault.job, fault.what, fault.then) for fault in self.faults]
            html = type(html)(html + table(("promise", "job", "what", "what next"), found))
        return {"text/plain": str(self), "text/html": html}


def verify(engine: Engine, read_object: Callable[[str], object] | None = None) -> Verification:
    """Go through a ledger; reads one state of it and changes nothing.

    Args:
        engine: The ledger's.
        read_object: Reads a stored object through and raises `StorageError` if anything is wrong with it.

    Raises:
        LedgerError: its server cannot be reached.
    """
    found: list[Fault] = []
    count = objects = 0
    try:
        with reading(engine) as connection:
            found += _audit_file(connection)
            for audit in (audit_jobs, audit_money):
                found += _careful(connection, audit)
            if read_object is not None:
                more, objects = audit_objects(connection, read_object)
                found += more
            count = int(connection.scalar(select(func.count()).select_from(jobs)) or 0)
    except (LedgerError, TypeError, ValueError) as error:
        if engine.dialect.name == "postgresql":
            raise
        damage = error if isinstance(error, DamagedLedger) else DamagedLedger(str(error), DAMAGED)
        found.append(Fault(promise="file", what=damage.what, then=damage.then))
    objects_read = None if read_object is None else objects
    return Verification(faults=tuple(dict.fromkeys(found)), jobs=count, objects=objects_read)


def _careful(connection: Connection, audit: Callable[[Connection], Iterable[Fault]]) -> list[Fault]:
    """Run an audit; rows that cannot even be read are a fault like any other, and the other audits go on."""
    found = []
    try:
        for fault in audit(connection):
            found.append(fault)  # noqa: PERF402  what was found before a page that cannot be read counts
    except (DBAPIError, TypeError, ValueError) as error:
        if on_postgres(connection):
            raise
        words = str(error.orig) if isinstance(error, DBAPIError) else str(error)
        found.append(Fault(promise="file", what=f"rows cannot be read: {words}", then=DAMAGED))
    return found


def _audit_file(connection: Connection) -> list[Fault]:
    """Have SQLite look at every page, index, constraint and reference; a PostgreSQL server minds its own."""
    if on_postgres(connection):
        return []
    found = []
    try:
        pages = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(20)")]
        found += [Fault(promise="file", what=said, then=DAMAGED) for said in pages if said != "ok"]
        for name, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            what = f"row {row} of {name} refers to a row of {parent} that is not there"
            found.append(Fault(promise="file", what=what, then=DAMAGED))
    except DBAPIError as error:
        found.append(Fault(promise="file", what=str(error.orig), then=DAMAGED))
    return found
