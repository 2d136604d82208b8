"""The tables as they stand after the newest migration.

`migrations.py` makes them; a test compares the two. Amounts are integer micro-dollars, times Unix seconds.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

__all__ = ["entries", "jobs", "metadata", "migrations", "productions", "scores", "sent", "takes", "transitions"]

metadata = MetaData()

migrations = Table(
    "migrations",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("applied_at", Float, nullable=False),
)

productions = Table(
    "productions",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("created_at", Float, nullable=False),
)
"""One row per production; whoever checks a cap holds its row, so that checks of one production come one by one."""

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("request_key", String(100), nullable=False),
    Column("take_number", Integer, nullable=False),
    Column("request", Text, nullable=False),
    Column("request_digest", String(80), nullable=False),
    Column("production", String(200), ForeignKey("productions.name"), nullable=False),
    Column("run", String(200), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("route", String(200), nullable=False),
    Column("endpoint", String(200), nullable=False),
    Column("model", String(200), nullable=False),
    Column("price", BigInteger, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("state", String(20), nullable=False),
    Column("remote_id", Text),
    Column("accepted", Boolean),
    Column("owner", String(300), nullable=False),
    Column("claimed_until", Float, nullable=False),
    Column("answered_model", String(200), nullable=False),
    Column("message", Text, nullable=False),
    Column("stage", String(40), nullable=False),
    Column("category", String(200), nullable=False),
    Column("expires_at", Float),
    Column("created_at", Float, nullable=False),
    Column("sent_at", Float),
    Column("updated_at", Float, nullable=False),
    UniqueConstraint("request_key", "take_number", name="one_job_per_request_and_take"),
    Index("jobs_by_run", "production", "run", "state"),
    Index("jobs_by_remote_id", "endpoint", "remote_id"),
)

transitions = Table(
    "transitions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("job_id", String(40), ForeignKey("jobs.id"), nullable=False),
    Column("at", Float, nullable=False),
    Column("before", String(20), nullable=False),
    Column("after", String(20), nullable=False),
    Column("note", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Index("transitions_by_job", "job_id", "id"),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("job_id", String(40), ForeignKey("jobs.id"), nullable=False),
    Column("production", String(200), nullable=False),
    Column("run", String(200), nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("at", Float, nullable=False),
    Column("bucket", String(20), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    Index("entries_by_job", "job_id", "bucket", "amount"),
    Index("entries_by_run", "production", "simulated", "run", "bucket", "amount"),
)
"""Money. Production, run and kind are repeated here so that a cap is checked from one index."""

sent = Table(
    "sent",
    metadata,
    Column("job_id", String(40), ForeignKey("jobs.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("field", String(200), nullable=False),
    Column("name", String(300), nullable=False),
    Column("digest", String(80), nullable=False),
    Column("role", String(40), nullable=False),
    Column("character", String(200), nullable=False),
)

takes = Table(
    "takes",
    metadata,
    Column("job_id", String(40), ForeignKey("jobs.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("digest", String(80), nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("facts", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("created_at", Float, nullable=False),
)

scores = Table(
    "scores",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("job_id", String(40), ForeignKey("jobs.id"), nullable=False),
    Column("scorer", String(200), nullable=False),
    Column("axis", String(100), nullable=False),
    Column("character", String(200), nullable=False),
    Column("value", Float),
    Column("verdict", String(40), nullable=False),
    Column("detail", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Index("scores_by_job", "job_id", "scorer"),
)
