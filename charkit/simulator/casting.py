"""Who plays: looks from words, corrected by the pictures that arrived, wandered off by the drift of the take.

Clips and scenes drift by what conditions them. A view on plain ground from words alone is a *design*: it varies, but
has all that the words name. A view that comes with pictures copies them. Views never go off model: they make the model.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from charkit.simulator import seeing
from charkit.simulator.direction import Conditioning
from charkit.simulator.drifting import designed, drifted, misses
from charkit.simulator.looks import Look, from_json
from charkit.simulator.wardrobe import describe

if TYPE_CHECKING:
    from charkit.simulator.direction import Direction, Drift, Picture
    from charkit.simulator.reading import Seen
    from charkit.simulator.words import Part, Script

_NEW_OUTFIT = re.compile(r"\boutfit changes?\b", re.IGNORECASE)
"""How a prompt says that somebody wears other things than in the pictures: `Only the view and the outfit change`."""
_SHOWS = ("character", "view", "unknown")
"""Roles of pictures that show who somebody is."""


@dataclass(frozen=True, kw_only=True)
class Role:
    """A part before it wanders off: who it is, and what the take knows of it."""

    look: Look
    conditioning: Conditioning
    design: bool = False
    """Whether it is a view from words alone, which makes the model instead of following one."""


def cast_looks(script: Script, direction: Direction, drift: Drift) -> tuple[Look, ...]:
    """The look of every part in this take."""
    return tuple(_played(role, script, direction, drift) for role in _roles(script, direction, drift))


def truths(script: Script, direction: Direction, drift: Drift) -> list[dict[str, str | float | bool]]:
    """What is true of every part in this take: its conditioning, how far that drifts, and whether it went off model."""
    told: list[dict[str, str | float | bool]] = []
    for role in _roles(script, direction, drift):
        leaning = drift.of(role.conditioning)
        off = not script.view and misses(role.look, leaning.off_model, direction.seed)
        told.append(
            {
                "name": role.look.name,
                "conditioning": role.conditioning.value,
                "size": leaning.size,
                "probability": 0.0 if script.view else leaning.off_model,
                "off_model": off,
            }
        )
    return told


def _played(role: Role, script: Script, direction: Direction, drift: Drift) -> Look:
    leaning = drift.of(role.conditioning)
    if role.design:
        return designed(role.look, leaning.size, direction.seed)
    return drifted(role.look, leaning.size, 0.0 if script.view else leaning.off_model, direction.seed)


def _roles(script: Script, direction: Direction, drift: Drift) -> list[Role]:
    remembered = {k.name.lower(): k.look for k in direction.known}
    framed = any(picture.role == "first frame" for picture in direction.pictures)
    roles = [_from_words(part, remembered, script, framed=framed) for part in script.parts]
    pictures = [p for p in direction.pictures if p.role in _SHOWS]
    redressed = _NEW_OUTFIT.search(direction.prompt) is not None
    for who, seen in _bound(pictures, [role.look for role in roles]).items():
        shown = Conditioning.PICTURE if len(seen) == 1 else Conditioning.PICTURES
        firmest = min((roles[who].conditioning, shown), key=lambda known: drift.of(known).size)
        look = seeing.match(roles[who].look, seen, dressed=not redressed)
        roles[who] = Role(look=look, conditioning=firmest)
    return roles


def _from_words(part: Part, remembered: dict[str, str], script: Script, *, framed: bool) -> Role:
    known = _remembered(part, remembered)
    if known is not None:
        return Role(look=known, conditioning=Conditioning.CHARACTER)
    look = describe(part.description, name=part.name)
    design = bool(script.view) and look.name.lower() not in remembered
    return Role(look=look, conditioning=Conditioning.FRAME if framed else Conditioning.TEXT, design=design)


def _remembered(part: Part, remembered: dict[str, str]) -> Look | None:
    text = remembered.get(part.name.lower()) if part.name else None
    if text is None:
        return None
    try:
        return dataclasses.replace(from_json(text), name=part.name)
    except ValueError:
        return None


def _bound(pictures: list[Picture], looks: list[Look]) -> dict[int, list[Seen]]:
    """Which pictures show whom: by label, else by likeness; a label that nobody bears does not lose a picture."""
    bound: dict[int, list[Seen]] = {}
    for picture in pictures if looks else ():
        seen = _seen(picture.data)
        if seen is None:
            continue
        who = _called(picture.label, looks)
        bound.setdefault(_likest(seen, looks) if who is None else who, []).append(seen)
    return bound


@lru_cache(maxsize=24)
def _seen(data: bytes) -> Seen | None:
    """Measure a picture; the same references come with every shot of a film."""
    image = seeing.decode(data)
    return None if image is None else seeing.look_at(image)


def _called(label: str, looks: list[Look]) -> int | None:
    """Who bears a name; None where nobody does."""
    wanted = _plain(label)
    return next((who for who, look in enumerate(looks) if wanted and _plain(look.name) == wanted), None)


def _plain(name: str) -> str:
    """A name as it is compared: composed and decomposed accents, capitals and small letters are the same."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


def _likest(seen: Seen, looks: list[Look]) -> int:
    return min(range(len(looks)), key=lambda who: seeing.unlikeness(seen, looks[who]))
