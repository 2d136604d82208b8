"""What is to be joined into a film, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

    from charkit.media.picture.pieces import FrameChange
    from charkit.media.probe import ClipFacts
    from charkit.media.sounding.levelling import Levelled

__all__ = ["Boundary", "Crossing", "Joined", "JoinedClip", "Splice", "Touch"]


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """How a part goes over into the next one while both are seen."""

    kind: Literal["dissolve", "wipe"]
    seconds: float
    """How long."""
    towards: Literal["left", "right", "up", "down"] = "left"
    """Where a wipe's border moves to."""


@dataclass(frozen=True, kw_only=True)
class Touch:
    """Something that is done to the frames of a part, or to some of them."""

    make: FrameChange
    start: float = 0.0
    """Seconds after the part's beginning."""
    end: float | None = None
    """Seconds after the part's beginning; None: to its end."""


@dataclass(frozen=True, kw_only=True)
class Splice:
    """A clip, or a part of it, in its place in the film; times in seconds of the clip."""

    path: Path
    facts: ClipFacts | None = field(default=None, repr=False)
    """What looking into the clip found, where somebody has; else it is looked into."""
    start: float | None = None
    """Where it begins; at the clip's beginning if it does not say."""
    end: float | None = None
    """Where it ends; at the clip's end if it does not say."""
    name: str = ""
    """What messages call it; the file's name if empty."""
    crossing: Crossing | None = None
    """How it goes over into the next one; a plain cut if None."""
    touches: tuple[Touch, ...] = ()
    """What is done to its frames, one after the other."""
    gain: float = 0.0
    """By how many dB its sound is made louder."""
    sound_lead: float = 0.0
    """Seconds by which its sound is heard before its picture is seen."""
    sound_lag: float = 0.0
    """Seconds by which its sound goes on after its picture."""
    chapter: str = ""
    """The name of the chapter that begins with it; the chapter before goes on if empty."""

    @property
    def called(self) -> str:
        """What messages call it."""
        return self.name or self.path.name


@dataclass(frozen=True, kw_only=True)
class JoinedClip:
    """What became of one clip."""

    path: Path
    """The clip as given."""
    action: Literal["copied", "rendered", "conformed"]
    """Whether its picture was copied bit for bit, rendered in part, or re-encoded as a whole."""
    reason: str
    """Why frames were encoded anew; empty for a plain copy."""
    start: float
    """When it begins in the film, in seconds; with a transition before it, when that begins."""
    seconds: float
    """How long it lasts there, transitions included."""
    frames: int
    """Its frames there."""
    copied_frames: int
    """How many of them are the clip's own bits."""
    sound: str
    """What was done to its sound: `laid`, `padded by 0.095 s`, `trimmed by 0.100 s`, `silence`, or `copied`."""


@dataclass(frozen=True, kw_only=True)
class Boundary:
    """One cut, or the beginning of a transition."""

    time: float
    """When, in seconds."""
    frame: int
    """The first frame after it."""
    raw_step: float
    """The jump between neighbouring sound samples if nothing were done, as a share of full scale."""
    step: float
    """The jump as laid, after the fades."""
    level_jump: float | None = None
    """By how many LU the 0.4 s after it are louder than the 0.4 s before; None where either is nothing."""


@dataclass(frozen=True, kw_only=True)
class Joined:
    """A film made of clips."""

    path: Path
    """The file."""
    seconds: float
    """How long it lasts; picture and sound alike."""
    frames: int
    """How many frames it has."""
    fps: Fraction
    """Frames per second."""
    clips: tuple[JoinedClip, ...]
    """The clips in order."""
    boundaries: tuple[Boundary, ...]
    """What the cuts between them sound like; empty where sound was copied without being looked at."""
    has_sound: bool
    """Whether there is a sound track; there is none if no clip has sound."""
    levelled: Levelled | None = None
    """How loud it is, and what was done to make it so; None without sound, or where that was copied."""

    @property
    def largest_step(self) -> float:
        """The largest jump of sound at a cut, as a share of full scale."""
        return max((boundary.step for boundary in self.boundaries), default=0.0)

    @property
    def meetings(self) -> tuple[tuple[int, int], ...]:
        """For each join the first frame that shows the next clip, and the first that shows it alone."""
        starts = [round(clip.start * self.fps) for clip in self.clips]
        ends = [start + clip.frames for start, clip in zip(starts, self.clips, strict=True)]
        return tuple(zip(starts[1:], ends[:-1], strict=True))

    @property
    def bodies(self) -> tuple[tuple[int, int], ...]:
        """For each clip the first frame that shows it alone, and the one after the last; may be the same."""
        begins = [0, *(alone for _, alone in self.meetings)]
        ends = [*(first for first, _ in self.meetings), self.frames]
        return tuple(zip(begins, ends, strict=True))

    @property
    def encoded_frames(self) -> int:
        """How many frames of the picture are not a clip's own bits; frames of a transition count once."""
        return self.frames - sum(clip.copied_frames for clip in self.clips)
