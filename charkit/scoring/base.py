"""What every scorer takes and gives: plain evidence in, one verdict per character, shot and axis out.

A scorer measures *one axis* and says which; axes are never merged into one number. It fails closed: whatever it cannot
judge is `unverifiable` with a reason, never a pass and never a zero. `update` takes one shot at a time, so memory is
bounded by one clip; `compute` gives the scores once all shots are seen, so that shots can also be compared with each
other.

Adding a scorer takes one file: a class with the members of `Scorer`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from charkit.media.frames import Frame


Domain: TypeAlias = Literal["photoreal", "anime", "other"]
"""How a character is drawn, as its sheet declares; decides which recogniser may judge it."""


class Verdict(StrEnum):
    """What a scorer says of one character in one take, on its axis."""

    CONSISTENT = "consistent"
    DRIFTED = "drifted"
    UNVERIFIABLE = "unverifiable"
    """Could not be judged; `Score.reason` says why. Counts against coverage, never as a pass."""
    INTENDED = "intended"
    """The script changes this axis here (a change of wardrobe); shown, and left out of the rate."""


class Axis(StrEnum):
    """What is measured. Kept apart, never added up; coverage is no axis, but counted on each of them."""

    IDENTITY = "identity"
    """Who it is: a recogniser of faces or of drawn characters, by the character's declared domain."""
    APPEARANCE = "appearance"
    """The look of the masked subject as a general encoder sees it, clothes included. Not identity."""
    PALETTE = "palette"
    """Palette drift of the masked subject. Not identity: blind to face, hairstyle and accessories."""
    ATTRIBUTES = "attributes"
    """Facts by attribute (hair, eyes, clothes ...) as a vision model answers them."""
    VARIATION = "variation"
    """Whether it moves and is drawn anew: a pasted reference is flagged."""
    GATE = "gate"
    """Whether the clip is fit to be judged: not black, frozen, broken, or of another size than ordered."""

    @property
    def flags(self) -> bool:
        """Whether the axis looks for faults (`drifted` then means flagged) and does not compare with the character."""
        return self in (Axis.VARIATION, Axis.GATE)


@dataclass(frozen=True, kw_only=True)
class Box:
    """A rectangle in a picture, as shares of its width and height; the origin is the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        if not (0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1):
            raise ValueError(f"a box needs 0 <= left < right <= 1 and 0 <= top < bottom <= 1, not {self}")


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """What was ordered of a clip; None where nothing was said."""

    width: int | None = None
    """Pixels."""
    height: int | None = None
    """Pixels."""
    seconds: float | None = None
    fps: float | None = None
    sound: bool | None = None
    """Whether the route was to deliver sound."""


@dataclass(frozen=True, kw_only=True)
class CastMember:
    """One of the characters of a shot, as assignment needs to know them all."""

    name: str
    references: tuple[Path, ...] = ()
    """Pictures, in the outfit of this shot."""
    domain: Domain = "other"


@dataclass(frozen=True, kw_only=True)
class ShotEvidence:
    """One character in one take of one shot: all that a scorer is told."""

    shot: str
    """The shot's id."""
    clip: Path
    """The take's file."""
    take: int = 1
    """The take's number within its shot."""
    clip_digest: str = ""
    """The file's digest, where it is known; goes into cut lists and reports."""
    character: str = ""
    """The character's name; empty for a shot that shows none, which is kept so that a cut list can be complete."""
    expected: tuple[str, ...] = ()
    """All characters that the shot should show, from left to right."""
    framing: str = ""
    """The storyboard's word: close-up, medium, full, wide ..."""
    position: str = ""
    """The storyboard's words, such as `on the left`; empty: follows from the place in `expected`."""
    box: Box | None = None
    """Where the character is, when a person says so; overrides framing and position."""
    references: tuple[Path, ...] = ()
    """Pictures of the character."""
    intended: tuple[Axis, ...] = ()
    """Axes that the script changes in this shot."""
    domain: Domain = "other"
    """The character's, as declared."""
    description: str = ""
    """The character's locked words; what a judge is told."""
    cast: tuple[CastMember, ...] = ()
    """All that the shot should show, this character included, in the order of `expected`."""
    ordered: Ordered | None = None
    """What was asked of the clip."""

    @property
    def place(self) -> str:
        """Where to look: left, centre or right."""
        for word in ("left", "right", "centre", "center", "middle"):
            if word in self.position.lower():
                return word if word in ("left", "right") else "centre"
        if len(self.expected) < 2 or self.character not in self.expected:
            return "centre"
        index = self.expected.index(self.character)
        share = (index + 0.5) / len(self.expected)
        return "left" if share < 0.45 else "right" if share > 0.55 else "centre"


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
