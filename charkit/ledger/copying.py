"""Copies of a ledger: to a file while others write, and back into an empty ledger on any database.

Invariants:
    * a copy is one state of the ledger, whatever is written meanwhile;
    * nothing is overwritten: not a file, not a ledger that holds anything;
    * a file gets its name when it is complete, on disk, and was read through.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
import uuid
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, Table, func, insert, select, text

from charkit.cards import table as html_table
from charkit.errors import LedgerError
from charkit.ledger.engine import on_postgres, open_engine, reading, transact, writing
from charkit.ledger.meaning import meaning
from charkit.ledger.migrations import migrate
from charkit.ledger.schema import entries, jobs, plans, productions, scores, sent, takes, transitions
from charkit.ledger.verifying import Verification, verify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.cards import Html

__all__ = ["Backup", "backup", "restore"]

_TABLES = (productions, plans, jobs, transitions, entries, sent, takes, scores)
"""Each after what it refers to. `migrations` is every ledger's own."""

_NUMBERED = (transitions, entries, scores)
_ROWS_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class Backup:
    """A copy that was made and read through."""

    path: Path
    """The file that was written, or read."""
    bytes: int
    jobs: int
    verification: Verification
    """What the copy is like; faults in it are those of what was copied."""

    def __repr__(self) -> str:
        return f"Backup({self.path.name}, {self.jobs} jobs, {self.bytes / 1e6:.1f} MB)"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        faults = str(len(self.verification.faults))
        rows = [
            ("file", str(self.path)),
            ("size", f"{self.bytes / 1e6:.1f} MB"),
            ("jobs", str(self.jobs)),
            ("faults", faults),
        ]
        html: Html = html_table(("", "copy of the ledger"), rows)
        return {"text/plain": repr(self), "text/html": html}


def backup(engine: Engine, path: Path | str, now: float) -> Backup:
    """Write a copy of one state of a ledger to a file.

    Raises:
        LedgerError: something stands there, or the ledger or its copy cannot be read.
        StorageFull: no space; nothing was left half-written.
    """
    target = Path(path)
    with _disk(target):
        _refuse_existing(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.part")
        try:
            if engine.dialect.name == "sqlite":
                _copy_pages(Path(str(engine.url.database)), part)
            else:
                _copy_out(engine, part, now)
            found = _read_through(part)
            _name(part, target)
        finally:
            for leftover in (part, *_beside(part)):
                leftover.unlink(missing_ok=True)
    return Backup(path=target, bytes=target.stat().st_size, jobs=found.jobs, verification=found)


def restore(engine: Engine, path: Path | str, now: float) -> Backup:
    """Fill an empty ledger from a file, which is not changed.

    Raises:
        LedgerError: the ledger is not empty, or the file is no whole ledger.
    """
    source = Path(path)
    if not source.is_file():
        raise LedgerError(f"there is no file {source} to restore from")
    with tempfile.TemporaryDirectory(prefix="charkit-ledger-") as folder, _disk(source):
        copy = Path(folder) / "ledger.sqlite"
        _copy_pages(source, copy)
        with _opened(copy, now):  # a file of before is brought up to date, the copy of it
            pass
        found = _read_through(copy)
        with _opened(copy, now) as opened, reading(opened) as rows:
            transact(engine, lambda connection: _fill(rows, connection), repeatable=False)
    return Backup(path=source, bytes=source.stat().st_size, jobs=found.jobs, verification=found)


def _copy_pages(source: Path, target: Path) -> None:
    """Copy all pages in one step, which sees one state and keeps nobody from writing (SQLite's online backup)."""
    # Not through SQLAlchemy's pool: the copy wants a connection without a transaction.
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=rw", uri=True, timeout=60)) as origin,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        origin.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it


def _copy_out(engine: Engine, target: Path, now: float) -> None:
    with _opened(target, now) as opened, reading(engine) as rows:
        with writing(opened) as connection:
            _fill(rows, connection)
        with closing(sqlite3.connect(target, isolation_level=None)) as copy:
            opened.dispose()
            copy.execute("PRAGMA journal_mode=DELETE")


def _fill(source: Connection, target: Connection) -> None:
    """Copy every row into a ledger that has none.

    Raises:
        LedgerError: it has some, or they are not the same afterwards.
    """
    if on_postgres(target):
        target.execute(text("LOCK TABLE productions, jobs IN EXCLUSIVE MODE"))
    if target.scalar(select(func.count()).select_from(productions)):
        raise LedgerError("the ledger to restore into is not empty. Give it a new file, or a new schema or database")
    for table in _TABLES:
        for rows in source.execute(select(table).execution_options(yield_per=_ROWS_AT_ONCE)).mappings().partitions():
            target.execute(insert(table), [dict(row) for row in rows])
    if on_postgres(target):
        for table in _NUMBERED:
            highest = select(func.max(table.c.id)).scalar_subquery()
            counter = func.pg_get_serial_sequence(table.name, "id")
            target.execute(select(func.setval(counter, func.coalesce(highest, 1), highest.is_not(None))))
    for table in _TABLES:
        if _sum(source, table) != _sum(target, table):
            raise LedgerError(f"the copy's {table.name} are not those of the ledger, so it was not kept. Try again")


def _sum(connection: Connection, table: Table) -> tuple[int, int]:
    """Return the number of rows and a sum over them, which does not depend on their order."""
    count = total = 0
    for row in connection.execute(select(table).execution_options(yield_per=_ROWS_AT_ONCE)):
        count += 1
        total += int.from_bytes(hashlib.sha256(repr(tuple(row)).encode("utf-8", "surrogatepass")).digest(), "big")
    return count, total % 2**256


def _read_through(path: Path) -> Verification:
    engine = open_engine(path, on_network_disk=True)
    try:
        found = verify(engine)
    finally:
        engine.dispose()
    if not found.readable:
        raise LedgerError(f"the copy cannot be read whole, so it was not kept: {found.faults[0]}")
    with closing(sqlite3.connect(path, isolation_level=None)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")
    return found


@contextmanager
def _opened(path: Path, now: float) -> Iterator[Engine]:
    engine = open_engine(path, on_network_disk=True)
    try:
        with writing(engine) as connection:
            migrate(connection, now)
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise meaning(str(error)) from error
    except OSError as error:
        raise meaning(f"{path}: {error.strerror or error}") from error


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise LedgerError(f"{path} is there already, and a backup overwrites nothing. Choose another name")


def _name(part: Path, target: Path) -> None:
    """Give a complete file its name in one step, and not if the name was taken meanwhile."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    try:
        os.link(part, target)
    except FileExistsError:
        _refuse_existing(target)
    except OSError:  # a disk without hard links: the name is taken first, then filled in one step
        with target.open("xb"):
            pass
        part.replace(target)
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        with suppress(OSError):
            os.fsync(folder)
        os.close(folder)


def _beside(path: Path) -> tuple[Path, ...]:
    return tuple(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm", "-journal"))
