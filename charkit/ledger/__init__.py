"""What was meant, sent, answered, paid and made; see `charkit.ledger.ledger` for what always holds."""

from __future__ import annotations

from charkit.ledger.ledger import Ledger
from charkit.ledger.opening import ledger_place, open_ledger
from charkit.ledger.records import (
    Caps,
    Entry,
    Intent,
    JobRow,
    PlanRow,
    ScoreRow,
    SentRow,
    Spend,
    Step,
    TakeRow,
    Transition,
    micro,
    usd,
)

__all__ = [
    "Caps",
    "Entry",
    "Intent",
    "JobRow",
    "Ledger",
    "PlanRow",
    "ScoreRow",
    "SentRow",
    "Spend",
    "Step",
    "TakeRow",
    "Transition",
    "ledger_place",
    "micro",
    "open_ledger",
    "usd",
]
