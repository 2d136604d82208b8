"""How figures and camera move: poses for every drawing, on twos, and the camera on ones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.simulator.posing import Pose
from charkit.simulator.scenery import REACH
from charkit.simulator.timing import HOP, RUN, WALK

if TYPE_CHECKING:
    from charkit.simulator.looks import Look
    from charkit.simulator.timing import Timing
    from charkit.simulator.words import Part

DRAWINGS = 12
"""Drawings of a figure per second ("on twos"); the camera moves on every frame."""

_MOUTHS = {"a": 2, "e": 1, "i": 1, "o": 3, "u": 3, "y": 1}
_VIEWS = {"front": 0.0, "three-quarter": 0.55, "profile": 1.2, "back": 0.0}


@dataclass(frozen=True, kw_only=True)
class Camera:
    """Where the camera is."""

    x: float = 0.0
    """Shift in shares of the frame's width, positive to the right."""

    y: float = 0.0
    """Shift in shares of the frame's height, positive down."""

    zoom: float = 1.0
    """Factor; 1 is the widest."""


def ease(t: float) -> float:
    """Slow in, slow out."""
    t = min(1.0, max(0.0, t))
    return t * t * (3 - 2 * t)


def camera_at(kind: str, share: float) -> Camera:
    """The camera at a share of the clip, for a kind of move as in `vocabulary.CAMERAS`."""
    e = 0.5 * share + 0.5 * ease(share)
    swing = (2 * e - 1) * REACH * 0.92
    return {
        "pan right": Camera(x=swing), "pan left": Camera(x=-swing), "tilt up": Camera(y=-swing * 0.85),
        "tilt down": Camera(y=swing * 0.85), "push in": Camera(zoom=1 + 0.13 * e),
        "pull out": Camera(zoom=1.13 - 0.13 * e), "drift": Camera(x=swing * 0.3),
    }.get(kind, Camera())  # fmt: skip


def _steps(value: float, count: int) -> float:
    """Round to steps of 1 / count, so that drawings repeat."""
    return round(value * count) / count


