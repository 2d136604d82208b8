"""Knows a picture again that was cut out of another, mirrored, recoloured, turned a little, or set into a page.

Fingerprints know a whole picture again, and miss one that lost more than its rim. Here the corners of two pictures are
matched (ORB: Rublee et al. 2011; OpenCV), the map between them is found by RANSAC, and one is laid on the other: they
are one picture where what overlaps is the same, grey for grey. Two drawings or photographs of one character match in
some corners too, and not when they are laid on each other.

Measured by `python tests/benchmarks/bench_copies.py` on 28 pictures (8 real, 10 frames of 5 clips, 10 drawings of 2
characters), copies known by fingerprints alone, and with this:

    half of it 0, 26       a quarter of it 0, 22      half of it, mirrored, as JPEG 60 0, 27
    turned by 5 degrees 0, 28      set into a busy page 0, 27      hue turned by 60 degrees 26, 27      grey 27, 28
    brighter by a fifth 27, 28     JPEG 40, a third of its size, mirrored as a whole: 28 either way

False alarms in 378 pairs: none by fingerprints; by this 4, all of one scene or of one character (two frames of a still
camera; a face drawn by the same hand as the whole figure), none between two characters. So pictures of one character
are not compared this way. Needs OpenCV; without it only the fingerprints are asked.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from charkit.references.preflight.looking import Looked

__all__ = ["Corners", "corners_of", "overlap"]

_CORNERS: Final = 400
"""At most, per picture: matching two pictures with them takes 2 ms."""
_LEAST: Final = 14
"""Corners that must agree on one map; other pictures agree on 4 to 8 by chance."""
_RATIO: Final = 0.8
"""How much nearer the best match has to be than the next (Lowe 2004)."""
_CLOSE: Final = 4.0
"""Pixels of 512 by which a corner may miss its place on the map."""

LIKE: Final = 0.86
"""Correlation of grey values from which what overlaps is the same."""
SHARE: Final = 0.12
"""Least share of the larger picture that the overlap covers: less is a detail, such as a logo."""
WHOLE: Final = 0.6
"""Least share of the smaller picture that lies within the larger one."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Corners:
    """What is matched of one picture."""

    grey: NDArray[np.uint8]
    """Shape (height, width), 512 pixels or less of the longer side."""
    places: tuple[NDArray[np.float32], NDArray[np.float32]]
    """x and y of each corner, shape (n, 2): of the picture, and of its mirror image."""
    marks: tuple[NDArray[np.uint8], NDArray[np.uint8]]
    """What tells corners apart, shape (n, 32), likewise."""


def corners_of(looked: Looked) -> Corners | None:
    """Return what is matched of a picture; None where it is plain, cannot be read, or OpenCV is not installed."""
    if not looked.small:
        return None
    try:
        import cv2
    except ImportError:
        return None
    with Image.open(io.BytesIO(looked.small)) as picture:
        grey = np.asarray(picture.convert("L"), dtype=np.uint8)
    finder = cv2.ORB.create(nfeatures=_CORNERS, fastThreshold=8)
    found = [_corners(finder, side) for side in (grey, np.ascontiguousarray(grey[:, ::-1]))]
    if any(len(places) < _LEAST for places, _ in found):
        return None
    return Corners(grey=grey, places=(found[0][0], found[1][0]), marks=(found[0][1], found[1][1]))


def _corners(finder: Any, grey: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    points, marks = finder.detectAndCompute(grey, None)
    if marks is None:
        return np.zeros((0, 2), np.float32), np.zeros((0, 32), np.uint8)
    return np.array([point.pt for point in points], np.float32), np.asarray(marks, np.uint8)


def overlap(one: Corners, other: Corners) -> float | None:
    """Return how alike two pictures are where they overlap, as correlation; None where they are not one picture.

    Args:
        one: A picture.
        other: Another; its mirror image is tried too.
    """
    found = [_laid(one, other, mirrored) for mirrored in (0, 1)]
    return max((value for value in found if value is not None), default=None)


def _laid(one: Corners, other: Corners, mirrored: int) -> float | None:
    import cv2

    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(other.marks[mirrored], one.marks[0], k=2)
    good = [best for best, *rest in pairs if rest and best.distance < _RATIO * rest[0].distance]
    if len(good) < _LEAST:
        return None
    here = other.places[mirrored][[match.queryIdx for match in good]]
    there = one.places[0][[match.trainIdx for match in good]]
    cv2.setRNGSeed(7)  # RANSAC draws at random, and the same pictures are to get the same answer
    turn, agree = cv2.estimateAffinePartial2D(here, there, method=cv2.RANSAC, ransacReprojThreshold=_CLOSE)
    if turn is None or agree is None or int(agree.sum()) < _LEAST:
        return None
    grey = other.grey if not mirrored else np.ascontiguousarray(other.grey[:, ::-1])
    return _same(one.grey, grey, np.asarray(turn, np.float64))


def _same(one: NDArray[np.uint8], other: NDArray[np.uint8], turn: NDArray[np.float64]) -> float | None:
    """Lay one picture on the other by a map, and return the correlation of what overlaps."""
    import cv2

    size = (one.shape[1], one.shape[0])
    laid = cv2.warpAffine(other, turn, size, flags=cv2.INTER_AREA)
    there = cv2.warpAffine(np.full(other.shape, 255, np.uint8), turn, size, flags=cv2.INTER_NEAREST) > 0
    covered, scale = int(there.sum()), abs(float(np.linalg.det(turn[:, :2])))
    areas = one.size, other.size * scale
    if covered < SHARE * max(areas) or covered < WHOLE * min(areas):
        return None
    soft = [cv2.GaussianBlur(each, (0, 0), 2.0)[there].astype(np.float64) for each in (one, laid)]
    if min(each.std() for each in soft) < 4.0:  # plain: anything is like it
        return None
    value = float(np.corrcoef(soft[0], soft[1])[0, 1])
    return value if value >= LIKE else None
