"""Drawing whole figures: people, with the order in which body, clothes, face and hair lie over each other."""

from __future__ import annotations

import cmath
import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

from charkit.simulator import faces, hats, outfits, props
from charkit.simulator.brush import Canvas, curve, oval, points, smooth, tube
from charkit.simulator.colours import Rgb, darker, ink, lighter, times
from charkit.simulator.creatures import draw_creature
from charkit.simulator.faces import LINE
from charkit.simulator.hair import draw_back_hair, draw_front_hair
from charkit.simulator.posing import Build, Pose, build_of

if TYPE_CHECKING:
    from charkit.simulator.arrays import Points
    from charkit.simulator.looks import Look


def in_light(look: Look, factors: Rgb) -> Look:
    """The look under coloured light; factors are around 1 per channel."""
    pieces = tuple(dataclasses.replace(p, colour=times(p.colour, factors)) for p in look.pieces)
    return dataclasses.replace(
        look, pieces=pieces, skin=times(look.skin, factors), belly=times(look.belly, factors),
        hair=times(look.hair, factors),
    )  # fmt: skip


def draw_figure(canvas: Canvas, look: Look, pose: Pose, *, glow: float = 0.0) -> None:
    """Draw a figure that stands on the canvas's origin; one unit is one head radius."""
    if look.kind == "human":
        _draw_human(canvas, look, pose, glow)
    else:
        draw_creature(canvas, look, pose, glow)


def arm_path(build: Build, pose: Pose, angle: float, *, far: bool) -> Points:
    """Shoulder, elbow and hand of an arm; angle 0 hangs, pi/2 points forward, pi points up."""
    shoulder = complex((0.82 if far else -0.82) * build.shoulders, -build.shoulder + 0.22 + pose.bob - pose.jump)
    reach = build.arm / 2
    spread = 0.16 if far else -0.16
    elbow = shoulder + reach * 1j * cmath.exp(-1j * (angle + spread))
    hand = elbow + reach * 1j * cmath.exp(-1j * (angle + spread + pose.elbow))
    return np.array([shoulder, elbow, hand])


def hand_at(look: Look, pose: Pose) -> complex:
    """Where the far hand, which carries things, is."""
    return complex(arm_path(build_of(look), pose, pose.far_arm, far=True)[2])


def head_at(look: Look, pose: Pose) -> complex:
    """The centre of the head."""
    build = build_of(look)
    return complex(0.06 * pose.yaw - 0.35 * pose.tilt, -build.head + pose.bob * 1.25 - pose.jump)


def _draw_human(canvas: Canvas, look: Look, pose: Pose, glow: float) -> None:
    build = build_of(look)
    lifted = _Lifted(canvas, pose.jump)
    head = head_at(look, pose)
    back, held = look.piece("back"), look.piece("held")
    with lifted:
        if back is not None and not pose.back:
            outfits.draw_back_piece(canvas, build, back, pose)
    draw_back_hair(canvas, look, pose, head)
    _arm(canvas, look, build, pose, far=True)
    with lifted:
        if canvas.shows(-build.hip):
            for far in (True, False):
                _leg(canvas, look, build, pose, far=far)
        bottom = look.piece("bottom")
        if bottom is not None:
            _hips(canvas, build, bottom.colour, bottom.style, pose)
        _neck(canvas, look, build, pose)
        for piece in outfits.worn(look):
            outfits.draw_torso(canvas, build, piece, pose)
        if back is not None and pose.back:
            outfits.draw_back_piece(canvas, build, back, pose)
    if held is not None and not pose.back:
        props.draw_held(canvas, held, pose, hand_at(look, pose), 1.0, glow)
        canvas.shape(
            oval(hand_at(look, pose), build.limb * 0.46, build.limb * 0.44, 16), look.skin, ink(look.skin), LINE
        )
    _arm(canvas, look, build, pose, far=False)
    _head(canvas, look, pose, head)
    neckwear = look.piece("neck")
    if neckwear is not None:
        at = complex(0.04 * pose.yaw, -build.shoulder + 0.02 + pose.bob - pose.jump)
        outfits.draw_neckwear(canvas, neckwear, pose, at, 0.34 + build.shoulders * 0.22)


class _Lifted:
    """Moves the canvas up while the figure is in the air."""

    def __init__(self, canvas: Canvas, height: float) -> None:
        self.canvas, self.rise = canvas, -1j * height * canvas.unit

    def __enter__(self) -> None:
        self.canvas.origin += self.rise

    def __exit__(self, *_: object) -> None:
        self.canvas.origin -= self.rise


