"""Hair: what falls behind the head and what lies over it; units are head radii around the head's centre."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from charkit.simulator.brush import Canvas, curve, oval, points, smooth, tube
from charkit.simulator.colours import darker, ink, lighter
from charkit.simulator.faces import LINE

if TYPE_CHECKING:
    from charkit.simulator.arrays import Points
    from charkit.simulator.looks import Look
    from charkit.simulator.posing import Pose

_LENGTHS = {"bob": 0.95, "wavy": 1.65, "long": 2.6, "curly": 1.25}
"""How far below the centre of the head loose hair reaches."""


def draw_back_hair(canvas: Canvas, look: Look, pose: Pose, at: complex) -> None:
    """Hair behind the head and shoulders."""
    blow = pose.sway * 0.08 + pose.wind * (-0.5 - 0.12 * pose.sway)
    colour = darker(look.hair, 0.22)
    line = ink(look.hair)
    if look.style in _LENGTHS and look.style != "curly":
        canvas.shape(at + _fall(_LENGTHS[look.style], blow, pose.yaw), colour, line, LINE)
    elif look.style in ("curly", "afro"):
        _cloud(canvas, look, at, 1.55 if look.style == "afro" else 1.32)
    elif look.style == "ponytail":
        canvas.shape(at + _tail(complex(-0.55, -0.55), 2.0, blow * 1.4 - 0.25), look.hair, line, LINE)
    elif look.style in ("pigtails", "braids"):
        length = 1.0 if look.style == "pigtails" else 1.9
        for side in (-1, 1):
            canvas.shape(at + _tail(complex(side * 0.85, 0.1), length, blow + side * 0.28), look.hair, line, LINE)
    elif look.style == "bun":
        canvas.shape(oval(at + complex(-0.25 * pose.yaw, -1.12), 0.44, 0.4), look.hair, line, LINE)


def _fall(length: float, blow: float, yaw: float) -> Points:
    """Loose hair of a length, blown along at its ends."""
    s = -0.1 * yaw
    r, q = 0.34 * max(0.0, yaw - 0.2), 0.34 * max(0.0, -yaw - 0.2)  # a turned head shows its face, not the hair behind
    corners = points(
        (s, -1.12), (0.78 + s - r * 0.5, -0.92), (1.14 + s - r, -0.15), (1.16 + s * 0.5 - r * 1.4, length * 0.45),
        (1.06 + blow - r * 1.4, length * 0.86), (0.72 + blow * 1.2 - r, length * 1.04),
        (0.0 + blow * 1.2, length * 0.97),
        (-0.76 + blow * 1.25 + q, length * 1.06), (-1.14 + blow + q * 1.4, length * 0.86),
        (-1.2 + s + q * 1.4, length * 0.45), (-1.14 + s + q, -0.15), (-0.78 + s + q * 0.5, -0.92),
    )  # fmt: skip
    return smooth(corners, 5)


def _tail(root: complex, length: float, lean: float) -> Points:
    path = curve(
        root + points((0, 0), (lean * 0.5 - 0.05, length * 0.35), (lean, length * 0.7), (lean * 1.6, length)), 6
    )
    return tube(path, 0.3, 0.5, 0.46, 0.1)


def _cloud(canvas: Canvas, look: Look, at: complex, radius: float) -> None:
    """A mass of curls."""
    angles = np.arange(15) / 15 * 2 * np.pi + 0.3
    for angle in angles:
        lump = at + complex(np.cos(angle) * radius * 0.74, np.sin(angle) * radius * 0.72 - 0.18)
        canvas.shape(oval(lump, radius * 0.34, radius * 0.34, 18), darker(look.hair, 0.15), ink(look.hair), LINE)
    canvas.fill(oval(at - 0.18j, radius * 0.86, radius * 0.84), darker(look.hair, 0.15))


def draw_front_hair(canvas: Canvas, look: Look, pose: Pose, at: complex) -> None:
    """Crown, fringe and locks over the face."""
    if look.style == "bald":
        return
    line = ink(look.hair)
    if pose.back:
        canvas.shape(at + _nape(look.style), look.hair, line, LINE)
        canvas.shade(at + _nape(look.style), 0.2 - 0.1j, look.hair, darker(look.hair, 0.3), 0.5)
        _shine(canvas, look, pose, at)
        return
    if look.style in ("bob", "long", "wavy"):
        _locks(canvas, look, pose, at)
    cap = at + _cap(look.style, pose)
    canvas.shape(cap, look.hair, line, LINE)
    canvas.shade(cap, 0.07 - 0.13j, look.hair, darker(look.hair, 0.3), 0.55)
    _shine(canvas, look, pose, at)
    if look.style == "spiky":
        _spikes(canvas, look, pose, at)
    elif look.style == "mohawk":
        canvas.shape(
            at + smooth(points((-0.3, -0.8), (-0.2, -1.7), (0.1, -1.75), (0.35, -0.8)), 5), look.hair, line, LINE
        )


def _nape(style: str) -> Points:
    """The back of the head."""
    low = {"long": 1.4, "wavy": 1.2, "bob": 0.9, "curly": 0.9, "afro": 0.8}.get(style, 0.62)
    return smooth(
        points(
            (0, -1.1),
            (0.78, -0.88),
            (1.1, -0.1),
            (1.02, low * 0.8),
            (0.4, low),
            (-0.4, low),
            (-1.02, low * 0.8),
            (-1.1, -0.1),
            (-0.78, -0.88),
        ),
        5,
    )


def _cap(style: str, pose: Pose) -> Points:
    """Crown and fringe: an outer arc over the skull and a fringe line across the forehead."""
    d = 0.32 * pose.yaw
    volume = 0.05 if style in ("cropped", "mohawk") else 0.13
    low = {"cropped": -0.35, "short": 0.0, "bob": 0.12, "long": 0.1, "wavy": 0.1}.get(style, 0.02)
    outer = points(
        (-1.0, low), (-1.0 - volume * 0.6, -0.3), (-0.72, -0.84 - volume * 0.5), (0.0, -1.0 - volume),
        (0.72, -0.84 - volume * 0.5), (1.0 + volume * 0.6, -0.3), (1.0, low),
    )  # fmt: skip
    fringe = {
        "cropped": points((0.86, -0.5), (0.5 + d, -0.66), (d, -0.7), (-0.5 + d, -0.66), (-0.86, -0.5)),
        "ponytail": points((0.9, -0.2), (0.62 + d, -0.58), (0.1 + d, -0.74), (-0.45 + d, -0.56), (-0.88, -0.1)),
        "bun": points((0.9, -0.2), (0.62 + d, -0.6), (d, -0.78), (-0.62 + d, -0.6), (-0.9, -0.2)),
        "short": points(
            (0.88, -0.25), (0.6 + d, -0.5), (0.35 + d, -0.36), (-0.1 + d, -0.52), (-0.55 + d, -0.32), (-0.9, -0.22)
        ),
    }.get(style)
    if fringe is None:
        sway = pose.sway * 0.03 - pose.wind * 0.08
        fringe = points(
            (0.9, -0.16), (0.68 + d, -0.42), (0.42 + d + sway, -0.4), (0.3 + d, -0.54), (0.02 + d + sway, -0.42),
            (-0.22 + d, -0.52), (-0.5 + d + sway, -0.36), (-0.68 + d, -0.42), (-0.92, -0.08),
        )  # fmt: skip
    return np.concatenate((curve(outer, 5), curve(fringe, 4)))


def _locks(canvas: Canvas, look: Look, pose: Pose, at: complex) -> None:
    """Side locks that frame the face."""
    length = {"bob": 0.92, "wavy": 1.5, "long": 1.9}[look.style]
    for side in (-1.0, 1.0):
        near = 0.16 * pose.yaw * side
        if near > 0.075:
            continue
        blow = pose.sway * 0.05 - pose.wind * 0.28
        x = side * (1.0 + 0.02) - 0.06 * pose.yaw
        inner = side * (0.74 + 0.38 * max(0.0, pose.yaw * side) - 0.1 * max(0.0, -pose.yaw * side))
        wave = 0.1 if look.style == "wavy" else 0.0
        lock = smooth(at + points(
            (x, -0.45), (x + side * 0.13, 0.15), (x + side * (0.1 + wave) + blow * 0.5, length * 0.72),
            (x - side * 0.12 + blow, length * 1.05), (inner + side * (0.06 - wave) + blow * 0.8, length * 0.84),
            (inner + side * 0.1, 0.2), (inner, -0.3),
        ), 5)  # fmt: skip
        canvas.shape(lock, look.hair, ink(look.hair), LINE)
        strand = curve(at + points((x * 0.94, -0.2), (x * 0.98, 0.2), (x * 0.95 + blow * 0.6, length * 0.8)), 4)
        canvas.stroke(strand, darker(look.hair, 0.32), 0.01, 0.035, 0.01)


def _shine(canvas: Canvas, look: Look, pose: Pose, at: complex) -> None:
    """A band of light on the crown and a few strands."""
    d = 0.2 * pose.yaw
    band = curve(at + points((-0.62 + d, -0.64), (-0.3 + d, -0.82), (0.1 + d, -0.87), (0.4 + d, -0.8)), 4)
    canvas.stroke(band, lighter(look.hair, 0.38), 0.02, 0.1, 0.02, alpha=0.75)
    for x in (-0.42, 0.12, 0.52):
        strand = curve(at + points((x * 0.5 + d * 0.5, -1.02), (x * 0.85 + d, -0.7), (x + d, -0.42)), 3)
        canvas.stroke(strand, darker(look.hair, 0.36), 0.01, 0.03, 0.01)


def _spikes(canvas: Canvas, look: Look, pose: Pose, at: complex) -> None:
    """Unruly tufts around the crown."""
    for i in range(6):
        angle = np.pi * (1.1 + 0.16 * i)
        root = at + complex(np.cos(angle) * 0.95, np.sin(angle) * 0.98)
        tip = at + complex(np.cos(angle - 0.12) * 1.38 + 0.06 * pose.sway, np.sin(angle - 0.12) * 1.4)
        canvas.fill(tube(np.array([root, (root + tip) / 2, tip]), 0.4, 0.26, 0.03), look.hair)
