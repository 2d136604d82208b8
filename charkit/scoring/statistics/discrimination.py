"""How well scores tell right pairs from wrong ones: AUC, equal error rate, and what is found at few false accepts.

A pair is right when both sides show the same character. Scores rise with likeness; "accepted" means at or above a line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.cards import table
from charkit.scoring.statistics.rates import Z95, Interval, edge, wilson

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Discrimination", "auc", "auc_interval", "discrimination", "eer", "line_at", "tpr_at"]

_DRAWS = 1000


def auc(right: Sequence[float], wrong: Sequence[float]) -> float:
    """Return the chance that a right pair scores above a wrong one, ties counted half (Mann-Whitney).

    Raises:
        ValueError: one of the lists is empty.
    """
    import numpy as np

    _needed(right, wrong)
    ordered = np.sort(np.asarray(wrong, dtype=float))
    values = np.asarray(right, dtype=float)
    below, upto = np.searchsorted(ordered, values, "left"), np.searchsorted(ordered, values, "right")
    return float((below + upto).sum() / (2 * len(values) * len(ordered)))


def auc_interval(value: float, right: int, wrong: int, *, z: float = Z95) -> Interval:
    """Return a confidence interval for an AUC, of use also at 0 and at 1, where resampling sees no spread.

    All θ with |AUC − θ| ≤ z·√V(θ), V(θ) = θ(1−θ)·(1 + N(1−θ)/(2−θ) + Nθ/(1+θ)) / (m·n) and N = (m+n)/2 − 1: Newcombe,
    Statistics in Medicine 25 (2006) 559-573, method 5, after Hanley and McNeil, Radiology 143 (1982) 29-36.

    Args:
        value: The AUC.
        right: How many right pairs it was computed from (m).
        wrong: How many wrong pairs (n).
        z: Normal quantile; 1.96 for 95 %.
    """
    mean = (right + wrong) / 2 - 1

    def inside(theta: float) -> bool:
        bracket = 1 + mean * (1 - theta) / (2 - theta) + mean * theta / (1 + theta)
        return (value - theta) ** 2 <= z * z * theta * (1 - theta) * bracket / (right * wrong)

    return Interval(low=edge(inside, value, 0.0), high=edge(inside, value, 1.0))


def line_at(wrong: Sequence[float], far: float, *, weights: Sequence[float] | None = None) -> float:
    """Return the lowest line at or above which at most a share `far` of wrong pairs lies.

    Args:
        wrong: Scores of wrong pairs.
        far: The rate of false accepts, such as 0.01.
        weights: What each wrong pair counts; all alike when left out.

    Raises:
        ValueError: there are no wrong pairs, or `far` is no share.
    """
    import numpy as np

    _needed(wrong, wrong)
    if not 0 <= far < 1:
        raise ValueError(f"a rate of false accepts lies between 0 and 1, not {far}")
    values = np.asarray(wrong, dtype=float)
    share = np.asarray(weights, dtype=float) if weights is not None else np.ones_like(values)
    levels, place = np.unique(values, return_inverse=True)
    accepted = np.bincount(place, share / share.sum())[::-1].cumsum()[::-1]
    # Just above the highest wrong score that must not pass; the lowest one never may, since `far` is less than all.
    return float(np.nextafter(levels[accepted > far + 1e-12][-1], np.inf))


def tpr_at(right: Sequence[float], wrong: Sequence[float], far: float) -> float | None:
    """Return the share of right pairs accepted where a share `far` of wrong ones is.

    Returns:
        None where there are fewer wrong pairs than 1/`far`: nobody can tell so small a rate from so few.

    Raises:
        ValueError: one of the lists is empty, or `far` is no share.
    """
    import numpy as np

    _needed(right, wrong)
    if len(wrong) * far < 1 - 1e-9:
        return None
    return float((np.asarray(right, dtype=float) >= line_at(wrong, far)).mean())


def eer(right: Sequence[float], wrong: Sequence[float]) -> float:
    """Return the error rate at the line where wrong accepts and wrong rejects are nearest to equal: their mean there.

    Raises:
        ValueError: one of the lists is empty.
    """
    import numpy as np

    _needed(right, wrong)
    high, low = np.sort(np.asarray(right, dtype=float)), np.sort(np.asarray(wrong, dtype=float))
    return _eer(high, low)


def _eer(right: NDArray[np.float64], wrong: NDArray[np.float64]) -> float:
    import numpy as np

    lines = np.append(np.unique(np.concatenate([right, wrong])), np.inf)
    missed = np.searchsorted(right, lines, "left") / len(right)
    accepted = 1 - np.searchsorted(wrong, lines, "left") / len(wrong)
    best = int(np.argmin(np.abs(missed - accepted)))
    return float((missed[best] + accepted[best]) / 2)


@dataclass(frozen=True, kw_only=True)
class Discrimination:
    """How well a scorer tells right pairs from wrong ones, with 95 % intervals."""

    right: int
    """How many right pairs."""
    wrong: int
    """How many wrong pairs."""
    auc: float
    auc_interval: Interval
    eer: float
    eer_interval: Interval
    tpr_1: float | None
    """Share of right pairs found at 1 % false accepts; None below 100 wrong pairs."""
    tpr_1_interval: Interval
    tpr_01: float | None
    """The same at 0.1 %; None below 1,000 wrong pairs."""
    tpr_01_interval: Interval

    def __repr__(self) -> str:
        found = "unknown" if self.tpr_1 is None else f"{100 * self.tpr_1:.0f} %"
        return (
            f"Discrimination(AUC {self.auc:.3f}, EER {100 * self.eer:.0f} %, TPR at 1 % FAR {found}; "
            f"{self.right} right, {self.wrong} wrong)"
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        rows = [
            ("AUC", f"{self.auc:.3f}", f"{self.auc_interval.low:.3f}–{self.auc_interval.high:.3f}"),
            ("equal error rate", f"{100 * self.eer:.1f} %", f"{self.eer_interval} %"),
            ("TPR at 1 % FAR", _percent(self.tpr_1, "100"), f"{self.tpr_1_interval} %"),
            ("TPR at 0.1 % FAR", _percent(self.tpr_01, "1,000"), f"{self.tpr_01_interval} %"),
        ]
        caption = f"{self.right} right pairs, {self.wrong} wrong ones"
        return {"text/plain": repr(self), "text/html": table(("", "value", "95 % CI"), rows, caption=caption)}


def _percent(value: float | None, needed: str) -> str:
    return f"needs {needed} wrong pairs" if value is None else f"{100 * value:.1f} %"


def discrimination(right: Sequence[float], wrong: Sequence[float], *, seed: int = 0) -> Discrimination:
    """Return AUC, EER and TPR at 1 % and 0.1 % false accepts, with intervals.

    The AUC's interval is `auc_interval`'s. The others are resampled, right and wrong pairs apart, so that the line's
    own uncertainty is in them, and never narrower than Wilson's, since at 0 and 1 resampling sees no spread. Pairs are
    taken as independent; pairs of the same few characters are not, and intervals are then too narrow.

    Raises:
        ValueError: one of the lists is empty.
    """
    import numpy as np

    _needed(right, wrong)
    rng = np.random.default_rng(seed)
    high, low = np.asarray(right, dtype=float), np.asarray(wrong, dtype=float)
    area, error = auc(right, wrong), eer(right, wrong)
    found = {far: tpr_at(right, wrong, far) for far in (0.01, 0.001)}
    drawn: dict[float, list[float]] = {0.0: [], 0.01: [], 0.001: []}
    for _ in range(_DRAWS):
        some, others = np.sort(rng.choice(high, len(high))), np.sort(rng.choice(low, len(low)))
        drawn[0.0].append(_eer(some, others))
        for far, value in found.items():
            if value is not None:
                drawn[far].append(_found(some, others, far))
    return Discrimination(
        right=len(high),
        wrong=len(low),
        auc=area,
        auc_interval=auc_interval(area, len(high), len(low)),
        eer=error,
        eer_interval=_hull(error, min(len(high), len(low)), drawn[0.0]),
        tpr_1=found[0.01],
        tpr_1_interval=_hull(found[0.01], len(high), drawn[0.01]),
        tpr_01=found[0.001],
        tpr_01_interval=_hull(found[0.001], len(high), drawn[0.001]),
    )


def _found(right: NDArray[np.float64], wrong: NDArray[np.float64], far: float) -> float:
    """Return `tpr_at` for sorted scores."""
    import numpy as np

    allowed = int(far * len(wrong) + 1e-9)
    # Accepted is what lies above the highest wrong score that must not be.
    return float(1 - np.searchsorted(right, wrong[len(wrong) - allowed - 1], "right") / len(right))


def _hull(value: float | None, count: int, drawn: Sequence[float]) -> Interval:
    import numpy as np

    if value is None:
        return Interval(low=0.0, high=1.0)
    low, high = np.quantile(drawn, (0.025, 0.975))
    plain = wilson(round(value * count), count)
    return Interval(low=min(float(low), plain.low), high=max(float(high), plain.high))


def _needed(right: Sequence[float], wrong: Sequence[float]) -> None:
    if not len(right) or not len(wrong):
        raise ValueError("both lists need at least one score")
