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

    from charkit.simulator.colours import Rgb

Points = "NDArray[np.complex128]"
Image = "NDArray[np.uint8]"

_SHIFT = 4


@lru_cache(maxsize=16)
def _basis(steps: int) -> NDArray[np.float64]:
    """Catmull-Rom weights of four neighbours for `steps` points between the inner two."""
    t = np.arange(steps) / steps
    return 0.5 * np.stack(
        [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3], axis=1
    )


def points(*pairs: tuple[float, float]) -> NDArray[np.complex128]:
    """Points from x, y pairs."""
    return np.array([complex(x, y) for x, y in pairs])


def smooth(corners: NDArray[np.complex128], steps: int = 6) -> NDArray[np.complex128]:
    """A closed round curve through the corners (Catmull-Rom)."""
    around = np.concatenate((corners[-1:], corners, corners[:2]))
    n = len(corners)
    neighbours = np.stack((around[:n], around[1 : n + 1], around[2 : n + 2], around[3 : n + 3]))
    return np.ascontiguousarray((_basis(steps) @ neighbours).T).ravel()


def curve(corners: NDArray[np.complex128], steps: int = 6) -> NDArray[np.complex128]:
    """An open round curve through the corners."""
    ends = np.concatenate(([2 * corners[0] - corners[1]], corners, [2 * corners[-1] - corners[-2]]))
    n = len(corners) - 1
    neighbours = np.stack((ends[:n], ends[1 : n + 1], ends[2 : n + 2], ends[3 : n + 3]))
    inner = np.ascontiguousarray((_basis(steps) @ neighbours).T).ravel()
    return np.append(inner, corners[-1])


@lru_cache(maxsize=64)
def _circle(steps: int) -> NDArray[np.complex128]:
    return np.exp(2j * np.pi * np.arange(steps) / steps)


def oval(centre: complex, rx: float, ry: float, steps: int = 28) -> NDArray[np.complex128]:
    """An ellipse with upright axes."""
    unit = _circle(steps)
    return centre + unit.real * rx + 1j * unit.imag * ry


def tube(path: NDArray[np.complex128], *widths: float) -> NDArray[np.complex128]:
    """A limb or brush stroke along a path: widths are spread evenly along it; both ends are round."""
    along = np.gradient(path)
    normal = 1j * along / np.maximum(np.abs(along), 1e-9)
    half = np.interp(np.linspace(0, 1, len(path)), np.linspace(0, 1, len(widths)), widths) / 2
    turn = np.exp(1j * np.pi * np.array([0.2, 0.5, 0.8]))
    head = path[-1] + normal[-1] * half[-1] / turn
    tail = path[0] - normal[0] * half[0] / turn
    return np.concatenate((path + normal * half, head, (path - normal * half)[::-1], tail))


def grow(outline: NDArray[np.complex128], by: float) -> NDArray[np.complex128]:
    """Move a closed outline outwards along its normals; heavier below, as a brush line is."""
    along = np.roll(outline, -1) - np.roll(outline, 1)
    normal = -1j * along / np.maximum(np.abs(along), 1e-9)
    area = float(np.sum(outline.real * np.roll(outline.imag, -1) - outline.imag * np.roll(outline.real, -1)))
    if area < 0:
        normal = -normal
    return outline + normal * by * (1 + 0.3 * normal.imag + 0.15 * normal.real)


