"""Finds faces with YuNet, through OpenCV's own detector.

YuNet (Wu et al. 2023, doi 10.1007/s11633-023-1423-y) was trained on faces of about 10 to 300 pixels (its page in
opencv_zoo), so a picture is looked at in several sizes: a face that fills a 4K portrait is found in the small one, a
face of 30 pixels in the large one. What the sizes agree on is one face.

**A face is not a photoreal person.** YuNet scores drawn faces like photographed ones, and nothing here says which of
the two it sees; that has to come from whoever made the picture. **No face is not nobody**: backs, full profiles, masks
and faces under about 2 % of the longer side are missed.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np
from PIL import Image

from charkit.errors import BadWeights
from charkit.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from charkit.media.scaling import Box

__all__ = ["FRONT", "PERHAPS", "SCALES", "SURE", "Face", "FaceFinder", "Faces", "Landmarks"]

Landmarks: TypeAlias = tuple[tuple[float, float], ...]
"""Eye, eye, tip of the nose, corner of the mouth, corner: x and y in pixels; of an upright face from the left."""

SURE: Final = 0.8
"""Score from which a face counts as seen. 17 of 18 drawn and all photographed faces reach it, and none of 15 pictures
without a face (../shared/media/README.md; OpenCV's own default is 0.9)."""

PERHAPS: Final = 0.6
"""Score from which a person should look. Below `SURE` there are false alarms: a cat's face reaches 0.72."""

FRONT: Final = 0.35
"""Largest `Face.turn` of a face that looks into the camera: front and three-quarter faces of real clips and pictures
measured 0.00 to 0.25, faces turned further 0.58 and more."""

SCALES: Final = (320, 640, 1280)
"""Longer sides, in pixels, at which a picture is looked at; it is never enlarged beyond its own size. A face that fills
a picture scores 0.9 at 320 and 0.5 to 0.7 at 1280; one of 32 pixels in a frame 1920 wide scores 0.8 and more at 1280
and is not seen at 320. The size between lifts faces of a real clip from 0.80 to 0.88, and a cat's face to 0.72."""

_SAME: Final = 0.35
"""Overlap (intersection over union) from which two boxes are one face."""
_INSIDE: Final = 0.7
"""Share of the smaller box that lies in the larger one from which they are one face."""
_MOST: Final = 5000
"""Boxes that the detector keeps before it sorts them out: OpenCV's default."""
_LEAST_SIDE: Final = 16
"""Pixels; in smaller pictures there is nothing to see."""


@dataclass(frozen=True, kw_only=True)
class Face:
    """One face in a picture."""

    left: float
    top: float
    width: float
    height: float
    """The box, in pixels of the picture; it may stand over the edge."""
    landmarks: Landmarks
    score: float
    """How sure the detector is, 0 to 1; not a probability."""

    @property
    def sure(self) -> bool:
        """Whether it counts as seen."""
        return self.score >= SURE

    @property
    def size(self) -> float:
        """The shorter side of its box, in pixels."""
        return min(self.width, self.height)

    @property
    def frontal(self) -> bool:
        """Whether it looks into the camera."""
        return self.turn <= FRONT

    @property
    def turn(self) -> float:
        """How far the nose lies off the middle of the eyes, in distances between them: 0 looks into the camera."""
        (ax, ay), (bx, by), (nx, ny) = self.landmarks[:3]
        across, down = bx - ax, by - ay
        apart = across**2 + down**2
        if apart == 0:
            return 1.0
        return abs((nx - (ax + bx) / 2) * across + (ny - (ay + by) / 2) * down) / apart


@dataclass(frozen=True, kw_only=True)
class Faces:
    """What was found in one picture, or why nobody could look."""

    found: tuple[Face, ...] = ()
    """The surest first."""
    unknown: str = ""
    """Why nobody could look, and how to change that; then `found` says nothing."""

    @property
    def sure(self) -> tuple[Face, ...]:
        """The faces that count as seen."""
        return tuple(face for face in self.found if face.sure)

    @property
    def verdict(self) -> Literal["face", "perhaps", "none", "unknown"]:
        """In one word. `none` means that the detector sees none, not that nobody is there."""
        if self.unknown:
            return "unknown"
        return "face" if self.sure else "perhaps" if self.found else "none"

    def __repr__(self) -> str:
        best = f", best {self.found[0].score:.2f}" if self.found else ""
        return f"<Faces: {self.verdict}{best}{f' ({self.unknown})' if self.unknown else ''}>"


class FaceFinder:
    """Finds faces; loads its weights when it first looks, and may be shared by threads."""

    def __init__(self, weights: Weights | None = None) -> None:
        """Take the weights from a folder; by default the person's own."""
        self._weights = weights
        self._own = threading.local()  # a detector remembers the size of its picture, so every thread has its own
        self._lock = threading.Lock()
        self._model: Path | None = None
        self._problem: str | None = None

    @property
    def problem(self) -> str:
        """Why it cannot look, and how to change that; empty where it can."""
        with self._lock:
            if self._problem is None:
                self._problem = self._look_for_it()
            return self._problem

    def _look_for_it(self) -> str:
        try:
            import cv2
        except ImportError:
            return "opencv-python-headless is not installed: pip install 'charkit[scoring]'"
        if not hasattr(cv2, "FaceDetectorYN"):
            return f"OpenCV {cv2.__version__} has no FaceDetectorYN: pip install 'charkit[scoring]'"
        try:
            self._model = (self._weights or Weights.open()).find("yunet")
        except BadWeights as error:
            return str(error)
        return ""

    def find(self, rgb: NDArray[np.uint8]) -> Faces:
        """Return the faces in a picture, or `unknown` with the reason.

        Args:
            rgb: Upright sRGB, shape (height, width, 3), 8 bits.

        Raises:
            ValueError: it is no such array.
        """
        if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:
            raise ValueError(f"faces are looked for in uint8 of shape (height, width, 3), not {rgb.dtype} {rgb.shape}")
        if self.problem:
            return Faces(unknown=self.problem)
        if min(rgb.shape[:2]) < _LEAST_SIDE:
            return Faces()
        import cv2

        try:
            seen = [face for side in _sides(rgb) for face in self._at(rgb, side)]
        except cv2.error as error:
            return Faces(unknown=f"OpenCV {cv2.__version__} could not run yunet: {str(error).splitlines()[-1][:160]}")
        return Faces(found=merged(seen))

    def boxes(self, image: Image.Image) -> tuple[Box, ...]:
        """Return the faces of a picture that count as seen, as shares of it, the largest first.

        For preparing pictures: where nobody can look, say so with `problem` instead of calling this.

        Raises:
            BadWeights: nobody can look; says how to change that.
        """
        found = self.find(np.asarray(image.convert("RGB"), dtype=np.uint8))
        if found.unknown:
            raise BadWeights(found.unknown, file="yunet")
        width, height = image.size
        return tuple(
            (
                max(0.0, face.left / width),
                max(0.0, face.top / height),
                min(1.0, (face.left + face.width) / width),
                min(1.0, (face.top + face.height) / height),
            )
            for face in sorted(found.sure, key=lambda one: -one.size)
        )

    @property
    def boxing(self) -> Callable[[Image.Image], tuple[Box, ...]] | None:
        """What finds faces in pictures that are prepared: `boxes`, or None where nobody can look."""
        return None if self.problem else self.boxes

    def _at(self, rgb: NDArray[np.uint8], side: int) -> list[Face]:
        height, width = rgb.shape[:2]
        scale = side / max(height, width)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        picture = Image.fromarray(rgb)
        if size != picture.size:
            picture = picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
        detector = self._detector()
        detector.setInputSize(size)
        _, rows = detector.detect(np.ascontiguousarray(np.asarray(picture)[:, :, ::-1]))
        back = (width / size[0], height / size[1])
        return [] if rows is None else [_face(row, back) for row in rows if np.isfinite(row).all()]

    def _detector(self) -> Any:
        found = getattr(self._own, "detector", None)
        if found is None:
            import cv2

            with self._lock:  # the level of its log belongs to the whole process
                level = cv2.utils.logging.getLogLevel()
                cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
                try:
                    found = cv2.FaceDetectorYN.create(str(self._model), "", (320, 320), PERHAPS, 0.3, _MOST)
                finally:
                    cv2.utils.logging.setLogLevel(level)
            self._own.detector = found
        return found


def _sides(rgb: NDArray[np.uint8]) -> list[int]:
    own = max(rgb.shape[:2])
    return sorted({min(side, max(own, SCALES[0])) for side in SCALES})


def _face(row: NDArray[np.float32], back: tuple[float, float]) -> Face:
    x, y = back
    left, top, width, height = (float(value) for value in row[:4])
    points = tuple((float(row[i]) * x, float(row[i + 1]) * y) for i in range(4, 14, 2))
    score = round(float(row[14]), 4)
    return Face(left=left * x, top=top * y, width=width * x, height=height * y, landmarks=points, score=score)


def merged(faces: Sequence[Face]) -> tuple[Face, ...]:
    """Return each face once, by its surest box, the surest first."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda one: -one.score):
        if not any(_same(face, other) for other in kept):
            kept.append(face)
    return tuple(kept)


def _same(one: Face, other: Face) -> bool:
    across = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    down = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    if across <= 0 or down <= 0:
        return False
    common, areas = across * down, (one.width * one.height, other.width * other.height)
    return common / (sum(areas) - common) > _SAME or common / max(1e-9, min(areas)) > _INSIDE
