"""Words drawn into frames: titles, burned-in subtitles, cards.

Words stand inside the safe area for graphics (EBU R 95: 5 % free on each side), in lines about equally long, white with
a dark outline and a soft shadow by default, so that they can be read on anything. Latin text breaks between words;
Chinese, Japanese and Korean text between characters, but never before a closing mark or after an opening one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from charkit.errors import UsageError
from charkit.media.fonts import font_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray
    from PIL import ImageFont

    from charkit.media.picture.pieces import FrameChange

__all__ = ["Lettering", "Place", "broken", "shown"]

Place = Literal["bottom", "middle", "top"]

SAFE: Final = 0.05
"""Share of width and height that stays free on each side (EBU R 95, graphics safe area of 16:9)."""

_SMALLEST: Final = 0.5
"""Share of the wanted size below which words are refused rather than made too small to read."""

_LINE: Final = 1.22
"""Height of a line, as a multiple of the letters' size."""

_CLOSING: Final = "、。,.!?:;)]}」』】〉》〕…ー・：；，！？）’”%％"
_OPENING: Final = "(「『【〈《〔（［‘“"
# What may not begin, and what may not end a line (JIS X 4051, the common part).

_UNIT: Final = re.compile(
    r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]|[^\s\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]+|\s+"
)


