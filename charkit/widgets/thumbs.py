"""Small pictures of takes for boards: a few kB each, made once, kept in the run's folder.

A poster looks at five frames across a clip (`charkit.media.frames.poster`); a board of a hundred takes has no time for
that. A thumb takes one frame a tenth into the clip, past a fade-in, which needs no decoding beyond it.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Final

from PIL import Image

from charkit.errors import CharkitError
from charkit.media.frames import one_by_one
from charkit.media.images import encode_jpeg, open_upright
from charkit.media.probe import probe

if TYPE_CHECKING:
    from pathlib import Path

    from charkit.takes import Take

__all__ = ["WIDTH", "Thumbs", "thumb"]

WIDTH: Final = 200
"""Pixels across."""
_QUALITY: Final = 72
_STILLS: Final = (".png", ".jpg", ".jpeg", ".webp")


def thumb(path: Path, width: int = WIDTH) -> bytes | None:
    """Return a small JPEG of a clip or a picture; None where there is none to be had: a board says the rest without.

    Args:
        path: The media.
        width: Pixels across; never enlarged.
    """
    try:
        picture = open_upright(path) if path.suffix.lower() in _STILLS else _frame(path, width)
        picture = picture.convert("RGB")
        picture.thumbnail((width, 2 * width), Image.Resampling.BILINEAR, reducing_gap=2.0)
        return encode_jpeg(picture, quality=_QUALITY)
    except (CharkitError, OSError, ValueError):
        return None


def _frame(path: Path, width: int) -> Image.Image:
    facts = probe(path)
    height = max(2, round(width * facts.height / facts.width))
    frame = next(one_by_one(facts, [facts.frames // 10], height=height))
    return Image.fromarray(frame.rgb)


class Thumbs:
    """The small pictures of one run's takes."""

    def __init__(self, folder: Path) -> None:
        """Set up.

        Args:
            folder: Where they are kept; may be deleted at any time.
        """
        self._folder = folder
        self._known: dict[str, bytes] = {}

    def had(self, take: Take) -> bytes | None:
        """Return a take's picture if it was made before, without decoding anything."""
        if not take.digest:
            return None
        if take.digest not in self._known:
            with contextlib.suppress(OSError):
                self._known[take.digest] = self._file(take).read_bytes()
        return self._known.get(take.digest)

    def of(self, take: Take) -> bytes | None:
        """Return a take's picture, made where it was not made before; None without media."""
        before = self.had(take)
        if before is not None or not take.ok or take.path is None:
            return before
        made = thumb(take.path)
        if made is not None:
            self._known[take.digest] = made
            with contextlib.suppress(OSError):  # a read-only place only costs the time to make it again
                self._write(take, made)
        return made

    def _file(self, take: Take) -> Path:
        return self._folder / f"{take.digest.rpartition(':')[2][:24]}-{WIDTH}.jpg"

    def _write(self, take: Take, made: bytes) -> None:
        # Atomic, but not synced: it can be made again.
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._file(take).with_suffix(f".{os.getpid()}.part")
        part.write_bytes(made)
        part.replace(self._file(take))
