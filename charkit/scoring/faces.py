"""Identity of photographed characters: the likeness of faces, by SFace on YuNet's landmarks. Tier 1: needs weights.

    likeness = cosine of two faces' vectors, 0 below 0
    frames   whose face is turned away, or smaller than `least_face`, are not valid; tilted ones are set upright first
    the rest as in `embedding`: two best references, median over the valid frames

The stock line is the one that tells most pairs of LFW right, .363 (OpenCV's face tutorial). LFW is mostly frontal: on
profiles the best line is .212 (CFP-FP), so turned faces are left to coverage instead. No line was ever set on generated
faces; calibrate it on your own cast. What passes has the same face, whatever it wears.

What YuNet takes for a face may be none: in a real generated clip it gave an animal's head 0.85. Such a find is unlike
its references, so a character whose own face is hidden behind it counts as drifted; the evidence picture shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from charkit.scoring.base import Axis, ScorerFacts, Threshold
from charkit.scoring.embedding import EmbeddingScorer, Spot, Spots
from charkit.vision import FaceFinder
from charkit.vision.aligning import closer
from charkit.vision.recognising import FaceRecogniser
from charkit.weights import registry

if TYPE_CHECKING:
    from charkit.scoring import oklab
    from charkit.scoring.base import Box, ShotEvidence
    from charkit.scoring.subject import Mask
    from charkit.vision import Face, Faces
    from charkit.weights import Weights

__all__ = ["STOCK_FACE", "FaceEye", "FaceScorer"]

STOCK_FACE: Final = Threshold(
    name="sface-lfw",
    value=0.363,
    calibrated=False,
    note="tells most pairs of LFW right (99.6 %), mostly frontal photographs; never set on generated faces",
)
"""The line that is used when the person's own cast has not set one."""

LEAST_FACE: Final = 40.0
"""Pixels of the shorter side of a face. SFace looks at 112; no value has evidence behind it."""


@dataclass(frozen=True, kw_only=True)
class FaceEye:
    """Looks at faces."""

    finder: FaceFinder
    recogniser: FaceRecogniser
    least_face: float = LEAST_FACE

    @property
    def problem(self) -> str:
        """Why it cannot look; see `Eye`."""
        return self.finder.problem or self.recogniser.problem

    @property
    def label(self) -> str:
        """The recogniser and its digest; see `Eye`."""
        return f"{self.recogniser.label} on yunet"

    def certain(self, evidence: ShotEvidence) -> bool:
        """Whether one face is enough: nobody else is expected, or a person said where the character is."""
        return evidence.box is not None or max(len(evidence.expected), len(evidence.cast)) < 2

    def asks(self, evidence: ShotEvidence) -> tuple[object, ...]:
        """Return only where a person said that the character is: without that all faces are looked at."""
        return (evidence.box,)

    def in_reference(self, rgb: oklab.Bytes, alpha: oklab.Bytes | None) -> Spots:
        """Return the faces of a reference."""
        if alpha is not None:  # on white or black, hair of that colour would be lost to the detector
            share = alpha[..., None].astype(np.float32) / 255
            rgb = (rgb * share + 128 * (1 - share)).astype(np.uint8)
        return self._looked(rgb, self.finder.find(rgb))

    def in_frame(self, rgb: oklab.Bytes, evidence: ShotEvidence) -> Spots:
        """Return the faces of a frame, or those in the box that a person gave."""
        return self._looked(rgb, self.finder.find(rgb), evidence.box)

    def _looked(self, rgb: oklab.Bytes, seen: Faces, box: Box | None = None) -> Spots:
        if seen.unknown:
            return Spots(problem=seen.unknown)
        faces = seen.sure if box is None else tuple(face for face in seen.sure if _in_box(face, box, rgb))
        usable = [face for face in faces if face.frontal and face.size >= self.least_face]
        if not usable:
            return Spots(problem=self._why_none(faces))
        vectors = self.recogniser.encode(rgb, [closer(rgb, face, self.finder) for face in usable])
        return Spots(
            found=tuple(
                Spot(vector=vector, shown=_around(rgb, face)) for vector, face in zip(vectors, usable, strict=True)
            )
        )

    def _why_none(self, faces: tuple[Face, ...]) -> str:
        if not faces:
            return "no face was found"
        if not any(face.frontal for face in faces):
            return "the face is turned away"
        return f"the face is smaller than {self.least_face:g} pixels"


class FaceScorer(EmbeddingScorer):
    """Judges whether the face is that of the references. For photographed characters."""

    def __init__(
        self,
        *,
        weights: Weights | None = None,
        finder: FaceFinder | None = None,
        recogniser: FaceRecogniser | None = None,
        threshold: Threshold = STOCK_FACE,
        min_valid_frames: int = 3,
        least_face: float = LEAST_FACE,
    ) -> None:
        """Set where the weights are, the line, and what makes a frame and a shot valid.

        Args:
            weights: The folder of weights; by default the person's own.
            finder: Finds the faces.
            recogniser: Compares them.
            threshold: Where consistent begins.
            min_valid_frames: How many frames a verdict needs; half of the sampled ones in any case.
            least_face: Pixels of the shorter side from which a face can be compared.
        """
        eye = FaceEye(
            finder=finder or FaceFinder(weights),
            recogniser=recogniser or FaceRecogniser(weights),
            least_face=least_face,
        )
        known = registry()["sface"]
        facts = ScorerFacts(
            name="faces",
            version=f"1+{eye.label}+face {least_face:g} px",
            axis=Axis.IDENTITY,
            measures="likeness of the face to those of the references",
            blind_to=("faces turned away, masked or small (not judged)", "hair, clothes and build", "drawn characters"),
            needs=("opencv-python-headless", "scipy", "weights yunet (0.2 MB)", f"weights sface ({known.size})"),
            licence=f"YuNet MIT, SFace {known.licence}; the training data of neither was checked",
            sensitivity="python tests/benchmarks/bench_identity.py --people FOLDER",
            tier=1,
            domains=("photoreal",),
            encoder=eye.label,
            validity="validity with these weights was not measured here",
        )
        super().__init__(eye, facts, threshold=threshold, min_valid_frames=min_valid_frames)


def _in_box(face: Face, box: Box, rgb: oklab.Bytes) -> bool:
    height, width = rgb.shape[:2]
    across, down = (face.left + face.width / 2) / width, (face.top + face.height / 2) / height
    return bool(box.left <= across <= box.right and box.top <= down <= box.bottom)


def _around(rgb: oklab.Bytes, face: Face) -> Mask:
    """Return the face's box, a third larger, as a mask for the evidence picture."""
    height, width = rgb.shape[:2]
    mask = np.zeros((height, width), dtype=np.bool_)
    beside, above = face.width / 6, face.height / 6
    top, bottom = max(0, int(face.top - above)), min(height, round(face.top + face.height + above))
    left, right = max(0, int(face.left - beside)), min(width, round(face.left + face.width + beside))
    mask[top:bottom, left:right] = True
    return mask
