"""Hats, glasses and other things on the head; units are head radii around its centre."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from charkit.simulator.brush import Canvas, curve, oval, points, smooth
from charkit.simulator.colours import darker, ink, lighter
from charkit.simulator.faces import LINE
from charkit.simulator.posing import Pose, turned

if TYPE_CHECKING:
    from charkit.simulator.looks import Piece


def draw_hat(canvas: Canvas, piece: Piece, pose: Pose, at: complex) -> None:
    """What sits on the head."""
    line, colour = ink(piece.colour), piece.colour
    d = 0.14 * pose.yaw
    crowns = {
        "beanie": points((-1.06, -0.28), (-0.9, -0.98), (0, -1.42), (0.9, -0.98), (1.06, -0.28), (0, -0.5)),
        "cap": points((-1.05, -0.4), (-0.84, -1.0), (0, -1.28), (0.84, -1.0), (1.05, -0.4), (0, -0.55)),
        "beret": points((-1.1, -0.55), (-1.35, -0.95), (-0.4, -1.5), (0.9, -1.2), (1.0, -0.6), (0, -0.66)),
        "helmet": points((-1.22, 0.2), (-1.2, -0.7), (0, -1.4), (1.2, -0.7), (1.22, 0.2), (0.9, -0.4), (-0.9, -0.4)),
        "top hat": points((-0.78, -0.7), (-0.84, -1.9), (0.0, -2.0), (0.84, -1.9), (0.78, -0.7)),
        "pointed": points((-0.86, -0.6), (-0.5, -1.5), (-0.3 + 0.1 * pose.sway, -2.6), (0.3, -1.5), (0.86, -0.6)),
        "brim": points((-0.82, -0.6), (-0.74, -1.2), (0, -1.42), (0.74, -1.2), (0.82, -0.6)),
    }
    if piece.style in crowns:
        outline = smooth(at + crowns[piece.style] + d, 5)
        if piece.style in ("brim", "pointed", "top hat"):
            canvas.shape(
                oval(at + d - 0.58j, 1.52 if piece.style != "top hat" else 1.2, 0.27), darker(colour, 0.12), line, LINE
            )
        canvas.shape(outline, colour, line, LINE)
        canvas.shade(outline, -0.2 - 0.08j, colour, darker(colour, 0.4), 0.55)
        _hat_detail(canvas, piece, pose, at + d)
    elif piece.style == "crown":
        rim = points((-0.7, -0.62), (-0.8, -1.3), (-0.38, -0.98), (0, -1.42), (0.38, -0.98), (0.8, -1.3), (0.7, -0.62))
        canvas.shape(at + d + rim, colour, line, LINE)
    elif piece.style == "headband":
        canvas.stroke(curve(at + points((-1.02, -0.4), (d, -0.72), (1.02, -0.4)), 5), colour, 0.16, 0.2, 0.16)
    else:
        canvas.stroke(
            curve(at + points((-1.08, 0.0), (-0.8, -0.95), (0, -1.25), (0.8, -0.95), (1.08, 0.0)), 5),
            darker(colour, 0.3),
            0.12,
        )
        for side in (-1, 1):
            canvas.shape(oval(at + complex(side * 1.04, 0.12), 0.2, 0.34), colour, line, LINE)


def _hat_detail(canvas: Canvas, piece: Piece, pose: Pose, at: complex) -> None:
    colour = piece.colour
    if piece.style == "beanie":
        canvas.shape(
            smooth(at + points((-1.1, -0.2), (-1.08, -0.5), (0, -0.72), (1.08, -0.5), (1.1, -0.2), (0, -0.42)), 4),
            lighter(colour, 0.22),
            ink(colour),
            LINE,
        )
        canvas.shape(oval(at - 1.5j, 0.24, 0.22), lighter(colour, 0.4), ink(colour), LINE)
    elif piece.style == "cap":
        side = 1 if pose.yaw >= 0 else -1
        canvas.shape(
            smooth(at + points((side * 0.1, -0.6), (side * 1.05, -0.52), (side * 1.5, -0.36), (side * 0.7, -0.38)), 4),
            darker(colour, 0.2),
            ink(colour),
            LINE,
        )
    elif piece.style in ("brim", "pointed", "top hat"):
        canvas.stroke(curve(at + points((-0.84, -0.68), (0, -0.56), (0.84, -0.68)), 4), darker(colour, 0.45), 0.2)


def draw_eyewear(canvas: Canvas, piece: Piece, pose: Pose, at: complex) -> None:
    """Glasses, goggles or a patch."""
    for side in (-1.0, 1.0):
        x, squeeze = turned(side * 0.4, pose.yaw)
        if squeeze < 0.2 or (piece.style == "patch" and side < 0):
            continue
        centre = at + complex(x, 0.1)
        ring = np.append(oval(centre, 0.3 * squeeze, 0.3), centre + 0.3 * squeeze)
        if piece.style == "patch":
            canvas.fill(oval(centre, 0.28 * squeeze, 0.28), piece.colour)
        else:
            canvas.fill(oval(centre, 0.29 * squeeze, 0.29), (206, 228, 232), 0.25)
            canvas.stroke(ring, piece.colour, 0.055 if piece.style == "glasses" else 0.12)
