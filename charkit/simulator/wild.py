"""Places in the open: forest, meadow, mountains, desert, and a landscape for words nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from charkit.simulator.brush import curve, oval, points, tube
from charkit.simulator.colours import Rgb, darker, lighter, mix, shift
from charkit.simulator.plants import paint_cactus, paint_fir, paint_mushroom, paint_tree, paint_tufts
from charkit.simulator.scenery import Scenery, paint_sky

if TYPE_CHECKING:
    from charkit.simulator.brush import Canvas


def paint_forest(scenery: Scenery) -> None:
    """Tall trunks in several depths, ferns and mushrooms on the ground."""
    light = scenery.light
    back = scenery.canvas(0.12)
    deep, glow = light.paint((52, 92, 84), 0.1), mix(light.paint((150, 190, 150)), light.haze, 0.5)
    back.fade(scenery.band(-0.5, 1.5), [(-0.1, darker(deep, 0.3)), (0.62, glow), (0.8, mix(deep, glow, 0.5))])
    back.glow(complex(scenery.x(0.12), 0.42), 0.75, mix(glow, (255, 255, 230), 0.3), 0.35)
    scenery.add(back, 0.1)
    for depth, far, count, wide in ((0.3, 0.6, 15, 0.026), (0.6, 0.28, 9, 0.05)):
        canvas = scenery.canvas(depth)
        _trunks(canvas, scenery, count, wide, far)
        mist = mix(light.haze, glow, 0.5)
        canvas.fill(scenery.ridge(0.74 + 0.06 * depth, 0.02), mix(light.paint((70, 106, 76), far), mist, 0.2))
        scenery.add(canvas, depth)
    near = scenery.canvas(1.0)
    moss = light.paint((84, 122, 74))
    ground = scenery.ridge(0.825, 0.014)
    near.fade(ground, [(0.8, lighter(moss, 0.14)), (1.02, darker(moss, 0.5))])
    paint_tufts(near, scenery, 0.83, 1.0, 120, moss)
    for _ in range(9):
        paint_mushroom(
            near, scenery, complex(scenery.luck.uniform(scenery.left, scenery.right), scenery.luck.uniform(0.84, 0.9))
        )
    scenery.add(near, 1.0)
    _frame_of_leaves(scenery)
    scenery.ground = 0.9


def _trunks(canvas: Canvas, scenery: Scenery, count: int, wide: float, far: float) -> None:
    bark = scenery.light.paint((96, 76, 70), far)
    leaf = scenery.light.paint((70, 112, 78), far)
    for k in range(count):
        x = scenery.left + (scenery.right - scenery.left) * (k + scenery.luck.uniform(0.15, 0.85)) / count
        w, lean = wide * scenery.luck.uniform(0.7, 1.4), scenery.luck.uniform(-0.05, 0.05)
        path = curve(points((x, 1.0), (x + lean * 0.3, 0.6), (x + lean, -0.2)), 6)
        canvas.shape(tube(path, w * 1.7, w, w * 0.8), bark, darker(bark, 0.4), 0.002)
        canvas.stroke(path + w * 0.22, darker(bark, 0.4), w * 0.5, w * 0.3, alpha=0.4)
        canvas.stroke(path - w * 0.3, lighter(bark, 0.35), w * 0.12, w * 0.05, alpha=0.5)
    for _ in range(count * 3):
        at = complex(scenery.luck.uniform(scenery.left, scenery.right), scenery.luck.uniform(-0.06, 0.2))
        size = scenery.luck.uniform(0.06, 0.14)
        canvas.fill(
            oval(at, size * 1.3, size * 0.7, 20), mix(leaf, darker(leaf, 0.35), float(scenery.luck.random())), 0.85
        )


def _frame_of_leaves(scenery: Scenery) -> None:
    """Dark leaves and ferns near the viewer, at the sides."""
    front = scenery.canvas(1.35)
    dark = darker(scenery.light.paint((44, 78, 62)), 0.35)
    for side in (-1, 1):
        for k in range(7):
            root = complex(side * (scenery.aspect * 0.5 + 0.1 - 0.025 * k), 1.05)
            tip = root + complex(-side * scenery.luck.uniform(0.05, 0.2), -scenery.luck.uniform(0.12, 0.3))
            spine = curve(np.array([root, root + (tip - root) * 0.6 - 0.05j, tip]), 6)
            front.stroke(spine, dark, 0.012, 0.004)
            for at in spine[4::3]:
                for turn in (0.9, -0.9):
                    leaf = at + (tip - root) / abs(tip - root) * np.exp(1j * turn) * np.array([0, 0.03, 0.055])
                    front.stroke(leaf, dark, 0.006, 0.018, 0.002)
    scenery.add(front, 1.35, texture=0)


def paint_meadow(scenery: Scenery) -> None:
    """Rolling hills with trees, a path and flowers."""
    paint_sky(scenery, horizon=0.64, clouds=5)
    light = scenery.light
    for depth, y, rough, far in ((0.25, 0.56, 0.05, 0.55), (0.5, 0.66, 0.04, 0.28)):
        canvas = scenery.canvas(depth)
        green = light.paint((112, 150, 88), far)
        hill = scenery.ridge(y, rough)
        canvas.shape(hill, green, darker(green, 0.4), 0.0022)
        canvas.fade(hill, [(y - rough, lighter(green, 0.15)), (y + 0.25, darker(green, 0.12))])
        for _ in range(9):
            k = int(scenery.luck.integers(8, len(hill) - 10))
            paint_tree(
                canvas, scenery, complex(hill[k]) + 0.012j, scenery.luck.uniform(0.06, 0.11) * (0.7 + depth), far
            )
        scenery.add(canvas, depth)
    near = scenery.canvas(1.0)
    grass = light.paint((116, 156, 84))
    near.fade(scenery.ridge(0.8, 0.018), [(0.78, lighter(grass, 0.15)), (1.02, darker(grass, 0.38))])
    near.fill(
        tube(
            curve(points((scenery.left, 0.9), (scenery.x(-0.1), 0.905), (scenery.right, 0.885)), 6), 0.08, 0.075, 0.08
        ),
        light.paint((204, 178, 132)),
    )
    paint_tufts(near, scenery, 0.81, 1.0, 190, grass)
    scenery.add(near, 1.0)
    scenery.ground = 0.91


def paint_mountain(scenery: Scenery) -> None:
    """Peaks with snow, firs in front."""
    paint_sky(scenery, horizon=0.66)
    light = scenery.light
    far = scenery.canvas(0.25)
    for x, top, wide, haze in ((-0.34, 0.26, 0.55, 0.5), (0.36, 0.3, 0.5, 0.5), (0.06, 0.16, 0.72, 0.3)):
        _peak(far, scenery, complex(scenery.x(x), top), wide, haze)
    scenery.add(far, 0.25)
    snowy = "snow" in scenery.weather
    mid = scenery.canvas(0.6)
    ground = light.paint((226, 232, 238) if snowy else (110, 136, 98), 0.15)
    mid.fill(scenery.ridge(0.74, 0.03), ground)
    for _ in range(34):
        at = complex(scenery.luck.uniform(scenery.left, scenery.right), scenery.luck.uniform(0.72, 0.8))
        paint_fir(mid, scenery, at, scenery.luck.uniform(0.08, 0.2), snowy)
    scenery.add(mid, 0.6)
    near = scenery.canvas(1.0)
    base = light.paint((240, 242, 244) if snowy else (124, 148, 98))
    near.fade(scenery.ridge(0.83, 0.015), [(0.8, lighter(base, 0.2)), (1.02, darker(base, 0.3))])
    if not snowy:
        paint_tufts(near, scenery, 0.84, 1.0, 110, base)
    scenery.add(near, 1.0)
    scenery.ground = 0.91


def _peak(canvas: Canvas, scenery: Scenery, top: complex, wide: float, haze: float) -> None:
    light = scenery.light
    rock, snow = light.paint((112, 116, 136), haze), light.paint((240, 244, 248), haze * 0.6)
    tall = 1.0 - top.imag
    outline = top + points(
        (-wide, tall),
        (-wide * 0.42, tall * 0.4),
        (-wide * 0.16, tall * 0.17),
        (0, 0),
        (wide * 0.2, tall * 0.2),
        (wide * 0.5, tall * 0.46),
        (wide, tall),
    )
    canvas.shape(outline, rock, darker(rock, 0.4), 0.0022)
    canvas.fill(
        top
        + points(
            (0, 0),
            (wide * 0.2, tall * 0.2),
            (wide * 0.5, tall * 0.46),
            (wide, tall),
            (wide * 0.2, tall),
            (wide * 0.04, tall * 0.4),
            (wide * 0.09, tall * 0.2),
        ),
        darker(rock, 0.45),
        0.5,
    )
    canvas.fill(
        top
        + points(
            (0, 0),
            (wide * 0.2, tall * 0.2),
            (wide * 0.13, tall * 0.24),
            (wide * 0.07, tall * 0.2),
            (0.0, tall * 0.29),
            (-wide * 0.07, tall * 0.2),
            (-wide * 0.16, tall * 0.25),
            (-wide * 0.16, tall * 0.17),
        ),
        snow,
    )


def paint_desert(scenery: Scenery) -> None:
    """Dunes, mesas and cacti."""
    paint_sky(scenery, horizon=0.64, clouds=2)
    light = scenery.light
    far = scenery.canvas(0.25)
    mesa = light.paint((186, 112, 88), 0.42)
    for x, top, wide in ((-0.3, 0.42, 0.2), (0.2, 0.48, 0.14), (0.4, 0.38, 0.16)):
        at = scenery.x(x)
        far.shape(
            points(
                (at - wide * 1.3, 0.7),
                (at - wide, top + 0.03),
                (at - wide * 0.86, top),
                (at + wide * 0.8, top + 0.01),
                (at + wide * 0.95, top + 0.05),
                (at + wide * 1.3, 0.7),
            ),
            mesa,
            darker(mesa, 0.4),
            0.0022,
        )
        for share in (0.25, 0.5):
            y = top + (0.7 - top) * share
            far.stroke(points((at - wide * 1.02, y), (at + wide * 1.0, y)), darker(mesa, 0.3), 0.01, alpha=0.5)
    scenery.add(far, 0.25)
    for depth, y, rough in ((0.55, 0.68, 0.035), (1.0, 0.82, 0.022)):
        canvas = scenery.canvas(depth)
        sand: Rgb = light.paint((226, 180, 122), 0.25 * (1 - depth))
        dune = scenery.ridge(y, rough)
        canvas.fade(dune, [(y - rough, lighter(sand, 0.2)), (y + 0.2, darker(sand, 0.28))])
        canvas.stroke(dune[:-2], lighter(sand, 0.45), 0.004, alpha=0.6)
        if depth < 1:
            for x in (-0.4, -0.12, 0.34):
                paint_cactus(canvas, scenery, complex(scenery.x(x), y + 0.035), 0.16)
        scenery.add(canvas, depth)
    scenery.ground = 0.91


def paint_landscape(scenery: Scenery) -> None:
    """A quiet landscape whose colours and shapes come from the words themselves."""
    paint_sky(scenery, horizon=0.64, clouds=5)
    base = shift(
        (120.0, 150.0, 110.0), hue=float(scenery.luck.uniform(-0.2, 0.3)), chroma=float(scenery.luck.uniform(-0.1, 0.1))
    )
    kind = int(scenery.luck.integers(3))
    for depth, y, rough, far in ((0.2, 0.5, 0.08, 0.62), (0.4, 0.6, 0.06, 0.4), (0.65, 0.7, 0.04, 0.18)):
        canvas = scenery.canvas(depth)
        paint = scenery.light.paint(shift(base, hue=0.03 * depth), far)
        hill = scenery.ridge(y, rough)
        canvas.shape(hill, paint, darker(paint, 0.4), 0.0022)
        canvas.fade(hill, [(y - rough, lighter(paint, 0.16)), (y + 0.3, darker(paint, 0.14))])
        for _ in range(6 if kind else 12):
            foot = complex(hill[int(scenery.luck.integers(8, len(hill) - 10))]) + 0.012j
            size = scenery.luck.uniform(0.07, 0.13) * (0.7 + depth)
            if kind == 1:
                paint_fir(canvas, scenery, foot, size * 1.4, False)
            else:
                paint_tree(canvas, scenery, foot, size, far)
        scenery.add(canvas, depth)
    near = scenery.canvas(1.0)
    ground = scenery.light.paint(base)
    near.fade(scenery.ridge(0.82, 0.016), [(0.8, lighter(ground, 0.16)), (1.02, darker(ground, 0.4))])
    paint_tufts(near, scenery, 0.83, 1.0, 130, ground)
    scenery.add(near, 1.0)
    scenery.ground = 0.91
