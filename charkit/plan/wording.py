"""The words of a shot on a route of one's choice, whatever the plan takes: to read routes' prompts side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.errors import UnsupportedRequest
from charkit.plan.carrying import Need, Refused, carry, film_size, in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from charkit.character import Cast
    from charkit.prompts import Prompt, Templates
    from charkit.references import Reference
    from charkit.routes import Region, Route
    from charkit.shots import Resolution, Shot, Storyboard

__all__ = ["prompt_on"]


def prompt_on(
    route: Route,
    shot: Shot,
    storyboard: Storyboard,
    cast: Cast,
    references: Sequence[Reference],
    *,
    resolution: Resolution | None = None,
    region: Region | None = None,
    templates: Templates | None = None,
) -> Prompt:
    """Return the prompt that a route would get for a shot, with its choice of pictures.

    Args:
        route: The route; it need not be the plan's, nor live.
        shot: What to show.
        storyboard: The film that it is part of.
        cast: Who its characters are.
        references: Prepared pictures of them.
        resolution: Instead of the storyboard's.
        region: Where the person works, for policies that differ by place.
        templates: Where the words around the shot's own come from; the built-in ones by default.

    Raises:
        UnsupportedRequest: the route cannot carry the shot; with the rule, what comes nearest, and the source.
    """
    wanted = resolution or storyboard.resolution
    need = Need(
        shot=shot,
        storyboard=storyboard,
        cast=cast,
        references=references,
        resolution=wanted,
        size=film_size(wanted, storyboard.aspect),
        region=region,
        templates=templates,
    )
    carried = carry(route, need, forced=True)
    if isinstance(carried, Refused):
        if route.kind == "video" and route.price is None:
            return in_words(route, need)  # an own server without a price: its words can be read all the same
        said = carried.nearest and carried.nearest in carried.why
        raise UnsupportedRequest(
            f"{route.name} cannot make shot {shot.id}",
            rule=carried.why.rstrip("."),
            nearest="" if said else carried.nearest,
            source="" if said else carried.source,
        )
    return carried.prompt
