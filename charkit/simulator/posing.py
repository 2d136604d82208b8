"""The pose of a figure in one drawing, and the measures of its body."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from charkit.simulator.looks import Look


@dataclass(frozen=True, kw_only=True)
class Pose:
    """One drawing's pose; angles in radians, lengths in head radii. All fields are quantised, so that poses repeat."""

    yaw: float = 0.3
    """Turn of the head: 0 faces the viewer, 0.55 is three-quarter, 1.25 profile; negative looks the other way."""

    tilt: float = 0.0
    """Lean of the head towards the shoulder."""

    bob: float = 0.0
    """Rise of the upper body (negative is up)."""

    step: float = 0.0
    """Phase of the walk cycle, 0 to 1."""

    stride: float = 0.0
    """Size of the steps: 0 stands, 1 runs."""

    near_arm: float = 0.1
    """Angle of the arm towards the viewer, from hanging (0) forward (pi/2) to up (pi)."""

    far_arm: float = 0.1
    """Angle of the other arm, which carries what is held."""

    elbow: float = 0.25
    """Bend of both elbows."""

    lids: float = 0.0
    """0 open, 1 closed."""

    mouth: int = 0
    """0 closed, 1 slightly open, 2 open wide, 3 rounded."""

    mood: str = ""
    """"", "smile", "worry" or "surprise"."""

    gaze: complex = 0j
    """Where the eyes look, from -1 to 1 each way."""

    sway: float = 0.0
    """What moves loosely: hair, scarf, ears, tail, from -1 to 1."""

    wind: float = 0.0
    """How far the wind blows loose things along, 0 to 1."""

    ears: float = 0.0
    """Turn of the ears from -1 to 1."""

    jump: float = 0.0
    """Height above the ground."""

    squash: float = 0.0
    """Above 0 squashed, below 0 stretched."""

    back: bool = False
    """Seen from behind."""


@dataclass(frozen=True, kw_only=True)
class Build:
    """Measures of a body in head radii; heights are above the ground."""

    head: float
    """Height of the centre of the head."""

    shoulder: float
    """Height of the shoulders."""

    shoulders: float
    """Half the width of the shoulders."""

    hip: float
    """Height of the hips."""

    hips: float
    """Half the width of the hips."""

    arm: float
    """Length of an arm."""

    limb: float
    """Width of an arm; legs are a quarter wider."""


BUILDS = {
    "child": Build(head=4.75, shoulder=3.7, shoulders=0.56, hip=1.95, hips=0.52, arm=1.65, limb=0.4),
    "adult": Build(head=6.9, shoulder=5.72, shoulders=0.86, hip=3.2, hips=0.66, arm=2.55, limb=0.46),
    "elder": Build(head=6.1, shoulder=5.0, shoulders=0.8, hip=2.7, hips=0.72, arm=2.35, limb=0.44),
    "creature": Build(head=2.55, shoulder=1.72, shoulders=0.42, hip=0.75, hips=0.62, arm=0.78, limb=0.32),
    "robot": Build(head=4.2, shoulder=3.1, shoulders=0.78, hip=1.5, hips=0.66, arm=1.7, limb=0.32),
}
"""Body plans."""


def build_of(look: Look) -> Build:
    """The body plan of a character."""
    return BUILDS[look.age if look.kind == "human" else look.kind]


def turned(x: float, yaw: float) -> tuple[float, float]:
    """Where a feature at x of a front view (in head radii) lies on a turned head, and how much narrower it looks."""
    rest = math.asin(max(-0.99, min(0.99, x)))
    angle = rest + yaw * 0.85
    return math.sin(angle), max(0.0, math.cos(angle)) / max(0.3, math.cos(rest))