@dataclass(frozen=True, kw_only=True)
class Lettering:
    """Words, and how they are drawn."""

    text: str
    """Line breaks are kept; more are put in where lines get too long."""
    place: Place = "bottom"
    size: float = 0.055
    """Height of the letters as a share of the frame's shorter side, but no more than of its height."""
    ink: str = "#ffffff"
    """Colour of the letters (sRGB)."""
    outline: str | None = "#000000"
    """Colour of the outline and the shadow; None: neither."""
    font: Path | None = None
    """A font file; one that has all letters is looked for otherwise."""

    def drawn(self, width: int, height: int) -> Image.Image:
        """Return the words on a transparent ground of a frame's size, RGBA.

        Raises:
            UsageError: no font has the letters, or the words do not fit.
            MissingDependency: their script needs what this Pillow lacks.
        """
        lines, font = self._laid(width, height)
        picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
        step = round(font.size * _LINE)
        top = _top(self.place, height, step * len(lines))
        if self.outline is not None:
            shade = Image.new("L", (width, height), 0)
            self._put(ImageDraw.Draw(shade), lines, font, top + max(1, font.size // 20), 200, font.size * 0.06)
            shade = shade.filter(ImageFilter.GaussianBlur(font.size * 0.09))
            picture.paste(Image.new("RGBA", (width, height), self.outline), (0, 0), shade)
            picture.putalpha(shade)
        words = Image.new("RGBA", (width, height), (0, 0, 0, 0))
        pen = ImageDraw.Draw(words)
        if self.outline is not None:
            self._put(pen, lines, font, top, self.outline, font.size * 0.055)
        self._put(pen, lines, font, top, self.ink, 0)
        return Image.alpha_composite(picture, words)

    def _put(
        self,
        pen: ImageDraw.ImageDraw,
        lines: list[str],
        font: ImageFont.FreeTypeFont,
        top: float,
        ink: str | int,
        stroke: float,
    ) -> None:
        middle, step = pen.im.size[0] / 2, round(font.size * _LINE)
        for number, line in enumerate(lines):
            at = (middle, top + number * step + step / 2)
            pen.text(at, line, font=font, fill=ink, anchor="mm", stroke_width=stroke, stroke_fill=ink)

    def _laid(self, width: int, height: int) -> tuple[list[str], ImageFont.FreeTypeFont]:
        """Break into lines, in smaller letters where they would not fit."""
        room = (width * (1 - 2 * SAFE), height * (1 - 2 * SAFE))
        wanted = max(8, round(min(width, height) * self.size))
        size = wanted
        while size >= max(7, wanted * _SMALLEST):
            font = font_for(self.text, size, self.font)
            most = int(room[1] / round(size * _LINE))
            if sum(font.getlength(line) for line in self.text.splitlines()) <= most * room[0]:
                lines = broken(self.text, room[0], font.getlength)
                if len(lines) <= most and all(font.getlength(line) <= room[0] for line in lines):
                    return lines, font
            size = min(size - 1, round(size * 0.93))
        words = self.text if len(self.text) <= 40 else self.text[:39] + "…"
        raise UsageError(f"the words {words!r} do not fit into {width}x{height} pixels; use fewer")


def shown(words: Lettering, start: float, end: float, *, fade: float = 0.0) -> FrameChange:
    """Return a change that puts words over frames.

    Args:
        words: What is drawn.
        start: When they appear, in seconds of the part.
        end: When they are gone.
        fade: Seconds over which they come and go.
    """

    def make(frame: NDArray[np.uint8], time: float) -> NDArray[np.uint8]:
        here = min(time - start, end - time)
        share = 1.0 if fade <= 0 else min(1.0, max(0.0, here / fade))
        return _laid_over(frame, *_overlay(words, frame.shape[1], frame.shape[0]), share)

    return make


@lru_cache(maxsize=64)
def _overlay(words: Lettering, width: int, height: int) -> tuple[tuple[slice, slice], NDArray[np.float32]]:
    """Return where a frame changes, and there colour times cover, and cover: shape (rows, columns, 4)."""
    picture = words.drawn(width, height)
    left, top, right, bottom = picture.getbbox() or (0, 0, 1, 1)
    rgba = np.asarray(picture.crop((left, top, right, bottom)), np.float32)
    cover = rgba[..., 3:] / np.float32(255)
    part = np.concatenate([rgba[..., :3] * cover, cover], axis=2)
    part.setflags(write=False)
    return (slice(top, bottom), slice(left, right)), part


def _laid_over(
    frame: NDArray[np.uint8], where: tuple[slice, slice], part: NDArray[np.float32], share: float
) -> NDArray[np.uint8]:
    out = frame.copy()
    under = out[where]
    mixed = under * (1 - part[..., 3:] * np.float32(share)) + part[..., :3] * np.float32(share)
    out[where] = np.rint(mixed).astype(np.uint8)
    return out


def _top(place: Place, height: int, block: int) -> int:
    if place == "top":
        return round(height * SAFE)
    if place == "middle":
        return (height - block) // 2
    return round(height * (1 - SAFE)) - block


def broken(text: str, room: float, length: Callable[[str], float]) -> list[str]:
    """Break a text into as few lines as fit, and those about equally long.

    Args:
        text: The words; their own line breaks stay.
        room: How long a line may be.
        length: Measures a line.
    """
    measured = cache(length)  # of each word once; what two words take up together differs by less than a pixel
    out: list[str] = []
    for paragraph in text.strip().splitlines():
        units = _units(paragraph.strip(), room, measured)
        lines = _filled(units, room, measured)
        low, high = room / 2, room
        for _ in range(7):  # the narrowest column that needs no more lines
            middle = (low + high) / 2
            if len(_filled(units, middle, measured)) > len(lines):
                low = middle
            else:
                high = middle
        out += _filled(units, high, measured)
    return out


def _units(text: str, room: float, length: Callable[[str], float]) -> list[str]:
    """Cut into what may not be broken: words, single ideographs with their marks, spaces between."""
    units: list[str] = []
    for found in _UNIT.findall(text):
        if units and (found[0] in _CLOSING or units[-1][-1] in _OPENING) and not units[-1].isspace():
            units[-1] += found
        elif length(found) > room:  # a word without end
            units += list(found)
        else:
            units.append(" " if found.isspace() else found)
    return units


def _filled(units: list[str], room: float, length: Callable[[str], float]) -> list[str]:
    lines, line, long = [], "", 0.0
    for unit in units:
        if line and not unit.isspace() and long + length(unit) > room:
            lines.append(line.strip())
            line, long = "", 0.0
        if line or not unit.isspace():
            line, long = line + unit, long + length(unit)
    return [*lines, line.strip()] if line.strip() else lines
