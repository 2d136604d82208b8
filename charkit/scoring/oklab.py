"""Colour as the eye sees differences: OKLab, grey-world balance, soft histograms.

OKLab is Björn Ottosson's space (https://bottosson.github.io/posts/oklab/, matrices of 2021-01-25): `L` is perceived
lightness in [0, 1], `a` runs from green to red, `b` from blue to yellow; equal distances look about equally different.
Input is always sRGB with 8 bits per channel.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats: TypeAlias = NDArray[np.float32]
Bytes: TypeAlias = NDArray[np.uint8]

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    dtype=np.float32,
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    dtype=np.float32,
)

BINS = (8, 12, 12)
"""Histogram bins for L, a and b."""
LOWEST = (0.0, -0.26, -0.33)
"""Lower edges; the sRGB gamut spans a in [-0.234, 0.276] and b in [-0.312, 0.199]."""
HIGHEST = (1.0, 0.30, 0.22)
"""Upper edges of the histogram."""
GREY = 0.20
"""Linear mean to which `grey_world` brings every channel: about the middle of the scale to the eye (L = 0.58)."""


@cache
def _linear_of_byte() -> Floats:
    """Return linear light for the 256 sRGB bytes (IEC 61966-2-1)."""
    value = np.arange(256, dtype=np.float64) / 255.0
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return linear.astype(np.float32)


def linear(rgb: Bytes) -> Floats:
    """Return sRGB bytes of any shape as linear light in [0, 1]."""
    return _linear_of_byte()[rgb]


def from_linear(light: Floats) -> Floats:
    """Return OKLab for linear sRGB light; the last axis holds R, G, B and becomes L, a, b."""
    lms = np.cbrt(np.maximum(light @ _TO_LMS.T, 0.0, dtype=np.float32))
    return np.asarray(lms @ _TO_LAB.T, dtype=np.float32)


def from_srgb(rgb: Bytes) -> Floats:
    """Return OKLab for sRGB bytes; the last axis holds R, G, B and becomes L, a, b."""
    return from_linear(linear(rgb))


def grey_world(light: Floats) -> Floats:
    """Return linear light with the mean of every channel brought to `GREY`, clipped to [0, 1].

    Takes away exposure and colour cast, and with them the subject's own mean colour.

    Args:
        light: Linear sRGB, shape (pixels, 3); at least one pixel.
    """
    means = np.maximum(light.mean(axis=0), 1e-4)
    return np.asarray(np.clip(light * (GREY / means), 0.0, 1.0), dtype=np.float32)


def histogram(lab: Floats, *, bins: Sequence[int] = BINS) -> Floats:
    """Return the normalised 3-D histogram of OKLab pixels, flat, each pixel shared between the eight nearest bins.

    Sharing keeps a small shift of light from moving all pixels of a flat colour into another bin at once.

    Args:
        lab: OKLab pixels, shape (pixels, 3); at least one pixel.
        bins: Bins for L, a and b.
    """
    low, high = np.array(LOWEST, dtype=np.float32), np.array(HIGHEST, dtype=np.float32)
    counts = np.array(bins)
    place = np.clip((lab - low) / (high - low), 0.0, 1.0) * (counts - 1)
    floor = np.minimum(place.astype(np.int32), counts - 2)
    part = place - floor
    total = np.zeros(int(counts.prod()), dtype=np.float64)
    for corner in np.ndindex(2, 2, 2):
        offset = np.array(corner)
        weight = np.where(offset == 1, part, 1.0 - part).prod(axis=1)
        index = np.ravel_multi_index(tuple((floor + offset).T), tuple(bins))
        total += np.bincount(index, weights=weight, minlength=total.size)
    return np.asarray(total / total.sum(), dtype=np.float32)


def bhattacharyya(one: Floats, other: Floats) -> float:
    """Return the Bhattacharyya coefficient of two normalised histograms: 0 nothing in common, 1 the same."""
    return float(min(1.0, np.sqrt(one * other, dtype=np.float64).sum()))
