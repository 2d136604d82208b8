"""Names for the two kinds of arrays that drawing passes around."""

from __future__ import annotations

from typing import Any, TypeAlias

from numpy.typing import NDArray

Points: TypeAlias = NDArray[Any]
"""Complex numbers, one per point: x to the right, y (imaginary) down; in the units of whoever draws."""

Pixels: TypeAlias = NDArray[Any]
"""uint8, height x width x channels: RGB, or RGBA with premultiplied alpha; single masks have no third axis."""
