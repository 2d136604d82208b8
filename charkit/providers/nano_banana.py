"""What Nano Banana draws: shapes, sizes, and how many pictures it looks at. Shared by its two wires.

Facts and sources: google-wire.md, section 6.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from charkit.errors import UnsupportedRequest
from charkit.providers.limits import GOOGLE_PICTURES, check_pictures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from charkit.providers.base import BoundReference

SOURCE = "google-wire.md 6, after Google's changelog of 2026-10-06 and google-genai 3.4.0"
"""Where the limits below come from."""

ASPECTS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9", "1:4", "4:1", "1:8", "8:1")
"""Aspect ratios; Pro and Lite have the first ten."""

SIZES = {"1K": 1024, "2K": 2048, "4K": 4096}
"""Size word -> the side of the square with as many pixels. 512 is left out: Nano Banana 2.1 answers it with 400."""

MAX_PICTURES = 14
"""Reference pictures of one request, earlier turns included."""

SLACK = 1.03
"""A size word gives a little more than its square: 1K at 16:9 is 1376x768, 0.8 per cent more."""


def nearest_aspect(width: int, height: int) -> str:
    """Return the documented aspect ratio that is nearest on a logarithmic scale."""

    def distance(aspect: str) -> float:
        across, _, down = aspect.partition(":")
        return abs(math.log(width / height) - math.log(int(across) / int(down)))

    return min(ASPECTS, key=distance)


def covering_size(width: int, height: int) -> str:
    """Return the smallest size word whose picture has at least as many pixels as asked for.

    Raises:
        UnsupportedRequest: more than 4K.
    """
    for word, side in SIZES.items():
        if width * height <= side * side * SLACK:
            return word
    raise UnsupportedRequest(
        f"no picture of {width}x{height} pixels", rule="at most 4K, about 16.8 megapixels", nearest="4K", source=SOURCE
    )


def check_shown(pictures: Sequence[BoundReference]) -> None:
    """Refuse pictures that are too many or of a type that it does not read.

    Raises:
        UnsupportedRequest: so they are.
    """
    check_pictures(pictures, GOOGLE_PICTURES, source=SOURCE)
    if len(pictures) > MAX_PICTURES:
        raise UnsupportedRequest(
            f"the request has {len(pictures)} pictures", rule=f"at most {MAX_PICTURES}", source=SOURCE
        )
