"""All routes and endpoints, from dated data: the built-in file and, over it, a person's own.

Services die; so nothing here is code. Invariants: every fact has a date and a source; a route's endpoint exists; a
route past its end is never handed out.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from charkit.documents import read_yaml
from charkit.documents.tree import line_of, load
from charkit.errors import BadDocument, UnknownName, did_you_mean
from charkit.routes.facts import Confidence, Entry, Fact, Price, Status
from charkit.routes.measured import Measured, read_measurements
from charkit.routes.route import Capabilities, Endpoint, Kind, Route

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from charkit.routes.chart import Chart
    from charkit.routes.show import Row

__all__ = ["BUILT_IN", "RouteMatrix"]

BUILT_IN = Path(__file__).with_name("routes.yaml")


class _Citation(Entry):
    """A source that several facts come from."""

    as_of: dt.date
    source: Annotated[str, Field(min_length=3)]
    confidence: Confidence


class _RouteEntry(Entry):
    """A route as a file writes it; with `like`, only what differs from another route."""

    like: str | None = None
    endpoint: str | None = None
    model: str | None = None
    kind: Kind | None = None
    status: Fact[Status] | None = None
    opens: Fact[dt.date] | None = None
    ends: Fact[dt.date] | None = None
    replacement: Fact[str] | None = None
    capabilities: Capabilities | None = None
    price: Fact[Price] | None = None
    claimed: Fact[str] | None = None


class _RoutesFile(Entry):
    sources: dict[str, _Citation] = Field(default_factory=dict)
    """Sources by short name; a fact takes its date, source and confidence from one by `cite: NAME`."""
    endpoints: dict[str, Endpoint] = Field(default_factory=dict)
    routes: dict[str, _RouteEntry] = Field(default_factory=dict)
    claims: dict[str, Fact[str]] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _cited(cls, value: object) -> object:
        if not isinstance(value, dict) or not isinstance(value.get("sources", {}), dict):
            return value
        sources = value.get("sources", {})
        return {key: inner if key == "sources" else _expand(inner, sources) for key, inner in value.items()}


def _expand(node: object, sources: Mapping[str, object]) -> object:
    if isinstance(node, list):
        return [_expand(inner, sources) for inner in node]
    if not isinstance(node, dict):
        return node
    inner = {key: _expand(value, sources) for key, value in node.items() if key != "cite"}
    if "cite" not in node:
        return inner
    name = str(node["cite"])
    cited = sources.get(name)
    if isinstance(cited, dict):
        return {**cited, **inner}
    return {
        "cite": f"there is no source called {name!r} in this file. {did_you_mean(name, sources)}"
    }  # refused in place


@dataclass(frozen=True, kw_only=True)
class RouteMatrix:
    """Every way to make a shot or a picture, on every day."""

    routes: Mapping[str, Route]
    endpoints: Mapping[str, Endpoint]
    claims: Mapping[str, Fact[str]] = field(default_factory=dict)
    """What is claimed about consistency, by means (`text`, `references`, `characters`); never a measurement."""
    measured: Mapping[str, Measured] = field(default_factory=dict)
    """What was measured about consistency, by route."""
    day: dt.date | None = None
    """The day that tables speak of where none is given; None for the day on which they are shown."""

    @classmethod
    def load(
        cls,
        extra: Path | str | None = None,
        *,
        measurements: Path | str | None = None,
        day: dt.date | None = None,
    ) -> Self:
        """Read the built-in matrix and a person's own file over it.

        An entry of the own file replaces the built-in one of the same name; `like: NAME` takes over all that it does
        not say itself, from a route of either file.

        Args:
            extra: A person's own routes and endpoints.
            measurements: What was measured of routes; see `charkit.routes.measured`. A file that is not there is none.
            day: The day that tables speak of; the day on which they are shown where it is not given.

        Raises:
            BadDocument: with file and line.
        """
        matrix = replace(cls._built_in(), day=day)
        if extra is not None:
            matrix = matrix.extended(Path(extra))
        if measurements is not None and Path(measurements).is_file():
            matrix = replace(matrix, measured=read_measurements(Path(measurements), matrix.routes))
        return matrix

    @classmethod
    @cache
    def _built_in(cls) -> Self:
        """Read the built-in file once: a quarter of a second, and every studio and command begins with it."""
        return cls(routes={}, endpoints={}).extended(BUILT_IN)

    def extended(self, path: Path) -> Self:
        """Return the matrix with a file of routes and endpoints over it.

        Raises:
            BadDocument: with file and line.
        """
        file = read_yaml(path, _RoutesFile)
        endpoints = {**self.endpoints}
        for name, endpoint in file.endpoints.items():
            endpoints[name] = endpoint.model_copy(update={"name": name})
        merger = _Merger(path=path, entries=file.routes, known=self.routes, endpoints=endpoints)
        routes = {**self.routes, **{name: merger.resolve(name, ()) for name in file.routes}}
        return replace(self, routes=routes, endpoints=endpoints, claims={**self.claims, **file.claims})

    def within(self, endpoints: Collection[str]) -> Self:
        """Return the matrix with the routes of some endpoints only, such as those that a person has keys for."""
        return replace(self, routes={n: r for n, r in self.routes.items() if r.endpoint in endpoints})

    def route(self, name: str, on: dt.date) -> Route:
        """Return a route that may be used on a day.

        Raises:
            UnknownName: there is none of this name.
            RouteClosed: it is past its end.
            UnsupportedRequest: it is not open yet.
        """
        if name not in self.routes:
            raise UnknownName("route", name, self.routes, hint="See: charkit routes --all")
        route = self.routes[name]
        route.check_open(on)
        return route

    def endpoint(self, route: Route | str) -> Endpoint:
        """Return the endpoint of a route, or the one of a name.

        Raises:
            UnknownName: there is none.
        """
        name = route if isinstance(route, str) else route.endpoint
        if name not in self.endpoints:
            raise UnknownName("endpoint", name, self.endpoints)
        return self.endpoints[name]

    def live(self, on: dt.date, kind: Kind | None = None) -> tuple[Route, ...]:
        """Return the routes that answer on a day."""
        return tuple(r for r in self.routes.values() if r.live(on) and kind in (None, r.kind))

    def ending_soon(self, on: dt.date, days: int = 30) -> tuple[Route, ...]:
        """Return the live routes that end within some days, the next one first."""
        limit = on + dt.timedelta(days=days)
        ending = [(r.ends.value, r) for r in self.live(on) if r.ends is not None and r.ends.value <= limit]
        return tuple(route for _, route in sorted(ending, key=lambda pair: pair[0]))

    def price(self, route: Route | str, seconds: int = 0, resolution: str = "any") -> float:
        """Return what one clip or picture costs, in US dollars.

        Raises:
            UnknownName: there is no such route.
            UnsupportedRequest: no price is known.
        """
        if isinstance(route, str):
            if route not in self.routes:
                raise UnknownName("route", route, self.routes)
            route = self.routes[route]
        return route.cost(seconds=seconds, resolution=resolution)

    def rows(self, *, every: bool = False, on: dt.date | None = None) -> list[Row]:
        """Return the routes as rows of plain text, the live ones or all of them."""
        from charkit.routes.show import row

        day = on or self.today
        rows = [(route, row(route, day, self.measured.get(route.name))) for route in self.routes.values()]
        return [shown for route, shown in rows if every or route.live(day) or route.state(day) == "by hand"]

    @property
    def today(self) -> dt.date:
        """The day that tables speak of."""
        return self.day or dt.datetime.now(tz=dt.UTC).date()

    def picture(self, kind: Kind = "video") -> Chart:
        """Draw when each route of a kind opened and ended, on the matrix's day.

        Raises:
            MissingDependency: matplotlib is not installed.
        """
        from charkit.routes.chart import lifecycles

        return lifecycles(self, kind)

    def __repr__(self) -> str:
        return f"<RouteMatrix: {len(self.routes)} routes at {len(self.endpoints)} endpoints>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.routes.show import matrix_table

        return {"text/plain": repr(self), "text/html": matrix_table(self, self.today)}


@dataclass(frozen=True, kw_only=True)
class _Merger:
    """Makes whole routes of what a file says and what it takes over."""

    path: Path
    entries: Mapping[str, _RouteEntry]
    known: Mapping[str, Route]
    endpoints: Mapping[str, Endpoint]

    def resolve(self, name: str, asked_by: tuple[str, ...]) -> Route:
        entry = self.entries[name]
        base = self._base(name, entry, asked_by) if entry.like else None
        said = {key: getattr(entry, key) for key in entry.model_fields_set - {"like"}}
        if base is not None:
            said = {**{key: getattr(base, key) for key in type(base).model_fields}, **said}
            if entry.capabilities is not None:
                more = {key: getattr(entry.capabilities, key) for key in entry.capabilities.model_fields_set}
                said["capabilities"] = base.capabilities.model_copy(update=more)
        said["name"] = name
        missing = [key for key in ("endpoint", "model", "kind", "status") if said.get(key) is None]
        if missing:
            raise self._wrong(f"route {name!r} lacks {', '.join(missing)} (or `like: ROUTE` to take them over)", name)
        if said["endpoint"] not in self.endpoints:
            near = did_you_mean(said["endpoint"], self.endpoints)
            raise self._wrong(f"there is no endpoint {said['endpoint']!r}. {near}", name, "endpoint")
        return Route(**said)

    def _base(self, name: str, entry: _RouteEntry, asked_by: tuple[str, ...]) -> Route:
        like = str(entry.like)
        if like in asked_by or (like == name and like not in self.known):
            raise self._wrong(f"route {name!r} is like itself: {' -> '.join((*asked_by, name, like))}", name, "like")
        if like in self.entries and like != name:
            return self.resolve(like, (*asked_by, name))
        if like in self.known:
            return self.known[like]
        near = did_you_mean(like, {**self.known, **self.entries})
        raise self._wrong(f"there is no route {like!r} to be like. {near}", name, "like")

    def _wrong(self, problem: str, *place: str) -> BadDocument:
        tree = load(self.path.read_text(encoding="utf-8-sig"), self.path)
        return BadDocument(problem, file=self.path, line=line_of(tree, ("routes", *place)))
