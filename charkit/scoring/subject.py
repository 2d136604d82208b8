"""Finding the subject without weights: a prior box, GrabCut, and checks that say when it did not work.

In a clip, the storyboard says roughly where the character is: its framing gives the size of a box, its position the
side. A person can give the box instead. `cv2.grabCut` (Rother et al. 2004) separates what is inside the box from what
surrounds it. On a reference, the plain ground around the figure is measured at the border and cut away.

The reference's colours are *not* used to find the subject in a clip: a mask that only keeps what looks like the
reference would hide the drift it is there to show.

Limits: a box that misses the character gives a mask of something else, which then drifts; a background of the same
colours is cut into or kept. Better masks (a segmenter with weights) plug in as another `Masker`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from charkit.errors import MissingDependency
from charkit.scoring import oklab
from charkit.scoring.base import Box
from charkit.scoring.placing import framing_name, prior_box

if TYPE_CHECKING:
    from types import ModuleType

    from charkit.scoring.base import ShotEvidence

__all__ = [
    "ROUNDS",
    "SURROUNDINGS",
    "WORKING_HEIGHT",
    "GrabCut",
    "Mask",
    "Masker",
    "Subject",
    "framing_name",
    "ground_of",
    "opencv",
    "prior_box",
]

Mask: TypeAlias = NDArray[np.bool_]

WORKING_HEIGHT = 112
"""Pixels to which a picture is shrunk before it is cut. On the drawn figures 112 rows overlap with the truth as well as
160 (mean 0.84 against 0.83) at half the cost."""
ROUNDS = 1
"""GrabCut iterations; two or three overlap no better on the drawn figures and cost half as much again each."""
_ONE_COLOUR = 0.055
"""OKLab distance within which a plain ground is one colour, with its shading and noise."""
_MOST_OF_BORDER = 0.6
"""Least share of a picture's border that a ground has to itself to be called plain."""
_SHADES = 0.12
"""OKLab distance between the grounds of two pictures that asked for the same one."""
_LEAST_GROUND = 0.08
"""Least share of the border in which a known ground has to show; a large face covers the rest."""
_CAREFUL_HEIGHT = 160
"""Pixels for what the quick cut does not find, and for references."""
SURROUNDINGS = 0.2
"""How much beside the box, as a share of the width, teaches GrabCut what the background looks like."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A cut-out subject, or the reason why there is none."""

    mask: Mask
    """True where the subject is, at the picture's own size; all False when `problem` is set."""
    box: Box
    """Where it was looked for."""
    problem: str = ""
    rejected: float = 0.0
    """Share of the picture that was cut out before it was found wanting."""

    @property
    def share(self) -> float:
        """Share of the picture that was cut out, also when it was found wanting."""
        return float(self.mask.mean()) if self.found else self.rejected

    @property
    def found(self) -> bool:
        """Whether the mask can be used."""
        return not self.problem


class Masker(Protocol):
    """Cuts a character out of frames and references."""

    @property
    def name(self) -> str:
        """Goes into the scorer's version: other masks make other scores."""
        ...

    def in_frame(self, rgb: oklab.Bytes, evidence: ShotEvidence) -> Subject:
        """Cut the expected character out of a clip's frame, shape (height, width, 3), sRGB."""
        ...

    def in_reference(self, rgb: oklab.Bytes, alpha: oklab.Bytes | None = None) -> Subject:
        """Cut the figure out of a reference, using its transparency where it has one."""
        ...


