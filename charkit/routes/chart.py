"""The matrix as a picture: which route answers from when to when, and what it costs."""

from __future__ import annotations

import base64
import datetime as dt
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.errors import MissingDependency
from charkit.routes.show import standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from charkit.routes.matrix import RouteMatrix
    from charkit.routes.route import Kind, Route

__all__ = ["Chart", "Span", "lifecycles", "spans"]

_COLOURS = {
    "live": "#2f7d5b",
    "self-hosted": "#3d6fb0",
    "by hand": "#7a5aa6",
    "preview": "#86a83b",
    "deprecated": "#c8902b",
    "unclear": "#8a8a8a",
    "shut down": "#b04a3f",
    "not open yet": "#8a8a8a",
}
_BEFORE = dt.timedelta(days=420)
_AFTER = dt.timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class Span:
    """When a route answers, as far as it is known."""

    route: str
    opens: dt.date | None
    """None where the first day is not established."""
    ends: dt.date | None
    """None where no end is announced."""
    state: str
    """How it stands on the day of the picture."""
    note: str
    """Price, and the end where one is ahead; of what ended, its last day and what to use instead."""


def spans(matrix: RouteMatrix, kind: Kind, on: dt.date) -> list[Span]:
    """Return the lifecycles of all routes of a kind: the live ones first, then those that ended, the last one first."""

    def place(route: Route) -> tuple[int, int, str]:
        ends = route.ends.value.toordinal() if route.ends else 0
        usable = route.live(on) or route.state(on) == "by hand"
        return 0 if usable else 1 + (route.state(on) == "shut down"), -ends, route.name

    routes = sorted((r for r in matrix.routes.values() if r.kind == kind), key=place)
    return [_span(route, on) for route in routes]


def _span(route: Route, on: dt.date) -> Span:
    price = route.price.value.brief if route.price and route.state(on) != "shut down" else ""
    ahead = standing(route, on) if route.ends and route.live(on) else ""
    if route.ends and route.state(on) == "shut down":
        ahead = f"{route.ends.value}" + (f" → {route.replacement.value}" if route.replacement else "")
    return Span(
        route=route.name,
        opens=route.opens.value if route.opens else None,
        ends=route.ends.value if route.ends else None,
        state=route.state(on),
        note="; ".join(word for word in (ahead, price) if word),
    )


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A picture that shows itself in a notebook."""

    figure: Figure
    title: str

    def __repr__(self) -> str:
        return f"<Chart: {self.title}>"

    def png(self) -> bytes:
        """Return the picture as PNG, the same bytes for the same matrix."""
        drawn = io.BytesIO()
        self.figure.savefig(drawn, format="png", dpi=80, metadata={"Software": None})
        return drawn.getvalue()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/plain": repr(self), "image/png": base64.b64encode(self.png()).decode("ascii")}


def lifecycles(matrix: RouteMatrix, kind: Kind = "video", *, on: dt.date | None = None) -> Chart:
    """Draw the lifecycles of all routes of a kind over time, with a line at the day.

    Args:
        matrix: The routes.
        kind: Clips, pictures or judges.
        on: The day; by default the matrix's own.

    Raises:
        MissingDependency: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingDependency("matplotlib", "scoring") from error
    day = on or matrix.today
    rows = spans(matrix, kind, day)
    figure = Figure(figsize=(11, 1.0 + 0.24 * len(rows)), facecolor="white")
    axes = figure.add_subplot()
    inch = 1 / figure.get_figheight()
    figure.subplots_adjust(left=0.2, right=0.74, top=1 - 0.4 * inch, bottom=0.65 * inch)
    _bars(axes, rows, day)
    title = f"{kind} routes on {day}"
    axes.set_title(title, loc="left", fontsize=12)
    _legend(figure, [span.state for span in rows])
    return Chart(figure=figure, title=title)


def _legend(figure: Figure, states: Sequence[str]) -> None:
    from matplotlib.patches import Patch

    shown = [Patch(color=colour, label=state) for state, colour in _COLOURS.items() if state in states]
    shown.append(Patch(color="#444444", alpha=0.3, label="pale: first day not established"))
    figure.legend(handles=shown, loc="lower center", ncols=len(shown), fontsize=8, frameon=False)


def _bars(axes: Axes, rows: Sequence[Span], day: dt.date) -> None:
    first, last = (day - _BEFORE).toordinal(), (day + _AFTER).toordinal()
    for line, span in enumerate(rows):
        start = max(first, span.opens.toordinal()) if span.opens else first
        stop = min(last, span.ends.toordinal()) if span.ends else last
        if span.state == "unclear" and span.ends is None:
            stop = day.toordinal()
        colour = _COLOURS[span.state]
        axes.barh(line, max(stop - start, 4), left=start, height=0.62, color=colour, alpha=1.0 if span.opens else 0.55)
        note = span.note or f"{span.state}, no price established"
        axes.text(last + 6, line, note, va="center", fontsize=8, color="#333333", parse_math=False)
    axes.axvline(day.toordinal(), color="#222222", linewidth=1)
    axes.set_yticks(range(len(rows)), [span.route for span in rows], fontsize=8)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(first, last)
    months = [d for n in range(first, last) if (d := dt.date.fromordinal(n)).day == 1 and d.month % 3 == 1]
    axes.set_xticks([d.toordinal() for d in months], [f"{d:%b %Y}" for d in months], fontsize=8)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)
