"""Faces: eyes, brows, nose, mouth and cheeks, shared by people and creatures; units are head radii."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from charkit.simulator.brush import Canvas, curve, oval, points, smooth
from charkit.simulator.colours import Rgb, darker, ink, lighter, mix
from charkit.simulator.posing import turned

if TYPE_CHECKING:
    from charkit.simulator.arrays import Points
    from charkit.simulator.looks import Look
    from charkit.simulator.posing import Pose

LINE = 0.03
"""Width of an ink line in head radii."""

_JAWS = {
    "round": (0.93, 0.60, 0.98), "oval": (0.85, 0.48, 1.06), "square": (0.91, 0.68, 1.02),
    "heart": (0.87, 0.38, 1.03), "long": (0.82, 0.50, 1.16),
}  # fmt: skip
"""Half widths at cheek and jaw, and height of the chin."""


def head_outline(face: str, yaw: float, size: float) -> Points:
    """Outline of a human head around its centre; the chin follows the turn, the far cheek comes forward."""
    cheek, jaw, chin = _JAWS[face]
    lead = 0.10 * yaw
    corners = points(
        (0.0, -1.0), (0.66, -0.82), (0.97, -0.2), (cheek + 0.02 * yaw, 0.38), (jaw + lead, 0.8 * chin),
        (lead * 1.3, chin), (-jaw + lead, 0.8 * chin), (-cheek, 0.38), (-0.97, -0.2), (-0.66, -0.82),
    )  # fmt: skip
    return smooth(corners, 5) * size


def draw_eyes(canvas: Canvas, look: Look, pose: Pose, at: complex, *, wide: float, high: float, size: float) -> None:
    """Both eyes with brows; `wide` and `high` place them on the head, `size` scales them."""
    for side in (-1.0, 1.0):
        x, squeeze = turned(side * wide, pose.yaw)
        if squeeze < 0.22:
            continue
        centre = at + complex(x, high)
        _eye(canvas, look, pose, centre, size * min(1.0, 0.35 + 0.7 * squeeze), size, side)
        if look.kind == "human":
            _brow(canvas, look, pose, centre, size * squeeze, side)


def _eye(canvas: Canvas, look: Look, pose: Pose, c: complex, rx: float, ry: float, side: float) -> None:
    line = mix(ink(look.hair if look.kind == "human" else look.skin), (28, 20, 32), 0.6)
    if pose.lids > 0.8:
        arc = curve(c + points((-rx, 0.0), (-rx * 0.5, ry * 0.3), (rx * 0.5, ry * 0.3), (rx, 0.0)), 4)
        canvas.stroke(arc, line, 0.03, 0.075, 0.03)
        return
    tall = ry * (1.3 + (0.14 if pose.mood == "surprise" else 0.0)) * (1 - 0.55 * pose.lids)
    low = c + 1j * ry * 0.55 * pose.lids
    canvas.fill(oval(low, rx * 1.1, tall * 1.04), darker(look.skin, 0.34))
    canvas.fill(oval(low, rx, tall), (253, 250, 242))
    _iris(canvas, look, low + complex(pose.gaze.real * rx * 0.25, pose.gaze.imag * tall * 0.2), rx, tall)
    t = np.linspace(math.pi * 1.02, math.pi * 1.98, 11)
    lash = low + np.cos(t) * rx * 1.08 + 1j * np.sin(t) * tall * 1.04
    canvas.stroke(lash, line, *((0.02, 0.06, 0.075) if side > 0 else (0.075, 0.06, 0.02)))
    if look.voice not in ("child", "woman") or look.kind != "human":
        return
    outer = lash[-1] if side > 0 else lash[0]
    canvas.stroke(np.array([outer, outer + complex(side * rx * 0.28, -tall * 0.16)]), line, 0.055, 0.012)


def _iris(canvas: Canvas, look: Look, c: complex, rx: float, tall: float) -> None:
    wide, high = rx * 0.84, min(tall * 0.86, rx * 1.16)
    c -= 0.06j * tall
    canvas.fill(oval(c, wide, high), darker(look.eyes, 0.5))
    canvas.fill(oval(c + 1j * high * 0.1, wide * 0.84, high * 0.84), look.eyes)
    canvas.fill(oval(c + 1j * high * 0.44, wide * 0.55, high * 0.38), lighter(look.eyes, 0.4), 0.8)
    slit = 0.62 if look.species in ("fox", "cat", "dragon", "frog") else 1.0
    canvas.fill(oval(c - 1j * high * 0.02, wide * 0.46 * slit, high * 0.52), (26, 20, 30))
    canvas.fill(oval(c + complex(-wide * 0.32, -high * 0.4), wide * 0.27, high * 0.27, 14), (255, 255, 255))
    canvas.fill(oval(c + complex(wide * 0.34, high * 0.38), wide * 0.12, high * 0.12, 10), (255, 255, 255), 0.85)


def _brow(canvas: Canvas, look: Look, pose: Pose, eye: complex, wide: float, side: float) -> None:
    rise = {"surprise": -0.12, "worry": -0.03, "smile": -0.04}.get(pose.mood, 0.0)
    slope = {"worry": -0.1}.get(pose.mood, 0.03)
    inner, outer = -side * wide * 0.85, side * wide * 1.05
    y = -0.41 + rise
    path = curve(eye + points((inner, y - 0.08 + slope), (0.0, y - 0.085), (outer, y + 0.03)), 4)
    canvas.stroke(path, darker(look.hair, 0.4), 0.05, 0.06, 0.02)


def draw_cheeks(canvas: Canvas, look: Look, pose: Pose, at: complex, *, wide: float, high: float) -> None:
    """Blush, and freckles where the look has them."""
    blush = mix(look.skin, (226, 84, 76), 0.55)
    for side in (-1.0, 1.0):
        x, squeeze = turned(side * wide, pose.yaw)
        if squeeze < 0.25:
            continue
        centre = at + complex(x, high)
        for grow, alpha in ((1.25, 0.16), (0.95, 0.22), (0.62, 0.24)):
            canvas.fill(oval(centre, 0.2 * squeeze * grow, 0.13 * grow, 18), blush, alpha)
        if look.freckles:
            spot = mix(look.skin, (150, 74, 40), 0.5)
            for dx, dy in ((-0.1, -0.05), (0.0, -0.09), (0.1, -0.04), (-0.04, 0.03), (0.07, 0.05)):
                canvas.fill(oval(centre + complex(dx * squeeze, dy - 0.03), 0.019, 0.018, 8), spot, 0.8)


def draw_nose(canvas: Canvas, look: Look, pose: Pose, at: complex) -> None:
    """A small human nose: a dab of warm shade and one curved line."""
    x, _ = turned(0.0, pose.yaw)
    tip = at + complex(x * 1.06, 0.36)
    if abs(pose.yaw) > 0.85:
        bump = oval(at + complex(x * 1.06, 0.34), 0.1, 0.085, 20)
        canvas.shape(bump, look.skin, ink(look.skin), LINE)
        canvas.fill(bump - 0.07 * math.copysign(1, pose.yaw), look.skin)
        return
    canvas.fill(oval(tip + 0.01j, 0.085, 0.06, 14), mix(look.skin, (222, 110, 84), 0.4), 0.55)
    lean = 0.05 if pose.yaw >= 0 else -0.05
    canvas.stroke(
        curve(tip + points((-0.06 + lean, 0.0), (lean, 0.045), (0.06 + lean, 0.0)), 4),
        darker(look.skin, 0.48),
        0.016,
        0.034,
        0.016,
    )


def draw_mouth(canvas: Canvas, pose: Pose, at: complex, colour: Rgb, size: float) -> None:
    """The mouth in one of its shapes; `colour` is the skin or fur around it."""
    line = darker(mix(colour, (120, 40, 40), 0.35), 0.55)
    bend = {"smile": 0.13, "worry": -0.07, "surprise": 0.0}.get(pose.mood, 0.06)
    if pose.mouth == 0:
        wide = size * (1.15 if pose.mood == "smile" else 0.85)
        path = curve(
            at + points((-wide, -bend * 0.6), (-wide * 0.4, bend * 0.6), (wide * 0.4, bend * 0.6), (wide, -bend * 0.6)),
            4,
        )
        canvas.stroke(path, line, 0.025, 0.055, 0.025)
        return
    wide, tall = {1: (0.62, 0.3), 2: (0.85, 0.72), 3: (0.42, 0.5)}[pose.mouth]
    wide, tall = wide * size, tall * size
    lip = smooth(
        at
        + points(
            (-wide, -tall * 0.35),
            (0.0, -tall * 0.5),
            (wide, -tall * 0.35),
            (wide * 0.62, tall * 0.6),
            (0.0, tall),
            (-wide * 0.62, tall * 0.6),
        ),
        4,
    )
    canvas.shape(lip, (116, 38, 46), line, 0.024)
    if pose.mouth == 2:
        canvas.fill(oval(at + 1j * tall * 0.55, wide * 0.5, tall * 0.32, 14), (224, 112, 104))
        canvas.fill(
            smooth(
                at
                + points(
                    (-wide * 0.7, -tall * 0.36), (0.0, -tall * 0.44), (wide * 0.7, -tall * 0.36), (0.0, -tall * 0.14)
                ),
                3,
            ),
            (252, 246, 238),
        )
