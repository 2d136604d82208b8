"""Drawing animals, spirits and robots: small upright beings with large heads."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from charkit.simulator import faces, hats, outfits, props
from charkit.simulator.brush import Canvas, curve, oval, points, smooth, tube
from charkit.simulator.colours import darker, ink
from charkit.simulator.faces import LINE
from charkit.simulator.pelts import draw_ears, draw_tail
from charkit.simulator.posing import Build, Pose, build_of, turned

if TYPE_CHECKING:
    from charkit.simulator.looks import Look

_BEAKS = ("owl", "bird")


def draw_creature(canvas: Canvas, look: Look, pose: Pose, glow: float) -> None:
    """Draw a creature or a robot that stands on the canvas's origin."""
    build = build_of(look)
    rise = -1j * pose.jump * canvas.unit
    canvas.origin += rise
    head = complex(0.16 * pose.yaw - 0.3 * pose.tilt, -build.head + pose.bob * 1.2)
    if not pose.back:
        draw_tail(canvas, look, pose)
    back = look.piece("back")
    if back is not None and not pose.back:
        outfits.draw_back_piece(canvas, build, back, pose)
    _arm(canvas, look, build, pose, far=True)
    if canvas.shows(-build.hip):
        for far in (True, False):
            _leg(canvas, look, build, pose, far=far)
    _body(canvas, look, build, pose)
    held = look.piece("held")
    if held is not None and not pose.back:
        props.draw_held(canvas, held, pose, _hand(build, pose, far=True), 0.8, glow)
    _arm(canvas, look, build, pose, far=False)
    if pose.back:
        draw_tail(canvas, look, pose)
    neckwear = look.piece("neck")
    draw_ears(canvas, look, pose, head)
    _head(canvas, look, pose, head)
    if neckwear is not None:
        outfits.draw_neckwear(canvas, neckwear, pose, complex(0.08 * pose.yaw, -build.shoulder + 0.08 + pose.bob), 0.5)
    hat = look.piece("head")
    if hat is not None:
        hats.draw_hat(canvas, hat, pose, head + 0.12j)
    canvas.origin -= rise


def _hand(build: Build, pose: Pose, *, far: bool) -> complex:
    angle = pose.far_arm if far else pose.near_arm
    shoulder = complex((0.78 if far else -0.78) * build.shoulders, -build.shoulder + 0.36 + pose.bob)
    spread = 0.35 if far else -0.35
    return shoulder + build.arm * 1j * complex(math.cos(angle + spread), -math.sin(angle + spread))


def _arm(canvas: Canvas, look: Look, build: Build, pose: Pose, *, far: bool) -> None:
    shoulder = complex((0.72 if far else -0.72) * build.shoulders, -build.shoulder + 0.32 + pose.bob)
    hand = _hand(build, pose, far=far)
    colour = darker(look.skin, 0.16) if far else look.skin
    outline = tube(np.array([shoulder, (shoulder + hand) / 2, hand]), build.limb, build.limb * 0.95, build.limb * 0.85)
    canvas.shape(outline, colour, ink(look.skin), LINE)
    canvas.fill(oval(hand, build.limb * 0.34, build.limb * 0.34, 14), darker(look.skin, 0.4))


def _leg(canvas: Canvas, look: Look, build: Build, pose: Pose, *, far: bool) -> None:
    phase = 2 * math.pi * (pose.step + (0.5 if far else 0.0))
    x = build.hips * 0.5 * (1 if far else -1) * (1 - 0.4 * pose.stride) + pose.stride * 0.34 * math.sin(phase)
    up = pose.stride * 0.3 * max(0.0, math.cos(phase)) - (0.1 if pose.jump > 0.15 else 0.0)
    colour = darker(look.skin, 0.2) if far else look.skin
    hip, foot = complex(build.hips * 0.4 * (1 if far else -1), -build.hip + pose.bob), complex(x, -0.14 - up)
    canvas.shape(tube(np.array([hip, (hip + foot) / 2, foot]), 0.5, 0.44, 0.4), colour, ink(look.skin), LINE)
    lead = 0.16 * (1 if pose.yaw >= 0 else -1)
    feet = look.piece("feet")
    paw = feet.colour if feet is not None else darker(look.skin, 0.34)
    canvas.shape(oval(foot + complex(lead, 0.0), 0.34, 0.17, 20), paw, ink(look.skin), LINE)


def _body(canvas: Canvas, look: Look, build: Build, pose: Pose) -> None:
    top, low = -build.shoulder + pose.bob - 0.1, -0.3
    wide = build.hips * (1.14 + 0.2 * pose.squash)
    if look.kind == "robot":
        outline = smooth(
            points((-wide, top), (wide, top), (wide * 0.94, -build.hip + 0.2), (-wide * 0.94, -build.hip + 0.2)), 6
        )
    else:
        mid = (top + low) / 2
        outline = smooth(
            points(
                (0, top),
                (build.shoulders, top + 0.14),
                (wide * 0.98, mid + 0.1),
                (wide, low - 0.12),
                (0.4, low),
                (-0.4, low),
                (-wide, low - 0.12),
                (-wide * 0.98, mid + 0.1),
                (-build.shoulders, top + 0.14),
            ),
            5,
        )
    canvas.shape(outline, look.skin, ink(look.skin), LINE)
    if not pose.back:
        d = 0.2 * pose.yaw
        belly = smooth(
            points(
                (d - 0.3, top + 0.3),
                (d + 0.3, top + 0.3),
                (d + wide * 0.66, low - 0.5),
                (d + 0.2, low - 0.08),
                (d - 0.2, low - 0.08),
                (d - wide * 0.66, low - 0.5),
            ),
            5,
        )
        canvas.fill(belly, look.belly)
        _panel(canvas, look, complex(d, (top - build.hip) / 2))
    canvas.shade(outline, -0.2 - 0.08j, look.skin, darker(look.skin, 0.4), 0.55)
    for piece in outfits.worn(look):
        outfits.draw_torso(canvas, build, piece, pose)


