"""A cap on all runs of a sweep together, kept by the caps that the ledger has.

Each run has a cap of its own, which the ledger keeps in the transaction that reserves. What runs are allowed together
never exceeds the sweep's cap: a run that is at work counts with all of its allowance, one that has ended with what it
has committed, doubts included. So the sum cannot be exceeded, whatever runs do and whichever die.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Allowance"]

_CENT = 1e-6  # a micro-dollar: what the ledger counts in


class Allowance:
    """Who may spend how much of a sweep's cap, in US dollars.

    Examples:
        >>> purse = Allowance(1.0, committed={"a": 0.3, "b": 0.1, "c": 0.0})
        >>> purse.grant("b", most=0.5, needs=0.2)
        0.5
        >>> purse.grant("c", most=0.5, needs=0.2) is None  # 0.3 and 0.5 are given away: 0.2 is left, which does
        False
    """

    def __init__(self, cap: float | None, *, committed: Mapping[str, float]) -> None:
        self._cap = cap
        self._committed = dict(committed)
        self._granted: dict[str, float] = {}

    @property
    def bound(self) -> float:
        """What is committed, or may be by runs that are at work."""
        return sum(max(spent, self._granted.get(run, 0.0)) for run, spent in self._committed.items())

    def grant(self, run: str, *, most: float | None, needs: float) -> float | None:
        """Return the cap that a run may start with, what it has committed before included; None if it has to wait.

        Args:
            run: Which.
            most: Its own cap; None for one that cannot buy anything, which is granted nothing at once.
            needs: What it cannot do without.
        """
        if most is None:
            return 0.0
        spent = self._committed.get(run, 0.0)
        if self._cap is None:
            allowed = most
        else:
            allowed = min(most, round(self._cap - (self.bound - spent), 6))
            if allowed < spent + needs - _CENT / 2:
                return None
        self._committed.setdefault(run, 0.0)
        self._granted[run] = allowed
        return allowed

    def settle(self, run: str, committed: float) -> None:
        """Take back what a run that ended was granted and did not commit."""
        self._granted.pop(run, None)
        self._committed[run] = committed
