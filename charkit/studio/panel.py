"""Which scorers a cast is put before, and what was ordered of a take, so that its clip can be held against that."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, TypeVar

from charkit.by_hand import BY_HAND
from charkit.errors import LedgerError
from charkit.scoring import (
    AnimeScorer,
    AppearanceScorer,
    CopyingScorer,
    FaceScorer,
    GateScorer,
    IdentityScorer,
    Ordered,
    PaletteScorer,
)
from charkit.scoring.base import Lined

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from charkit.character import CharacterSheet
    from charkit.ledger import Ledger
    from charkit.routes import RouteMatrix
    from charkit.scoring import Scorer, Threshold
    from charkit.shots import Shot
    from charkit.takes import Take
    from charkit.weights import Weights

__all__ = ["calibrated_panel", "likeness_panel", "ordered_of", "panel_for"]

L = TypeVar("L", bound=Lined)

_NEVER: Final = {
    "copying": "whether a picture was pasted does not depend on who else is in the cast; its line is a stock one",
    "gate": "it looks for faults of the clip and compares it with nobody",
    "judge": "blind controls in every question show its own false accepts",
}
"""Scorers that no cast can give a line."""


def panel_for(
    sheets: Iterable[CharacterSheet],
    *,
    weights: Weights | None = None,
    lines: Mapping[str, Threshold] | None = None,
) -> tuple[Scorer, ...]:
    """Return fresh scorers for a cast: all that cost nothing.

    Identity is asked where a sheet declares a domain that a recogniser is made for (photographed or anime). Scorers
    whose weights are not held answer *unknown*, with what to get; a vision model is asked by `Studio.judge` alone.

    Args:
        sheets: Everybody.
        weights: The folder of weights; by default the person's own.
        lines: What was set on the cast, by a scorer's name and version; the others keep their stock lines.
    """
    faces, anime, appearance, palette = _likenesses(weights)
    own = lines or {}
    identity = IdentityScorer(faces=_ruled(faces, own), anime=_ruled(anime, own))
    known = any(sheet.domain in identity.facts.domains for sheet in sheets)
    others = (_ruled(appearance, own), _ruled(palette, own), CopyingScorer(), GateScorer())
    return (identity, *others) if known else others


def calibrated_panel(
    sheets: Iterable[CharacterSheet], *, weights: Weights | None = None
) -> tuple[tuple[Lined, ...], dict[str, str]]:
    """Return the scorers whose lines can be set on a cast, under their stock lines, and why the others' cannot.

    Args:
        sheets: Everybody.
        weights: The folder of weights; by default the person's own.
    """
    domains = {sheet.domain for sheet in sheets}
    can: list[Lined] = []
    without: dict[str, str] = {}
    for one in _likenesses(weights):
        if not domains & set(one.facts.domains):
            without[one.facts.name] = f"nobody in the cast is declared {' or '.join(one.facts.domains)}"
        elif problem := str(getattr(one, "problem", "")):
            without[one.facts.name] = problem
        else:
            can.append(one)
    return tuple(can), without | _NEVER


def likeness_panel(
    sheets: Iterable[CharacterSheet],
    *,
    weights: Weights | None = None,
    lines: Mapping[str, Threshold] | None = None,
) -> list[Scorer]:
    """Return fresh scorers that say how like a character is to its references, of those that can look.

    Args:
        sheets: Everybody.
        weights: The folder of weights; by default the person's own.
        lines: What was set on the cast, by a scorer's name and version.
    """
    panel = panel_for(sheets, weights=weights, lines=lines)
    return [one for one in panel if not one.facts.axis.flags and not getattr(one, "problem", "")]


def _likenesses(weights: Weights | None) -> tuple[FaceScorer, AnimeScorer, AppearanceScorer, PaletteScorer]:
    """Return fresh scorers that hold a likeness against a line, under their stock lines."""
    return FaceScorer(weights=weights), AnimeScorer(weights=weights), AppearanceScorer(weights=weights), PaletteScorer()


def _ruled(scorer: L, lines: Mapping[str, Threshold]) -> L:
    line = lines.get(scorer.facts.label)
    return scorer if line is None else scorer.under(line)


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