def _panel(canvas: Canvas, look: Look, at: complex) -> None:
    """Lights on a robot's chest."""
    if look.kind != "robot":
        return
    for dx, colour in ((-0.24, look.eyes), (0.0, (232.0, 178.0, 74.0)), (0.24, (214.0, 92.0, 74.0))):
        canvas.shape(oval(at + dx, 0.08, 0.08, 14), colour, ink(look.skin), LINE * 0.7)


def _head(canvas: Canvas, look: Look, pose: Pose, at: complex) -> None:
    size = look.head_size
    if look.kind == "robot":
        outline = at + size * smooth(points((-0.98, -0.82), (0.98, -0.82), (1.0, 0.74), (-1.0, 0.74)), 6)
    else:
        d = 0.08 * pose.yaw
        outline = at + size * smooth(
            points(
                (0, -0.9),
                (0.74, -0.7),
                (1.04, 0.02),
                (1.12 + d, 0.42),
                (0.62 + d, 0.78),
                (d, 0.88),
                (-0.62 + d, 0.78),
                (-1.12 + d, 0.42),
                (-1.04, 0.02),
                (-0.74, -0.7),
            ),
            5,
        )
    canvas.shape(outline, look.skin, ink(look.skin), LINE)
    if pose.back:
        canvas.shade(outline, -0.14 - 0.1j, look.skin, darker(look.skin, 0.36), 0.55)
        return
    if look.kind == "creature":
        _mask(canvas, look, pose, at)
    canvas.shade(outline, -0.13 - 0.1j, look.skin, darker(look.skin, 0.36), 0.5)
    faces.draw_cheeks(canvas, look, pose, at, wide=0.68, high=0.38)
    faces.draw_eyes(canvas, look, pose, at, wide=0.46, high=0.02, size=0.23 * look.eye_size)
    _muzzle(canvas, look, pose, at)
    eyewear = look.piece("eyes")
    if eyewear is not None:
        hats.draw_eyewear(canvas, eyewear, pose, at)


def _mask(canvas: Canvas, look: Look, pose: Pose, at: complex) -> None:
    """Lighter fur on the lower face, a tuft and markings."""
    x, _ = turned(0.0, pose.yaw)
    light = smooth(
        at
        + 0.36 * x
        + points(
            (-0.84, 0.34), (-0.36, 0.2), (0, 0.34), (0.36, 0.2), (0.84, 0.34), (0.5, 0.72), (0, 0.83), (-0.5, 0.72)
        ),
        5,
    )
    canvas.fill(light, look.belly)
    for dx, tall in ((-0.16, 0.22), (0.02, 0.32), (0.2, 0.22)):
        tuft = at + complex(x * 0.4 + dx, -0.84)
        canvas.stroke(
            curve(
                tuft + points((0, 0.1), (0.03 + 0.03 * pose.sway, -tall * 0.6), (0.1 * pose.sway + dx * 0.5, -tall)), 3
            ),
            look.skin,
            0.17,
            0.13,
            0.02,
        )
    if look.species in ("tiger", "raccoon", "panda") or look.spots:
        mark = darker(look.skin, 0.6) if look.hair == look.skin or look.species == "panda" else look.hair
        for side in (-1.0, 1.0):
            ex, squeeze = turned(side * 0.46, pose.yaw)
            canvas.fill(
                oval(at + complex(ex, 0.04), 0.36 * squeeze, 0.38), mark, 0.85 if look.species != "tiger" else 0.25
            )


def _muzzle(canvas: Canvas, look: Look, pose: Pose, at: complex) -> None:
    x, _ = turned(0.0, pose.yaw)
    nose = at + complex(x * 0.98, 0.34)
    dark = (52.0, 36.0, 44.0)
    if look.kind == "robot":
        canvas.shape(
            tube(at + x * 0.8 + points((-0.3, 0.5), (0, 0.5), (0.3, 0.5)), 0.14 + 0.1 * pose.mouth),
            (60, 46, 58),
            ink(look.skin),
            LINE,
        )
        return
    if look.species in _BEAKS:
        gape = 0.1 * pose.mouth
        canvas.shape(
            smooth(nose + points((-0.2, -0.08), (0.2, -0.08), (0.03, 0.28 + gape)), 4),
            (232, 164, 62),
            ink((232, 164, 62)),
            LINE,
        )
        return
    mouth = at + complex(x * 0.92, 0.55)
    faces.draw_mouth(canvas, pose, mouth, look.belly, 0.24)
    if pose.mouth == 0:
        canvas.stroke(np.array([nose, (nose + mouth) / 2, mouth]), darker(look.belly, 0.55), 0.03)
    canvas.shape(
        smooth(nose + points((-0.14, -0.07), (0, -0.1), (0.14, -0.07), (0.05, 0.07), (-0.05, 0.07)), 4), dark, None, 0
    )
    canvas.fill(oval(nose + complex(-0.04, -0.05), 0.035, 0.022, 10), (232, 222, 226))
