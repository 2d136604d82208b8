"""Who is who in a shot with several characters: detections to cast, each at most once, and nobody by force.

The Hungarian method (Kuhn 1955; here scipy's `linear_sum_assignment`, after Crouse 2016) finds the pairs with the
largest sum of likeness above the line. A pair below the line is never made: the character is then *unmatched*, which is
unverifiable, and the detection *unclaimed*. Benchmarks that assign without such a line hand a stranger to whoever is
left over (ViStoryBench's CIDS).

A consequence: in a shot with several characters, one that drifted below the line is unmatched, not drifted; nobody can
say by likeness which stranger was meant to be it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from charkit.errors import MissingDependency
from charkit.scoring.palette import STOCK, Colours, colours_in_picture, colours_of
from charkit.scoring.subject import GrabCut, Subject, framing_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from charkit.scoring import oklab
    from charkit.scoring.base import CastMember, ShotEvidence
    from charkit.scoring.subject import Mask, Masker

__all__ = ["Assignment", "ColourAssigned", "Match", "assign", "candidates", "places_of"]

_ONE_FIGURE: Final = 0.5
"""Overlap (intersection over union) from which two cuts are one figure."""


@dataclass(frozen=True, kw_only=True)
class Match:
    """One detection that is one character."""

    detection: int
    """Its place among the detections."""
    score: float


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """Who was found where."""

    matches: Mapping[str, Match]
    """By character."""
    nearest: Mapping[str, float]
    """Of the characters without a detection: the best likeness that any detection had to them; empty-handed: 0."""
    unclaimed: tuple[int, ...]
    """Detections that are nobody's."""

    @property
    def unmatched(self) -> tuple[str, ...]:
        """The characters that were expected and not found."""
        return tuple(self.nearest)

    def __repr__(self) -> str:
        found = ", ".join(f"{name} at {match.detection} ({match.score:.2f})" for name, match in self.matches.items())
        missing = ", ".join(self.unmatched)
        return f"<Assignment: {found or 'nobody'}{f'; not found: {missing}' if missing else ''}>"


