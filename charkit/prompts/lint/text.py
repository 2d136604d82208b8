"""Text as rules see it: words with their places, in which script and tongue, and where names stand."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from charkit.character import folded
from charkit.prompts.lint.lexicon import lexicon

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Passage", "Word", "is_english", "named_in", "syllables", "words_of"]

_TOKEN = re.compile(r"(?<=[^\W\d_])['’]s\b|n['’]t\b|[^\W\d_]+?(?=n['’]t\b)|[^\W\d_]+|\d+|[^\w\s]")
_STOPS = frozenset(".;!?:")
_VOWELS = re.compile(r"[aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýœ]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Word:
    """A word or a mark of punctuation."""

    text: str
    start: int
    end: int

    @property
    def low(self) -> str:
        """In lower case, with a plain apostrophe."""
        return self.text.casefold().replace("’", "'")

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital letter."""
        return self.text[:1].isupper()


@dataclass(frozen=True, kw_only=True)
class Passage:
    """One field of a shot, or a free text."""

    field: str
    """Such as `action`; `text` for free text."""
    text: str
    shot: str = ""
    place: tuple[str | int, ...] = ()
    """Where it stands in the storyboard's file."""

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """The words in order."""
        return words_of(self.text)

    @cached_property
    def english(self) -> bool:
        """Whether rules that know English only may look at it."""
        return is_english(self.text)

    def sentence_start(self, index: int) -> int:
        """Return the index of the first word of the sentence in which a word stands."""
        while index > 0 and self.words[index - 1].text not in _STOPS:
            index -= 1
        return index

    def clause_start(self, index: int) -> int:
        """Return the index of the first word of the clause in which a word stands."""
        while index > 0 and self.words[index - 1].text not in _STOPS and self.words[index - 1].low not in (",", "but"):
            index -= 1
        return index

    def clause_end(self, index: int) -> int:
        """Return the index behind the last word of the clause in which a word stands."""
        while index < len(self.words) and self.words[index].text not in _STOPS and self.words[index].text != ",":
            index += 1
        return index


def words_of(text: str) -> tuple[Word, ...]:
    """Return the words and marks of a text; hyphens part words and are left out."""
    found = (Word(match[0], match.start(), match.end()) for match in _TOKEN.finditer(text))
    return tuple(word for word in found if word.text != "-")


def script_of(letter: str) -> str:
    """Return the script of a letter, by the first word of its Unicode name."""
    return unicodedata.name(letter, "").partition(" ")[0]


def is_english(text: str) -> bool:
    """Return whether a text is English, as far as one sentence can show: Latin letters, and no other tongue's words.

    A text too short to tell counts as English where it is written in plain Latin letters.
    """
    letters = [c for c in text if c.isalpha()]
    if not letters or sum(script_of(c) == "LATIN" for c in letters) < 0.7 * len(letters):
        return False
    low = [word.low for word in words_of(text)]
    share = {tongue: sum(word in words for word in low) for tongue, words in lexicon().tongues.items()}
    english = share.pop("en")
    return english >= max(share.values(), default=0)


def _parted(script: str) -> bool:
    """Whether names in a script stand as words of their own, parted by spaces, without anything grown on to them."""
    return script in {"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "GEORGIAN"}


def named_in(name: str, text: str, *, exactly: bool = True) -> list[tuple[int, int]]:
    """Return where a name stands in a text.

    Args:
        name: In any script. In Latin, Greek and Cyrillic it has to be a word of its own; elsewhere words are not
            parted, or take prefixes, so that any place counts.
        text: Where to look.
        exactly: Whether letters have to be as in the name; otherwise case and composition do not matter.
    """
    if not name:
        return []
    edge = _parted(script_of(next((c for c in name if c.isalpha()), "A")))
    flags = re.NOFLAG if exactly else re.IGNORECASE
    return [
        match.span()
        for match in re.finditer(re.escape(name), text, flags)
        if folded(match[0]) == folded(name)
        and not (edge and (_grown(text, match.start() - 1) or _grown(text, match.end())))
    ]


def _grown(text: str, index: int) -> bool:
    """Whether the letter at a place would make a name part of a longer word: `Miraculous`, but not `Mira美羽`."""
    if not 0 <= index < len(text):
        return False
    return text[index] == "_" or text[index].isdigit() or (text[index].isalpha() and _parted(script_of(text[index])))


def syllables(text: str, *, english: bool) -> int:
    """Return how many syllables a text in Latin letters has, by its vowels; a silent English e is not counted."""
    count = 0
    for word in re.findall(r"[^\W\d_]+", text):
        groups = len(_VOWELS.findall(word))
        if english and groups > 1 and re.search(r"[^aeiouyl]e$|[^aeiouy]es$|[^aeioutd]ed$", word, re.IGNORECASE):
            groups -= 1
        count += max(groups, 1)
    return count + sum(2 for _ in re.findall(r"\d", text))


def first_named(names: Iterable[str], text: str) -> int | None:
    """Return where the first of some names stands in a text."""
    places = [start for name in names for start, _ in named_in(name, text)]
    return min(places, default=None)
