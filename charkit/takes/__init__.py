"""Orders in, takes out: the one place where provider, ledger and store meet, and where paid requests leave."""

from __future__ import annotations

from charkit.takes.collection import Takes
from charkit.takes.floor import Floor
from charkit.takes.health import Health
from charkit.takes.means import Pace
from charkit.takes.orders import Order, request_key
from charkit.takes.records import Progress, Take

__all__ = ["Floor", "Health", "Order", "Pace", "Progress", "Take", "Takes", "request_key"]
