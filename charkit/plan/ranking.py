"""How routes that can make a shot are ordered, and how that is said.

How well a route carries identity is what was measured of it. Before anything is measured there is only an order of
means: character ids before pictures before words, with the shares that circulate as claims. They count as much as
`_WEIGHT` measured shots, so that a measurement of any size outvotes them. Among routes that carry identity alike, one
whose clips are known to have sound comes first where somebody speaks, then the cheapest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.character import joined
from charkit.money import dollars

if TYPE_CHECKING:
    from charkit.plan.carrying import Carried, Need
    from charkit.routes import RouteMatrix
    from charkit.routes.measured import Measured

__all__ = ["CLAIMED", "rank", "why", "worse"]

_MEANS = {3: "characters", 2: "references", 1: "references", 0: "text"}

CLAIMED = _MEANS[0]
"""The means whose claim is quoted where words alone carry somebody."""

_CARRIES = {
    3: "knows {who} by id",
    2: "takes pictures of {who}",
    1: "takes pictures of some of {who}",
    0: "works from words alone",
}

_ASSUMED = {3: 0.95, 2: 0.80, 1: 0.75, 0: 0.70}
"""Lower ends of the shares that circulate (`claims` in routes.yaml), between them for pictures of some."""

_WEIGHT = 8
"""How many measured shots the assumption counts as."""


def rank(carried: Carried, need: Need, matrix: RouteMatrix) -> tuple[float, bool, float, str]:
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


def why(best: Carried, others: list[Carried], need: Need, matrix: RouteMatrix) -> tuple[str, ...]:
    """Return why a route was chosen before the others that can."""
    price = f"{dollars(best.usd)} for {need.shot.seconds} s at {best.resolution}"
    alike = [other for other in others if other.means == best.means]
    cheapest = all(best.usd <= other.usd for other in alike)
    place = f"the {'cheapest' if cheapest else 'best'} of {len(alike) + 1} that can"
    place = place if alike else "the only live route that can"
    if need.shot.is_transition:
        return (f"no character in it: {place}, {price}",)
    carries = _CARRIES[best.means].format(who=_names(need))
    known = _known(best, matrix)
    return (f"{carries}: {place}, {price}", *((known,) if known else ()), *best.choice.reasons)


def worse(other: Carried, best: Carried, need: Need, matrix: RouteMatrix) -> str:
    """Return why another route that can was passed over."""
    if not need.shot.is_transition and _expected(other, matrix) < _expected(best, matrix):
        known = [f"{c.route.name} {said}" for c in (other, best) if (said := _known(c, matrix))]
        carries = f"{_CARRIES[other.means].format(who=_names(need))}, where {best.route.name} does better"
        return "; ".join(known) if known else carries
    if rank(other, need, matrix)[1] and not rank(best, need, matrix)[1]:
        return "somebody speaks, and whether its clips have sound is not established"
    return f"{dollars(other.usd)} instead of {dollars(best.usd)}"


def _names(need: Need) -> str:
    return joined(tuple(who.name for who in need.shot.characters)) if need.shot.characters else "nobody"
