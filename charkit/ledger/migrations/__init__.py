"""How a ledger gets its tables: numbered steps, each run once, in order.

Invariants:
    * a migration is never edited after a release: it spells out its own tables and imports nothing from `schema.py`;
    * all missing migrations run in one transaction, so a ledger is never half-way between two of them;
    * processes that open a new or an old ledger at once migrate it once;
    * a ledger that knows migrations which this charkit does not is refused, not guessed at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, select

from charkit.errors import LedgerError
from charkit.ledger import schema
from charkit.ledger.engine import hold_name
from charkit.ledger.migrations.m001 import m001_jobs_money_takes_and_scores
from charkit.ledger.migrations.m002 import m002_plans_caps_and_checks
from charkit.ledger.migrations.m003 import m003_digests_of_words

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MIGRATIONS", "migrate", "up_to_date"]

MIGRATIONS: list[Callable[[Connection], None]] = [
    m001_jobs_money_takes_and_scores,
    m002_plans_caps_and_checks,
    m003_digests_of_words,
]
"""In the order in which they run; a new one goes to the end."""


def up_to_date(connection: Connection) -> bool:
    """Whether nothing is missing; asks without writing, so that opening a ledger waits for nobody.

    Raises:
        LedgerError: the ledger was written by a newer charkit, or the database belongs to something else.
    """
    if not inspect(connection).has_table("migrations"):
        _refuse_strangers(connection)
        return False
    return not _missing(connection)


def migrate(connection: Connection, now: float) -> list[str]:
    """Run what is missing inside the caller's transaction and return the names of what ran.

    Raises:
        LedgerError: the ledger was written by a newer charkit.
    """
    hold_name(connection, "migrations")
    schema.migrations.create(connection, checkfirst=True)
    missing = _missing(connection)
    for step in missing:
        step(connection)
        connection.execute(schema.migrations.insert().values(name=step.__name__, applied_at=now))
    return [step.__name__ for step in missing]


def _missing(connection: Connection) -> list[Callable[[Connection], None]]:
    done = set(connection.scalars(select(schema.migrations.c.name)))
    unknown = done - {step.__name__ for step in MIGRATIONS}
    if unknown:
        raise LedgerError(
            f"this ledger was written by a newer charkit (it knows {', '.join(sorted(unknown))}). "
            "Update charkit to open it."
        )
    return [step for step in MIGRATIONS if step.__name__ not in done]


def _refuse_strangers(connection: Connection) -> None:
    taken = set(inspect(connection).get_table_names()) & set(schema.metadata.tables)
    if taken:
        raise LedgerError(
            f"there are tables called {', '.join(sorted(taken))} that are no ledger's. Give the ledger a file or a "
            "schema of its own (postgresql://.../database?options=-csearch_path%3Dcharkit)"
        )
