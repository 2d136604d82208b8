"""Where the parts of a body lie in a picture: the head is found first, and everything else from it.

Pictures show a character whole, from the waist up or the face alone. So places are not measured from the picture's
edges but from the chin, in radii of the head; and legs and feet only where the figure ends inside the picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from charkit.simulator.arrays import Pixels
    from charkit.simulator.paints import Paint

_FACE = 1.86
"""Width of a drawn face in head radii."""
_STANDING = 2.2
"""A figure that ends inside the picture at least so many radii below its chin stands there whole."""
_DOUBT = 0.02
"""Likeness to a face, in roots of the subject's area, below which none is seen."""

_GAP = 0.012
"""Holes in a subject up to this share of its area are closed before its widest place is sought."""


@dataclass(frozen=True, kw_only=True)
class Zone:
    """A box in which a part lies if the picture shows it; pixels."""

    left: float
    top: float
    right: float
    bottom: float

    trust: float = 1.0
    """How much of the part the picture can show here, 0 to 1."""

    def within(self, shape: tuple[int, ...]) -> tuple[slice, slice]:
        """Rows and columns of a picture (height, width) that lie in the box."""
        y0, y1 = (min(shape[0], max(0, round(v))) for v in (self.top, self.bottom))
        x0, x1 = (min(shape[1], max(0, round(v))) for v in (self.left, self.right))
        return slice(y0, y1), slice(x0, x1)


@dataclass(frozen=True, kw_only=True)
class Head:
    """A head in a picture; pixels."""

    x: float
    """Middle."""

    chin: float
    """Height of the chin."""

    crown: float
    """Height at which the bare face begins, under hair or hat; for animals the top of the skull."""

    radius: float

    trust: float = 1.0
    """How sure it is, 0 to 1."""

    paint: int = -1
    """Index of the paint of the face; -1 where it is not known."""

    covers: NDArray[np.bool_] | None = None
    """The pixels of the face."""


def find_face(
    lab: Pixels, mask: NDArray[np.bool_], paints: tuple[Paint, ...], labels: NDArray[np.int16]
) -> Head | None:
    """Find a human face: a compact area of a skin's colour, high up, with light and dark (eyes) inside."""
    rows = np.flatnonzero(mask.any(axis=1))
    found = [
        (_faceness(labels == index, area, box, lab, rows), index, area, box)
        for index, paint in enumerate(paints)
        if like_skin(paint)
        for area, box in _areas(labels == index, 0.012 * mask.sum())
    ]
    best = max(found, key=lambda f: f[0], default=None)
    if best is None or best[0] < _DOUBT * math.sqrt(mask.sum()):
        return None
    score, index, area, (x, y, w, h) = best
    return Head(
        x=x + w / 2, chin=min(y + h, y + 1.2 * w), crown=float(y), radius=max(w, h * 0.9) / _FACE, paint=index,
        covers=area, trust=min(1.0, score / (0.08 * math.sqrt(mask.sum()))),
    )  # fmt: skip


def like_skin(paint: Paint) -> bool:
    """Whether a paint could be human skin: a reddish yellow of any lightness."""
    _, a, b = paint.lab
    return 130 <= a <= 162 and 132 <= b <= 172


