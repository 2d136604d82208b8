"""Reading the ledger: queries that see one state of it and block nobody."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, Select, bindparam, select

from charkit.ledger import money, spending
from charkit.ledger.engine import reading
from charkit.ledger.prepared import Prepared
from charkit.ledger.records import Entry, JobRow, PlanRow, ScoreRow, SentRow, Spend, TakeRow, Transition
from charkit.ledger.rows import find_in, job_in, job_row
from charkit.ledger.schema import entries, jobs, plans, scores, sent, takes, transitions
from charkit.ledger.spending import Spending

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["LedgerReader"]

_SENT_FIELDS = tuple(f.name for f in fields(SentRow))
_SENT = Prepared(
    select(*(sent.c[name] for name in _SENT_FIELDS))
    .where(sent.c.job_id == bindparam("wanted"))
    .order_by(sent.c.position)
)


class LedgerReader:
    """What can be asked of a ledger."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def job(self, job_id: str) -> JobRow:
        """Return a job.

        Raises:
            LedgerError: there is none with that id.
        """
        with reading(self._engine) as connection:
            return job_in(connection, job_id, hold=False)

    def find(self, request_key: str, take_number: int) -> JobRow | None:
        """Return the job for a request key and take number, if there is one."""
        with reading(self._engine) as connection:
            return find_in(connection, request_key, take_number)

    def jobs(
        self,
        *,
        production: str | None = None,
        run: str | None = None,
        endpoint: str | None = None,
        states: Collection[str] | None = None,
    ) -> list[JobRow]:
        """Return the jobs that match, oldest first."""
        query = _matching(select(jobs), production=production, run=run, endpoint=endpoint)
        if states is not None:
            query = query.where(jobs.c.state.in_(sorted(states)))
        with reading(self._engine) as connection:
            return [job_row(row) for row in connection.execute(query.order_by(jobs.c.created_at, jobs.c.id)).mappings()]

    def plans(self, *, production: str | None = None, run: str | None = None) -> list[PlanRow]:
        """Return the plans that match, oldest first."""
        wanted = ((plans.c.production, production), (plans.c.run, run))
        query = select(plans).where(*(column == value for column, value in wanted if value is not None))
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(plans.c.created_at, plans.c.digest))
            return [PlanRow(**row) for row in rows.mappings()]

    def takes(
        self, *, job_id: str | None = None, production: str | None = None, run: str | None = None
    ) -> list[TakeRow]:
        """Return the takes that match, oldest first."""
        columns = [takes.c[f.name] for f in fields(TakeRow)]
        query = _matching(select(*columns).join(jobs), production=production, run=run)
        if job_id is not None:
            query = query.where(takes.c.job_id == job_id)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(takes.c.created_at, takes.c.job_id, takes.c.position))
            return [TakeRow(**row) for row in rows.mappings()]

    def scores(
        self, *, job_id: str | None = None, production: str | None = None, run: str | None = None
    ) -> list[ScoreRow]:
        """Return what scorers said, oldest first."""
        columns = [scores.c[f.name] for f in fields(ScoreRow)]
        query = _matching(select(*columns).join(jobs), production=production, run=run)
        if job_id is not None:
            query = query.where(scores.c.job_id == job_id)
        with reading(self._engine) as connection:
            return [ScoreRow(**row) for row in connection.execute(query.order_by(scores.c.id)).mappings()]

    def sent(self, job_id: str) -> tuple[SentRow, ...]:
        """Return the references and characters that went out with a job, in order."""
        with reading(self._engine) as connection:
            return _sent(connection, job_id)

    def account(self, job_id: str) -> tuple[Spend, tuple[SentRow, ...]]:
        """Return the sums of one job's money, and what went out with it, as of one moment."""
        with reading(self._engine) as connection:
            return money.held_by(connection, job_id), _sent(connection, job_id)

    def spend(self, *, run: str | None = None, production: str | None = None, simulated: bool | None = None) -> Spend:
        """Return the sums of money over the jobs that match."""
        wanted = ((entries.c.run, run), (entries.c.production, production), (entries.c.simulated, simulated))
        with reading(self._engine) as connection:
            return money.spend(connection, *(column == value for column, value in wanted if value is not None))

    def money(self, job_id: str) -> tuple[Entry, ...]:
        """Return a job's money entries in the order in which they were made."""
        with reading(self._engine) as connection:
            return money.entries_of(connection, job_id)

    def held_by(self, job_id: str) -> Spend:
        """Return the sums of one job's money."""
        with reading(self._engine) as connection:
            return money.held_by(connection, job_id)

    def holdings(self, *, production: str | None = None, run: str | None = None) -> dict[str, Spend]:
        """Return the sums of money of every job that matches, by its id."""
        with reading(self._engine) as connection:
            return spending.holdings(connection, production=production, run=run)

    def spending(self, *, production: str | None = None, run: str | None = None) -> Spending:
        """Return what was spent by the jobs that match, to be added up by day, route or shot."""
        words = " ".join(word for word in (production, f"run {run}" if run else "") if word)
        with reading(self._engine) as connection:
            found = spending.movements(connection, production=production, run=run)
        return Spending(movements=found, where=words or "everything")

    def history(self, job_id: str) -> tuple[Transition, ...]:
        """Return a job's transitions, oldest first."""
        columns = [transitions.c[f.name] for f in fields(Transition)]
        query = select(*columns).where(transitions.c.job_id == job_id).order_by(transitions.c.id)
        with reading(self._engine) as connection:
            return tuple(Transition(**row) for row in connection.execute(query).mappings())

    def remote_ids(self, endpoint: str) -> frozenset[str]:
        """Return every remote id of an endpoint that belongs to a job here."""
        query = select(jobs.c.remote_id).where(jobs.c.endpoint == endpoint, jobs.c.remote_id.is_not(None))
        with reading(self._engine) as connection:
            return frozenset(str(value) for value in connection.scalars(query))


def _sent(connection: Connection, job_id: str) -> tuple[SentRow, ...]:
    found = _SENT.rows(connection, {"wanted": job_id})
    return tuple(SentRow(**dict(zip(_SENT_FIELDS, row, strict=True))) for row in found)


def _matching(
    query: Select[*tuple[object, ...]],
    *,
    production: str | None = None,
    run: str | None = None,
    endpoint: str | None = None,
) -> Select[*tuple[object, ...]]:
    wanted = ((jobs.c.production, production), (jobs.c.run, run), (jobs.c.endpoint, endpoint))
    return query.where(*(column == value for column, value in wanted if value is not None))
