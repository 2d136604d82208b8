"""The ledger's records: plain strings and integers, readable without any SDK.

Money is integer micro-dollars (1 USD = 1,000,000) from the moment it enters; times are Unix seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Literal

from charkit.errors import LedgerError
from charkit.money import dollars

__all__ = [
    "Caps",
    "Entry",
    "Intent",
    "JobRow",
    "PlanRow",
    "ScoreRow",
    "SentRow",
    "Spend",
    "Step",
    "TakeRow",
    "Transition",
    "micro",
    "usd",
]

Money = Literal["keep", "settle", "release", "doubt", "refund"]
"""What a step says about a job's money: nothing; it was charged; it was not; nobody knows; it was given back."""


def micro(dollars: float) -> int:
    """Return dollars as integer micro-dollars, the nearest one.

    Raises:
        LedgerError: not a finite amount of zero or more.
    """
    try:
        amount = Decimal(str(dollars))
        if not amount.is_finite() or amount < 0:
            raise LedgerError(f"{dollars!r} is not an amount of money")
        return int((amount * 1_000_000).to_integral_value(rounding=ROUND_HALF_EVEN))
    except InvalidOperation as error:
        raise LedgerError(f"{dollars!r} is not an amount of money") from error


def usd(amount: int) -> float:
    """Return micro-dollars as dollars, for showing; sums are made before, in integers."""
    return amount / 1_000_000


@dataclass(frozen=True, kw_only=True)
class Caps:
    """How much may be committed: spent, reserved or in doubt. Simulated and real money are counted apart."""

    run: int
    """Micro-dollars for the run of the intent."""
    production: int | None = None
    """Micro-dollars for all runs of the production together; None for no such cap."""


@dataclass(frozen=True, kw_only=True)
class Intent:
    """A paid request that is about to be made."""

    request_key: str
    """Tagged digest of all that determines the request."""
    take_number: int
    request: str
    """The request as canonical JSON text, references as digests; what the key was made from."""
    production: str
    run: str
    subject: str
    """The shot or view that it is for."""
    kind: str
    """`video` or `image`."""
    route: str
    endpoint: str
    model: str
    price: int
    """Micro-dollars."""
    simulated: bool
    plan: str | None = None
    """Digest of the plan that it comes from, as `Ledger.record_plan` returned it; None where there is none."""


@dataclass(frozen=True, kw_only=True)
class PlanRow:
    """What was planned for a run, before money was spent."""

    production: str
    run: str
    digest: str
    """`sha256:` and the digest of `content`."""
    day: str
    """The day it was made for, as in 2026-11-22."""
    content: str = field(repr=False)
    """The plan as JSON text."""
    created_at: float = 0.0
    """Set by the ledger: when it was first written down."""


@dataclass(frozen=True, kw_only=True)
class SentRow:
    """One reference or character that went out with a job."""

    field: str
    name: str
    digest: str
    role: str = ""
    character: str = ""


@dataclass(frozen=True, kw_only=True)
class TakeRow:
    """What a job made: a file in the store, and what was measured of it."""

    job_id: str
    position: int = 0
    """For jobs that make several pictures; else 0."""
    digest: str
    media_type: str
    facts: str
    """Measured facts as JSON text."""
    note: str = ""
    """What differs from what was asked, if anything."""
    created_at: float = 0.0
    """Set by the ledger."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One transition of a job, with what became known by it. Empty fields leave what was known before."""

    to: str
    note: str = ""
    """Why, in a few words."""
    raw: str = field(default="", repr=False)
    """The service's answer, as JSON text."""
    remote_id: str | None = None
    accepted: bool | None = None
    """Whether the service took the request on; None where this step does not say."""
    answered_model: str = ""
    message: str = ""
    stage: str = ""
    category: str = ""
    expires_at: float | None = None
    money: Money = "keep"
    charged: int | None = None
    """Micro-dollars that the service says it charged; None for the estimated price."""
    sent: tuple[SentRow, ...] = ()
    takes: tuple[TakeRow, ...] = ()
    """What came with the answer, filed already: paid for and written down in one transaction."""


@dataclass(frozen=True, kw_only=True)
class JobRow:
    """A job as the ledger knows it now."""

    id: str
    request_key: str
    take_number: int
    request: str = field(repr=False)
    production: str
    run: str
    subject: str
    kind: str
    route: str
    endpoint: str
    model: str
    price: int
    """Micro-dollars, as estimated before sending."""
    simulated: bool
    state: str
    remote_id: str | None
    accepted: bool | None
    """Whether the service took the request on; None while nobody knows."""
    owner: str
    """The process that is sending it, see `ledger.owners`."""
    claimed_until: float
    answered_model: str
    message: str
    stage: str
    category: str
    expires_at: float | None
    created_at: float
    sent_at: float | None
    """When its POST was last begun."""
    updated_at: float
    plan: str | None = None
    """Digest of the plan that it comes from."""


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One line of a job's history; never changed, never deleted."""

    job_id: str
    at: float
    before: str
    """Empty for the first."""
    after: str
    note: str
    raw: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One movement of money; never changed, never deleted."""

    job_id: str
    at: float
    bucket: str
    amount: int
    """Micro-dollars, signed."""
    note: str


@dataclass(frozen=True, kw_only=True)
class ScoreRow:
    """What one scorer says of one take on one axis."""

    job_id: str
    scorer: str
    axis: str
    verdict: str
    character: str = ""
    value: float | None = None
    detail: str = "{}"
    """Everything else the scorer said, as JSON text."""
    created_at: float = 0.0
    """Set by the ledger."""


@dataclass(frozen=True, kw_only=True)
class Spend:
    """Sums of money in micro-dollars."""

    estimated: int = 0
    """What all intents were priced at."""
    reserved: int = 0
    """Set aside for jobs that are not finished."""
    settled: int = 0
    """Charged."""
    unknown: int = 0
    """In doubt; counts as if it were charged until it is resolved."""
    released: int = 0
    """Was set aside, then not charged."""
    refunded: int = 0
    """Was charged, then given back."""

    @property
    def committed(self) -> int:
        """Micro-dollars that count against a cap."""
        return self.reserved + self.settled + self.unknown

    def __repr__(self) -> str:
        parts = [f"{name} {dollars(usd(getattr(self, name)))}" for name in ("settled", "reserved", "unknown")]
        return f"Spend({', '.join(parts)}, estimated {dollars(usd(self.estimated))})"
