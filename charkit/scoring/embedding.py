"""What scorers that compare vectors have in common: references, assignment, frames to a shot, shots with each other.

    likeness     from the cosine of two vectors, 0 to 1; each scorer says how
    frame score  median of the two best likenesses over the references (one reference: that one)
    shot score   median over the valid frames; consistent at or above the line
    between      likeness to the mean of the same character's vectors in the other shots; None below two sightings

Similarity to the references and between shots answer different questions: consistently the wrong character is alike
between shots and unlike its references. They are never put together.
"""

from __future__ import annotations

import math
from collections import Counter
from copy import copy
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING, Final, Protocol, Self

import numpy as np

from charkit.errors import BadWeights, CharkitError, MissingDependency
from charkit.media import images
from charkit.scoring.assignment import assign
from charkit.scoring.base import ANY, FrameEvidence, Score, ScorerFacts, ShotEvidence, Threshold, Verdict
from charkit.scoring.between import Sighting, Vector, between_shots, direction, pairs
from charkit.scoring.proof import proof

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from charkit.media.frames import Frame
    from charkit.scoring import oklab
    from charkit.scoring.base import CastMember
    from charkit.scoring.subject import Mask

__all__ = ["ANY", "EmbeddingScorer", "Eye", "Spot", "Spots", "opened", "two_best"]


_TALL: Final = 720
_BLIND: Final = 2
"""Pixels of height to decode for a scorer that cannot look: as good as none."""


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Something in a picture that may be a character."""

    vector: Vector
    shown: Mask
    """Where it is, shape (height, width) of the picture."""


@dataclass(frozen=True, kw_only=True)
class Spots:
    """What was found in one picture."""

    found: tuple[Spot, ...] = ()
    problem: str = ""
    """Why there is none."""


class Eye(Protocol):
    """How one scorer looks at pictures."""

    @property
    def problem(self) -> str:
        """Why it cannot look at all (weights), and how to change that; empty where it can."""

    @property
    def label(self) -> str:
        """The encoder and the digest of its weights."""

    def in_reference(self, rgb: oklab.Bytes, alpha: oklab.Bytes | None) -> Spots:
        """Return what a reference shows, which should be one character."""

    def in_frame(self, rgb: oklab.Bytes, evidence: ShotEvidence) -> Spots:
        """Return all that may be one of the shot's characters."""

    def certain(self, evidence: ShotEvidence) -> bool:
        """Whether a single find can only be the character, so that drift shows; else it has to reach the line."""

    def asks(self, evidence: ShotEvidence) -> tuple[object, ...]:
        """Return what of the evidence decides what `in_frame` finds; the same for all characters where possible."""


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """What one update left behind."""

    evidence: ShotEvidence
    sampled: int = 0
    needed: int = 1
    scores: tuple[tuple[float, float], ...] = ()
    best: tuple[float, ...] = ()
    vector: Vector | None = None
    worst: FrameEvidence | None = None
    problem: str = ""
    lacking: bool = False
    """Whether the problem is what the scorer lacks, not what the take shows."""


def two_best(likenesses: Sequence[float]) -> float:
    """Return the median of the two best likenesses over a character's references; of one reference, that one."""
    return float(median(sorted(likenesses, reverse=True)[:2]))


def opened(path: Path, side: int) -> tuple[oklab.Bytes, oklab.Bytes | None]:
    """Return a reference's pixels and its transparency, shrunk to so many pixels of its longer side.

    Raises:
        BadReference: it is no picture.
    """
    picture = images.open_upright(path)
    picture.thumbnail((side, side))
    alpha = np.asarray(picture.getchannel("A"), dtype=np.uint8) if picture.mode == "RGBA" else None
    return np.asarray(picture.convert("RGB"), dtype=np.uint8), alpha