def rounder(outline: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Cut the corners of a many-sided outline once (Chaikin), for large drawings."""
    after = np.roll(outline, -1)
    return np.stack((0.75 * outline + 0.25 * after, 0.25 * outline + 0.75 * after), axis=1).ravel()


class Canvas:
    """A transparent picture to paint on, in units of the painter's choice."""

    def __init__(
        self, width: int, height: int, *, unit: float = 1.0, origin: complex = 0j, mirrored: bool = False
    ) -> None:
        self.pixels: NDArray[np.uint8] = np.zeros((height, width, 4), np.uint8)
        self.unit = unit
        """Pixels per unit."""
        self.origin = origin
        """Pixel at which the unit system has its origin."""
        self.weight = 1.0
        """Factor on the width of ink lines."""
        self.mirrored = mirrored
        """Whether x runs to the left, for figures that face left."""

    def place(self, at: NDArray[np.complex128]) -> NDArray[np.int32]:
        """Fixed-point pixel coordinates of points, as OpenCV wants them."""
        at = -at.conj() if self.mirrored else at
        if len(at) > 18 and self.unit > 70:
            at = rounder(at)
        fixed = np.ascontiguousarray((at * self.unit + self.origin - (0.5 + 0.5j)) * (1 << _SHIFT))
        return np.rint(fixed.view(np.float64)).astype(np.int32).reshape(-1, 1, 2)

    def fill(self, outline: NDArray[np.complex128], colour: Rgb, alpha: float = 1.0) -> None:
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

    def shape(self, outline: NDArray[np.complex128], colour: Rgb, line: Rgb | None, width: float) -> None:
        """Paint a shape with an ink outline of the given width (in units) around it."""
        if line is not None:
            cv2.fillPoly(
                self.pixels, [self.place(grow(outline, width * self.weight))], (*line, 255), cv2.LINE_AA, _SHIFT
            )
        cv2.fillPoly(self.pixels, [self.place(outline)], (*colour, 255), cv2.LINE_AA, _SHIFT)

    def stroke(self, path: NDArray[np.complex128], colour: Rgb, *widths: float, alpha: float = 1.0) -> None:
        """A tapering brush stroke along a path."""
        self.fill(tube(path, *widths), colour, alpha)

    def shade(self, outline: NDArray[np.complex128], offset: complex, colour: Rgb, alpha: float) -> None:
        """Glaze the rim that a shape keeps when a copy of it, moved by `offset`, is cut away: soft form shadow or light."""
        fixed = self.place(outline)
        x, y, w, h = (int(v) >> _SHIFT for v in cv2.boundingRect(fixed))
        x0, y0 = max(0, x - 1), max(0, y - 1)
        part = self.pixels[y0 : y + h + 3, x0 : x + w + 3]
        if part.size == 0 or y + h < 0 or x + w < 0:
            return
        local = (fixed - np.array([[[x0, y0]]], np.int32) * (1 << _SHIFT)).astype(np.int32)
        moved = self.place(outline + offset) - np.array([[[x0, y0]]], np.int32) * (1 << _SHIFT)
        rim = np.zeros(part.shape[:2], np.uint8)
        cv2.fillPoly(rim, [local], (255,), cv2.LINE_8, _SHIFT)
        inside = rim.copy()
        cv2.fillPoly(rim, [moved.astype(np.int32)], (0,), cv2.LINE_AA, _SHIFT)
        soft = max(1, round(abs(offset) * self.unit * 0.45)) | 1
        rim = cv2.min(cv2.blur(rim, (soft, soft)), inside)
        cover = cv2.convertScaleAbs(cv2.merge([rim] * 4), alpha=alpha)
        tint = np.empty_like(part)
        tint[:] = tuple(round(min(255, max(0, c))) for c in colour) + (255,)
        cv2.multiply(tint, cover, dst=tint, scale=1 / 255)
        cv2.multiply(part, cv2.bitwise_not(cover), dst=part, scale=1 / 255)
        cv2.add(part, tint, dst=part)

    def fade(self, outline: NDArray[np.complex128], stops: Sequence[tuple[float, Rgb]], alpha: float = 1.0) -> None:
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
    return (np.clip(1 - distance, 0, 1) ** 2.2).astype(np.float32)


def light_spot(radius: int, colour: Rgb, strength: float) -> NDArray[np.uint8]:
    """A round light of the given radius in pixels as RGBA to be added (its alpha is 0)."""
    fall = _falloff(radius)[..., None] * np.array([*colour, 0.0], np.float32) * np.float32(strength)
    return np.clip(fall, 0, 255).astype(np.uint8)


def add_at(target: NDArray[np.uint8], spot: NDArray[np.uint8], centre: complex) -> None:
    """Add a spot onto the target around a pixel, cut at the borders."""
    h, w = spot.shape[:2]
    x, y = round(centre.real) - w // 2, round(centre.imag) - h // 2
    x0, y0, x1, y1 = max(0, x), max(0, y), min(target.shape[1], x + w), min(target.shape[0], y + h)
    if x0 < x1 and y0 < y1:
        part = target[y0:y1, x0:x1]
        cv2.add(part, spot[y0 - y : y1 - y, x0 - x : x1 - x], dst=part)


def lay(target: NDArray[np.uint8], sprite: NDArray[np.uint8]) -> None:
    """Lay a premultiplied sprite over a target of the same size, in place."""
    cover = cv2.bitwise_not(cv2.extractChannel(sprite, 3))
    cv2.multiply(target, cv2.merge([cover] * 4), dst=target, scale=1 / 255)
    cv2.add(target, sprite, dst=target)
