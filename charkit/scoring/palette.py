"""Tier 0: palette drift of the masked subject, without weights. It is not identity.

The subject is cut out of eight frames and of the references; their colours are compared as OKLab histograms, as they
are and after grey-world balance, because light moves the first and balance costs the second its sharpest differences:

    frame      = mean of the two Bhattacharyya coefficients, as it is and balanced, to one reference
    frame score = median of its two best references (one reference: that one)
    shot score  = median over the valid frames; consistent at or above the threshold
    thirds     = the first coefficient for the upper, middle and lower third under the same mask: where the colours went
    a reference counts whole, and cut to what the shot's framing shows of a figure; the better of the two stands

What it cannot see: face, hairstyle, accessories of few pixels, proportions. Another person in the same clothes passes.

Measured by `python tests/benchmarks/bench_palette.py` on drawn figures (60 identities, GrabCut masks, a fresh cluttered
background per shot, four frames, 300 wrong pairs in each light), as AUC in mild and in strong light:

    another figure                     1.00    .99    (box with its background instead of a mask: .99, .96)
    top recoloured                      .98    .94
    hair recoloured                     .91    .84
    hairstyle changed                   .54    .51    blind
    face changed                        .54    .52    blind

At the stock line 95 % and 83 % of right pairs pass and no wrong one; a recoloured top is flagged in 83 % and 92 % of
cases, recoloured hair in 55 % and 63 %. So in strong light one alarm in six is the light's, and a change of hair alone
often passes. These figures stand free before flat clutter: an optimistic bound, not performance on real video.

`python tests/benchmarks/bench_palette_film.py` asks the same of the demo film at 360p: takes that keep the character
scored 0.83 or more, off-model takes 0.63 or less; one small figure in a wide shot could not be judged.
"""

from __future__ import annotations

import math
from copy import copy
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING, Self

import numpy as np

from charkit.scoring import oklab
from charkit.scoring.base import Axis, FrameEvidence, Pair, Score, ScorerFacts, ShotEvidence, Threshold, Verdict
from charkit.scoring.palette_colours import STRIPES, Colours, colours_in_picture, colours_of, upper_part
from charkit.scoring.proof import proof
from charkit.scoring.subject import GrabCut, Masker, Subject, framing_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from charkit.media.frames import Frame

__all__ = ["STOCK", "Colours", "PaletteScorer", "colours_in_picture", "colours_of", "upper_part"]

STOCK = Threshold(
    name="palette-stock-1",
    value=0.70,
    calibrated=False,
    note="above 99 % of wrong pairs of drawn figures in either light (0.57), near to where recoloured clothes are seen",
)
"""The line that is used when the person's own cast has not set one."""

_JUMP = 1.8
"""How much larger or smaller than usual a cut may be; figures that come nearer within a shot stay below it."""


@dataclass(frozen=True, kw_only=True)
class _FrameScore:
    score: float
    plain: float
    balanced: float
    stripes: tuple[float | None, ...] = ()
    time: float = 0.0


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """What one update left behind."""

    evidence: ShotEvidence
    sampled: int
    needed: int = 1
    scores: tuple[_FrameScore, ...] = ()
    colours: Colours | None = None
    worst: FrameEvidence | None = None
    problem: str = ""