class EmbeddingScorer:
    """Judges characters by the vectors of an encoder; the scorers of tier 1 say with which and how."""

    frames = 8
    reference_side = 1280
    """Longer side at which references are looked at, in pixels."""

    def __init__(self, eye: Eye, facts: ScorerFacts, *, threshold: Threshold | None, min_valid_frames: int) -> None:
        """Take the way to look, what it says of itself, the line, and how many valid frames make a shot verifiable.

        The line is no part of the version: scores stay what they are when another one is set.

        Without a line nothing is judged: the likeness is kept in the variants, and the verdict is unverifiable. Half of
        the sampled frames have to be valid in any case. Neither number has evidence behind it, so both are printed.
        """
        self.facts = facts
        self.threshold = threshold
        self.min_valid_frames = min_valid_frames
        self._eye = eye
        self._seen: list[_Seen] = []
        self._references: dict[Path, Vector | str] = {}
        self._looked: tuple[Sequence[Frame], tuple[object, ...], list[Spots]] | None = None

    def under(self, line: Threshold | None) -> Self:
        """Return the same scorer under another line; see `Lined`. Where the character is may depend on the line too."""
        other = copy(self)
        other.threshold, other._seen, other._looked = line, [], None  # noqa: SLF001  # of its own kind
        return other

    @property
    def problem(self) -> str:
        """Why it can judge nobody at all, and how to change that; empty where it can look."""
        return self._eye.problem

    @property
    def height(self) -> int:
        """Pixels of height that frames should have: a face in a medium shot is a tenth of 720. Blind, it needs none."""
        return _BLIND if self.problem else _TALL

    def likeness(self, cosine: float) -> float:
        """Return the likeness for a cosine of two vectors: itself, and 0 below 0."""
        return max(0.0, cosine)

    def frame_score(self, likenesses: Sequence[float]) -> float:
        """Return what a frame scores, from its likeness to each of the references."""
        return two_best(likenesses)

    def update(self, evidence: ShotEvidence, frames: Sequence[Frame], *, problem: str = "") -> None:
        """Take in one character in one take; see `Scorer.update`. Whatever is missing makes it unverifiable."""
        needed = max(self.min_valid_frames, math.ceil(len(frames) / 2))
        seen = _Seen(evidence=evidence, sampled=len(frames), needed=needed)
        try:
            self._seen.append(self._look(seen, frames, problem))
        except (BadWeights, MissingDependency) as error:
            self._seen.append(replace(seen, problem=str(error), lacking=True))

    def compute(self) -> tuple[Score, ...]:
        """Return one score per update, in the order of the updates."""
        self._looked = None
        sightings = [self._sighting(seen) for seen in self._seen]
        return tuple(self._score(seen, one, sightings) for seen, one in zip(self._seen, sightings, strict=True))

    def _look(self, seen: _Seen, frames: Sequence[Frame], problem: str) -> _Seen:
        evidence = seen.evidence
        lacking = self._stands_against(evidence)
        if lacking:
            return replace(seen, problem=problem or lacking, lacking=True)
        if problem or not frames:
            return replace(seen, problem=problem or "no frame could be read")
        own, trouble = self._vectors(evidence.references)
        if not own:
            return replace(seen, problem=trouble)
        cast = {evidence.character: own, **self._rivals(evidence)}
        picked = [self._picked(spots, evidence, cast) for spots in self._spots(evidence, frames)]
        valid = [(frame, one) for frame, one in zip(frames, picked, strict=True) if isinstance(one, Spot)]
        if len(valid) < seen.needed:
            why = Counter(one for one in picked if isinstance(one, str)).most_common(1)
            said = why[0][0] if why else "the clip is too short"
            return replace(seen, problem=f"{len(valid)} of {len(frames)} frames usable, {seen.needed} needed: {said}")
        likenesses = [self._likenesses(spot.vector, own) for _, spot in valid]
        scores = [self.frame_score(values) for values in likenesses]
        lowest = int(np.argmin(scores))
        return replace(
            seen,
            scores=tuple(
                (round(float(frame.time), 3), round(s, 4)) for (frame, _), s in zip(valid, scores, strict=True)
            ),
            best=tuple(max(values) for values in likenesses),
            vector=direction([spot.vector for _, spot in valid]),
            worst=proof(valid[lowest][0], valid[lowest][1].shown, scores[lowest]),
        )

    def _stands_against(self, evidence: ShotEvidence) -> str:
        """Return what it lacks to judge this character at all."""
        if evidence.domain not in self.facts.domains:
            made_for = " and ".join(self.facts.domains)
            return f"made for {made_for} characters; {evidence.character} is declared {evidence.domain}"
        return self._eye.problem

    def _vectors(self, references: Sequence[Path]) -> tuple[list[Vector], str]:
        """Return the vectors of the usable references, and what is wrong where there are none."""
        for path in references:
            if path not in self._references:
                self._references[path] = self._vector(path)
        looked = [self._references[path] for path in references]
        problems = [one for one in looked if isinstance(one, str)]
        usable = [one for one in looked if not isinstance(one, str)]
        return usable, "no usable reference: " + "; ".join(problems) if problems else "no reference"

    def _vector(self, path: Path) -> Vector | str:
        try:
            rgb, alpha = opened(path, self.reference_side)
        except (BadWeights, MissingDependency):
            raise
        except (CharkitError, OSError) as error:
            return f"{path.name} cannot be read ({type(error).__name__})"
        spots = self._eye.in_reference(rgb, alpha)
        if len(spots.found) == 1:
            return spots.found[0].vector
        return f"{path.name}: {spots.problem or f'shows {len(spots.found)} where one is needed'}"

    def _rivals(self, evidence: ShotEvidence) -> dict[str, list[Vector]]:
        """Return the vectors of the others in the shot that this scorer may judge."""
        members: list[CastMember] = [
            member
            for member in evidence.cast
            if member.name != evidence.character and member.domain in self.facts.domains
        ]
        found = {member.name: self._vectors(member.references)[0] for member in members}
        return {name: vectors for name, vectors in found.items() if vectors}

    def _spots(self, evidence: ShotEvidence, frames: Sequence[Frame]) -> list[Spots]:
        """Return what each frame shows; kept for the other characters of the same take."""
        asked = self._eye.asks(evidence)
        if self._looked is None or self._looked[0] is not frames or self._looked[1] != asked:
            self._looked = (frames, asked, [self._eye.in_frame(frame.rgb, evidence) for frame in frames])
        return self._looked[2]

    def _picked(self, spots: Spots, evidence: ShotEvidence, cast: dict[str, list[Vector]]) -> Spot | str:
        """Return which find is the character, or why none is."""
        if not spots.found:
            return spots.problem
        if len(spots.found) == 1 and self._eye.certain(evidence):
            return spots.found[0]
        if self.threshold is None:
            return "several characters, and no line to tell them apart by"
        rows = [
            [self.frame_score(self._likenesses(spot.vector, vectors)) for spot in spots.found]
            for vectors in cast.values()
        ]
        found = assign(np.array(rows), tuple(cast), line=self.threshold.value)
        match = found.matches.get(evidence.character)
        if match is not None:
            return spots.found[match.detection]
        near = found.nearest[evidence.character]
        return f"not found among {len(spots.found)} in the frame" + (
            "; the nearest is somebody else" if near >= self.threshold.value else "; none reaches the line"
        )

    def _likenesses(self, vector: Vector, references: Sequence[Vector]) -> list[float]:
        return [self.likeness(float(vector @ reference)) for reference in references]

    def _sighting(self, seen: _Seen) -> Sighting:
        return Sighting(evidence=seen.evidence, axis=self.facts.axis, vector=seen.vector)

    def _score(self, seen: _Seen, one: Sighting, sightings: Sequence[Sighting]) -> Score:
        evidence = seen.evidence
        value = round(median(score for _, score in seen.scores), 4) if seen.scores else None
        line = self.threshold or Threshold(
            name=f"{self.facts.name}-none", value=1.0, calibrated=False, note="no line is established"
        )
        verdict, reason = self._verdict(evidence, value, seen.problem)
        no_line = value is not None and self.threshold is None
        variants = (
            () if value is None else (("two best references", value), ("best reference", round(median(seen.best), 4)))
        )
        return Score(
            shot=evidence.shot,
            take=evidence.take,
            character=evidence.character,
            axis=self.facts.axis,
            verdict=verdict,
            score=None if verdict is Verdict.UNVERIFIABLE else value,
            between_shots=between_shots(one, sightings, self.likeness),
            variants=variants,
            threshold=line,
            reason=reason,
            valid_frames=len(seen.scores),
            sampled_frames=seen.sampled,
            needed_frames=seen.needed,
            worst=seen.worst,
            clip_digest=evidence.clip_digest,
            scorer=f"{self.facts.name} {self.facts.version}",
            frame_scores=seen.scores,
            pairs=pairs(one, sightings, self.likeness),
            encoder=self._eye.label,
            lacking=verdict is Verdict.UNVERIFIABLE and (seen.lacking or no_line),
        )

    def _verdict(self, evidence: ShotEvidence, value: float | None, problem: str) -> tuple[Verdict, str]:
        if value is None:
            return Verdict.UNVERIFIABLE, problem
        if self.facts.axis in evidence.intended:
            return Verdict.INTENDED, "the script changes it"
        if self.threshold is None:
            return Verdict.UNVERIFIABLE, "no line is established: calibrate it on your own cast"
        return (Verdict.CONSISTENT if value >= self.threshold.value else Verdict.DRIFTED), ""
