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
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from charkit.media.frames import Frame


class Verdict(StrEnum):
    """What a scorer says of one character in one take, on its axis."""

    CONSISTENT = "consistent"
    DRIFTED = "drifted"
    UNVERIFIABLE = "unverifiable"
    """Could not be judged; `Score.reason` says why. Counts against coverage, never as a pass."""
    INTENDED = "intended"
    """The script changes this axis here (a change of wardrobe); shown, and left out of the rate."""


class Axis(StrEnum):
    """What is measured. Kept apart, never added up."""

    PALETTE = "palette"
    """Palette drift of the masked subject. Not identity: blind to face, hairstyle and accessories."""


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

    def __str__(self) -> str:
        return f"{self.value:.3f} ({'calibrated' if self.calibrated else 'uncalibrated'})"


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
class Score:
    """What one scorer says of one character in one take."""

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

    def __repr__(self) -> str:
        value = "–" if self.score is None else f"{self.score:.3f}"
        tail = f" ({self.reason})" if self.reason else ""
        return f"Score({self.shot} take {self.take}, {self.character}, {self.axis} {value}: {self.verdict}{tail})"


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


@runtime_checkable
class Scorer(Protocol):
    """Judges characters in takes on one axis."""

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
