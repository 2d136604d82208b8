"""Brushes: anti-aliased shapes, strokes and glows on a premultiplied RGBA canvas.

Points are complex numbers (x to the right, y down), so that turning and scaling a shape is one multiplication. OpenCV
blends anti-aliased edges channel by channel, which on a transparent canvas yields exactly premultiplied alpha.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from charkit.simulator.arrays import Pixels, Points
    from charkit.simulator.colours import Rgb

_SHIFT = 4


@lru_cache(maxsize=16)
def _basis(steps: int) -> NDArray[np.float64]:
    """Catmull-Rom weights of four neighbours for `steps` points between the inner two."""
    t = np.arange(steps) / steps
    return 0.5 * np.stack([-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3])


def points(*pairs: tuple[float, float]) -> Points:
    """Points from x, y pairs."""
    return np.array([complex(x, y) for x, y in pairs])


def _blend(around: Points, steps: int) -> Points:
    """Points between every second and third of four neighbours, a row for each."""
    a, b, c, d = _basis(steps)
    column = around[:, None]
    out: Points = column[:-3] * a
    out += column[1:-2] * b
    out += column[2:-1] * c
    out += column[3:] * d
    return out


def smooth(corners: Points, steps: int = 6) -> Points:
    """A closed round curve through the corners (Catmull-Rom)."""
    n = len(corners)
    around = np.empty(n + 3, np.complex128)
    around[0], around[1 : n + 1], around[n + 1 :] = corners[-1], corners, corners[:2]
    return _blend(around, steps).ravel()


def curve(corners: Points, steps: int = 6) -> Points:
    """An open round curve through the corners."""
    n = len(corners)
    ends = np.empty(n + 2, np.complex128)
    ends[0], ends[1:-1], ends[-1] = 2 * corners[0] - corners[1], corners, 2 * corners[-1] - corners[-2]
    path = np.empty((n - 1) * steps + 1, np.complex128)
    path[:-1] = _blend(ends, steps).ravel()
    path[-1] = corners[-1]
    return path


@lru_cache(maxsize=64)
def _circle(steps: int) -> Points:
    return np.asarray(np.exp(2j * np.pi * np.arange(steps) / steps))


def oval(centre: complex, rx: float, ry: float, steps: int = 28) -> Points:
    """An ellipse with upright axes."""
    unit = _circle(steps)
    return centre + unit.real * rx + 1j * unit.imag * ry


_CAP = np.exp(-1j * np.pi * np.array([0.2, 0.5, 0.8]))


@lru_cache(maxsize=4096)
def _spread(count: int, widths: tuple[float, ...]) -> NDArray[np.float64]:
    """Half widths at `count` points of a path."""
    return np.interp(np.linspace(0, 1, count), np.linspace(0, 1, len(widths)), widths) / 2


def tube(path: Points, *widths: float) -> Points:
    """A limb or brush stroke along a path: widths are spread evenly along it; both ends are round."""
    along = np.empty_like(path)
    along[0], along[-1] = path[1] - path[0], path[-1] - path[-2]
    np.subtract(path[2:], path[:-2], out=along[1:-1])
    aside = along * (1j / np.maximum(np.abs(along), 1e-9)) * _spread(len(path), widths)
    head = path[-1] + aside[-1] * _CAP
    tail = path[0] - aside[0] * _CAP
    return np.concatenate((path + aside, head, (path - aside)[::-1], tail))


def grow(outline: Points, by: float) -> Points:
    """Move a closed outline outwards along its normals; heavier below, as a brush line is."""
    along = np.empty_like(outline)
    np.subtract(outline[2:], outline[:-2], out=along[1:-1])
    along[0], along[-1] = outline[1] - outline[-1], outline[0] - outline[-2]
    area = float(np.vdot(outline.imag, along.real))  # twice the signed area
    normal = along * ((1j if area > 0 else -1j) / np.maximum(np.abs(along), 1e-9))
    return outline + normal * by * (1 + 0.3 * normal.imag + 0.15 * normal.real)


_CUT = np.array([0.25, 0.75])


def rounder(outline: Points) -> Points:
    """Cut the corners of a many-sided outline once (Chaikin), for large drawings."""
    cut = np.empty((len(outline), 2), np.complex128)
    cut[:, 0] = outline * 0.75
    cut[:, 1] = outline * 0.25
    cut[:-1] += outline[1:, None] * _CUT
    cut[-1] += outline[0] * _CUT
    return cut.ravel()


class Canvas:
    """A transparent picture to paint on, in units of the painter's choice."""

    def __init__(
        self, width: int, height: int, *, unit: float = 1.0, origin: complex = 0j, mirrored: bool = False
    ) -> None:
        self.pixels: Pixels = np.zeros((height, width, 4), np.uint8)
        self.unit = unit
        """Pixels per unit."""
        self.origin = origin
        """Pixel at which the unit system has its origin."""
        self.weight = 1.0
        """Factor on the width of ink lines."""
        self.mirrored = mirrored
        """Whether x runs to the left, for figures that face left."""

    def shows(self, y: float) -> bool:
        """Whether a height still lies on the canvas (rather than below its lower edge)."""
        return bool(y * self.unit + self.origin.imag < self.pixels.shape[0])

    def place(self, at: Points) -> NDArray[np.int32]:
        """Fixed-point pixel coordinates of points, as OpenCV wants them."""
        at = -at.conj() if self.mirrored else at
        if len(at) > 18 and self.unit > 70:
            at = rounder(at)
        fixed = np.ascontiguousarray((at * self.unit + self.origin - (0.5 + 0.5j)) * (1 << _SHIFT))
        return np.rint(fixed.view(np.float64)).astype(np.int32).reshape(-1, 1, 2)

    def fill(self, outline: Points, colour: Rgb, alpha: float = 1.0) -> None:
        """Paint a closed shape; alpha below 1 is a glaze over what is there."""
        fixed = self.place(outline)
        if alpha >= 1:
            cv2.fillPoly(self.pixels, [fixed], (*colour, 255), cv2.LINE_AA, _SHIFT)
            return
        x, y, w, h = cv2.boundingRect(fixed)
        x0, y0 = max(0, (x >> _SHIFT) - 2), max(0, (y >> _SHIFT) - 2)
        x1, y1 = ((x + w) >> _SHIFT) + 3, ((y + h) >> _SHIFT) + 3
        part = self.pixels[y0 : max(y0, y1), x0 : max(x0, x1)]
        if part.size == 0:
            return
        glaze = part.copy()
        moved = fixed - np.array([[[x0, y0]]], np.int32) * (1 << _SHIFT)
        cv2.fillPoly(glaze, [moved.astype(np.int32)], (*colour, 255), cv2.LINE_AA, _SHIFT)
        cv2.addWeighted(part, 1 - alpha, glaze, alpha, 0, dst=part)

    def shape(self, outline: Points, colour: Rgb, line: Rgb | None, width: float) -> None:
        """Paint a shape with an ink outline of the given width (in units) around it."""
        if line is not None:
            cv2.fillPoly(
                self.pixels, [self.place(grow(outline, width * self.weight))], (*line, 255), cv2.LINE_AA, _SHIFT
            )
        cv2.fillPoly(self.pixels, [self.place(outline)], (*colour, 255), cv2.LINE_AA, _SHIFT)

    def stroke(self, path: Points, colour: Rgb, *widths: float, alpha: float = 1.0) -> None:
        """A tapering brush stroke along a path."""
        self.fill(tube(path, *widths), colour, alpha)

    def shade(self, outline: Points, offset: complex, base: Rgb, colour: Rgb, alpha: float) -> None:
        """Soft form shadow or light: turn a shape's `base` into `colour` along one rim.

        The rim is what remains of the shape when a copy of it, moved by `offset`, is cut away.
        """
        fixed = self.place(outline)
        x, y, w, h = (int(v) for v in cv2.boundingRect(fixed))
        x0, y0 = max(0, (x >> _SHIFT) - 1), max(0, (y >> _SHIFT) - 1)
        part = self.pixels[y0 : max(y0, ((y + h) >> _SHIFT) + 2), x0 : max(x0, ((x + w) >> _SHIFT) + 2)]
        if part.size == 0:
            return
        corner = np.array([[[x0 << _SHIFT, y0 << _SHIFT]]], np.int32)
        inside = np.zeros(part.shape[:2], np.uint8)
        cv2.fillPoly(inside, [fixed - corner], (255,), cv2.LINE_8, _SHIFT)
        rim: Pixels = inside.copy()
        cv2.fillPoly(rim, [self.place(outline + offset) - corner], (0,), cv2.LINE_8, _SHIFT)
        soft = max(1, round(abs(offset) * self.unit * 0.5)) | 1
        rim = cv2.min(cv2.blur(rim, (soft, soft)), inside)
        change = [(b - a) * alpha / 255 for a, b in zip(base, colour, strict=True)]
        if sum(change) < 0:  # shadows stay neutral, since a shape may carry several paints
            change = [sum(change) / 3 * tint for tint in (1.0, 1.08, 0.84)]
        for sign, apply in ((1, cv2.add), (-1, cv2.subtract)):
            gains = [max(0.0, sign * c) for c in change]
            if max(gains) > 0:
                none = np.zeros_like(rim)
                apply(
                    part,
                    cv2.merge([*(cv2.convertScaleAbs(rim, alpha=g) if g else none for g in gains), none]),
                    dst=part,
                )

    def fade(self, outline: Points, stops: Sequence[tuple[float, Rgb]], alpha: float = 1.0) -> None:
        """Paint a shape with a vertical gradient; stops are (y in units, colour), from the top down."""
        mask = np.zeros(self.pixels.shape[:2], np.uint8)
        cv2.fillPoly(mask, [self.place(outline)], (round(255 * alpha),), cv2.LINE_AA, _SHIFT)
        rows = np.flatnonzero(cv2.reduce(mask, 1, cv2.REDUCE_MAX).ravel())
        if len(rows) == 0:
            return
        top, bottom = int(rows[0]), int(rows[-1]) + 1
        ys = (np.arange(top, bottom) - self.origin.imag) / self.unit
        at = [s[0] for s in stops]
        ramp = np.stack([np.interp(ys, at, [s[1][c] for s in stops]) for c in range(3)], axis=1)
        paint = np.concatenate((ramp, np.full((len(ys), 1), 255.0)), axis=1)[:, None, :]
        part = self.pixels[top:bottom]
        cover = cv2.merge([mask[top:bottom]] * 4)
        flat = np.ascontiguousarray(np.broadcast_to(np.rint(paint).astype(np.uint8), part.shape))
        cv2.multiply(flat, cover, dst=flat, scale=1 / 255)
        cv2.multiply(part, cv2.bitwise_not(cover), dst=part, scale=1 / 255)
        cv2.add(part, flat, dst=part)

    def glow(self, centre: complex, radius: float, colour: Rgb, strength: float = 1.0) -> None:
        """Add a soft round light; transparent places stay see-through and shine."""
        spot = light_spot(max(2, round(radius * self.unit)), colour, strength)
        add_at(self.pixels, spot, centre * self.unit + self.origin)


