"""Do people agree with each other, and does an axis agree with people?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from charkit.scoring.statistics.discrimination import auc, auc_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from charkit.scoring.statistics.rates import Interval

__all__ = ["AgainstPeople", "Agreement", "Level", "against_people", "agreement", "krippendorff_alpha"]

Level: TypeAlias = Literal["nominal", "ordinal", "interval", "ratio"]
"""What the numbers of a rating mean; "same" and "different" are nominal."""

_DRAWS = 1000


def krippendorff_alpha(ratings: Sequence[Sequence[float | None]], level: Level = "nominal") -> float | None:
    """Return Krippendorff's alpha: 1 for full agreement, 0 for as much as chance gives, below 0 for less.

    α = 1 − D_observed / D_expected over the coincidences of all pairs of ratings of the same unit; units with fewer
    than two ratings say nothing (Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011).

    Args:
        ratings: One row per rater, one column per unit; None where a rater did not answer.
        level: Which differences count how much.

    Returns:
        None where fewer than two units have two ratings, or nothing varies: then agreement cannot be told from habit.

    Raises:
        ValueError: the rows differ in length.
    """
    import numpy as np

    if len({len(row) for row in ratings}) > 1:
        raise ValueError("every rater needs one answer per unit, None where there was none")
    rows = np.array([[np.nan if v is None else float(v) for v in row] for row in ratings], dtype=float)
    if not rows.size:
        return None
    return _alpha(_counts(rows), np.unique(rows[~np.isnan(rows)]), level)


def _counts(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how often each unit got each value, units with fewer than two ratings left out."""
    import numpy as np

    values = np.unique(rows[~np.isnan(rows)])
    counts = np.stack([(rows == value).sum(axis=0) for value in values], axis=1) if len(values) else np.zeros((0, 0))
    return np.asarray(counts[counts.sum(axis=1) >= 2], dtype=np.float64)


def _alpha(counts: NDArray[np.float64], values: NDArray[np.float64], level: Level) -> float | None:
    import numpy as np

    if len(counts) < 2:
        return None
    raters = counts.sum(axis=1)
    together = (counts / (raters - 1)[:, None]).T @ counts - np.diag((counts / (raters - 1)[:, None]).sum(axis=0))
    margins = together.sum(axis=0)
    apart = _distances(values, margins, level)
    expected = float((np.outer(margins, margins) * apart).sum()) / (margins.sum() - 1)
    if expected <= 0:
        return None
    return float(1 - (together * apart).sum() / expected)


def _distances(values: NDArray[np.float64], margins: NDArray[np.float64], level: Level) -> NDArray[np.float64]:
    """Return the squared difference of every two values at a level of measurement."""
    import numpy as np

    if level == "nominal":
        return 1.0 - np.eye(len(values))
    if level == "interval":
        return np.asarray((values[:, None] - values[None, :]) ** 2)
    if level == "ratio":
        total = values[:, None] + values[None, :]
        gap = values[:, None] - values[None, :]
        return np.divide(gap, total, out=np.zeros_like(gap), where=total != 0) ** 2
    ranks = margins.cumsum() - margins / 2  # all ranks from one value to the other, half of each end
    return np.asarray((ranks[:, None] - ranks[None, :]) ** 2)


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How far raters agree."""

    alpha: float | None
    """Krippendorff's alpha; None where it cannot be told."""
    low: float | None
    """Of the 95 % interval, units drawn again."""
    high: float | None
    raters: int
    units: int
    """With at least two ratings."""

    def __str__(self) -> str:
        if self.alpha is None or self.low is None or self.high is None:
            return f"agreement of {self.raters} raters cannot be told from {self.units} units"
        return (
            f"Krippendorff's alpha {self.alpha:.2f} (95 % CI {self.low:.2f} to {self.high:.2f}), "
            f"{self.raters} raters, {self.units} units"
        )


def agreement(ratings: Sequence[Sequence[float | None]], level: Level = "nominal", *, seed: int = 0) -> Agreement:
    """Return Krippendorff's alpha with a bootstrap interval over units.

    Raises:
        ValueError: the rows differ in length.
    """
    import numpy as np

    alpha = krippendorff_alpha(ratings, level)
    rows = np.array([[np.nan if v is None else float(v) for v in row] for row in ratings], dtype=float)
    counts = _counts(rows) if rows.size else np.zeros((0, 0))
    low = high = None
    if alpha is not None:
        values, rng = np.unique(rows[~np.isnan(rows)]), np.random.default_rng(seed)
        picks = (counts[rng.integers(0, len(counts), len(counts))] for _ in range(_DRAWS))
        drawn = [found for pick in picks if (found := _alpha(pick, values, level)) is not None]
        low, high = (float(edge) for edge in np.quantile(drawn, (0.025, 0.975)))
    return Agreement(alpha=alpha, low=low, high=high, raters=len(ratings), units=len(counts))


@dataclass(frozen=True, kw_only=True)
class AgainstPeople:
    """How well an axis ranks pairs that people called the same above those that they called different."""

    auc: float
    interval: Interval
    same: int
    different: int

    def __str__(self) -> str:
        ends = f"{self.interval.low:.2f}–{self.interval.high:.2f}"
        return f"AUC {self.auc:.2f} (95 % CI {ends}) against people, {self.same} same and {self.different} different"


def against_people(scores: Sequence[float | None], same: Sequence[float | None]) -> AgainstPeople | None:
    """Return an axis's AUC against people's answers.

    Args:
        scores: The axis's likeness of each pair; None where it could not judge.
        same: The share of raters who said "same", 0 to 1; a tie and None count for neither side.

    Returns:
        None where no pair, or only one kind of pair, was judged by both.

    Raises:
        ValueError: the sequences differ in length.
    """
    judged = [(s, p) for s, p in zip(scores, same, strict=True) if s is not None and p is not None and p != 0.5]
    right, wrong = [s for s, p in judged if p > 0.5], [s for s, p in judged if p < 0.5]
    if not right or not wrong:
        return None
    value = auc(right, wrong)
    interval = auc_interval(value, len(right), len(wrong))
    return AgainstPeople(auc=value, interval=interval, same=len(right), different=len(wrong))
