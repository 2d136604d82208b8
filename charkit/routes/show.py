"""How routes look: the matrix as a table, one route as a card with a source for every fact."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from charkit.cards import Html, badge, card, table
from charkit.routes.facts import Fact

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from charkit.cards import BadgeKind
    from charkit.routes.matrix import RouteMatrix
    from charkit.routes.measured import Measured
    from charkit.routes.route import Kind, Route

__all__ = ["SOON", "Row", "brief_rows", "facts_of", "matrix_table", "route_card", "row", "standing"]

Row: TypeAlias = dict[str, str]

SOON = 30
"""Days before its end from which a route is flagged."""

_TONES: dict[str, BadgeKind] = {
    "live": "ok",
    "self-hosted": "ok",
    "by hand": "ok",
    "preview": "warn",
    "deprecated": "warn",
    "unclear": "warn",
}


_SHOWN = ("route", "today", "model", "length", "sizes", "references", "sound", "price", "claimed", "measured", "as of")
"""Columns of the table; a route's card has the rest."""


def facts_of(route: Route) -> Iterator[tuple[str, Fact[object]]]:
    """Yield every fact of a route with its name."""
    for owner in (route, route.capabilities):
        for name in type(owner).model_fields:
            fact = getattr(owner, name)
            if isinstance(fact, Fact):
                yield name.replace("_", " "), fact


def row(route: Route, on: dt.date, measured: Measured | None = None) -> Row:
    """Return a route as one row of plain text, newest evidence's date included."""
    can = route.capabilities
    return {
        "route": route.name,
        "makes": route.kind,
        "model": route.model,
        "endpoint": route.endpoint,
        "today": standing(route, on),
        "length": str(can.seconds.value) if can.seconds else "",
        "sizes": ", ".join(can.sizes.value) if can.sizes else "",
        "references": ", ".join(f"{n} {role}" for role, n in can.references.value.items() if n)
        if can.references
        else "",
        "seed": "yes" if route.takes_seed else "",
        "sound": {True: "yes", False: "no", None: "not established"}[route.sound] if route.kind == "video" else "",
        "price": str(route.price.value) if route.price else "not established",
        "claimed": route.claimed.value if route.claimed else "",
        "measured": str(measured) if measured else "",
        "as of": max(fact.as_of for _, fact in facts_of(route)).isoformat(),
    }


def brief_rows(matrix: RouteMatrix, kind: Kind, *, every: bool = False) -> list[Row]:
    """Return the routes of a kind as short rows for a shell of 100 columns, those that end soonest first."""
    on = matrix.today
    shown = [
        route
        for route in matrix.routes.values()
        if route.kind == kind and (every or route.live(on) or route.state(on) == "by hand")
    ]
    return [_brief(route, on) for route in sorted(shown, key=lambda route: (not route.live(on), route.name))]


def _brief(route: Route, on: dt.date) -> Row:
    can = route.capabilities
    pictures = can.references.value if can.references else {}
    characters = f"{can.characters.value} by id" if can.characters and can.characters.value else ""
    taken = [f"{n} {_plural(role)}" for role, n in pictures.items() if n]
    shown = ", ".join([*taken, characters] if characters else taken)
    ends = standing(route, on).partition(", ")[2]
    return {
        "route": route.name,
        "today": ends or route.state(on),
        "length": str(can.seconds.value) if can.seconds else "",
        "pictures": shown,
        "sound": {True: "yes", False: "no", None: "?"}[route.sound] if route.kind == "video" else "",
        "price": route.price.value.brief if route.price else "?",
        "claimed": route.claimed.value if route.claimed else "",
    }


def _plural(role: str) -> str:
    return "pictures" if role == "any" else f"{role}s"


def standing(route: Route, on: dt.date) -> str:
    """Return how a route stands on a day; one that ends soon says in how many days."""
    state = route.state(on)
    if route.ends is None or not route.live(on):
        return state
    left = (route.ends.value - on).days
    soon = f" ({left} days)" if left <= SOON else ""
    return f"{state}, ends {route.ends.value}{soon}"


def matrix_table(matrix: RouteMatrix, on: dt.date) -> Html:
    """Return all routes as a table, the live ones first."""
    routes = sorted(matrix.routes.values(), key=lambda route: (not route.live(on), route.kind != "video"))
    rows = [row(route, on, matrix.measured.get(route.name)) for route in routes]
    columns = [name for name in _SHOWN if any(r[name] for r in rows)]
    cells = [
        [
            badge(r[name], _TONES.get(r[name].partition(",")[0], "bad")) if name == "today" else r[name]
            for name in columns
        ]
        for r in rows
    ]
    return table(columns, cells, caption=f"Routes on {on}; every fact has a date and a source.")


def route_card(route: Route) -> Html:
    """Return one route with all its facts, each with date and source."""
    rows = [("endpoint", route.endpoint), ("model", route.model)]
    for name, fact in facts_of(route):
        value = _spell(fact.value)
        said = f"{value} ({fact.confidence}, {fact.as_of}: {fact.source})"
        rows.append((name, f"{said} {fact.note}" if fact.note else said))
    return card(route.name, rows=rows, badge=route.status.value, badge_kind=_TONES.get(route.status.value, "bad"))


def _spell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return str(value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_spell(inner)}" for key, inner in value.items())
    return str(value)
