"""Looks at whole figures: cuts them out where the storyboard says and encodes the cut; for `anime`, `appearance`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from charkit.scoring.assignment import candidates
from charkit.scoring.embedding import Spot, Spots
from charkit.scoring.subject import GrabCut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from charkit.scoring import oklab
    from charkit.scoring.base import ShotEvidence
    from charkit.scoring.subject import Mask, Masker, Subject
    from charkit.vision.encoding import Encoder

__all__ = ["FigureEye", "cut_out"]


@dataclass(frozen=True, kw_only=True)
class FigureEye:
    """Looks at figures."""

    encoder: Encoder
    masked: bool
    """Whether the background is painted over with the encoder's neutral colour; else the crop keeps it."""
    masker: Masker = field(default_factory=GrabCut)

    @property
    def problem(self) -> str:
        """Why it cannot look; see `Eye`."""
        return self.encoder.problem

    @property
    def label(self) -> str:
        """The encoder and its digest; see `Eye`."""
        return self.encoder.label

    def certain(self, evidence: ShotEvidence) -> bool:
        """Whether it looks at the character's own place only: where a person or the storyboard says."""
        return evidence.box is not None or len(evidence.cast) < 2

    def asks(self, evidence: ShotEvidence) -> tuple[object, ...]:
        """Return what decides where it looks: with a known cast at all places, else at the character's own."""
        if self.certain(evidence):
            return (evidence.box, evidence.framing, evidence.place)
        return (evidence.framing, len(evidence.expected), len(evidence.cast))

    def in_reference(self, rgb: oklab.Bytes, alpha: oklab.Bytes | None) -> Spots:
        """Return the figure of a reference."""
        return self._encoded(rgb, [self.masker.in_reference(rgb, alpha)])

    def in_frame(self, rgb: oklab.Bytes, evidence: ShotEvidence) -> Spots:
        """Return the figures of a frame."""
        if self.certain(evidence):
            return self._encoded(rgb, [self.masker.in_frame(rgb, evidence)])
        return self._encoded(rgb, candidates(rgb, evidence, self.masker))

    def _encoded(self, rgb: oklab.Bytes, subjects: Sequence[Subject]) -> Spots:
        found = [one for one in subjects if one.found]
        if not found:
            return Spots(problem=subjects[0].problem)
        ground = self.encoder.recipe.ground if self.masked else None
        vectors = self.encoder.encode([cut_out(rgb, one.mask, ground) for one in found])
        return Spots(
            found=tuple(Spot(vector=vector, shown=one.mask) for vector, one in zip(vectors, found, strict=True))
        )


def cut_out(rgb: oklab.Bytes, mask: Mask, ground: tuple[int, int, int] | None) -> oklab.Bytes:
    """Return the part of a picture that holds a figure, with a margin of a twentieth.

    Args:
        rgb: sRGB, shape (height, width, 3).
        mask: True where the figure is; at least one pixel.
        ground: What the background is painted over with; None leaves it.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    beyond_rows, beyond_columns = (len(rows) + 19) // 20, (len(columns) + 19) // 20
    top, bottom = max(0, int(rows[0]) - beyond_rows), min(mask.shape[0], int(rows[-1]) + 1 + beyond_rows)
    left, right = max(0, int(columns[0]) - beyond_columns), min(mask.shape[1], int(columns[-1]) + 1 + beyond_columns)
    part = np.ascontiguousarray(rgb[top:bottom, left:right])
    if ground is not None:
        part[~mask[top:bottom, left:right]] = ground
    return part