class PaletteScorer:
    """Judges whether the subject's colours are those of its references."""

    frames = 8

    def __init__(
        self, *, threshold: Threshold = STOCK, masker: Masker | None = None, min_valid_frames: int = 3
    ) -> None:
        """Set the line, the way to cut out the subject, and how many valid frames a verdict needs.

        It needs half of the sampled frames in any case. No number here has evidence behind it; the score tells its own.
        """
        self.threshold: Threshold = threshold
        self.masker: Masker = GrabCut() if masker is None else masker
        self.min_valid_frames = min_valid_frames
        self.facts = ScorerFacts(
            name="palette",
            version=f"2+{self.masker.name}",
            axis=Axis.PALETTE,
            measures="palette drift of the masked subject, not identity",
            blind_to=("face", "hairstyle", "small accessories", "proportions"),
            needs=("numpy", "opencv-python-headless", "av"),
            licence="MIT (no weights)",
            sensitivity="python tests/benchmarks/bench_palette.py",
        )
        self._seen: list[_Seen] = []
        self._references: dict[tuple[Path, str], tuple[Colours, ...] | str] = {}

    def under(self, line: Threshold | None) -> Self:
        """Return the same scorer under another line; see `Lined`. Without one it keeps the stock line."""
        other = copy(self)
        other.threshold, other._seen = line or STOCK, []  # noqa: SLF001  # of its own kind
        return other

    def update(self, evidence: ShotEvidence, frames: Sequence[Frame], *, problem: str = "") -> None:
        """Take in one character in one take; see `Scorer.update`.

        Raises:
            MissingDependency: OpenCV is not installed.
        """
        self._seen.append(self._look(evidence, frames, problem))

    def compute(self) -> tuple[Score, ...]:
        """Return one score per update, in the order of the updates."""
        return tuple(self._score(seen) for seen in self._seen)

    def _look(self, evidence: ShotEvidence, frames: Sequence[Frame], problem: str) -> _Seen:
        if problem or not frames:
            return _Seen(evidence=evidence, sampled=0, problem=problem or "no frame could be read")
        references, trouble = self._colours_of_references(evidence)
        if not references:
            return _Seen(evidence=evidence, sampled=len(frames), problem=trouble)
        needed = max(self.min_valid_frames, math.ceil(len(frames) / 2))
        subjects = self._subjects(frames, evidence, needed)
        problems = _problems(subjects)
        found = [
            (frame, subject.mask, colours, replace(_against(colours, references), time=round(float(frame.time), 3)))
            for frame, subject, wrong in zip(frames, subjects, problems, strict=False)
            if not wrong
            for colours in (colours_of(frame.rgb, subject.mask),)
        ]
        if len(found) < needed:
            why = max(filter(None, problems), key=problems.count, default="the clip is too short")
            said = f"{len(found)} of {len(frames)} frames usable, {needed} needed: {why}"
            return _Seen(evidence=evidence, sampled=len(frames), needed=needed, problem=said)
        frame, mask, _, score = min(found, key=lambda item: item[3].score)
        return _Seen(
            evidence=evidence,
            sampled=len(frames),
            needed=needed,
            scores=tuple(item[3] for item in found),
            colours=_mean([item[2] for item in found]),
            worst=proof(frame, mask, score.score),
        )

    def _subjects(self, frames: Sequence[Frame], evidence: ShotEvidence, needed: int) -> list[Subject]:
        """Cut the subject out of frames; stops where too many have failed for a verdict, since failing costs most."""
        subjects: list[Subject] = []
        failed = 0
        for frame in frames:
            subjects.append(self.masker.in_frame(frame.rgb, evidence))
            failed += not subjects[-1].found
            if failed > len(frames) - needed:
                break
        return subjects

    def _colours_of_references(self, evidence: ShotEvidence) -> tuple[list[tuple[Colours, ...]], str]:
        """Return the usable references' colours, and what is wrong when there are none."""
        framing = framing_name(evidence.framing)
        usable: list[tuple[Colours, ...]] = []
        problems: list[str] = []
        for path in evidence.references:
            key = (path, framing)
            if key not in self._references:
                self._references[key] = colours_in_picture(path, framing, self.masker)
            result = self._references[key]
            if isinstance(result, str):
                problems.append(result)
            else:
                usable.append(result)
        return usable, "no usable reference: " + "; ".join(problems) if problems else "no reference"

    def _score(self, seen: _Seen) -> Score:
        evidence = seen.evidence
        value = round(median(item.score for item in seen.scores), 4) if seen.scores else None
        return Score(
            shot=evidence.shot,
            take=evidence.take,
            character=evidence.character,
            axis=Axis.PALETTE,
            verdict=self._verdict(evidence, value),
            score=value,
            between_shots=self._between_shots(seen),
            variants=_variants(seen.scores),
            threshold=self.threshold,
            reason=seen.problem or ("the script changes it" if Axis.PALETTE in evidence.intended else ""),
            valid_frames=len(seen.scores),
            sampled_frames=seen.sampled,
            worst=seen.worst,
            clip_digest=evidence.clip_digest,
            scorer=f"{self.facts.name} {self.facts.version}",
            needed_frames=seen.needed,
            frame_scores=tuple((item.time, round(item.score, 4)) for item in seen.scores),
            pairs=self._pairs(seen),
        )

    def _verdict(self, evidence: ShotEvidence, value: float | None) -> Verdict:
        if value is None:
            return Verdict.UNVERIFIABLE
        if Axis.PALETTE in evidence.intended:
            return Verdict.INTENDED
        return Verdict.CONSISTENT if value >= self.threshold.value else Verdict.DRIFTED

    def _between_shots(self, seen: _Seen) -> float | None:
        """Return the likeness to the mean of the same character in the other shots."""
        others = [colours for _, colours in self._others(seen)]
        if seen.colours is None or not others:
            return None
        return round(sum(seen.colours.likeness(_mean(others))) / 2, 4)

    def _pairs(self, seen: _Seen) -> tuple[Pair, ...]:
        """Return the likeness to the same character in each other shot."""
        if seen.colours is None:
            return ()
        return tuple(
            Pair(shot=other.shot, take=other.take, score=round(sum(seen.colours.likeness(colours)) / 2, 4))
            for other, colours in self._others(seen)
        )

    def _others(self, seen: _Seen) -> list[tuple[ShotEvidence, Colours]]:
        """Return the same character in the other shots, dressed alike: other references are another outfit's."""
        mine = seen.evidence
        return [
            (other.evidence, other.colours)
            for other in self._seen
            if other.colours is not None
            and other.evidence.character == mine.character
            and other.evidence.shot != mine.shot
            and other.evidence.references == mine.references
            and Axis.PALETTE not in (*mine.intended, *other.evidence.intended)
        ]


