"""Plans, the caps that money was checked against, and constraints that keep what the ledger promises.

SQLite cannot add a constraint to a table, so all tables are made again and filled with what they held.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
    select,
    text,
)

__all__ = ["m002_plans_caps_and_checks"]

_STATE = (
    "state IN ("
    "'cancelled', 'expired', 'failed', 'intended', 'queued', 'refused', 'running', 'sending', "
    "'succeeded', 'unknown'"
    ")"
)
_ACCEPTED = "accepted IS TRUE OR state NOT IN ('expired', 'queued', 'refused', 'running', 'succeeded')"
_BUCKET = "bucket IN ('estimated', 'refunded', 'released', 'reserved', 'settled', 'unknown')"
_STEPS = (
    '"before" || \'>\' || "after" IN ('
    "'>intended', 'cancelled>intended', 'failed>intended', 'intended>cancelled', 'intended>failed', "
    "'intended>sending', 'queued>cancelled', 'queued>expired', 'queued>failed', 'queued>queued', "
    "'queued>refused', 'queued>running', 'queued>succeeded', 'running>cancelled', 'running>expired', "
    "'running>failed', 'running>queued', 'running>refused', 'running>running', 'running>succeeded', "
    "'sending>cancelled', 'sending>expired', 'sending>failed', 'sending>intended', 'sending>queued', "
    "'sending>refused', 'sending>running', 'sending>succeeded', 'sending>unknown', 'succeeded>expired', "
    "'unknown>cancelled', 'unknown>expired', 'unknown>failed', 'unknown>intended', 'unknown>queued', "
    "'unknown>refused', 'unknown>running', 'unknown>succeeded'"
    ")"
)

_ORDER = ("productions", "jobs", "transitions", "entries", "sent", "takes", "scores")
"""What m001 made, each after what it refers to."""

_NUMBERED = ("transitions", "entries", "scores")
"""Tables whose rows the database counts."""


def m002_plans_caps_and_checks(connection: Connection) -> None:
    """Put every row aside, make the tables anew, and put the rows back."""
    old = MetaData()
    old.reflect(connection, only=_ORDER)
    for name in _ORDER:
        connection.execute(text(f"CREATE TEMPORARY TABLE m002_{name} AS SELECT * FROM {name}"))  # noqa: S608
    for name in reversed(_ORDER):
        old.tables[name].drop(connection)
    new = MetaData()
    _money_and_jobs(new)
    _what_came_of_them(new)
    new.create_all(connection)
    for name in _ORDER:
        columns = [f'"{column.name}"' for column in old.tables[name].columns]
        listed = ", ".join(columns)
        connection.execute(text(f"INSERT INTO {name} ({listed}) SELECT {listed} FROM m002_{name}"))  # noqa: S608
        connection.execute(text(f"DROP TABLE m002_{name}"))
    if connection.dialect.name == "postgresql":
        for name in _NUMBERED:
            _count_on(connection, new.tables[name])


def _count_on(connection: Connection, table: Table) -> None:
    highest = connection.scalar(select(func.max(table.c.id)))
    if highest is not None:
        connection.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), highest)))


def _money_and_jobs(tables: MetaData) -> None:
    number = BigInteger().with_variant(Integer, "sqlite")
    Table(
        "productions",
        tables,
        Column("name", Text, primary_key=True),
        Column("created_at", Float, nullable=False),
    )
    Table(
        "plans",
        tables,
        Column("production", Text, ForeignKey("productions.name"), primary_key=True),
        Column("run", Text, primary_key=True),
        Column("digest", Text, primary_key=True),
        Column("day", Text, nullable=False),
        Column("content", Text, nullable=False),
        Column("created_at", Float, nullable=False),
        CheckConstraint("digest LIKE 'sha256:%'", name="plan_digest"),
    )
    Table(
        "jobs",
        tables,
        Column("id", Text, primary_key=True),
        Column("request_key", Text, nullable=False),
        Column("take_number", Integer, nullable=False),
        Column("request", Text, nullable=False),
        Column("request_digest", Text, nullable=False),
        Column("filed_digest", Text),
        Column("production", Text, ForeignKey("productions.name"), nullable=False),
        Column("run", Text, nullable=False),
        Column("plan", Text),
        Column("subject", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("route", Text, nullable=False),
        Column("endpoint", Text, nullable=False),
        Column("model", Text, nullable=False),
        Column("price", BigInteger, nullable=False),
        Column("simulated", Boolean, nullable=False),
        Column("state", Text, nullable=False),
        Column("remote_id", Text),
        Column("accepted", Boolean),
        Column("owner", Text, nullable=False),
        Column("claimed_until", Float, nullable=False),
        Column("answered_model", Text, nullable=False),
        Column("message", Text, nullable=False),
        Column("stage", Text, nullable=False),
        Column("category", Text, nullable=False),
        Column("expires_at", Float),
        Column("created_at", Float, nullable=False),
        Column("sent_at", Float),
        Column("updated_at", Float, nullable=False),
        ForeignKeyConstraint(["production", "run", "plan"], ["plans.production", "plans.run", "plans.digest"]),
        UniqueConstraint("request_key", "take_number", name="one_job_per_request_and_take"),
        CheckConstraint(_STATE, name="job_state"),
        CheckConstraint(_ACCEPTED, name="job_accepted"),
        CheckConstraint("price >= 0 AND take_number >= 0", name="job_price"),
        CheckConstraint("remote_id <> ''", name="job_remote_id"),
        Index("jobs_by_run", "production", "run", "state"),
        Index("jobs_by_remote_id", "endpoint", "remote_id"),
    )
    Table(
        "transitions",
        tables,
        Column("id", number, primary_key=True, autoincrement=True),
        Column("job_id", Text, ForeignKey("jobs.id"), nullable=False),
        Column("at", Float, nullable=False),
        Column("before", Text, nullable=False),
        Column("after", Text, nullable=False),
        Column("note", Text, nullable=False),
        Column("raw", Text, nullable=False),
        CheckConstraint(_STEPS, name="transition_is_allowed"),
        Index("transitions_by_job", "job_id", "id"),
    )
    Table(
        "entries",
        tables,
        Column("id", number, primary_key=True, autoincrement=True),
        Column("job_id", Text, ForeignKey("jobs.id"), nullable=False),
        Column("production", Text, nullable=False),
        Column("run", Text, nullable=False),
        Column("simulated", Boolean, nullable=False),
        Column("at", Float, nullable=False),
        Column("bucket", Text, nullable=False),
        Column("amount", BigInteger, nullable=False),
        Column("note", Text, nullable=False),
        Column("run_cap", BigInteger),
        Column("production_cap", BigInteger),
        CheckConstraint(_BUCKET, name="entry_bucket"),
        CheckConstraint("amount <> 0", name="entry_moves_something"),
        Index("entries_by_job", "job_id", "bucket", "amount"),
        Index("entries_by_run", "production", "simulated", "run", "bucket", "amount"),
    )


def _what_came_of_them(tables: MetaData) -> None:
    number = BigInteger().with_variant(Integer, "sqlite")
    Table(
        "sent",
        tables,
        Column("job_id", Text, ForeignKey("jobs.id"), primary_key=True),
        Column("position", Integer, primary_key=True),
        Column("field", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("digest", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("character", Text, nullable=False),
    )
    Table(
        "takes",
        tables,
        Column("job_id", Text, ForeignKey("jobs.id"), primary_key=True),
        Column("position", Integer, primary_key=True),
        Column("digest", Text, nullable=False),
        Column("media_type", Text, nullable=False),
        Column("facts", Text, nullable=False),
        Column("note", Text, nullable=False),
        Column("created_at", Float, nullable=False),
        CheckConstraint("position >= 0", name="take_position"),
        CheckConstraint("digest LIKE 'sha256:%'", name="take_digest"),
    )
    Table(
        "scores",
        tables,
        Column("id", number, primary_key=True, autoincrement=True),
        Column("job_id", Text, ForeignKey("jobs.id"), nullable=False),
        Column("scorer", Text, nullable=False),
        Column("axis", Text, nullable=False),
        Column("character", Text, nullable=False),
        Column("value", Float),
        Column("verdict", Text, nullable=False),
        Column("detail", Text, nullable=False),
        Column("created_at", Float, nullable=False),
        Index("scores_by_job", "job_id", "scorer"),
    )
