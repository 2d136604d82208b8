"""What the simulator is asked to draw: the seam between its wire formats and its drawing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MARK = "SIMULATED"
"""Word in the corner of every frame and still, and in the files' metadata."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture that really arrived with a request."""

    data: bytes
    """The file's bytes (PNG, JPEG, WebP, ...), as received."""

    role: str
    """What it is for: "character", "first frame", "last frame", "view" or "unknown"."""

    label: str = ""
    """Name of the character to which the prompt binds it; empty when that has to be found out."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """A character whom the service remembers under an id."""

    name: str
    """The name that the prompt uses, verbatim."""

    look: str
    """JSON text made by `clip.learn_character`."""


class Conditioning(StrEnum):
    """What a take knows of a character."""

    TEXT = "text"
    """Words alone."""
    PICTURE = "one picture"
    PICTURES = "pictures"
    """Two or more."""
    FRAME = "first frame"
    CHARACTER = "character"
    """An id under which the service remembers it."""


@dataclass(frozen=True, kw_only=True)
class Leaning:
    """How takes of one conditioning come out."""

    conditioning: Conditioning
    size: float
    """Size of the drift, 0 to 1."""
    off_model: float
    """Probability of a take that goes clearly off model, 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Drift:
    """How far identity wanders from what was asked; 0 keeps it, 1 makes a stranger."""

    text: float = 0.55
    """Size of the drift when only words describe the character."""

    references: float = 0.18
    """Size of the drift when pictures of the character arrived."""

    character: float = 0.06
    """Size of the drift when the character is known by id."""

    off_model: float = 0.1
    """Probability of a take that goes clearly off model, whatever the conditioning."""

    declared: tuple[Leaning, ...] = ()
    """What somebody declared for an experiment; holds instead of the above for the conditionings that it names."""

    def of(self, conditioning: Conditioning) -> Leaning:
        """Return how takes of a conditioning come out; a first frame says no more of a character than words do."""
        for leaning in self.declared:
            if leaning.conditioning is conditioning:
                return leaning
        pictures = conditioning in (Conditioning.PICTURE, Conditioning.PICTURES)
        size = self.references if pictures else self.character if conditioning is Conditioning.CHARACTER else self.text
        return Leaning(conditioning=conditioning, size=size, off_model=self.off_model)


@dataclass(frozen=True, kw_only=True)
class Direction:
    """One clip or still to draw. Equal directions give equal frames."""

    prompt: str
    """The text as it arrived: labelled lines, or free prose."""

    width: int
    """Width of the frame in pixels."""

    height: int
    """Height of the frame in pixels."""

    seconds: float = 4.0
    """Length of the clip."""

    fps: int = 24
    """Frames per second."""

    pictures: tuple[Picture, ...] = ()
    """Reference pictures and frames, in the order of arrival."""

    known: tuple[Known, ...] = ()
    """Characters known by id."""

    seed: int = 0
    """Source of all chance in the take; the server derives it from the request's digest."""

    @property
    def frames(self) -> int:
        """Number of frames in the clip, at least one."""
        return max(1, round(self.seconds * self.fps))
