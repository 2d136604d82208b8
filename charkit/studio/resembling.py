"""How alike two characters look, by the means at hand: their colours. Faces are not compared here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.errors import MissingDependency
from charkit.scoring import STOCK, GrabCut
from charkit.scoring.palette import Colours, colours_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from charkit.scoring import Masker

__all__ = ["ColourResemblance"]


class ColourResemblance:
    """Compares what the palette scorer compares, so it names the pairs that this scorer could not tell apart."""

    name = "colours"
    blind_to = "faces, hairstyles and shapes"
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