def assign(likeness: NDArray[np.floating], names: Sequence[str], *, line: float) -> Assignment:
    """Assign detections to characters so that the likeness above the line is largest over all.

    Args:
        likeness: Of each character (row) to each detection (column).
        names: The characters, in the order of the rows, each once.
        line: Pairs below it are never made.

    Raises:
        ValueError: the shapes do not fit, a name stands twice, or a likeness is not a number.
        MissingDependency: scipy is not installed.
    """
    values = np.asarray(likeness, dtype=np.float64)
    if values.ndim != 2 or len(values) != len(names) or len(set(names)) != len(names):
        raise ValueError(f"needs one row for each of {len(names)} different names, not shape {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError("a likeness is not a number")
    try:
        from scipy.optimize import linear_sum_assignment
    except ImportError:
        raise MissingDependency("scipy", "scoring") from None
    allowed = values >= line
    # Whoever stands exactly on the line counts, so a pair is worth a little more than none.
    gains = np.where(allowed, values - line + 1e-9, 0.0)
    rows, columns = linear_sum_assignment(gains, maximize=True)
    pairs = {
        names[r]: Match(detection=int(c), score=float(values[r, c]))
        for r, c in zip(rows, columns, strict=True)
        if allowed[r, c]
    }
    taken = {match.detection for match in pairs.values()}
    return Assignment(
        matches=pairs,
        nearest={
            name: float(row.max()) if row.size else 0.0
            for name, row in zip(names, values, strict=True)
            if name not in pairs
        },
        unclaimed=tuple(column for column in range(values.shape[1]) if column not in taken),
    )


def places_of(count: int) -> tuple[str, ...]:
    """Return the places where so many characters may stand."""
    return ("centre",) if count < 2 else ("left", "right") if count == 2 else ("left", "centre", "right")


def candidates(rgb: oklab.Bytes, evidence: ShotEvidence, masker: Masker) -> tuple[Subject, ...]:
    """Return the figures that stand where any of the shot's characters may stand, each once.

    Where nothing can be cut out, one subject with the problem comes back.
    """
    places = places_of(max(len(evidence.expected), len(evidence.cast)))
    cut = [masker.in_frame(rgb, replace(evidence, position=place)) for place in places]
    found: list[Subject] = []
    for subject in sorted((one for one in cut if one.found), key=lambda one: -one.share):
        if not any(_overlap(subject.mask, other.mask) > _ONE_FIGURE for other in found):
            found.append(subject)
    return tuple(found) if found else (cut[0],)


def _overlap(one: Mask, other: Mask) -> float:
    either = int((one | other).sum())
    return float((one & other).sum()) / either if either else 0.0


class ColourAssigned:
    """A masker that finds out by colours who stands where, for tier 0 and shots with several characters.

    The storyboard's places are where it looks; the colours of the cast's references decide who is whom. A character
    whose colours no figure has is not found: in such shots it trades seeing drift for not mixing people up, so it is a
    choice and not the default. A shot with one character is cut as by the masker inside.
    """

    def __init__(self, masker: Masker | None = None, *, line: float = STOCK.value) -> None:
        """Take the way to cut, and the likeness below which a figure is nobody's."""
        self._masker: Masker = masker or GrabCut()
        self.line = line
        self._pictures: dict[tuple[Path, str], tuple[Colours, ...] | str] = {}
        self._last: tuple[oklab.Bytes, tuple[object, ...], tuple[Subject, ...], Assignment] | None = None

    @property
    def name(self) -> str:
        """Goes into the scorer's version."""
        return f"{self._masker.name}+by-colour {self.line:g}"

    def in_reference(self, rgb: oklab.Bytes, alpha: oklab.Bytes | None = None) -> Subject:
        """Cut the figure out of a reference, as the masker inside does."""
        return self._masker.in_reference(rgb, alpha)

    def in_frame(self, rgb: oklab.Bytes, evidence: ShotEvidence) -> Subject:
        """Cut the expected character out of a frame, wherever it stands."""
        if evidence.box is not None or len(evidence.cast) < 2:
            return self._masker.in_frame(rgb, evidence)
        subjects, assignment = self._assigned(rgb, evidence)
        match = assignment.matches.get(evidence.character)
        if match is not None:
            return subjects[match.detection]
        near = assignment.nearest.get(evidence.character, 0.0)
        problem = next((one.problem for one in subjects if not one.found), "") or (
            f"no figure has its colours (nearest {near:.2f}, line {self.line:.2f})"
        )
        return replace(subjects[0], mask=np.zeros_like(subjects[0].mask), problem=problem)

    def _assigned(self, rgb: oklab.Bytes, evidence: ShotEvidence) -> tuple[tuple[Subject, ...], Assignment]:
        """Return the figures of a frame and whose they are; kept for the other characters of the same frame."""
        asked: tuple[object, ...] = (evidence.framing, evidence.expected, evidence.cast)
        if self._last is None or self._last[0] is not rgb or self._last[1] != asked:
            subjects = candidates(rgb, evidence, self._masker)
            found = [colours_of(rgb, one.mask) for one in subjects if one.found]
            framing = framing_name(evidence.framing)
            rows = [[self._likeness(one, member, framing) for one in found] for member in evidence.cast]
            names = [member.name for member in evidence.cast]
            matrix = np.array(rows, dtype=np.float64).reshape(len(names), len(found))
            self._last = (rgb, asked, subjects, assign(matrix, names, line=self.line))
        return self._last[2], self._last[3]

    def _likeness(self, colours: Colours, member: CastMember, framing: str) -> float:
        """Return the likeness to a character's nearest picture; 0 where none can be used."""
        best = 0.0
        for path in member.references:
            key = (path, framing)
            if key not in self._pictures:
                self._pictures[key] = colours_in_picture(path, framing, self._masker)
            cuts = self._pictures[key]
            if not isinstance(cuts, str):
                best = max(best, *(sum(colours.likeness(cut)) / 2 for cut in cuts))
        return best