def _neck(canvas: Canvas, look: Look, build: Build, pose: Pose) -> None:
    top = complex(0.03 * pose.yaw, -build.head + 0.8 + pose.bob)
    base = complex(0, -build.shoulder + 0.1 + pose.bob)
    canvas.shape(
        tube(np.array([top, (top + base) / 2, base]), 0.36, 0.38, 0.46), darker(look.skin, 0.2), ink(look.skin), LINE
    )


def _hips(canvas: Canvas, build: Build, colour: Rgb, style: str, pose: Pose) -> None:
    top, low = -build.hip - 0.5 + pose.bob, -build.hip + 0.22
    if style == "skirt":
        low = -build.hip * 0.55
        wide = build.hips * 1.7
        outline = smooth(points((-build.hips, top), (build.hips, top), (wide, low), (0, low + 0.1), (-wide, low)), 4)
    else:
        outline = smooth(
            points(
                (-build.hips, top),
                (build.hips, top),
                (build.hips * 0.98, low),
                (0, low + 0.06),
                (-build.hips * 0.98, low),
            ),
            4,
        )
    canvas.shape(outline, colour, ink(colour), LINE)


def leg_path(build: Build, pose: Pose, *, far: bool) -> Points:
    """Hip, knee and ankle."""
    phase = 2 * math.pi * (pose.step + (0.5 if far else 0.0))
    swing = pose.stride * 0.62 * math.sin(phase)
    bend = pose.stride * (0.25 + 0.75 * max(0.0, math.cos(phase))) if pose.stride else 0.0
    bend += 0.5 * max(0.0, pose.squash) + (0.7 if pose.jump > 0.15 else 0.0)
    apart = build.hips * 0.58 * (1 if far else -1) * (1 - 0.5 * pose.stride)
    hip = complex(apart, -build.hip + pose.bob)
    half = (build.hip - 0.22) / 2
    knee = hip + half * 1j * cmath.exp(-1j * (swing + bend * 0.45))
    ankle = knee + half * 1j * cmath.exp(-1j * (swing - bend * 0.75))
    return np.array([hip, knee, ankle])


