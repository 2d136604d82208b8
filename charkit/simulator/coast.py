"""Places by the water: harbour, quay, cliff, lighthouse, beach, open sea."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from charkit.simulator.brush import curve, oval, points, smooth, tube
from charkit.simulator.colours import Rgb, darker, lighter, mix
from charkit.simulator.houses import paint_house_row
from charkit.simulator.scenery import Scenery, paint_sky, paint_water

if TYPE_CHECKING:
    from charkit.simulator.brush import Canvas

_ROCK: Rgb = (96, 96, 110)
_GRASS: Rgb = (104, 140, 82)
_STONE: Rgb = (146, 138, 132)
_WOOD: Rgb = (122, 86, 62)


def paint_lighthouse(canvas: Canvas, scenery: Scenery, foot: complex, tall: float, *, far: float, depth: float) -> None:
    """A white tower with red bands, gallery and lantern; lit or dark as the script says."""
    light = scenery.light
    white, red = light.paint((238, 230, 216), far), light.paint((184, 64, 56), far)
    w, top = tall * 0.15, foot - 1j * tall * 0.76
    body = points((-w, 0), (w, 0), (w * 0.66, -tall * 0.76), (-w * 0.66, -tall * 0.76)) + foot
    canvas.shape(body, white, darker(white, 0.6), 0.0028)
    for low, high in ((0.13, 0.28), (0.43, 0.58)):
        a, b = (w * (1 - 0.34 * share / 0.76) for share in (low, high))
        canvas.fill(foot + points((-a, -tall * low), (a, -tall * low), (b, -tall * high), (-b, -tall * high)), red)
    canvas.fill(
        foot + points((w * 0.25, 0), (w, 0), (w * 0.66, -tall * 0.76), (w * 0.1, -tall * 0.76)),
        darker(white, 0.55),
        0.32,
    )
    for share in (0.2, 0.36, 0.66):
        canvas.fill(oval(foot - complex(w * 0.2, tall * share), w * 0.12, w * 0.2, 14), darker(white, 0.75))
    dark = light.paint((70, 60, 70), far)
    canvas.fill(
        top + points((-w * 1.05, 0.0), (w * 1.05, 0.0), (w * 0.9, tall * 0.035), (-w * 0.9, tall * 0.035)), dark
    )
    glass = top + points((-w * 0.6, 0), (w * 0.6, 0), (w * 0.56, -tall * 0.13), (-w * 0.56, -tall * 0.13))
    lit = scenery.lamp == "lit"
    canvas.fill(glass, (255, 236, 170) if lit else light.paint((74, 88, 104), far))
    for dx in (-0.6, -0.2, 0.2, 0.6):
        canvas.stroke(top + points((w * dx, 0), (w * dx * 0.93, -tall * 0.13)), dark, 0.0035)
    roof = (
        top
        - 1j * tall * 0.13
        + points((-w * 0.78, 0), (w * 0.78, 0), (w * 0.1, -tall * 0.1), (0, -tall * 0.14), (-w * 0.1, -tall * 0.1))
    )
    canvas.shape(roof, red, darker(red, 0.6), 0.0028)
    if scenery.lamp in ("lit", "lights up"):
        scenery.shine(top - 0.065j * tall, depth, tall * 0.8, (255, 214, 130), role="beam" if lit else "main")


def paint_headland(canvas: Canvas, scenery: Scenery, x: float, top: float, *, side: int, far: float) -> None:
    """A cliff that runs out of the frame on one side, with grass on top and rock below."""
    light = scenery.light
    end = x + side * scenery.aspect
    rock = light.paint(_ROCK, far)
    jag = [
        (x - side * 0.02, 0.72),
        (x + side * 0.02, 0.62),
        (x - side * 0.015, 0.55),
        (x + side * 0.03, top + 0.04),
        (x + side * 0.06, top),
    ]
    outline = points(*jag, (x + side * 0.3, top - 0.015), (end, top - 0.03), (end, 0.72))
    canvas.shape(outline, rock, darker(rock, 0.5), 0.003)
    for k in range(9):
        a = x + side * (0.05 + 0.07 * k + 0.03 * scenery.luck.random())
        crack = curve(
            points((a, top + 0.04), (a + 0.012, top + 0.1 + 0.1 * scenery.luck.random()), (a - 0.004, 0.7)), 4
        )
        canvas.stroke(crack, darker(rock, 0.45), 0.003, 0.012, 0.002, alpha=0.6)
        canvas.stroke(crack + side * 0.016, lighter(rock, 0.3), 0.002, 0.008, 0.002, alpha=0.35)
    grass = light.paint(_GRASS, far)
    turf = points(
        (x + side * 0.035, top + 0.03),
        (x + side * 0.06, top - 0.006),
        (x + side * 0.3, top - 0.022),
        (end, top - 0.036),
        (end, top + 0.02),
        (x + side * 0.3, top + 0.026),
        (x + side * 0.14, top + 0.044),
    )
    canvas.fill(turf, grass)


def paint_boat(canvas: Canvas, scenery: Scenery, at: complex, size: float, hull: Rgb, *, lantern: bool = False) -> None:
    """A fishing boat with a mast."""
    light = scenery.light
    paint = light.paint(hull)
    body = smooth(
        at + size * points((-0.5, -0.12), (0.0, -0.06), (0.55, -0.18), (0.42, 0.1), (0.0, 0.14), (-0.4, 0.1)), 5
    )
    mast = at + size * points((-0.05, -0.1), (-0.05, -0.95))
    canvas.stroke(mast, light.paint(_WOOD), size * 0.035, size * 0.022)
    sail = at + size * points((-0.02, -0.9), (0.36, -0.3), (-0.02, -0.24))
    canvas.fill(sail, light.paint((226, 212, 186)))
    cabin = at + size * points((-0.34, -0.1), (-0.34, -0.3), (-0.12, -0.3), (-0.12, -0.08))
    canvas.fill(cabin, light.paint((224, 214, 196)))
    canvas.shape(body, paint, darker(paint, 0.6), 0.0025)
    canvas.stroke(
        curve(at + size * points((-0.48, -0.06), (0, 0.0), (0.52, -0.12)), 4), lighter(paint, 0.5), size * 0.035
    )
    canvas.fill(oval(at + complex(0.02, 0.14) * size, size * 0.5, size * 0.035, 20), (20, 30, 52), 0.35)
    if lantern:
        canvas.fill(oval(at + size * (-0.05 - 0.62j), size * 0.05, size * 0.06, 14), (255, 226, 150))
        scenery.shine(at + size * (-0.05 - 0.62j), 0.5, size * 0.9, (255, 190, 100), flicker=0.2)


def paint_harbour(scenery: Scenery) -> None:
    """A fishing town around a bay, a headland with its lighthouse behind."""
    sky = paint_sky(scenery, horizon=0.6, clouds=5)
    scenery.add(sky, 0.08)
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
        paint_house_row(town, scenery, scenery.left, scenery.x(end), y, size, far=0.28 - 0.12 * row, depth=0.7)
    stone = scenery.light.paint(_STONE)
    town.fill(
        points((scenery.left - 0.2, 0.7), (scenery.x(0.0), 0.7), (scenery.x(0.02), 0.79), (scenery.left - 0.2, 0.79)),
        stone,
    )
    for x, y, size, hull in (
        (0.1, 0.74, 0.13, (176, 62, 54)),
        (0.23, 0.8, 0.17, (58, 110, 132)),
        (0.4, 0.7, 0.1, (214, 160, 70)),
    ):
        paint_boat(town, scenery, complex(scenery.x(x), y), size, hull, lantern=scenery.light.lamps > 0.5)
    scenery.add(town, 0.7)
    front = scenery.canvas(1.0)
    _quay(front, scenery, 0.87)
    scenery.add(front, 1.0)
    scenery.ground = 0.94


def _quay(canvas: Canvas, scenery: Scenery, top: float) -> None:
    """Paving with kerb, bollards and a coil of rope."""
    stone = scenery.light.paint(_STONE)
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
    scenery.add(paint_sky(scenery, horizon=0.52), 0.08)
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
    stone = scenery.light.paint(_STONE)
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
    wood = scenery.light.paint(_WOOD)
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
    scenery.add(paint_sky(scenery, horizon=0.56, clouds=5), 0.08)
    far = scenery.canvas(0.3)
    paint_water(far, scenery, 0.56, 1.3, rough=0.6)
    scenery.sea = (0.56, 0.72)
    paint_headland(far, scenery, scenery.x(0.2), 0.36, side=1, far=0.5)
    paint_lighthouse(far, scenery, complex(scenery.x(0.33), 0.352), 0.25, far=0.36, depth=0.3)
    scenery.add(far, 0.3)
    near = scenery.canvas(1.0)
    grass = scenery.light.paint(_GRASS)
    edge = np.concatenate(
        (
            curve(
                points(
                    (scenery.left - 0.2, 0.68),
                    (scenery.x(-0.2), 0.745),
                    (scenery.x(0.1), 0.765),
                    (scenery.x(0.32), 0.74),
                    (scenery.right + 0.2, 0.7),
                ),
                8,
            ),
            points((scenery.right + 0.2, 1.5), (scenery.left - 0.2, 1.5)),
        )
    )
    near.shape(edge, grass, darker(grass, 0.5), 0.003)
    near.fade(edge, [(0.7, lighter(grass, 0.16)), (1.0, darker(grass, 0.4))])
    path = scenery.light.paint((196, 172, 128))
    near.fill(
        tube(
            curve(
                points(
                    (scenery.left, 0.885), (scenery.x(-0.15), 0.895), (scenery.x(0.15), 0.885), (scenery.right, 0.86)
                ),
                6,
            ),
            0.1,
            0.085,
            0.09,
        ),
        path,
    )
    paint_tufts(near, scenery, 0.75, 0.99, 150, grass)
    _posts(near, scenery)
    scenery.add(near, 1.0)
    _fore_grass(scenery, grass)
    scenery.ground = 0.9


def paint_tufts(canvas: Canvas, scenery: Scenery, top: float, bottom: float, count: int, grass: Rgb) -> None:
    """Blades of grass and small flowers, larger towards the viewer."""
    for _ in range(count):
        share = scenery.luck.random()
        at = complex(scenery.luck.uniform(scenery.left, scenery.right), top + (bottom - top) * share)
        size = 0.012 + 0.026 * share
        colour = mix(darker(grass, 0.3), lighter(grass, 0.3), scenery.luck.random())
        lean = scenery.luck.uniform(-0.4, 0.7)
        canvas.fill(
            at + size * points((-0.16, 0), (lean - 0.2, -1), (0.0, -0.3), (lean + 0.4, -0.85), (0.2, 0)), colour, 0.9
        )
        if scenery.luck.random() < 0.12:
            bloom = scenery.light.paint(
                ((240, 214, 120), (232, 226, 236), (214, 130, 150))[int(scenery.luck.integers(3))]
            )
            canvas.fill(oval(at - 1j * size, size * 0.2, size * 0.2, 10), bloom)


def _posts(canvas: Canvas, scenery: Scenery) -> None:
    """A fence along the edge of the cliff."""
    wood = scenery.light.paint(_WOOD, 0.1)
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


def paint_lighthouse_rock(scenery: Scenery) -> None:
    """The lighthouse large on its rock."""
    scenery.add(paint_sky(scenery, horizon=0.7, clouds=5), 0.08)
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
    paint_house_row(near, scenery, cottage_at, cottage_at + 0.2, 0.64, 0.12, far=0.05, depth=0.8)
    scenery.add(near, 0.8)
    front = scenery.canvas(1.0)
    grass = scenery.light.paint(_GRASS)
    front.fill(scenery.ridge(0.9, 0.015), darker(grass, 0.2))
    paint_tufts(front, scenery, 0.91, 1.0, 60, grass)
    scenery.add(front, 1.0)
    scenery.ground = 0.95


def paint_sea(scenery: Scenery) -> None:
    """Open sea; with lit lamps a lighthouse far off and boats."""
    scenery.add(paint_sky(scenery, horizon=0.58, clouds=6), 0.08)
    sea = scenery.canvas(0.3)
    paint_water(sea, scenery, 0.58, 1.3, rough=0.9)
    scenery.sea = (0.58, 0.8)
    if scenery.lamp:
        paint_headland(sea, scenery, scenery.x(0.2), 0.46, side=1, far=0.35)
        paint_lighthouse(sea, scenery, complex(scenery.x(0.3), 0.455), 0.33, far=0.2, depth=0.3)
    if "boats" in scenery.weather:
        for x, y, size in ((-0.3, 0.64, 0.08), (-0.12, 0.69, 0.11), (-0.36, 0.77, 0.17), (0.06, 0.62, 0.06)):
            paint_boat(sea, scenery, complex(scenery.x(x), y), size, (150, 66, 56), lantern=True)
    scenery.add(sea, 0.3)
    for depth, y, tall in ((0.7, 0.8, 0.02), (1.05, 0.92, 0.03)):
        _swell(scenery, depth, y, tall)
    scenery.ground = 0.97


def _swell(scenery: Scenery, depth: float, y: float, tall: float) -> None:
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
    scenery.add(canvas, depth)


def paint_beach(scenery: Scenery) -> None:
    """Sand, surf and the sea."""
    scenery.add(paint_sky(scenery, horizon=0.5), 0.08)
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
