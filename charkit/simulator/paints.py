"""The flat paints of a picture: the colours round which its pixels gather, and which pixel belongs to which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from charkit.simulator.arrays import Pixels
    from charkit.simulator.colours import Rgb

_EDGE = 22
"""Difference between neighbours (8-bit CIELAB) from which a pixel counts as an edge."""
_REACH = 15.0
"""Distance in 8-bit CIELAB within which samples belong to one paint."""
_CORE = 9.0
"""Distance from a paint's most frequent colour within which samples count for its mean; the rest is light and shade."""
_MOST = 20
"""At most so many paints are told apart."""
_SMALLEST = 0.004
"""Share of the subject below which a paint is not noted."""


@dataclass(frozen=True, kw_only=True)
class Paint:
    """A colour of the subject."""

    colour: Rgb
    """Its most frequent tone, sRGB."""

    lab: tuple[float, float, float]
    """The same in OpenCV's 8-bit CIELAB."""

    share: float
    """Share of the subject's flat area."""


def lab_of(colour: Rgb) -> NDArray[np.float64]:
    """OpenCV's 8-bit CIELAB of an sRGB colour."""
    pixel = np.clip(np.array([[colour]]), 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(pixel, cv2.COLOR_RGB2LAB)[0, 0], dtype=np.float64)


def rgb_of(lab: NDArray[np.floating]) -> Rgb:
    """The sRGB colour of OpenCV's 8-bit CIELAB."""
    pixel = np.clip(np.rint(lab), 0, 255).astype(np.uint8).reshape(1, 1, 3)
    r, g, b = (float(c) for c in cv2.cvtColor(pixel, cv2.COLOR_LAB2RGB)[0, 0])
    return (r, g, b)


def distance(one: Rgb, other: Rgb) -> float:
    """Distance of two sRGB colours in 8-bit CIELAB."""
    return float(np.linalg.norm(lab_of(one) - lab_of(other)))


def find_paints(lab: Pixels, mask: NDArray[np.bool_]) -> tuple[tuple[Paint, ...], NDArray[np.int16]]:
    """Find the paints under a mask, the most frequent first.

    Returns:
        The paints, and for each pixel the index of its paint; -1 for outlines, blends and what is not under the mask.
    """
    flat = mask & _flat(lab)
    if flat.sum() <= 0.2 * mask.sum():
        flat = mask
    paints, owners = _peaks(lab[flat].astype(np.float32))
    labels = np.full(mask.shape, -1, np.int16)
    labels[flat] = owners
    return paints, labels


def _flat(lab: Pixels) -> NDArray[np.bool_]:
    """Where paint lies flat: away from outlines and from the blends at edges."""
    edges = cv2.morphologyEx(lab, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    return np.asarray(edges.max(axis=2) < _EDGE)


def _peaks(samples: NDArray[np.float32]) -> tuple[tuple[Paint, ...], NDArray[np.int16]]:
    """The colours round which samples gather; small but distinct paints are found too."""
    total = len(samples)
    paints: list[Paint] = []
    owners = np.full(total, -1, np.int16)
    left = np.ones(total, bool)
    nearest = np.full(total, np.inf)
    bins = (samples / (16, 8, 8)).astype(np.int32)
    keys = np.unique(bins[:, 0] * 4096 + bins[:, 1] * 64 + bins[:, 2], return_inverse=True)[1]
    while len(paints) < _MOST and left.sum() > _SMALLEST * total:
        commonest = keys == np.bincount(keys[left]).argmax()
        centre = samples[left & commonest].mean(axis=0)
        far = np.linalg.norm(samples - centre, axis=1)
        near = left & (far < _REACH)
        if near.sum() >= _SMALLEST * total:
            core = samples[left & (far < _CORE)]
            closer = far < np.minimum(nearest, _REACH)
            owners[closer] = len(paints)
            nearest[closer] = far[closer]
            paints.append(_paint(core.mean(axis=0) if len(core) else centre, near.sum() / total))
        left &= ~near & ~commonest
    return tuple(paints), owners


def _paint(centre: NDArray[np.float32], share: float) -> Paint:
    lab = (float(centre[0]), float(centre[1]), float(centre[2]))
    return Paint(colour=rgb_of(centre), lab=lab, share=float(share))
