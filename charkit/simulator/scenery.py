"""The painter's table for places: layers at different depths, skies, textures.

World coordinates: the frame is 1 high, y runs down from 0 to 1, x from -aspect / 2 to aspect / 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from charkit.simulator.brush import Canvas, oval, points
from charkit.simulator.colours import Rgb, lighter, mix

if TYPE_CHECKING:
    from numpy.random import Generator

    from charkit.simulator.arrays import Pixels, Points
    from charkit.simulator.lights import Light

REACH = 0.11
"""How far the camera may move at depth 1, in shares of the frame's width (and of its height for tilts)."""


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A painted layer of a place."""

    pixels: Pixels
    """Premultiplied RGBA."""

    depth: float
    """0 is the sky, 1 where the figures stand, above 1 in front of them."""

    origin: complex
    """Pixel of the layer that lies at the frame's top left while the camera rests."""

    sway: float = 0.0
    """How far it rocks, in frame heights, as water and boats do."""

    drift: float = 0.0
    """How fast it moves to the right, in frame heights per second, as clouds do."""

    @property
    def moves(self) -> bool:
        """Whether it moves by itself, so that it cannot be merged with others."""
        return bool(self.sway or self.drift)


@dataclass(frozen=True, kw_only=True)
class Lamp:
    """A light in the picture that may change over time."""

    at: complex
    """Where, in world coordinates."""

    depth: float
    """At which depth it moves with the camera."""

    radius: float
    """Reach of its glow."""

    colour: Rgb
    """Its colour."""

    flicker: float = 0.1
    """How unsteady it is, 0 to 1."""

    role: str = "lamp"
    """"lamp" shines steadily, "main" is the one that lights up in the shot, "beam" sweeps."""


class Scenery:
    """A place while it is being painted."""

    def __init__(
        self, width: int, height: int, light: Light, luck: Generator, weather: frozenset[str], lamp: str
    ) -> None:
        self.width, self.height = width, height
        self.aspect = width / height
        self.light, self.luck, self.weather, self.lamp = light, luck, weather, lamp
        self.layers: list[Layer] = []
        self.lamps: list[Lamp] = []
        self.ground = 0.88
        """World y at which figures stand."""
        self.sea: tuple[float, float] | None = None
        """World y from and to which water glitters, where there is some."""
        self.focus = 0.55j
        """World point towards which closer shots enlarge the place."""
        self.indoors = False
        """Whether weather stays outside."""

    @property
    def left(self) -> float:
        """World x of the left edge, with the margin for camera moves."""
        return -self.aspect * (0.5 + REACH * 1.6)

    @property
    def right(self) -> float:
        """World x of the right edge, with the margin."""
        return -self.left

    def x(self, share: float) -> float:
        """World x from a share of the frame's width, -0.5 to 0.5."""
        return share * self.aspect

    def canvas(self, depth: float) -> Canvas:
        """A canvas for a layer at a depth, with room for the camera's moves."""
        side = round(self.width * REACH * depth) + 6
        over = round(self.height * REACH * depth) + 6
        return Canvas(
            self.width + 2 * side, self.height + 2 * over, unit=self.height,
            origin=complex(side + self.width / 2, over),
        )  # fmt: skip

    def add(self, canvas: Canvas, depth: float, *, texture: float = 1.0, sway: float = 0.0, drift: float = 0.0) -> None:
        """Take a painted canvas as the next nearer layer."""
        grain(canvas.pixels, texture)
        origin = canvas.origin - complex(self.width / 2, 0)
        self.layers.append(Layer(pixels=canvas.pixels, depth=depth, origin=origin, sway=sway, drift=drift))

    def shine(
        self, at: complex, depth: float, radius: float, colour: Rgb, *, flicker: float = 0.1, role: str = "lamp"
    ) -> None:
        """Put a light into the place."""
        self.lamps.append(Lamp(at=at, depth=depth, radius=radius, colour=colour, flicker=flicker, role=role))

    def band(self, top: float, bottom: float) -> Points:
        """A rectangle over the whole width."""
        return points((self.left - 1, top), (self.right + 1, top), (self.right + 1, bottom), (self.left - 1, bottom))

    def ridge(self, y: float, rough: float, *, steps: int = 24, bottom: float = 1.4) -> Points:
        """A hilly outline around a height, filled to the bottom; rough is its amplitude."""
        xs = np.linspace(self.left - 0.1, self.right + 0.1, steps * 4)
        ys = np.full(xs.shape, y)
        for octave in (1.0, 2.3, 5.1):
            phase, pace = self.luck.uniform(0, 6.28), self.luck.uniform(0.8, 1.3)
            ys += rough / octave**1.1 * np.sin(xs * 2.4 * octave * pace + phase)
        top = xs + 1j * ys
        return np.concatenate((top, points((self.right + 0.2, bottom), (self.left - 0.2, bottom))))


