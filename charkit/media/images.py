"""Opens pictures the way a person sees them, fits them to a size, and writes them without their private metadata."""

from __future__ import annotations

import io
import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from PIL import Image, ImageCms, ImageOps, PngImagePlugin, UnidentifiedImageError

from charkit.errors import BadReference, MissingDependency

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MAX_PIXELS", "encode_jpeg", "encode_png", "fit", "open_upright", "read_note"]

MAX_PIXELS: Final = 200_000_000
"""The largest picture that is decoded, in pixels; the biggest phone sensors of 2026 make 200 megapixels."""

_NOTE_KEY = "charkit"
_HEIC_BRANDS: Final = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}


def open_upright(path: Path) -> Image.Image:
    """Open a picture as it is meant to be seen: turned by its EXIF orientation, in sRGB, first frame only.

    An embedded ICC profile (Display P3 from a phone, CMYK from a print shop) is converted to sRGB with the relative
    colorimetric intent and black point compensation; a picture without one is taken as sRGB, as browsers do.

    Returns:
        A picture of mode `RGB`, or `RGBA` where the file has transparency, 8 bits per channel, without metadata.

    Raises:
        BadReference: The file is missing, empty, cut off, too large, or no picture; says what to do.
        MissingDependency: It is a HEIC and pillow-heif is not installed.
    """
    path = Path(path)
    head = _head(path)
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        _teach_heic()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # broken EXIF blocks and large sizes are dealt with here
            with Image.open(path) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    raise _too_large(path, opened.size)
                opened.load()
                return _plain(opened)
    except Image.DecompressionBombError:
        raise _too_large(path, None) from None
    except UnidentifiedImageError:
        raise BadReference(_unknown(head), file=path) from None
    except (OSError, SyntaxError, ValueError, EOFError, IndexError) as error:
        raise BadReference(
            f"the picture is damaged or cut off ({error}); save or download it again", file=path
        ) from None


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except FileNotFoundError:
        what = "a link to a file that is not there" if path.is_symlink() else "there is no such file"
        raise BadReference(f"{what}; check the path in the character sheet", file=path) from None
    except IsADirectoryError:
        raise BadReference("is a folder; name one picture in it", file=path) from None
    except OSError as error:
        raise BadReference(f"cannot be read: {error.strerror or error}", file=path) from None
    if not head:
        raise BadReference("the file is empty (0 bytes); save or download it again", file=path)
    return head


def _teach_heic() -> None:
    try:
        import pillow_heif
    except ImportError:
        raise MissingDependency("pillow-heif", "heic") from None
    pillow_heif.register_heif_opener()


def _too_large(path: Path, size: tuple[int, int] | None) -> BadReference:
    shape = f"{size[0]}x{size[1]} pixels" if size else "an extreme size"
    return BadReference(f"has {shape}, more than {MAX_PIXELS:,} pixels; make it smaller", file=path)


def _unknown(head: bytes) -> str:
    start = head.lstrip()[:15].lower()
    if start.startswith((b"<!doctype", b"<html", b"{")):
        return "is a web page or an error message saved under a picture's name; download the picture itself"
    if head[4:8] == b"ftyp" and head[8:12] != b"avif":
        return "is a video, not a picture; export one of its frames"
    return "is not a picture that can be read; save it as PNG, JPEG, WebP or HEIC"


def _plain(opened: Image.Image) -> Image.Image:
    profile = opened.info.get("icc_profile")
    upright = ImageOps.exif_transpose(opened)
    alpha = _alpha(upright)
    colour = _to_srgb(upright, profile)
    if alpha is not None:
        colour.putalpha(alpha)
    colour.info.clear()
    return colour


def _alpha(image: Image.Image) -> Image.Image | None:
    if not image.has_transparency_data:
        return None
    alpha = image.convert("RGBA").getchannel("A")
    return alpha if alpha.getextrema() != (255, 255) else None


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    source = _eight_bits(image)
    if not profile:
        return source.convert("RGB")
    try:
        embedded = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}.get(embedded.profile.xcolor_space.strip(), "")
        if not mode or (mode != source.mode and mode != "RGB"):
            return source.convert("RGB")  # a profile for another kind of picture says nothing about these pixels
        done = ImageCms.profileToProfile(
            source.convert(mode),
            embedded,
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError):  # a broken profile is as good as none
        return source.convert("RGB")
    return done if done is not None else source.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Bring 16-bit and floating greys to 8 bits by scale; Pillow's own conversion clips them to white."""
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda v: v * (1 / 257) + 0.5).convert("L")
    if image.mode == "I":  # Pillow opens some 16-bit PNGs so
        return image.point(lambda v: v * (1 / 257) + 0.5).convert("L") if _peak(image) > 255 else image.convert("L")
    if image.mode == "F":
        return image.point(lambda v: v * 255.0 + 0.0).convert("L") if _peak(image) <= 1 else image.convert("L")
    if image.mode in {"LA", "La"}:
        return image.convert("RGBA").convert("RGB") if image.mode == "La" else image.getchannel("L")
    return image if image.mode in {"L", "CMYK", "RGB"} else image.convert("RGBA").convert("RGB")


