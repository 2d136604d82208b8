"""What a character looks like, attribute by attribute, and how that becomes words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, model_validator

from charkit.character.words import Line, Phrases, Written, article, ended, joined


@dataclass(frozen=True, kw_only=True)
class _Pronoun:
    subject: str
    wear: str
    carry: str


_PRONOUNS = {
    "she": _Pronoun(subject="She", wear="wears", carry="carries"),
    "he": _Pronoun(subject="He", wear="wears", carry="carries"),
    "it": _Pronoun(subject="It", wear="wears", carry="carries"),
    "they": _Pronoun(subject="They", wear="wear", carry="carry"),
}


class View(StrEnum):
    """From where, and how large, a picture shows a character."""

    FACE = "face"
    """A large close-up of the face."""
    FRONT = "front"
    THREE_QUARTER = "three-quarter"
    PROFILE = "profile"
    LEFT_PROFILE = "left-profile"
    RIGHT_PROFILE = "right-profile"
    BACK = "back"
    FULL = "full"
    """From head to foot, facing the camera."""
    EXPRESSION = "expression"


class Hair(Written):
    """Hair by its attributes, or one phrase in `text`."""

    colour: Line | None = None
    length: Line | None = None
    """Such as `chin-length`."""
    style: Line | None = None
    """The noun: `bob`, `braids`; without it, `hair`."""
    text: Line | None = None
    """The whole phrase, used as it is."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not any((self.colour, self.length, self.style, self.text)):
            raise ValueError("hair needs a colour, a length, a style, or one text")
        if self.text and any((self.colour, self.length, self.style)):
            raise ValueError("write hair either as one text or by colour, length and style")
        return self

    @property
    def phrase(self) -> str:
        """The words, such as `a chin-length copper bob`."""
        if self.text:
            return self.text
        words = " ".join(word for word in (self.length, self.colour, self.style or "hair") if word)
        countable = self.style is not None and not self.style.endswith("s")
        return f"{article(words)} {words}" if countable else words


class Description(Written):
    """What a character looks like without clothes and things: the attributes that must hold in every shot."""

    what: Line
    """The noun everything hangs on: `a girl`, `a small fox-like forest creature`, `一只白猫`."""
    age: Line | None = None
    """As the prompt says it: `about ten`."""
    age_band: Literal["child", "teen", "adult", "elder", "ageless"] | None = None
    """For routes whose rules depend on it (minors by region); not part of the text."""
    build: Phrases = ()
    skin: Phrases = ()
    fur: Phrases = ()
    """Fur, feathers, scales, metal: what covers a creature."""
    face: Phrases = ()
    eyes: Line | None = None
    hair: Annotated[Hair | None, BeforeValidator(lambda v: {"text": v} if isinstance(v, str) else v)] = None
    features: Phrases = ()
    """Ears, tail, wings, horns and the like."""
    marks: Phrases = ()
    """Scars, moles, patterns."""
    pronoun: Literal["she", "he", "it", "they"] = "they"

    @property
    def text(self) -> str:
        """The attributes as one sentence without its full stop, in a fixed order."""
        start = f"{self.what} of {self.age}" if self.age else self.what
        eyes = (self.eyes,) if self.eyes else ()
        hair = (self.hair.phrase,) if self.hair else ()
        parts = (
            *self.build,
            *self.skin,
            *self.fur,
            *self.face,
            *eyes,
            *hair,
            *self.features,
            *self.marks,
        )
        return f"{start} with {joined(parts)}" if parts else start


class Outfit(Written):
    """What a character wears, and carries if that differs from the sheet's accessories."""

    wears: Phrases = ()
    accessories: Phrases | None = None
    """Instead of the sheet's own; an empty list for nothing."""


class Likeness(Written):
    """Whether the character looks like somebody who lives or lived, and who allowed it."""

    real_person: bool = False
    consent: Line | None = None
    """Who agreed to what, when; required for a real person."""

    @model_validator(mode="after")
    def _consented(self) -> Self:
        if self.real_person and not self.consent:
            raise ValueError("a real person's likeness needs `consent`: who agreed to what use, and when")
        return self


def dressed(identity: str, *, pronoun: str, wears: tuple[str, ...], carries: tuple[str, ...]) -> str:
    """Return what a character looks like, then what it wears and carries, as whole sentences."""
    who = _PRONOUNS[pronoun]
    said = []
    if wears:
        said.append(f"{who.wear} {joined(wears)}")
    if carries:
        said.append(f"{who.carry} {joined(carries)}")
    sentences = [identity, f"{who.subject} {', and '.join(said)}"] if said else [identity]
    return " ".join(ended(sentence) for sentence in sentences)
