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
_GROUPS = (0.2, 0.62, 1.0)
"""Layers up to each of these depths are merged while the camera moves."""


class Held:
    """Layers as a shot size sees them."""

    def __init__(self, layers: list[Layer], closer: float, focus: complex) -> None:
        self.layers, self.closer, self.focus = layers, closer, focus


def held_back(scenery: Scenery, script: Script) -> Held:
    """The place behind a shot: enlarged and out of focus in closer shots."""
    closer = 1.0 if script.view else _CLOSER[script.shot]
    if closer == 1.0:
        return Held(scenery.layers, 1.0, scenery.focus)
    near = script.shot in ("medium", "close")
    kept = [layer for layer in scenery.layers if layer.depth <= 1 or not near]
    layers = [_enlarged(layer, closer, scenery, blur=near) for layer in kept]
    if near:
        layers = [replace(layer, sway=0.0, drift=0.0) for layer in layers]  # out of focus, nobody sees it move
    return Held(layers, closer, scenery.focus)


def _enlarged(layer: Layer, by: float, scenery: Scenery, *, blur: bool) -> Layer:
    h, w = layer.pixels.shape[:2]
    focus = layer.origin + complex(
        scenery.width / 2 + scenery.focus.real * scenery.height, scenery.focus.imag * scenery.height
    )
    middle = layer.origin + complex(scenery.width / 2, scenery.focus.imag * scenery.height)
    matrix = np.array([[1 / by, 0, focus.real - middle.real / by], [0, 1 / by, focus.imag * (1 - 1 / by)]])
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
        self.bottom = int(rows[-1]) + 1 if len(rows) else 0
        gaps = np.flatnonzero(~solid)
        self.solid = int(gaps[-1]) + 1 if len(gaps) else 0
        """First row from which everything below is opaque."""
        self.reaches_down = self.solid < layer.pixels.shape[0]


class Plates:
    """The painted place under the camera."""

    def __init__(self, held: Held, width: int, height: int, *, still: bool) -> None:
        self.width, self.height = width, height
        self.closer, self.focus = held.closer, held.focus
        back = [layer for layer in held.layers if layer.depth <= 1]
        front = [layer for layer in held.layers if layer.depth > 1]
        limits = (1.0,) if still or held.closer > 1.3 else _GROUPS
        self.back = [_Plate(layer) for layer in _merged(back, limits)]
        self.front = [_Plate(layer) for layer in front]
        self.still = still

    def seen(self, world: complex) -> complex:
        """Where a world point lies once the place is enlarged."""
        if self.closer == 1.0:
            return world
        moved = (world - self.focus) * self.closer
        return complex(moved.real, moved.imag + self.focus.imag)

    def draw_back(self, frame: Pixels, camera: Camera, time: float) -> None:
        """Paint everything behind and under the figures."""
        below, rows = self.height, []
        for plate in reversed(self.back):
            zoom, x, y = self._view(plate.layer, camera, time)
            top, solid = math.floor((plate.top - y) * zoom) - 1, max(0, math.ceil((plate.solid - y) * zoom) + 1)
            bottom = min(below, math.ceil((plate.bottom - y) * zoom) + 1)
            rows.append((plate, (zoom, x, y), max(0, min(bottom, top)), max(0, bottom), solid))
            if plate.reaches_down:
                below = min(below, solid)
        for plate, view, top, bottom, solid in reversed(rows):
            self._paint(frame, plate, view, top, bottom, solid)

    def draw_front(self, frame: Pixels, camera: Camera, time: float) -> None:
        """Paint what stands nearer than the figures."""
        for plate in self.front:
            view = self._view(plate.layer, camera, time)
            top = max(0, math.floor((plate.top - view[2]) * view[0]) - 1)
            self._paint(frame, plate, view, top, self.height, self.height)

    def _view(self, layer: Layer, camera: Camera, time: float) -> tuple[float, float, float]:
        """Zoom, and the pixel of the layer at the frame's top left."""
        depth = layer.depth
        zoom = 1 + (camera.zoom - 1) * (0.3 + 0.7 * depth)
        x = layer.origin.real + camera.x * self.width * depth + self.width / 2 * (1 - 1 / zoom)
        y = layer.origin.imag + camera.y * self.height * depth + self.height / 2 * (1 - 1 / zoom)
        if layer.moves:
            x += self.height * (layer.sway * math.sin(1.1 * time + 5 * depth) - layer.drift * time)
            y += self.height * layer.sway * 0.4 * math.sin(1.9 * time + 3 * depth)
        return zoom, x, y

    def _paint(
        self, frame: Pixels, plate: _Plate, view: tuple[float, float, float], top: int, bottom: int, solid: int
    ) -> None:
        if top >= bottom:
            return
        zoom, x, y = view
        if self.still and not plate.layer.moves:
            x0, y0 = round(x), round(y)
            part = plate.layer.pixels[y0 + top : y0 + bottom, x0 : x0 + self.width]
        else:
            matrix = np.array([[1 / zoom, 0, x], [0, 1 / zoom, y + top / zoom]])
            part = cv2.warpAffine(
                plate.layer.pixels, matrix, (self.width, bottom - top),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
            )  # fmt: skip
        edge = min(bottom, max(top, solid)) if plate.reaches_down else bottom
        if edge > top:
            lay(frame[top:edge], part[: edge - top])
        frame[edge:bottom] = part[edge - top :]


def _merged(layers: list[Layer], limits: tuple[float, ...]) -> list[Layer]:
    """Neighbours in depth between two limits become one, at the depth of the nearest; what moves stays apart."""
    merged: list[Layer] = []
    group: list[Layer] = []
    for layer in layers:
        same = group and _rank(group[-1], limits) == _rank(layer, limits)
        if group and (layer.moves or not same):
            merged.append(_flat(group))
            group = []
        if layer.moves:
            merged.append(layer)
        else:
            group.append(layer)
    return [*merged, _flat(group)] if group else merged


def _rank(layer: Layer, limits: tuple[float, ...]) -> int:
    return sum(layer.depth > limit for limit in limits)


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
