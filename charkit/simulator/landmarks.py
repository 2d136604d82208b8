"""Landmarks of the coast: lighthouse, headland, boats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.simulator.brush import Canvas, curve, oval, points, smooth
from charkit.simulator.colours import Rgb, darker, lighter

if TYPE_CHECKING:
    from charkit.simulator.scenery import Scenery


ROCK: Rgb = (96, 96, 110)


GRASS: Rgb = (104, 140, 82)


STONE: Rgb = (146, 138, 132)


WOOD: Rgb = (122, 86, 62)


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
    rock = light.paint(ROCK, far)
    foot = max(0.72, top + 0.16)
    shape = ((-0.02, 1.0), (0.02, 0.68), (-0.015, 0.45), (0.03, 0.13), (0.06, 0.0))
    jag = [(x + side * dx, top + (foot - top) * share) for dx, share in shape]
    outline = points(*jag, (x + side * 0.3, top - 0.015), (end, top - 0.03), (end, foot))
    canvas.shape(outline, rock, darker(rock, 0.5), 0.003)
    for k in range(9):
        a = x + side * (0.05 + 0.07 * k + 0.03 * scenery.luck.random())
        crack = curve(
            points(
                (a, top + 0.04),
                (a + 0.012, top + (foot - top) * (0.35 + 0.3 * scenery.luck.random())),
                (a - 0.004, foot - 0.02),
            ),
            4,
        )
        canvas.stroke(crack, darker(rock, 0.45), 0.003, 0.012, 0.002, alpha=0.6)
        canvas.stroke(crack + side * 0.016, lighter(rock, 0.3), 0.002, 0.008, 0.002, alpha=0.35)
    grass = light.paint(GRASS, far)
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
    canvas.stroke(mast, light.paint(WOOD), size * 0.035, size * 0.022)
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
