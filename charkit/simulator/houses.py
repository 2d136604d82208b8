"""Houses, streets, towns and cities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from charkit.simulator.brush import curve, oval, points, tube
from charkit.simulator.colours import Rgb, darker, lighter, mix
from charkit.simulator.scenery import Scenery, paint_sky

if TYPE_CHECKING:
    from charkit.simulator.brush import Canvas

_WALLS: tuple[Rgb, ...] = (
    (228, 206, 176),
    (206, 152, 118),
    (190, 198, 190),
    (222, 186, 132),
    (168, 180, 194),
    (214, 170, 160),
    (236, 226, 206),
)
_ROOFS: tuple[Rgb, ...] = ((168, 84, 66), (110, 92, 104), (140, 98, 78), (92, 108, 122), (150, 70, 62))
_GLOW: Rgb = (255, 214, 132)


def paint_house_row(
    canvas: Canvas, scenery: Scenery, start: float, end: float, base: float, size: float, *, far: float
) -> None:
    """Gabled houses side by side from x `start` to `end`, standing on `base`; size is about their width."""
    x = start
    while x < end:
        wide = size * scenery.luck.uniform(0.8, 1.25)
        tall = size * scenery.luck.uniform(0.9, 1.6)
        if x + wide > end + size * 0.5:
            break
        _house(canvas, scenery, complex(x + wide / 2, base), wide * 0.97, tall, far)
        x += wide


def _house(canvas: Canvas, scenery: Scenery, foot: complex, wide: float, tall: float, far: float) -> None:
    light, luck = scenery.light, scenery.luck
    wall = light.paint(_WALLS[int(luck.integers(len(_WALLS)))], far)
    roof = light.paint(_ROOFS[int(luck.integers(len(_ROOFS)))], far)
    h, line = wide / 2, darker(wall, 0.62)
    body = foot + points((-h, 0), (-h, -tall), (h, -tall), (h, 0))
    canvas.shape(body, wall, line, 0.0024)
    canvas.fill(foot + points((h * 0.35, 0), (h * 0.35, -tall), (h, -tall), (h, 0)), darker(wall, 0.5), 0.24)
    if luck.random() < 0.6:
        c = foot + complex(h * luck.uniform(-0.6, 0.5), -tall - wide * 0.46)
        canvas.shape(
            c + wide * points((-0.07, 0.26), (-0.07, -0.1), (0.07, -0.1), (0.07, 0.26)), darker(wall, 0.3), line, 0.002
        )
    peak = -tall - wide * luck.uniform(0.38, 0.6)
    gable = foot + points((-h * 1.14, -tall + wide * 0.04), (0, peak), (h * 1.14, -tall + wide * 0.04))
    canvas.shape(gable, roof, darker(roof, 0.55), 0.0024)
    canvas.fill(
        foot + points((0, peak), (h * 1.14, -tall + wide * 0.04), (h * 0.2, -tall + wide * 0.04)),
        darker(roof, 0.5),
        0.3,
    )
    _windows(canvas, scenery, foot, wide, tall, wall)


def _windows(canvas: Canvas, scenery: Scenery, foot: complex, wide: float, tall: float, wall: Rgb) -> None:
    rows = max(1, round(tall / wide / 0.55))
    for row in range(rows):
        for column in (-0.25, 0.25):
            at = foot + complex(column * wide, -tall + wide * (0.3 + 0.5 * row))
            if at.imag > foot.imag - wide * 0.12:
                continue
            lit = scenery.luck.random() < 0.62 * scenery.light.lamps
            pane = _GLOW if lit else mix(darker(wall, 0.6), scenery.light.sky[1], 0.3)
            w, h = wide * 0.1, wide * 0.14
            canvas.fill(
                at + points((-w * 1.25, -h * 1.2), (w * 1.25, -h * 1.2), (w * 1.25, h * 1.25), (-w * 1.25, h * 1.25)),
                lighter(wall, 0.3),
            )
            canvas.fill(at + points((-w, -h), (w, -h), (w, h), (-w, h)), pane)
            canvas.stroke(at + points((0, -h), (0, h)), darker(wall, 0.4), wide * 0.018)
            canvas.stroke(at + points((-w, 0), (w, 0)), darker(wall, 0.4), wide * 0.018)
            if lit:
                canvas.glow(at, wide * 0.55, (255, 176, 84), 0.45)


def paint_town(scenery: Scenery) -> None:
    """A street between houses with lamps."""
    paint_sky(scenery, horizon=0.66)
    far = scenery.canvas(0.4)
    paint_house_row(far, scenery, scenery.left, scenery.right, 0.83, 0.22, far=0.42)
    scenery.add(far, 0.4)
    near = scenery.canvas(1.0)
    paint_house_row(near, scenery, scenery.left - 0.05, scenery.x(-0.2), 0.83, 0.36, far=0.05)
    paint_house_row(near, scenery, scenery.x(0.24), scenery.right + 0.3, 0.83, 0.36, far=0.05)
    paint_paving(near, scenery, 0.82)
    for x in (-0.16, 0.2):
        paint_street_lamp(near, scenery, complex(scenery.x(x), 0.85), 0.4)
    scenery.add(near, 1.0)
    scenery.ground = 0.92


def paint_paving(canvas: Canvas, scenery: Scenery, top: float) -> None:
    """Cobbles that grow towards the viewer."""
    stone = scenery.light.paint((150, 138, 130))
    canvas.fade(scenery.band(top, 1.5), [(top, lighter(stone, 0.1)), (1.0, darker(stone, 0.35))])
    for row in range(8):
        y = top + 0.008 + 0.0045 * row * (row + 2)
        size = 0.016 + 0.005 * row
        for k in range(int((scenery.right - scenery.left) / (size * 2.6))):
            x = scenery.left + (k + 0.5 * (row % 2) + 0.2 * scenery.luck.random()) * size * 2.6
            tone = (
                lighter(stone, 0.16 * scenery.luck.random())
                if scenery.luck.random() < 0.5
                else darker(stone, 0.25 * scenery.luck.random())
            )
            canvas.fill(oval(complex(x, y), size, size * 0.3, 12), tone, 0.6)


def paint_street_lamp(canvas: Canvas, scenery: Scenery, foot: complex, tall: float) -> None:
    """A cast-iron lamp."""
    iron = scenery.light.paint((56, 54, 68))
    canvas.shape(tube(foot + 1j * np.linspace(0, -tall, 4), 0.02, 0.012, 0.012), iron, darker(iron, 0.5), 0.002)
    at = foot - 1j * (tall + 0.035)
    lit = scenery.light.lamps > 0.4
    canvas.shape(
        at + points((-0.022, 0.035), (-0.032, -0.03), (0.032, -0.03), (0.022, 0.035)),
        (255, 228, 160) if lit else (198, 204, 206),
        iron,
        0.004,
    )
    canvas.fill(at + points((-0.038, -0.028), (0, -0.062), (0.038, -0.028)), iron)
    if lit:
        scenery.shine(at, 1.0, 0.36, (255, 186, 96), flicker=0.06)


def paint_market(scenery: Scenery) -> None:
    """Stalls with striped awnings and strings of lanterns."""
    paint_sky(scenery, horizon=0.66)
    far = scenery.canvas(0.5)
    paint_house_row(far, scenery, scenery.left, scenery.right, 0.84, 0.28, far=0.3)
    scenery.add(far, 0.5)
    near = scenery.canvas(1.0)
    paint_paving(near, scenery, 0.83)
    for x, colour in ((-0.42, (196, 70, 60)), (-0.2, (226, 168, 70)), (0.26, (60, 132, 128)), (0.46, (150, 84, 130))):
        _stall(near, scenery, complex(scenery.x(x), 0.86), colour)
    cord = curve(points((scenery.left, 0.16), (scenery.x(-0.2), 0.28), (scenery.x(0.1), 0.2), (scenery.right, 0.3)), 12)
    near.stroke(cord, scenery.light.paint((70, 54, 52)), 0.004)
    for i, at in enumerate(cord[2::5]):
        colour = ((236, 120, 84), (246, 200, 110), (120, 180, 170))[i % 3]
        near.shape(oval(at + 0.03j, 0.024, 0.027, 18), lighter(colour, 0.2), darker(colour, 0.5), 0.002)
        if scenery.light.lamps > 0.4:
            near.glow(complex(at) + 0.03j, 0.12, colour, 0.5)
    scenery.add(near, 1.0)
    scenery.ground = 0.94


def _stall(canvas: Canvas, scenery: Scenery, foot: complex, colour: Rgb) -> None:
    light = scenery.light
    wood, cloth, white = light.paint((128, 92, 66)), light.paint(colour), light.paint((238, 228, 208))
    for dx in (-0.13, 0.13):
        canvas.stroke(foot + points((dx, 0), (dx, -0.34)), wood, 0.012)
    counter = foot + points((-0.15, 0), (-0.15, -0.11), (0.15, -0.11), (0.15, 0))
    canvas.shape(counter, wood, darker(wood, 0.6), 0.0028)
    for k in range(9):
        fruit = light.paint(((214, 96, 60), (224, 176, 76), (120, 150, 70))[k % 3])
        canvas.fill(oval(foot + complex(-0.13 + 0.0325 * k, -0.122), 0.019, 0.019, 14), fruit)
    for k in range(6):
        x = -0.18 + 0.06 * k
        strip = foot + points(
            (x, -0.3), (x * 0.8, -0.39), ((x + 0.06) * 0.8, -0.39), (x + 0.06, -0.3), (x + 0.03, -0.282)
        )
        canvas.fill(strip, cloth if k % 2 else white)


def paint_city(scenery: Scenery) -> None:
    """Rooftops above a city, towers behind."""
    paint_sky(scenery, horizon=0.72)
    for depth, top, far in ((0.25, 0.42, 0.55), (0.5, 0.56, 0.3)):
        canvas = scenery.canvas(depth)
        _towers(canvas, scenery, top, far)
        scenery.add(canvas, depth)
    near = scenery.canvas(1.0)
    roof = scenery.light.paint((132, 100, 92))
    near.fade(scenery.band(0.82, 1.5), [(0.82, lighter(roof, 0.12)), (1.0, darker(roof, 0.4))])
    near.fill(scenery.band(0.8, 0.835), lighter(roof, 0.3))
    for x, wide, tall in ((-0.38, 0.1, 0.2), (0.33, 0.07, 0.14), (0.43, 0.12, 0.1)):
        at = complex(scenery.x(x), 0.84)
        brick = scenery.light.paint((164, 104, 86))
        near.shape(
            at + points((-wide / 2, 0), (-wide / 2, -tall), (wide / 2, -tall), (wide / 2, 0)),
            brick,
            darker(brick, 0.6),
            0.003,
        )
        near.fill(
            at
            + points(
                (-wide * 0.58, -tall), (-wide * 0.58, -tall - 0.025), (wide * 0.58, -tall - 0.025), (wide * 0.58, -tall)
            ),
            lighter(brick, 0.25),
        )
    scenery.add(near, 1.0)
    scenery.ground = 0.93


def _towers(canvas: Canvas, scenery: Scenery, top: float, far: float) -> None:
    x = scenery.left
    while x < scenery.right:
        wide = scenery.luck.uniform(0.07, 0.16)
        high = top + scenery.luck.uniform(-0.14, 0.12)
        wall = scenery.light.paint(mix((120, 124, 148), (176, 150, 138), float(scenery.luck.random())), far)
        canvas.shape(
            points((x, 1.2), (x, high), (x + wide * 0.94, high), (x + wide * 0.94, 1.2)), wall, darker(wall, 0.4), 0.002
        )
        for row in range(12):
            for column in range(3):
                if scenery.luck.random() < 0.5:
                    at = complex(x + wide * (0.22 + 0.25 * column), high + 0.035 + 0.034 * row)
                    pane = _GLOW if scenery.luck.random() < 0.7 * scenery.light.lamps else lighter(wall, 0.3)
                    canvas.fill(
                        at + points((-0.007, -0.009), (0.007, -0.009), (0.007, 0.009), (-0.007, 0.009)), pane, 0.9
                    )
        x += wide
