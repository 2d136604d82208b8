"""Flat-shaded figures with known looks, drawn from a seed: the ground truth that the palette axis is measured on.

A figure has skin, hair, a top, trousers, shoes and an accessory; every part can be changed alone. A picture of it has a
framing, a side, a cluttered background and a light, all drawn from a seed too, and comes with its exact mask.
Shape of the experiment as in the project's notes on scoring, section 4.2: 60 identities, close 35 %, medium 40 %,
full 25 %, light mild or strong.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass, replace

import cv2
import numpy as np

from charkit.scoring import oklab

HEIGHT, WIDTH = 216, 384
SKINS = ((255, 219, 187), (240, 195, 160), (205, 150, 110), (150, 100, 70), (100, 65, 48), (190, 205, 150))


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Who is drawn. Colours are sRGB bytes."""

    skin: tuple[int, int, int]
    hair: tuple[int, int, int]
    top: tuple[int, int, int]
    bottom: tuple[int, int, int]
    shoes: tuple[int, int, int]
    hairstyle: int = 0
    face_width: float = 1.0
    eyes: tuple[int, int, int] = (30, 60, 40)
    scarf: tuple[int, int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Light:
    """How strongly light changes between shots (standard deviations; shading is the largest share)."""

    exposure: float = 0.0
    gamma: float = 0.0
    cast: float = 0.0
    shading: float = 0.0


STEADY = Light()
MILD = Light(exposure=0.066, gamma=0.042, cast=0.027, shading=0.075)
STRONG = Light(exposure=0.22, gamma=0.14, cast=0.09, shading=0.25)


def _colour(rng: np.random.Generator, *, vivid: float = 0.8) -> tuple[int, int, int]:
    hue, saturation, value = rng.uniform(), rng.uniform(0.15, vivid), rng.uniform(0.2, 0.95)
    red, green, blue = colorsys.hsv_to_rgb(hue, saturation, value)
    return round(255 * red), round(255 * green), round(255 * blue)


def figure(seed: int) -> Figure:
    """Return the figure number `seed`."""
    rng = np.random.default_rng([11, seed])
    return Figure(
        skin=SKINS[int(rng.integers(len(SKINS)))],
        hair=_colour(rng, vivid=0.7),
        top=_colour(rng),
        bottom=_colour(rng),
        shoes=_colour(rng, vivid=0.5),
        hairstyle=int(rng.integers(3)),
        face_width=float(rng.uniform(0.85, 1.15)),
        scarf=_colour(rng) if rng.uniform() < 0.4 else None,
    )


def recoloured(who: Figure, part: str, seed: int) -> Figure:
    """Return the figure with one part in a clearly different colour (OKLab distance of at least 0.15)."""
    rng = np.random.default_rng([13, seed])
    before = oklab.from_srgb(np.array(getattr(who, part), dtype=np.uint8))
    while True:
        colour = _colour(rng)
        if np.linalg.norm(oklab.from_srgb(np.array(colour, dtype=np.uint8)) - before) > 0.15:
            return replace(who, **{part: colour})


def with_other_face(who: Figure) -> Figure:
    """Return the figure with other eyes and another width of face."""
    return replace(who, face_width=2.0 - who.face_width + 0.12, eyes=(120, 60, 20))


def with_other_hairstyle(who: Figure) -> Figure:
    """Return the figure with its hair in another shape, in the same colour."""
    return replace(who, hairstyle=(who.hairstyle + 1) % 3)


def _shape(canvas: np.ndarray, mask: np.ndarray, points: list[tuple[float, float]], colour: tuple) -> None:
    corners = np.round(np.array(points)).astype(np.int32)
    cv2.fillPoly(canvas, [corners], colour, lineType=cv2.LINE_AA)
    cv2.fillPoly(mask, [corners], 255)


def _oval(canvas, mask, centre, axes, colour, start=0.0, end=360.0) -> None:
    at, size = (round(centre[0]), round(centre[1])), (max(1, round(axes[0])), max(1, round(axes[1])))
    cv2.ellipse(canvas, at, size, 0.0, start, end, colour, -1, cv2.LINE_AA)
    cv2.ellipse(mask, at, size, 0.0, start, end, 255, -1)


def paint(canvas: np.ndarray, who: Figure, *, x: float, top: float, height: float, swing: float = 0.0) -> np.ndarray:
    """Draw the figure into `canvas` and return its mask; `x`, `top`, `height` in pixels for the whole body."""
    mask = np.zeros(canvas.shape[:2], dtype=np.uint8)
    unit = height / 7.0
    head = (x, top + 1.0 * unit)
    shoulder, waist, foot = top + 1.9 * unit, top + 4.1 * unit, top + 7.0 * unit
    if who.hairstyle == 1:
        _shape(
            canvas,
            mask,
            [
                (x - 0.95 * unit, head[1]),
                (x + 0.95 * unit, head[1]),
                (x + 0.8 * unit, top + 3.0 * unit),
                (x - 0.8 * unit, top + 3.0 * unit),
            ],
            who.hair,
        )
    for side in (-1, 1):
        hip, ankle = x + side * 0.4 * unit, x + side * (0.45 + 0.3 * swing) * unit
        _shape(
            canvas,
            mask,
            [
                (hip - 0.42 * unit, waist - 4),
                (hip + 0.42 * unit, waist - 4),
                (ankle + 0.34 * unit, foot - 0.3 * unit),
                (ankle - 0.34 * unit, foot - 0.3 * unit),
            ],
            who.bottom,
        )
        _oval(canvas, mask, (ankle + side * 0.1 * unit, foot - 0.2 * unit), (0.45 * unit, 0.22 * unit), who.shoes)
        hand = (x + side * (1.25 + 0.35 * swing * side) * unit, waist - 0.1 * unit)
        _shape(
            canvas,
            mask,
            [
                (x + side * 0.7 * unit, shoulder),
                (x + side * 1.1 * unit, shoulder + 0.3 * unit),
                (hand[0] + 0.25 * unit, hand[1]),
                (hand[0] - 0.25 * unit, hand[1]),
            ],
            who.top,
        )
        _oval(canvas, mask, hand, (0.24 * unit, 0.24 * unit), who.skin)
    _shape(
        canvas,
        mask,
        [
            (x - 0.85 * unit, shoulder),
            (x + 0.85 * unit, shoulder),
            (x + 0.95 * unit, waist + 0.2 * unit),
            (x - 0.95 * unit, waist + 0.2 * unit),
        ],
        who.top,
    )
    if who.scarf is not None:
        _oval(canvas, mask, (x, shoulder + 0.05 * unit), (0.7 * unit, 0.24 * unit), who.scarf)
    _oval(canvas, mask, head, (0.72 * who.face_width * unit, 0.9 * unit), who.skin)
    _oval(canvas, mask, (x, head[1] - 0.25 * unit), (0.82 * unit, 0.78 * unit), who.hair, 180, 360)
    if who.hairstyle == 2:
        for side in (-1, 1):
            _oval(canvas, mask, (x + side * 0.85 * unit, head[1] + 0.2 * unit), (0.22 * unit, 0.75 * unit), who.hair)
    for side in (-1, 1):
        _oval(canvas, mask, (x + side * 0.28 * unit, head[1] + 0.1 * unit), (0.12 * unit, 0.15 * unit), who.eyes)
    return mask > 0


def _background(rng: np.random.Generator) -> np.ndarray:
    canvas = np.empty((HEIGHT, WIDTH, 3), dtype=np.uint8)
    sky, land = np.array(_colour(rng)), np.array(_colour(rng))
    share = np.linspace(0, 1, HEIGHT)[:, None, None]
    canvas[:] = (sky * (1 - share) + land * share).astype(np.uint8)
    for _ in range(18):
        x, y = float(rng.uniform(0, WIDTH)), float(rng.uniform(0, HEIGHT))
        w, h = float(rng.uniform(10, 90)), float(rng.uniform(8, 70))
        if rng.uniform() < 0.5:
            cv2.rectangle(canvas, (int(x), int(y)), (int(x + w), int(y + h)), _colour(rng), -1)
        else:
            cv2.ellipse(canvas, (int(x), int(y)), (int(w / 2), int(h / 2)), 0, 0, 360, _colour(rng), -1, cv2.LINE_AA)
    return canvas


def _lit(canvas: np.ndarray, light: Light, rng: np.random.Generator) -> np.ndarray:
    linear = oklab.linear(canvas).astype(np.float64)
    linear *= np.exp(rng.normal(0, light.exposure)) * np.exp(rng.normal(0, light.cast, 3))
    slope = rng.uniform(-light.shading, light.shading)
    linear *= 1 + slope * np.linspace(-1, 1, canvas.shape[1])[None, :, None]
    linear = np.clip(linear, 0, 1) ** np.exp(rng.normal(0, light.gamma))
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.clip(255 * srgb + rng.normal(0, 2.0, canvas.shape), 0, 255).astype(np.uint8)


def reference(who: Figure, *, seed: int = 0, ground: tuple[int, int, int] = (238, 236, 230)) -> np.ndarray:
    """Return a full view on plain ground, 320 x 240 pixels (height x width), neutral light."""
    rng = np.random.default_rng([17, seed])
    canvas = np.full((320, 240, 3), ground, dtype=np.uint8)
    paint(canvas, who, x=120 + rng.uniform(-6, 6), top=16, height=288, swing=float(rng.uniform(-0.6, 0.6)))
    return canvas


def shot(
    who: Figure, *, seed: int, light: Light = MILD, frames: int = 8, framing: str = "", place: str = "centre"
) -> tuple[str, list[np.ndarray], list[np.ndarray]]:
    """Return framing, frames and exact masks of one shot: one background and light, the figure moving a little."""
    rng = np.random.default_rng([19, seed])
    drawn = str(rng.choice(["close-up", "medium", "full"], p=[0.35, 0.40, 0.25]))
    framing = framing or drawn
    height = {"close-up": 3.2, "medium": 1.75, "full": 0.88}[framing] * HEIGHT * float(rng.uniform(0.93, 1.07))
    top = {"close-up": 0.04, "medium": 0.10, "full": 0.08}[framing] * HEIGHT
    x = WIDTH * ({"left": 0.28, "centre": 0.5, "right": 0.72}[place] + float(rng.uniform(-0.03, 0.03)))
    back, walk = _background(rng), float(rng.uniform(-0.04, 0.04)) * WIDTH
    look, mirror = int(rng.integers(2**31)), place == "centre" and bool(rng.integers(2))
    pictures, masks = [], []
    for index in range(frames):
        part = index / max(1, frames - 1) - 0.5
        canvas = back.copy()
        mask = paint(
            canvas, who, x=x + walk * part, top=top + 3 * np.sin(3 * part), height=height, swing=float(np.sin(6 * part))
        )
        lit = _lit(canvas, light, np.random.default_rng([23, look]))
        pictures.append(np.ascontiguousarray(lit[:, ::-1] if mirror else lit))
        masks.append(np.ascontiguousarray(mask[:, ::-1] if mirror else mask))
    return framing, pictures, masks


def pasted(
    picture: np.ndarray, *, framing: str, seed: int, light: Light = MILD, frames: int = 3, mirrored: bool = False
) -> list[np.ndarray]:
    """Return frames of a shot into which a reference's figure was pasted: one background, one light."""
    ground = np.abs(picture.astype(int) - picture[0, 0]).max(axis=2) <= 2
    rows, columns = np.flatnonzero((~ground).any(axis=1)), np.flatnonzero((~ground).any(axis=0))
    cut = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    figure, mask = picture[cut], (~ground[cut]).astype(np.uint8)
    if mirrored:
        figure, mask = figure[:, ::-1], mask[:, ::-1]
    tall = {"close-up": 3.2, "medium": 1.75, "full": 0.88}[framing] * HEIGHT
    size = (round(figure.shape[1] * tall / len(figure)), round(tall))
    figure = cv2.resize(np.ascontiguousarray(figure), size, interpolation=cv2.INTER_LINEAR)
    mask = cv2.resize(np.ascontiguousarray(mask), size, interpolation=cv2.INTER_NEAREST)
    top = round({"close-up": 0.04, "medium": 0.10, "full": 0.08}[framing] * HEIGHT)
    back, pictures = _background(np.random.default_rng([29, seed])), []
    for index in range(frames):
        canvas = back.copy()
        left = (WIDTH - size[0]) // 2 + 2 * index
        skipped = max(0, -left)
        inside = canvas[top : top + size[1], max(0, left) : left + size[0]]
        there = mask[: inside.shape[0], skipped : skipped + inside.shape[1]] > 0
        inside[there] = figure[: inside.shape[0], skipped : skipped + inside.shape[1]][there]
        pictures.append(_lit(canvas, light, np.random.default_rng([31, seed])))
    return pictures
