"""When things happen in a clip, for picture and sound alike: words, steps, yips, lightning, the lamp."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.simulator.looks import chance

if TYPE_CHECKING:
    from charkit.simulator.words import Script

WALK = 1.0
"""Seconds of a walk cycle (two steps)."""
RUN = 0.5
"""Seconds of a run cycle."""
HOP = 1.0
"""Seconds from one jump to the next."""
_VOWELS = re.compile(r"[aeiouyäöü]+", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Syllable:
    """One opening of the mouth."""

    start: float
    """Seconds from the start of the clip."""

    length: float
    """Seconds."""

    who: int
    """Index in the cast."""

    vowel: str
    """Letter that decides the shape of the mouth and the formants."""

    last: bool
    """Whether a line ends here (the voice falls)."""


@dataclass(frozen=True, kw_only=True)
class Timing:
    """All moments of a clip, in seconds."""

    seconds: float
    """Length of the clip."""

    syllables: tuple[Syllable, ...]
    """Speech."""

    yips: tuple[tuple[float, int], ...]
    """Animal calls: when, and who in the cast."""

    flashes: tuple[float, ...]
    """Lightning."""

    lamp: float | None
    """When the lamp lights up."""

    def flash_at(self, time: float) -> float:
        """Brightness of lightning, 0 to 1: two strokes that fade."""
        level = 0.0
        for flash in self.flashes:
            for after, size in ((0.0, 1.0), (0.21, 0.7)):
                age = time - flash - after
                if 0 <= age < 0.6:
                    level = max(level, size * math.exp(-age * 11))
        return level

    def lamp_at(self, time: float) -> float:
        """How far the lamp that lights up shines, 0 to 1: two sparks, then it catches."""
        if self.lamp is None:
            return 0.0
        age = time - self.lamp
        if age < 0:
            return 0.35 if -0.5 < age < -0.42 or -0.25 < age < -0.17 else 0.0
        return 1 - math.exp(-age * 3.2)


def plan_timing(script: Script, seconds: float, seed: int) -> Timing:
    """Lay out a script in time."""
    luck = chance("timing", str(seed))
    yips: list[tuple[float, int]] = []
    for who, part in enumerate(script.parts):
        if "yip" in part.actions and not part.lines:
            yips += [(t, who) for t in (seconds * 0.42, seconds * 0.42 + 0.34) if t + 0.3 < seconds]
    flashes: tuple[float, ...] = ()
    if "lightning" in script.weather:
        flashes = tuple(
            float(seconds * (0.22 + 0.42 * k) + luck.uniform(-0.1, 0.1)) for k in range(max(1, round(seconds / 2.6)))
        )
    lamp = seconds * 0.34 if script.lamp == "lights up" else None
    return Timing(
        seconds=seconds, syllables=tuple(_speech(script, seconds)), yips=tuple(yips),
        flashes=tuple(t for t in flashes if t < seconds - 0.2), lamp=lamp,
    )  # fmt: skip


def _speech(script: Script, seconds: float) -> list[Syllable]:
    """Lines one after the other, faster when they would not fit."""
    lines = [(who, line) for who, part in enumerate(script.parts) for line in part.lines]
    beats = sum(_beats(line) for _, line in lines)
    if not beats:
        return []
    pace = min(0.19, max(0.09, (seconds - 0.9) / (beats + 2 * len(lines))))
    now, spoken = min(0.7, seconds * 0.16), []
    for who, line in lines:
        for word in line.split():
            groups = _VOWELS.findall(word) or (["e"] if re.search(r"\w", word) else [])
            for i, vowel in enumerate(groups):
                last = i == len(groups) - 1 and word is line.split()[-1]
                spoken.append(
                    Syllable(
                        start=now, length=pace * (1.5 if last else 1.0), who=who, vowel=vowel[0].lower(), last=last
                    )
                )
                now += pace * (1.5 if last else 1.0)
            now += pace * (1.1 if word[-1] in ",.;:!?" else 0.22)
        now += pace * 2
    return [s for s in spoken if s.start + s.length < seconds - 0.05]


def _beats(line: str) -> float:
    return sum(max(1, len(_VOWELS.findall(word))) + (1.1 if word[-1] in ",.;:!?" else 0.22) for word in line.split())
