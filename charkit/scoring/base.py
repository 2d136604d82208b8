"""What every scorer takes and gives: plain evidence in, one verdict per character, shot and axis out.

A scorer measures *one axis* and says which; axes are never merged into one number. It fails closed: whatever it cannot
judge is `unverifiable` with a reason, never a pass and never a zero. `update` takes one shot at a time, so memory is
bounded by one clip; `compute` gives the scores once all shots are seen, so that shots can also be compared with each
other.

Adding a scorer takes one file: a class with the members of `Scorer`; one that holds a likeness against a line has those
of `Lined` too, and its line can be set on the person's own cast.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal, Protocol, Self, runtime_checkable

from charkit.scoring.evidence import Axis, Box, CastMember, Domain, Ordered, ShotEvidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from charkit.media.frames import Frame

__all__ = [
    "ANY",
    "Axis",
    "Box",
    "CastMember",
    "Domain",
    "Finding",
    "FrameEvidence",
    "Lined",
    "Ordered",
    "Pair",
    "Score",
    "Scorer",
    "ScorerFacts",
    "ShotEvidence",
    "Threshold",
    "Verdict",
]


class Verdict(StrEnum):
    """What a scorer says of one character in one take, on its axis."""

    CONSISTENT = "consistent"
    DRIFTED = "drifted"
    UNVERIFIABLE = "unverifiable"
    """Could not be judged; `Score.reason` says why. Counts against coverage, never as a pass."""
    INTENDED = "intended"
    """The script changes this axis here (a change of wardrobe); shown, and left out of the rate."""


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """Where consistent ends and drifted begins, and how far that line can be trusted."""

    name: str
    """Names the line, so that scores of different versions are not compared by mistake."""
    value: float
    """Scores at or above it are consistent."""
    calibrated: bool
    """Whether it was set at a known rate of false accepts on the person's own cast."""
    note: str = ""
    """Where the value comes from."""
    far: float | None = None
    """The rate of false accepts that it was set at; None for a stock line."""
    cast: int = 0
    """How many characters it was calibrated on."""
    impostors: int = 0
    """How many wrong pairs it was calibrated on; they are not independent of each other."""

    def __str__(self) -> str:
        if not self.calibrated:
            return f"{self.value:.3f} (uncalibrated)"
        return f"{self.value:.3f} (calibrated)" if self.far is None else f"{self.value:.3f} ({self.how})"

    @property
    def how(self) -> str:
        """How far the line can be trusted, in a few words: `FAR 1 %, 12 cast members`."""
        if not self.calibrated or self.far is None:
            return "calibrated" if self.calibrated else "uncalibrated"
        return f"FAR {100 * self.far:g} %, {self.cast} cast members"


ANY: Final = Threshold(
    name="any",
    value=0.0,
    calibrated=False,
    note="rejects nobody: for the scores that a line is set on, not for verdicts",
)
"""For calibration: with a real line, characters below it are not found at all in shots with several of them."""


@dataclass(frozen=True, kw_only=True)
class FrameEvidence:
    """A frame that proves a score."""

    time: float
    """Seconds from the clip's beginning."""
    score: float
    jpeg: bytes = field(repr=False)
    """The frame, small, with everything but the judged subject faded."""
    digest: str
    """Digest of the JPEG."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that a scorer noticed, and where: `frozen`, `pasted reference`, `hair_colour`."""

    name: str
    """One word or two, the same every time, so that findings can be counted."""
    says: str
    """What is wrong, in a sentence."""
    time: float | None = None
    """Seconds from the clip's beginning; None where it is about the whole clip."""
    flagged: bool = True
    """False for what is only noted, such as an attribute that matches."""
    frame: FrameEvidence | None = None


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Likeness of this sighting to the same character's sighting in another shot."""

    shot: str
    take: int
    score: float


