"""Things in the hand; units are head radii."""

from __future__ import annotations

import cmath
from typing import TYPE_CHECKING

import numpy as np

from charkit.simulator.brush import Canvas, curve, oval, points, smooth, tube
from charkit.simulator.colours import Rgb, darker, ink, mix
from charkit.simulator.faces import LINE

if TYPE_CHECKING:
    from charkit.simulator.looks import Piece
    from charkit.simulator.posing import Pose


def draw_held(canvas: Canvas, piece: Piece, pose: Pose, hand: complex, size: float, glow: float) -> None:
    """What is in the hand; `glow` from 0 to 1 is how far a lantern shines."""
    line, colour = ink(piece.colour), piece.colour
    if piece.style == "lantern":
        _lantern(canvas, piece, pose, hand, size, glow)
        return
    sticks: dict[str, tuple[complex, complex, float]] = {
        "staff": (-1.6j, 2.4j, 0.13), "wand": (0.5 - 0.7j, 0j, 0.07),
        "sword": (0.5 - 1.8j, 0.1j, 0.13), "umbrella": (-2.6j, 0.2j, 0.06),
        "flower": (-0.6j, 0.2j, 0.05), "balloon": (-1.9j, 0j, 0.025),
    }  # fmt: skip
    if piece.style in sticks:
        tip, foot, width = sticks[piece.style]
        stick = mix((110, 74, 50), colour, 1.0 if piece.style in ("staff", "sword", "wand") else 0.0)
        canvas.shape(
            tube(hand + np.linspace(tip, foot, 4) * size, width * size, width * size), stick, ink(stick), LINE * 0.8
        )
    if piece.style == "umbrella":
        dome = smooth(
            hand
            + size
            * points(
                (-1.7, -1.9), (-1.2, -2.6), (0, -3.0), (1.2, -2.6), (1.7, -1.9), (0.85, -2.1), (0, -1.95), (-0.85, -2.1)
            ),
            4,
        )
        canvas.shape(dome, colour, line, LINE)
        canvas.shade(dome, -0.2 - 0.1j, colour, darker(colour, 0.4), 0.5)
    elif piece.style == "flower":
        for k in range(5):
            canvas.shape(
                oval(hand + size * (-0.62j + 0.17 * cmath.exp(1.257j * k)), 0.13 * size, 0.13 * size, 14),
                colour,
                line,
                LINE * 0.6,
            )
        canvas.fill(oval(hand - 0.62j * size, 0.1 * size, 0.1 * size, 12), (240, 200, 90))
    elif piece.style == "balloon":
        canvas.shape(oval(hand - 2.5j * size, 0.58 * size, 0.68 * size), colour, line, LINE)
        canvas.fill(oval(hand + size * (-0.2 - 2.75j), 0.1 * size, 0.17 * size, 14), (255, 250, 240), 0.7)
    elif piece.style in ("book", "toy"):
        cover = hand + size * points((-0.34, -0.42), (0.34, -0.42), (0.34, 0.3), (-0.34, 0.3))
        canvas.shape(cover if piece.style == "book" else smooth(cover, 5), colour, line, LINE)


def _lantern(canvas: Canvas, piece: Piece, pose: Pose, hand: complex, size: float, glow: float) -> None:
    """A round paper lantern hanging from a short cord."""
    swing = cmath.exp(1j * (0.14 * pose.sway + 0.25 * pose.wind))
    c = hand + 0.74j * size * swing
    wood: Rgb = (104, 68, 46)
    canvas.stroke(np.array([hand, (hand + c) / 2, c]), wood, 0.05 * size)
    paper = mix(piece.colour, (255, 226, 150), 0.35 * glow + 0.1)
    body = oval(c, 0.46 * size, 0.42 * size)
    canvas.shape(body, paper, ink(piece.colour), LINE)
    canvas.shade(body, size * (-0.12 - 0.1j), paper, mix(darker(piece.colour, 0.3), (230, 130, 60), 0.5), 0.55)
    canvas.fill(oval(c + 0.04j * size, 0.27 * size, 0.27 * size), (255, 240, 190), 0.35 + 0.5 * glow)
    canvas.fill(oval(c + 0.06j * size, 0.13 * size, 0.15 * size, 16), (255, 252, 232), 0.4 + 0.6 * glow)
    for bend in (-0.28, 0.0, 0.28):
        rib = curve(
            c + size * points((bend, -0.38 + abs(bend) * 0.3), (bend * 1.45, 0), (bend, 0.38 - abs(bend) * 0.3)), 4
        )
        canvas.stroke(rib, darker(piece.colour, 0.3), 0.018 * size, 0.022 * size, alpha=0.55)
    for y in (-0.43, 0.42):
        canvas.shape(tube(c + size * points((-0.17, y), (0, y), (0.17, y)), 0.1 * size), wood, ink(wood), LINE * 0.7)


def lantern_centre(hand: complex, pose: Pose, size: float) -> complex:
    """Where a held lantern shines."""
    return hand + 0.74j * size * cmath.exp(1j * (0.14 * pose.sway + 0.25 * pose.wind))
