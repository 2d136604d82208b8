"""Which route makes which shot.

The default is the brief's combination: a shot with characters goes to the live route that carries their identity best,
a transition to the cheapest live route that can make it. Whatever a person writes into the storyboard comes first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.character import joined
from charkit.errors import UnsupportedRequest
from charkit.plan.carrying import Carried, Need, Refused, carry, film_size
from charkit.plan.records import PassedOver, Plan, PlannedShot

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from charkit.character import Cast
    from charkit.references import Reference
    from charkit.routes import RouteMatrix
    from charkit.shots import Resolution, Storyboard

__all__ = ["plan_film"]

_MEANS = {3: "characters", 2: "references", 1: "references", 0: "text"}
_CARRIES = {
    3: "knows {who} by id",
    2: "takes pictures of {who}",
    1: "takes pictures of some of {who}",
    0: "works from words alone",
}


def plan_film(
    storyboard: Storyboard,
    cast: Cast,
    references: Iterable[Reference],
    matrix: RouteMatrix,
    *,
    on: dt.date,
    resolution: Resolution | None = None,
) -> Plan:
    """Bind every shot of a storyboard to a route, its pictures and its price.

    Args:
        storyboard: What the film must show.
        cast: Who its characters are.
        references: Prepared pictures of them.
        matrix: The routes to choose from.
        on: The day for which to choose; routes open and end.
        resolution: Instead of the storyboard's, such as `360p` for a draft.

    Raises:
        BadDocument: the storyboard names somebody who is not in the cast.
        UnknownName: it names a route that does not exist.
        RouteClosed: it names a route that is past its end.
        UnsupportedRequest: no live route can make a shot; says which rules stand in the way and what comes nearest.
    """
    storyboard.check(cast)
    wanted = resolution or storyboard.resolution
    pool = tuple(references)
    shots = []
    for shot in storyboard.each():
        need = Need(
            shot=shot,
            storyboard=storyboard,
            cast=cast,
            references=pool,
            resolution=wanted,
            size=film_size(wanted, storyboard.aspect),
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


def _bind(need: Need, matrix: RouteMatrix, on: dt.date) -> PlannedShot:
    named = need.shot.route or need.storyboard.route
    if named:
        tried = carry(matrix.route(named, on), need, forced=True)
        if isinstance(tried, Refused):
            raise UnsupportedRequest(
                f"shot {need.shot.id} is to be made on {named!r}, which cannot",
                rule=tried.why,
                nearest=tried.nearest,
                source=tried.source,
            )
        reasons = (f"the storyboard asks for {named}",)
        return _planned(tried, need, matrix, on, reasons, ())
    return _best(need, matrix, on)


def _best(need: Need, matrix: RouteMatrix, on: dt.date) -> PlannedShot:
    tried = [carry(route, need) for route in matrix.live(on, "video")]
    able = sorted((t for t in tried if isinstance(t, Carried)), key=lambda c: (-c.means, c.usd, c.route.name))
    unable = [t for t in tried if isinstance(t, Refused)]
    if not able:
        raise _nobody(need, unable)
    best, *others = able
    passed = [PassedOver(route=other.route.name, why=_worse(other, best, need)) for other in others]
    passed += [PassedOver(route=refused.route.name, why=refused.why) for refused in unable]
    return _planned(best, need, matrix, on, _why(best, others, need), tuple(passed))


def _why(best: Carried, others: list[Carried], need: Need) -> tuple[str, ...]:
    price = f"${best.usd:.3f} for {need.shot.seconds} s at {best.resolution}"
    alike = [other for other in others if other.means == best.means]
    rank = f"the cheapest of {len(alike) + 1} that can" if alike else "the only live route that can"
    if need.shot.is_transition:
        return (f"no character in it: {rank}, {price}",)
    carries = _CARRIES[best.means].format(who=_names(need))
    return (f"{carries}: {rank}, {price}", *best.choice.reasons)


def _worse(other: Carried, best: Carried, need: Need) -> str:
    if other.means < best.means:
        return f"{_CARRIES[other.means].format(who=_names(need))}, where {best.route.name} does better"
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
    reasons: tuple[str, ...],
    passed: tuple[PassedOver, ...],
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
        passed_over=passed,
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
    minors = [who.name for who in need.shot.characters if _is_child(need, who.name)]
    regions = route.capabilities.regions
    if minors and carried.choice.kept and regions and "minor" in regions.value:
        yield f"{joined(tuple(minors))}: {regions.value} ({route.name}, {regions.as_of})"


def _is_child(need: Need, name: str) -> bool:
    description = need.cast[name].description
    return description is not None and description.age_band == "child"
