"""The sounds of places and things, synthesised from shaped noise and partials. Float arrays, full scale about 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from charkit.simulator.voices import envelope

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.random import Generator
    from numpy.typing import NDArray

    Sound = NDArray[np.float64]


def hiss(count: int, rate: int, luck: Generator, low: float, high: float, tilt: float = 0.0) -> Sound:
    """Noise between two frequencies in hertz, falling by `tilt` powers of frequency; root mean square 1."""
    spectrum = luck.normal(size=count // 2 + 1) + 1j * luck.normal(size=count // 2 + 1)
    f = np.fft.rfftfreq(count, 1 / rate)
    shape = 1 / (1 + (low / np.maximum(f, 1)) ** 4) / (1 + (f / high) ** 4) / np.maximum(f, 20) ** tilt
    noise = np.fft.irfft(spectrum * shape, count)
    return np.asarray(noise / max(1e-9, float(noise.std())))


def slow(count: int, rate: int, luck: Generator, pace: float) -> Sound:
    """A wandering curve between 0 and 1 that changes about `pace` times a second."""
    knots = max(4, int(count / rate * pace) + 3)
    curve = np.interp(np.linspace(0, knots - 1, count), np.arange(knots), luck.random(knots))
    return np.asarray(curve)


def both(make: Callable[[], Sound]) -> Sound:
    """Two different takes of a sound, left and right."""
    return np.stack((make(), make()))


def waves(count: int, rate: int, luck: Generator) -> Sound:
    """Surf: a low wash with hissing foam that comes and goes."""
    t = np.arange(count) / rate
    swell = 0.5 + 0.5 * np.sin(2 * np.pi * t / 4.6 + luck.uniform(0, 6.28))
    wash = both(lambda: hiss(count, rate, luck, 60, 700, 0.6))
    foam = both(lambda: hiss(count, rate, luck, 1200, 6500, 0.3))
    return 0.11 * wash * (0.45 + 0.55 * swell) + 0.03 * foam * swell**2.5


def wind(count: int, rate: int, luck: Generator) -> Sound:
    """Gusts: three bands that swell each in its own time, one of them whistling."""
    total = np.zeros((2, count))
    for low, high, size in ((80, 320, 0.1), (280, 700, 0.06), (620, 860, 0.022)):
        sides = np.stack([hiss(count, rate, luck, low, high, 0.2) for _ in range(2)])
        total += size * sides * (0.25 + slow(count, rate, luck, 0.9) ** 1.5)
    return total


def rain(count: int, rate: int, luck: Generator) -> Sound:
    """A steady sheet of drops with single ones in front."""
    sheet = both(lambda: hiss(count, rate, luck, 900, 9000, 0.25)) * 0.07
    drops = np.zeros((2, count))
    for _ in range(int(count / rate * 42)):
        at, size = int(luck.integers(0, max(1, count - 500))), luck.uniform(0.02, 0.09)
        ring = np.sin(2 * np.pi * luck.uniform(1400, 4200) * np.arange(400) / rate) * np.exp(-np.arange(400) / 70)
        drops[int(luck.integers(2)), at : at + 400] += size * ring
    return sheet + drops


def crickets(count: int, rate: int, luck: Generator) -> Sound:
    """Night insects, left and right out of step."""
    t = np.arange(count) / rate
    sides = []
    for pitch, beat in ((4150.0, 2.3), (4480.0, 1.9)):
        chirp = (np.sin(2 * np.pi * beat * t + luck.uniform(0, 6.28)) > 0.1) * (
            0.5 + 0.5 * np.sin(2 * np.pi * 31 * t)
        ) ** 2
        sides.append(np.sin(2 * np.pi * pitch * t) * np.convolve(chirp, np.ones(240) / 240, "same") * 0.035)
    return np.stack(sides) + 0.012 * both(lambda: hiss(count, rate, luck, 200, 2000, 0.5))


def calls(count: int, rate: int, luck: Generator, pitch: float, glide: float, length: float, every: float) -> Sound:
    """Birds: gliding calls at random moments and places; pitch in hertz, times in seconds."""
    total = np.zeros((2, count))
    t = luck.uniform(0.2, every)
    while t + length < count / rate:
        n = round(length * rate)
        x = np.linspace(0, 1, n)
        sweep = pitch * luck.uniform(0.85, 1.2) * (1 + glide * np.sin(np.pi * x) - 0.3 * glide * x)
        phase = 2 * np.pi * np.cumsum(sweep) / rate
        tone = (np.sin(phase) + 0.35 * np.sin(2 * phase) + 0.15 * np.sin(3 * phase)) * envelope(
            n, rate, length * 0.2, length * 0.5
        )
        side, size = luck.random(), luck.uniform(0.025, 0.06)
        at = round(t * rate)
        total[0, at : at + n] += tone * size * (1 - 0.7 * side)
        total[1, at : at + n] += tone * size * (0.3 + 0.7 * side)
        t += length + luck.uniform(0.15, 1.2) * every
    return total


def fire(count: int, rate: int, luck: Generator) -> Sound:
    """A hearth: a soft roar and crackling."""
    total = 0.03 * both(lambda: hiss(count, rate, luck, 60, 500, 0.6))
    for _ in range(int(count / rate * 14)):
        at = int(luck.integers(0, max(1, count - 300)))
        total[int(luck.integers(2)), at : at + 260] += (
            luck.uniform(0.02, 0.14) * luck.normal(size=260) * np.exp(-np.arange(260) / 45)
        )
    return total


def room(count: int, rate: int, luck: Generator) -> Sound:
    """The hum and air of a room."""
    t = np.arange(count) / rate
    hum = 0.012 * (
        np.sin(2 * np.pi * 98 * t) + 0.5 * np.sin(2 * np.pi * 147 * t) + 0.25 * np.sin(2 * np.pi * 196.5 * t)
    )
    return hum + 0.02 * both(lambda: hiss(count, rate, luck, 80, 1400, 0.7))


def crowd(count: int, rate: int, luck: Generator) -> Sound:
    """People far off."""
    return both(lambda: 0.05 * hiss(count, rate, luck, 240, 1300, 0.5) * (0.4 + slow(count, rate, luck, 5.0)))


def music(count: int, rate: int, luck: Generator) -> Sound:
    """A few soft notes of a pentatonic scale."""
    total = np.zeros((2, count))
    for k, t in enumerate(np.arange(0.1, count / rate - 0.3, 0.5)):
        note = 220.0 * 2 ** (int(luck.choice([0, 3, 5, 7, 10, 12, 15])) / 12)
        place(total, bell(rate, note, 1.6) * 0.16, float(t), rate, 0.35 + 0.3 * (k % 2))
    return total


def bell(rate: int, pitch: float, seconds: float) -> Sound:
    """A struck bell with inharmonic partials (hum, prime, tierce, quint, nominal)."""
    t = np.arange(round(seconds * rate)) / rate
    partials = (
        (0.5, 0.4, 1.0),
        (1.0, 1.0, 1.4),
        (1.19, 0.5, 2.0),
        (1.5, 0.35, 2.4),
        (2.0, 0.6, 2.6),
        (2.74, 0.2, 4.0),
        (4.07, 0.12, 6.0),
    )
    tone = sum(a * np.sin(2 * np.pi * pitch * f * t) * np.exp(-t * d * 1.6 / seconds * 2) for f, a, d in partials)
    return np.asarray(tone) * 0.22 * envelope(len(t), rate, 0.003, 0.12)


def thunder(rate: int, luck: Generator) -> Sound:
    """A crack that rolls away."""
    count = round(2.6 * rate)
    t = np.arange(count) / rate
    roll = hiss(count, rate, luck, 28, 240, 0.7) * np.exp(-t * 1.3) * (0.5 + slow(count, rate, luck, 7.0))
    crack = hiss(count, rate, luck, 300, 2600, 0.6) * np.exp(-t * 9) * 0.35
    return (roll + crack) * 0.42 * envelope(count, rate, 0.02, 0.8)


def footstep(rate: int, luck: Generator, *, wet: bool) -> Sound:
    """A step: a soft thump and gravel, or a splash."""
    count = round(0.16 * rate)
    t = np.arange(count) / rate
    thump = np.sin(2 * np.pi * (92 - 120 * t) * t) * np.exp(-t * 38) * 0.5
    scuff = (
        hiss(count, rate, luck, 1400 if wet else 700, 7000 if wet else 3600, 0.2)
        * np.exp(-t * (24 if wet else 46))
        * (0.075 if wet else 0.06)
    )
    return (thump + scuff) * envelope(count, rate, 0.004, 0.05) * luck.uniform(0.75, 1.0)


def place(total: Sound, tone: Sound, at: float, rate: int, side: float) -> None:
    """Mix a mono sound into stereo from a moment on; side runs from 0 (left) to 1 (right)."""
    start = round(at * rate)
    if start < 0 or start >= total.shape[1]:
        return
    part = tone[: total.shape[1] - start]
    total[0, start : start + len(part)] += part * np.cos(side * np.pi / 2)
    total[1, start : start + len(part)] += part * np.sin(side * np.pi / 2)
