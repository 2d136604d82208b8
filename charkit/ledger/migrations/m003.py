"""Digests beside the words of a history and of a take, so that `Ledger.verify` notices when one was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["m003_digests_of_words"]


def m003_digests_of_words(connection: Connection) -> None:
    """Add the columns. What was filed before has none: nobody knows any more whether it is what was written then."""
    connection.execute(text("ALTER TABLE transitions ADD COLUMN digest TEXT"))
    connection.execute(text("ALTER TABLE takes ADD COLUMN filed_digest TEXT"))
