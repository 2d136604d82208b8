"""What each process of a soak has to make, and how it goes on until every order has its media or never will."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from audit import NOTHING_MADE
from shoot import connector, orders, reordered
from visits import QUICK, answer

from charkit.errors import SpendLimit
from charkit.ledger import Ledger
from charkit.providers.base import Outcome
from charkit.store import Store
from charkit.takes import Floor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from service import Books

    from charkit.takes import Order, Take

LIST_LAG = 1.0
"""Seconds by which the service's list lags."""
_WIRES = ("openai",) * 11 + ("muse",) * 4 + ("omni",) * 5
_SHARED = 0.05
"""The part of a share that the neighbour wants too."""
PACE = replace(QUICK, deadline=4.0, longest_poll=0.2, grace=LIST_LAG + 1.0, fetch_tries=6, stuck=1.0)


@dataclass(frozen=True, kw_only=True)
class Share:
    """What one process has to make, and what all of them share."""

    root: Path
    ledger: Path | str
    books: Books
    orders: Sequence[Order]
    cap_usd: float
    """What all of them together may commit: the plan's price."""
    parallel: int = 12

    def floor(self, ledger: Ledger) -> Floor:
        """Return a floor for it, with fresh hope in all endpoints."""
        return Floor(
            ledger,
            Store(self.root / "store"),
            connector(self.books.url),
            production=self.orders[0].production,
            run=self.orders[0].run,
            run_cap_usd=self.cap_usd,
            production_cap_usd=self.cap_usd,
            parallel=self.parallel,
            pace=PACE,
        )

    def asked(self) -> Path:
        """Return the file that counts how often a person was asked; it survives the process."""
        return self.root / f"asked-{self.orders[0].run}"


def shares(tag: str, jobs: int, processes: int) -> list[list[Order]]:
    """Return each process's orders: together `jobs` different ones, and some twice."""
    luck = random.Random(jobs)
    endpoints = [luck.choice(_WIRES) for _ in range(jobs)]
    cuts = [jobs * part // processes for part in range(processes + 1)]
    own = [
        orders(tag, endpoints[start:end], run=f"run{part}", first=start + 1)
        for part, (start, end) in enumerate(itertools.pairwise(cuts))
    ]
    for part, mine in enumerate(list(own)):
        neighbour = own[(part + 1) % processes]
        also = [reordered(order, mine[0].run) for order in neighbour[: max(1, round(len(mine) * _SHARED))]]
        own[part] = [*mine, *(also if processes > 1 else [])]
    return own


def work(share: Share, rounds: int) -> dict[str, int]:
    """Shoot a share, round by round, until every order has come to its end; return the outcomes."""
    with Ledger.open(share.ledger) as ledger:
        for _ in range(rounds):
            takes = list(_made(share, ledger))
            doubtful = [take for take in takes if take.outcome is Outcome.UNKNOWN and take.job_id]
            if doubtful:
                with share.asked().open("a", encoding="utf-8") as count:
                    count.write("?" * len(doubtful))
                answer(share.floor(ledger), ledger, doubtful, share.books.accepted(at_rest=False))
            elif _all_ended(share, ledger, takes):
                break
    outcomes: dict[str, int] = {}
    for take in takes:
        outcomes[take.status] = outcomes.get(take.status, 0) + 1
    return outcomes


def _made(share: Share, ledger: Ledger) -> Sequence[Take]:
    try:
        return tuple(share.floor(ledger).make(share.orders))
    except SpendLimit:  # a neighbour holds money in doubt that will be free again
        return ()


def _all_ended(share: Share, ledger: Ledger, takes: Sequence[Take]) -> bool:
    """Whether every order has its media, or never will."""
    left = [take for take in takes if not _at_its_end(ledger, take)]
    books = share.books.accepted(at_rest=False) if left else {}
    return bool(takes) and all(any(job.faults & NOTHING_MADE for job in books.get(take.subject, ())) for take in left)


def _at_its_end(ledger: Ledger, take: Take) -> bool:
    if take.ok or take.outcome is Outcome.REFUSED:
        return True
    return bool(take.job_id) and ledger.job(take.job_id).accepted is True and take.outcome.terminal
