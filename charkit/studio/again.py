"""Ordering a take again from its recipe: the same words, pictures, size and seed, or another seed.

A recipe may come from anybody. Nothing in it is trusted but as what to ask for: route and endpoint are looked up here,
the price is the route's own of today, pictures are found by their digest in this store, and the cap holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.errors import StorageError, UnsupportedRequest, UsageError
from charkit.providers.base import Blob, BoundCharacter, BoundReference, Role, VideoRequest
from charkit.takes import Order, request_key

if TYPE_CHECKING:
    from charkit.ledger import Ledger
    from charkit.recipe import AskedReference, TakeRecipe
    from charkit.routes import Route
    from charkit.store import Store

__all__ = ["order_again", "seed_of"]


def seed_of(recipe: TakeRecipe, change: str | None) -> int | None:
    """Return the seed to ask with.

    Args:
        recipe: The take's.
        change: `+1` or `-3` counts from the take's own, `7` is a seed; None: the take's own.

    Raises:
        UsageError: It is no number, below nothing, or counts from a seed that there is not.
    """
    own = recipe.asked.seed
    if change is None:
        return own
    try:
        number = int(change)
    except ValueError:
        raise UsageError(f"--seed {change!r} is no number; write +1 for the next seed, or a seed") from None
    if change.strip()[:1] in "+-":
        if own is None:
            raise UsageError(f"{recipe.shot} was made without a seed that one could count from")
        number += own
    if not 0 <= number < 2**31:
        raise UsageError(f"a seed lies between 0 and {2**31 - 1}, not at {number}")
    return number


def order_again(
    recipe: TakeRecipe,
    *,
    route: Route,
    production: str,
    run: str,
    simulated: bool,
    store: Store,
    ledger: Ledger,
    number: int,
    seed: int | None,
) -> Order:
    """Return the order for one more take like that of a recipe.

    Args:
        recipe: The take's.
        route: The route that it names, open today.
        production: Who orders.
        run: Who orders.
        simulated: Whether the simulator makes it.
        store: Where the pictures of its references lie.
        ledger: Says which takes of this request there are already.
        number: The first number that the take may have.
        seed: What to ask with.

    Raises:
        UsageError: The recipe is of a picture, says too little, or a picture that it names is not here.
        UnsupportedRequest: The take goes on from an earlier one, the route takes no seed, or has no price for it.
    """
    asked = recipe.asked
    _check(recipe, route, seed)
    width, height = asked.size
    seconds = asked.seconds or 0
    request = VideoRequest(
        model=asked.model,
        prompt=asked.prompt,
        seconds=seconds,
        width=width,
        height=height,
        references=tuple(_bound(one, recipe.shot, store) for one in asked.references),
        characters=tuple(BoundCharacter(id=one.id, name=one.name) for one in asked.characters),
        seed=seed,
    )
    while True:
        order = Order(
            production=production,
            run=run,
            subject=recipe.shot,
            number=number,
            route=route.name,
            endpoint=route.endpoint,
            kind="video",
            request=request,
            price_usd=route.cost(seconds=seconds, resolution=_resolution(route, width, height)),
            simulated=simulated,
        )
        # A take that is there would come back as it is; what is wanted is one more.
        if ledger.find(request_key(order), number) is None:
            return order
        number += 1


def _check(recipe: TakeRecipe, route: Route, seed: int | None) -> None:
    asked = recipe.asked
    if recipe.kind != "video" or route.kind != "video":
        raise UsageError(f"{recipe.shot} is a picture; only clips are ordered again from their recipe")
    if not asked.prompt or not asked.seconds or min(asked.size) < 1:
        raise UsageError(f"the recipe of {recipe.shot} lacks prompt, length or size; order it from its storyboard")
    if asked.model != route.model:
        raise UnsupportedRequest(
            f"{recipe.shot} was asked of model {asked.model!r}, but route {route.name!r} asks {route.model!r} today",
            rule="a recipe is ordered as it was, or not at all",
            nearest=f"plan the shot again on {route.name}",
        )
    if asked.source is not None or asked.turns:
        raise UnsupportedRequest(
            f"{recipe.shot} goes on from an earlier result, which its service may not keep",
            rule="only a take that stands alone is ordered again from its recipe",
            nearest="order the earlier one again, and go on from that",
        )
    if seed is not None and not route.takes_seed:
        raise UnsupportedRequest(
            f"route {route.name!r} takes no seed", rule="no seed is lost silently", nearest="leave --seed out"
        )


def _resolution(route: Route, width: int, height: int) -> str:
    """Return what the route calls a size.

    Raises:
        UnsupportedRequest: It does not offer it.
    """
    offered = route.capabilities.sizes.value if route.capabilities.sizes else {}
    for name, sizes in offered.items():
        if (width, height) in [tuple(size) for size in sizes.values()]:
            return str(name)
    raise UnsupportedRequest(
        f"route {route.name!r} makes no clips of {width}x{height}",
        rule="a recipe is ordered as it was, or not at all",
        nearest=", ".join(map(str, offered)),
    )


def _bound(asked: AskedReference, shot: str, store: Store) -> BoundReference:
    try:
        role = Role(asked.role)
    except ValueError:
        raise UsageError(f"the recipe of {shot} names a picture for {asked.role!r}, which is no role") from None
    try:
        path = store.verify(asked.digest).path
    except StorageError:
        raise UsageError(
            f"the recipe of {shot} names a picture of {asked.character or asked.role} with the digest "
            f"{asked.digest[:19]}…, which is not in this production's store"
        ) from None
    kind = "image/jpeg" if path.suffix in (".jpg", ".jpeg") else f"image/{path.suffix.lstrip('.')}"
    blob = Blob(name=f"{asked.digest[7:15]}{path.suffix}", media_type=kind, data=path.read_bytes())
    return BoundReference(role=role, blob=blob, character=asked.character, view=asked.view)
