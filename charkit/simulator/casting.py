"""Who plays: looks from words, corrected by the pictures that arrived, wandered off by the drift of the take.

Clips and scenes drift by what conditions them. A view on plain ground from words alone is a *design*: it varies, but
has all that the words name. A view that comes with pictures copies them. Views never go off model: they make the model.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from charkit.simulator import seeing
from charkit.simulator.drifting import designed, drifted
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


def cast_looks(script: Script, direction: Direction, drift: Drift) -> tuple[Look, ...]:
    """The look of every part in this take."""
    remembered = {k.name.lower(): k.look for k in direction.known}
    looks: list[Look] = []
    sizes: list[float] = []
    for part in script.parts:
        known = _remembered(part, remembered)
        looks.append(describe(part.description, name=part.name) if known is None else known)
        sizes.append(drift.text if known is None else drift.character)
    designs = [bool(script.view) and look.name.lower() not in remembered for look in looks]
    pictures = [p for p in direction.pictures if p.role in _SHOWS]
    redressed = _NEW_OUTFIT.search(direction.prompt) is not None
    for who, seen in _bound(pictures, looks).items():
        looks[who] = seeing.match(looks[who], seen, dressed=not redressed)
        sizes[who] = min(sizes[who], drift.references)
        designs[who] = False
    off_model = 0.0 if script.view else drift.off_model
    return tuple(
        designed(look, size, direction.seed) if design else drifted(look, size, off_model, direction.seed)
        for look, size, design in zip(looks, sizes, designs, strict=True)
    )


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
