"""Opens pictures the way a person sees them, whatever they were saved as, and refuses what cannot be one.

Invariants: a file is read once, whole, so that what is decoded is what was digested; nothing but a regular file is
read, and nothing is decoded before its size in pixels is known to be bearable.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import struct
import threading
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from PIL import Image, UnidentifiedImageError

from charkit.errors import BadReference, MissingDependency
from charkit.media.colour import alpha_of, to_srgb
from charkit.media.encoding import encode_jpeg, encode_png, read_note
from charkit.media.scaling import fit

# Whoever only opens, fits and writes a picture needs this module alone.
__all__ = [
    "MAX_BYTES",
    "MAX_PIXELS",
    "Opened",
    "encode_jpeg",
    "encode_png",
    "fit",
    "open_picture",
    "open_upright",
    "read_note",
]

MAX_PIXELS: Final = 200_000_000
"""The largest picture that is decoded, in pixels; the biggest phone sensors of 2026 make 200 megapixels."""

MAX_BYTES: Final = 512 << 20
"""The largest file that is read, in bytes: 200 megapixels of 16 bits fit in it after any lossless compression."""

_HEIC_BRANDS: Final = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
_ORIENTATION: Final = 0x0112
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation -> what makes it upright (CIPA DC-008, tag 0x0112)."""
_SUFFIXES: Final = {
    "PNG": {".png", ".apng"},
    "JPEG": {".jpg", ".jpeg", ".jpe", ".jfif"},
    "MPO": {".jpg", ".jpeg", ".mpo"},
    "WEBP": {".webp"},
    "GIF": {".gif"},
    "TIFF": {".tif", ".tiff"},
    "BMP": {".bmp"},
    "HEIF": {".heic", ".heif", ".hif"},
    "AVIF": {".avif"},
}
_UNIQUE = threading.Lock()
"""Pillow's limits and Python's warning filters belong to the whole process: one thread at a time changes them."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A picture as it is meant to be seen, and what was done to make it so."""

    image: Image.Image
    """Mode `RGB`, or `RGBA` where the file has transparency; 8 bits a channel, sRGB, without metadata."""
    digest: str
    """`sha256:` of the file's bytes."""
    steps: tuple[str, ...] = ()
    """What was done, in words."""
    warnings: tuple[str, ...] = ()
    """What a person should know of the file."""
    exif: bytes = field(default=b"", repr=False)
    """The file's EXIF block, with its orientation set upright; empty where it has none."""


def open_upright(path: Path) -> Image.Image:
    """Open a picture as it is meant to be seen: turned by its EXIF orientation, in sRGB, first frame only.

    Returns:
        A picture of mode `RGB`, or `RGBA` where the file has transparency, 8 bits per channel, without metadata.

    Raises:
        BadReference: The file is missing, empty, cut off, too large, or no picture; says what to do.
        MissingDependency: It is a HEIC and pillow-heif is not installed.
    """
    return open_picture(path).image


def open_picture(
    path: Path,
    *,
    animated: Literal["first", "refuse"] = "first",
    inside: Path | None = None,
    least: int | None = None,
) -> Opened:
    """Open a picture as it is meant to be seen, and say what that took.

    Args:
        path: The file; what it is decides its bytes, not its name.
        animated: What to do with a moving picture: take its first frame, with a warning, or refuse it.
        inside: A folder that a link below it may not lead out of.
        least: Pixels that the shorter side needs. A larger JPEG is then decoded at a half, a quarter or an eighth of
            its size, as long as both sides stay this long: most of its decoding is saved, and its memory.

    Raises:
        BadReference: The file is missing, empty, cut off, too large, no picture, no file, or behind a link that leads
            out of `inside`; says what to do.
        MissingDependency: It is a HEIC and pillow-heif is not installed.
    """
    path = Path(path)
    data = _read(path, inside)
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        _teach_heic()
    try:
        with _identified(data) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise _too_large(path, opened.size)
            noted = _noted(path, opened, animated)
            if least is not None:
                _draft(opened, least)
            opened.load()
            return _plain(opened, data, noted)
    except Image.DecompressionBombError:
        raise _too_large(path, None) from None
    except UnidentifiedImageError:
        raise BadReference(_unknown(data), file=path) from None
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error) as error:
        raise BadReference(
            f"the picture is damaged or cut off ({error}); save or download it again", file=path
        ) from None


