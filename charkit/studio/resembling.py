"""How alike two characters look, by the means at hand: their colours. Faces are not compared here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from charkit.errors import CharkitError
from charkit.scoring import STOCK, GrabCut
from charkit.scoring.palette import colours_of

if TYPE_CHECKING:
    from pathlib import Path

    from charkit.references.preflight import Pictured
    from charkit.scoring import Masker
    from charkit.scoring.palette import Colours

__all__ = ["ColourResemblance"]

_SIDE: Final = 640
"""Pixels at which a figure is cut out, as the palette scorer does."""


class ColourResemblance:
    """Compares what the palette scorer compares, so it names the pairs that this scorer could not tell apart."""

    name = "colours"
    blind_to = "faces, hairstyles and shapes"
    line = STOCK.value

    def __init__(self, masker: Masker | None = None) -> None:
        """Take a way to cut figures out of their ground; GrabCut by default."""
        self._masker: Masker = masker or GrabCut()
        self._known: dict[Path, Colours | None] = {}

    def between(self, one: Pictured, other: Pictured) -> float | None:
        """Return the mean of two Bhattacharyya coefficients, 0 to 1; None where a figure could not be cut out."""
        mine, theirs = self._colours(one.path), self._colours(other.path)
        return None if mine is None or theirs is None else sum(mine.likeness(theirs)) / 2

    def _colours(self, path: Path) -> Colours | None:
        if path not in self._known:
            self._known[path] = self._read(path)
        return self._known[path]

    def _read(self, path: Path) -> Colours | None:
        import numpy as np

        from charkit.media.images import open_upright

        try:
            picture = open_upright(path)
            picture.thumbnail((_SIDE, _SIDE))
            alpha = np.asarray(picture.getchannel("A"), dtype=np.uint8) if picture.mode == "RGBA" else None
            rgb = np.asarray(picture.convert("RGB"), dtype=np.uint8)
            subject = self._masker.in_reference(rgb, alpha)
        except (CharkitError, OSError):  # unreadable, or OpenCV is not installed: it cannot tell
            return None
        return colours_of(rgb, subject.mask) if subject.found else None
