"""What scorers are told: which character in which take of which shot, what was ordered, and on which axes to judge."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Axis", "Box", "CastMember", "Domain", "Ordered", "ShotEvidence"]

Domain: TypeAlias = Literal["photoreal", "anime", "other"]
"""How a character is drawn, as its sheet declares; decides which recogniser may judge it."""


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
