"""Voices without words: babble with formants for dialogue, yips for animals. Mono float arrays, full scale 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from charkit.simulator.timing import Syllable

_PITCH = {
    "child": 295.0,
    "woman": 215.0,
    "adult": 165.0,
    "man": 118.0,
    "elder": 132.0,
    "creature": 430.0,
    "robot": 140.0,
}
"""Fundamental per class of voice, in hertz."""
_TRACT = {"child": 1.22, "woman": 1.1, "creature": 1.4, "robot": 0.95}
"""Factor on formants for shorter vocal tracts; 1 for all others."""
_FORMANTS = {
    "a": (800, 1200, 2600), "e": (480, 1900, 2550), "i": (310, 2200, 2950), "o": (480, 860, 2500),
    "u": (330, 740, 2300), "y": (300, 1900, 2500), "ä": (650, 1650, 2500), "ö": (430, 1500, 2350),
    "ü": (300, 1750, 2200),
}  # fmt: skip
"""Centres of three formants per vowel in hertz, after the classic measurements of Peterson and Barney (1952)."""
_STRENGTH = ((1.0, 95.0), (0.55, 130.0), (0.25, 200.0))
"""Amplitude and width in hertz of the formants."""


def envelope(count: int, rate: int, attack: float, release: float) -> NDArray[np.float64]:
    """A smooth rise and fall over `count` samples; times in seconds."""
    t = np.arange(count) / rate
    left = np.clip(t / attack, 0, 1)
    right = np.clip((count / rate - t) / release, 0, 1)
    return np.asarray(np.sin(left * np.pi / 2) ** 2 * np.sin(right * np.pi / 2) ** 2)


def say(syllable: Syllable, voice: str, rate: int, step: int) -> NDArray[np.float64]:
    """One syllable; `step` varies the melody from one to the next."""
    count = max(8, round(syllable.length * 0.92 * rate))
    t = np.linspace(0, 1, count)
    base = _PITCH.get(voice, 165.0) * (1 + 0.09 * float(np.sin(step * 2.3)))
    fall = -0.2 if syllable.last else -0.05
    pitch = base * (1 + 0.07 * np.sin(np.pi * t) + fall * t)
    if voice == "robot":
        pitch = np.full(count, base)
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    tract = _TRACT.get(voice, 1.0)
    centres = _FORMANTS.get(syllable.vowel, _FORMANTS["e"])
    tone = np.zeros(count)
    for k in range(1, max(3, int(4200 / base)) + 1):
        at = k * base
        size = sum(
            a * np.exp(-0.5 * ((at - c * tract) / (w * tract * 1.3)) ** 2)
            for c, (a, w) in zip(centres, _STRENGTH, strict=True)
        )
        tone += (size + 0.05 / k) * np.sin(k * phase)
    return np.asarray(tone * envelope(count, rate, 0.028, 0.06) * 0.42)


def yip(rate: int, pitch: float) -> NDArray[np.float64]:
    """A short call that rises and falls; `pitch` in hertz."""
    count = round(0.2 * rate)
    t = np.linspace(0, 1, count)
    phase = 2 * np.pi * np.cumsum(pitch * (1 + 0.85 * np.sin(np.pi * t) - 0.2 * t)) / rate
    tone = np.sin(phase) + 0.5 * np.sin(2 * phase) + 0.22 * np.sin(3 * phase)
    return np.asarray(tone * envelope(count, rate, 0.012, 0.1) * 0.3)
