"""Which route makes which shot.

The default is the brief's combination: a shot with characters goes to the live route that carries their identity best,
a transition to the cheapest live route that can make it. Whatever a person writes into the storyboard comes first.

How well a route carries identity is what was measured of it. Before anything is measured there is only an order of
means: character ids before pictures before words, with the shares that circulate as claims. They count as much as
`_WEIGHT` measured shots, so that a measurement of any size outvotes them. Among routes that carry identity alike, one
whose clips are known to have sound comes first where somebody speaks, then the cheapest.

A fallback is another route that can make the same shot at the same size, and carries identity by no lesser means than
pictures of everybody, where the first choice does. It is only for a request that nobody took on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from charkit.character import joined
from charkit.errors import UnsupportedRequest
from charkit.plan.carrying import Carried, Need, Refused, carry, film_size
from charkit.plan.likeness import unsaid
from charkit.plan.records import PassedOver, Plan, PlannedShot
from charkit.providers import ADAPTERS
from charkit.references import fitted

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator

    from charkit.character import Cast
    from charkit.prompts import Templates
    from charkit.references import Reference
    from charkit.routes import Region, Route, RouteMatrix
    from charkit.routes.measured import Measured
    from charkit.shots import Resolution, Storyboard
    from charkit.store import Store

__all__ = ["plan_film"]

_MEANS = {3: "characters", 2: "references", 1: "references", 0: "text"}
_CARRIES = {
    3: "knows {who} by id",
    2: "takes pictures of {who}",
    1: "takes pictures of some of {who}",
    0: "works from words alone",
}

_ASSUMED = {3: 0.95, 2: 0.80, 1: 0.75, 0: 0.70}
"""Lower ends of the shares that circulate (`claims` in routes.yaml), between them for pictures of some."""

_MEANS_OF_ALL = 2
"""Pictures of every character: see `Carried.means`."""

_WEIGHT = 8
"""How many measured shots the assumption counts as."""

_FALLBACKS = 3
"""How many a shot has at most."""


def plan_film(
    storyboard: Storyboard,
    cast: Cast,
    references: Iterable[Reference],
    matrix: RouteMatrix,
    *,
    on: dt.date,
    resolution: Resolution | None = None,
    region: Region | None = None,
    store: Store | None = None,
    templates: Templates | None = None,
) -> Plan:
    """Bind every shot of a storyboard to a route, its pictures and its price.

    Args:
        storyboard: What the film must show.
        cast: Who its characters are.
        references: Prepared pictures of them.
        matrix: The routes to choose from.
        on: The day for which to choose; routes open and end.
        resolution: Instead of the storyboard's, such as `360p` for a draft.
        region: Where the person works, for policies that differ by place.
        store: Where pictures are kept that a route takes in another size, shape or format only; without it they go out
            as they are.
        templates: Where the words around the shots' own come from; the built-in ones by default.

    Raises:
        BadDocument: the storyboard names somebody who is not in the cast.
        UnknownName: it names a route that does not exist.
        RouteClosed: it names a route that is past its end.
        UnsupportedRequest: no live route can make a shot; says which rules stand in the way and what comes nearest.
    """
    storyboard.check(cast)
    wanted = resolution or storyboard.resolution
    pool = tuple(references)
    ready = _fitter(store) if store is not None else None
    shots = []
    for shot in storyboard.each():
        need = Need(
            shot=shot,
            storyboard=storyboard,
            cast=cast,
            references=pool,
            resolution=wanted,
            size=film_size(wanted, storyboard.aspect),
            region=region,
            fitted=ready,
            templates=templates,
        )
        shots.append(_bind(need, matrix, on))
    return Plan(
        title=storyboard.title,
        on=on,
        aspect=storyboard.aspect,
        resolution=wanted,
        fps=storyboard.fps,
        shots=tuple(shots),
    )


def _fitter(store: Store) -> Callable[[Reference, Route], Reference]:
    """Return what prepares pictures for routes, each once."""
    known: dict[tuple[str, str], Reference] = {}

    def ready(reference: Reference, route: Route) -> Reference:
        key = (reference.digest, route.name)
        if key not in known:
            known[key] = fitted(reference, route, store)
        return known[key]

    return ready


def _bind(need: Need, matrix: RouteMatrix, on: dt.date) -> PlannedShot:
    named = need.shot.route or need.storyboard.route
    if named:
        tried = _tried(matrix.route(named, on), need, matrix, forced=True)
        if isinstance(tried, Refused):
            raise UnsupportedRequest(
                f"shot {need.shot.id} is to be made on {named!r}, which cannot",
                rule=tried.why,
                nearest=tried.nearest,
                source=tried.source,
            )
        return _planned(tried, need, matrix, on, reasons=(f"the storyboard asks for {named}",))
    return _best(need, matrix, on)


def _tried(route: Route, need: Need, matrix: RouteMatrix, *, forced: bool = False) -> Carried | Refused:
    endpoint = matrix.endpoint(route)
    if endpoint.protocol not in ADAPTERS:
        return Refused(
            route=route,
            why=f"speaks {endpoint.protocol}, for which charkit has no adapter",
            source=endpoint.source,
        )
    return carry(route, need, forced=forced)


def _best(need: Need, matrix: RouteMatrix, on: dt.date) -> PlannedShot:
    tried = [_tried(route, need, matrix) for route in matrix.live(on, "video")]
    able = sorted((t for t in tried if isinstance(t, Carried)), key=lambda c: _rank(c, need, matrix))
    unable = [t for t in tried if isinstance(t, Refused)]
    if not able:
        raise _nobody(need, unable)
    best, *others = able
    passed = [PassedOver(route=other.route.name, why=_worse(other, best, need, matrix)) for other in others]
    passed += [PassedOver(route=refused.route.name, why=refused.why) for refused in unable]
    return replace(
        _planned(best, need, matrix, on, reasons=_why(best, others, need, matrix)),
        passed_over=tuple(passed),
        fallbacks=tuple(
            _planned(other, need, matrix, on, reasons=(f"stands in where {best.route.name} takes nothing on",))
            for other in others
            if other.means >= min(best.means, _MEANS_OF_ALL)
        )[:_FALLBACKS],
    )


def _rank(carried: Carried, need: Need, matrix: RouteMatrix) -> tuple[float, bool, float, str]:
    """Return what routes are ordered by, the best first."""
    mute = bool(need.shot.dialogue) and carried.route.sound is None
    holds = 0.0 if need.shot.is_transition else _expected(carried, matrix)
    return -holds, mute, carried.usd, carried.route.name


def _expected(carried: Carried, matrix: RouteMatrix) -> float:
    """Return the share of shots in which the route is expected to hold the characters."""
    assumed = _ASSUMED[carried.means]
    found = _measured(carried, matrix)
    return assumed if found is None else found.expected(assumed, _WEIGHT)


def _known(carried: Carried, matrix: RouteMatrix) -> str:
    found = _measured(carried, matrix)
    return f"measured: {found}" if found is not None else ""


def _measured(carried: Carried, matrix: RouteMatrix) -> Measured | None:
    """Return what was measured of a service with these means; of the simulator's clips nothing follows for it."""
    found = matrix.measured.get(carried.route.name)
    if found is None or found.simulated:
        return None
    return found if found.means in ("", _MEANS[carried.means]) else None


