"""Where a ledger lies and what protects it, for people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, func, select, text

from charkit.cards import table
from charkit.ledger import mounts
from charkit.ledger.address import address_of
from charkit.ledger.engine import on_postgres, reading
from charkit.ledger.schema import jobs, migrations

if TYPE_CHECKING:
    from charkit.cards import Html

__all__ = ["LedgerPlace", "place_of"]


@dataclass(frozen=True, kw_only=True)
class LedgerPlace:
    """A ledger's place, as `charkit ledger where` shows it."""

    database: str
    """Which database keeps it, with its version."""
    where: str
    """The file's path, or the URL without password and options."""
    disk: str
    """The file system of the file, such as `ext4`; for a server, its host."""
    durability: str
    """When a commit is on disk."""
    bytes: int
    """What it takes up, its write-ahead log included."""
    jobs: int
    migrated_to: str
    """Its newest migration."""

    def __repr__(self) -> str:
        return f"LedgerPlace({self.database}, {self.jobs} jobs, {self.bytes / 1e6:.1f} MB)"

    def rows(self) -> list[tuple[str, str]]:
        """Return what there is to say, as pairs of a word and its meaning."""
        return [
            ("ledger", self.where),
            ("database", self.database),
            ("disk", self.disk),
            ("a commit", self.durability),
            ("size", f"{self.bytes / 1e6:.1f} MB, {self.jobs} jobs"),
            ("tables", self.migrated_to),
        ]

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        html: Html = table(("", "where the ledger lies"), self.rows())
        return {"text/plain": repr(self), "text/html": html}


def place_of(engine: Engine) -> LedgerPlace:
    """Ask a ledger's database where it is.

    Raises:
        LedgerError: it cannot be reached.
    """
    with reading(engine) as connection:
        count = int(connection.scalar(select(func.count()).select_from(jobs)) or 0)
        newest = str(connection.scalar(select(func.max(migrations.c.name))))
        if on_postgres(connection):
            version, size, synced, waits = connection.execute(_SERVER).one()
        else:
            (version,) = connection.execute(text("SELECT sqlite_version()")).one()
    if engine.dialect.name == "postgresql":
        flushed = (
            "is on the server's disk when it returns" if synced == "on" else "may be lost in a power cut: fsync is off"
        )
        return LedgerPlace(
            database=f"PostgreSQL {version}",
            where=address_of(engine.url.render_as_string(hide_password=False)).shown,
            disk=engine.url.host or str(engine.url.query.get("host", "")),
            durability=f"{flushed} (synchronous_commit {waits})",
            bytes=int(size),
            jobs=count,
            migrated_to=newest,
        )
    path = Path(str(engine.url.database)).resolve()
    mount = mounts.mount_of(path, mounts.mounts())
    return LedgerPlace(
        database=f"SQLite {version}",
        where=str(path),
        disk=mount.kind if mount else "",
        durability="is on disk when it returns (WAL, synchronous=FULL)",
        bytes=sum(part.stat().st_size for part in (path, path.with_name(f"{path.name}-wal")) if part.is_file()),
        jobs=count,
        migrated_to=newest,
    )


_SERVER = text(
    "SELECT current_setting('server_version'), (SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class "
    "WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace), current_setting('fsync'), "
    "current_setting('synchronous_commit')"
)
