"""Brings pictures to a size: cropped, padded or laid on a canvas; made smaller in linear light.

Averaging code values darkens fine detail, since sRGB's codes are not light: a thin white line on black, halved, should
keep half of its light, code 188, and not half of its code, 128. So pictures are made smaller in linear light (IEC
61966-2-1), in floats, strip by strip, so that memory follows the strip and not the picture.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Final, Literal, TypeAlias

from PIL import Image, ImageFilter

__all__ = ["Box", "crop_box", "fit", "on_canvas", "on_ground", "shrunk"]

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom, as shares (0 to 1) of a picture."""

_GAP: Final = 1.5
"""How much larger than wanted a picture is left by whole-number averaging, before Lanczos does the rest. Against
Lanczos from the full size that differs by less than a level on average, at half the time."""

_SUPPORT: Final = 3
"""Pixels of the smaller picture on each side that Lanczos looks at."""

_STRIP: Final = 1 << 19
"""Pixels that are worked on at a time: their floats stay in the processor's cache."""

_SHARPENING: Final = 0.2
"""Share of what a 3x3 blur takes away that is given back after scaling down. By eye: eyelashes and ink lines stay
crisp at 1024 pixels and no halo shows. Code values are sharpened, not light, whose halos would be white."""


def fit(
    image: Image.Image,
    width: int,
    height: int,
    mode: Literal["crop", "pad"] = "crop",
    ground: str = "#000000",
    *,
    keep: Box | None = None,
    sharpen: bool = False,
) -> Image.Image:
    """Bring a picture to exactly one size without stretching it.

    Args:
        image: The picture; `RGB` or `RGBA`.
        width: Wanted width in pixels.
        height: Wanted height in pixels.
        mode: `crop` fills the size and cuts what stands over; `pad` shows everything on `ground`.
        ground: `#rrggbb` behind padding and behind transparency.
        keep: What a crop keeps in view as nearly centred as the edges allow; the picture's middle otherwise.
        sharpen: Whether to give back some of the sharpness that scaling down takes.

    Returns:
        An `RGB` picture, scaled by Lanczos; down in linear light, after whole-number averaging where it is big.

    Raises:
        ValueError: The size is not positive, or `mode` is neither.
    """
    if width < 1 or height < 1:
        raise ValueError(f"a picture cannot be {width}x{height} pixels")
    if mode not in {"crop", "pad"}:
        raise ValueError(f"mode is 'crop' or 'pad', not {mode!r}")
    flat = on_ground(image, ground)
    if mode == "crop":
        return shrunk(flat, (width, height), crop_box(flat.size, width / height, keep), sharpen=sharpen)
    size = _inside(flat.size, width, height)
    inner = shrunk(flat, size, sharpen=sharpen)
    if size == (width, height):
        return inner
    page = Image.new("RGB", (width, height), ground)
    page.paste(inner, ((width - size[0]) // 2, (height - size[1]) // 2))
    return page


def on_canvas(
    image: Image.Image, width: int, height: int, ground: str = "#808080", *, keep: Box | None = None, share: float = 1.0
) -> tuple[Image.Image, Image.Image]:
    """Lay a picture on a larger canvas whose rest an image route is to paint (outpainting).

    Args:
        image: The picture; `RGB` or `RGBA`.
        width: Of the canvas, in pixels.
        height: Of the canvas, in pixels.
        ground: `#rrggbb` of the part to be painted.
        keep: What is to stand in the middle of the canvas, as nearly as the picture staying whole allows.
        share: How much of the canvas the picture takes along the side that it fills, above 0 to 1.

    Returns:
        The canvas, `RGB`, and the mask, `RGBA`, as large and transparent where the route may paint
        (image-models.md 2.2: transparent = editable). The mask leaves a seam of 2 % of the picture's shorter side to
        the route, so that no edge shows.

    Raises:
        ValueError: The size or the share is not positive, or the share is above 1.
    """
    if width < 1 or height < 1 or not 0 < share <= 1:
        raise ValueError(f"a canvas cannot be {width}x{height} pixels with a picture on {share:g} of it")
    flat = on_ground(image, ground)
    size = _inside(flat.size, max(1, round(width * share)), max(1, round(height * share)))
    left, top = _placed((width, height), size, keep)
    canvas = Image.new("RGB", (width, height), ground)
    canvas.paste(shrunk(flat, size, sharpen=True), (left, top))
    mask = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    seam = max(1, round(min(size) * 0.02))
    edges = (
        left + (seam if left > 0 else 0),
        top + (seam if top > 0 else 0),
        left + size[0] - (seam if left + size[0] < width else 0),
        top + size[1] - (seam if top + size[1] < height else 0),
    )
    mask.paste((0, 0, 0, 255), edges)
    return canvas, mask


def _placed(canvas: tuple[int, int], size: tuple[int, int], keep: Box | None) -> tuple[int, int]:
    left, top, right, bottom = keep or (0.0, 0.0, 1.0, 1.0)
    x = round(canvas[0] / 2 - (left + right) / 2 * size[0])
    y = round(canvas[1] / 2 - (top + bottom) / 2 * size[1])
    return min(max(0, x), canvas[0] - size[0]), min(max(0, y), canvas[1] - size[1])


def _inside(size: tuple[int, int], width: int, height: int) -> tuple[int, int]:
    scale = min(width / size[0], height / size[1])
    return max(1, min(width, round(size[0] * scale))), max(1, min(height, round(size[1] * scale)))


def on_ground(image: Image.Image, ground: str) -> Image.Image:
    """Return a picture as `RGB`, what is transparent laid on a ground `#rrggbb` as browsers do, in code values."""
    if not image.has_transparency_data:
        return image if image.mode == "RGB" else image.convert("RGB")
    page = Image.new("RGBA", image.size, ground)
    return Image.alpha_composite(page, image.convert("RGBA")).convert("RGB")


def crop_box(size: tuple[int, int], aspect: float, keep: Box | None = None) -> Box:
    """Return the largest box of an aspect ratio inside a picture, centred on what is to be kept; in pixels.

    What is to be kept stays whole wherever the box is large enough for it.
    """
    full_width, full_height = size
    width = min(full_width, full_height * aspect)
    height = min(full_height, full_width / aspect)
    left, top, right, bottom = keep or (0.0, 0.0, 1.0, 1.0)
    middle_x, middle_y = (left + right) / 2 * full_width, (top + bottom) / 2 * full_height
    if (bottom - top) * full_height > height:  # a figure too tall keeps its head: faces tell who it is
        middle_y = top * full_height + height / 2
    x = min(max(0.0, middle_x - width / 2), full_width - width)
    y = min(max(0.0, middle_y - height / 2), full_height - height)
    return (x, y, x + width, y + height)


def shrunk(image: Image.Image, size: tuple[int, int], box: Box | None = None, *, sharpen: bool = False) -> Image.Image:
    """Return an `RGB` picture, or a box of it in pixels, scaled to a size: down in linear light, up in code values."""
    box = box or (0.0, 0.0, float(image.width), float(image.height))
    scale = min((box[2] - box[0]) / size[0], (box[3] - box[1]) / size[1])
    exact = [round(edge) for edge in box]
    if box == tuple(exact) and (exact[2] - exact[0], exact[3] - exact[1]) == size:
        return image if size == image.size else image.crop((exact[0], exact[1], exact[2], exact[3]))
    if scale <= 1:
        return image.resize(size, Image.Resampling.LANCZOS, box=box)
    small = _down(image, size, box, max(1, int(scale / _GAP)))
    return small.filter(_sharpener()) if sharpen else small


def _down(image: Image.Image, size: tuple[int, int], box: Box, factor: int) -> Image.Image:
    """Scale down in linear light: average `factor` times `factor` pixels strip by strip, then Lanczos."""
    margin = math.ceil(_SUPPORT * max((box[2] - box[0]) / size[0], (box[3] - box[1]) / size[1])) + factor
    # Whole blocks on either side, so that a part is averaged as if it had been cut out before.
    left, top = (math.floor(edge) - min(-(-margin // factor), math.floor(edge) // factor) * factor for edge in box[:2])
    right, bottom = min(image.width, math.ceil(box[2]) + margin), min(image.height, math.ceil(box[3]) + margin)
    lit = _lit(image, (left, top, right, bottom), factor)
    inner = tuple((edge - origin) / factor for edge, origin in zip(box, (left, top, left, top), strict=True))
    limits = (lit[0].width, lit[0].height) * 2  # a last, partial block counts as a whole one
    inner = tuple(min(edge, limit) for edge, limit in zip(inner, limits, strict=True))
    planes = (plane.resize(size, Image.Resampling.LANCZOS, box=inner) for plane in lit)  # type: ignore[arg-type]
    coded = [plane.point(lambda light: light * 65535.0 + 0.5).convert("I").point(_codes(), "L") for plane in planes]
    return Image.merge("RGB", coded)


def _lit(image: Image.Image, area: tuple[int, int, int, int], factor: int) -> list[Image.Image]:
    left, top, right, bottom = area
    size = (math.ceil((right - left) / factor), math.ceil((bottom - top) / factor))
    planes = [Image.new("F", size) for _ in range(3)]
    rows = max(1, _STRIP // (right - left) // factor) * factor
    for y in range(top, bottom, rows):
        strip = image.crop((left, y, right, min(y + rows, bottom)))
        for plane, channel in zip(planes, strip.split(), strict=True):
            lit = channel.point(_light(), "F")
            plane.paste(lit.reduce(factor) if factor > 1 else lit, (0, (y - top) // factor))
    return planes


@cache
def _light() -> list[float]:
    """Code value to light, 0 to 1 (IEC 61966-2-1)."""
    codes = [code / 255 for code in range(256)]
    return [code / 12.92 if code <= 0.04045 else ((code + 0.055) / 1.055) ** 2.4 for code in codes]


@cache
def _codes() -> list[int]:
    """Light in 65536 steps to code value; near black a code value is 20 steps wide."""
    lights = [step / 65535 for step in range(65536)]
    return [
        round(255 * (12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055)) for light in lights
    ]


@cache
def _sharpener() -> ImageFilter.Kernel:
    blur = [1, 2, 1, 2, 4, 2, 1, 2, 1]
    return ImageFilter.Kernel(
        (3, 3), [(1 + _SHARPENING if i == 4 else 0.0) - _SHARPENING * weight / 16 for i, weight in enumerate(blur)], 1
    )
