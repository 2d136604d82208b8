"""From a script's place to painted layers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from charkit.simulator import coast, houses, indoors, sea, wild
from charkit.simulator.colours import named
from charkit.simulator.lights import LIGHTS, light_named
from charkit.simulator.looks import chance
from charkit.simulator.scenery import Scenery

if TYPE_CHECKING:
    from collections.abc import Callable

    from charkit.simulator.words import Script

PAINTERS: dict[str, Callable[[Scenery], None]] = {
    "harbour": coast.paint_harbour, "quay": coast.paint_quay, "cliff": coast.paint_cliff, "sea": sea.paint_sea,
    "lighthouse": sea.paint_lighthouse_rock, "beach": sea.paint_beach, "lamp room": indoors.paint_lamp_room,
    "room": indoors.paint_room, "forest": wild.paint_forest, "meadow": wild.paint_meadow,
    "mountain": wild.paint_mountain, "desert": wild.paint_desert, "town": houses.paint_town,
    "market": houses.paint_market, "city": houses.paint_city, "landscape": wild.paint_landscape,
}  # fmt: skip
"""Who paints which place."""

PLAIN = (233.0, 228.0, 218.0)
"""Ground of a character view: warm paper."""


def paint_place(script: Script, width: int, height: int) -> Scenery:
    """Paint the place of a script for a frame size; the same words always give the same place."""
    light = light_named(script.light, script.weather, script.lamp)
    words = script.words if script.place == "landscape" else script.place
    scenery = Scenery(width, height, light, chance("place", words), script.weather, script.lamp)
    PAINTERS[script.place](scenery)
    if script.place == "quay" and re.search(r"barrel|crate", script.words):
        scenery.focus = complex(scenery.x(0.3), 0.68)
    return scenery


def plain_ground(script: Script, width: int, height: int) -> Scenery:
    """Plain paper for views of a character, in the colour that the words ask for."""
    colour = named(re.findall(r"[a-z]+", script.ground.lower())) or PLAIN
    scenery = Scenery(width, height, LIGHTS["day"], chance("plain"), frozenset(), "")
    canvas = scenery.canvas(0.1)
    canvas.fill(scenery.band(-1, 2), colour)
    scenery.add(canvas, 0.1, texture=0)
    scenery.indoors = True
    return scenery
