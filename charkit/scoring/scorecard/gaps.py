"""Likeness of a character between shots, against how many shots lie between them: does it wander off with time?"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from statistics import mean
from typing import TYPE_CHECKING

from charkit.cards import Html, picture_uri, table
from charkit.errors import MissingDependency

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from charkit.scoring.base import Axis
    from charkit.scoring.scorecard.card import Choice, Scorecard

__all__ = ["Gap", "GapCurve", "Slope", "gap_curve"]

_COLOURS = ("#3d6fb0", "#c8702b", "#2f7d5b", "#7a5aa6", "#b03a5b", "#6d6d2b")
_MARKERS = "osD^vP"


@dataclass(frozen=True, kw_only=True)
class Gap:
    """All pairs of a character's shots that lie so many shots apart."""

    character: str
    gap: int
    """1 for neighbours in the film."""
    pairs: int
    mean: float
    lowest: float


@dataclass(frozen=True, kw_only=True)
class Slope:
    """How much likeness is lost or won per shot of distance."""

    character: str
    value: float
    error: float | None
    """Standard error, each shot left out in turn (jackknife); None below four shots."""
    pairs: int
    shots: int

    def __str__(self) -> str:
        sure = "" if self.error is None else f" ± {self.error:.4f}"
        return f"{self.character}: {self.value:+.4f}{sure} per shot ({self.pairs} pairs of {self.shots} shots)"


@dataclass(frozen=True, kw_only=True)
class GapCurve:
    """Likeness against distance in shots, by character."""

    axis: Axis
    points: tuple[Gap, ...]
    slopes: tuple[Slope, ...]

    def __repr__(self) -> str:
        said = "; ".join(str(slope) for slope in self.slopes) or "no two sightings of anybody"
        return f"GapCurve({self.axis}: {said})"

    def png(self) -> bytes:
        """Return the curve as PNG, the same bytes for the same scores.

        Raises:
            MissingDependency: matplotlib is not installed.
        """
        try:
            from matplotlib.figure import Figure
        except ImportError as error:
            raise MissingDependency("matplotlib", "scoring") from error
        figure = Figure(figsize=(7, 3.2), facecolor="white", layout="constrained")
        _draw(figure.add_subplot(), self)
        drawn = io.BytesIO()
        figure.savefig(drawn, format="png", dpi=90, metadata={"Software": None})
        return drawn.getvalue()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        rows = [(p.character, str(p.gap), str(p.pairs), f"{p.mean:.3f}", f"{p.lowest:.3f}") for p in self.points]
        caption = f"{self.axis.capitalize()}: likeness between shots against their distance"
        shown = table(("character", "shots apart", "pairs", "mean", "lowest"), rows, caption=caption)
        if self.points:
            uri = picture_uri(self.png(), "image/png")
            shown = Html(f'<img src="{uri}" alt="{caption}" width="630" style="max-width: 100%">{shown}')
        return {"text/plain": repr(self), "text/html": shown}


def gap_curve(card: Scorecard, axis: Axis, takes: Choice) -> GapCurve:
    """Return the curve of one take per shot; a scorer that does not compare shots gives no points."""
    order = {shot: place for place, shot in enumerate(card.shots)}
    standing = [s for s in card.standing(takes) if s.axis is axis and s.score is not None]
    used = {(s.character, s.shot, s.take) for s in standing}
    points: list[Gap] = []
    slopes: list[Slope] = []
    for name in card.characters:
        # Each pair once: scores name one another.
        pairs = sorted(
            {
                (order[s.shot], order[pair.shot], pair.score)
                for s in standing
                if s.character == name
                for pair in s.pairs
                if (name, pair.shot, pair.take) in used and order[s.shot] < order[pair.shot]
            }
        )
        points += _points(name, pairs)
        slopes += [found for found in [_slope(name, pairs)] if found is not None]
    return GapCurve(axis=axis, points=tuple(points), slopes=tuple(slopes))


def _points(name: str, pairs: Sequence[tuple[int, int, float]]) -> list[Gap]:
    by_gap: dict[int, list[float]] = {}
    for first, second, score in pairs:
        by_gap.setdefault(second - first, []).append(score)
    return [
        Gap(character=name, gap=gap, pairs=len(scores), mean=mean(scores), lowest=min(scores))
        for gap, scores in sorted(by_gap.items())
    ]


def _slope(name: str, pairs: Sequence[tuple[int, int, float]]) -> Slope | None:
    value = _fit(pairs)
    if value is None:
        return None
    shots = sorted({place for first, second, _ in pairs for place in (first, second)})
    without = [_fit([p for p in pairs if shot not in p[:2]]) for shot in shots]
    known = [fit for fit in without if fit is not None]
    error = None
    if len(shots) >= 4 and len(known) == len(shots):
        middle = mean(known)
        error = math.sqrt((len(known) - 1) / len(known) * sum((fit - middle) ** 2 for fit in known))
    return Slope(character=name, value=value, error=error, pairs=len(pairs), shots=len(shots))


def _fit(pairs: Sequence[tuple[int, int, float]]) -> float | None:
    """Return the least-squares slope of score on distance; None where all distances are the same."""
    gaps = [second - first for first, second, _ in pairs]
    if len(set(gaps)) < 2:
        return None
    middle, level = mean(gaps), mean(score for _, _, score in pairs)
    spread = sum((gap - middle) ** 2 for gap in gaps)
    return sum((gap - middle) * (pair[2] - level) for gap, pair in zip(gaps, pairs, strict=True)) / spread


def _draw(axes: Axes, curve: GapCurve) -> None:
    names = list(dict.fromkeys(point.character for point in curve.points))
    for place, name in enumerate(names):
        mine = [point for point in curve.points if point.character == name]
        colour, marker = _COLOURS[place % len(_COLOURS)], _MARKERS[place % len(_MARKERS)]
        axes.plot([p.gap for p in mine], [p.mean for p in mine], label=name, color=colour, marker=marker)
        axes.fill_between(
            [p.gap for p in mine], [p.lowest for p in mine], [p.mean for p in mine], color=colour, alpha=0.15
        )
    axes.set_xlabel("shots apart")
    axes.set_ylabel(f"likeness between shots ({curve.axis})")
    axes.set_xticks(sorted({point.gap for point in curve.points}))
    axes.set_title("mean, and down to the lowest pair", loc="left", fontsize=10)
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    axes.legend(frameon=False, fontsize=9)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