@dataclass(frozen=True, kw_only=True)
class GrabCut:
    """The masker of tier 0: geometry and colour, no weights."""

    name: str = "grabcut-1"
    smallest: float = 0.03
    """Least share of the box that a subject must fill."""
    least_of_frame: float = 0.022
    """Least share of a clip's whole frame; of smaller figures parts get lost, and the rest looks like drift."""
    largest: float = 0.97
    """Largest share of the box; above it nothing was separated."""
    fewest_pixels: int = 120
    """Least pixels at the working size; fewer give no histogram to speak of."""

    def in_frame(self, rgb: oklab.Bytes, evidence: ShotEvidence) -> Subject:
        """Cut the expected character out of a clip's frame, shape (height, width, 3), sRGB."""
        box = prior_box(evidence)
        if float(rgb[::4, ::4].std()) < 2.0:
            return _nothing(rgb, box, "the frame is empty (one flat colour)")
        first = self._in_box(rgb, box, WORKING_HEIGHT)
        # A small figure in a large box is lost to the background at first; with more pixels it often comes back.
        return first if first.found else self._in_box(rgb, box, _CAREFUL_HEIGHT)

    def _in_box(self, rgb: oklab.Bytes, box: Box, height: int) -> Subject:
        small = _shrink(rgb, height)
        mask = _largest_part(_cut_near(small, _marks_from_box(small.shape[:2], box), box))
        if float(mask.mean()) < self.least_of_frame:
            return _nothing(rgb, box, "the character is too small in the picture", mask)
        return self._checked(rgb, mask, box)

    def in_reference(self, rgb: oklab.Bytes, alpha: oklab.Bytes | None = None) -> Subject:
        """Cut the figure out of a reference: by transparency, by plain ground, else like a frame."""
        whole = Box(left=0.0, top=0.0, right=1.0, bottom=1.0)
        if alpha is not None and float((alpha < 128).mean()) > 0.02:
            return self._checked(rgb, np.asarray(alpha > 127, dtype=np.bool_), whole)
        small = _shrink(rgb, _CAREFUL_HEIGHT)
        ground = _plain_ground(small)
        if ground is not None:
            return self._checked(rgb, _largest_part(_cut(small, _marks_from_ground(ground))), whole)
        return self._in_box(rgb, Box(left=0.12, top=0.04, right=0.88, bottom=1.0), _CAREFUL_HEIGHT)

    def on_ground(self, rgb: oklab.Bytes, ground: oklab.Floats) -> Subject:
        """Cut a figure out of a picture whose plain ground is known, even where the figure covers most of its border.

        Args:
            rgb: sRGB, shape (height, width, 3).
            ground: OKLab of the ground as another picture has it; the picture's own may be a shade off.
        """
        whole = Box(left=0.0, top=0.0, right=1.0, bottom=1.0)
        small = _shrink(rgb, _CAREFUL_HEIGHT)
        lab = oklab.from_srgb(small)
        border = lab[_edge(lab)]
        like = border[np.linalg.norm(border - ground, axis=1) < _SHADES]
        if len(like) < _LEAST_GROUND * len(border):
            return _nothing(rgb, whole, "its ground is not that of the other picture")
        found = _connected(lab, np.median(like, axis=0))
        return self._checked(rgb, _largest_part(_cut(small, _marks_from_ground(found))), whole)

    def _checked(self, rgb: oklab.Bytes, mask: Mask, box: Box) -> Subject:
        area = (box.right - box.left) * (box.bottom - box.top) * mask.size
        share = float(mask.sum()) / area
        if mask.sum() < self.fewest_pixels or share < self.smallest:
            return _nothing(rgb, box, "mask too small", mask)
        if share > self.largest:
            return _nothing(rgb, box, "the character could not be told from the background", mask)
        return Subject(mask=_fit(mask, rgb.shape[:2]), box=box)


def _nothing(rgb: oklab.Bytes, box: Box, problem: str, mask: Mask | None = None) -> Subject:
    share = 0.0 if mask is None else float(mask.mean())
    return Subject(mask=np.zeros(rgb.shape[:2], dtype=np.bool_), box=box, problem=problem, rejected=share)


def opencv() -> ModuleType:
    """Return OpenCV.

    Raises:
        MissingDependency: it is not installed.
    """
    try:
        import cv2
    except ImportError as error:
        raise MissingDependency("opencv-python-headless", "scoring") from error
    module: ModuleType = cv2
    return module