def _peak(image: Image.Image) -> float:
    high = image.getextrema()[1]
    return float(high) if isinstance(high, (int, float)) else 255.0


def fit(
    image: Image.Image,
    width: int,
    height: int,
    mode: Literal["crop", "pad"] = "crop",
    ground: str = "#000000",
    *,
    keep: tuple[float, float, float, float] | None = None,
) -> Image.Image:
    """Bring a picture to exactly one size without stretching it.

    Args:
        image: The picture; `RGB` or `RGBA`.
        width: Wanted width in pixels.
        height: Wanted height in pixels.
        mode: `crop` fills the size and cuts what stands over; `pad` shows everything on `ground`.
        ground: `#rrggbb` behind padding and behind transparency.
        keep: What a crop keeps in view as nearly centred as the edges allow: left, top, right, bottom as shares (0 to
            1) of the picture; its middle otherwise.

    Returns:
        An `RGB` picture, scaled by Lanczos; big ones are first averaged down to at least twice the size.

    Raises:
        ValueError: The size is not positive, or `mode` is neither.
    """
    if width < 1 or height < 1:
        raise ValueError(f"a picture cannot be {width}x{height} pixels")
    if mode not in {"crop", "pad"}:
        raise ValueError(f"mode is 'crop' or 'pad', not {mode!r}")
    flat = _on_ground(image, ground)
    if mode == "crop":
        return flat.resize(
            (width, height), Image.Resampling.LANCZOS, box=_crop_box(flat.size, width / height, keep), reducing_gap=2.0
        )
    scale = min(width / flat.width, height / flat.height)
    size = (max(1, min(width, round(flat.width * scale))), max(1, min(height, round(flat.height * scale))))
    inner = flat.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    page = Image.new("RGB", (width, height), ground)
    page.paste(inner, ((width - size[0]) // 2, (height - size[1]) // 2))
    return page


def _on_ground(image: Image.Image, ground: str) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    page = Image.new("RGBA", image.size, ground)
    return Image.alpha_composite(page, image.convert("RGBA")).convert("RGB")


def _crop_box(
    size: tuple[int, int], aspect: float, keep: tuple[float, float, float, float] | None
) -> tuple[float, float, float, float]:
    """Return the largest box of an aspect ratio, centred on what is to be kept, inside the picture."""
    full_width, full_height = size
    width = min(full_width, full_height * aspect)
    height = min(full_height, full_width / aspect)
    left, top, right, bottom = keep or (0.0, 0.0, 1.0, 1.0)
    middle_x, middle_y = (left + right) / 2 * full_width, (top + bottom) / 2 * full_height
    x = min(max(0.0, middle_x - width / 2), full_width - width)
    y = min(max(0.0, middle_y - height / 2), full_height - height)
    return (x, y, x + width, y + height)


def encode_png(image: Image.Image, *, note: Mapping[str, str] | None = None) -> bytes:
    """Return a picture as PNG without EXIF, profile or other metadata, so the same pixels give the same bytes.

    Args:
        image: The picture, in sRGB.
        note: A few words to carry along, read back by `read_note`; no more metadata than this goes in.
    """
    info = PngImagePlugin.PngInfo()
    if note:
        info.add_itxt(_NOTE_KEY, json.dumps(dict(note), ensure_ascii=False, sort_keys=True))
    out = io.BytesIO()
    _bare(image).save(out, "PNG", pnginfo=info, compress_level=4)
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


def encode_jpeg(image: Image.Image, *, quality: int = 90) -> bytes:
    """Return a picture as JPEG without metadata; transparency goes on white, colour is not subsampled above 85.

    Args:
        image: The picture, in sRGB.
        quality: Pillow's scale, 1 to 95.
    """
    out = io.BytesIO()
    subsampling = 0 if quality > 85 else 2
    flat = _bare(_on_ground(image, "#ffffff"))
    flat.save(out, "JPEG", quality=quality, subsampling=subsampling, optimize=True)
    return out.getvalue()


def _bare(image: Image.Image) -> Image.Image:
    copy = image.copy()
    copy.info = {}
    return copy
