"""Score, retake only what failed, keep the best, and stop: after two rounds, at the budget, or where nothing gains.

All that bounds it follows from the scorecard, the takes and the ledger, never from what a process remembers: run again,
after it ended or in the middle of a round, it buys nothing twice. Take k+1 of a shot belongs to round k for good. What
could not be judged is not retaken unless somebody asks for it, and never counts as a pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.errors import SpendLimit, UsageError
from charkit.scoring.retakes import report_of, to_retake

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from charkit.scoring import Scorecard
    from charkit.scoring.retakes import RetakeReport

__all__ = ["RetakeBounds", "RetakeLoop"]


@dataclass(frozen=True, kw_only=True)
class RetakeBounds:
    """How far it may go."""

    rounds: int = 2
    """How often all is looked at again; beyond two, peers found next to nothing (peers.md, 6: A2RD)."""
    budget_usd: float | None = None
    """What all retakes of the run may commit together, below the run's own cap; None for no bound of their own."""
    unverifiable: bool = False
    """Whether shots that could not be judged are retaken too, blindly."""
    stop_without_gain: bool = True
    """Whether a shot is given up once a retake has not come out better than what was there."""

    def __post_init__(self) -> None:
        if self.rounds < 0:
            raise UsageError(f"rounds is {self.rounds}; say how often all may be looked at again, 0 or more")
        if self.budget_usd is not None and not 0 <= self.budget_usd < float("inf"):
            raise UsageError(f"budget_usd is {self.budget_usd!r}; say how many US dollars retakes may cost at most")


@dataclass(frozen=True, kw_only=True)
class RetakeLoop:
    """Retakes in one run."""

    score: Callable[[], Scorecard]
    """Judges every take that there is."""
    make: Callable[[Mapping[str, tuple[int, str]]], None]
    """Makes takes: shot to take number and reason."""
    price: Callable[[str], float]
    """Returns what another take of a shot costs at most, in US dollars."""
    committed: Callable[[], float]
    """Returns what the run's retakes have committed so far by the ledger, what is in doubt included, in US dollars."""
    costs: Callable[[], Mapping[tuple[str, int], float]]
    """Returns what each (shot, take number) cost, in US dollars."""
    simulated: bool = False

    def go(self, bounds: RetakeBounds) -> RetakeReport:
        """Go round until everything passes or a bound says stop, and report what it brought.

        A run whose cap is reached keeps what was made, and says so in the report.
        """
        card, stopped = self.score(), ""
        for _ in range(bounds.rounds):
            again, _ = self.asks(card, bounds)
            if not again:
                break
            try:
                self.make(again)
            except SpendLimit as limit:
                stopped = str(limit)
            card = self.score()
            if stopped:
                break
        granted, declined = self.asks(card, bounds)
        declined |= {shot: stopped for shot in granted if stopped}
        return report_of(card, self.costs(), declined=declined, simulated=self.simulated)

    def asks(self, card: Scorecard, bounds: RetakeBounds) -> tuple[dict[str, tuple[int, str]], dict[str, str]]:
        """Return the takes of the next round, and the shots that want one and get none, with the bound. Sends nothing.

        Args:
            card: All takes so far.
            bounds: How far it may go.
        """
        left = None if bounds.budget_usd is None else bounds.budget_usd - self.committed()
        again: dict[str, tuple[int, str]] = {}
        declined: dict[str, str] = {}
        for shot, why in to_retake(card, unverifiable=bounds.unverifiable):
            number = max(take.take for take in card.takes if take.shot == shot) + 1
            if bound := _bound(card, shot, number, bounds):
                declined[shot] = bound
                continue
            price = self.price(shot)
            if left is not None and price > left + 1e-9:
                declined[shot] = (
                    f"a take costs ${price:.4f}, and ${max(0.0, left):.4f} of the budget for retakes are left"
                )
                continue
            left = None if left is None else left - price
            again[shot] = number, why
        return again, declined


def _bound(card: Scorecard, shot: str, number: int, bounds: RetakeBounds) -> str:
    if number > 1 + bounds.rounds:
        return f"it has {number - 1} takes, and {1 + bounds.rounds} are the most"
    if bounds.stop_without_gain and number > 2 and not _gained(card, shot, number - 1):
        return f"take {number - 1} came out no better"
    return ""


def _gained(card: Scorecard, shot: str, last: int) -> bool:
    """Whether the last take of a shot is better than all before it, by the lowest score of each."""
    lowest = {
        take.take: min((s.score for s in card.of(shot, take.take) if s.score is not None), default=None)
        for take in card.takes
        if take.shot == shot
    }
    before = [score for number, score in lowest.items() if number < last and score is not None]
    newest = lowest.get(last)
    return newest is not None and (not before or newest > max(before))