def _problems(subjects: Sequence[Subject]) -> list[str]:
    """Return for each frame why it cannot be used, or nothing.

    A cut that is suddenly much larger or smaller than in the other frames has caught something else.
    """
    usual = median(subject.share for subject in subjects)
    return [
        subject.problem
        or ("" if usual / _JUMP < subject.share < usual * _JUMP else "its outline jumps from frame to frame")
        for subject in subjects
    ]


def _against(colours: Colours, references: Sequence[Sequence[Colours]]) -> _FrameScore:
    """Return the median of the two best references, each taken at its best cut."""
    best = sorted(
        (max(((*colours.likeness(cut), cut) for cut in cuts), key=_whole) for cuts in references),
        key=_whole,
        reverse=True,
    )[:2]
    plain = sum(found[0] for found in best) / len(best)
    balanced = sum(found[1] for found in best) / len(best)
    return _FrameScore(
        score=(plain + balanced) / 2, plain=plain, balanced=balanced, stripes=_by_stripe(colours, best[0][2])
    )


def _whole(found: tuple[float, float, Colours]) -> float:
    return (found[0] + found[1]) / 2


def _by_stripe(one: Colours, other: Colours) -> tuple[float | None, ...]:
    """Return how alike the thirds of two figures are; None where one of them has too little of it."""
    return tuple(
        None if here is None or there is None else oklab.bhattacharyya(here, there)
        for here, there in zip(one.stripes, other.stripes, strict=True)
    )


def _variants(scores: Sequence[_FrameScore]) -> tuple[tuple[str, float], ...]:
    if not scores:
        return ()
    return (
        ("as it is", round(median(item.plain for item in scores), 4)),
        ("grey-world", round(median(item.balanced for item in scores), 4)),
        *(
            (f"{name} third", round(median(found), 4))
            for number, name in enumerate(STRIPES)
            if (found := [value for item in scores if (value := item.stripes[number]) is not None])
        ),
    )


def _mean(colours: Sequence[Colours]) -> Colours:
    return Colours(
        plain=np.mean([item.plain for item in colours], axis=0, dtype=np.float32),
        balanced=np.mean([item.balanced for item in colours], axis=0, dtype=np.float32),
    )
