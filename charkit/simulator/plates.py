"""Moving painted layers under a camera: merged where nothing moves between them, cut to the rows they cover."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from charkit.simulator.brush import lay
from charkit.simulator.scenery import Layer, soften

if TYPE_CHECKING:
    from charkit.simulator.arrays import Pixels
    from charkit.simulator.motion import Camera
    from charkit.simulator.scenery import Scenery
    from charkit.simulator.words import Script

_CLOSER = {"wide": 1.0, "full": 1.12, "medium": 1.55, "close": 2.2}
"""How far the place is enlarged behind each shot size."""
_FOCUS = 0.55
"""World y towards which it is enlarged."""
_GROUPS = (0.2, 0.62, 1.0)
"""Layers up to each of these depths are merged while the camera moves."""


class Held:
    """Layers as a shot size sees them."""

    def __init__(self, layers: list[Layer], closer: float) -> None:
        self.layers, self.closer = layers, closer


def held_back(scenery: Scenery, script: Script) -> Held:
    """The place behind a shot: enlarged and out of focus in closer shots."""
    closer = 1.0 if script.view else _CLOSER[script.shot]
    if closer == 1.0:
        return Held(scenery.layers, 1.0)
    near = script.shot in ("medium", "close")
    kept = [layer for layer in scenery.layers if layer.depth <= 1 or not near]
    return Held([_enlarged(layer, closer, scenery, blur=near) for layer in kept], closer)


def _enlarged(layer: Layer, by: float, scenery: Scenery, *, blur: bool) -> Layer:
    h, w = layer.pixels.shape[:2]
    focus = layer.origin + complex(scenery.width / 2, _FOCUS * scenery.height)
    matrix = np.array([[1 / by, 0, focus.real * (1 - 1 / by)], [0, 1 / by, focus.imag * (1 - 1 / by)]])
    pixels = cv2.warpAffine(
        layer.pixels, matrix, (w, h), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    if blur:
        soften(pixels, max(1, round(scenery.height * (0.004 if layer.depth > 0.6 else 0.006))))
    return replace(layer, pixels=pixels)


class _Plate:
    """One or several layers that move as one."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        rows = np.flatnonzero(cv2.reduce(cv2.extractChannel(layer.pixels, 3), 1, cv2.REDUCE_MAX).ravel())
        solid = cv2.reduce(cv2.extractChannel(layer.pixels, 3), 1, cv2.REDUCE_MIN).ravel() == 255
        self.top = int(rows[0]) if len(rows) else layer.pixels.shape[0]
        gaps = np.flatnonzero(~solid)
        self.solid = int(gaps[-1]) + 1 if len(gaps) else 0
        """First row from which everything below is opaque."""


class Plates:
    """The painted place under the camera."""

    def __init__(self, held: Held, width: int, height: int, *, still: bool) -> None:
        self.width, self.height, self.closer = width, height, held.closer
        back = [layer for layer in held.layers if layer.depth <= 1]
        front = [layer for layer in held.layers if layer.depth > 1]
        limits = (1.0,) if still or held.closer > 1.3 else _GROUPS
        self.back = [_Plate(layer) for layer in _merged(back, limits)]
        self.front = [_Plate(layer) for layer in front]
        self.still = still

    def seen(self, world: complex) -> complex:
        """Where a world point lies once the place is enlarged."""
        return complex(world.real * self.closer, _FOCUS + (world.imag - _FOCUS) * self.closer)

    def draw_back(self, frame: Pixels, camera: Camera, time: float) -> None:
        """Paint everything behind and under the figures."""
        del time
        below = self.height
        rows = []
        for plate in reversed(self.back):
            top, solid = self._screen_row(plate, plate.top, camera), self._screen_row(plate, plate.solid, camera)
            rows.append((max(0, min(below, math.floor(top) - 1)), below, max(0, math.ceil(solid) + 1)))
            below = min(below, max(0, math.ceil(solid) + 1))
        for plate, (top, bottom, solid) in zip(self.back, reversed(rows), strict=True):
            self._paint(frame, plate, camera, top, bottom, solid)

    def draw_front(self, frame: Pixels, camera: Camera, time: float) -> None:
        """Paint what stands nearer than the figures."""
        del time
        for plate in self.front:
            top = max(0, math.floor(self._screen_row(plate, plate.top, camera)) - 1)
            self._paint(frame, plate, camera, top, self.height, self.height)

    def _view(self, plate: _Plate, camera: Camera) -> tuple[float, float, float]:
        """Zoom, and the pixel of the layer at the frame's top left."""
        depth = plate.layer.depth
        zoom = 1 + (camera.zoom - 1) * (0.3 + 0.7 * depth)
        x = plate.layer.origin.real + camera.x * self.width * depth + self.width / 2 * (1 - 1 / zoom)
        y = plate.layer.origin.imag + camera.y * self.height * depth + self.height / 2 * (1 - 1 / zoom)
        return zoom, x, y

    def _screen_row(self, plate: _Plate, row: int, camera: Camera) -> float:
        zoom, _, y = self._view(plate, camera)
        return (row - y) * zoom

    def _paint(self, frame: Pixels, plate: _Plate, camera: Camera, top: int, bottom: int, solid: int) -> None:
        if top >= bottom:
            return
        zoom, x, y = self._view(plate, camera)
        if self.still:
            x0, y0 = round(x), round(y)
            part = plate.layer.pixels[y0 + top : y0 + bottom, x0 : x0 + self.width]
        else:
            matrix = np.array([[1 / zoom, 0, x], [0, 1 / zoom, y + top / zoom]])
            part = cv2.warpAffine(
                plate.layer.pixels,
                matrix,
                (self.width, bottom - top),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            )
        edge = min(bottom, max(top, solid))
        if edge > top:
            lay(frame[top:edge], part[: edge - top])
        frame[edge:bottom] = part[edge - top :]


def _merged(layers: list[Layer], limits: tuple[float, ...]) -> list[Layer]:
    """Layers between two limits become one, at the depth of the nearest of them."""
    merged: list[Layer] = []
    low = -1.0
    for limit in limits:
        group = [layer for layer in layers if low < layer.depth <= limit]
        low = limit
        if group:
            merged.append(_flat(group))
    return merged


def _flat(group: list[Layer]) -> Layer:
    base = group[-1]
    if len(group) == 1:
        return base
    h, w = base.pixels.shape[:2]
    flat = np.zeros_like(base.pixels)
    for layer in group:
        offset = base.origin - layer.origin
        shift = np.array([[1, 0, -round(offset.real)], [0, 1, -round(offset.imag)]], np.float64)
        moved = cv2.warpAffine(
            layer.pixels, shift, (w, h), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
        )
        lay(flat, moved)
    return replace(base, pixels=flat)
