"""Setting money aside for a request, and letting one owner send it: the transactions before anything leaves."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.exc import IntegrityError

from charkit.errors import KeyConflict
from charkit.ledger import money, owners
from charkit.ledger.engine import hold_name
from charkit.ledger.prepared import Prepared
from charkit.ledger.records import JobRow, Spend
from charkit.ledger.redaction import digest_of
from charkit.ledger.rows import find_in, hold_production, job_in
from charkit.ledger.schema import jobs, plans, productions
from charkit.ledger.states import TERMINAL, allowed
from charkit.ledger.stepping import CHANGE, append

if TYPE_CHECKING:
    from charkit.ledger.records import Caps, Intent
    from charkit.ledger.redaction import Cleaner

__all__ = ["Claim", "begin", "begin_again", "make_production", "reserve"]

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

_CHANGE = Prepared(CHANGE)
_MINE = Prepared(CHANGE.where(jobs.c.state == "intended", jobs.c.owner == bindparam("me")))
_IN_DOUBT = Prepared(CHANGE.where(jobs.c.state == "unknown", jobs.c.remote_id.is_(None)))
_JOB = Prepared(jobs.insert().inline())


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Who wants to send a request, from when and until when, and why."""

    owner: str
    now: float
    lease: float
    note: str = ""

    @property
    def until(self) -> float:
        """Unix seconds."""
        return self.now + self.lease


def reserve(connection: Connection, intent: Intent, caps: Caps, claim: Claim, clean: Cleaner) -> JobRow:
    """Write an intent down and set its price aside, or return the job that stands for it already.

    Raises:
        SpendLimit: it does not fit.
        KeyConflict: the key stands for another request.
    """
    make_production(connection, intent.production, claim.now)
    # Another production's process may be writing the same request in this moment.
    hold_name(connection, f"request {intent.request_key} {intent.take_number}")
    job = find_in(connection, intent.request_key, intent.take_number, hold=True)
    if job is None:
        money.check_caps(connection, intent, caps, asked=intent.price)
        return _insert(connection, intent, caps, claim, clean)
    _same_request(connection, job, intent)
    if not _sendable(job, claim):
        return job
    # What it has set aside counts in its own run and production; in another it is all to be found anew.
    held = money.held_by(connection, job.id)
    there = held.reserved if job.production == intent.production else 0
    here = there if job.run == intent.run else 0
    money.check_caps(connection, intent, caps, asked=intent.price - here, asked_there=intent.price - there)
    if job.state != "intended":
        note = clean(claim.note or "the service had not taken it on")
        append(connection, job.id, job.state, "intended", note, claim.now)
    return _claim(connection, job, intent, caps, claim, held)


def begin(connection: Connection, job: JobRow, claim: Claim) -> JobRow | None:
    """Let the job's owner send it, once; None if it is not this owner's to send."""
    now = claim.now
    changes = {"state": "sending", "accepted": None, "sent_at": now, "updated_at": now, "claimed_until": claim.until}
    if _MINE.run(connection, {"wanted": job.id, "me": claim.owner, **changes}) != 1:
        return None
    append(connection, job.id, "intended", "sending", "", now)
    return job_in(connection, job.id)


def begin_again(connection: Connection, job: JobRow, claim: Claim) -> JobRow | None:
    """Note that the POST of a job in doubt leaves once more; None if it is in doubt no longer."""
    changes = {"updated_at": claim.now, "claimed_until": claim.until}
    if _IN_DOUBT.run(connection, {"wanted": job.id, **changes}) != 1:
        return None
    return job_in(connection, job.id)


def make_production(connection: Connection, production: str, now: float) -> None:
    """Hold the production's row until the transaction ends, making it if it is not there."""
    while not hold_production(connection, production):
        try:
            with connection.begin_nested():
                connection.execute(productions.insert().values(name=production, created_at=now))
        except IntegrityError:  # another process made it in this moment
            continue


def _insert(connection: Connection, intent: Intent, caps: Caps, claim: Claim, clean: Cleaner) -> JobRow:
    values: dict[str, object] = {f.name: getattr(intent, f.name) for f in fields(intent)}
    values |= dict.fromkeys(("remote_id", "accepted", "expires_at", "sent_at"))
    values |= dict.fromkeys(("answered_model", "stage", "category"), "")
    values |= {"id": _new_id(claim.now), "request": clean(intent.request), "created_at": claim.now}
    values |= _claimed(connection, intent, claim)
    job = JobRow(**values)  # type: ignore[arg-type]
    digests = {"request_digest": digest_of(intent.request), "filed_digest": digest_of(job.request)}
    _JOB.run(connection, values | digests)
    append(connection, job.id, "", "intended", clean(claim.note), claim.now)
    money.reserve(connection, job, intent, caps, claim.now, held=Spend())
    return job


def _claim(connection: Connection, job: JobRow, intent: Intent, caps: Caps, claim: Claim, held: Spend) -> JobRow:
    """Set the price aside in the intent's run, which pays for the job from now on, and give the job to its owner."""
    money.reserve(connection, job, intent, caps, claim.now, held=held)
    changes = _claimed(connection, intent, claim)
    _CHANGE.run(connection, {"wanted": job.id, **changes})
    return replace(job, **changes)  # type: ignore[arg-type]


def _claimed(connection: Connection, intent: Intent, claim: Claim) -> dict[str, object]:
    return {
        "state": "intended",
        "price": intent.price,
        "production": intent.production,
        "run": intent.run,
        "subject": intent.subject,
        "plan": _known_plan(connection, intent),
        "owner": claim.owner,
        "claimed_until": claim.until,
        "message": "",
        "updated_at": claim.now,
    }


def _known_plan(connection: Connection, intent: Intent) -> str | None:
    if intent.plan is None:
        return None
    where = (plans.c.production == intent.production, plans.c.run == intent.run, plans.c.digest == intent.plan)
    return connection.scalar(select(plans.c.digest).where(*where))


def _same_request(connection: Connection, job: JobRow, intent: Intent) -> None:
    filed = connection.scalar(select(jobs.c.request_digest).where(jobs.c.id == job.id))
    if filed != digest_of(intent.request) or job.simulated != intent.simulated:
        raise KeyConflict(
            f"{intent.request_key} of {intent.subject} already stands for another request, {job.id} of "
            f"{job.subject}. This is a bug in charkit: please report it with both requests. Nothing was sent."
        )


def _sendable(job: JobRow, claim: Claim) -> bool:
    if job.state == "intended":
        return job.owner == claim.owner or job.claimed_until <= claim.now or not owners.alive(job.owner)
    return allowed(job.state, "intended", accepted=job.accepted) and job.state in TERMINAL


def _new_id(now: float) -> str:
    """Return `job_` and 26 characters that sort by time: 48 bits of milliseconds, then 80 random bits (a ULID)."""
    number = (int(now * 1000) & ((1 << 48) - 1)) << 80 | secrets.randbits(80)
    return "job_" + "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))
