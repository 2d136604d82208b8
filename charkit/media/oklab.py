"""OKLab, in which equal distances look about equally different: there from sRGB, and back.

Björn Ottosson's space (https://bottosson.github.io/posts/oklab/, matrices of 2021-01-25): `L` is perceived lightness in
[0, 1], `a` runs from green to red, `b` from blue to yellow. The last axis holds the channels. Between code values and
linear light stands the curve of IEC 61966-2-1 (sRGB).
"""

from __future__ import annotations

from functools import cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bytes", "Floats", "from_codes", "from_linear", "from_srgb", "linear", "to_codes"]

Floats: TypeAlias = NDArray[np.float32]
Bytes: TypeAlias = NDArray[np.uint8]

_TO_LMS: Final = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB: Final = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_LMS_OF_LIGHT, _LAB_OF_LMS = _TO_LMS.T.astype(np.float32), _TO_LAB.T.astype(np.float32)
_LMS_OF_LAB, _LIGHT_OF_LMS = np.linalg.inv(_TO_LAB).T, np.linalg.inv(_TO_LMS).T


def _light_of(codes: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(codes <= 0.04045, codes / 12.92, ((np.maximum(codes, 0) + 0.055) / 1.055) ** 2.4)


@cache
def _linear_of_byte() -> Floats:
    """Return linear light for the 256 sRGB bytes."""
    return _light_of(np.arange(256, dtype=np.float64) / 255.0).astype(np.float32)


def linear(rgb: Bytes) -> Floats:
    """Return sRGB bytes of any shape as linear light in [0, 1]."""
    return _linear_of_byte()[rgb]


def from_linear(light: Floats) -> Floats:
    """Return OKLab for linear sRGB light."""
    lms = np.cbrt(np.maximum(light @ _LMS_OF_LIGHT, 0.0, dtype=np.float32))
    return np.asarray(lms @ _LAB_OF_LMS, dtype=np.float32)


def from_srgb(rgb: Bytes) -> Floats:
    """Return OKLab for sRGB bytes."""
    return from_linear(linear(rgb))


def from_codes(rgb: Floats) -> Floats:
    """Return OKLab for R'G'B' (sRGB) from 0 to 1."""
    return from_linear(_light_of(np.asarray(rgb, np.float64)).astype(np.float32))


def to_codes(lab: Floats) -> Floats:
    """Return R'G'B' (sRGB) for OKLab, clipped to 0 to 1."""
    light = np.clip((lab @ _LMS_OF_LAB) ** 3 @ _LIGHT_OF_LMS, 0, 1)
    return np.asarray(np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055), np.float32)
