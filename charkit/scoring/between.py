"""Likeness of one character between shots: leave-one-out against the mean of the other shots, and pair by pair.

It is kept apart from the likeness to the references: consistently the wrong character is alike between shots. With a
single sighting nothing can be said, and nothing is (EntityBench; benchmarks that say 1.0 there reward one lucky shot).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from charkit.scoring.base import Axis, Pair

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from charkit.scoring.base import ShotEvidence

__all__ = ["OUTFIT_SENSITIVE", "Sighting", "Vector", "between_shots", "direction", "pairs"]

Vector: TypeAlias = NDArray[np.float32]
"""One row of an encoder's answer: length 1."""

OUTFIT_SENSITIVE = frozenset({Axis.APPEARANCE, Axis.PALETTE, Axis.ATTRIBUTES})
"""Axes on which other clothes look like another character; on them, only shots in the same outfit are compared."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sighting:
    """One character in one take, as a vector."""

    evidence: ShotEvidence
    axis: Axis
    vector: Vector | None
    """None where the character was not found."""

    def comparable(self, other: Sighting) -> bool:
        """Whether the other shows the same character in another shot, and both are meant to look the same.

        The references are those of the outfit, so shots with the same ones are in the same clothes.
        """
        mine, theirs = self.evidence, other.evidence
        same = mine.character == theirs.character and mine.shot != theirs.shot
        meant = self.axis not in mine.intended and self.axis not in theirs.intended
        return same and meant and (self.axis not in OUTFIT_SENSITIVE or mine.references == theirs.references)


def between_shots(one: Sighting, sightings: Sequence[Sighting], likeness: Callable[[float], float]) -> float | None:
    """Return the likeness to the mean over the other shots, in which each shot counts once; None without others.

    Args:
        one: The sighting that is asked about.
        sightings: All sightings, of all takes.
        likeness: Makes a likeness of a cosine.
    """
    by_shot: dict[str, list[Vector]] = {}
    for other in sightings:
        if other.vector is not None and one.comparable(other):
            by_shot.setdefault(other.evidence.shot, []).append(other.vector)
    if one.vector is None or not by_shot:
        return None
    centre = direction([direction(vectors) for vectors in by_shot.values()])
    return round(likeness(float(one.vector @ centre)), 4)


def pairs(one: Sighting, sightings: Sequence[Sighting], likeness: Callable[[float], float]) -> tuple[Pair, ...]:
    """Return the likeness to each sighting in another shot; see `between_shots`."""
    if one.vector is None:
        return ()
    return tuple(
        Pair(
            shot=other.evidence.shot,
            take=other.evidence.take,
            score=round(likeness(float(one.vector @ other.vector)), 4),
        )
        for other in sightings
        if other.vector is not None and one.comparable(other)
    )


def direction(vectors: Sequence[Vector]) -> Vector:
    """Return the direction of the mean, with length 1; of vectors that cancel each other, the zero vector."""
    total = np.sum(vectors, axis=0, dtype=np.float32)
    length = float(np.linalg.norm(total))
    return np.asarray(total / length if length > 0 else total, dtype=np.float32)
