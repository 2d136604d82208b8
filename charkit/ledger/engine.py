"""The one place that knows which database it is: opening, durability, locking, and transactions.

**SQLite** (a path) runs in WAL mode with `synchronous=FULL`: a commit is on disk when it returns, at 0.2 to 0.4 ms each
(SQLite 3.40, local disk), which is nothing beside a paid job. Transactions that write take the write lock at their
start (`BEGIN IMMEDIATE`), so that what they read stays true until they commit; threads of one process queue up for it
here, because SQLite lets those that wait sleep up to 100 ms at a time, and share commits (see `together`).

**PostgreSQL** (a URL) runs writers in READ COMMITTED and locks rows by `SELECT ... FOR UPDATE`, which SQLAlchemy leaves
out for SQLite; readers see one snapshot (REPEATABLE READ, read only). A commit is on disk when it returns unless the
server itself was told otherwise (`fsync`); a session that inherited `synchronous_commit=off` turns it on. Waits for
locks and statements end, a connection that was dropped is made again, and a transaction that a server's restart or a
deadlock broke off runs again, which is safe where `transact` is told so.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from charkit.errors import MissingDependency
from charkit.ledger import sqlite
from charkit.ledger.address import Address, address_of
from charkit.ledger.meaning import explained, lost, passing
from charkit.ledger.prepared import plainly
from charkit.ledger.together import Together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

__all__ = ["hold_name", "on_postgres", "open_engine", "reading", "transact", "writing"]

T = TypeVar("T")

_PATIENCE = 45.0
"""Seconds for which a server that has gone is called again; a restart takes a few."""

_SESSION = text(
    "SELECT set_config('lock_timeout', '60s', false), set_config('statement_timeout', '120s', false), "
    "set_config('idle_in_transaction_session_timeout', '120s', false), set_config('synchronous_commit', "
    "CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, "
    "false)"
).text

_CONNECT = {"connect_timeout": 10, "application_name": "charkit", "keepalives_idle": 30, "client_encoding": "utf8"}

_turns: WeakKeyDictionary[Engine, Together] = WeakKeyDictionary()
"""Who of this process's threads writes to an SQLite file."""


def open_engine(where: Path | str, *, on_network_disk: bool = False) -> Engine:
    """Return an engine for a ledger file, or for a database URL. Nothing is asked of a server yet.

    Args:
        where: A file, or a `postgresql://` URL.
        on_network_disk: Open a file although it lies on a network disk, at the risk of losing it.

    Raises:
        LedgerError: the address cannot be used, or the folder cannot be made.
        MissingDependency: a URL, and no driver for it.
        StorageFull: no space for the file.
    """
    address = address_of(where)
    if address.path is None:
        return _open_postgres(address)
    with explained():
        engine = sqlite.open_file(address.path, address.url, on_network_disk=on_network_disk)
    event.listen(engine, "begin", _begin_sqlite)
    _turns[engine] = Together()
    return engine


def _open_postgres(address: Address) -> Engine:
    if find_spec("psycopg") is None:
        raise MissingDependency("psycopg, which a ledger on PostgreSQL needs,", "postgres")
    arguments = {name: value for name, value in _CONNECT.items() if name not in address.url.query}
    options: dict[str, Any] = {"pool_pre_ping": True, "isolation_level": "READ COMMITTED", "hide_parameters": True}
    try:
        engine = create_engine(address.url, connect_args=arguments, **options)
    except ImportError as error:  # the package without its C library
        raise MissingDependency("psycopg with libpq, which a ledger on PostgreSQL needs,", "postgres") from error
    event.listen(engine, "connect", _set_up_session)
    return engine


def _set_up_session(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(_SESSION)
    cursor.close()
    connection.commit()


@contextmanager
def writing(engine: Engine, *, patience: float = _PATIENCE) -> Iterator[Connection]:
    """Run a transaction that writes; it commits at the end, or leaves nothing."""
    with explained(_secrets(engine)), _writing(engine, patience) as connection:
        yield connection


@contextmanager
def reading(engine: Engine, *, patience: float = _PATIENCE) -> Iterator[Connection]:
    """Run a transaction that only reads; it sees one state of the ledger and blocks nobody."""
    with explained(_secrets(engine)), _connected(engine, patience) as connection:
        if on_postgres(connection):
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        yield connection


def transact(engine: Engine, work: Callable[[Connection], T], *, repeatable: bool = True) -> T:
    """Run a transaction that writes, and once more where the connection broke or a deadlock was ended.

    Args:
        engine: The ledger's.
        work: The transaction; it may be called several times, each time from the start.
        repeatable: Whether it may run again although it may have been committed: a connection that breaks during the
            commit leaves that open. Else that is an error.
    """
    if (turns := _turns.get(engine)) is not None:
        with explained():
            return turns.run(work, lambda: _writing_file(engine), repeatable=repeatable)
    until = time.monotonic() + _PATIENCE
    pause = 0.05
    with explained(_secrets(engine)):
        while True:
            done = False
            try:
                with _connected(engine, _PATIENCE) as connection, connection.begin():
                    found = work(connection)
                    done = True
            except DBAPIError as error:
                if (done and not repeatable) or not passing(error) or time.monotonic() > until:
                    raise
            else:
                return found
            time.sleep(pause)
            pause = min(pause * 2, 2.0)


def on_postgres(connection: Connection) -> bool:
    """Whether the ledger lies on a PostgreSQL server."""
    return connection.dialect.name == "postgresql"


def hold_name(connection: Connection, name: str) -> None:
    """Hold a name until the transaction ends; on SQLite a transaction that writes holds everything already."""
    if on_postgres(connection):
        key = {"name": f"charkit {name}"}
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), key)


@contextmanager
def _writing(engine: Engine, patience: float) -> Iterator[Connection]:
    turns = _turns.get(engine)
    if turns is None:
        with _connected(engine, patience) as connection, connection.begin():
            yield connection
        return
    with turns.turn, _writing_file(engine) as connection:
        yield connection


@contextmanager
def _writing_file(engine: Engine) -> Iterator[Connection]:
    """Begin a transaction that writes to a file; the caller has its turn."""
    with engine.connect() as connection:
        connection.execution_options(**{sqlite.WRITES: True})
        with connection.begin():
            yield connection


@contextmanager
def _connected(engine: Engine, patience: float) -> Iterator[Connection]:
    until = time.monotonic() + patience
    pause = 0.1
    while True:
        try:
            connection = engine.connect()
            break
        except DBAPIError as error:
            if not lost(error) or time.monotonic() >= until:
                raise
        time.sleep(pause)
        pause = min(pause * 2, 2.0)
    with connection:
        yield connection


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(sqlite.WRITES, False)
    plainly(connection, "BEGIN IMMEDIATE" if writes else "BEGIN")


def _secrets(engine: Engine) -> frozenset[str]:
    return Address(path=None, url=engine.url, shown="").secrets
