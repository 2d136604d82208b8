"""Spending as a picture: a bar for what was charged, a mark where the estimate was."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from charkit.errors import MissingDependency, UsageError
from charkit.ledger.records import usd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from charkit.ledger.spending import Axis, Spending, SpendingRow

__all__ = ["SpendingChart", "draw"]

_PARTS: Final[Mapping[str, tuple[str, str, str]]] = {
    "settled": ("charged", "#2f7d5b", ""),
    "reserved": ("set aside", "#9fb7c9", ""),
    "unknown": ("in doubt", "#d9a441", "////"),
    "refunded": ("refunded", "#e3e3e3", ""),
}
"""Field of `Spend` -> its name, colour and hatching: told apart without colours too. Stacked in this order."""

_MOST = 40
"""Bars in one picture; what comes after them is one bar together."""

_FORMATS = (".png", ".svg", ".pdf")


@dataclass(frozen=True, kw_only=True)
class SpendingChart:
    """A picture of spending that shows itself in a notebook."""

    figure: Figure
    title: str

    def __repr__(self) -> str:
        return f"<SpendingChart: {self.title}>"

    def png(self) -> bytes:
        """Return the picture as PNG, the same bytes for the same spending."""
        drawn = io.BytesIO()
        self.figure.savefig(drawn, format="png", dpi=80, metadata={"Software": None})
        return drawn.getvalue()

    def html(self) -> str:
        """Return the picture inside a piece of HTML."""
        from charkit.cards import picture_uri

        return f'<img src="{picture_uri(self.png(), "image/png")}" alt="{self.title}" style="max-width: 100%">'

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
        return {"text/plain": repr(self), "text/html": self.html()}


def draw(spending: Spending, axis: Axis) -> SpendingChart:
    """Draw spending by one axis; simulated and real money get a panel each, with a scale of its own.

    Raises:
        MissingDependency: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingDependency("matplotlib", "scoring") from error
    kinds = spending.kinds or (True,)
    panels = {kind: _rows(spending, axis, simulated=kind) for kind in kinds}
    bars = [max(1, len(rows)) for rows in panels.values()]
    heights = [0.24 * count + 0.8 for count in bars]
    figure = Figure(figsize=(8, sum(heights) + 0.45), facecolor="white")
    inch = 1 / figure.get_figheight()
    top = 1.0
    for (kind, rows), count, height in zip(panels.items(), bars, heights, strict=True):
        axes = figure.add_axes((0.22, top - (height - 0.4) * inch, 0.66, 0.24 * count * inch))
        axes.set_title(spending.caption(axis, kind), loc="left", fontsize=10, x=-0.3)
        _bars(axes, rows)
        top -= height * inch
    _legend(figure, [row for rows in panels.values() for row in rows])
    return SpendingChart(figure=figure, title=f"{spending.where} by {axis}")


def _rows(spending: Spending, axis: Axis, *, simulated: bool) -> list[tuple[str, dict[str, float]]]:
    """Return the bars as names and US dollars."""
    rows = [row for row in spending.by(axis) if row.simulated is simulated]
    shown = [(row.name, _dollars([row])) for row in rows[:_MOST]]
    rest = rows[_MOST:]
    return [*shown, (f"{len(rest)} more", _dollars(rest))] if rest else shown


def _dollars(rows: Sequence[SpendingRow]) -> dict[str, float]:
    return {part: usd(sum(getattr(row.spend, part) for row in rows)) for part in ("estimated", *_PARTS)}


def _bars(axes: Axes, rows: Sequence[tuple[str, dict[str, float]]]) -> None:
    most = max((max(sums["estimated"], sum(sums[p] for p in _PARTS)) for _, sums in rows), default=0.0) or 0.01
    for line, (_, sums) in enumerate(rows):
        left = 0.0
        for part, (_, colour, hatch) in _PARTS.items():
            axes.barh(line, sums[part], left=left, height=0.6, color=colour, hatch=hatch, edgecolor="white")
            left += sums[part]
        axes.plot([sums["estimated"]] * 2, [line - 0.42, line + 0.42], color="#222222", linewidth=1.6)
        note = f"${sums['settled']:.2f}"
        axes.text(most * 1.03, line, note, va="center", fontsize=8, color="#333333", parse_math=False)
    axes.set_yticks(range(len(rows)), [_brief(name) for name, _ in rows], fontsize=8, parse_math=False)
    axes.set_ylim(max(1, len(rows)) - 0.5, -0.5)
    axes.set_xlim(0, most * 1.02)
    axes.xaxis.set_major_formatter(lambda value, _: f"${value:.2f}")
    axes.locator_params(axis="x", nbins=5)
    axes.tick_params(axis="x", labelsize=8)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _brief(name: str, most: int = 26) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"


def _legend(figure: Figure, rows: Sequence[tuple[str, dict[str, float]]]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    shown = [
        Patch(facecolor=colour, hatch=hatch, edgecolor="white", label=name)
        for part, (name, colour, hatch) in _PARTS.items()
        if part == "settled" or any(sums[part] for _, sums in rows)
    ]
    estimated = Line2D([], [], color="#222222", linewidth=0, marker="|", markersize=11, label="estimated")
    figure.legend(handles=[*shown, estimated], loc="lower center", ncols=len(shown) + 1, fontsize=8, frameon=False)
