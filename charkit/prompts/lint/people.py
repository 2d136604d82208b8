"""Who is in a shot, as rules see them, and of whom a passage speaks where."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from charkit.prompts.lint.lexicon import lexicon
from charkit.prompts.lint.text import Passage, is_english, named_in, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from charkit.character import CharacterSheet

__all__ = ["Mention", "Person", "Scene", "mentions", "person_of", "readable"]

Pronoun: TypeAlias = Literal["she", "he", "it", "they"]

PRONOUNS: Mapping[str, Pronoun] = {
    **dict.fromkeys(("she", "her", "hers", "herself"), "she"),
    **dict.fromkeys(("he", "him", "his", "himself"), "he"),
    **dict.fromkeys(("they", "them", "their", "theirs", "themselves"), "they"),
    **dict.fromkeys(("its", "itself"), "it"),
}
"""`it` itself is left out: it stands for the weather as often as for anybody."""

_TITLES = frozenset({"captain", "mr", "mrs", "ms", "miss", "doctor", "dr", "aunt", "uncle", "king", "queen", "sir",
                     "lady", "old", "professor", "grandma", "grandpa"})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Person:
    """A character as one shot shows it."""

    name: str
    pronoun: Pronoun
    locked: str
    """In the outfit of the shot."""
    what: frozenset[str] = frozenset()
    """The nouns of `what`: whom “the girl” means."""
    age_band: str | None = None
    wears: tuple[str, ...] = ()
    """The outfit of the shot and what is carried, phrase by phrase."""
    outfits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The other outfits, by name."""
    never: tuple[str, ...] = ()

    @cached_property
    def english(self) -> bool:
        """Whether rules that know English only can hold words against the sheet."""
        return is_english(self.locked)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What rules know beside the passage they look at."""

    people: tuple[Person, ...] = ()
    """The cast of the shot."""
    absent: tuple[str, ...] = ()
    """Names of the film's other characters."""
    seconds: float | None = None
    """Of the shot; None for free text."""
    framing: str = ""
    language: str = "en"
    """Of the dialogue."""
    routes: tuple[str, ...] = ()
    """The routes the words may go to; empty where that is open."""

    def called(self, name: str | None) -> Person | None:
        """Return a person by name."""
        return next((person for person in self.people if person.name == name), None)


def person_of(sheet: CharacterSheet, wardrobe: str = "default") -> Person:
    """Return a character as one shot shows it.

    Raises:
        UnknownName: the sheet has no such outfit.
    """
    described = sheet.description
    outfit = sheet.outfit(wardrobe)
    carries = sheet.accessories if outfit.accessories is None else outfit.accessories
    known = lexicon()
    nouns = {word.low for word in words_of(described.what)} if described else set()
    return Person(
        name=sheet.name,
        pronoun=described.pronoun if described else "they",
        locked=sheet.locked_text(wardrobe),
        what=frozenset(nouns - known.adjectives - known.determiners - known.similes),
        age_band=described.age_band if described else None,
        wears=(*outfit.wears, *carries),
        outfits={
            name: (*other.wears, *(other.accessories or ()))
            for name, other in sheet.wardrobe.items()
            if name != wardrobe
        },
        never=sheet.never,
    )


def readable(scene: Scene) -> Scene:
    """Return the scene for rules that hold words against a sheet: who is described in another tongue is a stranger."""
    there = tuple(person for person in scene.people if person.english)
    if len(there) == len(scene.people):
        return scene
    unread = tuple(person.name for person in scene.people if not person.english)
    return replace(scene, people=there, absent=(*scene.absent, *unread))


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A place in a passage where somebody is spoken of."""

    index: int
    """Of the last word of the mention."""
    name: str | None
    """Whose; None for somebody who is not in the cast of the shot."""


def mentions(passage: Passage, scene: Scene) -> tuple[Mention, ...]:
    """Return who is spoken of, in order: the shot's people by name or by what they are, and others."""
    found = {place: person.name for person in scene.people for place in _places(passage, person.name)}
    strangers = {place for name in scene.absent for place in _places(passage, name)}
    known, result = lexicon(), []
    for index, word in enumerate(passage.words):
        if index in found:
            result.append(Mention(index=index, name=found[index]))
        elif index in strangers or _is_other_name(passage, index):
            result.append(Mention(index=index, name=None))
        elif word.low in known.others or any(word.low in person.what for person in scene.people):
            result.append(Mention(index=index, name=_apposed(passage, index, result) or _meant(passage, index, scene)))
    return tuple(result)


def _places(passage: Passage, name: str) -> list[int]:
    ends = {end for _, end in named_in(name, passage.text)}
    return [index for index, word in enumerate(passage.words) if word.end in ends]


def _is_other_name(passage: Passage, index: int) -> bool:
    """Whether a word is a name that nobody here bears: `Captain Brown`, `of Anna`, `Violet's`."""
    word, before = passage.words[index], passage.words[index - 1] if index else None
    if not word.capital or (word.text.isupper() and len(word.text) == 1):
        return False
    after = passage.words[index + 1].low if index + 1 < len(passage.words) else ""
    inside = before is not None and before.text not in {".", "!", "?", ":", ";", '"', "“"}
    return inside or after == "'s" or (before is not None and before.low in _TITLES)


def _apposed(passage: Passage, index: int, before: Sequence[Mention]) -> str | None:
    """Return whom `Mira, a small girl` and `Mira is a girl` speak of."""
    words, known = passage.words, lexicon()
    start = index
    while start > 0 and words[start - 1].low in known.adjectives | known.colour.keys() | known.determiners:
        start -= 1
    linked = start > 0 and (words[start - 1].text == "," or words[start - 1].low in ("is", "was", "as"))
    if not linked or not before or start == index:
        return None
    return before[-1].name if before[-1].index == start - 2 else None


def _meant(passage: Passage, index: int, scene: Scene) -> str | None:
    """Return the character that “the girl” means: the only one who is a girl; nobody for “a girl”."""
    word = passage.words[index].low
    same = [person.name for person in scene.people if word in person.what]
    start = index
    while start > 0 and passage.words[start - 1].low in lexicon().adjectives | set(lexicon().colour):
        start -= 1
    before = passage.words[start - 1].low if start else ""
    if len(same) != 1 or before in lexicon().determiners - {"the", "this", "that"}:
        return None
    return same[0]


def owner_before(
    found: Sequence[Mention], index: int, *, pronoun: str = "", scene: Scene
) -> str | Literal[False] | None:
    """Return whose something is: the nearest mention before it; None for somebody else's, False where nobody is.

    Args:
        found: Who is spoken of in the passage.
        index: Of the word in question.
        pronoun: Only those for whom this pronoun is right.
        scene: Who is in the shot.
    """
    for mention in reversed([one for one in found if one.index < index]):
        person = scene.called(mention.name)
        if not pronoun or person is None or _answers(person, pronoun):
            return mention.name
    fitting = [person.name for person in scene.people if not pronoun or _answers(person, pronoun)]
    return fitting[0] if len(fitting) == 1 else False


def _answers(person: Person, pronoun: str) -> bool:
    wanted = PRONOUNS[pronoun]
    return wanted in (person.pronoun, "they") or person.pronoun == "they"
