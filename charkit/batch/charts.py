"""Scores of a sweep's runs as a picture: by one parameter, split by another, every run a dot."""

from __future__ import annotations

import io
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from charkit.cards import Html, picture_uri
from charkit.errors import MissingDependency, UnknownName, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from charkit.batch.records import RunRecord
    from charkit.batch.results import Results

__all__ = ["SweepChart", "draw"]

_LOOKS: Final = (
    ("#2f7d5b", "o"),
    ("#5f4fd1", "s"),
    ("#c06a16", "^"),
    ("#2b6cb0", "D"),
    ("#c02b45", "v"),
    ("#555555", "P"),
)
"""Colour and mark of each value that splits: told apart without colours too; Okabe and Ito's idea of both at once."""
_FORMATS = (".png", ".svg", ".pdf")
_SPREAD = 0.36
"""How wide the dots of one value stand, as a share of the distance between two."""


@dataclass(frozen=True, kw_only=True)
class SweepChart:
    """A picture of scores that shows itself in a notebook."""

    figure: Figure
    title: str

    def __repr__(self) -> str:
        return f"<SweepChart: {self.title}>"

    def png(self) -> bytes:
        """Return the picture as PNG, the same bytes for the same scores."""
        drawn = io.BytesIO()
        self.figure.savefig(drawn, format="png", dpi=90, metadata={"Software": None})
        return drawn.getvalue()

    def save(self, path: Path) -> Path:
        """Write the picture; the file's name says in which format.

        Raises:
            UsageError: in none of those that can be written.
            StorageError: it cannot be written.
        """
        from charkit.documents import replace_file

        suffix = path.suffix.lower()
        if suffix not in _FORMATS:
            raise UsageError(f"{path.name}: a picture ends in one of {', '.join(_FORMATS)}")
        drawn = io.BytesIO()
        self.figure.savefig(drawn, format=suffix[1:], dpi=120)
        replace_file(path, drawn.getvalue())
        return path

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        uri = picture_uri(self.png(), "image/png")
        shown = Html(f'<img src="{uri}" alt="{self.title}" width="630" style="max-width: 100%">')
        return {"text/plain": repr(self), "text/html": shown}


def draw(results: Results, *, by: str, split: str, axis: str) -> SweepChart:
    """Draw it; see `Results.chart`.

    Raises:
        UnknownName: the sweep varies no such parameter, or measured no such axis.
        UsageError: nothing was measured.
        MissingDependency: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingDependency("matplotlib", "scoring") from None
    axis = _measured(results, axis)
    scored = [(record, score) for record in results.records if (score := results.score_of(record, axis)) is not None]
    by, split = _choice(results, by, split)
    places = _values([record for record, _ in scored], by)
    groups = _values([record for record, _ in scored], split) if split else [""]
    figure = Figure(figsize=(7, 3.4), facecolor="white", layout="constrained")
    plot = figure.add_subplot()
    for at, group in enumerate(groups):
        chosen = [(_said(r, by), score) for r, score in scored if not split or _said(r, split) == group]
        _dots(plot, chosen, places, at, len(groups), group)
    said = f", by {split}" if split else ""
    title = f"{axis.capitalize()} by {by}{said}: {len(scored)} runs"
    _dressed(plot, places, title, by, f"{axis} (likeness to the references)", split)
    return SweepChart(figure=figure, title=title)


def _dots(plot: Axes, chosen: list[tuple[str, float]], places: list[str], at: int, groups: int, name: str) -> None:
    colour, mark = _LOOKS[at % len(_LOOKS)]
    shift = (at - (groups - 1) / 2) * _SPREAD / max(1, groups - 1) if groups > 1 else 0.0
    xs = [places.index(place) + shift for place, _ in chosen]
    plot.plot(xs, [score for _, score in chosen], mark, color=colour, alpha=0.75, markersize=6, label=name or None)
    half = 0.5 * _SPREAD / max(1, groups)
    for index, place in enumerate(places):
        found = [score for where, score in chosen if where == place]
        if found:
            mean = statistics.fmean(found)
            plot.plot([index + shift - half, index + shift + half], [mean, mean], color=colour, linewidth=2)


def _dressed(plot: Axes, places: list[str], title: str, by: str, scale: str, split: str) -> None:
    plot.set_xticks(range(len(places)), places)
    plot.set_xlim(-0.5, len(places) - 0.5)
    plot.set_xlabel(by)
    plot.set_ylabel(scale)
    plot.set_title(title, loc="left", fontsize=10)
    plot.grid(axis="y", color="#dddddd", linewidth=0.6)
    plot.spines[["top", "right"]].set_visible(False)
    if split:
        plot.legend(title=split, fontsize=8, frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))


def _measured(results: Results, axis: str) -> str:
    known = list(dict.fromkeys(score.axis for r in results.records for score in r.scores if score.score is not None))
    if not known:
        raise UsageError("no run of this sweep was scored, so there is nothing to draw")
    if axis and axis not in known:
        raise UnknownName("axis of this sweep's scores", axis, known)
    return axis or known[0]


def _choice(results: Results, by: str, split: str) -> tuple[str, str]:
    """Return the parameter along the bottom, and the one that splits."""
    for name in (by, split):
        if name and name not in results.axes:
            raise UnknownName("parameter that this sweep varies", name, results.axes)
    most = max(results.axes, key=lambda name: len(_values(list(results.records), name)), default="run")
    return by or most, split


def _values(records: list[RunRecord], name: str) -> list[str]:
    return list(dict.fromkeys(_said(record, name) for record in records))


def _said(record: RunRecord, name: str) -> str:
    return record.run if name == "run" else str(record.axes.get(name, "–"))