@lru_cache(maxsize=128)
def _falloff(radius: int) -> NDArray[np.float32]:
    axis = np.linspace(-1, 1, 2 * radius + 1, dtype=np.float32)
    distance = np.sqrt(axis[:, None] ** 2 + axis[None, :] ** 2)
    return np.asarray(np.clip(1 - distance, 0, 1) ** 2.2, dtype=np.float32)


def light_spot(radius: int, colour: Rgb, strength: float) -> Pixels:
    """A round light of the given radius in pixels as RGBA to be added (its alpha is 0)."""
    fall = _falloff(radius)[..., None] * np.array([*colour, 0.0], np.float32) * np.float32(strength)
    return np.asarray(np.clip(fall, 0, 255), dtype=np.uint8)


def add_at(target: Pixels, spot: Pixels, centre: complex) -> None:
    """Add a spot onto the target around a pixel, cut at the borders."""
    h, w = spot.shape[:2]
    x, y = round(centre.real) - w // 2, round(centre.imag) - h // 2
    x0, y0, x1, y1 = max(0, x), max(0, y), min(target.shape[1], x + w), min(target.shape[0], y + h)
    if x0 < x1 and y0 < y1:
        part = target[y0:y1, x0:x1]
        cv2.add(part, spot[y0 - y : y1 - y, x0 - x : x1 - x], dst=part)


def lay(target: Pixels, sprite: Pixels) -> None:
    """Lay a premultiplied sprite over a target of the same size, in place."""
    cover = cv2.bitwise_not(cv2.extractChannel(sprite, 3))
    cv2.multiply(target, cv2.merge([cover] * 4), dst=target, scale=1 / 255)
    cv2.add(target, sprite, dst=target)
