"""Places at the open sea: the lighthouse on its rock, the sea itself, a beach."""

from __future__ import annotations

import numpy as np

from charkit.simulator.brush import curve, points
from charkit.simulator.colours import darker, lighter, mix
from charkit.simulator.houses import paint_house_row
from charkit.simulator.landmarks import GRASS, paint_boat, paint_headland, paint_lighthouse
from charkit.simulator.plants import paint_tufts
from charkit.simulator.scenery import Scenery, paint_sky, paint_water


def paint_lighthouse_rock(scenery: Scenery) -> None:
    """The lighthouse large on its rock."""
    paint_sky(scenery, horizon=0.7, clouds=5)
    sea = scenery.canvas(0.3)
    paint_water(sea, scenery, 0.7, 1.3, rough=0.6)
    scenery.sea = (0.7, 0.87)
    if "boats" in scenery.weather:
        for x, y, size in ((-0.36, 0.76, 0.085), (-0.2, 0.82, 0.12), (-0.42, 0.88, 0.15)):
            paint_boat(sea, scenery, complex(scenery.x(x), y), size, (176, 62, 54), lantern=True)
    scenery.add(sea, 0.3)
    near = scenery.canvas(0.8)
    paint_headland(near, scenery, scenery.x(0.04), 0.64, side=1, far=0.1)
    paint_lighthouse(near, scenery, complex(scenery.x(0.24), 0.645), 0.58, far=0.04, depth=0.8)
    cottage_at = scenery.x(0.36)
    paint_house_row(near, scenery, cottage_at, cottage_at + 0.2, 0.64, 0.12, far=0.05)
    scenery.add(near, 0.8)
    front = scenery.canvas(1.0)
    grass = scenery.light.paint(GRASS)
    front.fill(scenery.ridge(0.9, 0.015), darker(grass, 0.2))
    paint_tufts(front, scenery, 0.91, 1.0, 60, grass)
    scenery.add(front, 1.0)
    scenery.ground = 0.95


def paint_sea(scenery: Scenery) -> None:
    """Open sea; with lit lamps a lighthouse far off and boats."""
    paint_sky(scenery, horizon=0.58, clouds=6)
    sea = scenery.canvas(0.3)
    paint_water(sea, scenery, 0.58, 1.3, rough=0.9)
    scenery.sea = (0.58, 0.8)
    if scenery.lamp:
        paint_headland(sea, scenery, scenery.x(0.2), 0.46, side=1, far=0.35)
        paint_lighthouse(sea, scenery, complex(scenery.x(0.3), 0.455), 0.33, far=0.2, depth=0.3)
    scenery.add(sea, 0.3)
    if "boats" in scenery.weather:
        fleet = scenery.canvas(0.4)
        for x, y, size in ((-0.3, 0.64, 0.08), (-0.12, 0.69, 0.11), (-0.36, 0.77, 0.17), (0.06, 0.62, 0.06)):
            paint_boat(fleet, scenery, complex(scenery.x(x), y), size, (150, 66, 56), lantern=True)
        scenery.add(fleet, 0.4, texture=0.0, sway=0.006)
    wild = 1.9 if scenery.light.name == "storm" else 1.0
    for depth, y, tall in ((0.5, 0.7, 0.013), (0.75, 0.8, 0.022), (1.05, 0.92, 0.032)):
        if depth > 0.5 or wild > 1:
            _swell(scenery, depth, y, tall * wild, wild)
    scenery.ground = 0.97


def _swell(scenery: Scenery, depth: float, y: float, tall: float, wild: float) -> None:
    """A row of waves with foam on the crests."""
    light = scenery.light
    canvas = scenery.canvas(depth)
    colour = mix(light.paint((36, 86, 116)), (14, 24, 48), 0.2 * depth)
    xs = np.linspace(scenery.left - 0.1, scenery.right + 0.1, 120)
    crest = y - tall * np.abs(np.sin(xs * 4.2 / depth + y * 9)) ** 0.7 + 0.01 * np.sin(xs * 2.1)
    canvas.fade(
        np.concatenate((xs + 1j * crest, points((scenery.right + 0.2, 1.5), (scenery.left - 0.2, 1.5)))),
        [(y - tall, lighter(colour, 0.2)), (y + 0.12, colour), (1.1, darker(colour, 0.35))],
    )
    foam = lighter(light.paint((206, 222, 226)), 0.05)
    canvas.stroke(xs + 1j * (crest + 0.003), foam, 0.004, alpha=0.5)
    scenery.add(canvas, depth, sway=0.012 * depth * wild)


def paint_beach(scenery: Scenery) -> None:
    """Sand, surf and the sea."""
    paint_sky(scenery, horizon=0.5)
    sea = scenery.canvas(0.3)
    paint_water(sea, scenery, 0.5, 1.2)
    scenery.sea = (0.5, 0.72)
    paint_headland(sea, scenery, scenery.x(-0.22), 0.42, side=-1, far=0.5)
    scenery.add(sea, 0.3)
    near = scenery.canvas(1.0)
    sand = scenery.light.paint((228, 202, 156))
    edge = np.concatenate(
        (
            curve(
                points(
                    (scenery.left - 0.2, 0.8),
                    (scenery.x(-0.1), 0.74),
                    (scenery.x(0.2), 0.76),
                    (scenery.right + 0.2, 0.68),
                ),
                8,
            ),
            points((scenery.right + 0.2, 1.5), (scenery.left - 0.2, 1.5)),
        )
    )
    near.fill(edge - 0.018j, scenery.light.paint((236, 240, 236)), 0.75)
    near.fade(edge, [(0.7, darker(sand, 0.12)), (0.82, sand), (1.05, darker(sand, 0.25))])
    scenery.add(near, 1.0)
    scenery.ground = 0.92
