"""What a character looks like, attribute by attribute, and how that becomes words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BeforeValidator, PlainSerializer, model_validator

from charkit.character.words import Line, Phrases, Written, article, ended, joined

if TYPE_CHECKING:
    from collections.abc import Mapping


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


AttributeName = Literal[
    "what", "age", "build", "skin", "fur", "face", "eyes", "eyes.colour", "eyes.shape", "hair", "hair.colour",
    "hair.length", "hair.style", "features", "marks", "wears", "accessories", "style", "never",
]  # fmt: skip
"""What a sheet can say about a character, one word each."""


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """One thing that a sheet says, as linters and judges ask about it."""

    name: AttributeName
    words: tuple[str, ...]
    """The sheet's own words; one entry a phrase."""

    def __str__(self) -> str:
        return f"{self.name}: {', '.join(self.words)}"


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


class Eyes(Written):
    """Eyes by their attributes, or one phrase in `text`."""

    colour: Line | None = None
    shape: Line | None = None
    """Such as `big`, `narrow`, `almond-shaped`."""
    text: Line | None = None
    """The whole phrase, used as it is."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not any((self.colour, self.shape, self.text)):
            raise ValueError("eyes need a colour, a shape, or one text")
        if self.text and (self.colour or self.shape):
            raise ValueError("write eyes either as one text or by colour and shape")
        return self

    @property
    def phrase(self) -> str:
        """The words, such as `big green eyes`."""
        return self.text or " ".join(word for word in (self.shape, self.colour, "eyes") if word)


def _as_text(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


def _as_written(eyes: Eyes | None) -> object:
    """Return one phrase as the plain text it was before eyes had parts, so that old sheets keep their version."""
    return eyes.text or eyes.model_dump(exclude_defaults=True) if eyes else None


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
    eyes: Annotated[Eyes | None, BeforeValidator(_as_text), PlainSerializer(_as_written)] = None
    hair: Annotated[Hair | None, BeforeValidator(_as_text)] = None
    features: Phrases = ()
    """Ears, tail, wings, horns and the like."""
    marks: Phrases = ()
    """Scars, moles, patterns."""
    pronoun: Literal["she", "he", "it", "they"] = "they"

    @property
    def text(self) -> str:
        """The attributes as one sentence without its full stop, in a fixed order."""
        start = f"{self.what} of {self.age}" if self.age else self.what
        eyes = (self.eyes.phrase,) if self.eyes else ()
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

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """What is said, attribute by attribute; what is not said is left out."""
        eyes, hair = self.eyes, self.hair
        said: dict[AttributeName, tuple[str | None, ...]] = {
            "what": (self.what,),
            "age": (self.age,),
            "build": self.build,
            "skin": self.skin,
            "fur": self.fur,
            "face": self.face,
            "eyes": (eyes.phrase,) if eyes else (),
            "eyes.colour": (eyes.colour,) if eyes else (),
            "eyes.shape": (eyes.shape,) if eyes else (),
            "hair": (hair.phrase,) if hair else (),
            "hair.colour": (hair.colour,) if hair else (),
            "hair.length": (hair.length,) if hair else (),
            "hair.style": (hair.style,) if hair else (),
            "features": self.features,
            "marks": self.marks,
        }
        return attributes_of(said)


def attributes_of(said: Mapping[AttributeName, tuple[str | None, ...]]) -> tuple[Attribute, ...]:
    """Return attributes without those that say nothing."""
    spoken = {name: tuple(word for word in words if word) for name, words in said.items()}
    return tuple(Attribute(name=name, words=words) for name, words in spoken.items() if words)


class Outfit(Written):
    """What a character wears, and carries if that differs from the sheet's accessories."""

    wears: Phrases = ()
    accessories: Phrases | None = None
    """Instead of the sheet's own; an empty list for nothing."""
    shots: Phrases = ()
    """Ids of the shots in which it is worn, for shots that name no outfit themselves. Says where, not who: not part of
    the version."""


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
