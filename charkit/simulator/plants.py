"""Plants: grass and flowers, trees, firs, cacti, mushrooms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from charkit.simulator.brush import Canvas, curve, oval, points, smooth, tube
from charkit.simulator.colours import Rgb, darker, lighter, mix, shift

if TYPE_CHECKING:
    from charkit.simulator.scenery import Scenery


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


def paint_mushroom(canvas: Canvas, scenery: Scenery, at: complex) -> None:
    """A small mushroom with a spotted cap."""
    size = scenery.luck.uniform(0.014, 0.028)
    stem, cap = (
        scenery.light.paint((236, 224, 200)),
        scenery.light.paint(((206, 84, 66), (222, 160, 84), (150, 118, 170))[int(scenery.luck.integers(3))]),
    )
    canvas.fill(tube(np.array([at, at - 1j * size]), size * 0.5, size * 0.36), stem)
    dome = smooth(
        at - 1j * size + size * points((-0.8, 0.1), (-0.5, -0.55), (0, -0.75), (0.5, -0.55), (0.8, 0.1), (0, 0.2)), 4
    )
    canvas.shape(dome, cap, darker(cap, 0.55), 0.0018)
    for dx, dy in ((-0.3, -0.25), (0.2, -0.4), (0.42, -0.05)):
        canvas.fill(oval(at + size * complex(dx, dy - 1), size * 0.1, size * 0.08, 8), lighter(cap, 0.7))


def paint_tree(canvas: Canvas, scenery: Scenery, foot: complex, tall: float, far: float) -> None:
    """A round tree."""
    bark, leaf = scenery.light.paint((110, 82, 66), far), scenery.light.paint((84, 130, 80), far)
    leaf = shift(leaf, hue=float(scenery.luck.uniform(-0.04, 0.03)))
    canvas.stroke(foot + 1j * np.linspace(0, -tall * 0.7, 4), bark, tall * 0.12, tall * 0.07)
    crown = [(-0.28, -0.72, 0.3), (0.26, -0.74, 0.3), (0.0, -0.98, 0.34)]
    for dx, dy, r in crown:
        canvas.fill(oval(foot + tall * complex(dx, dy), tall * (r + 0.025), tall * (r + 0.025), 22), darker(leaf, 0.5))
    for dx, dy, r in crown:
        canvas.fill(oval(foot + tall * complex(dx, dy), tall * r, tall * r, 22), leaf)
        canvas.fill(
            oval(foot + tall * complex(dx - 0.06, dy - 0.07), tall * r * 0.66, tall * r * 0.6, 18),
            lighter(leaf, 0.25),
            0.5,
        )


def paint_fir(canvas: Canvas, scenery: Scenery, foot: complex, tall: float, snowy: bool) -> None:
    """A fir, with snow on its branches in winter."""
    leaf = scenery.light.paint((52, 92, 80), 0.1)
    leaf = mix(leaf, darker(leaf, 0.3), float(scenery.luck.random()))
    canvas.stroke(foot + points((0, 0.01), (0, -tall * 0.3)), scenery.light.paint((88, 66, 58)), tall * 0.08)
    for low, wide in ((0.12, 0.34), (0.36, 0.27), (0.6, 0.19)):
        tier = foot + tall * points(
            (-wide, -low),
            (0, -low - 0.42),
            (wide, -low),
            (wide * 0.4, -low - 0.05),
            (0, -low + 0.015),
            (-wide * 0.4, -low - 0.05),
        )
        canvas.shape(tier, leaf, darker(leaf, 0.45), 0.0018)
        if snowy:
            canvas.fill(
                foot
                + tall
                * points((-wide * 0.5, -low - 0.2), (0, -low - 0.42), (wide * 0.5, -low - 0.2), (0, -low - 0.26)),
                scenery.light.paint((244, 246, 250)),
            )


def paint_cactus(canvas: Canvas, scenery: Scenery, foot: complex, tall: float) -> None:
    """A cactus with two arms."""
    green = scenery.light.paint((96, 134, 92))
    for path in (
        points((0, 0), (0, -0.5), (0, -1)),
        points((0, -0.42), (0.28, -0.46), (0.3, -0.8)),
        points((0, -0.3), (-0.26, -0.34), (-0.28, -0.62)),
    ):
        canvas.shape(tube(foot + tall * curve(path, 4), tall * 0.17, tall * 0.15), green, darker(green, 0.55), 0.0022)
