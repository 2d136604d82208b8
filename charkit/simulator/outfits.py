"""Garments on the body, hats on the head and things in the hand; units are head radii, the ground is y = 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from charkit.simulator.brush import Canvas, curve, oval, points, smooth, tube
from charkit.simulator.colours import darker, ink, lighter, mix
from charkit.simulator.faces import LINE

if TYPE_CHECKING:
    from charkit.simulator.arrays import Points
    from charkit.simulator.looks import Look, Piece
    from charkit.simulator.posing import Build, Pose

_HEMS = {
    "raincoat": (0.66, 1.36), "coat": (0.3, 1.12), "robe": (0.08, 1.3), "dress": (0.5, 1.35), "tunic": (0.62, 1.1),
    "poncho": (0.75, 1.5), "overalls": (0.92, 0.95), "jacket": (0.93, 0.98), "vest": (0.92, 0.9),
    "sweater": (0.95, 0.98), "hoodie": (0.92, 1.02), "shirt": (0.98, 0.92),
}  # fmt: skip
"""Per garment: height of the hem as a share of the hips' height, and its half width as a share of the shoulders'."""


def torso_outline(build: Build, style: str, pose: Pose) -> Points:
    """The outline of a garment on the upper body."""
    low, flare = _HEMS[style]
    top, hem = -build.shoulder + pose.bob, -build.hip * low
    half = build.shoulders
    width = max(half * flare * (1.18 if low < 0.7 else 1.0), build.hips * 1.02)
    blow = pose.wind * -0.22 * (1 - low) + pose.sway * 0.05 * (1 - low)
    waist = (top + hem * 0.9 - build.hip * 0.4) / 2
    return smooth(points(
        (-half * 0.42, top - 0.12), (half * 0.42, top - 0.12), (half * 0.96, top + 0.08),
        (half * 1.02, (top + waist) / 2),
        (width * 0.9 + blow * 0.4, (waist + hem) / 2), (width + blow, hem - 0.06), (width * 0.5 + blow, hem + 0.05),
        (blow, hem + 0.08), (-width * 0.5 + blow, hem + 0.05), (-width + blow, hem - 0.06),
        (-width * 0.9 + blow * 0.4, (waist + hem) / 2), (-half * 1.02, (top + waist) / 2), (-half * 0.96, top + 0.08),
    ), 4)  # fmt: skip


def draw_torso(canvas: Canvas, build: Build, piece: Piece, pose: Pose) -> None:
    """A garment with form shadow, hem and its own details."""
    outline = torso_outline(build, piece.style, pose)
    canvas.shape(outline, piece.colour, ink(piece.colour), LINE)
    canvas.shade(outline, -0.3 - 0.06j, piece.colour, darker(piece.colour, 0.45), 0.6)
    canvas.shade(outline, 0.12 + 0.05j, piece.colour, lighter(piece.colour, 0.5), 0.5)
    if pose.back:
        return
    detail = {"raincoat": _buttoned, "coat": _buttoned, "jacket": _buttoned, "robe": _belted, "tunic": _belted,
              "dress": _belted, "overalls": _bib, "hoodie": _pouch, "sweater": _ribs}.get(piece.style)  # fmt: skip
    if detail is not None:
        detail(canvas, build, piece, pose)


def _middle(build: Build, pose: Pose, y: float) -> complex:
    return complex(build.shoulders * 0.3 * pose.yaw, y)


def _buttoned(canvas: Canvas, build: Build, piece: Piece, pose: Pose) -> None:
    low, _ = _HEMS[piece.style]
    top, hem = -build.shoulder + pose.bob, -build.hip * low
    a, b = _middle(build, pose, top + 0.05), _middle(build, pose, hem)
    canvas.stroke(curve(np.array([a, (a + b) / 2 + 0.03, b]), 4), darker(piece.colour, 0.5), 0.02, 0.05, 0.03)
    for share in (0.3, 0.52, 0.74):
        at = a + (b - a) * share + 0.13
        canvas.shape(oval(at, 0.062, 0.062, 14), mix(darker(piece.colour, 0.5), (90, 56, 40), 0.4), None, 0)
        canvas.fill(oval(at - 0.015 - 0.02j, 0.02, 0.02, 8), lighter(piece.colour, 0.5))
    for side in (-1, 1):
        pocket = complex(side * build.shoulders * 0.72, 0) + _middle(build, pose, top + (hem - top) * 0.66)
        canvas.stroke(
            curve(pocket + points((-0.2, -0.04), (0, 0.0), (0.2, -0.04)), 3),
            darker(piece.colour, 0.5),
            0.02,
            0.055,
            0.02,
        )
    collar = smooth(
        _middle(build, pose, top - 0.1)
        + points(
            (-0.46, -0.06), (0, 0.1), (0.46, -0.06), (0.4, 0.22), (0.06, 0.2), (0, 0.14), (-0.06, 0.2), (-0.4, 0.22)
        ),
        3,
    )
    canvas.shape(collar, lighter(piece.colour, 0.12), ink(piece.colour), LINE * 0.8)


def _belted(canvas: Canvas, build: Build, piece: Piece, pose: Pose) -> None:
    y = -build.hip * 1.28 + pose.bob
    half = build.shoulders * 0.98
    belt = curve(points((-half, y), (0, y + 0.12), (half, y)), 4)
    canvas.stroke(belt, darker(piece.colour, 0.42), 0.16, 0.18, 0.16)
    canvas.fill(oval(_middle(build, pose, y + 0.11), 0.1, 0.09, 14), (222, 176, 92))


def _bib(canvas: Canvas, build: Build, piece: Piece, pose: Pose) -> None:
    top = -build.shoulder + pose.bob
    for side in (-1, 1):
        strap = _middle(build, pose, top) + points((side * 0.34, -0.1), (side * 0.3, 0.5))
        canvas.stroke(strap, lighter(piece.colour, 0.15), 0.16, 0.16)
        canvas.fill(oval(strap[1], 0.07, 0.07, 12), (222, 176, 92))
    pocket = smooth(
        _middle(build, pose, top + 0.85) + points((-0.26, -0.16), (0.26, -0.16), (0.22, 0.2), (-0.22, 0.2)), 3
    )
    canvas.shape(pocket, lighter(piece.colour, 0.1), ink(piece.colour), LINE * 0.6)


def _pouch(canvas: Canvas, build: Build, piece: Piece, pose: Pose) -> None:
    pocket = smooth(
        _middle(build, pose, -build.hip * 1.25 + pose.bob) + points((-0.4, -0.2), (0.4, -0.2), (0.5, 0.2), (-0.5, 0.2)),
        3,
    )
    canvas.shape(pocket, lighter(piece.colour, 0.08), ink(piece.colour), LINE * 0.6)
    hood = smooth(
        _middle(build, pose, -build.shoulder + pose.bob - 0.02)
        + points((-0.62, -0.14), (0, 0.1), (0.62, -0.14), (0.4, 0.26), (-0.4, 0.26)),
        4,
    )
    canvas.shape(hood, lighter(piece.colour, 0.14), ink(piece.colour), LINE * 0.8)


def _ribs(canvas: Canvas, build: Build, piece: Piece, pose: Pose) -> None:
    top, hem = -build.shoulder + pose.bob, -build.hip * 0.95
    for share in (0.4, 0.5):
        y = top + (hem - top) * share
        half = build.shoulders * 0.92
        canvas.stroke(
            curve(points((-half, y), (0, y + 0.1), (half, y)), 4),
            lighter(piece.colour, 0.45),
            0.09,
            0.1,
            0.09,
            alpha=0.8,
        )


def draw_neckwear(canvas: Canvas, piece: Piece, pose: Pose, at: complex, half: float) -> None:
    """Scarf, kerchief, tie, bow or collar around a neck of the given half width."""
    line = ink(piece.colour)
    d = 0.14 * pose.yaw
    if piece.style in ("scarf", "kerchief"):
        _scarf(canvas, piece, pose, at, half)
    elif piece.style == "tie":
        canvas.shape(
            at + points((-0.08 + d, 0), (0.08 + d, 0), (0.14 + d, 0.9), (d, 1.08), (-0.14 + d, 0.9)),
            piece.colour,
            line,
            LINE,
        )
    elif piece.style == "bow":
        for side in (-1, 1):
            canvas.shape(
                smooth(at + d + points((0, 0.1), (side * 0.36, -0.1), (side * 0.36, 0.3)), 4), piece.colour, line, LINE
            )
        canvas.shape(oval(at + d + 0.1j, 0.1, 0.1, 14), lighter(piece.colour, 0.2), line, LINE)
    else:
        canvas.stroke(curve(at + points((-half, -0.05), (d, 0.22), (half, -0.05)), 5), piece.colour, 0.1, 0.12, 0.1)
        canvas.shape(oval(at + d + 0.3j, 0.11, 0.12, 16), lighter(piece.colour, 0.3), line, LINE)


def _scarf(canvas: Canvas, piece: Piece, pose: Pose, at: complex, half: float) -> None:
    line = ink(piece.colour)
    long = 1.25 if piece.style == "scarf" else 0.5
    blow = -0.3 - pose.wind * 1.1
    fall = (1 - pose.wind * 0.9) * long
    end = points(
        (-half * 0.5, 0.1),
        (-half * 0.75 + blow * 0.3, 0.1 + fall * 0.35 - pose.sway * 0.1),
        (-half * 0.7 + blow * 0.8 * long, 0.12 + fall * 0.75 + pose.sway * 0.14),
        (-half * 0.6 + blow * 1.3 * long, 0.1 + fall + pose.sway * 0.24),
    )
    if piece.style == "scarf":
        tail = at + curve(end, 5)
        canvas.shape(tube(tail, 0.34, 0.4, 0.44), darker(piece.colour, 0.14), line, LINE)
        for share in (0.72, 0.84):
            k = int(share * len(tail))
            along = tail[k] - tail[k - 1]
            across = 1j * along / max(abs(along), 1e-6) * 0.19
            canvas.stroke(np.array([tail[k] - across, tail[k] + across]), lighter(piece.colour, 0.4), 0.06, 0.06)
    d = 0.1 * pose.yaw
    wrap = smooth(
        at
        + points(
            (-half * 1.02, -0.24), (d, -0.14), (half * 1.02, -0.24), (half * 1.12, 0.06), (d, 0.3), (-half * 1.12, 0.06)
        ),
        5,
    )
    canvas.shape(wrap, piece.colour, line, LINE)
    canvas.shade(wrap, 0.03 - 0.12j, piece.colour, darker(piece.colour, 0.4), 0.6)
    fold = curve(at + points((-half * 0.8, -0.12), (d, 0.06), (half * 0.85, -0.1)), 4)
    canvas.stroke(fold, darker(piece.colour, 0.4), 0.012, 0.04, 0.012)
    if piece.style == "kerchief":
        knot = smooth(at + d + points((-half * 0.5, 0.12), (half * 0.5, 0.12), (0.04 + 0.08 * pose.sway, 0.55)), 4)
        canvas.shape(knot, piece.colour, line, LINE)
        canvas.shade(knot, -0.08 - 0.06j, piece.colour, darker(piece.colour, 0.4), 0.6)


def draw_back_piece(canvas: Canvas, build: Build, piece: Piece, pose: Pose) -> None:
    """What hangs behind the body: cape, backpack, satchel or wings."""
    line, top = ink(piece.colour), -build.shoulder + pose.bob
    half = build.shoulders
    if piece.style == "cape":
        blow = -pose.wind * 1.2 + pose.sway * 0.15
        cape = smooth(
            points(
                (-half * 0.9, top - 0.05),
                (half * 0.9, top - 0.05),
                (half * 1.3 + blow * 0.5, -build.hip),
                (half * 1.5 + blow, -0.5),
                (blow, -0.36),
                (-half * 1.6 + blow, -0.5),
                (-half * 1.3 + blow * 0.5, -build.hip),
            ),
            5,
        )
        canvas.shape(cape, piece.colour, line, LINE)
        canvas.shade(cape, -0.25 - 0.1j, piece.colour, darker(piece.colour, 0.45), 0.6)
    elif piece.style == "wings":
        for side in (-1, 1):
            flap = 0.3 * pose.sway
            wing = smooth(
                complex(side * half * 0.5, top + 0.4)
                + points(
                    (0, 0), (side * 0.9, -1.1 + flap), (side * 1.7, -0.8 + flap), (side * 1.3, 0.1), (side * 0.6, 0.6)
                ),
                5,
            )
            canvas.shape(wing, piece.colour, line, LINE)
    else:
        wide = 0.95 if piece.style == "backpack" else 0.5
        pack = smooth(
            complex(-half * 0.75, top + 0.75)
            + points((-wide * 0.62, -0.7), (wide * 0.7, -0.72), (wide * 0.75, 0.75), (-wide * 0.72, 0.75)),
            5,
        )
        canvas.shape(pack, piece.colour, line, LINE)
        canvas.shade(pack, 0.15 - 0.12j, piece.colour, darker(piece.colour, 0.4), 0.55)


def worn(look: Look) -> tuple[Piece, ...]:
    """Garments of the upper body from the inside out."""
    return tuple(p for slot in ("top", "outer") if (p := look.piece(slot)) is not None)
