"""Which route makes which shot.

The default is the brief's combination: a shot with characters goes to the live route that carries their identity best,
a transition to the cheapest live route that can make it. Whatever a person writes into the storyboard comes first,
and before that what they chose for the run.

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
from charkit.plan.ranking import CLAIMED, rank, why, worse
from charkit.plan.records import PassedOver, Plan, PlannedShot
from charkit.plan.ways import Ways
from charkit.providers import ADAPTERS
from charkit.references import fitted

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from charkit.character import Cast
    from charkit.prompts import Templates
    from charkit.references import ClipCutter, Reference
    from charkit.references.preparing import Faces
    from charkit.routes import Region, Route, RouteMatrix
    from charkit.shots import Resolution, Storyboard
    from charkit.store import Store

__all__ = ["plan_film", "ways_of"]

_MEANS_OF_ALL = 2
"""Pictures of every character: see `Carried.means`."""

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
    faces: Faces | None = None,
    templates: Templates | None = None,
    templates_of: Mapping[str, Templates] | None = None,
    chosen: Mapping[str, str] | None = None,
    cutter: ClipCutter | None = None,
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
        faces: Finds faces, which stay whole in the shapes that routes ask for; None where nobody can look.
        templates: Where the words around the shots' own come from; the built-in ones by default.
        templates_of: The same for single shots, by id.
        chosen: Routes that a person chose for this run, by shot: before the storyboard's, and in spite of what the
            planner thinks.
        cutter: Cuts the clips of shots to what routes take; without it a shot with clips can be planned and not made.

    Raises:
        BadDocument: the storyboard names somebody who is not in the cast.
        UnknownName: it names a route that does not exist.
        RouteClosed: it names a route that is past its end.
        UnsupportedRequest: no live route can make a shot; says which rules stand in the way and what comes nearest.
    """
    needs = _needs(
        storyboard,
        cast,
        references,
        resolution=resolution,
        region=region,
        store=store,
        faces=faces,
        templates=templates,
        templates_of=templates_of,
        cutter=cutter,
    )
    picked = chosen or {}
    return Plan(
        title=storyboard.title,
        on=on,
        aspect=storyboard.aspect,
        resolution=resolution or storyboard.resolution,
        fps=storyboard.fps,
        shots=tuple(_bind(need, matrix, on, picked.get(need.shot.id, "")) for need in needs),
    )


def ways_of(
    storyboard: Storyboard,
    cast: Cast,
    references: Iterable[Reference],
    matrix: RouteMatrix,
    *,
    on: dt.date,
    shots: Collection[str] | None = None,
    resolution: Resolution | None = None,
    region: Region | None = None,
    templates: Templates | None = None,
    templates_of: Mapping[str, Templates] | None = None,
) -> tuple[Ways, ...]:
    """Return every way in which shots can be made today, and why the other live routes cannot make them.

    Pictures are counted as they are prepared, and not brought to each route's limits; the plan does that for the route
    that is taken.

    Args:
        storyboard: What the film must show.
        cast: Who its characters are.
        references: Prepared pictures of them.
        matrix: The routes.
        on: The day.
        shots: Of which shots; of all by default.
        resolution: Instead of the storyboard's.
        region: Where the person works.
        templates: Where the words around the shots' own come from.
        templates_of: The same for single shots, by id.
    """
    needs = _needs(
        storyboard,
        cast,
        references,
        resolution=resolution,
        region=region,
        templates=templates,
        templates_of=templates_of,
    )
    return tuple(_ways(need, matrix, on) for need in needs if shots is None or need.shot.id in shots)


def _needs(
    storyboard: Storyboard,
    cast: Cast,
    references: Iterable[Reference],
    *,
    resolution: Resolution | None,
    region: Region | None,
    templates: Templates | None,
    templates_of: Mapping[str, Templates] | None = None,
    store: Store | None = None,
    faces: Faces | None = None,
    cutter: ClipCutter | None = None,
) -> list[Need]:
    storyboard.check(cast)
    wanted = resolution or storyboard.resolution
    pool = tuple(references)
    ready = _fitter(store, faces) if store is not None else None
    digests: dict[str, str] = {}
    return [
        Need(
            shot=shot,
            storyboard=storyboard,
            cast=cast,
            references=pool,
            resolution=wanted,
            size=film_size(wanted, storyboard.aspect),
            region=region,
            fitted=ready,
            digests=digests,
            templates=(templates_of or {}).get(shot.id, templates),
            cutter=cutter,
        )
        for shot in storyboard.each()
    ]


