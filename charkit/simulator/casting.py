"""Who plays: looks from words, corrected by the pictures that arrived, wandered off by the drift of the take."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from charkit.simulator import seeing
from charkit.simulator.drifting import drifted
from charkit.simulator.looks import Look, from_json
from charkit.simulator.wardrobe import describe

if TYPE_CHECKING:
    from charkit.simulator.direction import Direction, Drift, Picture
    from charkit.simulator.words import Part, Script

_SHOWS = ("character", "view", "unknown")
"""Roles of pictures that show who somebody is."""


def cast_looks(script: Script, direction: Direction, drift: Drift) -> tuple[Look, ...]:
    """The look of every part in this take."""
    remembered = {k.name.lower(): k.look for k in direction.known}
    looks: list[tuple[Look, float]] = []
    for part in script.parts:
        known = _remembered(part, remembered)
        if known is not None:
            looks.append((known, drift.character))
        else:
            looks.append((describe(part.description, name=part.name), drift.text))
    pictures = [p for p in direction.pictures if p.role in _SHOWS]
    for who, seen in _bound(pictures, [look for look, _ in looks]).items():
        look, size = looks[who]
        looks[who] = (seeing.match(look, seen), min(size, drift.references))
    return tuple(drifted(look, size, drift.off_model, direction.seed) for look, size in looks)


def _remembered(part: Part, remembered: dict[str, str]) -> Look | None:
    text = remembered.get(part.name.lower()) if part.name else None
    if text is None:
        return None
    try:
        return dataclasses.replace(from_json(text), name=part.name)
    except ValueError:
        return None


def _bound(pictures: list[Picture], looks: list[Look]) -> dict[int, list[seeing.Seen]]:
    """Which pictures show whom: by label, else by likeness."""
    bound: dict[int, list[seeing.Seen]] = {}
    names = {look.name.lower(): who for who, look in enumerate(looks) if look.name}
    for picture in pictures:
        if not looks:
            break
        image = seeing.decode(picture.data)
        if image is None or (picture.label and picture.label.lower() not in names):
            continue
        seen = seeing.look_at(image)
        who = names[picture.label.lower()] if picture.label else _likest(seen, looks)
        bound.setdefault(who, []).append(seen)
    return bound


def _likest(seen: seeing.Seen, looks: list[Look]) -> int:
    return min(range(len(looks)), key=lambda who: seeing.unlikeness(seen, looks[who]))