class Acting:
    """The performance of one figure."""

    def __init__(
        self, part: Part, look: Look, who: int, timing: Timing, *, wind: float, facing: float, view: str = ""
    ) -> None:
        self.part, self.look, self.who, self.timing = part, look, who, timing
        self.wind, self.facing, self.view = wind, facing, view
        self.talks = any(s.who == who for s in timing.syllables)
        self.gait = next((a for a in ("run", "walk") if a in part.actions), "")
        if self.gait and "jump" in part.actions and "run" not in part.actions:
            self.gait = ""

    @property
    def cycle(self) -> float:
        """Seconds of a cycle of legs."""
        return RUN if self.gait == "run" else WALK

    def pose(self, drawing: int) -> Pose:
        """The pose of a drawing; drawings repeat wherever the motion does."""
        t = drawing / DRAWINGS
        if self.view:
            return Pose(
                yaw=_VIEWS.get(self.view, 0.0), back=self.view == "back", lids=self._lids(drawing) if drawing else 0.0
            )
        breath = _steps(math.sin(2 * math.pi * t / 2), 3)
        fields: dict[str, float] = {
            "yaw": 0.4,
            "bob": round(-0.024 * breath, 3),
            "sway": _steps(math.sin(2 * math.pi * t), 4) if self.wind > 0.3 else breath,
            "wind": self.wind,
            "near_arm": 0.08,
            "far_arm": 0.12,
            "lids": self._lids(drawing),
        }
        self._walk(fields, t)
        self._jump(fields, t)
        self._gesture(fields, t)
        self._look(fields, t)
        return Pose(
            mouth=self._mouth(t),
            mood=self._mood(t),
            gaze=complex(fields.pop("gaze_x", 0.1), fields.pop("gaze_y", 0.0)),
            **fields,  # type: ignore[arg-type]  # all of them are numbers
        )

    def travel(self, t: float) -> float:
        """How far it has walked, in shares of the way it has to go."""
        return t / max(1e-6, self.timing.seconds)

    def _walk(self, fields: dict[str, float], t: float) -> None:
        if not self.gait:
            return
        phase = round((t / self.cycle + 0.37 * self.who) % 1.0, 3)
        stride = 1.0 if self.gait == "run" else 0.62
        swing = math.sin(2 * math.pi * phase)
        fields.update(
            step=phase, stride=stride, yaw=0.6, near_arm=round(-0.75 * stride * swing, 2),
            elbow=0.9 if self.gait == "run" else 0.35,
            far_arm=round(0.5 * stride * swing, 2), bob=round(-0.09 * stride * math.cos(4 * math.pi * phase), 2),
            sway=round(math.sin(2 * math.pi * phase), 1), tilt=round(0.03 * swing, 2),
        )  # fmt: skip
        if self.look.piece("held") is not None:
            fields["far_arm"] = round(0.75 + 0.08 * swing, 2)

    def _jump(self, fields: dict[str, float], t: float) -> None:
        if "jump" not in self.part.actions:
            return
        p = (t / HOP + 0.2 + 0.4 * self.who) % 1.0
        air = max(0.0, math.sin(math.pi * (p - 0.25) / 0.6)) if p > 0.25 else 0.0
        low = 1.0 if 0.1 < p <= 0.25 or p > 0.9 else 0.0
        fields.update(
            jump=round(1.35 * air, 2), squash=0.5 * low, bob=0.14 * low, near_arm=round(0.3 + 1.9 * air, 2),
            far_arm=round(0.4 + 2.0 * air, 2), gaze_y=round(-0.6 * air - 0.2, 1), yaw=0.45,
            sway=round(math.sin(2 * math.pi * p), 1), tilt=round(-0.1 * air, 2),
        )  # fmt: skip

    def _gesture(self, fields: dict[str, float], t: float) -> None:
        actions = self.part.actions
        rise = ease((t - 0.12 * self.timing.seconds) / 0.9)
        if "lift" in actions:
            fields["far_arm"] = round(fields["far_arm"] + (2.25 - fields["far_arm"]) * rise, 2)
            fields["elbow"] = 0.2
        elif "point" in actions:
            fields["far_arm"] = round(0.12 + 1.5 * rise, 2)
        elif "wave" in actions:
            fields["near_arm"] = round(0.1 - rise * (2.5 + 0.3 * math.sin(2 * math.pi * t * 2)), 2)
        elif self.talks and self.look.piece("held") is None and self._speaking(t):
            fields["near_arm"] = 0.35 + 0.1 * _steps(math.sin(2 * math.pi * t / 2), 2)
            fields["elbow"] = 1.1

    def _look(self, fields: dict[str, float], t: float) -> None:
        share = t / self.timing.seconds
        if "look" in self.part.actions and not self.gait:
            turn = ease((share - 0.2) / 0.18) - 1.3 * ease((share - 0.55) / 0.15) + 0.9 * ease((share - 0.82) / 0.12)
            fields["yaw"] = round(0.05 * round(5 + 9 * turn), 2)
            fields["gaze_x"] = round(max(-1.0, min(1.0, 0.2 + 0.9 * turn)), 1)
        if {"ears", "yip"} & self.part.actions:
            fields["ears"] = round(math.sin(2 * math.pi * min(1.0, max(0.0, share - 0.1) * 2.2)), 1)
        if any(abs(t - at) < 0.24 for at, who in self.timing.yips if who == self.who):
            fields.update(tilt=-0.08, bob=-0.08)
        if self._speaking(t):
            fields["tilt"] = 0.04 * _steps(math.sin(2 * math.pi * t / 2), 2)

    def _speaking(self, t: float) -> bool:
        return any(s.who == self.who and s.start - 0.3 <= t <= s.start + s.length + 0.3 for s in self.timing.syllables)

    def _mouth(self, t: float) -> int:
        for s in self.timing.syllables:
            if s.who == self.who and s.start - 0.02 <= t < s.start + s.length * 0.72:
                return _MOUTHS.get(s.vowel, 1)
        if any(0 <= t - at < 0.22 for at, who in self.timing.yips if who == self.who):
            return 2
        return 0

    def _mood(self, t: float) -> str:
        lit = self.timing.lamp
        if lit is not None:
            return "worry" if t < lit - 0.5 else "surprise" if t < lit + 0.7 else "smile"
        return next((m for m in ("smile", "worry", "surprise") if m in self.part.actions), "")

    def _lids(self, drawing: int) -> float:
        if "sleep" in self.part.actions:
            return 1.0
        phase = (drawing + 13 + 17 * self.who) % 34
        return {0: 0.5, 1: 1.0, 2: 0.5}.get(phase, 0.0)