def _leg(canvas: Canvas, look: Look, build: Build, pose: Pose, *, far: bool) -> None:
    path = leg_path(build, pose, far=far)
    bottom, feet = look.piece("bottom"), look.piece("feet")
    wide = build.limb * 1.25
    bare = bottom is None or bottom.style in ("shorts", "skirt")
    colour = look.skin if bare or bottom is None else bottom.colour
    colour = darker(colour, 0.22) if far else colour
    limb = curve(path, 6)
    slim = 0.8 if bottom is not None and bottom.style == "leggings" else 1.0
    canvas.shape(tube(limb, wide, wide * 0.9 * slim, wide * 0.74 * slim), colour, ink(colour), LINE)
    if bottom is not None and bottom.style == "shorts":
        canvas.shape(tube(limb[: len(limb) // 2], wide * 1.15, wide * 1.2), bottom.colour, ink(bottom.colour), LINE)
    _foot(canvas, feet.colour if feet else look.skin, feet.style if feet else "bare", path, pose, wide, far=far)


def _foot(canvas: Canvas, colour: Rgb, style: str, path: Points, pose: Pose, wide: float, *, far: bool) -> None:
    colour = darker(colour, 0.18) if far else colour
    ankle = path[2]
    shin = (path[1] - ankle) / max(1e-6, abs(path[1] - ankle))
    turn = 0.85 if abs(pose.yaw) > 0.25 or pose.stride else (0.35 if far else -0.35)
    turn *= -1 if pose.yaw < -0.25 else 1
    if style == "boots":
        shaft = tube(
            np.array([ankle + shin * wide * 0.8, ankle + shin * 0.3 * wide, ankle]), wide * 1.12, wide * 1.02, wide
        )
        canvas.shape(shaft, colour, ink(colour), LINE)
        cuff = ankle + shin * wide * 1.3
        canvas.stroke(
            np.array([cuff - shin * 1j * wide * 0.55, cuff + shin * 1j * wide * 0.55]), lighter(colour, 0.25), 0.14
        )
    toe = 1j * shin * wide * turn * 1.1
    down = -shin * wide * 0.34
    sole = smooth(ankle + np.array([
        -toe * 0.42 - down * 0.9, toe * 0.3 - down * 1.1, toe * 0.95 - down * 0.05, toe * 1.05 + down * 0.8,
        -toe * 0.5 + down * 0.85,
    ]), 4)  # fmt: skip
    canvas.shape(sole, colour, ink(colour), LINE)
    canvas.stroke(ankle + np.array([-toe * 0.45 + down * 0.75, toe * 1.0 + down * 0.7]), darker(colour, 0.45), 0.07)


def _arm(canvas: Canvas, look: Look, build: Build, pose: Pose, *, far: bool) -> None:
    path = arm_path(build, pose, pose.far_arm if far else pose.near_arm, far=far)
    sleeve = look.piece("outer")
    if sleeve is None or sleeve.style in ("vest", "overalls"):
        sleeve = look.piece("top") or sleeve
    colour = sleeve.colour if sleeve is not None else look.skin
    colour = darker(colour, 0.16) if far else colour
    bend = curve(path, 6)
    hand = path[2] + (path[2] - path[1]) / max(1e-6, abs(path[2] - path[1])) * build.limb * 0.28
    canvas.shape(oval(hand, build.limb * 0.52, build.limb * 0.5, 18), look.skin, ink(look.skin), LINE)
    short = sleeve is not None and sleeve.style in ("shirt", "dress", "vest")
    if short:
        canvas.shape(tube(bend, build.limb * 0.85, build.limb * 0.7), look.skin, ink(look.skin), LINE)
        bend = bend[: len(bend) // 2]
    outline = tube(bend, build.limb, build.limb * 1.08, build.limb * 1.18)
    canvas.shape(outline, colour, ink(colour), LINE)
    canvas.shade(outline, -0.1 - 0.04j, colour, darker(colour, 0.45), 0.5)
    if not short:
        cuff = (bend[-1] - bend[-2]) / max(1e-6, abs(bend[-1] - bend[-2])) * 1j * build.limb * 0.5
        canvas.stroke(np.array([bend[-1] - cuff, bend[-1] + cuff]), darker(colour, 0.35), 0.07)


def _head(canvas: Canvas, look: Look, pose: Pose, at: complex) -> None:
    size = look.head_size
    at = at + 0.5j * (1 - size)
    if not pose.back:
        _ears(canvas, look, pose, at)
        outline = at + faces.head_outline(look.face, pose.yaw, size)
        canvas.shape(outline, look.skin, ink(look.skin), LINE)
        canvas.shade(outline, -0.12 - 0.1j, look.skin, darker(look.skin, 0.34), 0.5)
        faces.draw_cheeks(canvas, look, pose, at, wide=0.58, high=0.42)
        if look.beard:
            _beard(canvas, look, pose, at)
        faces.draw_eyes(canvas, look, pose, at, wide=0.4, high=0.1, size=0.215 * look.eye_size)
        faces.draw_nose(canvas, look, pose, at)
        mouth = at + complex(0.62 * math.sin(pose.yaw * 0.85), 0.62)
        faces.draw_mouth(canvas, pose, mouth, look.skin, 0.22)
        eyewear = look.piece("eyes")
        if eyewear is not None:
            hats.draw_eyewear(canvas, eyewear, pose, at)
    draw_front_hair(canvas, look, pose, at)
    hat = look.piece("head")
    if hat is not None:
        hats.draw_hat(canvas, hat, pose, at)


def _ears(canvas: Canvas, look: Look, pose: Pose, at: complex) -> None:
    if look.style in ("bob", "long", "wavy", "afro", "curly"):
        return
    for side in (-1.0, 1.0):
        x = side * 0.97 - 0.3 * pose.yaw
        if abs(x) > 1.2:
            continue
        canvas.shape(oval(at + complex(x, 0.16), 0.17, 0.24, 20), darker(look.skin, 0.08), ink(look.skin), LINE)


def _beard(canvas: Canvas, look: Look, pose: Pose, at: complex) -> None:
    d = 0.15 * pose.yaw
    long = 1.7 if look.age == "elder" else 1.2
    outline = smooth(
        at
        + d
        + points(
            (-0.92, 0.1),
            (-0.5, 0.42),
            (0, 0.42),
            (0.5, 0.42),
            (0.92, 0.1),
            (0.82, 0.85),
            (0.1 + 0.08 * pose.sway, long),
            (-0.82, 0.85),
        ),
        5,
    )
    canvas.shape(outline, look.hair, ink(look.hair), LINE)
    canvas.shade(outline, -0.15 - 0.1j, look.hair, darker(look.hair, 0.35), 0.5)
