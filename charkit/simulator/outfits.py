"""Garments on the body, hats on the head and things in the hand; units are head radii, the ground is y = 0."""

from __future__ import annotations

import cmath
from typing import TYPE_CHECKING

import numpy as np

from charkit.simulator.brush import Canvas, curve, oval, points, smooth, tube
from charkit.simulator.colours import Rgb, darker, ink, lighter, mix
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
"""Per garment: height of the hem as a share of the height of the hips, and its half width as a share of the shoulders'."""


def torso_outline(build: Build, style: str, pose: Pose) -> Points:
    """The outline of a garment on the upper body."""
    low, flare = _HEMS[style]
    top, hem = -build.shoulder + pose.bob, -build.hip * low
    half = build.shoulders
    width = max(half * flare * (1.18 if low < 0.7 else 1.0), build.hips * 1.02)
    blow = pose.wind * -0.22 * (1 - low) + pose.sway * 0.05 * (1 - low)
    waist = (top + hem * 0.9 - build.hip * 0.4) / 2
    return smooth(points(
        (-half * 0.42, top - 0.12), (half * 0.42, top - 0.12), (half * 0.96, top + 0.08), (half * 1.02, (top + waist) / 2),
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
    from charkit.simulator.posing import turned

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


def draw_held(canvas: Canvas, piece: Piece, pose: Pose, hand: complex, size: float, glow: float) -> None:
    """What is in the hand; `glow` from 0 to 1 is how far a lantern shines."""
    line, colour = ink(piece.colour), piece.colour
    if piece.style == "lantern":
        _lantern(canvas, piece, pose, hand, size, glow)
        return
    sticks: dict[str, tuple[complex, complex, float]] = {
        "staff": (-1.6j, 2.4j, 0.13), "wand": (0.5 - 0.7j, 0j, 0.07), "sword": (0.5 - 1.8j, 0.1j, 0.13), "umbrella": (-2.6j, 0.2j, 0.06), "flower": (-0.6j, 0.2j, 0.05), "balloon": (-1.9j, 0j, 0.025),
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


def worn(look: Look) -> tuple[Piece, ...]:
    """Garments of the upper body from the inside out."""
    return tuple(p for slot in ("top", "outer") if (p := look.piece(slot)) is not None)
