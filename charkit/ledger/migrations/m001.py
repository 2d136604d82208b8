"""The first tables."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
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

__all__ = ["m001_jobs_money_takes_and_scores"]


def m001_jobs_money_takes_and_scores(connection: Connection) -> None:
    """The first tables."""
    tables = MetaData()
    Table(
        "productions",
        tables,
        Column("name", String(200), primary_key=True),
        Column("created_at", Float, nullable=False),
    )
    Table(
        "jobs",
        tables,
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
    Table(
        "transitions",
        tables,
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("job_id", String(40), ForeignKey("jobs.id"), nullable=False),
        Column("at", Float, nullable=False),
        Column("before", String(20), nullable=False),
        Column("after", String(20), nullable=False),
        Column("note", Text, nullable=False),
        Column("raw", Text, nullable=False),
        Index("transitions_by_job", "job_id", "id"),
    )
    Table(
        "entries",
        tables,
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
    Table(
        "sent",
        tables,
        Column("job_id", String(40), ForeignKey("jobs.id"), primary_key=True),
        Column("position", Integer, primary_key=True),
        Column("field", String(200), nullable=False),
        Column("name", String(300), nullable=False),
        Column("digest", String(80), nullable=False),
        Column("role", String(40), nullable=False),
        Column("character", String(200), nullable=False),
    )
    Table(
        "takes",
        tables,
        Column("job_id", String(40), ForeignKey("jobs.id"), primary_key=True),
        Column("position", Integer, primary_key=True),
        Column("digest", String(80), nullable=False),
        Column("media_type", String(100), nullable=False),
        Column("facts", Text, nullable=False),
        Column("note", Text, nullable=False),
        Column("created_at", Float, nullable=False),
    )
    Table(
        "scores",
        tables,
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
    tables.create_all(connection)
