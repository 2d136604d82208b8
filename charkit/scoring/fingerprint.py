"""Is one picture a copy of another? Difference hash and mean colours, without a plain border, straight and mirrored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from charkit.scoring.subject import opencv

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from charkit.scoring import oklab

__all__ = ["BITS", "COLOURS", "Fingerprint"]

BITS: Final = 30
"""Bits of 256 up to which two fingerprints are one picture; scaling and coding change up to 23 of them, the two most
alike views of one character 53 (measured for the check of references)."""
COLOURS: Final = 36.0
"""Mean difference of 8-bit colours up to which they are; keeps pictures apart that are empty alike."""

_EMPTY: Final = 2.0
"""Deviation of 8-bit mean colours up to which a picture is one colour, with its noise of coding."""
_SIDE: Final = 16
_PLAIN: Final = 14.0
"""Difference from the corner's colour up to which a row or column is border; coding noise stays below it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Fingerprint:
    """What is kept of a picture to know its copies by (dHash after N. Krawetz 2013, 16 by 16 bits)."""

    bits: NDArray[np.bool_]
    """Whether each cell is brighter than its right neighbour, straight and mirrored: shape (2, 16, 16)."""
    colours: NDArray[np.float32]
    """Mean colours of the cells, shape (16, 16, 3)."""

    @classmethod
    def of(cls, rgb: oklab.Bytes) -> Fingerprint:
        """Take it of a picture: sRGB, shape (height, width, 3)."""
        cv2 = opencv()
        inner = _trimmed(rgb)
        light = cv2.cvtColor(inner, cv2.COLOR_RGB2GRAY)
        cells = [
            cv2.resize(np.ascontiguousarray(one), (_SIDE + 1, _SIDE), interpolation=cv2.INTER_AREA).astype(np.int16)
            for one in (light, light[:, ::-1])
        ]
        colours = cv2.resize(inner, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
        return cls(
            bits=np.stack([one[:, :-1] > one[:, 1:] for one in cells]), colours=np.asarray(colours, dtype=np.float32)
        )

    def unlike(self, other: Fingerprint) -> tuple[int, float]:
        """Return by how many bits of 256 and how much colour two differ, the nearer of straight and mirrored."""
        straight = int((self.bits[0] != other.bits[0]).sum()), float(np.abs(self.colours - other.colours).mean())
        turned = int((self.bits[0] != other.bits[1]).sum()), float(np.abs(self.colours - other.colours[:, ::-1]).mean())
        return min(straight, turned)

    @property
    def says_nothing(self) -> bool:
        """Whether the picture is one plain colour: all of those are alike, and none is a copy."""
        return float(self.colours.reshape(-1, 3).std(axis=0).max()) < _EMPTY

    def is_copy_of(self, other: Fingerprint) -> bool:
        """Whether the two are one picture, as far as fingerprints tell."""
        if self.says_nothing or other.says_nothing:
            return False
        bits, colours = self.unlike(other)
        return bits <= BITS and colours <= COLOURS


def _trimmed(rgb: oklab.Bytes) -> oklab.Bytes:
    """Return a picture without its plain border; as it is where hardly anything would be left."""
    apart = np.abs(rgb.astype(np.int16) - rgb[0, 0].astype(np.int16)).max(axis=2) > _PLAIN
    rows, columns = np.flatnonzero(apart.mean(axis=1) > 0.01), np.flatnonzero(apart.mean(axis=0) > 0.01)
    if len(rows) < _SIDE or len(columns) < _SIDE:
        return np.ascontiguousarray(rgb)
    return np.ascontiguousarray(rgb[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