def _ways(need: Need, matrix: RouteMatrix, on: dt.date) -> Ways:
    """Try every live route as if a person had named it: one that makes another size can be taken on purpose."""
    tried = [_tried(route, need, matrix, forced=True) for route in matrix.live(on, "video")]
    able = sorted(
        (one for one in tried if isinstance(one, Carried)),
        key=lambda one: (one.size != need.size, *rank(one, need, matrix)),
    )
    return Ways(
        shot=need.shot.id,
        able=tuple(_planned(one, need, matrix, on, reasons=()) for one in able),
        unable=tuple(PassedOver(route=one.route.name, why=one.why) for one in tried if isinstance(one, Refused)),
    )


def _fitter(store: Store, faces: Faces | None) -> Callable[[Reference, Route], Reference]:
    """Return what prepares pictures for routes, each once."""
    known: dict[tuple[str, str], Reference] = {}

    def ready(reference: Reference, route: Route) -> Reference:
        key = (reference.digest, route.name)
        if key not in known:
            known[key] = fitted(reference, route, store, faces=faces)
        return known[key]

    return ready


def _bind(need: Need, matrix: RouteMatrix, on: dt.date, chosen: str) -> PlannedShot:
    named = chosen or need.shot.route or need.storyboard.route
    if named:
        by = "chosen for this run" if chosen else f"the storyboard asks for {named}"
        tried = _tried(matrix.route(named, on), need, matrix, forced=True)
        if isinstance(tried, Refused):
            raise UnsupportedRequest(
                f"shot {need.shot.id} is to be made on {named!r}, which cannot",
                rule=tried.why,
                nearest=tried.nearest,
                source=tried.source,
            )
        return _planned(tried, need, matrix, on, reasons=(by,))
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
    able = sorted((t for t in tried if isinstance(t, Carried)), key=lambda c: rank(c, need, matrix))
    unable = [t for t in tried if isinstance(t, Refused)]
    if not able:
        raise _nobody(need, unable)
    best, *others = able
    passed = [PassedOver(route=other.route.name, why=worse(other, best, need, matrix)) for other in others]
    passed += [PassedOver(route=refused.route.name, why=refused.why) for refused in unable]
    return replace(
        _planned(best, need, matrix, on, reasons=why(best, others, need, matrix)),
        passed_over=tuple(passed),
        fallbacks=tuple(
            _planned(other, need, matrix, on, reasons=(f"stands in where {best.route.name} takes nothing on",))
            for other in others
            if other.means >= min(best.means, _MEANS_OF_ALL)
        )[:_FALLBACKS],
    )


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
        clips=carried.clips.kept,
        characters=carried.ids,
        sheets=tuple((who.name, need.digest(who.name)) for who in need.shot.characters),
        root_seed=need.storyboard.seed if route.takes_seed else None,
        price_usd=carried.usd,
        reasons=(*reasons, *carried.clips.reasons),
        left_out=(
            *(f"{p.reference.name}, {p.reference.view}: {p.why}" for p in carried.choice.pruned),
            *carried.clips.left_out,
        ),
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
    bare = [who.name for who in need.shot.characters if need.cast[who.name].name not in carried.pictured]
    if bare and not carried.ids:
        claim = matrix.claims.get(CLAIMED)
        claimed = f"; claimed to hold in {claim.value}, never measured" if claim else ""
        yield f"nothing but words carries {joined(tuple(bare))} on {route.name}{claimed}"
    for reference in carried.choice.kept:
        if reference.sheet and reference.sheet != need.digest(reference.character):
            yield f"the sheet of {reference.name} changed since its pictures were prepared"
            break
    yield from (f"left out: {clip}" for clip in carried.clips.left_out)  # somebody asked for it by name
    seen = [*(one.character for one in carried.choice.kept), *(clip.character for clip in carried.clips.kept)]
    for shown in dict.fromkeys(seen):
        yield from unsaid(route, need.cast[shown], need.region)
