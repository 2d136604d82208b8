"""Rates over several characters, and rates freed of the scorer's own errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.scoring.statistics.comparing import FEWEST_CLUSTERS
from charkit.scoring.statistics.rates import Interval

if TYPE_CHECKING:
    from collections.abc import Mapping

    from charkit.scoring.statistics.rates import Rate

__all__ = ["Corrected", "Pooled", "corrected", "pooled"]

_DRAWS = 4000


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """The rate over all characters, each counting as much as it has verifiable shots."""

    value: float | None
    """None when nothing could be judged."""
    interval: Interval | None
    """None with fewer than ten characters: see `reason`."""
    characters: int
    shots: int
    reason: str = ""

    def __str__(self) -> str:
        if self.value is None:
            return "not verifiable"
        sure = f"95 % CI {self.interval}" if self.interval else self.reason
        return f"{100 * self.value:.0f} % of {self.shots} shots of {self.characters} characters ({sure})"


def pooled(rates: Mapping[str, Rate], *, seed: int = 0) -> Pooled:
    """Return the rate over characters, with a two-stage bootstrap: characters are drawn again, then their shots.

    Shots of a character resemble each other, so that counting all shots as one sample says too much.

    Args:
        rates: By character.
        seed: Of the bootstrap.
    """
    import numpy as np

    judged = [rate for rate in rates.values() if rate.verifiable]
    passes = np.array([rate.passes for rate in judged], dtype=int)
    shots = np.array([rate.verifiable for rate in judged], dtype=int)
    if not judged:
        return Pooled(value=None, interval=None, characters=0, shots=0, reason="nothing could be judged")
    value, count = float(passes.sum() / shots.sum()), int(shots.sum())
    if len(judged) < FEWEST_CLUSTERS:
        few = f"no interval: {len(judged)} of the {FEWEST_CLUSTERS} characters that it needs"
        return Pooled(value=value, interval=None, characters=len(judged), shots=count, reason=few)
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, len(judged), (_DRAWS, len(judged)))
    # Half a pass and half a failure keep a character with none of the one or the other from having no spread at all.
    again = rng.binomial(shots[drawn], (passes[drawn] + 0.5) / (shots[drawn] + 1))
    low, high = np.quantile(again.sum(axis=1) / shots[drawn].sum(axis=1), (0.025, 0.975))
    interval = Interval(low=min(float(low), value), high=max(float(high), value))
    return Pooled(value=value, interval=interval, characters=len(judged), shots=count)


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """A rate freed of false accepts and false rejects. Less biased, not better known: the interval is wider."""

    value: float
    interval: Interval

    def __str__(self) -> str:
        return f"{100 * self.value:.0f} % corrected (95 % CI {self.interval})"


def corrected(rate: Rate, *, positives: Rate, false_accepts: int, impostors: int, seed: int = 0) -> Corrected | None:
    """Return the Rogan-Gladen rate, (observed − FAR) / (TPR − FAR) clipped to [0, 1], with the controls' uncertainty.

    Rogan and Gladen, American Journal of Epidemiology 107 (1978) 71-76. The interval is that of the same formula over
    draws from Beta(k + ½, n − k + ½) for each of the three shares (Jeffreys).

    Args:
        rate: What was observed.
        positives: Controls that are right by construction, and how many of them passed.
        false_accepts: How many impostors passed.
        impostors: How many there were; they count as independent, which flatters few characters.
        seed: Of the draws.

    Returns:
        None when nothing was judged, controls are missing, or they pass no more often than impostors do.

    Raises:
        ValueError: more impostors passed than there were.
    """
    import numpy as np

    if not 0 <= false_accepts <= impostors:
        raise ValueError(f"false accepts must lie between 0 and {impostors}, not {false_accepts}")
    if rate.value is None or positives.value is None or not impostors:
        return None
    far = false_accepts / impostors
    if positives.value <= far:
        return None
    rng = np.random.default_rng(seed)

    def share(passes: int, trials: int) -> np.ndarray:
        return rng.beta(passes + 0.5, trials - passes + 0.5, _DRAWS)

    seen = share(rate.passes, rate.verifiable)
    found, wrong = share(positives.passes, positives.verifiable), share(false_accepts, impostors)
    usable = found - wrong > 1e-3
    drawn = np.clip((seen[usable] - wrong[usable]) / (found[usable] - wrong[usable]), 0, 1)
    low, high = np.quantile(drawn, (0.025, 0.975))
    value = min(1.0, max(0.0, (rate.value - far) / (positives.value - far)))
    return Corrected(value=value, interval=Interval(low=min(float(low), value), high=max(float(high), value)))
