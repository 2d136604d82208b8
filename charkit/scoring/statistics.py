"""Rates that can be believed: the shot is the unit, and what could not be judged is shown.

A 95 % interval computed on frames covers the truth 44 to 65 % of the time, because the frames of a clip are near
duplicates; one computed with Wilson's formula on one verdict per shot covers it 93 % or more, also near 100 %, where
claims live (simulation in the project's notes on scoring, section 6.1; `tests/scoring/test_statistics.py` repeats it).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

Z95 = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A confidence interval for a share, both ends in [0, 1]."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{100 * self.low:.0f}–{100 * self.high:.0f}"


def wilson(passes: int, trials: int, *, z: float = Z95) -> Interval:
    """Return Wilson's score interval for `passes` out of `trials`.

    With p = passes/trials: centre = (p + z²/2n) / (1 + z²/n),
    half width = z √(p(1−p)/n + z²/4n²) / (1 + z²/n). No trials: nothing is known, so 0 to 1.

    Args:
        passes: How many passed, 0 to `trials`.
        trials: How many were judged.
        z: Normal quantile; 1.96 for 95 %.

    Raises:
        ValueError: `passes` does not lie between 0 and `trials`.
    """
    if not 0 <= passes <= trials:
        raise ValueError(f"passes must lie between 0 and {trials}, not {passes}")
    if trials == 0:
        return Interval(low=0.0, high=1.0)
    share = passes / trials
    spread = z * z / trials
    centre = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / trials + spread / (4 * trials)) / (1 + spread)
    # The formula gives exactly 0 and 1 at the ends; floating point does not.
    low = 0.0 if passes == 0 else max(0.0, centre - half)
    high = 1.0 if passes == trials else min(1.0, centre + half)
    return Interval(low=low, high=high)


@dataclass(frozen=True, kw_only=True)
class Rate:
    """How many of a character's shots passed on one axis, and how many could not be judged."""

    passes: int
    """Shots with the verdict consistent."""
    verifiable: int
    """Shots with the verdict consistent or drifted."""
    expected: int
    """Shots in which the character should be seen, those with an intended change on this axis left out."""

    def __post_init__(self) -> None:
        if not 0 <= self.passes <= self.verifiable <= self.expected:
            raise ValueError(
                f"passes, verifiable, expected must rise: {self.passes}, {self.verifiable}, {self.expected}"
            )

    @property
    def value(self) -> float | None:
        """Passing over verifiable shots; None when nothing could be judged."""
        return self.passes / self.verifiable if self.verifiable else None

    @property
    def interval(self) -> Interval:
        """Wilson's 95 % interval for `value`."""
        return wilson(self.passes, self.verifiable)

    @property
    def coverage(self) -> float | None:
        """Verifiable over expected shots; None when none is expected."""
        return self.verifiable / self.expected if self.expected else None

    @property
    def bounds(self) -> Interval:
        """The rate if every unverifiable shot had failed, and if every one had passed."""
        if not self.expected:
            return Interval(low=0.0, high=1.0)
        unjudged = self.expected - self.verifiable
        return Interval(low=self.passes / self.expected, high=(self.passes + unjudged) / self.expected)

    def __str__(self) -> str:
        if self.value is None:
            return f"not verifiable (0/{self.expected} shots could be judged)"
        return (
            f"{self.passes}/{self.verifiable} shots ({100 * self.value:.0f} %, 95 % CI {self.interval}), "
            f"coverage {self.verifiable}/{self.expected}, bounds {self.bounds}"
        )


def auc(right: list[float], wrong: list[float]) -> float:
    """Return the chance that a right pair scores above a wrong one, ties counted half (Mann-Whitney).

    Raises:
        ValueError: one of the lists is empty.
    """
    if not right or not wrong:
        raise ValueError("both lists need at least one score")
    ordered = sorted([(score, 1) for score in right] + [(score, 0) for score in wrong])
    rank_sum, position = 0.0, 0
    while position < len(ordered):
        end = position
        while end < len(ordered) and ordered[end][0] == ordered[position][0]:
            end += 1
        shared_rank = (position + 1 + end) / 2
        rank_sum += shared_rank * sum(kind for _, kind in ordered[position:end])
        position = end
    return (rank_sum - len(right) * (len(right) + 1) / 2) / (len(right) * len(wrong))
