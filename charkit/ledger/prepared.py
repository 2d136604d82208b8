"""Statements that are put together once, and on SQLite run on the driver's own connection.

A job's way through the ledger takes some twenty-five of them. SQLAlchemy writes each as the database wants it; having
it run one costs 20 µs, of which SQLite needs 4 (SQLAlchemy 2.1). The tables hold texts, integers and reals, which
SQLite's driver takes and gives as they are; of truth values it gives 0 and 1, see `rows`. PostgreSQL's driver has more
to convert and a server to wait for, so there SQLAlchemy runs them as any other.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Insert, Select, Update
    from sqlalchemy.engine.interfaces import Dialect

__all__ = ["Prepared", "plainly"]


class Prepared:
    """One statement, whose values have the names of its columns and of its bound parameters."""

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert | Update) -> None:
        self._statement = statement
        self._written: dict[tuple[str, ...], _Written] = {}
        """Values that it is given -> how it reads then: an update names the columns that it changes."""

    def rows(self, connection: Connection, values: Mapping[str, object]) -> Sequence[Sequence[Any]]:
        """Run it and return what it finds.

        Raises:
            sqlalchemy.exc.DBAPIError: the database refuses.
        """
        if (written := self._on_sqlite(connection, tuple(values))) is None:
            return connection.execute(self._statement, dict(values)).all()
        return plainly(connection, written.text, written.in_order(values)).fetchall()

    def run(self, connection: Connection, values: Mapping[str, object]) -> int:
        """Run it and return how many rows it wrote.

        Raises:
            sqlalchemy.exc.DBAPIError: the database refuses.
        """
        if (written := self._on_sqlite(connection, tuple(values))) is None:
            return connection.execute(self._statement, dict(values)).rowcount
        return plainly(connection, written.text, written.in_order(values)).rowcount

    def _on_sqlite(self, connection: Connection, names: tuple[str, ...]) -> _Written | None:
        if connection.dialect.name != "sqlite":
            return None
        if not connection.in_transaction():
            connection.begin()  # as SQLAlchemy does by itself before a statement of its own
        if (written := self._written.get(names)) is None:
            written = self._written[names] = _Written(self._statement, connection.dialect, names)
        return written


class _Written:
    """A statement as SQLite reads it, and in which order it takes its values."""

    def __init__(
        self, statement: Select[*tuple[Any, ...]] | Insert | Update, dialect: Dialect, names: tuple[str, ...]
    ) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
        self.text = str(compiled)
        self._order = tuple(compiled.positiontup)
        self._own = {name: value for name, value in compiled.params.items() if name not in names}
        """Values that stand in the statement itself."""

    def in_order(self, values: Mapping[str, object]) -> tuple[object, ...]:
        if self._own:
            values = self._own | dict(values)
        return tuple([values[name] for name in self._order])


def plainly(connection: Connection, text: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
    """Run a statement on SQLite's own connection, within whatever transaction SQLAlchemy has begun.

    Raises:
        sqlalchemy.exc.DBAPIError: as SQLAlchemy would say it.
    """
    cursor: sqlite3.Cursor = connection.connection.driver_connection.cursor()  # type: ignore[union-attr]
    try:
        cursor.execute(text, values)
    except sqlite3.Error as error:
        raise DBAPIError.instance(text, values, error, sqlite3.Error, dialect=connection.dialect) from error
    return cursor
