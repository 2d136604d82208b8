"""Tier 0: was a reference pasted into the take instead of drawn anew?

A pasted picture scores perfectly on every likeness, so likeness alone cannot be trusted without this. The reference's
cut-out figure is searched for in the frame, straight and mirrored, at the sizes that the framing allows (normalised
correlation), fitted more finely, and compared pixel by pixel, each channel's gain and offset left free:

    likeness = 1 - residual variance / variance of the frame under the figure      (median over the frames looked at:
               two, and a third where they lie on either side of the line)
    score    = 1 - likeness; flagged below the threshold

Whole frames are also compared with whole references by fingerprint. The copy-paste rate is told as a diagnostic only:
softmax, temperature 0.01, over the correlations with the straight and the mirrored figure, first entry, as ViStoryBench
computes it (arXiv 2505.24862), on pixels here and not on embeddings.

The line is where 1 % of takes drawn anew would be flagged, by `bench_copying.py --line 140` on identities drawn by the
simulator (medium, full and close shots, mild light). Of 70 the lowest lies at .127; of 70 others, held out, the line
that stands flags 1, and all 70 references pasted into such shots, straight, mirrored or another view. Real clips
against other pictures score .70 or more, against their own earlier moment .16 or more.

A figure that is drawn stroke by stroke as its reference, arms and legs swung, is hardly told from a paste: on drawings
by one recipe (`bench_copying.py`), as AUC of another figure and of the same drawn anew against pasted, then the shares
flagged of pastes, of figures drawn anew, and of others:

    close-up    .97    .77     83 %    67 %    3 %
    medium     1.00    .76     83 %    70 %    0 %
    full       1.00    .78     93 %    73 %    0 %

It cannot see a paste that was turned, warped or mostly covered.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

import numpy as np

from charkit.errors import CharkitError
from charkit.media import images
from charkit.scoring.base import Axis, Finding, FrameEvidence, Score, ScorerFacts, ShotEvidence, Threshold, Verdict
from charkit.scoring.fingerprint import Fingerprint
from charkit.scoring.matching import Figure, Match, find
from charkit.scoring.proof import proof
from charkit.scoring.subject import GrabCut, Masker, framing_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from charkit.media.frames import Frame

__all__ = ["STOCK_COPY", "CopyingScorer"]

STOCK_COPY: Final = Threshold(
    name="copying-stock-2",
    value=0.13,
    calibrated=False,
    note="about 1 % false alarms on drawn identities (1 of 70 held out); all pasted references lie below",
)
"""Less than this left unexplained by the reference: it is the reference. `bench_copying.py` chooses it."""

_LOOKED_AT: Final = 3
"""Frames per take that are searched at most: a paste stays through a shot."""
_MOST_REFERENCES: Final = 4
_TEMPERATURE: Final = 0.01


@dataclass(frozen=True, kw_only=True)
class _Reference:
    figure: Figure
    print: Fingerprint


@dataclass(frozen=True, kw_only=True)
class _Seen:
    evidence: ShotEvidence
    looked: tuple[tuple[float, Match], ...] = ()
    """Seconds and the best match of each frame."""
    findings: tuple[Finding, ...] = ()
    worst: FrameEvidence | None = None
    problem: str = ""


class CopyingScorer:
    """Judges whether a character was pasted from a reference, on the axis of variation. Fails closed."""

    frames = 8

    def __init__(self, *, threshold: Threshold = STOCK_COPY, masker: Masker | None = None) -> None:
        """Set the line, and how figures are cut out of references."""
        self.threshold = threshold
        self.masker: Masker = masker or GrabCut()
        self.facts = ScorerFacts(
            name="copying",
            version=f"2+{self.masker.name}+{threshold.name}",
            axis=Axis.VARIATION,
            measures="how much of the character the reference does not explain; near 0: it was pasted",
            blind_to=("who is shown", "turned, warped or mostly covered pastes"),
            needs=("numpy", "opencv-python-headless", "av"),
            licence="MIT (no weights)",
            sensitivity="python tests/benchmarks/bench_copying.py",
        )
        self._seen: list[_Seen] = []
        self._references: dict[Path, _Reference | str] = {}

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
            return _Seen(evidence=evidence, problem=problem or "no frame could be read")
        if len(frames) < 2:
            return _Seen(evidence=evidence, problem="a single frame does not tell a paste from a pose")
        asked = [self._reference(path) for path in evidence.references[:_MOST_REFERENCES]]
        references = [one for one in asked if isinstance(one, _Reference)]
        if not references:
            problems = "; ".join(one for one in asked if isinstance(one, str))
            return _Seen(evidence=evidence, problem=f"no usable reference: {problems}" if problems else "no reference")
        matches = self._matches(frames, references, evidence)
        if len(matches) < 2:
            return _Seen(evidence=evidence, problem="the frames are empty or too small to search")
        return self._judged(evidence, matches)

    def _matches(
        self, frames: Sequence[Frame], references: Sequence[_Reference], evidence: ShotEvidence
    ) -> list[tuple[Frame, Match]]:
        """Search frames one after the other; once two agree, no third can change what the middle one of three says."""
        step = max(1, len(frames) // _LOOKED_AT)
        found: list[tuple[Frame, Match]] = []
        for frame in frames[step // 2 :: step][:_LOOKED_AT]:
            match = _best(frame, references, evidence)
            if match is not None:
                found.append((frame, match))
            sides = {1 - one.likeness < self.threshold.value for _, one in found}
            if len(found) == 2 and len(sides) == 1:
                break
        return found

    def _judged(self, evidence: ShotEvidence, matches: Sequence[tuple[Frame, Match]]) -> _Seen:
        frame, match = max(matches, key=lambda pair: pair[1].likeness)
        worst = proof(frame, match.mask(frame.rgb.shape[:2]), 1 - match.likeness)
        looked = tuple((round(one.time, 3), found) for one, found in matches)
        pasted = 1 - median(found.likeness for _, found in matches) < self.threshold.value
        says = f"a reference {'mirrored and ' if match.mirrored else ''}pasted into the frame"
        finding = Finding(name="pasted reference", says=says, time=worst.time, frame=worst)
        return _Seen(evidence=evidence, looked=looked, findings=(finding,) if pasted else (), worst=worst)

    def _reference(self, path: Path) -> _Reference | str:
        if path not in self._references:
            self._references[path] = self._read(path)
        return self._references[path]

    def _read(self, path: Path) -> _Reference | str:
        try:
            picture = images.open_upright(path)
        except (CharkitError, OSError) as error:
            return f"{path.name} cannot be read ({type(error).__name__})"
        picture.thumbnail((640, 640))
        alpha = np.asarray(picture.getchannel("A"), dtype=np.uint8) if picture.mode == "RGBA" else None
        rgb = np.asarray(picture.convert("RGB"), dtype=np.uint8)
        subject = self.masker.in_reference(rgb, alpha)
        if not subject.found:
            return f"{path.name}: {subject.problem}"
        return _Reference(figure=Figure.of(rgb, subject.mask), print=Fingerprint.of(rgb))

    def _score(self, seen: _Seen) -> Score:
        evidence = seen.evidence
        likeness = median(match.likeness for _, match in seen.looked) if seen.looked else None
        value = None if likeness is None else round(min(1.0, max(0.0, 1 - likeness)), 4)
        verdict = Verdict.UNVERIFIABLE
        if value is not None:
            verdict = Verdict.DRIFTED if seen.findings else Verdict.CONSISTENT
        return Score(
            shot=evidence.shot,
            take=evidence.take,
            character=evidence.character,
            axis=Axis.VARIATION,
            verdict=verdict,
            score=value,
            variants=_variants([match for _, match in seen.looked]),
            threshold=self.threshold,
            reason=seen.problem,
            valid_frames=len(seen.looked),
            sampled_frames=_LOOKED_AT,
            worst=seen.worst,
            clip_digest=evidence.clip_digest,
            scorer=f"{self.facts.name} {self.facts.version}",
            needed_frames=2,
            frame_scores=tuple((time, round(1 - match.likeness, 4)) for time, match in seen.looked),
            findings=seen.findings,
        )


def _best(frame: Frame, references: Sequence[_Reference], evidence: ShotEvidence) -> Match | None:
    """Return the best match of any reference in a frame; None where nothing can be searched."""
    if float(frame.rgb[::4, ::4].std()) < 2.0:
        return None
    shown = Fingerprint.of(frame.rgb)
    if any(shown.is_copy_of(reference.print) for reference in references):
        return Match.whole()
    return find(frame.rgb, [reference.figure for reference in references], framing_name(evidence.framing))


def _variants(matches: Sequence[Match]) -> tuple[tuple[str, float], ...]:
    if not matches:
        return ()
    straight, mirrored = (median(getattr(match, name) for match in matches) for name in ("straight", "turned"))
    rate = 1 / (1 + math.exp(min(50.0, max(-50.0, (mirrored - straight) / _TEMPERATURE))))
    return (("as it is", round(straight, 4)), ("mirrored", round(mirrored, 4)), ("copy-paste rate", round(rate, 4)))
