"""What falls, drifts and shines over the picture: rain, snow, fog, fireflies, lamps, the beam, lightning."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

from charkit.simulator.brush import add_at, light_spot

if TYPE_CHECKING:
    from numpy.random import Generator

    from charkit.simulator.arrays import Pixels, Points
    from charkit.simulator.colours import Rgb


class Falling:
    """Rain or snow: a sheet of streaks or flakes that scrolls through the picture."""

    def __init__(self, kind: str, width: int, height: int, luck: Generator) -> None:
        self.height, self.kind = height, kind
        self.sheets = [
            _sheet(kind, width, height, luck, size) for size in ((0.6, 1.0) if kind == "rain" else (0.6, 1.1))
        ]

    def draw(self, frame: Pixels, time: float) -> None:
        """Add this moment's rain or snow."""
        for i, sheet in enumerate(self.sheets):
            pace = (2.1 + 0.7 * i) if self.kind == "rain" else (0.13 + 0.08 * i)
            shift = int(time * pace * self.height) % self.height
            side = sheet.shape[1] - frame.shape[1]
            wave = 0.5 + 0.5 * math.sin(time * 1.3 + 2 * i) if self.kind == "snow" else 0.5
            x = int(side * wave)
            window = sheet[self.height - shift : 2 * self.height - shift, x : x + frame.shape[1]]
            cv2.add(frame, window, dst=frame)


def _sheet(kind: str, width: int, height: int, luck: Generator, size: float) -> Pixels:
    """Two frame heights of streaks or flakes that repeat after one, to be added."""
    side = height // 12
    wide = np.zeros((height * 2, width + side), np.uint8)
    for _ in range(130 if kind == "rain" else 90):
        x, y = luck.uniform(0, width + side), luck.uniform(0, height)
        if kind == "rain":
            long, light = height * luck.uniform(0.05, 0.11) * size, int(luck.uniform(40, 92) * size)
            ends = np.array([[[x, y]], [[x - long * 0.22, y + long]]])
            cv2.polylines(
                wide,
                [(ends * 16).astype(np.int32)],
                False,
                (light,),
                max(1, round(height / 500 * size)),
                cv2.LINE_AA,
                4,
            )
        else:
            radius = height * luck.uniform(0.002, 0.0058) * size
            cv2.circle(
                wide, (int(x * 16), int(y * 16)), int(radius * 16), (int(luck.uniform(120, 230)),), -1, cv2.LINE_AA, 4
            )
    folded: Pixels = cv2.add(wide[:height], wide[height:])
    double = np.vstack((folded, folded))
    return cv2.merge(
        [
            cv2.convertScaleAbs(double, alpha=0.92),
            cv2.convertScaleAbs(double, alpha=0.97),
            double,
            np.zeros_like(double),
        ]
    )


