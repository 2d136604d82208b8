"""Staging a script: place, figures, camera and weather put together, frame by frame."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from charkit.simulator import weather
from charkit.simulator.brush import Canvas, lay, oval
from charkit.simulator.direction import MARK
from charkit.simulator.figures import draw_figure, hand_at, in_light
from charkit.simulator.looks import chance
from charkit.simulator.motion import DRAWINGS, Acting, Camera, camera_at
from charkit.simulator.places import paint_place, plain_ground
from charkit.simulator.plates import Plates, held_back
from charkit.simulator.posing import Pose, build_of
from charkit.simulator.props import lantern_centre

if TYPE_CHECKING:
    from charkit.simulator.arrays import Pixels
    from charkit.simulator.looks import Look
    from charkit.simulator.scenery import Scenery
    from charkit.simulator.timing import Timing
    from charkit.simulator.words import Script

_HEADS = {"wide": 0.08, "full": 0.128, "medium": 0.178, "close": 0.3}
"""Head radius per shot size, in frame heights."""
_SIGHT = {
    "medium": {"human": 0.43, "creature": 0.6, "robot": 0.5},
    "close": {"human": 0.52, "creature": 0.6, "robot": 0.55},
}
"""World y of the eyes' height in the closer shots."""


class Player:
    """A figure on the stage: look, performance, size and place, with its finished drawings."""

    def __init__(
        self, look: Look, acting: Acting, head: float, at: complex, way: tuple[float, float], height: int
    ) -> None:
        self.look, self.acting, self.head = look, acting, head
        self.at, self.way = at, way
        self.height = height
        self.drawings: dict[tuple[Pose, int], tuple[Pixels, complex]] = {}

    def where(self, time: float) -> complex:
        """World point on which the figure stands."""
        return self.at + self.way[0] + (self.way[1] - self.way[0]) * self.acting.travel(time)

    def drawing(
        self, pose: Pose, warmth: int, factors: tuple[float, float, float], visible: float
    ) -> tuple[Pixels, complex]:
        """The sprite of a pose, and the pixel in it on which the figure stands.

        `visible` is the height of frame below its feet, negative where they are out of sight.
        """
        key = (pose, warmth)
        if key not in self.drawings:
            self.drawings[key] = self._draw(pose, factors, visible, warmth)
        return self.drawings[key]

    def _draw(
        self, pose: Pose, factors: tuple[float, float, float], visible: float, warmth: int
    ) -> tuple[Pixels, complex]:
        unit = self.head * self.height
        build = build_of(self.look)
        wide = round(3.3 * unit) if build.head < 5 else round(3.7 * unit)
        down = round(min(0.45 * unit, visible * self.height))
        top = round((build.head + 2.3 + 0.9 * self.look.ear_size) * unit)
        canvas = Canvas(
            2 * wide, max(8, top + down), unit=unit, origin=complex(wide, top), mirrored=self.acting.facing < 0
        )
        canvas.weight = line_weight(self.head)
        if visible > 0 and not self.acting.view:
            shrink = 1 / (1 + 0.6 * pose.jump)
            canvas.fill(oval(0.06j, 1.05 * shrink, 0.17 * shrink), (22, 18, 38), 0.34 * shrink)
        draw_figure(canvas, in_light(self.look, factors), pose, glow=min(1.0, 0.55 + 0.1 * warmth))
        x, y, w, h = cv2.boundingRect(cv2.extractChannel(canvas.pixels, 3))
        return np.ascontiguousarray(canvas.pixels[y : y + h, x : x + w]), canvas.origin - complex(x, y)


def line_weight(head: float) -> float:
    """Factor on ink lines: larger figures get only slightly heavier lines, as one pen draws them all."""
    return float((0.11 / head) ** 0.62)


