"""Two ways of making the same shots, compared pair by pair: what differs between them, and what may be luck.

Pairing is by (character, shot, seed): the same prompt made twice. Shots that could not be judged on one side leave the
pair, and are counted. Several comparisons at once need a correction, or one in twenty "shows" a difference by luck.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from charkit.errors import MissingDependency
from charkit.scoring.statistics.rates import Z95, edge

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["FEWEST_CLUSTERS", "Difference", "Paired", "adjusted", "compare_scores", "compare_verdicts", "mcnemar"]

FEWEST_CLUSTERS = 10
"""Below so many characters, drawing characters again understates the spread."""
_DRAWS = 2000


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A difference between two ways, second minus first, with its 95 % interval."""

    value: float
    low: float
    high: float
    how: str
    """How the interval was made."""

    def __str__(self) -> str:
        return f"{self.value:+.3f} (95 % CI {self.low:+.3f} to {self.high:+.3f}, {self.how})"


@dataclass(frozen=True, kw_only=True)
class Paired:
    """A comparison of the same shots made in two ways."""

    test: str
    """`exact McNemar` or `Wilcoxon signed-rank`."""
    pairs: int
    first: float
    """Rate or mean score of the first way, over the pairs."""
    second: float
    difference: Difference
    p: float
    """Two-sided; not corrected for further comparisons, see `adjusted`."""
    only_first: int = 0
    """Pairs in which the first way alone passed, or scored higher."""
    only_second: int = 0


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the exact two-sided p value that two ways pass equally often (McNemar, Psychometrika 12, 1947).

    Under the hypothesis, each pair in which just one way passed is a fair coin: a binomial test on those pairs.

    Args:
        only_first: Pairs in which only the first way passed.
        only_second: Pairs in which only the second way passed.

    Raises:
        MissingDependency: scipy is not installed.
    """
    try:
        from scipy.stats import binomtest
    except ImportError as error:
        raise MissingDependency("scipy", "scoring") from error
    split = only_first + only_second
    return float(binomtest(only_first, split, 0.5).pvalue) if split else 1.0


def compare_verdicts(
    first: Sequence[bool], second: Sequence[bool], *, clusters: Sequence[str] = (), seed: int = 0
) -> Paired | None:
    """Compare passes of the same shots made in two ways.

    Args:
        first: Whether each shot passed the first way.
        second: The same shots, the second way.
        clusters: The character of each pair; shots of one character are alike.
        seed: Of the bootstrap.

    Returns:
        None without any pair.

    Raises:
        ValueError: the sequences differ in length.
        MissingDependency: scipy is not installed.
    """
    _same_length(first, second, clusters)
    if not len(first):
        return None
    lost = sum(a and not b for a, b in zip(first, second, strict=True))
    won = sum(b and not a for a, b in zip(first, second, strict=True))
    steps = [float(b) - float(a) for a, b in zip(first, second, strict=True)]
    return Paired(
        test="exact McNemar",
        pairs=len(first),
        first=sum(first) / len(first),
        second=sum(second) / len(second),
        difference=_clustered(steps, clusters, seed) or _tango(lost, won, len(first)),
        p=mcnemar(lost, won),
        only_first=lost,
        only_second=won,
    )


def compare_scores(
    first: Sequence[float], second: Sequence[float], *, clusters: Sequence[str] = (), seed: int = 0
) -> Paired | None:
    """Compare scores of the same shots made in two ways, by Wilcoxon's signed-rank test with Pratt's zeros.

    Args:
        first: Score of each shot, made the first way.
        second: The same shots, the second way.
        clusters: The character of each pair.
        seed: Of the bootstrap.

    Returns:
        None without any pair.

    Raises:
        ValueError: the sequences differ in length.
        MissingDependency: scipy is not installed.
    """
    _same_length(first, second, clusters)
    if not len(first):
        return None
    steps = [b - a for a, b in zip(first, second, strict=True)]
    return Paired(
        test="Wilcoxon signed-rank",
        pairs=len(first),
        first=sum(first) / len(first),
        second=sum(second) / len(second),
        difference=_clustered(steps, clusters, seed) or _resampled(steps, seed),
        p=_wilcoxon(steps),
        only_first=sum(step < 0 for step in steps),
        only_second=sum(step > 0 for step in steps),
    )


def _wilcoxon(steps: Sequence[float]) -> float:
    try:
        from scipy.stats import wilcoxon
    except ImportError as error:
        raise MissingDependency("scipy", "scoring") from error
    return float(wilcoxon(steps, zero_method="pratt").pvalue) if any(steps) else 1.0


def adjusted(p_values: Sequence[float], *, method: Literal["bh", "holm"] = "bh") -> tuple[float, ...]:
    """Return p values corrected for being several.

    Args:
        p_values: One per comparison, in any order.
        method: `bh` bounds the share of false findings among the findings (Benjamini and Hochberg, J. R. Statist. Soc.
            B 57, 1995); `holm` bounds the chance of any false finding (Holm, Scand. J. Statist. 6, 1979).

    Raises:
        ValueError: a p value does not lie between 0 and 1.
        MissingDependency: scipy is not installed.
    """
    if any(not 0 <= p <= 1 for p in p_values):
        raise ValueError("p values lie between 0 and 1")
    if not p_values:
        return ()
    if method == "bh":
        try:
            from scipy.stats import false_discovery_control
        except ImportError as error:
            raise MissingDependency("scipy", "scoring") from error
        return tuple(float(p) for p in false_discovery_control(list(p_values), method="bh"))
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    found, highest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        found[place] = highest
    return tuple(found)


def _tango(lost: int, won: int, pairs: int) -> Difference:
    """Return the difference of paired shares with its score interval, which holds for few pairs and at the ends too.

    All δ with |won − lost − nδ| ≤ z·√(n·(2q + δ(1−δ))), q being the likeliest share of pairs in which the first way
    alone passes, given δ: Tango, Statistics in Medicine 17 (1998) 891-908.
    """

    def inside(step: float) -> bool:
        b = -won - lost + (2 * pairs - won + lost) * step
        root = math.sqrt(max(0.0, b * b + 8 * pairs * lost * step * (1 - step)))
        q = (root - b) / (4 * pairs)
        return (won - lost - pairs * step) ** 2 <= Z95**2 * pairs * max(0.0, 2 * q + step * (1 - step)) + 1e-12

    value = (won - lost) / pairs
    low, high = edge(inside, value, -1.0), edge(inside, value, 1.0)
    return Difference(value=value, low=low, high=high, how="Tango's score interval on pairs")


def _clustered(steps: Sequence[float], clusters: Sequence[str], seed: int) -> Difference | None:
    """Return the mean step with characters drawn again; None with too few of them."""
    import numpy as np

    names = sorted(set(clusters))
    if len(names) < FEWEST_CLUSTERS:
        return None
    place = np.array([names.index(name) for name in clusters])
    sums, counts = np.bincount(place, np.asarray(steps, dtype=float)), np.bincount(place)
    drawn = np.random.default_rng(seed).integers(0, len(names), (_DRAWS, len(names)))
    return _spread(steps, sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1), f"bootstrap on {len(names)} characters")


def _resampled(steps: Sequence[float], seed: int) -> Difference:
    import numpy as np

    values = np.asarray(steps, dtype=float)
    drawn = np.random.default_rng(seed).choice(values, (_DRAWS, len(values))).mean(axis=1)
    return _spread(steps, drawn, "bootstrap on pairs")


def _spread(steps: Sequence[float], drawn: NDArray[np.float64], how: str) -> Difference:
    import numpy as np

    low, high = np.quantile(drawn, (0.025, 0.975))
    return Difference(value=sum(steps) / len(steps), low=float(low), high=float(high), how=how)


def _same_length(first: Sequence[object], second: Sequence[object], clusters: Sequence[str]) -> None:
    if len(first) != len(second) or (clusters and len(clusters) != len(first)):
        raise ValueError(f"pairs need two sides each: {len(first)} and {len(second)}, clusters {len(clusters)}")
