"""Tier 0: is the clip fit to be judged at all? Looks for plain faults before anything is said of a character.

Black, frozen, corrupted, letterboxed, of another size, length or rate than ordered, silent where sound was ordered, cut
in the middle, or beginning with a copy of a reference. Each finding names its second and shows its frame. It judges the
take as a whole, never the character, and passes nothing that it could not look at.

It sees eight frames, and reads others only where two of them look unlike. A fault that is shorter than the time between
two of them, except for a cut to another picture, is not seen; nor is a cut between two views that look alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from charkit.errors import CharkitError
from charkit.media import images
from charkit.media.frames import one_by_one
from charkit.media.probe import probe
from charkit.scoring import clip_faults
from charkit.scoring.base import Axis, Finding, Ordered, Score, ScorerFacts, ShotEvidence, Threshold, Verdict
from charkit.scoring.clip_faults import Fault
from charkit.scoring.fingerprint import Fingerprint
from charkit.scoring.proof import proof

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from charkit.media.frames import Frame
    from charkit.media.probe import ClipFacts

__all__ = ["EVERY_CHECK", "GateScorer"]

EVERY_CHECK: Final = Threshold(
    name="gate-1",
    value=1.0,
    calibrated=False,
    note="every check has to be passed",
)
"""A single fault flags the take."""

_CHECKS: Final = 10
_LENGTH: Final = 0.5
"""Seconds by which a clip may be longer or shorter than ordered; services round."""
_RATE: Final = 0.01
"""Share by which its frame rate may differ: 23.976 is 24."""
_QUIET: Final = 1e-3
"""Amplitude of full scale (-60 dBFS) that sound has to reach once."""
_HEIGHT: Final = 240


@dataclass(frozen=True, kw_only=True)
class _Seen:
    evidence: ShotEvidence
    sampled: int = 0
    findings: tuple[Finding, ...] = ()
    problem: str = ""


class GateScorer:
    """Judges takes on the gate's axis. Fails closed: a clip that it cannot look into is unverifiable."""

    frames = 8
    facts = ScorerFacts(
        name="clip gate",
        version="2",
        axis=Axis.GATE,
        measures="plain faults of the clip: share of its checks that found none",
        blind_to=("who is shown", "faults between two sampled frames", "cuts between pictures that look alike"),
        needs=("numpy", "opencv-python-headless", "av"),
        licence="MIT (no weights)",
        sensitivity="pytest tests/scoring/test_clip_gate.py",
        about="take",
    )

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._seen: list[_Seen] = []
        self._references: dict[Path, Fingerprint | None] = {}

    def update(self, evidence: ShotEvidence, frames: Sequence[Frame], *, problem: str = "") -> None:
        """Take in one take; see `Scorer.update`.

        Raises:
            MissingDependency: OpenCV is not installed.
        """
        self._seen.append(self._look(evidence, frames, problem))

    def compute(self) -> tuple[Score, ...]:
        """Return one score per update, in the order of the updates."""
        return tuple(_score(seen) for seen in self._seen)

    def _look(self, evidence: ShotEvidence, frames: Sequence[Frame], problem: str) -> _Seen:
        if problem or not frames:
            return _Seen(evidence=evidence, problem=problem or "no frame could be read")
        try:
            facts = probe(evidence.clip)
            faults = [*_of_pictures(frames, facts), *self._leaked(evidence, facts), *_of_order(evidence.ordered, facts)]
        except (CharkitError, OSError) as error:
            return _Seen(evidence=evidence, sampled=len(frames), problem=f"the clip cannot be read: {error}")
        alone = "a single frame does not tell whether anything moves" if len(frames) < 2 and not faults else ""
        findings = tuple(_finding(fault) for fault in faults)
        return _Seen(evidence=evidence, sampled=len(frames), findings=findings, problem=alone)

    def _leaked(self, evidence: ShotEvidence, facts: ClipFacts) -> list[Fault]:
        """Find out whether the clip begins with a copy of a reference of anybody in it."""
        paths = dict.fromkeys([*evidence.references, *(path for one in evidence.cast for path in one.references)])
        references = [found for path in paths if (found := self._fingerprint(path)) is not None]
        if not references:
            return []
        frame = next(one_by_one(facts, (0,), height=_HEIGHT), None)
        if frame is None:
            return []
        shown = Fingerprint.of(frame.rgb)
        if not any(shown.is_copy_of(reference) for reference in references):
            return []
        return [Fault(name="leaked reference", says="the first frame is a copy of a reference", frame=frame)]

    def _fingerprint(self, path: Path) -> Fingerprint | None:
        if path not in self._references:
            try:
                picture = images.open_upright(path)
                picture.thumbnail((480, 480))
                self._references[path] = Fingerprint.of(np.asarray(picture.convert("RGB"), dtype=np.uint8))
            except (CharkitError, OSError):
                self._references[path] = None  # whoever judges the character says so; the gate only looks for copies
        return self._references[path]