class Stage:
    """A script ready to be filmed."""

    def __init__(
        self, script: Script, looks: tuple[Look, ...], timing: Timing, width: int, height: int, seed: int
    ) -> None:
        self.script, self.timing = script, timing
        self.width, self.height = width, height
        self.scenery: Scenery = (
            plain_ground(script, width, height) if script.view else paint_place(script, width, height)
        )
        self.luck = chance("stage", str(seed))
        self.players = _cast(script, looks, timing, self.scenery, height)
        self.plates = Plates(
            held_back(self.scenery, script), width, height, still=script.camera == "static" and not script.view
        )
        self._prepare_weather()
        self.vignette = _vignette(width, height, 0.0 if script.view else 1.0)
        self.mark = _mark(height)
        self.frame = np.empty((height, width, 4), np.uint8)

    def _prepare_weather(self) -> None:
        script, w, h = self.script, self.width, self.height
        outside = not self.scenery.indoors
        self.falling = [
            weather.Falling(k, w, h, self.luck) for k in ("rain", "snow") if k in script.weather and outside
        ]
        self.fog = (
            weather.Fog(w, h, self.scenery.light.haze, self.luck) if "fog" in script.weather and outside else None
        )
        self.bolts = weather.Bolts(w, h, self.luck, len(self.timing.flashes))
        self.flies = weather.Fireflies(w, h, self.luck) if "fireflies" in script.weather else None
        self.beam = weather.Beam(w, h) if any(lamp.role == "beam" for lamp in self.scenery.lamps) else None
        self.glows = [
            weather.Glow(lamp.radius * h * self.plates.closer, lamp.colour, 0.62) for lamp in self.scenery.lamps
        ]
        self.hand_glow = weather.Glow(max((p.head for p in self.players), default=0.1) * 3.4 * h, (255, 178, 92), 0.62)
        sea = self.scenery.sea
        self.glitter = (
            weather.Glitter(w, h, *sea, self.scenery.light.sky[2], self.luck)
            if sea and script.shot in ("wide", "full")
            else None
        )

    def draw(self, index: int, fps: int) -> Pixels:
        """Frame `index` as RGB, height x width x 3."""
        time = index / fps
        camera = camera_at(self.script.camera, time / max(1e-6, self.timing.seconds))
        frame = self.frame
        self.plates.draw_back(frame, camera, time)
        if self.glitter is not None:
            self.glitter.draw(
                frame,
                math.floor(time * DRAWINGS) / DRAWINGS,
                -complex(camera.x * self.width, camera.y * self.height) * 0.3,
            )
        lit = self.timing.lamp_at(time)
        self._draw_light(frame, camera, time, lit)
        for player in self.players:
            self._draw_player(frame, player, camera, time, lit)
        self.plates.draw_front(frame, camera, time)
        for layer in (*self.falling, self.fog, self.flies):
            if layer is not None:
                layer.draw(frame, time)
        flash = self.timing.flash_at(time)
        if flash > 0.03:
            which = sum(at <= time for at in self.timing.flashes) - 1
            if flash > 0.2 and not self.scenery.indoors:
                self.bolts.draw(frame, which, flash)
            cv2.convertScaleAbs(frame, dst=frame, alpha=1 + 0.75 * flash, beta=70 * flash)
        cv2.multiply(frame, self.vignette, dst=frame, scale=1 / 255)
        self._stamp(frame, self.mark)
        return cv2.cvtColor(frame, cv2.COLOR_RGBA2RGB)

    def sign(self, frame: Pixels) -> None:
        """Stamp the mark into the corner of an RGB frame, in place."""
        full = cv2.cvtColor(frame, cv2.COLOR_RGB2RGBA)
        self._stamp(full, self.mark)
        cv2.cvtColor(full, cv2.COLOR_RGBA2RGB, dst=frame)

    @staticmethod
    def _stamp(frame: Pixels, mark: Pixels) -> None:
        h, w = min(mark.shape[0], frame.shape[0]), min(mark.shape[1], frame.shape[1])
        gap = max(2, frame.shape[0] // 60)
        y, x = max(0, frame.shape[0] - h - gap), max(0, frame.shape[1] - w - gap)
        lay(frame[y : y + h, x : x + w], np.ascontiguousarray(mark[:h, :w]))

    def _draw_player(self, frame: Pixels, player: Player, camera: Camera, time: float, lit: float) -> None:
        drawing = int(time * DRAWINGS + 1e-6)
        pose = player.acting.pose(drawing)
        warmth = round(lit * 4)
        held = player.look.piece("held")
        factors = self.scenery.light.on_figures(held is not None and held.style == "lantern")
        warm = (1.0 + 0.16 * warmth / 4, 1.0 + 0.06 * warmth / 4, 1.0 - 0.05 * warmth / 4)
        factors = (factors[0] * warm[0], factors[1] * warm[1], factors[2] * warm[2])
        foot = player.where(drawing / DRAWINGS)
        sprite, anchor = player.drawing(pose, warmth, factors, 1.06 - foot.imag)
        self._blit(frame, sprite, anchor, self.on_screen(foot, 1.0, camera), camera.zoom)
        if held is not None and held.style == "lantern" and not self.script.view:
            hand = lantern_centre(hand_at(player.look, pose), pose, 1.0 if player.look.kind == "human" else 0.8)
            hand = complex(hand.real * (-1 if player.acting.facing < 0 else 1), hand.imag)
            shine = self.scenery.light.lamps * 0.7 + 0.2 + 0.06 * math.sin(time * 9) + 0.04 * math.sin(time * 23)
            self.hand_glow.draw(frame, self.on_screen(foot + hand * player.head, 1.0, camera), shine)

    def on_screen(self, world: complex, depth: float, camera: Camera) -> complex:
        """Pixel of a world point at a depth."""
        zoom = 1 + (camera.zoom - 1) * (0.3 + 0.7 * depth)
        x = (world.real * self.height - camera.x * self.width * depth) * zoom + self.width / 2
        y = ((world.imag - 0.5 - camera.y * depth) * self.height) * zoom + self.height / 2
        return complex(x, y)

    def _blit(self, frame: Pixels, sprite: Pixels, anchor: complex, at: complex, zoom: float) -> None:
        """Lay a sprite over the frame with its anchor on a pixel, sub-pixel exact where the camera moves."""
        h, w = sprite.shape[:2]
        left, top = at.real - anchor.real * zoom, at.imag - anchor.imag * zoom
        x0, y0 = max(0, math.floor(left)), max(0, math.floor(top))
        x1, y1 = min(self.width, math.ceil(left + w * zoom)), min(self.height, math.ceil(top + h * zoom))
        if x0 >= x1 or y0 >= y1:
            return
        if zoom == 1 and self.script.camera == "static":
            sx, sy = x0 - round(left), y0 - round(top)
            part = sprite[max(0, sy) : sy + y1 - y0, max(0, sx) : sx + x1 - x0]
            lay(frame[y0 : y0 + part.shape[0], x0 : x0 + part.shape[1]], part)
            return
        matrix = np.array([[1 / zoom, 0, (x0 - left) / zoom], [0, 1 / zoom, (y0 - top) / zoom]])
        part = cv2.warpAffine(sprite, matrix, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        lay(frame[y0:y1, x0:x1], part)

    def _draw_light(self, frame: Pixels, camera: Camera, time: float, lit: float) -> None:
        for lamp, glow in zip(self.scenery.lamps, self.glows, strict=True):
            at = self.on_screen(self.plates.seen(lamp.at), lamp.depth, camera)
            if lamp.role == "beam" and self.beam is not None:
                self.beam.draw(frame, at, time)
            else:
                level = lit * 0.85 if lamp.role == "main" else 0.75
                glow.draw(frame, at, level * (1 + lamp.flicker * math.sin(time * 11 + lamp.at.real * 40)))


def _cast(script: Script, looks: tuple[Look, ...], timing: Timing, scenery: Scenery, height: int) -> list[Player]:
    """Give every figure its size, place and direction."""
    players = []
    count = len(script.parts)
    windy = (
        0.75
        if "wind" in script.weather and not scenery.indoors
        else 0.25
        if {"rain", "lightning"} & script.weather
        else 0.0
    )
    for who, (part, look) in enumerate(zip(script.parts, looks, strict=True)):
        head = _HEADS[script.shot] * min(1.0, scenery.aspect * 1.15)
        head *= 0.8 if look.kind == "creature" and script.shot != "close" else 0.74 if look.kind == "creature" else 1.0
        if script.view:
            head = _view_head(script, look)
        share = {"left": -0.15, "right": 0.15}.get(part.side, 0.0) if count == 1 else -0.2 + 0.4 * who / (count - 1)
        gait = any(g in part.actions for g in ("walk", "run"))
        facing = -1.0 if count > 1 and who == count - 1 and not gait else 1.0
        acting = Acting(part, look, who, timing, wind=windy, facing=facing, view=script.view)
        at = complex(scenery.x(share * (0.8 if gait else 1.0)), _floor(script, look, scenery, head, count))
        reach = scenery.aspect * (0.2 if script.shot == "full" else 0.24)
        way = (-reach, reach) if gait and script.shot in ("wide", "full") else (0.0, 0.0)
        players.append(Player(look, acting, head, at, way, height))
    return players


def _view_head(script: Script, look: Look) -> float:
    build = build_of(look)
    if script.shot == "close":
        return 0.3 if look.kind == "human" else 0.22
    return 0.86 / (build.head + 1.25 + (1.0 * look.ear_size if look.kind == "creature" else 0.15))


def _floor(script: Script, look: Look, scenery: Scenery, head: float, count: int) -> float:
    """World y on which a figure stands; in closer shots the face decides."""
    build = build_of(look)
    if script.view:
        return 0.955 if script.shot != "close" else 0.52 + build.head * head
    if script.shot in _SIGHT:
        sight = _SIGHT[script.shot][look.kind]
        floor = sight + build.head * head + (0.03 if count > 1 and look.kind == "creature" else 0.0)
        return max(floor, scenery.ground)
    return scenery.ground


@lru_cache(maxsize=4)
def _vignette(width: int, height: int, strength: float) -> Pixels:
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    field = 255 - strength * 52 * np.clip((x**2 + y**2) - 0.55, 0, 1.4)
    single = np.clip(field, 0, 255).astype(np.uint8)
    return np.dstack((single, single, single, np.full_like(single, 255)))


@lru_cache(maxsize=4)
def _mark(height: int) -> Pixels:
    """The word in the corner, as premultiplied RGBA."""
    scale = max(0.26, height / 1250)
    thick = max(1, round(height / 700))
    (w, h), base = cv2.getTextSize(MARK, cv2.FONT_HERSHEY_SIMPLEX, scale, thick)
    pad = max(2, round(height * 0.008))
    glyph = np.zeros((h + base + 2 * pad, w + 2 * pad), np.uint8)
    cv2.putText(glyph, MARK, (pad, pad + h), cv2.FONT_HERSHEY_SIMPLEX, scale, (255,), thick, cv2.LINE_AA)
    plate = np.full_like(glyph, 92)
    alpha = cv2.max(plate, cv2.convertScaleAbs(glyph, alpha=0.9))
    white = cv2.convertScaleAbs(glyph, alpha=0.9)
    return cv2.merge([white, white, white, alpha])
