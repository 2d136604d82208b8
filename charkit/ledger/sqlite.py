"""A ledger in a file: where it may lie, how it is opened so that a commit survives a power cut, and what it holds."""

from __future__ import annotations

import os
import sqlite3
import time
from typing import TYPE_CHECKING

from sqlalchemy import URL, Engine, create_engine, event

from charkit.errors import DamagedLedger, LedgerError
from charkit.ledger import mounts, wal

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
    from sqlalchemy.pool import ConnectionPoolEntry

__all__ = ["BUSY_SECONDS", "WRITES", "open_file"]

BUSY_SECONDS = 60
"""How long a writer waits for another process's transaction; ours last milliseconds."""

WRITES = "charkit_writes"
"""Execution option of a connection whose transaction writes."""


def open_file(path: Path, url: URL, *, on_network_disk: bool) -> Engine:
    """Return an engine for a file, after looking at where it lies and what a crash or a copy left of it.

    Raises:
        LedgerError: it lies on a network disk, or committed pages of it are missing.
    """
    if not on_network_disk and (kind := mounts.shared(path)) is not None:
        raise LedgerError(
            f"the ledger {path} would lie on a network disk ({kind}), where SQLite cannot keep it safe: two machines "
            "could damage it, or spend one budget twice. Keep it on a local disk (CHARKIT_LEDGER=/local/path) "
            "or on a PostgreSQL server where several machines share it (CHARKIT_LEDGER=postgresql://...). If only this "
            "machine ever opens it and you accept that risk: CHARKIT_LEDGER_ON_NETWORK_DISK=1"
        )
    _make_folder(path.parent)
    if (missing := wal.missing(path)) is not None:
        raise DamagedLedger(
            f"the ledger's file {path} is damaged: {missing}. Paid jobs may be missing from it, so nothing was opened",
            "If its -wal file is elsewhere, put it back beside it; else put the last backup in its place. To go on "
            "with what is left, delete the -wal and -shm files beside it and compare with your services' own lists",
        )
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _set_up)
    return engine


def _make_folder(folder: Path) -> None:
    """Make a folder whose name is on disk: SQLite sees to the names of its own files in it, and to nothing above."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    if os.name == "posix":
        descriptor = os.open(folder.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _set_up(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions by itself: the engine says which kind.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={BUSY_SECONDS * 1000}", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    _switch_to_wal(cursor)
    cursor.close()


def _switch_to_wal(cursor: DBAPICursor) -> None:
    """Turn the write-ahead log on. Processes that all open a new file at once are told `locked` without a wait."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            (mode,) = cursor.execute("PRAGMA journal_mode").fetchone()
            if mode != "wal":
                (mode,) = cursor.execute("PRAGMA journal_mode=WAL").fetchone()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)
            continue
        if mode != "wal":
            raise LedgerError(f"this disk cannot keep SQLite's write-ahead log ({mode!r} instead). Use another disk")
        return