def _areas(where: NDArray[np.bool_], least: float) -> list[tuple[NDArray[np.bool_], tuple[int, int, int, int]]]:
    """Hulls of connected areas (lashes and fringe cut eyes off), and their boxes (left, top, width, height)."""
    closed = cv2.morphologyEx(where.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    areas = []
    for outline in outlines:
        if cv2.contourArea(outline) < least:
            continue
        filled = np.zeros_like(closed)
        cv2.drawContours(filled, [cv2.convexHull(outline)], -1, (1,), cv2.FILLED)
        x, y, w, h = cv2.boundingRect(outline)
        areas.append((filled > 0, (x, y, w, h)))
    return areas


def _faceness(
    paint: NDArray[np.bool_],
    area: NDArray[np.bool_],
    box: tuple[int, int, int, int],
    lab: Pixels,
    rows: NDArray[np.intp],
) -> float:
    """How much an area of skin's colour is like a face; 0 for none.

    Round the mouth there must be skin (hair that frames a face has none there), and inside it eyes.
    """
    x, y, w, h = box
    if not 0.45 < w / h < 2.6:
        return 0.0
    mouth = paint[y + round(h * 0.62) : y + round(h * 0.9), x + round(w * 0.3) : x + round(w * 0.7)].mean()
    inside = lab[area]
    usual = np.median(inside[:, 0])
    eyes = min(float((inside[:, 0] > min(250, usual + 22)).mean()), float((inside[:, 0] < usual * 0.55).mean()))
    depth = (y + h / 2 - rows[0]) / max(1, rows[-1] - rows[0])
    return float(math.sqrt(area.sum()) * mouth * (0.12 + min(1.0, eyes / 0.05)) * max(0.0, 1.1 - depth) ** 2)


def find_skull(mask: NDArray[np.bool_]) -> Head | None:
    """Find an animal's or robot's head: the widest place of a small upright body."""
    padded = np.pad(_without_gaps(mask), 1)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
    rows = np.flatnonzero(mask.any(axis=1))
    if len(rows) < 8:
        return None
    depth[round(rows[0] + 0.8 * (rows[-1] - rows[0])) :] = 0
    y, x = np.unravel_index(int(depth.argmax()), depth.shape)
    radius = float(depth[y, x]) / 0.85
    return Head(x=float(x), chin=float(y + 0.86 * radius), crown=float(y - 0.9 * radius), radius=radius)


def _without_gaps(mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The mask with small holes closed: whites of eyes may have the colour of the ground."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8), connectivity=4)
    small = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] < _GAP * mask.sum()]
    return np.asarray(mask | np.isin(labels, small), dtype=np.uint8)


def zones_of(head: Head, mask: NDArray[np.bool_], *, human: bool) -> dict[str, Zone]:
    """Where the parts lie that the picture shows; what it cuts off has no zone."""
    foot = int(np.flatnonzero(mask.any(axis=1))[-1]) + 1
    cut = foot >= mask.shape[0] - 2
    return _of_human(head, foot, cut=cut) if human else _of_creature(head, foot, cut=cut)


def _of_human(head: Head, foot: int, *, cut: bool) -> dict[str, Zone]:
    x, chin, r = head.x, head.chin, head.radius
    below = (foot - chin) / r
    zones = {
        "hair": _box(x, 1.65 * r, head.crown - 1.0 * r, chin, 1.0),
        "head": _box(x, 1.1 * r, head.crown - 1.5 * r, head.crown - 0.15 * r, 0.8),
    }
    if below > 0.3:
        zones["neck"] = _box(x, 0.75 * r, chin - 0.1 * r, chin + 0.5 * r, min(1.0, below / 0.6))
        for side, name in ((-1, "left shoulder"), (1, "right shoulder")):
            zones[name] = _box(x + side * 0.62 * r, 0.16 * r, chin + 0.3 * r, chin + min(below, 0.9) * r, 1.0)
    if not cut and below > _STANDING:
        tall = foot - chin
        zones["torso"] = _box(x, 0.8 * r, chin + 0.6 * r, chin + max(1.3 * r, 0.45 * tall), 1.0)
        zones["legs"] = _box(x, 0.75 * r, chin + 0.64 * tall, chin + 0.8 * tall, 0.9)
        zones["feet"] = _box(x, 1.6 * r, chin + 0.9 * tall, foot, 0.9)
    elif below > 1.0:
        zones["torso"] = _box(x, 1.3 * r, chin + 0.55 * r, chin + min(below, 2.2) * r, min(0.8, (below - 0.7) / 1.3))
    return zones


def _of_creature(head: Head, foot: int, *, cut: bool) -> dict[str, Zone]:
    x, chin, r = head.x, head.chin, head.radius
    below = (foot - chin) / r
    zones = {"head": _box(x, 0.8 * r, head.crown - 0.8 * r, head.crown + 0.1 * r, 0.6)}
    if below > 0.25:
        zones["neck"] = _box(x, 0.5 * r, chin - 0.1 * r, chin + 0.35 * r, min(1.0, below / 0.5))
    if below > 0.7:
        zones["torso"] = _box(x, 0.45 * r, chin + 0.35 * r, chin + min(below, 1.35) * r, min(1.0, below))
        if not cut:
            zones["feet"] = _box(x, 0.9 * r, foot - 0.3 * r, foot, 0.9)
    return zones


def _box(x: float, half: float, top: float, bottom: float, trust: float) -> Zone:
    return Zone(left=x - half, top=top, right=x + half, bottom=bottom, trust=trust)