def _shrink(rgb: oklab.Bytes, to: int) -> oklab.Bytes:
    height, width = rgb.shape[:2]
    if height <= to:
        return np.ascontiguousarray(rgb)
    cv2 = opencv()
    size = (max(1, round(width * to / height)), to)
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _fit(mask: Mask, shape: tuple[int, ...]) -> Mask:
    if mask.shape == shape:
        return mask
    cv2 = opencv()
    resized = cv2.resize(mask.astype(np.uint8), (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST)
    return np.asarray(resized, dtype=np.bool_)


def _marks_from_box(shape: tuple[int, ...], box: Box) -> oklab.Bytes:
    """Return GrabCut's marks: surely background outside the box, probably subject in the ellipse that fills it."""
    cv2 = opencv()
    height, width = shape[0], shape[1]
    marks = np.full((height, width), cv2.GC_BGD, dtype=np.uint8)
    top, bottom = round(box.top * height), round(box.bottom * height)
    left, right = round(box.left * width), round(box.right * width)
    marks[top:bottom, left:right] = cv2.GC_PR_BGD
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    half_width, half_height = (right - left) / 2, (bottom - top) / 2
    across = (columns - (left + half_width)) / (0.80 * half_width)
    down = (rows - (top + half_height)) / half_height
    inside = marks == cv2.GC_PR_BGD
    marks[inside & (across**2 + np.maximum(-down, 0.35 * down) ** 2 < 1.0)] = cv2.GC_PR_FGD
    return marks


def ground_of(rgb: oklab.Bytes) -> oklab.Floats | None:
    """Return the OKLab colour of a picture's plain ground, measured at its border; None where that is not plain."""
    lab = oklab.from_srgb(_shrink(rgb, _CAREFUL_HEIGHT))
    border = lab[_edge(lab)]
    ground = np.median(border, axis=0)
    plain = float((np.linalg.norm(border - ground, axis=1) < _ONE_COLOUR).mean())
    return np.asarray(ground, dtype=np.float32) if plain >= _MOST_OF_BORDER else None


def _plain_ground(rgb: oklab.Bytes) -> Mask | None:
    """Return where a plain ground, connected to the border, shows; None when the border is not plain."""
    lab = oklab.from_srgb(rgb)
    edge = _edge(lab)
    ground = np.median(lab[edge], axis=0)
    if float((np.linalg.norm(lab - ground, axis=2) < _ONE_COLOUR)[edge].mean()) < _MOST_OF_BORDER:
        return None
    return _connected(lab, ground)


def _edge(lab: oklab.Floats) -> Mask:
    edge = np.zeros(lab.shape[:2], dtype=np.bool_)
    edge[:3], edge[:, :3], edge[:, -3:] = True, True, True  # a figure may stand on the lower edge
    return edge


def _connected(lab: oklab.Floats, ground: oklab.Floats) -> Mask:
    """Return where a colour shows in one piece with the border."""
    near = np.linalg.norm(lab - ground, axis=2) < _ONE_COLOUR
    _, labels = opencv().connectedComponents(near.astype(np.uint8), connectivity=4)
    touching = np.unique(labels[_edge(lab) & near])
    return np.asarray(np.isin(labels, touching[touching > 0]), dtype=np.bool_)


def _marks_from_ground(ground: Mask) -> oklab.Bytes:
    cv2 = opencv()
    marks = np.where(ground, cv2.GC_BGD, cv2.GC_PR_FGD).astype(np.uint8)
    core = cv2.erode((~ground).astype(np.uint8), np.ones((5, 5), np.uint8))
    marks[core > 0] = cv2.GC_FGD
    return np.asarray(marks, dtype=np.uint8)


def _cut(rgb: oklab.Bytes, marks: oklab.Bytes) -> Mask:
    """Run GrabCut on the marks; deterministic."""
    cv2 = opencv()
    subject_marks = np.isin(marks, (cv2.GC_FGD, cv2.GC_PR_FGD))
    if not subject_marks.any() or subject_marks.all() or not np.isin(marks, (cv2.GC_BGD, cv2.GC_PR_BGD)).any():
        return np.asarray(subject_marks, dtype=np.bool_)
    cv2.setRNGSeed(0)  # the colour models start from k-means, which draws from OpenCV's generator of this thread
    models = np.zeros((1, 65)), np.zeros((1, 65))
    bgr = np.ascontiguousarray(rgb[:, :, ::-1])
    cv2.grabCut(bgr, marks, None, *models, ROUNDS, cv2.GC_INIT_WITH_MASK)
    return np.asarray(np.isin(marks, (cv2.GC_FGD, cv2.GC_PR_FGD)), dtype=np.bool_)


def _cut_near(rgb: oklab.Bytes, marks: oklab.Bytes, box: Box) -> Mask:
    """Run GrabCut on the box and its surroundings only."""
    width = rgb.shape[1]
    left = max(0, int((box.left - SURROUNDINGS) * width))
    right = min(width, round((box.right + SURROUNDINGS) * width))
    mask = np.zeros(rgb.shape[:2], dtype=np.bool_)
    mask[:, left:right] = _cut(rgb[:, left:right], np.ascontiguousarray(marks[:, left:right]))
    return mask


def _largest_part(mask: Mask) -> Mask:
    """Return the mask without specks: its largest part, and parts at least a tenth as large."""
    cv2 = opencv()
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, labels, facts, _ = cv2.connectedComponentsWithStats(opened, connectivity=8)
    if count < 2:
        return np.zeros_like(mask)
    areas = facts[1:, cv2.CC_STAT_AREA]
    kept = 1 + np.flatnonzero(areas >= 0.1 * areas.max())
    return np.asarray(np.isin(labels, kept), dtype=np.bool_)
