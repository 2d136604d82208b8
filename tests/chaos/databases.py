"""Where the ledgers of chaos lie: a file per shoot, or a schema of a PostgreSQL server per shoot."""

from __future__ import annotations

import os
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

import with_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BACKENDS = ("sqlite", "postgresql")


@dataclass(frozen=True, kw_only=True)
class File:
    """A ledger file in the folder of its shoot."""

    where: Path

    def drop(self) -> None:
        """Do nothing: the file goes with its folder."""


@dataclass(frozen=True, kw_only=True)
class Schema:
    """An empty schema in a server's database, as if the database had nothing else in it."""

    server: str
    name: str = field(default_factory=lambda: f"chaos_{uuid.uuid4().hex}")

    @property
    def where(self) -> str:
        """The URL that leads there."""
        return f"{self.server}{'&' if '?' in self.server else '?'}options={quote(f'-csearch_path={self.name}')}"

    def make(self) -> None:
        """Make it."""
        self._say("CREATE SCHEMA {}")

    def drop(self) -> None:
        """Remove it with all that is in it; whoever a kill left there at work has to be gone first."""
        self._say(
            "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_class ON pg_class.oid = relation "
            "WHERE relnamespace = {}::text::regnamespace AND pid <> pg_backend_pid()",
            literal=True,
        )
        self._say("DROP SCHEMA {} CASCADE")

    def _say(self, statement: str, *, literal: bool = False) -> None:
        import psycopg
        from psycopg import sql

        name = sql.Literal(self.name) if literal else sql.Identifier(self.name)
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(name))


def ledger_place(backend: str, server: str, root: Path) -> File | Schema:
    """Return a place for a new ledger."""
    if backend == "sqlite":
        return File(where=root / "ledger.sqlite")
    schema = Schema(server=server)
    schema.make()
    return schema


@contextmanager
def running_server() -> Iterator[str]:
    """Yield the URL of a PostgreSQL server: the one that is named, or else one of our own; empty if there is none."""
    named = os.environ.get(with_postgres.VARIABLE, "")
    binaries = with_postgres.programs()
    if named or binaries is None:
        yield named
        return
    with with_postgres.server(binaries) as url:
        yield url
