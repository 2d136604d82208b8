"""Reference pictures that the tests draw: a character in chosen colours, from every view."""

from __future__ import annotations

import dataclasses

import numpy as np

from charkit.simulator.direction import Direction
from charkit.simulator.looks import Look
from charkit.simulator.paints import distance
from charkit.simulator.stage import Stage
from charkit.simulator.timing import plan_timing
from charkit.simulator.words import read_prompt

FULL, TURNED, FACE = (
    "front view, full body, head to foot",
    "three-quarter view, full body",
    "front view, large close-up",
)
VIEWS = (FULL, TURNED, FACE)


def drawn(text: str, look: Look, view: str, width: int = 572, height: int = 1024) -> np.ndarray:
    """A view of a look on plain ground; `text` is the line that describes the character."""
    prompt = f"{text}\nView: {view}.\nBackground: plain light grey background, even light."
    script = read_prompt(prompt)
    direction = Direction(prompt=prompt, width=width, height=height)
    return Stage(script, (look,), plan_timing(script, direction.seconds, 0), width, height, 0).draw(0, 24)


def painted(look: Look, **colours: tuple[float, float, float]) -> Look:
    """The look with other colours, by slot or as `hair` and `skin`."""
    body = {k: colours[k] for k in ("hair", "skin", "belly") if k in colours}
    pieces = tuple(dataclasses.replace(p, colour=colours.get(p.slot, p.colour)) for p in look.pieces)
    return dataclasses.replace(look, pieces=pieces, **body)


def apart(one: Look, other: Look) -> dict[str, float]:
    """Distance of the parts' colours (8-bit CIELAB), but for what is held, which glows."""
    body = ("skin", "hair") if one.kind == "human" else ("skin", "belly")
    pairs = {part: (getattr(one, part), getattr(other, part)) for part in body}
    pairs |= {p.slot: (p.colour, other.piece(p.slot).colour) for p in one.pieces if p.slot != "held"}
    return {part: distance(*pair) for part, pair in pairs.items()}
