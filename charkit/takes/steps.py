"""From a service's answer to a step in the ledger: which state follows, and what becomes of the money."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.ledger import SentRow, Step, micro
from charkit.providers.base import Answer, Billing, Outcome

if TYPE_CHECKING:
    from charkit.ledger.records import Money

__all__ = ["money_of", "step_of"]


def step_of(answer: Answer) -> Step:
    """Return the step that an answer takes a job."""
    dollars = answer.usage.get("usd")
    return Step(
        to=answer.outcome.value,
        raw=answer.raw,
        remote_id=answer.remote_id,
        accepted=True,
        answered_model=answer.model,
        message=answer.message,
        stage=answer.stage,
        category=answer.category,
        expires_at=answer.expires_at,
        money=money_of(answer),
        charged=None if dollars is None else micro(dollars),
        sent=tuple(
            SentRow(field=s.field, name=s.name, digest=s.digest, role=s.role, character=s.character)
            for s in answer.sent
        ),
    )


def money_of(answer: Answer) -> Money:
    """Return what becomes of the money that is set aside for a job.

    | outcome                               | charged | not charged | not established |
    |---------------------------------------|---------|-------------|-----------------|
    | queued, running, unknown              | keep    | keep        | keep            |
    | succeeded                             | settle  | release     | settle          |
    | refused, failed, expired, cancelled   | settle  | release     | doubt           |

    A finished result is charged unless the service says otherwise; about anything else it has to say so. What is in
    doubt counts against the caps until a person resolves it. An unknown word from a service never gets here: adapters
    raise it as an error that shows it.
    """
    if not answer.outcome.terminal:
        return "keep"
    if answer.billing is Billing.NOT_CHARGED:
        return "release"
    charged = answer.billing is Billing.CHARGED or answer.outcome is Outcome.SUCCEEDED
    return "settle" if charged else "doubt"
