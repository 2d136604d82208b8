"""What a scorecard is made of beside scores: the takes, and what controls say of an axis."""

from __future__ import annotations

from dataclasses import dataclass

from charkit.scoring.base import Axis  # noqa: TC001  # pydantic reads annotations at run time
from charkit.scoring.statistics import Rate

__all__ = ["Ceiling", "ScoredTake"]


@dataclass(frozen=True, kw_only=True)
class ScoredTake:
    """A take that was put before the scorers, with characters or without."""

    shot: str
    take: int
    clip_digest: str = ""


@dataclass(frozen=True, kw_only=True)
class Ceiling:
    """What controls say of an axis: how many right pairs pass its line, and how many wrong ones."""

    axis: Axis
    passes: int
    """Positive controls that pass: what a perfect character reaches."""
    trials: int
    how: str
    """The kinds of positive controls."""
    false_accepts: int = 0
    """Impostors that pass."""
    impostors: int = 0
    same_background: int = 0
    """Impostors before the claimed character's own background."""
    scorer: str = ""
    """Name and version of the scorer, where an axis has several; empty: whichever judges on it."""

    @property
    def rate(self) -> Rate:
        """Positive controls as a rate."""
        return Rate(passes=self.passes, verifiable=self.trials, expected=self.trials)
