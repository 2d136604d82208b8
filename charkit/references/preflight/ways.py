"""Ways round a refusal: another route, words alone, or a picture without a human being in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from charkit.providers import ADAPTERS
from charkit.references.preflight.policy import rulings

if TYPE_CHECKING:
    import datetime as dt

    from charkit.references.preflight.pictured import Pictured
    from charkit.routes import Region, Route, RouteMatrix
    from charkit.vision import Faces

__all__ = ["ways_round"]

_NAMED: Final = 3
"""Routes that are named at most."""

_CLIP: Final = (8, "720p")
"""Seconds and resolution by which text routes are compared."""


def ways_round(
    pictured: Pictured, faces: Faces, route: Route, matrix: RouteMatrix, *, on: dt.date, region: Region | None
) -> tuple[str, ...]:
    """Return what can be done with a character whose picture a route refuses, the nearest way first."""
    live = [o for o in matrix.live(on, route.kind) if o.name != route.name and matrix.endpoint(o).protocol in ADAPTERS]
    takes = [other for other in live if other.max_references() > 0]
    allow = [o.name for o in takes if o.capabilities.likeness and _lets_through(pictured, faces, o, region)]
    silent = [o.name for o in takes if o.capabilities.likeness is None]
    words = [o for o in live if o.price is not None]
    ways = [f"another route whose policy lets it through: {', '.join(allow[:_NAMED])}"] if allow else []
    if silent and not allow:
        ways.append(f"a route that says nothing about faces: {', '.join(silent[:_NAMED])}; it may refuse too")
    ways.append("a non-human stand-in: a mascot, a silhouette, the figure from behind")
    if words and route.kind == "video":
        ways.append(f"words alone, no picture: {', '.join(o.name for o in _cheapest(words))}")
    return tuple(ways)


def _lets_through(pictured: Pictured, faces: Faces, route: Route, region: Region | None) -> bool:
    found = rulings(pictured, faces, route, region)
    return all(ruling.level in ("note", "warning") and ruling.rule != "likeness.minor-by-region" for ruling in found)


def _cheapest(routes: list[Route]) -> list[Route]:
    def price(route: Route) -> float:
        usd = route.price.value.cost(seconds=_CLIP[0], resolution=_CLIP[1]) if route.price else None
        return float("inf") if usd is None else usd

    return sorted(routes, key=price)[:2]
