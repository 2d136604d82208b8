"""Writes pictures without their private metadata, in the format and the bytes that were asked for."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from PIL import Image, PngImagePlugin

from charkit.media.scaling import on_ground

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["WRITTEN", "Encoded", "encode_jpeg", "encode_png", "encode_webp", "encode_within", "read_note"]

WRITTEN: Final = ("png", "webp", "jpeg")
"""Formats that charkit writes, the one that loses nothing first."""

_NOTE_KEY = "charkit"
_BEST, _WORST = 95, 60
"""Qualities between which a lossy picture is fitted into its bytes: below 60, blocks blur the small features of a face
(libjpeg's scale; a convention of this house)."""


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """A picture as a file."""

    data: bytes = field(repr=False)
    kind: str
    """`png`, `webp` or `jpeg`."""
    quality: int | None = None
    """Of a lossy one, Pillow's scale; None where nothing was lost."""


def encode_png(image: Image.Image, *, note: Mapping[str, str] | None = None, exif: bytes = b"") -> bytes:
    """Return a picture as PNG without profile or other metadata, so the same pixels give the same bytes.

    Args:
        image: The picture, in sRGB.
        note: A few words to carry along, read back by `read_note`.
        exif: An EXIF block to carry along; none by default.
    """
    info = PngImagePlugin.PngInfo()
    if note:
        info.add_itxt(_NOTE_KEY, json.dumps(dict(note), ensure_ascii=False, sort_keys=True))
    out = io.BytesIO()
    _bare(image).save(out, "PNG", pnginfo=info, compress_level=4, **({"exif": exif} if exif else {}))
    return out.getvalue()


def read_note(data: bytes) -> dict[str, str]:
    """Return the note inside PNG bytes made by `encode_png`; empty if there is none."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            text = getattr(image, "text", {}).get(_NOTE_KEY, "{}")
        found = json.loads(text)
    except (OSError, ValueError, SyntaxError):
        return {}
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}


def encode_jpeg(image: Image.Image, *, quality: int = 90, exif: bytes = b"") -> bytes:
    """Return a picture as JPEG; transparency goes on white, colour is not subsampled above 85.

    Args:
        image: The picture, in sRGB.
        quality: Pillow's scale, 1 to 95.
        exif: An EXIF block to carry along; none by default.
    """
    out = io.BytesIO()
    subsampling = 0 if quality > 85 else 2
    flat = _bare(on_ground(image, "#ffffff"))
    flat.save(out, "JPEG", quality=quality, subsampling=subsampling, optimize=True, exif=exif)
    return out.getvalue()


def encode_webp(image: Image.Image, *, quality: int | None = None, exif: bytes = b"") -> bytes:
    """Return a picture as WebP.

    Args:
        image: The picture, in sRGB.
        quality: Pillow's scale, 1 to 100; None loses nothing.
        exif: An EXIF block to carry along; none by default.
    """
    out = io.BytesIO()
    _bare(image).save(out, "WEBP", lossless=quality is None, quality=quality or 60, method=4, exif=exif)
    return out.getvalue()


def encode_within(
    image: Image.Image, kinds: Sequence[str] = (), max_bytes: int | None = None, *, exif: bytes = b""
) -> Encoded | None:
    """Return a picture in one of some formats and within some bytes, as little changed as that allows.

    PNG where it fits; else WebP without loss; else the best quality, found by halving, at which WebP or JPEG fits.

    Args:
        image: The picture, in sRGB.
        kinds: Formats that are taken; those that charkit does not write are passed over. All that it writes where
            none is named.
        max_bytes: The most the file may weigh.
        exif: An EXIF block to carry along; none by default.

    Returns:
        The file, or None where none of the formats can be written, or none fits at a bearable quality.
    """
    usable = [kind for kind in WRITTEN if not kinds or kind in kinds]
    lossless: dict[str, Callable[[], bytes]] = {
        "png": lambda: encode_png(image, exif=exif),
        "webp": lambda: encode_webp(image, exif=exif),
    }
    for kind in usable:
        if kind in lossless:
            data = lossless[kind]()
            if max_bytes is None or len(data) <= max_bytes:
                return Encoded(data=data, kind=kind)
    for kind in usable:
        if kind != "png" and (found := _best(image, kind, max_bytes, exif)) is not None:
            return found
    return None


def _best(image: Image.Image, kind: str, max_bytes: int | None, exif: bytes) -> Encoded | None:
    """Return the best quality that fits, by halving: bytes grow with quality."""
    write = encode_webp if kind == "webp" else encode_jpeg
    low, high, found = _WORST, _BEST, None
    while low <= high:
        quality = high if found is None and high == _BEST else (low + high) // 2
        data = write(image, quality=quality, exif=exif)
        if max_bytes is None or len(data) <= max_bytes:
            found, low = Encoded(data=data, kind=kind, quality=quality), quality + 1
        else:
            high = quality - 1
    return found


def _bare(image: Image.Image) -> Image.Image:
    copy = image.copy()
    copy.info = {}
    return copy