def _why(best: Carried, others: list[Carried], need: Need, matrix: RouteMatrix) -> tuple[str, ...]:
    price = f"${best.usd:.3f} for {need.shot.seconds} s at {best.resolution}"
    alike = [other for other in others if other.means == best.means]
    cheapest = all(best.usd <= other.usd for other in alike)
    rank = f"the {'cheapest' if cheapest else 'best'} of {len(alike) + 1} that can"
    rank = rank if alike else "the only live route that can"
    if need.shot.is_transition:
        return (f"no character in it: {rank}, {price}",)
    carries = _CARRIES[best.means].format(who=_names(need))
    known = _known(best, matrix)
    return (f"{carries}: {rank}, {price}", *((known,) if known else ()), *best.choice.reasons)


def _worse(other: Carried, best: Carried, need: Need, matrix: RouteMatrix) -> str:
    if not need.shot.is_transition and _expected(other, matrix) < _expected(best, matrix):
        known = [f"{c.route.name} {said}" for c in (other, best) if (said := _known(c, matrix))]
        carries = f"{_CARRIES[other.means].format(who=_names(need))}, where {best.route.name} does better"
        return "; ".join(known) if known else carries
    if _rank(other, need, matrix)[1] and not _rank(best, need, matrix)[1]:
        return "somebody speaks, and whether its clips have sound is not established"
    return f"${other.usd:.3f} instead of ${best.usd:.3f}"