def _of_pictures(frames: Sequence[Frame], facts: ClipFacts) -> list[Fault]:
    dark = clip_faults.black(frames)
    if dark and len(frames) > 1 and dark[0].says.startswith(f"{len(frames)} of"):
        return dark  # nothing else can be seen in the dark
    return [
        *dark,
        *clip_faults.frozen(frames),
        *clip_faults.corrupted(frames),
        *clip_faults.letterboxed(frames),
        *clip_faults.cuts(frames, facts),
    ]


def _of_order(ordered: Ordered | None, facts: ClipFacts) -> list[Fault]:
    """Compare a clip with what was ordered of it; what was not said is not asked."""
    if ordered is None:
        return []
    faults: list[Fault] = []
    size = (ordered.width or facts.width, ordered.height or facts.height)
    if size != (facts.width, facts.height):
        faults.append(Fault(name="wrong size", says=f"{facts.width}x{facts.height}, not {size[0]}x{size[1]}"))
    if ordered.seconds is not None and abs(facts.seconds - ordered.seconds) > _LENGTH:
        faults.append(Fault(name="wrong length", says=f"{facts.seconds:.2f} s, not {ordered.seconds:g} s"))
    if ordered.fps is not None and abs(float(facts.fps) / ordered.fps - 1) > _RATE:
        faults.append(Fault(name="wrong rate", says=f"{float(facts.fps):.3g} frames per second, not {ordered.fps:g}"))
    if ordered.sound and not _sounds(facts):
        what = "its sound track holds only silence" if facts.has_sound else "it has no sound track"
        faults.append(Fault(name="silent", says=f"{what}, though sound was ordered"))
    return faults


def _sounds(facts: ClipFacts) -> bool:
    """Return whether anything can be heard; reads no further than the first sound."""
    if not facts.has_sound:
        return False
    import av

    to_floats = av.AudioResampler(format="fltp")
    with av.open(str(facts.path)) as container:
        try:
            for decoded in container.decode(container.streams.audio[0]):
                for block in to_floats.resample(decoded):
                    if float(np.abs(block.to_ndarray()).max(initial=0.0)) > _QUIET:
                        return True
        except av.FFmpegError:
            return False
    return False


def _finding(fault: Fault) -> Finding:
    if fault.frame is None:
        return Finding(name=fault.name, says=fault.says)
    shown = proof(fault.frame, np.ones(fault.frame.rgb.shape[:2], dtype=np.bool_), 0.0)
    return Finding(name=fault.name, says=fault.says, time=shown.time, frame=shown)


def _score(seen: _Seen) -> Score:
    flagged = {finding.name for finding in seen.findings}
    verdict = Verdict.DRIFTED if flagged else Verdict.UNVERIFIABLE if seen.problem else Verdict.CONSISTENT
    return Score(
        shot=seen.evidence.shot,
        take=seen.evidence.take,
        character="",
        axis=Axis.GATE,
        verdict=verdict,
        score=None if verdict is Verdict.UNVERIFIABLE else round(1 - len(flagged) / _CHECKS, 4),
        threshold=EVERY_CHECK,
        reason=seen.problem,
        valid_frames=seen.sampled,
        sampled_frames=seen.sampled,
        worst=next((finding.frame for finding in seen.findings if finding.frame is not None), None),
        clip_digest=seen.evidence.clip_digest,
        scorer=f"{GateScorer.facts.name} {GateScorer.facts.version}",
        findings=seen.findings,
    )
