"""Finds a font that can draw a text: one that is installed, else the one that comes with Pillow, which has ASCII only.

Words are never drawn with empty boxes for letters: where no font has them, that is said, with what to install. Scripts
whose letters change with their neighbours or run from right to left need Raqm, which Pillow's wheels bring along.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import ImageFont, features

from charkit.errors import MissingDependency, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["font_for", "lacking", "legible"]

_FOLDERS: Final = {
    "darwin": ("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts"),
    "win32": ("C:/Windows/Fonts", "~/AppData/Local/Microsoft/Windows/Fonts"),
}
_ELSEWHERE: Final = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
# Where systems keep fonts: Apple's support page HT201722, Microsoft's font folder, the XDG base directories.

_PREFERRED: Final = (
    "NotoSans-Regular", "LiberationSans-Regular", "arial", "Arial", "DejaVuSans", "NotoSansCJK-Regular",
    "NotoSansArabic-Regular", "PingFang", "Hiragino Sans GB", "msyh", "meiryo", "malgun", "Arial Unicode",
)  # fmt: skip
"""Names of files that are tried first, plain faces with wide coverage; then all others that are not bold or slanted."""

_NOT_PLAIN: Final = ("bold", "italic", "oblique", "black", "light", "mono", "emoji", "symbol", "thin", "narrow")

_JOINING: Final = ((0x0590, 0x08FF), (0x0900, 0x109F), (0x1780, 0x17FF), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFC))
"""Hebrew, Arabic and their neighbours; Indic scripts, Thai, Lao, Tibetan, Myanmar; Khmer; presentation forms."""


@lru_cache(maxsize=256)
def font_for(text: str, size: int, file: Path | None = None) -> ImageFont.FreeTypeFont:
    """Return a font of a size that has every letter of a text.

    Args:
        text: What is to be drawn.
        size: Pixels from the top of the highest to the bottom of the lowest letter, about.
        file: The font to use; one is looked for otherwise.

    Raises:
        UsageError: the file is no font, or lacks letters; or no font that is installed has them all.
        MissingDependency: the script needs Raqm, and this Pillow comes without.
    """
    if _needs_raqm(text) and not features.check("raqm"):
        raise MissingDependency("Pillow with Raqm (for the script of these words)", "all")
    if file is not None:
        font = _given(file, size)
        if missing := lacking(font, text):
            raise UsageError(f"{file} cannot draw {_named(missing)}; choose a font that can")
        return font
    for font in _faces(size):
        if not lacking(font, text):
            return font
    font = _bundled(size)
    if missing := lacking(font, text):
        raise UsageError(
            f"no font that is installed can draw {_named(missing)}; install one (Google's Noto fonts have every "
            "script), or name a font file"
        )
    return font


@lru_cache(maxsize=1024)
def legible(text: str, size: int) -> tuple[ImageFont.FreeTypeFont, str]:
    """Return a font for a label, and the label as it can be drawn: never with empty boxes for letters.

    Pillow's own font is taken where it has all letters, else one that is installed. Where none has them, those that
    the best font lacks are written by their numbers: `U+5C0F U+96EA`, as any table of characters lists them.

    Args:
        text: One line.
        size: As for `font_for`.

    Raises:
        MissingDependency: this Pillow has no FreeType.
    """
    bundled = _bundled(size)
    if not lacking(bundled, text):
        return bundled, text
    try:
        return font_for(text, size), text
    except (UsageError, MissingDependency):
        pass
    numbered = {c for c in text if _needs_raqm(c)} if not features.check("raqm") else set()
    best, missing = bundled, set(lacking(bundled, text)) | numbered
    for font in _faces(size):
        its = set(lacking(font, text)) | numbered
        if len(its) < len(missing):
            best, missing = font, its
    marks = {c for c in text if unicodedata.category(c).startswith("M")}  # alone they stand on a box
    return best, _numbered(text, missing | marks)


def _numbered(text: str, missing: set[str]) -> str:
    """Write letters by their numbers, with a space between them and what stands beside."""
    said = "".join(f" U+{ord(c):04X} " if c in missing else c for c in text)
    return re.sub(r" +([,.:;)]|$)", r"\1", re.sub(r"  +", " ", said)).strip()


def _faces(size: int) -> Iterator[ImageFont.FreeTypeFont]:
    for path in _installed():
        try:
            yield ImageFont.truetype(str(path), size)
        except OSError:
            continue


def lacking(font: ImageFont.FreeTypeFont, text: str) -> str:
    """Return the letters of a text that a font does not have."""
    unknown = _shape(font, "\uffff")  # no character, so that every font draws its sign for a missing one
    return "".join(sorted({c for c in set(text) if _drawn(c) and _shape(font, c) == unknown}))


def _drawn(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) not in {"Cc", "Cf", "Mn"}


def _shape(font: ImageFont.FreeTypeFont, character: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(character)
    return mask.size, bytes(mask)


def _named(missing: str) -> str:
    first = ", ".join(f"{c} (U+{ord(c):04X})" for c in missing[:3])
    return first + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")


def _needs_raqm(text: str) -> bool:
    return any(low <= ord(c) <= high for c in text for low, high in _JOINING)


def _bundled(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size=size)
    if not isinstance(font, ImageFont.FreeTypeFont):  # a Pillow built without FreeType has one tiny bitmap font
        raise MissingDependency("Pillow with FreeType", "all")
    return font


def _given(file: Path, size: int) -> ImageFont.FreeTypeFont:
    try:
        return ImageFont.truetype(str(file), size)
    except OSError as error:
        raise UsageError(f"{file} is no font that can be read ({error})") from None


@lru_cache(maxsize=1)
def _installed() -> tuple[Path, ...]:
    """Return the plain faces that are installed, well-known ones first."""
    found: dict[str, Path] = {}
    for folder in _FOLDERS.get(sys.platform, _ELSEWHERE):
        for path in sorted(Path(folder).expanduser().rglob("*")):
            if path.suffix.lower() in {".ttf", ".otf", ".ttc"}:
                found.setdefault(path.stem, path)
    first = [found[name] for name in _PREFERRED if name in found]
    plain = [path for name, path in found.items() if not any(word in name.lower() for word in _NOT_PLAIN)]
    return tuple(dict.fromkeys([*first, *plain]))