@dataclass(frozen=True, kw_only=True)
class Score:
    """What one scorer says of one character in one take, or of the take as a whole (`character` empty)."""

    shot: str
    take: int
    character: str
    axis: Axis
    verdict: Verdict
    score: float | None = None
    """Similarity to the references, 0 to 1; None when unverifiable."""
    between_shots: float | None = None
    """Similarity to the same character in the other shots, leave-one-out; None with fewer than two sightings."""
    variants: tuple[tuple[str, float], ...] = ()
    """The parts of the score by name, such as `as it is` and `grey-world`."""
    threshold: Threshold
    reason: str = ""
    """Why it is unverifiable, or what was intended."""
    valid_frames: int = 0
    sampled_frames: int = 0
    worst: FrameEvidence | None = None
    clip_digest: str = ""
    scorer: str = ""
    """Name and version of the scorer."""
    needed_frames: int = 1
    """How many valid frames made a shot verifiable; an assumption, so it is printed."""
    frame_scores: tuple[tuple[float, float], ...] = ()
    """(seconds, similarity to the references) of every valid frame."""
    pairs: tuple[Pair, ...] = ()
    """Likeness to the same character in each other shot, for the curve against the distance in shots."""
    findings: tuple[Finding, ...] = ()
    """What was noticed, most telling first."""
    encoder: str = ""
    """The recogniser and the digest of its weights, or the model as it answered; empty without any."""
    lacking: bool = False
    """Whether it is unverifiable for want of weights, of a line or of a recogniser, whatever the take shows; `reason`
    says what to get. Never a pass; but nothing about the take either, so that other axes decide how it stands."""

    @property
    def word(self) -> str:
        """The verdict as the axis would say it: an axis that looks for faults finds a take clear or flagged."""
        if self.lacking:
            return "unknown"
        if self.axis.flags and self.verdict in (Verdict.CONSISTENT, Verdict.DRIFTED):
            return "clear" if self.verdict is Verdict.CONSISTENT else "flagged"
        return self.verdict.value

    def __repr__(self) -> str:
        value = "–" if self.score is None else f"{self.score:.3f}"
        tail = f" ({self.reason})" if self.reason else ""
        who = f"{self.character}, " if self.character else ""
        return f"Score({self.shot} take {self.take}, {who}{self.axis} {value}: {self.word}{tail})"


@dataclass(frozen=True, kw_only=True)
class ScorerFacts:
    """What a scorer declares about itself before it is used."""

    name: str
    version: str
    axis: Axis
    measures: str
    """In one line, what the number means."""
    blind_to: tuple[str, ...]
    """What it cannot see; shown wherever the score is shown."""
    needs: tuple[str, ...]
    """Packages, weights or keys."""
    licence: str
    """Licence of weights, or of the method's code where there are none."""
    sensitivity: str
    """The command that measures it."""
    tier: int = 0
    """0 without weights, 1 with weights on this machine, 2 with a paid model elsewhere."""
    domains: tuple[Domain, ...] = ("photoreal", "anime", "other")
    """The domains that it may judge; a character of another one is unverifiable."""
    about: Literal["character", "take"] = "character"
    """Whether it judges each character of a take, or the take as a whole: then one update a take, `character` empty."""
    encoder: str = ""
    """The recogniser and the digest of its weights; empty without any."""
    validity: str = ""
    """What is known of how well it tells right from wrong, with the set it was measured on; empty: not measured."""

    @property
    def label(self) -> str:
        """Name and version, as a score names its scorer; a line is no part of it."""
        return f"{self.name} {self.version}"


@runtime_checkable
class Scorer(Protocol):
    """Judges characters in takes on one axis.

    One that needs larger frames than 240 pixels of height has them as `height`.
    """

    facts: ScorerFacts
    frames: int
    """How many frames per clip it wants."""

    def update(self, evidence: ShotEvidence, frames: Sequence[Frame], *, problem: str = "") -> None:
        """Take in one character in one take.

        Args:
            evidence: What the shot should show.
            frames: Sampled frames of the clip, sRGB.
            problem: Why there are no frames; the verdict becomes unverifiable with this reason.
        """
        ...

    def compute(self) -> tuple[Score, ...]:
        """Return one score per update, in the order of the updates."""
        ...


@runtime_checkable
class Lined(Scorer, Protocol):
    """A scorer that holds a likeness against a line, so that the line can be set on the person's own cast."""

    @property
    def threshold(self) -> Threshold | None:
        """The line; None where none is published: until one is set, nothing is judged."""

    def under(self, line: Threshold | None) -> Self:
        """Return the same scorer under another line, with nothing seen yet."""
        ...