def _names(need: Need) -> str:
    return joined(tuple(who.name for who in need.shot.characters)) if need.shot.characters else "nobody"


def _nobody(need: Need, refused: list[Refused]) -> UnsupportedRequest:
    shot = need.shot
    problem = f"shot {shot.id}: no live route can make {shot.seconds} s at {need.resolution}, {need.storyboard.aspect}."
    return UnsupportedRequest(
        problem,
        rule="; ".join(f"{r.route.name} {r.why}" for r in refused) or "no video route is live",
        nearest=" or ".join(dict.fromkeys(r.nearest for r in refused if r.nearest)),
        source="; ".join(dict.fromkeys(r.source for r in refused if r.source)),
    )


def _planned(
    carried: Carried,
    need: Need,
    matrix: RouteMatrix,
    on: dt.date,
    *,
    reasons: tuple[str, ...],
) -> PlannedShot:
    route = carried.route
    return PlannedShot(
        shot=need.shot.id,
        route=route.name,
        endpoint=route.endpoint,
        model=route.model,
        seconds=need.shot.seconds,
        width=carried.size.width,
        height=carried.size.height,
        resolution=carried.resolution,
        prompt=carried.prompt,
        references=carried.choice.kept,
        characters=carried.ids,
        sheets=tuple((who.name, need.cast[who.name].digest) for who in need.shot.characters),
        root_seed=need.storyboard.seed if route.takes_seed else None,
        price_usd=carried.usd,
        reasons=reasons,
        left_out=tuple(f"{p.reference.name}, {p.reference.view}: {p.why}" for p in carried.choice.pruned),
        warnings=tuple(_warnings(carried, need, matrix, on)),
    )


def _warnings(carried: Carried, need: Need, matrix: RouteMatrix, on: dt.date) -> Iterator[str]:
    route = carried.route
    if carried.size != need.size:
        yield f"{route.name} makes {carried.size}; the film is {need.size}, so the clip has to be re-encoded"
    if need.shot.has_sound and route.sound is None:
        yield f"whether clips of {route.name} have sound is not established"
    if any(route.name == ending.name for ending in matrix.ending_soon(on)) and route.ends:
        yield f"{route.name} ends on {route.ends.value}"
    if not need.shot.is_transition:
        yield from _identity_warnings(carried, need, matrix)


def _identity_warnings(carried: Carried, need: Need, matrix: RouteMatrix) -> Iterator[str]:
    route = carried.route
    pictured = {reference.name for reference in carried.choice.kept}
    bare = [who.name for who in need.shot.characters if need.cast[who.name].name not in pictured]
    if bare and not carried.ids:
        claim = matrix.claims.get(_MEANS[0])
        claimed = f"; claimed to hold in {claim.value}, never measured" if claim else ""
        yield f"nothing but words carries {joined(tuple(bare))} on {route.name}{claimed}"
    for reference in carried.choice.kept:
        if reference.sheet and reference.sheet != need.cast[reference.character].digest:
            yield f"the sheet of {reference.name} changed since its pictures were prepared"
            break
    for shown in dict.fromkeys(reference.character for reference in carried.choice.kept):
        yield from unsaid(route, need.cast[shown], need.region)