@lru_cache(maxsize=8)
def _grain(height: int, width: int) -> Pixels:
    """Paper and pigment: cloudy washes and a fine tooth, around 246."""
    luck = np.random.default_rng(20)
    cloudy = cv2.resize(luck.normal(0, 1, (9, 16)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    blotch = cv2.resize(luck.normal(0, 1, (48, 84)).astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    tooth = cv2.resize(luck.normal(0, 1, (height // 2, width // 2)).astype(np.float32), (width, height))
    single = np.clip(246 + cloudy * 4.5 + blotch * 3.0 + tooth * 2.4, 205, 255).astype(np.uint8)
    return np.dstack((single, single, single, np.full_like(single, 255)))


def grain(pixels: Pixels, strength: float) -> None:
    """Give flat paint the unevenness of a brush on paper, in place; alpha stays."""
    if strength > 0:
        high, wide = pixels.shape[:2]
        step = 160  # one sheet of paper serves several sizes
        sheet = _grain(-(-high // step) * step, -(-wide // step) * step)
        cv2.multiply(pixels, np.ascontiguousarray(sheet[:high, :wide]), dst=pixels, scale=1 / 255)


def soften(pixels: Pixels, radius: int) -> None:
    """Blur a layer in place, for clouds and haze; radius in pixels."""
    if radius > 0:
        size = radius * 2 + 1
        cv2.blur(cv2.blur(pixels, (size, size)), (size, size), dst=pixels)


def paint_sky(scenery: Scenery, *, horizon: float = 0.62, clouds: int = 4) -> None:
    """The sky with stars, sun or moon as the farthest layer, and clouds that drift before it."""
    light = scenery.light
    canvas = scenery.canvas(0.12)
    canvas.fade(
        scenery.band(-0.5, 1.6), [(-0.1, light.sky[0]), (horizon * 0.55, light.sky[1]), (horizon, light.sky[2])]
    )
    _stars(canvas, scenery, horizon)
    _orb(canvas, scenery, horizon)
    scenery.add(canvas, 0.08)
    cover = scenery.canvas(0.12)
    heavy = light.name in ("storm", "overcast")
    for k in range(clouds + (4 if heavy else 0)):
        x = scenery.left + (scenery.right - scenery.left) * (k + scenery.luck.uniform(0.1, 0.9)) / (clouds + 4 * heavy)
        y = scenery.luck.uniform(-0.02, horizon * (0.5 if heavy else 0.66))
        paint_cloud(cover, scenery, complex(x, y), scenery.luck.uniform(0.12, 0.26) * (1.7 if heavy else 1.0))
    soften(cover.pixels, max(1, scenery.height // 360))
    scenery.add(cover, 0.1, texture=0.0, drift=0.022 if heavy or "wind" in scenery.weather else 0.007)


def _stars(canvas: Canvas, scenery: Scenery, horizon: float) -> None:
    for _ in range(int(110 * scenery.light.stars)):
        x, y = scenery.luck.uniform(scenery.left, scenery.right), scenery.luck.uniform(-0.05, horizon * 0.85)
        size = 0.0011 + 0.0022 * scenery.luck.random() ** 4
        canvas.fill(oval(complex(x, y), size, size, 8), (236, 240, 255), 0.35 + 0.6 * scenery.luck.random())


def _orb(canvas: Canvas, scenery: Scenery, horizon: float) -> None:
    light = scenery.light
    if light.orb == "sun":
        low = light.name in ("dawn", "sunset")
        at = complex(scenery.x(0.24), horizon - 0.1 if low else horizon * 0.24)
        canvas.glow(at, 0.55, (255, 214, 150), 0.6)
        canvas.fill(oval(at, 0.062, 0.062, 40), (255, 246, 214) if not low else (255, 226, 160))
    elif light.orb == "moon":
        at = complex(scenery.x(-0.27), horizon * 0.26)
        canvas.glow(at, 0.42, (120, 146, 200), 0.7)
        canvas.fill(oval(at, 0.052, 0.052, 40), (244, 240, 220))
        for dx, dy, r in ((-0.016, -0.01, 0.011), (0.014, 0.012, 0.008), (0.004, -0.024, 0.006)):
            canvas.fill(oval(at + complex(dx, dy), r, r, 14), (216, 214, 204), 0.7)


def paint_cloud(canvas: Canvas, scenery: Scenery, at: complex, size: float) -> None:
    """A heap of cloud with a lit top and a shaded, flat base."""
    top, base = scenery.light.cloud
    count = 7
    lumps = [
        (
            at + complex((k - count / 2) * size * 0.3, -size * 0.16 * scenery.luck.random()),
            size * scenery.luck.uniform(0.16, 0.34),
        )
        for k in range(count)
    ]
    for offset, colour, alpha in ((0.0, base, 0.75), (-0.05, mix(base, top, 0.55), 0.75), (-0.1, top, 0.7)):
        for c, r in lumps:
            shrink = r * (1 + offset * 1.6)
            canvas.fill(
                oval(c + complex(-offset * size * 0.4, offset * size), shrink * 1.3, shrink * 0.72, 24), colour, alpha
            )


def paint_water(canvas: Canvas, scenery: Scenery, top: float, bottom: float, *, rough: float = 0.3) -> None:
    """Water with broken reflections that lie closer together towards the horizon."""
    light = scenery.light
    deep = mix(light.paint((44, 104, 134)), light.sky[0], 0.25)
    near_horizon = mix(light.sky[2], deep, 0.45)
    canvas.fade(
        scenery.band(top, bottom),
        [
            (top, near_horizon),
            (top + (bottom - top) * 0.3, mix(near_horizon, deep, 0.7)),
            (bottom, mix(deep, (16, 26, 50), 0.25)),
        ],
    )
    for _ in range(90):
        share = scenery.luck.random() ** 1.7
        y = top + 0.004 + (bottom - top) * share
        x = scenery.luck.uniform(scenery.left, scenery.right)
        wide, tall = 0.02 + 0.12 * share * scenery.luck.random() + 0.01, 0.0012 + 0.006 * share * (0.5 + rough)
        bright = (
            lighter(mix(light.sky[2], light.sky[1], share), 0.12)
            if scenery.luck.random() < 0.6
            else mix(deep, (14, 24, 48), 0.4)
        )
        canvas.fill(oval(complex(x, y), wide, tall, 14), bright, 0.34)
    scenery.sea = (top, bottom)
