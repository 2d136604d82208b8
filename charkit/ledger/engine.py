"""The one place that knows which database it is: opening, durability, locking, and what its errors mean.

SQLite (a path) runs in WAL mode with `synchronous=FULL`: a commit is on disk when it returns, at 0.2 to 0.4 ms each
(SQLite 3.40, local disk), which is nothing beside a paid job. Transactions that write take the write lock at their
start (`BEGIN IMMEDIATE`), so that what they read stays true until they commit. Any other database is given by URL and
has its own durability; there, rows are locked by `SELECT ... FOR UPDATE`, which SQLAlchemy leaves out for SQLite.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, SQLAlchemyError

from charkit.errors import CharkitError, LedgerError, StorageFull

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

__all__ = ["open_engine", "reading", "writing"]

_log = logging.getLogger(__name__)

_BUSY_SECONDS = 60
"""How long a writer waits for another process's transaction; ours last milliseconds."""

_WRITES = "charkit_writes"


def open_engine(where: Path | str) -> Engine:
    """Return an engine for a ledger file, or for a database URL.

    Raises:
        LedgerError: the URL names a database that cannot be used, or the folder cannot be made.
        StorageFull: no space for the file.
    """
    with _explained():
        if isinstance(where, str) and "://" in where:
            return _open_url(make_url(where))
        path = Path(where)
        path.parent.mkdir(parents=True, exist_ok=True)
        return _open_url(URL.create("sqlite", database=str(path)))


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Run a transaction that writes; it commits at the end, or leaves nothing."""
    with _explained(), engine.connect() as connection:
        connection.execution_options(**{_WRITES: True})
        with connection.begin():
            yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Run a transaction that only reads; it sees one state of the ledger and blocks nobody."""
    with _explained(), engine.connect() as connection:
        yield connection


def _open_url(url: URL) -> Engine:
    if url.get_backend_name() in ("postgresql", "postgres"):
        return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    if url.get_backend_name() != "sqlite":
        raise LedgerError("the ledger's address cannot be used: it is a file, or a postgresql:// URL")
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions by itself: `_begin_sqlite` says which kind.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_SECONDS * 1000}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what the database says into our errors."""
    try:
        yield
    except CharkitError:
        raise
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise LedgerError(f"the ledger's address cannot be used: {error}") from error
    except DatabaseError as error:
        raise _meaning(str(error.orig)) from error
    except (SQLAlchemyError, OSError) as error:
        raise LedgerError(f"the ledger cannot be used: {error}") from error


def _meaning(problem: str) -> CharkitError:
    text = problem.lower()
    if "disk is full" in text or "no space" in text:
        return StorageFull("no space left for the ledger. What was written stays; free some space and run again")
    if "locked" in text or "busy" in text:
        return LedgerError(
            f"the ledger was held by another process for over {_BUSY_SECONDS} s. See which one works in this production"
        )
    if "malformed" in text or "not a database" in text:
        return LedgerError(
            f"the ledger's file is damaged ({problem}). Keep it, put the last backup in its place, and run again"
        )
    return LedgerError(f"the ledger cannot be used: {problem}")
