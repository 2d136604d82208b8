"""Colour as the eye sees differences: grey-world balance and soft histograms in OKLab (`charkit.media.oklab`).

Input is always sRGB with 8 bits per channel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from charkit.media.oklab import Bytes, Floats, from_linear, from_srgb, linear

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "BINS",
    "GREY",
    "HIGHEST",
    "LOWEST",
    "Bytes",
    "Floats",
    "bhattacharyya",
    "from_linear",
    "from_srgb",
    "grey_world",
    "histogram",
    "linear",
]

BINS = (8, 12, 12)
"""Histogram bins for L, a and b."""
LOWEST = (0.0, -0.26, -0.33)
"""Lower edges; the sRGB gamut spans a in [-0.234, 0.276] and b in [-0.312, 0.199]."""
HIGHEST = (1.0, 0.30, 0.22)
"""Upper edges of the histogram."""
GREY = 0.20
"""Linear mean to which `grey_world` brings every channel: about the middle of the scale to the eye (L = 0.58)."""


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