def _identified(data: bytes) -> Image.Image:
    """Read a picture's header. Pillow's own limit lies below the largest sensors; ours is checked by the caller."""
    with _UNIQUE, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before = Image.MAX_IMAGE_PIXELS
        Image.MAX_IMAGE_PIXELS = None
        try:
            return Image.open(io.BytesIO(data))
        finally:
            Image.MAX_IMAGE_PIXELS = before


def _noted(path: Path, opened: Image.Image, animated: str) -> tuple[str, ...]:
    """Return what a person should know of a file.

    Raises:
        BadReference: It moves, and that is refused.
    """
    kind = str(opened.format or "")
    found = []
    frames = int(getattr(opened, "n_frames", 1)) if kind in {"GIF", "PNG", "WEBP", "AVIF"} else 1
    if frames > 1 and animated == "refuse":
        raise BadReference(f"moves ({frames} frames); export the frame you mean", file=path)
    if frames > 1:
        found.append(f"moves ({frames} frames): the first frame is taken")
    if kind in _SUFFIXES and path.suffix.lower() not in _SUFFIXES[kind]:
        found.append(f"is a {kind} under the name {path.suffix or 'of no format'}: read for what it is")
    return tuple(found)


def _draft(opened: Image.Image, least: int) -> None:
    scale = min(opened.size) / least
    if opened.format == "JPEG" and scale >= 2:
        opened.draft(None, (int(opened.width / scale), int(opened.height / scale)))


def _plain(opened: Image.Image, data: bytes, noted: tuple[str, ...]) -> Opened:
    deep = ("16 bits a channel to 8",) if opened.mode in {"RGB", "RGBA", "LA"} and _bits(data) == 16 else ()
    turned, exif = _upright(opened)
    alpha = alpha_of(turned)
    colour, steps = to_srgb(turned, opened.info.get("icc_profile"))
    if alpha is not None:
        colour.putalpha(alpha)
    colour.info.clear()
    if b"c2pa" in data[: 1 << 20]:
        noted = (*noted, "its C2PA manifest speaks of other pixels and does not come along")
    return Opened(
        image=colour,
        digest=f"sha256:{hashlib.sha256(data).hexdigest()}",
        steps=(*(("turned upright",) if turned is not opened else ()), *deep, *steps),
        warnings=noted,
        exif=exif,
    )


def _upright(opened: Image.Image) -> tuple[Image.Image, bytes]:
    with _UNIQUE, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a broken EXIF block is as good as none
        exif = opened.getexif()
        turn = _TURNS.get(exif.get(_ORIENTATION, 1))
        if _ORIENTATION in exif:
            exif[_ORIENTATION] = 1
        kept = exif.tobytes() if len(exif) else b""
    return (opened if turn is None else opened.transpose(turn)), kept


def _bits(data: bytes) -> int:
    """Return the bits a channel of a PNG, which Pillow drops without a word; 8 for anything else."""
    return data[24] if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) > 24 else 8


def _read(path: Path, inside: Path | None) -> bytes:
    try:
        _check_link(path, inside)
        # O_NONBLOCK: a pipe without a writer would otherwise hold us up before we see that it is one.
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            found = os.fstat(file.fileno())
            _check_kind(path, found.st_mode)
            if found.st_size > MAX_BYTES:
                raise BadReference(f"has {found.st_size:,} bytes; save it as PNG or JPEG, or smaller", file=path)
            data = file.read()
    except FileNotFoundError:
        what = "a link to a file that is not there" if path.is_symlink() else "there is no such file"
        raise BadReference(f"{what}; check the path in the character sheet", file=path) from None
    except IsADirectoryError:
        raise BadReference("is a folder; name one picture in it", file=path) from None
    except PermissionError:
        raise BadReference("may not be read by you; change its permissions, or copy it", file=path) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise BadReference(f"cannot be read: {reason}; name a picture file", file=path) from None
    if not data:
        raise BadReference("the file is empty (0 bytes); save or download it again", file=path)
    return data


def _check_link(path: Path, inside: Path | None) -> None:
    if inside is None:
        return
    home = Path(os.path.normpath(Path(inside).absolute()))
    if Path(os.path.normpath(path.absolute())).is_relative_to(home) and not path.resolve().is_relative_to(
        home.resolve()
    ):
        raise BadReference(f"is a link that leads out of {home.name!r}; copy the picture into the folder", file=path)


def _check_kind(path: Path, mode: int) -> None:
    if stat.S_ISREG(mode):
        return
    if stat.S_ISDIR(mode):
        raise IsADirectoryError
    what = "a pipe" if stat.S_ISFIFO(mode) else "a device"
    raise BadReference(f"is {what}, not a file; save the picture as a file", file=path)


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
