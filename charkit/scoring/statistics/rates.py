"""Rates that can be believed: the shot is the unit, and what could not be judged is shown.

A 95 % interval computed on frames covers the truth 44 to 65 % of the time, because the frames of a clip are near
duplicates; one computed with Wilson's formula on one verdict per shot covers it 93 % or more for every number of shots
from 5 to 40, averaged over the rates from 60 to 100 %. At a single rate it wavers with the number of shots, as any
interval of a count does: at 95 %, where claims live, between 90 and 99 %, 96 % on average; at 100 % always
(`tests/benchmarks/bench_intervals.py`, and exactly in the tests).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Z95", "FrameRate", "Interval", "Rate", "edge", "frame_rate", "wilson"]

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
    return _wilson(passes / trials, trials, z) if trials else Interval(low=0.0, high=1.0)


def _wilson(share: float, trials: float, z: float = Z95) -> Interval:
    spread = z * z / trials
    centre = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / trials + spread / (4 * trials)) / (1 + spread)
    # The formula gives exactly 0 and 1 at the ends; floating point does not.
    low = 0.0 if share == 0 else max(0.0, centre - half)
    high = 1.0 if share == 1 else min(1.0, centre + half)
    return Interval(low=low, high=high)


def edge(inside: Callable[[float], bool], start: float, end: float) -> float:
    """Return where `inside` ends on the way from `start`, where it holds, to `end`; `end` where it holds there too."""
    if inside(end):
        return end
    for _ in range(60):
        middle = (start + end) / 2
        if inside(middle):
            start = middle
        else:
            end = middle
    return (start + end) / 2


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


@dataclass(frozen=True, kw_only=True)
class FrameRate:
    """How many frames passed, counted for as many as they are worth: the frames of a shot are near duplicates."""

    passes: int
    frames: int
    shots: int
    correlation: float
    """Of frames within a shot (ICC), 0 to 1; 1 where the shots do not differ, so that it cannot be told."""
    effective: float
    """How many independent frames these are worth."""

    @property
    def value(self) -> float:
        """Share of frames that passed."""
        return self.passes / self.frames

    @property
    def interval(self) -> Interval:
        """Wilson's 95 % interval with the effective number of frames."""
        return _wilson(self.value, self.effective)

    def __str__(self) -> str:
        return (
            f"{self.passes}/{self.frames} frames of {self.shots} shots ({100 * self.value:.0f} %, 95 % CI "
            f"{self.interval}; worth {self.effective:.0f} independent frames)"
        )


_LEAST_CORRELATION = 0.3
"""A correlation estimated from few shots comes out too low too often; below this it is not believed."""


def frame_rate(shots: Sequence[tuple[int, int]]) -> FrameRate | None:
    """Return the share of frames that passed, with an interval that knows that frames of a shot are alike.

    The correlation within shots is that of a one-way analysis of variance, (MSB − MSW) / (MSB + (F−1)·MSW) with F
    frames a shot (for unequal shots, F = (N − Σ F²/N) / (S−1); Donner, International Statistical Review 54, 1986). The
    effective number is N / (1 + (F−1)·max(ICC, 0.3)), at least S and at most N.

    Args:
        shots: (frames that passed, valid frames) of every shot that has a valid frame.

    Returns:
        None without any frame.

    Raises:
        ValueError: More frames passed than there are, or a shot has none.
    """
    if any(not 0 <= passed <= count or count < 1 for passed, count in shots):
        raise ValueError("every shot needs at least one frame, and no more passes than frames")
    if not shots:
        return None
    total, passes = sum(count for _, count in shots), sum(passed for passed, _ in shots)
    correlation = _correlation(shots, passes / total)
    per_shot = total / len(shots)
    worth = total / (1 + (per_shot - 1) * max(correlation, _LEAST_CORRELATION))
    return FrameRate(
        passes=passes,
        frames=total,
        shots=len(shots),
        correlation=correlation,
        effective=min(float(total), max(float(len(shots)), worth)),
    )


def _correlation(shots: Sequence[tuple[int, int]], mean: float) -> float:
    total, number = sum(count for _, count in shots), len(shots)
    if number < 2 or total == number:
        return 1.0
    between = sum(count * (passed / count - mean) ** 2 for passed, count in shots) / (number - 1)
    within = sum(passed * (count - passed) / count for passed, count in shots) / (total - number)
    size = (total - sum(count * count for _, count in shots) / total) / (number - 1)
    spread = between + (size - 1) * within
    return 1.0 if spread <= 0 else min(1.0, max(0.0, (between - within) / spread))
