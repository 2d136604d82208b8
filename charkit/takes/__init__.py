"""Orders in, takes out: the one place where provider, ledger and store meet, and where paid requests leave."""

from __future__ import annotations

from charkit.takes.collection import Takes
from charkit.takes.floor import Floor
from charkit.takes.health import Health
from charkit.takes.means import Pace
from charkit.takes.orders import Order, request_key
from charkit.takes.records import Progress, Take
from charkit.takes.retaking import TRIALS, RetakeRule, Retakes, Retaking, Wish

__all__ = [
    "TRIALS",
    "Floor",
    "Health",
    "Order",
    "Pace",
    "Progress",
    "RetakeRule",
    "Retakes",
    "Retaking",
    "Take",
    "Takes",
    "Wish",
    "request_key",
]
