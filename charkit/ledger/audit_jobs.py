"""Whether each job's history, request, remote id and takes are what the ledger promises."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, func, select

from charkit.ledger.audit import Fault
from charkit.ledger.redaction import digest_of, digest_of_words
from charkit.ledger.schema import jobs, plans, takes, transitions
from charkit.ledger.states import STEPS, TAKEN_ON

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["audit_jobs"]

_DIGEST = re.compile(r"sha256:[0-9a-f]+")
_ROWS_AT_ONCE = 1000

_DAMAGED = "The file was damaged or edited: put the last backup in its place, or ask the service what became of the job"
_TWICE = "Look both up at the service: if it has one job, one of the two here was never taken on (charkit jobs show)"


def audit_jobs(connection: Connection) -> Iterator[Fault]:
    """Yield what is wrong with jobs, plans and takes."""
    yield from _histories(connection)
    yield from _requests(connection)
    yield from _plans(connection)
    yield from _remote_ids(connection)
    yield from _takes(connection)


def _histories(connection: Connection) -> Iterator[Fault]:
    states = {str(job): str(state) for job, state in connection.execute(select(jobs.c.id, jobs.c.state))}
    lines = connection.execute(
        select(transitions).order_by(transitions.c.job_id, transitions.c.id).execution_options(yield_per=_ROWS_AT_ONCE)
    )
    told = set()
    for job, history in groupby(lines, key=lambda line: str(line.job_id)):
        told.add(job)
        if job in states:
            yield from _history(job, states[job], list(history))
    for job in sorted(states.keys() - told):
        yield Fault(promise="history", job=job, what="it has no history", then=_DAMAGED)


def _history(job: str, state: str, lines: Sequence[Row[*tuple[Any, ...]]]) -> Iterator[Fault]:
    at = ""
    for number, line in enumerate(lines, 1):
        if line.digest is not None and line.digest != digest_of_words(line.before, line.after, line.note, line.raw):
            what = f"line {number} of its history is not the text that was filed"
            yield Fault(promise="history", job=job, what=what, then=_DAMAGED)
        first = at == "" and line.after == "intended"
        if line.before != at:
            what = f"its history goes on from {line.before!r}, but it was {at!r}"
            yield Fault(promise="history", job=job, what=what, then=_DAMAGED)
        elif not first and line.after not in STEPS.get(at, ()):
            what = f"no step leads from {at!r} to {line.after!r}"
            yield Fault(promise="history", job=job, what=what, then=_DAMAGED)
        at = line.after
    if at != state:
        what = f"it is {state!r}, but its history ends with {at!r}"
        yield Fault(promise="history", job=job, what=what, then=_DAMAGED)


def _requests(connection: Connection) -> Iterator[Fault]:
    rows = connection.execute(
        select(jobs.c.id, jobs.c.request, jobs.c.request_digest, jobs.c.filed_digest, jobs.c.state, jobs.c.accepted)
        .order_by(jobs.c.id)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    for row in rows:
        # What was filed without its keys has another digest than what was sent; a ledger of before has only the latter.
        filed = row.filed_digest is None or row.filed_digest == digest_of(row.request)
        if not filed or not _DIGEST.fullmatch(row.request_digest):
            what = "its request is not the text that was filed"
            yield Fault(promise="request", job=row.id, what=what, then=_DAMAGED)
        if row.state in TAKEN_ON and row.accepted is not True:
            what = f"it is {row.state!r}, but not said to be taken on"
            yield Fault(promise="history", job=row.id, what=what, then=_DAMAGED)


def _plans(connection: Connection) -> Iterator[Fault]:
    for row in connection.execute(select(plans).order_by(plans.c.digest).execution_options(yield_per=100)):
        if digest_of(row.content) != row.digest:
            what = f"the plan {row.digest} of run {row.run!r} is not the text that was filed"
            yield Fault(promise="request", what=what, then="Put the last backup in its place, or plan again")


def _remote_ids(connection: Connection) -> Iterator[Fault]:
    several = (
        select(jobs.c.endpoint, jobs.c.remote_id)
        .where(jobs.c.remote_id.is_not(None))
        .group_by(jobs.c.endpoint, jobs.c.remote_id)
        .having(func.count() > 1)
    )
    for endpoint, remote_id in connection.execute(several).all():
        same = (jobs.c.endpoint == endpoint, jobs.c.remote_id == remote_id)
        found = connection.scalars(select(jobs.c.id).where(*same).order_by(jobs.c.id)).all()
        what = f"{remote_id} at {endpoint} is also {', '.join(found[:-1])}"
        yield Fault(promise="remote id", job=found[-1], what=what, then=_TWICE)


def _takes(connection: Connection) -> Iterator[Fault]:
    query = select(takes, jobs.c.state).join(jobs).order_by(takes.c.job_id, takes.c.position)
    for row in connection.execute(query.execution_options(yield_per=_ROWS_AT_ONCE)):
        job, digest, state = row.job_id, row.digest, row.state
        if row.filed_digest not in (None, digest_of_words(row.media_type, row.facts, row.note)):
            what = "what was written down of its take is not the text that was filed"
            yield Fault(promise="take", job=job, what=what, then=_DAMAGED)
        if not _DIGEST.fullmatch(digest):
            what = f"its take names {digest!r}, which is no digest"
            yield Fault(promise="take", job=job, what=what, then=_DAMAGED)
        if state in ("intended", "sending", "unknown"):
            what = f"it has a take, but is {state!r}"
            yield Fault(promise="take", job=job, what=what, then=_DAMAGED)
