"""Tells photographed faces apart with SFace, through OpenCV's own recogniser.

A face is turned and scaled so that its five landmarks lie where SFace learnt them (112 x 112 pixels), and becomes 128
numbers; the cosine of two such vectors is their likeness (SFace: Zhong et al., arXiv 2205.12010). It was trained on
photographs: of drawn faces it says nothing.

Vectors of real people's faces are biometric data: they stay in memory, and nothing here writes them down.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from charkit.errors import BadWeights, MissingDependency
from charkit.vision.encoding import unit
from charkit.vision.models import label_of, model_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from charkit.vision.encoding import Vectors
    from charkit.vision.faces import Face
    from charkit.vision.models import ModelFile
    from charkit.weights import Weights

__all__ = ["FaceRecogniser"]

_NUMBERS: Final = 128
_SIDE: Final = 112
"""Pixels of an aligned face."""


class FaceRecogniser:
    """Turns faces into vectors; loads its weights when it is first asked, and may be shared by threads."""

    def __init__(self, weights: Weights | None = None, *, file: Path | str | None = None, name: str = "sface") -> None:
        """Say where the weights are.

        Args:
            weights: The folder of weights; by default the person's own.
            file: A file to use instead; it must have the pinned digest.
            name: `sface`, or `sface-int8` for the small one.
        """
        self.name = name
        self._weights = weights
        self._file = file
        self._lock = threading.Lock()
        self._label: str | None = None
        self._loaded: tuple[ModelFile, Any] | BadWeights | MissingDependency | None = None

    @property
    def problem(self) -> str:
        """Why it cannot work, and how to change that; empty where it can."""
        loaded = self._load()
        return "" if isinstance(loaded, tuple) else str(loaded)

    @property
    def label(self) -> str:
        """Name and digest of the weights; only the name where there are none. Does not load them."""
        if self._label is None:
            self._label = label_of(self.name, weights=self._weights, file=self._file)
        return self._label

    def encode(self, rgb: NDArray[np.uint8], faces: Sequence[Face]) -> Vectors:
        """Return one vector of length 1 per face, shape (faces, 128).

        Args:
            rgb: The upright picture in which they were found, sRGB, shape (height, width, 3), 8 bits.
            faces: What `FaceFinder` found in it.

        Raises:
            BadWeights: the weights are absent or altered, or are another model.
            MissingDependency: OpenCV is not installed.
        """
        loaded = self._load()
        if not isinstance(loaded, tuple):
            raise loaded
        if not faces:
            return np.zeros((0, _NUMBERS), np.float32)
        import cv2

        model, recogniser = loaded
        bgr = np.ascontiguousarray(rgb[:, :, ::-1])
        try:
            with self._lock:  # a network keeps its intermediate results in itself
                rows = [np.array(recogniser.feature(recogniser.alignCrop(bgr, _row(face)))) for face in faces]
        except cv2.error as error:
            raise BadWeights(f"could not run: {_last_line(error)}", file=model.label) from None
        vectors = np.stack([row.reshape(-1) for row in rows]).astype(np.float32)
        if vectors.shape[1] != _NUMBERS:
            said = f"is another model: it answers with {vectors.shape[1]} numbers, not {_NUMBERS}"
            raise BadWeights(said, file=model.label)
        return unit(vectors, model.label)

    def aligned(self, rgb: NDArray[np.uint8], face: Face) -> NDArray[np.uint8]:
        """Return the face as the model sees it: sRGB, shape (112, 112, 3).

        Raises:
            BadWeights: there are no weights to see it with.
            MissingDependency: OpenCV is not installed.
        """
        loaded = self._load()
        if not isinstance(loaded, tuple):
            raise loaded
        crop = loaded[1].alignCrop(np.ascontiguousarray(rgb[:, :, ::-1]), _row(face))
        return np.ascontiguousarray(np.asarray(crop, dtype=np.uint8)[:, :, ::-1])

    def _load(self) -> tuple[ModelFile, Any] | BadWeights | MissingDependency:
        with self._lock:
            if self._loaded is None:
                try:
                    self._loaded = self._opened()
                except (BadWeights, MissingDependency) as error:
                    self._loaded = error
            return self._loaded

    def _opened(self) -> tuple[ModelFile, Any]:
        try:
            import cv2
        except ImportError:
            raise MissingDependency("opencv-python-headless", "faces") from None
        if not hasattr(cv2, "FaceRecognizerSF"):
            raise BadWeights(
                f"OpenCV {cv2.__version__} has no FaceRecognizerSF: pip install 'charkit[faces]'", file=self.name
            )
        model = model_file(self.name, weights=self._weights, file=self._file)
        nothing = np.zeros(0, np.uint8)
        level = cv2.utils.logging.getLogLevel()
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)  # it warns of targets that nobody asked for
        try:
            made = cv2.FaceRecognizerSF.create("onnx", np.frombuffer(model.data, np.uint8), nothing)
            made.feature(np.zeros((_SIDE, _SIDE, 3), np.uint8))
        except cv2.error as error:
            said = f"cannot be loaded by OpenCV {cv2.__version__}: {_last_line(error)}"
            raise BadWeights(said, file=model.label) from None
        finally:
            cv2.utils.logging.setLogLevel(level)
        return model, made


def _row(face: Face) -> NDArray[np.float32]:
    """Return a face in the detector's own order: box, five landmarks, score."""
    points = [value for point in face.landmarks for value in point]
    return np.array([[face.left, face.top, face.width, face.height, *points, face.score]], dtype=np.float32)


def _last_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[-1][:160]
