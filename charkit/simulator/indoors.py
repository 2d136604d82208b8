"""Rooms: the lamp room of a lighthouse, and a room to live in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from charkit.simulator.brush import curve, oval, points, smooth, tube
from charkit.simulator.colours import Rgb, darker, lighter, mix, times
from charkit.simulator.scenery import Scenery, paint_sky, paint_water

if TYPE_CHECKING:
    from charkit.simulator.brush import Canvas

_BRASS: Rgb = (196, 150, 76)


def paint_lamp_room(scenery: Scenery) -> None:
    """Windows all round over the night sea, a great lens on its brass stand, an iron rail."""
    scenery.indoors = True
    light = scenery.light
    paint_sky(scenery, horizon=0.6, clouds=4)
    water = scenery.canvas(0.12)
    paint_water(water, scenery, 0.6, 1.2)
    scenery.sea = None
    scenery.add(water, 0.12)
    room = scenery.canvas(0.55)
    iron = light.paint((74, 74, 92))
    wall = light.paint((132, 116, 104))
    room.fade(scenery.band(0.7, 1.5), [(0.7, lighter(wall, 0.1)), (1.0, darker(wall, 0.4))])
    room.fill(scenery.band(0.685, 0.715), lighter(iron, 0.14))
    room.fill(scenery.band(-0.5, 0.05), darker(iron, 0.3))
    count = max(3, round(scenery.aspect * 4))
    for k in range(count + 4):
        x = scenery.left + (scenery.right - scenery.left) * k / (count + 3)
        room.stroke(points((x, -0.1), (x, 0.7)), iron, 0.02)
        room.stroke(points((x - 0.005, -0.1), (x - 0.005, 0.7)), lighter(iron, 0.3), 0.004)
        room.fill(points((x + 0.05, 0.06), (x + 0.09, 0.06), (x + 0.04, 0.66), (x + 0.02, 0.66)), (220, 230, 240), 0.07)
    room.stroke(points((scenery.left, 0.37), (scenery.right, 0.37)), iron, 0.012)
    for k in range(24):
        x = scenery.left + (scenery.right - scenery.left) * k / 23
        room.stroke(points((x, 0.72), (x, 1.1)), darker(wall, 0.4), 0.0028, alpha=0.55)
    scenery.add(room, 0.55)
    near = scenery.canvas(0.85)
    _lens(near, scenery, complex(scenery.x(0.0), 0.8), 0.62)
    scenery.add(near, 0.85)
    floor = scenery.canvas(1.0)
    planks = light.paint((124, 88, 66))
    floor.fade(scenery.band(0.88, 1.5), [(0.88, lighter(planks, 0.12)), (1.05, darker(planks, 0.4))])
    for k in range(15):
        x = scenery.left * 1.1 + (scenery.right - scenery.left) * 1.1 * k / 14
        floor.stroke(points((x * 0.9, 0.88), (x * 1.15, 1.1)), darker(planks, 0.4), 0.003, alpha=0.6)
    scenery.add(floor, 1.0)
    scenery.ground = 0.94


def _lens(canvas: Canvas, scenery: Scenery, foot: complex, tall: float) -> None:
    """A Fresnel lens; it is the lamp that lights up."""
    light = scenery.light
    brass, dark = mix(light.paint(_BRASS), _BRASS, 0.5), light.paint((88, 66, 58))
    stand = smooth(
        foot + tall * points((-0.22, 0.14), (-0.12, 0.05), (-0.1, -0.2), (0.1, -0.2), (0.12, 0.05), (0.22, 0.14)), 5
    )
    canvas.shape(stand, dark, darker(dark, 0.6), 0.003)
    canvas.shade(stand, complex(-0.03, 0), dark, darker(dark, 0.5), 0.6)
    centre = foot - 0.58j * tall
    glass = mix(light.paint((150, 186, 190)), (255, 232, 170), 0.2 if scenery.lamp != "lit" else 0.8)
    outline = smooth(
        centre
        + tall
        * points((0, -0.46), (0.2, -0.3), (0.29, 0), (0.2, 0.3), (0, 0.4), (-0.2, 0.3), (-0.29, 0), (-0.2, -0.3)),
        6,
    )
    canvas.shape(outline, glass, darker(brass, 0.5), 0.005)
    for r in (0.26, 0.2, 0.14, 0.085):
        ring = oval(centre, tall * r * 0.96, tall * r, 36)
        canvas.stroke(np.append(ring, ring[0]), lighter(glass, 0.4), 0.006, alpha=0.8)
        canvas.stroke(np.append(ring, ring[0]) + 0.004 + 0.004j, darker(glass, 0.4), 0.003, alpha=0.6)
    for y in (-0.38, -0.33, 0.31, 0.36):
        half = 0.16 - 0.3 * (abs(y) - 0.31)
        canvas.stroke(
            curve(centre + tall * points((-half, y), (0, y + 0.02), (half, y)), 4), lighter(glass, 0.3), 0.008
        )
    for y in (-0.2, 0.46):
        band = centre + 1j * tall * (y if y > 0 else -0.47)
        canvas.shape(
            tube(band + tall * points((-0.14, 0), (0, 0.01), (0.14, 0)), 0.03), brass, darker(brass, 0.6), 0.002
        )
    for side in (-1, 1):
        canvas.stroke(
            curve(centre + tall * points((side * 0.13, -0.45), (side * 0.31, 0), (side * 0.14, 0.45)), 6), brass, 0.013
        )
    canvas.fill(
        oval(centre, tall * 0.05, tall * 0.06, 20), (255, 246, 214) if scenery.lamp == "lit" else lighter(glass, 0.3)
    )
    if scenery.lamp in ("lit", "lights up"):
        scenery.shine(
            centre, 0.85, 1.1, (255, 172, 74), flicker=0.04, role="main" if scenery.lamp == "lights up" else "lamp"
        )


def paint_room(scenery: Scenery) -> None:
    """A room with a window, shelves, a lamp and a rug."""
    scenery.indoors = True
    paint_sky(scenery, horizon=0.5, clouds=3)
    light = scenery.light
    warm = mix(light.ambient, (1.0, 0.9, 0.76), 0.55)

    def tint(colour: Rgb) -> Rgb:
        return times(colour, warm)

    wall = tint((206, 176, 142))
    room = scenery.canvas(0.7)
    hole = complex(scenery.x(-0.2), 0.36)
    w, h = 0.2, 0.2
    panes = points(
        (scenery.left - 1, -0.6), (scenery.right + 1, -0.6), (scenery.right + 1, 1.6), (scenery.left - 1, 1.6)
    )
    room.fade(panes, [(0.0, darker(wall, 0.16)), (0.5, wall), (0.85, darker(wall, 0.12))])
    clear = room.place(hole + points((-w, -h), (w, -h), (w, h), (-w, h)))
    x0, y0 = (clear.min(axis=(0, 1)) / 16).astype(int)
    x1, y1 = (clear.max(axis=(0, 1)) / 16).astype(int)
    room.pixels[max(0, y0) : y1, max(0, x0) : x1] = 0
    _window_frame(room, hole, w, h, tint((150, 108, 78)))
    _shelves(room, scenery, complex(scenery.x(0.27), 0.2), warm)
    room.fill(scenery.band(0.8, 0.83), tint((150, 110, 82)))
    scenery.add(room, 0.7)
    floor = scenery.canvas(1.0)
    planks = tint((156, 112, 80))
    floor.fade(scenery.band(0.83, 1.5), [(0.83, lighter(planks, 0.1)), (1.05, darker(planks, 0.4))])
    floor.shape(oval(complex(0, 0.95), 0.52, 0.075, 50), tint((168, 78, 70)), tint((90, 44, 48)), 0.003)
    floor.fill(oval(complex(0, 0.95), 0.42, 0.055, 50), tint((206, 150, 96)), 0.8)
    scenery.add(floor, 1.0)
    scenery.shine(complex(scenery.x(0.13), 0.3), 0.7, 0.55, (255, 190, 110), flicker=0.05)
    scenery.ground = 0.95


def _window_frame(canvas: Canvas, at: complex, w: float, h: float, wood: Rgb) -> None:
    for a, b in (((-w, -h), (w, -h)), ((-w, h), (w, h)), ((-w, -h), (-w, h)), ((w, -h), (w, h))):
        canvas.stroke(at + points(a, b), wood, 0.026)
    canvas.stroke(at + points((0, -h), (0, h)), wood, 0.014)
    canvas.stroke(at + points((-w, 0), (w, 0)), wood, 0.014)
    canvas.shape(
        at + points((-w * 1.15, h), (w * 1.15, h), (w * 1.2, h + 0.035), (-w * 1.2, h + 0.035)),
        lighter(wood, 0.15),
        darker(wood, 0.5),
        0.002,
    )
    cloth: Rgb = mix(wood, (196, 92, 78), 0.7)
    for side in (-1, 1):
        drape = smooth(
            at
            + points(
                (side * w * 1.25, -h * 1.2),
                (side * w * 0.62, -h * 1.2),
                (side * w * 0.78, 0.0),
                (side * w * 1.0, h * 1.05),
                (side * w * 1.35, h * 1.1),
            ),
            5,
        )
        canvas.shape(drape, cloth, darker(cloth, 0.5), 0.003)
        canvas.shade(drape, complex(0.03 * side, 0), cloth, darker(cloth, 0.4), 0.5)


def _shelves(canvas: Canvas, scenery: Scenery, at: complex, warm: Rgb) -> None:
    """Books and jars on boards."""
    wood = times((132, 94, 68), warm)
    for row in range(3):
        y = at.imag + 0.17 * row
        x = at.real - 0.2
        while x < at.real + 0.19:
            wide, tall = scenery.luck.uniform(0.014, 0.028), scenery.luck.uniform(0.07, 0.12)
            colour = times(
                ((168, 78, 70), (84, 118, 122), (206, 160, 90), (104, 92, 122), (120, 136, 92))[
                    int(scenery.luck.integers(5))
                ],
                warm,
            )
            if scenery.luck.random() < 0.82:
                canvas.shape(
                    points((x, y), (x, y - tall), (x + wide, y - tall), (x + wide, y)),
                    colour,
                    darker(colour, 0.55),
                    0.0018,
                )
            x += wide + 0.004
        canvas.shape(
            points((at.real - 0.22, y), (at.real + 0.22, y), (at.real + 0.22, y + 0.018), (at.real - 0.22, y + 0.018)),
            wood,
            darker(wood, 0.5),
            0.002,
        )
