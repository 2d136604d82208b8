"""Ears and tails of creatures; units are head radii."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from charkit.simulator.brush import Canvas, curve, oval, points, smooth, tube
from charkit.simulator.colours import darker, ink, lighter, mix
from charkit.simulator.faces import LINE
from charkit.simulator.posing import Pose, turned

if TYPE_CHECKING:
    from charkit.simulator.arrays import Points
    from charkit.simulator.looks import Look


_EARS: dict[str, str] = {
    "fox": "pointed", "cat": "pointed", "wolf": "pointed", "dragon": "horn", "rabbit": "long", "deer": "leaf",
    "bear": "round", "panda": "round", "mouse": "big round", "monkey": "round", "lion": "round", "tiger": "round",
    "raccoon": "pointed", "otter": "round", "squirrel": "pointed", "dog": "floppy", "sheep": "leaf", "pig": "leaf",
    "hedgehog": "round", "owl": "tuft", "spirit": "leaf",
}  # fmt: skip


_TAILS: dict[str, str] = {
    "fox": "bushy", "squirrel": "bushy", "wolf": "bushy", "raccoon": "bushy", "cat": "thin", "mouse": "thin",
    "monkey": "thin", "lion": "thin", "tiger": "thin", "dragon": "thin", "dog": "thin", "otter": "thin",
    "rabbit": "puff", "sheep": "puff", "deer": "puff", "spirit": "thin",
}  # fmt: skip


def draw_tail(canvas: Canvas, look: Look, pose: Pose) -> None:
    """The tail behind the body (or before it, from behind)."""
    style = _TAILS.get(look.species, "")
    sway = pose.sway * 0.22
    blow = pose.wind * 0.4
    root = complex(-0.42, -0.5) if not pose.back else -0.6j
    line = ink(look.skin)
    if style == "bushy":
        bends = points(
            (0, 0), (-0.66, 0.1), (-1.24 - blow, -0.32), (-1.34 - blow + sway * 0.4, -1.0), (-1.06 - blow + sway, -1.66)
        )
        path = curve(root + bends, 6)
        outline = tube(path, 0.3, 0.5, 0.74, 0.8, 0.62, 0.1)
        canvas.shape(outline, look.skin, line, LINE)
        canvas.fill(tube(path[-9:], 0.66, 0.62, 0.46, 0.08), look.belly)
        canvas.shade(outline, 0.14 - 0.1j, look.skin, darker(look.skin, 0.35), 0.5)
        end = path[-1]
    elif style == "thin":
        path = curve(
            root + points((0, 0), (-0.7 - blow, 0.1), (-1.05 - blow + sway, -0.45), (-0.9 - blow + sway * 1.6, -1.0)), 6
        )
        canvas.shape(tube(path, 0.24, 0.2, 0.16), look.skin, line, LINE)
        end = path[-1]
    elif style == "puff":
        canvas.shape(oval(root - 0.1, 0.3, 0.28, 20), lighter(look.belly, 0.2), line, LINE)
        end = root - 0.3
    else:
        return
    if look.tail_leaf:
        _leaf(canvas, complex(end), complex(0.1 + sway * 0.7 - blow * 0.4, -0.95))


def _leaf(canvas: Canvas, stem: complex, along: complex) -> None:
    green = (112.0, 158.0, 62.0)
    across = 1j * along
    outline = smooth(
        stem
        + np.array(
            [
                0,
                0.3 * along + 0.36 * across,
                0.72 * along + 0.3 * across,
                1.12 * along,
                0.72 * along - 0.26 * across,
                0.3 * along - 0.32 * across,
            ]
        ),
        5,
    )
    canvas.shape(outline, green, ink(green), LINE)
    canvas.stroke(stem + np.array([0j, 0.5 * along, 0.98 * along]), darker(green, 0.4), 0.05, 0.015)


def draw_ears(canvas: Canvas, look: Look, pose: Pose, at: complex) -> None:
    """Both ears, or a robot's antenna; `at` is the centre of the head."""
    style = _EARS.get(look.species, "")
    for side in (1.0, -1.0):
        x, squeeze = turned(side * 0.62, pose.yaw * 0.8)
        turn = side * (0.18 + 0.3 * pose.ears) + pose.sway * 0.06 - pose.wind * 0.34
        root = at + complex(x, -0.62)
        scale = look.ear_size
        inner = mix(look.belly, (226, 132, 120), 0.4)
        for shrink, colour, line in ((1.0, look.skin, ink(look.skin)), (0.62, inner, None)):
            outline = _ear(style, side, shrink, max(0.5, squeeze))
            if outline is None or (line is None and (pose.back or style in ("horn", "tuft"))):
                continue
            canvas.shape(
                root + outline * scale * complex(math.cos(turn), math.sin(turn)),
                mix(colour, (240, 226, 190), 0.5) if style == "horn" else colour,
                line,
                LINE,
            )
    if look.kind == "robot":
        canvas.shape(
            tube(at + points((0, -0.9), (0.02 + 0.06 * pose.sway, -1.5)), 0.08),
            darker(look.skin, 0.2),
            ink(look.skin),
            LINE,
        )
        canvas.shape(
            oval(at + complex(0.02 + 0.06 * pose.sway, -1.56), 0.15, 0.15, 18), look.eyes, ink(look.skin), LINE
        )


def _ear(style: str, side: float, shrink: float, squeeze: float) -> Points | None:
    """An ear around its root, pointing up."""
    w = shrink * (0.55 + 0.45 * squeeze)
    shapes = {
        "pointed": points(
            (-0.36, 0.36),
            (-0.34, -0.2),
            (-0.2 + 0.06 * side, -0.78),
            (0.1 * side, -1.22),
            (0.2 + 0.06 * side, -0.78),
            (0.36, -0.2),
            (0.38, 0.36),
        ),
        "long": points((-0.24, 0.3), (-0.34, -0.7), (0.02, -1.75), (0.34, -0.7), (0.24, 0.3)),
        "round": points((-0.36, 0.1), (-0.3, -0.34), (0, -0.5), (0.3, -0.34), (0.36, 0.1)),
        "big round": points((-0.5, 0.1), (-0.58, -0.42), (0, -0.9), (0.58, -0.42), (0.5, 0.1)),
        "floppy": points((-0.2, -0.1), (0.3 * side, -0.3), (0.75 * side, 0.3), (0.62 * side, 1.0), (0.22 * side, 0.7)),
        "leaf": points((-0.1, 0.15), (0.4 * side, -0.38), (1.05 * side, -0.3), (0.8 * side, 0.05), (0.3 * side, 0.3)),
        "horn": points((-0.18, 0.2), (0.1 * side, -0.5), (0.4 * side, -0.8), (0.3 * side, -0.2), (0.2, 0.25)),
        "tuft": points((-0.25, 0.2), (0.15 * side, -0.3), (0.45 * side, -0.75), (0.4 * side, 0.1)),
    }
    if style not in shapes:
        return None
    outline = shapes[style]
    return smooth((outline.real * w + 1j * (outline.imag * (shrink + 0.12 * (1 - shrink)))), 5)
