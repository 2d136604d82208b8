"""Stopping one job: where nothing was sent yet, or where its service can stop what it has taken on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from charkit.errors import UnsupportedRequest, UsageError
from charkit.ledger import Step, usd
from charkit.ledger.states import TERMINAL
from charkit.money import dollars
from charkit.takes.collecting import Collecting
from charkit.takes.doubts import being_sent
from charkit.takes.steps import step_of

if TYPE_CHECKING:
    from charkit.ledger import JobRow
    from charkit.providers.base import Answer
    from charkit.takes.contact import Contact

__all__ = ["cancel"]

_AT_SERVICE = frozenset({"queued", "running"})


def cancel(contact: Contact, job: JobRow) -> JobRow:
    """Stop a job and return it as it is then.

    That is cancelled, or as it had ended before; or still running, where its service takes time to stop it.

    Raises:
        UnsupportedRequest: its service cannot stop it; says what becomes of its money. Nothing was sent.
        UsageError: it has ended, is just being sent, or nobody knows whether it exists.
        Unavailable: the service could not be asked; ask again.
        Rejected: the service does not stop it now.
    """
    if job.state == "intended":
        step = Step(to="cancelled", accepted=False, money="release", note="the person cancelled it before it was sent")
        job = contact.means.ledger.advance(job, step)
        if job.state == "cancelled":
            return job
    if job.state not in _AT_SERVICE or job.remote_id is None:
        raise UsageError(_why_not(job, contact.means.clock()))
    _check_can(contact, job)
    # A clip that is done by now is collected and not thrown away: a DELETE may take the result along.
    job = _heard(contact, job, contact.provider.poll(job.remote_id))
    if job.state in _AT_SERVICE and job.remote_id is not None:
        job = _heard(contact, job, contact.provider.cancel(job.remote_id))
    return job


def _check_can(contact: Contact, job: JobRow) -> None:
    if not getattr(contact.provider, "cancels", False):
        raise UnsupportedRequest(
            f"{job.endpoint} cannot stop {job.id}, which it has taken on",
            rule=f"the {dollars(usd(job.price))} stays set aside until it ends, and is charged as if nobody had asked",
            nearest="let it finish: the next visit collects what was paid for",
        )


def _heard(contact: Contact, job: JobRow, answer: Answer) -> JobRow:
    if answer.outcome.value == job.state or not (answer.outcome.terminal or answer.outcome.value in _AT_SERVICE):
        return job
    pictures = Collecting(contact).keep(job, answer.media)
    job = contact.means.ledger.advance(job, replace(step_of(answer), remote_id=None, takes=pictures))
    contact.means.checkpoint("heard")
    return job


def _why_not(job: JobRow, now: float) -> str:
    if job.state in TERMINAL:
        return f"{job.id} is {job.state} already; there is nothing to cancel"
    if job.state == "unknown" or not being_sent(job, now):
        return (
            f"nobody knows whether {job.endpoint} has {job.id}, so it cannot be stopped. Run again to look for it in "
            "the service's list, or resolve it"
        )
    return f"{job.id} is being sent at this moment; cancel it once the service has answered"
