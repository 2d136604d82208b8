"""Where a ledger lies: a file, or a database given by URL whose password nobody gets to see."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from charkit.errors import LedgerError

__all__ = ["Address", "address_of"]

_POSTGRES = {"postgres", "postgresql", "postgresql+psycopg"}
_SQLITE = {"sqlite", "sqlite+pysqlite"}


@dataclass(frozen=True, kw_only=True)
class Address:
    """A place that a ledger can be opened at."""

    path: Path | None
    """The file, or None for a server."""
    url: URL = field(repr=False)
    """For SQLAlchemy; holds the password."""
    shown: str
    """The same for people: the path, or the URL without password and options."""

    @property
    def secrets(self) -> frozenset[str]:
        """What must stand in no message."""
        asked = {name: value for name, value in self.url.query.items() if "pass" in name.lower()}
        found = [part for value in asked.values() for part in ([value] if isinstance(value, str) else value)]
        return frozenset(str(secret) for secret in (self.url.password, *found) if secret)


def address_of(where: Path | str) -> Address:
    """Read a path or URL.

    Raises:
        LedgerError: it is a URL, but of nothing that a ledger can lie in. The message repeats nothing of it.
    """
    if isinstance(where, Path) or "://" not in where:
        return _file(Path(where))
    url = _parsed(where)
    if url.drivername in _SQLITE:
        if not url.database or url.database == ":memory:":
            raise LedgerError("the ledger's address cannot be used: a ledger in memory would be lost. Name a file")
        return _file(Path(url.database))
    if url.drivername in _POSTGRES:
        url = url.set(drivername="postgresql+psycopg")
        return Address(path=None, url=url, shown=_shown(url))
    raise LedgerError(
        f"the ledger's address cannot be used: {url.drivername}:// is neither a file nor a postgresql:// URL"
    )


def _file(path: Path) -> Address:
    return Address(path=path, url=URL.create("sqlite", database=str(path)), shown=str(path))


def _parsed(where: str) -> URL:
    # A password with a bare '@' moves the border of the host: whatever then complains would repeat part of it.
    try:
        url = make_url(where)
    except (ArgumentError, ValueError):
        url = None
    if url is None or "@" in (url.host or ""):
        raise LedgerError(
            "the ledger's address cannot be used: it is not a URL of the form postgresql://user:password@host/database "
            "(in a password, '@' is written %40 and '/' %2F)"
        )
    return url


def _shown(url: URL) -> str:
    port = f":{url.port}" if url.port else ""
    user = f"{url.username}@" if url.username else ""
    return f"postgresql://{user}{url.host or ''}{port}/{url.database or ''}"
