"""Places by the water: harbour, quay, cliff."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from charkit.simulator.brush import curve, oval, points, smooth, tube
from charkit.simulator.colours import Rgb, darker, lighter
from charkit.simulator.houses import paint_house_row
from charkit.simulator.landmarks import GRASS, STONE, WOOD, paint_boat, paint_headland, paint_lighthouse
from charkit.simulator.plants import paint_tufts
from charkit.simulator.scenery import Scenery, paint_sky, paint_water

if TYPE_CHECKING:
    from charkit.simulator.brush import Canvas


def paint_harbour(scenery: Scenery) -> None:
    """A fishing town around a bay, a headland with its lighthouse behind."""
    paint_sky(scenery, horizon=0.6, clouds=5)
    far = scenery.canvas(0.35)
    paint_water(far, scenery, 0.6, 1.3)
    scenery.sea = (0.6, 0.86)
    paint_headland(far, scenery, scenery.x(0.17), 0.43, side=1, far=0.42)
    paint_lighthouse(far, scenery, complex(scenery.x(0.3), 0.425), 0.3, far=0.3, depth=0.35)
    scenery.add(far, 0.35)
    town = scenery.canvas(0.7)
    hill = scenery.light.paint((92, 118, 92), 0.25)
    town.fill(
        smooth(
            points(
                (scenery.left - 0.2, 0.36),
                (scenery.x(-0.3), 0.42),
                (scenery.x(-0.08), 0.58),
                (scenery.x(0.02), 0.7),
                (scenery.left - 0.2, 0.74),
            ),
            6,
        ),
        hill,
    )
    for row, (y, end, size) in enumerate(((0.5, -0.2, 0.12), (0.6, -0.12, 0.145), (0.705, -0.03, 0.175))):
        paint_house_row(town, scenery, scenery.left, scenery.x(end), y, size, far=0.28 - 0.12 * row)
    stone = scenery.light.paint(STONE)
    town.fill(
        points((scenery.left - 0.2, 0.7), (scenery.x(0.0), 0.7), (scenery.x(0.02), 0.79), (scenery.left - 0.2, 0.79)),
        stone,
    )
    scenery.add(town, 0.7)
    boats = scenery.canvas(0.7)
    for x, y, size, hull in (
        (0.1, 0.74, 0.13, (176, 62, 54)),
        (0.23, 0.8, 0.17, (58, 110, 132)),
        (0.4, 0.7, 0.1, (214, 160, 70)),
    ):
        paint_boat(boats, scenery, complex(scenery.x(x), y), size, hull, lantern=scenery.light.lamps > 0.5)
    scenery.add(boats, 0.7, texture=0.0, sway=0.005)
    front = scenery.canvas(1.0)
    _quay(front, scenery, 0.87)
    scenery.add(front, 1.0)
    scenery.ground = 0.94


def _quay(canvas: Canvas, scenery: Scenery, top: float) -> None:
    """Paving with kerb, bollards and a coil of rope."""
    stone = scenery.light.paint(STONE)
    canvas.fade(scenery.band(top, 1.5), [(top, lighter(stone, 0.12)), (1.0, darker(stone, 0.35))])
    canvas.fill(scenery.band(top, top + 0.014), lighter(stone, 0.35))
    for row in range(5):
        y = top + 0.02 + 0.022 * row * (1 + row * 0.25)
        canvas.stroke(
            curve(points((scenery.left, y), (0, y + 0.002), (scenery.right, y)), 4),
            darker(stone, 0.4),
            0.0025,
            alpha=0.5,
        )
        for k in range(18):
            x = scenery.left + (scenery.right - scenery.left) * (k + 0.5 * (row % 2)) / 18
            canvas.stroke(
                points((x, y), (x * 1.02, y + 0.024 * (1 + row * 0.25))), darker(stone, 0.4), 0.002, alpha=0.45
            )
    iron = scenery.light.paint((62, 62, 74))
    for x in (-0.38, 0.34):
        at = complex(scenery.x(x), top + 0.03)
        canvas.fill(oval(at + 0.012j, 0.05, 0.012, 18), (24, 22, 40), 0.4)
        canvas.shape(
            smooth(
                at
                + points((-0.02, 0.01), (-0.016, -0.05), (-0.03, -0.075), (0.03, -0.075), (0.016, -0.05), (0.02, 0.01)),
                4,
            ),
            iron,
            darker(iron, 0.5),
            0.0025,
        )


def paint_quay(scenery: Scenery) -> None:
    """Stone stairs at the harbour with crates, barrels and moored boats."""
    paint_sky(scenery, horizon=0.52)
    far = scenery.canvas(0.35)
    paint_water(far, scenery, 0.52, 1.3)
    scenery.sea = (0.52, 0.82)
    paint_headland(far, scenery, scenery.x(0.22), 0.4, side=1, far=0.45)
    paint_lighthouse(far, scenery, complex(scenery.x(0.33), 0.395), 0.24, far=0.3, depth=0.35)
    for x, y, size, hull in ((-0.02, 0.6, 0.12, (176, 62, 54)), (0.2, 0.66, 0.16, (58, 110, 132))):
        paint_boat(far, scenery, complex(scenery.x(x), y), size, hull, lantern=scenery.light.lamps > 0.5)
    scenery.add(far, 0.35)
    near = scenery.canvas(1.0)
    _quay(near, scenery, 0.84)
    _stairs(near, scenery)
    _goods(near, scenery)
    scenery.add(near, 1.0)
    scenery.ground = 0.93


def _stairs(canvas: Canvas, scenery: Scenery) -> None:
    """Broad steps that come down from the left, with the wall behind."""
    stone = scenery.light.paint(STONE)
    a = scenery.x(-0.5) - 0.3
    wall = points((a, 0.12), (scenery.x(-0.33), 0.14), (scenery.x(-0.31), 0.5), (scenery.x(-0.12), 0.84), (a, 0.84))
    canvas.shape(wall, darker(stone, 0.22), darker(stone, 0.6), 0.003)
    for k in range(26):
        x, y = scenery.luck.uniform(a, scenery.x(-0.33)), scenery.luck.uniform(0.16, 0.6)
        canvas.fill(
            smooth(complex(x, y) + points((-0.04, -0.018), (0.04, -0.018), (0.042, 0.018), (-0.042, 0.018)), 3),
            lighter(stone, 0.2) if k % 2 else darker(stone, 0.3),
            0.4,
        )
    for step in range(8):
        y = 0.46 + 0.05 * step
        x = scenery.x(-0.34) + 0.055 * step * min(1.0, scenery.aspect)
        tread = points((a, y), (x, y), (x + 0.02, y + 0.016), (a, y + 0.016))
        canvas.fill(
            points((a, y + 0.01), (x + 0.012, y + 0.01), (x + 0.03, y + 0.07), (a, y + 0.07)),
            darker(stone, 0.12 + 0.02 * step),
        )
        canvas.shape(tread, lighter(stone, 0.22), darker(stone, 0.55), 0.002)


def _goods(canvas: Canvas, scenery: Scenery) -> None:
    """Barrels, crates and a net at the right."""
    wood = scenery.light.paint(WOOD)
    base = 0.885
    for x, size in ((0.4, 0.13), (0.47, 0.15)):
        at = complex(scenery.x(x), base)
        barrel = smooth(
            at + size * points((-0.34, 0), (-0.44, -0.5), (-0.34, -1.0), (0.34, -1.0), (0.44, -0.5), (0.34, 0)), 5
        )
        canvas.fill(oval(at + 0.008j, size * 0.5, size * 0.1, 20), (24, 22, 40), 0.4)
        canvas.shape(barrel, wood, darker(wood, 0.6), 0.003)
        canvas.shade(barrel, complex(-size * 0.2, 0), wood, darker(wood, 0.5), 0.6)
        for share in (0.18, 0.5, 0.82):
            canvas.stroke(
                curve(at + size * points((-0.4, -share), (0, -share + 0.06), (0.4, -share)), 4),
                scenery.light.paint((70, 66, 76)),
                size * 0.07,
            )
        canvas.fill(oval(at - 1j * size, size * 0.34, size * 0.09, 22), lighter(wood, 0.2))
    at, size = complex(scenery.x(0.29), base + 0.02), 0.11
    crate = at + size * points((-0.55, 0), (-0.55, -0.85), (0.55, -0.85), (0.55, 0))
    light_wood = lighter(wood, 0.2)
    canvas.fill(oval(at + 0.006j, size * 0.66, size * 0.1, 20), (24, 22, 40), 0.4)
    canvas.shape(crate, light_wood, darker(wood, 0.6), 0.003)
    for y in (-0.1, -0.45, -0.78):
        canvas.stroke(at + size * points((-0.54, y), (0.54, y)), darker(light_wood, 0.3), size * 0.04)
    canvas.stroke(at + size * points((-0.5, -0.05), (0.5, -0.8)), lighter(light_wood, 0.2), size * 0.1)


def paint_cliff(scenery: Scenery) -> None:
    """A grassy path along the cliff above the sea."""
    paint_sky(scenery, horizon=0.56, clouds=5)
    far = scenery.canvas(0.3)
    paint_water(far, scenery, 0.56, 1.3, rough=0.6)
    scenery.sea = (0.56, 0.72)
    paint_headland(far, scenery, scenery.x(0.2), 0.36, side=1, far=0.5)
    paint_lighthouse(far, scenery, complex(scenery.x(0.33), 0.352), 0.25, far=0.36, depth=0.3)
    scenery.add(far, 0.3)
    near = scenery.canvas(1.0)
    grass = scenery.light.paint(GRASS)
    shares = ((-0.7, 0.68), (-0.2, 0.745), (0.1, 0.765), (0.32, 0.74), (0.7, 0.7))
    brow = curve(points(*((scenery.x(x), y) for x, y in shares)), 8)
    edge = np.concatenate((brow, points((scenery.x(0.7), 1.5), (scenery.x(-0.7), 1.5))))
    near.shape(edge, grass, darker(grass, 0.5), 0.003)
    near.fade(edge, [(0.7, lighter(grass, 0.16)), (1.0, darker(grass, 0.4))])
    way = points((scenery.left, 0.885), (scenery.x(-0.15), 0.895), (scenery.x(0.15), 0.885), (scenery.right, 0.86))
    near.fill(tube(curve(way, 6), 0.1, 0.085, 0.09), scenery.light.paint((196, 172, 128)))
    paint_tufts(near, scenery, 0.75, 0.99, 150, grass)
    _posts(near, scenery)
    scenery.add(near, 1.0)
    _fore_grass(scenery, grass)
    scenery.ground = 0.9


def _posts(canvas: Canvas, scenery: Scenery) -> None:
    """A fence along the edge of the cliff."""
    wood = scenery.light.paint(WOOD, 0.1)
    xs = np.linspace(scenery.left, scenery.right, 11)
    tops = [complex(x, 0.69 + 0.035 * np.cos(x * 1.4) + 0.004 * (i % 3)) for i, x in enumerate(xs)]
    canvas.stroke(curve(np.array(tops) + 0.012j, 5), darker(wood, 0.2), 0.005)
    for top in tops:
        canvas.shape(tube(np.array([top - 0.008j, top + 0.075j]), 0.013, 0.016), wood, darker(wood, 0.5), 0.002)


def _fore_grass(scenery: Scenery, grass: Rgb) -> None:
    front = scenery.canvas(1.3)
    dark = darker(grass, 0.55)
    for _ in range(70):
        x = scenery.luck.uniform(scenery.left * 1.1, scenery.right * 1.1)
        tall = 0.03 + 0.09 * min(1.0, abs(x) / scenery.right) * scenery.luck.random()
        lean = scenery.luck.uniform(-0.02, 0.04)
        front.fill(points((x - 0.008, 1.12), (x + lean, 1.02 - tall), (x + 0.008, 1.12)), dark)
    scenery.add(front, 1.3, texture=0)