class Bolts:
    """Forked lightning, a new one for every flash."""

    def __init__(self, width: int, height: int, luck: Generator, count: int) -> None:
        self.height = height
        self.paths = [_bolt(width, height, luck) for _ in range(count)]

    def draw(self, frame: Pixels, which: int, level: float) -> None:
        """Add bolt `which` at a brightness from 0 to 1."""
        for path, share in self.paths[which]:
            fixed = [np.rint(path * 16).astype(np.int32)]
            glow = frame.copy()
            width = max(2, round(self.height * 0.012 * share))
            cv2.polylines(glow, fixed, False, (190, 205, 255, 255), width, cv2.LINE_AA, 4)
            cv2.polylines(glow, fixed, False, (255, 255, 255, 255), max(1, width // 3), cv2.LINE_AA, 4)
            cv2.addWeighted(frame, 1 - 0.9 * level, glow, 0.9 * level, 0, dst=frame)


def _bolt(width: int, height: int, luck: Generator) -> list[tuple[Points, float]]:
    """A jagged path from the clouds to the horizon with two side branches, as pixels, each with its strength."""
    steps = 11
    x = luck.uniform(0.2, 0.8) * width + np.cumsum(luck.normal(0, 0.022, steps)) * height
    trunk = np.stack((x, np.linspace(0.04, 0.6, steps) * height), axis=1)
    paths = [(trunk, 1.0)]
    for start in (3, 6):
        side = np.cumsum(luck.uniform(0.01, 0.04, 4)) * (1 if start == 3 else -1)
        branch = trunk[start] + np.stack((side, np.linspace(0.04, 0.15, 4)), axis=1) * height
        paths.append((np.vstack((trunk[start], branch)), 0.5))
    return paths


class Fog:
    """Banks of mist that drift along."""

    def __init__(self, width: int, height: int, haze: Rgb, luck: Generator, strength: float = 0.5) -> None:
        coarse = luck.random((5, 12)).astype(np.float32)
        coarse[:, -4:] = coarse[:, :4]
        field = cv2.resize(coarse, (width * 2, height), interpolation=cv2.INTER_CUBIC)
        rise = np.clip(np.linspace(-0.5, 1.1, height, dtype=np.float32), 0, 1)[:, None]
        light = np.clip(field * rise * strength, 0, 1)
        self.bank = np.clip(light[..., None] * np.array([*haze, 0.0], np.float32) * 0.55, 0, 255).astype(np.uint8)
        self.width = width

    def draw(self, frame: Pixels, time: float) -> None:
        """Add this moment's mist."""
        x = int(time * 0.03 * self.width) % (self.width // 2)
        cv2.add(frame, self.bank[:, x : x + self.width], dst=frame)


class Fireflies:
    """Small lights that wander and pulse."""

    def __init__(self, width: int, height: int, luck: Generator, count: int = 22) -> None:
        self.size = (width, height)
        self.paths = luck.random((count, 6))
        self.spots = [
            light_spot(max(3, round(height * r)), (226, 240, 120), s)
            for r, s in ((0.05, 0.45), (0.05, 0.9), (0.085, 1.0))
        ]
        self.core = light_spot(max(2, round(height * 0.012)), (255, 255, 200), 2.2)

    def draw(self, frame: Pixels, time: float) -> None:
        """Add this moment's fireflies."""
        w, h = self.size
        for a, b, c, d, e, f in self.paths:
            x = (a + 0.06 * math.sin(time * (0.5 + c) + 6 * d) + 0.03 * math.sin(time * 1.7 + 9 * e)) * w
            y = (0.18 + 0.66 * b + 0.05 * math.sin(time * (0.7 + d) + 6 * c) + 0.03 * math.cos(time * 2.1 + 7 * f)) * h
            pulse = math.sin(time * (1.4 + e) + 6.3 * f)
            if pulse < -0.55:
                continue
            add_at(frame, self.spots[0 if pulse < 0 else 2 if f > 0.75 else 1], complex(x, y))
            add_at(frame, self.core, complex(x, y))


class Glow:
    """A large light whose strength changes, kept small and enlarged when drawn."""

    def __init__(self, radius: float, colour: Rgb, strength: float) -> None:
        self.radius = max(4, round(radius))
        self.small = light_spot(max(4, self.radius // 4), colour, strength)
        self.full: tuple[int, Pixels] = (-1, self.small)

    def draw(self, frame: Pixels, centre: complex, level: float) -> None:
        """Add the light around a pixel at a level from 0 to 1 (in 24 steps)."""
        step = round(min(1.25, max(0.0, level)) * 24)
        if step == 0:
            return
        if self.full[0] != step:
            side = 2 * self.radius + 1
            self.full = (step, cv2.resize(cv2.convertScaleAbs(self.small, alpha=step / 24), (side, side)))
        add_at(frame, self.full[1], centre)


class Beam:
    """The sweeping beam of a lighthouse."""

    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height)
        self.small = (width // 4 + 1, height // 4 + 1)

    def draw(self, frame: Pixels, lamp: complex, time: float) -> None:
        """Add the two cones of light as they stand at this moment; the lamp is a pixel."""
        w, h = self.small
        light: Pixels = np.zeros((h, w), np.uint8)
        turn = 2 * math.pi * time / 5.0 - 0.9
        at = lamp / 4
        for half in (0.0, math.pi):
            aside, towards = math.cos(turn + half), math.sin(turn + half)
            way = complex(aside, 0.3 * towards + 0.06)
            tip = at + way / abs(way) * w * 1.7
            spread = h * (0.16 + 0.22 * max(0.0, towards))
            cone = np.array([at - 1j * h * 0.01, tip - 1j * spread, tip + 1j * spread, at + 1j * h * 0.01])
            fixed = np.rint(np.stack((cone.real, cone.imag), axis=1) * 16).astype(np.int32)
            patch = np.zeros((h, w), np.uint8)
            cv2.fillPoly(patch, [fixed], (int(62 + 66 * max(0.0, towards)),), cv2.LINE_AA, 4)
            light = cv2.add(light, patch)
        light = cv2.blur(light, (5, 5))
        far = np.abs(np.arange(w, dtype=np.float32) - at.real) / w
        light = (light * np.clip(1.15 - far * 0.9, 0.2, 1)[None, :]).astype(np.uint8)
        colour = cv2.merge(
            [
                light,
                cv2.convertScaleAbs(light, alpha=0.88),
                cv2.convertScaleAbs(light, alpha=0.58),
                np.zeros_like(light),
            ]
        )
        cv2.add(frame, cv2.resize(colour, self.size), dst=frame)
        facing = max(0.0, math.sin(turn), math.sin(turn + math.pi)) ** 6
        add_at(frame, light_spot(round(self.size[1] * 0.16), (255, 232, 170), 0.5 + round(facing * 4) / 8), lamp)


class Glitter:
    """Light that plays on water."""

    def __init__(self, width: int, height: int, top: float, bottom: float, colour: Rgb, luck: Generator) -> None:
        self.places = luck.random((26, 3))
        self.size, self.span = (width, height), (top, min(1.0, bottom))
        self.marks = [
            _mark(max(3, round(height * w)), max(1, round(height * w * 0.07)), colour) for w in (0.02, 0.04, 0.07)
        ]

    def draw(self, frame: Pixels, time: float, shift: complex) -> None:
        """Add this moment's glints; shift is the camera's, in pixels."""
        w, h = self.size
        top, bottom = self.span
        for a, b, c in self.places:
            if math.sin(time * (1.2 + 1.6 * c) + 20 * c) < 0.1:
                continue
            share = b**1.6
            at = complex(((a * 1.2 - 0.1) * w), (top + 0.012 + (bottom - top) * 0.8 * share) * h) + shift
            add_at(frame, self.marks[0 if share < 0.15 else 1 if share < 0.5 else 2], at)


def _mark(half: int, tall: int, colour: Rgb) -> Pixels:
    x = np.clip(1 - np.abs(np.linspace(-1, 1, 2 * half + 1)), 0, 1)
    y = np.clip(1.2 - np.abs(np.linspace(-1, 1, 2 * tall + 1)), 0, 1)
    return np.asarray(np.outer(y, x)[..., None] * np.array([*colour, 0.0]) * 0.42, dtype=np.uint8)
