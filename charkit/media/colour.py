"""Brings a picture's colours to sRGB, 8 bits a channel: ICC profiles, print colours, greys of any depth."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image, ImageChops, ImageCms

__all__ = ["alpha_of", "to_srgb"]

_SAME: Final = 1
"""Levels by which a profile may differ from sRGB and still be taken for it: the rounding of one conversion."""


def alpha_of(image: Image.Image) -> Image.Image | None:
    """Return a picture's alpha channel, or None where it has none or one that hides nothing."""
    if not image.has_transparency_data:
        return None
    alpha = image.getchannel("A") if image.mode in {"RGBA", "LA"} else image.convert("RGBA").getchannel("A")
    return alpha if alpha.getextrema() != (255, 255) else None


def to_srgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, tuple[str, ...]]:
    """Return the colours of a picture as `RGB`, without its alpha, and what was done in words.

    An embedded ICC profile is converted with the relative colorimetric intent and black point compensation; a picture
    without one is taken as sRGB, as browsers do. A profile that is broken, or made for another kind of picture, is as
    good as none.
    """
    source, steps = _eight_bits(image)
    embedded = _opened(profile) if profile else None
    if embedded is None:
        said: tuple[str, ...] = (
            (f"{_name(source.mode)} to sRGB without a profile",) if source.mode not in {"RGB", "L"} else ()
        )
        said += ("its broken colour profile was passed over",) if profile else ()
        return _rgb(source), steps + said
    mode = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}.get(embedded.profile.xcolor_space.strip(), "")
    if not mode or (mode != source.mode and mode != "RGB"):
        return _rgb(source), (*steps, "its colour profile is for another kind of picture and was passed over")
    matching = source if source.mode == mode else source.convert(mode)
    return _converted(matching, embedded, steps)


def _converted(
    source: Image.Image, embedded: ImageCms.ImageCmsProfile, steps: tuple[str, ...]
) -> tuple[Image.Image, tuple[str, ...]]:
    try:
        transform = ImageCms.buildTransform(
            embedded,
            ImageCms.createProfile("sRGB"),
            source.mode,
            "RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        if source.mode == "RGB" and _is_srgb(transform):
            return source, steps
        done = ImageCms.applyTransform(source, transform)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return _rgb(source), (*steps, "its broken colour profile was passed over")
    described = ImageCms.getProfileDescription(embedded).strip().strip("\0")
    return (done or _rgb(source)), (*steps, f"from {described or _name(source.mode)} to sRGB")


def _opened(profile: bytes) -> ImageCms.ImageCmsProfile | None:
    try:
        return ImageCms.ImageCmsProfile(io.BytesIO(profile))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _is_srgb(transform: ImageCms.ImageCmsTransform) -> bool:
    """Whether a conversion changes nothing, tried on a cube of 17 steps a channel: a name alone proves nothing."""
    steps = [min(255, i * 16) for i in range(17)]
    cube = Image.new("RGB", (17 * 17, 17))
    cube.putdata([(r, g, b) for b in steps for g in steps for r in steps])
    done = ImageCms.applyTransform(cube, transform)
    if done is None:
        return False
    extrema = ImageChops.difference(cube, done).getextrema()
    return max(high for _, high in extrema if isinstance(high, int)) <= _SAME  # type: ignore[misc]


def _rgb(image: Image.Image) -> Image.Image:
    return image if image.mode == "RGB" else image.convert("RGB")


def _name(mode: str) -> str:
    return {"CMYK": "print colours (CMYK)", "L": "grey", "RGB": "RGB"}.get(mode, mode)


def _eight_bits(image: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    """Bring 16-bit and floating greys to 8 bits by scale; Pillow's own conversion clips them to white."""
    scaled = ("16 bits a channel to 8",)
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda v: v * (1 / 257) + 0.5).convert("L"), scaled
    if image.mode == "I":  # Pillow opens some 16-bit PNGs so
        deep = _peak(image) > 255
        return (image.point(lambda v: v * (1 / 257) + 0.5) if deep else image).convert("L"), scaled if deep else ()
    if image.mode == "F":
        unit = _peak(image) <= 1
        return (image.point(lambda v: v * 255.0 + 0.0) if unit else image).convert("L"), ("floating greys to 8 bits",)
    if image.mode == "LA":
        return image.getchannel("L"), ()
    if image.mode in {"L", "CMYK", "RGB"}:
        return image, ()
    return image.convert("RGBA").convert("RGB"), ()


def _peak(image: Image.Image) -> float:
    high = image.getextrema()[1]
    return float(high) if isinstance(high, (int, float)) else 255.0
