"""The person's word for a job of which nobody knew whether it exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.errors import LedgerError, UsageError
from charkit.ledger import Step

if TYPE_CHECKING:
    from charkit.ledger import JobRow, Ledger

__all__ = ["resolve"]


def resolve(ledger: Ledger, job: JobRow, *, remote_id: str | None, accepted: bool | None) -> None:
    """Take a job in doubt on by what the person says; see `Floor.resolve`.

    Raises:
        UsageError: neither or both were said.
        LedgerError: the job is not in doubt, or the id belongs to another one.
    """
    if (remote_id is None) == (accepted is None):
        raise UsageError(
            "say either remote_id=... (it is there), accepted=False (it is not), or accepted=True (it was charged, "
            "and what it made is lost)"
        )
    if job.state != "unknown":
        raise LedgerError(f"{job.id} is {job.state}, not in doubt")
    if remote_id is not None:
        step = Step(to="running", accepted=True, remote_id=remote_id, note="the person found it")
    elif accepted:
        step = Step(to="expired", accepted=True, money="settle", note="the person says it was charged and is lost")
    else:
        step = Step(to="failed", accepted=False, money="release", note="the person says it was never accepted")
    ledger.advance(job, step)
