"""The tables as they stand after the newest migration.

The migrations make them; a test compares the two. Amounts are integer micro-dollars, times Unix seconds. Texts have no
length: a database that refuses a long word of a service would lose what it says of a paid job.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from charkit.ledger.states import STEPS, TAKEN_ON

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "BUCKETS",
    "entries",
    "jobs",
    "metadata",
    "migrations",
    "plans",
    "productions",
    "scores",
    "sent",
    "takes",
    "transitions",
]

BUCKETS = ("estimated", "reserved", "settled", "unknown", "released", "refunded")
"""Where money can be; the fields of `Spend`."""

metadata = MetaData()

_Number = BigInteger().with_variant(Integer, "sqlite")
"""Row numbers: eight bytes on both, since SQLite counts by itself only what is declared INTEGER."""


def _words(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in sorted(words))


_ALLOWED = {">intended"} | {f"{before}>{after}" for before, afters in STEPS.items() for after in afters}
_STEPS = f'"before" || \'>\' || "after" IN ({_words(_ALLOWED)})'

migrations = Table(
    "migrations",
    metadata,
    Column("name", Text, primary_key=True),
    Column("applied_at", Float, nullable=False),
)

productions = Table(
    "productions",
    metadata,
    Column("name", Text, primary_key=True),
    Column("created_at", Float, nullable=False),
)
"""One row per production; whoever checks a cap or moves money holds its row, so that these come one by one."""

plans = Table(
    "plans",
    metadata,
    Column("production", Text, ForeignKey("productions.name"), primary_key=True),
    Column("run", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("day", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    CheckConstraint("digest LIKE 'sha256:%'", name="plan_digest"),
)
"""What was planned, as JSON, under the digest of that text."""

jobs = Table(
    "jobs",
    metadata,
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
    CheckConstraint(f"state IN ({_words(STEPS)})", name="job_state"),
    CheckConstraint(f"accepted IS TRUE OR state NOT IN ({_words(TAKEN_ON)})", name="job_accepted"),
    CheckConstraint("price >= 0 AND take_number >= 0", name="job_price"),
    CheckConstraint("remote_id <> ''", name="job_remote_id"),
    Index("jobs_by_run", "production", "run", "state"),
    Index("jobs_by_remote_id", "endpoint", "remote_id"),
)

transitions = Table(
    "transitions",
    metadata,
    Column("id", _Number, primary_key=True, autoincrement=True),
    Column("job_id", Text, ForeignKey("jobs.id"), nullable=False),
    Column("at", Float, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("digest", Text),
    CheckConstraint(_STEPS, name="transition_is_allowed"),
    Index("transitions_by_job", "job_id", "id"),
)

entries = Table(
    "entries",
    metadata,
    Column("id", _Number, primary_key=True, autoincrement=True),
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
    CheckConstraint(f"bucket IN ({_words(BUCKETS)})", name="entry_bucket"),
    CheckConstraint("amount <> 0", name="entry_moves_something"),
    Index("entries_by_job", "job_id", "bucket", "amount"),
    Index("entries_by_run", "production", "simulated", "run", "bucket", "amount"),
)
"""Money. Production, run and kind are repeated here so that a cap is checked from one index; with money that was set
aside stand the caps that it was checked against."""

sent = Table(
    "sent",
    metadata,
    Column("job_id", Text, ForeignKey("jobs.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("field", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("character", Text, nullable=False),
)

takes = Table(
    "takes",
    metadata,
    Column("job_id", Text, ForeignKey("jobs.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("filed_digest", Text),
    CheckConstraint("position >= 0", name="take_position"),
    CheckConstraint("digest LIKE 'sha256:%'", name="take_digest"),
)

scores = Table(
    "scores",
    metadata,
    Column("id", _Number, primary_key=True, autoincrement=True),
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
