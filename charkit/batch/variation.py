"""One shot of a production, made another way: what a sweep compares, without a production for every combination."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from charkit.character import Cast, folded
from charkit.errors import UnknownName, UsageError
from charkit.settings import Settings
from charkit.shots import Shot
from charkit.studio import Studio

if TYPE_CHECKING:
    from pydantic import JsonValue

__all__ = ["variant"]


def variant(
    studio: Studio, *, shot: str, character: str = "", action: str = "", route: str = "", seed: int = 0
) -> Studio:
    """Return a studio for the same run in which the film is one shot, with something about it changed.

    Pictures of the cast are asked for in the same words as by every other run, so they are paid for once.

    Args:
        studio: The run; its own storyboard is left alone.
        shot: Id of the shot.
        character: Who is in it, alone, in the place of whom the storyboard names; as it is if left out.
        action: What happens, in the place of the storyboard's words; as it is if left out.
        route: For this shot and the pictures it needs nothing else; the planner's choice if left out.
        seed: The root of the take's seed, where the route takes one; the storyboard's if 0.

    Raises:
        UnknownName: there is no such shot, character or route.
        UsageError: the words cannot stand in a storyboard.
    """
    if route and route not in studio.routes.routes:
        raise UnknownName("route", route, studio.routes.routes)
    found = _varied(studio.storyboard[shot], studio.cast, character=character, action=action, route=route)
    storyboard = studio.storyboard.model_copy(update={"shots": (found,), "seed": seed or studio.storyboard.seed})
    shown = {folded(who.name) for who in found.characters}
    cast = Cast(tuple(sheet for sheet in studio.cast.values() if folded(sheet.name) in shown))
    return Studio(
        place=studio.place,
        settings=Settings.load(),
        cast=cast,
        storyboard=storyboard,
        matrix=studio.routes,
        max_spend=studio.max_spend,
        live=studio.live,
        resolution=studio.resolution,
    )


def _varied(shot: Shot, cast: Cast, *, character: str, action: str, route: str) -> Shot:
    changes: dict[str, JsonValue] = {}
    if character:
        # Somebody else has another voice and wardrobe: what was said and worn was the other's.
        changes |= {"characters": [cast[character].name], "dialogue": []}
    if action:
        changes["action"] = action
    if route:
        changes["route"] = route
    said = shot.model_dump(mode="json", exclude_unset=True) | changes
    try:
        return Shot.model_validate(said)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        raise UsageError(f"shot {shot.id} cannot be varied so: {problem['loc'][-1]}: {problem['msg']}") from None
