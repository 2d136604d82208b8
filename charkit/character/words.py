"""The small rules of text: names, lines, phrases; the same for sheets and storyboards."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

_STRUCTURAL = ':<>[]{}"`'
_JOINERS = "\u200c\u200d"
"""Not seen either, but part of the spelling in Persian, Hindi and others."""
_LONGEST_SLUG = 120
"""Bytes of UTF-8: with what is added to it, a file's name stays below the 255 that file systems take."""
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕһԁԛԝӏкмтвнгпαορνικτυγηµօսոհցıɡɑ0",
    "aeopcyxijshdqwlkmtbhrnaopviktuynuounhgigao",
)
"""Small letters of Cyrillic, Greek, Armenian and Latin that look like another Latin one (a choice from Unicode
Technical Standard 39, confusables.txt, version 16)."""


class Written(BaseModel):
    """A part of a file that people write: unknown keys are refused, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _one_line(text: str) -> str:
    if any(unicodedata.category(c) == "Cc" and not c.isspace() for c in text):
        raise ValueError("holds control characters; write plain text")
    return " ".join(text.split())


def _said(text: str) -> str:
    if not text:
        raise ValueError("is empty; write something or leave the key out")
    return text


def _a_name(text: str) -> str:
    for character in _STRUCTURAL:
        if character in text:
            raise ValueError(f"a name may not contain {character!r}: prompts use it to mark their parts")
    hidden = [f"U+{ord(c):04X}" for c in text if unicodedata.category(c) == "Cf" and c not in _JOINERS]
    if hidden:
        raise ValueError(f"a name may not contain characters that cannot be seen ({', '.join(hidden)})")
    if len(text) > 80:  # openai-video-wire 2.1: the shortest limit that a service sets for a character's name
        raise ValueError("a name may have at most 80 characters")
    return unicodedata.normalize("NFC", text)


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Line = Annotated[str, AfterValidator(_one_line), AfterValidator(_said)]
"""Text of one line: inner white space is collapsed, so that folding a YAML text differently changes nothing."""

Name = Annotated[Line, AfterValidator(_a_name)]
"""A name in any script, as the prompt will say it."""

Phrases = Annotated[tuple[Line, ...], BeforeValidator(_listed)]
"""One phrase, or a list of them."""


def folded(name: str) -> str:
    """Return a name in the form in which names are compared: composed, case folded, without outer white space."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()).strip()


def skeleton(name: str) -> str:
    """Return what two names have in common that an eye may take for one: width, form, case and lookalike letters."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    seen = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    return " ".join(seen.translate(_LOOKALIKES).split())


def slug_of(text: str) -> str:
    """Return a short name that is safe in paths; letters of every script stay."""
    kept = [c if c.isalnum() or unicodedata.category(c)[0] == "M" or c in "-_" else "-" for c in folded(text)]
    short = "".join(kept).encode("utf-8")[:_LONGEST_SLUG].decode("utf-8", "ignore")
    return short.strip("-") or "character"


def article(words: str) -> str:
    """Return the English article by the first letter."""
    return "an" if words[:1].lower() in "aeiou" else "a"


def joined(parts: tuple[str, ...]) -> str:
    """Return phrases as an English list: `a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def ended(text: str) -> str:
    """Return a sentence with its full stop, in whatever script it ends."""
    return text if text.endswith((".", "!", "?", "。", "！", "？", "؟", "۔", "।")) else f"{text}."


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 shot`, `2 shots`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
