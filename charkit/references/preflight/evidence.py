"""Pictures that prove a finding: a crop with the box drawn into it, or two pictures side by side."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw

from charkit.media.encoding import encode_jpeg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from charkit.references.preflight.looking import Looked
    from charkit.vision import Face

__all__ = ["beside_each_other", "framed"]

_SIDE: Final = 224
"""Pixels of the longer side."""
_ROUND: Final = 0.8
"""How much of the box is shown around it, on each side."""
_INKS: Final = ("#000000", "#ffd23f")
"""A dark line under a light one is seen on every ground."""


def framed(looked: Looked, faces: Sequence[Face] = ()) -> tuple[bytes, ...]:
    """Return the part of a picture in which faces were found, with their boxes; all of it where there are none."""
    if not looked.small:
        return ()
    picture = Image.open(io.BytesIO(looked.small)).convert("RGB")
    scale = picture.width / looked.width
    boxes = [tuple(v * scale for v in (f.left, f.top, f.left + f.width, f.top + f.height)) for f in faces]
    if boxes:
        picture, boxes = _cropped(picture, boxes)
    enlarged = min(4.0, _SIDE / max(picture.size))
    size = max(1, round(picture.width * enlarged)), max(1, round(picture.height * enlarged))
    shown = picture.resize(size, Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(shown)
    for box in boxes:
        left, top, right, bottom = (v * enlarged for v in box)
        for width, ink in zip((4, 2), _INKS, strict=True):
            draw.rectangle((left, top, max(left + 1, right), max(top + 1, bottom)), outline=ink, width=width)
    return (encode_jpeg(shown, quality=80),)


def beside_each_other(one: Looked, other: Looked) -> tuple[bytes, ...]:
    """Return two pictures side by side."""
    shown = [Image.open(io.BytesIO(looked.small)).convert("RGB") for looked in (one, other) if looked.small]
    if len(shown) != 2:
        return ()
    height = round(_SIDE * 0.75)
    scaled = [p.resize((max(1, round(p.width * height / p.height)), height), Image.Resampling.LANCZOS) for p in shown]
    page = Image.new("RGB", (sum(p.width for p in scaled) + 4, height), "#808080")
    page.paste(scaled[0], (0, 0))
    page.paste(scaled[1], (scaled[0].width + 4, 0))
    return (encode_jpeg(page, quality=80),)


def _cropped(picture: Image.Image, boxes: list[tuple[float, ...]]) -> tuple[Image.Image, list[tuple[float, ...]]]:
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    right, bottom = max(b[2] for b in boxes), max(b[3] for b in boxes)
    more = _ROUND * max(right - left, bottom - top)
    area = (
        max(0, int(left - more)),
        max(0, int(top - more)),
        min(picture.width, int(right + more) + 1),
        min(picture.height, int(bottom + more) + 1),
    )
    if area[2] <= area[0] or area[3] <= area[1]:
        return picture, boxes
    return picture.crop(area), [(b[0] - area[0], b[1] - area[1], b[2] - area[0], b[3] - area[1]) for b in boxes]
