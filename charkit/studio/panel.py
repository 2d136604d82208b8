"""Which scorers a cast is put before, and what was ordered of a take, so that its clip can be held against that."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from charkit.by_hand import BY_HAND
from charkit.errors import LedgerError
from charkit.scoring import AppearanceScorer, CopyingScorer, GateScorer, IdentityScorer, Ordered, PaletteScorer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from charkit.character import CharacterSheet
    from charkit.ledger import Ledger
    from charkit.routes import RouteMatrix
    from charkit.scoring import Scorer
    from charkit.shots import Shot
    from charkit.takes import Take
    from charkit.weights import Weights

__all__ = ["likeness_panel", "ordered_of", "panel_for"]


def panel_for(sheets: Iterable[CharacterSheet], *, weights: Weights | None = None) -> tuple[Scorer, ...]:
    """Return fresh scorers for a cast: all that cost nothing.

    Identity is asked where a sheet declares a domain that a recogniser is made for (photographed or anime). Scorers
    whose weights are not held answer *unknown*, with what to get; a vision model is asked by `Studio.judge` alone.

    Args:
        sheets: Everybody.
        weights: The folder of weights; by default the person's own.
    """
    identity = IdentityScorer(weights=weights)
    known = any(sheet.domain in identity.facts.domains for sheet in sheets)
    others = (AppearanceScorer(weights=weights), PaletteScorer(), CopyingScorer(), GateScorer())
    return (identity, *others) if known else others


def likeness_panel(sheets: Iterable[CharacterSheet], *, weights: Weights | None = None) -> list[Scorer]:
    """Return fresh scorers that say how like a character is to its references, of those that can look.

    Args:
        sheets: Everybody.
        weights: The folder of weights; by default the person's own.
    """
    panel = panel_for(sheets, weights=weights)
    return [one for one in panel if not one.facts.axis.flags and not getattr(one, "problem", "")]


def ordered_of(take: Take, shot: Shot, ledger: Ledger, matrix: RouteMatrix) -> Ordered | None:
    """Return what was asked of a take's clip, as the plan had it when it was sent; None where nothing was ordered.

    Sound is expected where the shot asks for some and the route is known to deliver it. No service promises a frame
    rate, so none is asked for.
    """
    try:
        asked = json.loads(ledger.job(take.job_id).request)
    except LedgerError:  # a run that was brought here without its books
        return None
    endpoint = matrix.endpoints.get(asked["endpoint"])
    by_hand = endpoint is not None and endpoint.protocol == BY_HAND  # an app gives what size and length it likes
    if asked["kind"] != "video" or by_hand or "source" in asked:  # and what goes on from a clip has that one's
        return None
    width, height = asked["size"]
    return Ordered(
        width=width or None,
        height=height or None,
        seconds=asked["seconds"] or None,
        sound=True if shot.has_sound and _sounds(take.route, matrix) else None,
    )


def _sounds(route: str, matrix: RouteMatrix) -> bool:
    found = matrix.routes.get(route)
    return found is not None and found.sound is True
