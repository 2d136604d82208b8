"""How alike two characters look, by the means at hand: their colours, and their faces where the weights are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from charkit.errors import BadWeights, MissingDependency
from charkit.scoring import STOCK, GrabCut
from charkit.scoring.anime import STOCK_CCIP
from charkit.scoring.faces import STOCK_FACE
from charkit.scoring.palette import Colours, colours_of
from charkit.scoring.view_identity import anime_eye
from charkit.vision import FaceFinder, FaceRecogniser
from charkit.vision.aligning import closer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from charkit.scoring import Masker
    from charkit.scoring.embedding import Eye

__all__ = ["AnimeResemblance", "ColourResemblance", "FaceResemblance"]


class ColourResemblance:
    """Compares what the palette scorer compares, so it names the pairs that this scorer could not tell apart."""

    name = "colours"
    blind_to = "faces, hairstyles and shapes"
    way_round = "give one of them another colour of hair, fur or clothes"
    line = STOCK.value

    def __init__(self, masker: Masker | None = None) -> None:
        """Take a way to cut figures out of their ground; GrabCut by default."""
        self._masker: Masker = masker or GrabCut()

    def see(self, rgb: NDArray[np.uint8]) -> Colours | None:
        """Return the colours of the figure; None where it could not be cut out, or OpenCV is not installed."""
        try:
            subject = self._masker.in_reference(rgb)
        except MissingDependency:
            return None
        return colours_of(rgb, subject.mask) if subject.found else None

    def alike(self, one: object, other: object) -> float:
        """Return the mean of two Bhattacharyya coefficients, 0 to 1.

        Raises:
            TypeError: they are not what `see` returned.
        """
        if not (isinstance(one, Colours) and isinstance(other, Colours)):
            raise TypeError("colours can be compared with colours only")
        return sum(one.likeness(other)) / 2


class FaceResemblance:
    """Compares faces as the scorer of identity does, so it names the people that this scorer could not tell apart.

    Without the weights it sees nothing and says why in `problem`. Of drawn faces it knows nothing.
    """

    name = "faces"
    blind_to = "hair, clothes and build"
    way_round = "give one of them another face: other features, another age"
    line = STOCK_FACE.value

    def __init__(self, finder: FaceFinder | None = None, recogniser: FaceRecogniser | None = None) -> None:
        """Take what finds faces and what compares them; by default with the person's own weights."""
        self._finder = finder or FaceFinder()
        self._recogniser = recogniser or FaceRecogniser()

    @property
    def problem(self) -> str:
        """Why it cannot see, and how to change that; empty where it can."""
        return self._finder.problem or self._recogniser.problem

    @property
    def label(self) -> str:
        """The recogniser and the digest of its weights, without loading them."""
        return self._recogniser.label

    def see(self, rgb: NDArray[np.uint8]) -> NDArray[np.float32] | None:
        """Return the vector of the picture's one frontal face; None without, with several, or without the weights."""
        faces = self._finder.find(rgb).sure
        if len(faces) != 1 or not faces[0].frontal:
            return None
        try:
            vectors = self._recogniser.encode(rgb, [closer(rgb, faces[0], self._finder)])
        except (BadWeights, MissingDependency):
            return None
        return np.asarray(vectors[0], dtype=np.float32)

    def alike(self, one: object, other: object) -> float:
        """Return the cosine of two faces' vectors, 0 below 0.

        Raises:
            TypeError: they are not what `see` returned.
        """
        if not (isinstance(one, np.ndarray) and isinstance(other, np.ndarray)):
            raise TypeError("faces can be compared with faces only")
        return max(0.0, float(one @ other))


class AnimeResemblance:
    """Compares drawn characters as the scorer of anime does, so it names those that this scorer could not tell apart.

    Without the weights it sees nothing and says why in `problem`. Of photographs it knows nothing.
    """

    name = "drawn features"
    blind_to = "clothes; look-alikes in chibi and line art"
    way_round = "give one of them other features: hair, eyes, ears, marks"
    line = STOCK_CCIP.value

    def __init__(self, eye: Eye | None = None) -> None:
        """Take what compares figures; by default with the person's own weights."""
        self._eye: Eye = eye or anime_eye()

    @property
    def problem(self) -> str:
        """Why it cannot see, and how to change that; empty where it can."""
        return self._eye.problem

    @property
    def label(self) -> str:
        """The encoder and the digest of its weights, without loading them."""
        return self._eye.label

    def see(self, rgb: NDArray[np.uint8]) -> NDArray[np.float32] | None:
        """Return the vector of the picture's figure; None where it is not found, or without the weights."""
        if self.problem:
            return None
        spots = self._eye.in_reference(rgb, None)
        return np.asarray(spots.found[0].vector, dtype=np.float32) if len(spots.found) == 1 else None

    def alike(self, one: object, other: object) -> float:
        """Return 1 - CCIP's difference.

        Raises:
            TypeError: they are not what `see` returned.
        """
        if not (isinstance(one, np.ndarray) and isinstance(other, np.ndarray)):
            raise TypeError("drawn characters can be compared with drawn characters only")
        return min(1.0, max(0.0, (1 + float(one @ other)) / 2))
