"""Rules about what is worn: another colour, another outfit, a garment that the wardrobe does not have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.prompts.lint.hits import Hit
from charkit.prompts.lint.lexicon import lexicon
from charkit.prompts.lint.looks import Owner, owner_of, unsaid
from charkit.prompts.lint.people import PRONOUNS, Mention, Person, Scene, mentions
from charkit.prompts.lint.text import Passage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["clothes", "never"]

_NONE: frozenset[str] = frozenset()
_WORN = {"wear", "wears", "wearing", "wore", "worn", "sports", "sporting", "dons", "donning", "dressed", "clad"}
_ON = {"in", "into", "on", "with"}
_PUT = {"puts", "putting", "pulls", "pulling", "slips", "slipping", "throws", "has"}
_CHANGE = re.compile(
    r"\b(?:changes (?:into|(?:her|his|their|its)? ?(?:clothes|outfit|dress|costume))|undresses|gets dressed"
    r"|(?:in|into|wearing) (?:a |an |her |his |their )?(?:new|different|another|other|fresh|dry) "
    r"(?:clothes|clothing|outfit|costume|dress)|a new outfit|costume change|change of clothes)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Garment:
    """A garment in a text."""

    groups: frozenset[str]
    colours: frozenset[str]
    first: int
    last: int


def garments(passage: Passage) -> Iterator[Garment]:
    """Yield the garments that a passage names, each with its colours."""
    known, words = lexicon(), passage.words
    for index, word in enumerate(words):
        groups = known.garment.get(word.low, _NONE)
        if not groups or _is_thing(passage, index) or (word.capital and passage.sentence_start(index) != index):
            continue
        first = index
        while first > 0 and _modifies(words[first - 1].low):
            first -= 1
        while words[first].low in ("and", ",", "of", "pair"):
            first += 1
        colours = frozenset().union(*(known.colour.get(one.low, _NONE) for one in words[first:index]))
        yield Garment(groups=groups, colours=colours, first=first, last=index)


def _modifies(low: str) -> bool:
    known = lexicon()
    return low in known.colour or low in known.adjectives


def _is_thing(passage: Passage, index: int) -> bool:
    known = lexicon()
    behind = [word.low for word in passage.words[index + 1 : index + 4]]
    if behind[:1] and behind[0] in known.things:
        return True
    return behind[:1] == ["of"] and any(low in known.matter for low in behind[1:])


def clothes(passage: Passage, scene: Scene) -> Iterator[Hit]:
    """Yield garments that contradict what the sheet has a character wear in this shot."""
    found = mentions(passage, scene)
    for garment in garments(passage):
        if not _is_worn(passage, garment, found) or unsaid(passage, garment.first):
            continue
        person = _person(owner_of(garment.first, garment.last, passage, scene, found), scene)
        hit = _judged(garment, person, passage) if person is not None and person.wears else None
        if hit is not None:
            yield hit
    yield from _changes(passage, scene, found)


def _person(owner: Owner, scene: Scene) -> Person | None:
    return scene.called(owner) if isinstance(owner, str) else None


def _is_worn(passage: Passage, garment: Garment, found: Iterable[Mention]) -> bool:
    """Whether somebody wears it: `her coat`, `wearing a coat`, `in a red coat`; not `a coat on a hook`."""
    words, known = passage.words, lexicon()
    index = garment.first
    while index > 0 and words[index - 1].low in known.determiners | {"her", "his", "their", "its"}:
        if words[index - 1].low in PRONOUNS:
            return True
        index -= 1
    if index > 0 and words[index - 1].low in (",", "and"):  # a coat, a hat and boots
        listed = [one for one in garments(passage) if index - 2 <= one.last < index]
        return bool(listed) and _is_worn(passage, listed[-1], found)
    before = words[index - 1].low if index else ""
    earlier = words[index - 2].low if index > 1 else ""
    if before not in _ON:
        return before == "'s" or before in _WORN
    whose = index - 3 if earlier == "," else index - 2  # Mira, with glasses
    return earlier in _WORN | _PUT or (before in {"in", "with"} and any(one.index == whose for one in found))


def _judged(garment: Garment, person: Person, passage: Passage) -> Hit | None:
    start, end = passage.words[garment.first].start, passage.words[garment.last].end
    own = [one for one in _phrases(person.wears) if one.groups & garment.groups]
    if own:
        coloured = [one for one in own if one.colours]
        if not garment.colours or not coloured or any(one.colours & garment.colours for one in coloured):
            return None
        return Hit(
            rule="garment-colour", start=start, end=end,
            why=f"{person.name} wears {_listed(person.wears)} in this shot",
            suggestion="Leave the garment out: the locked text says it.",
        )  # fmt: skip
    for name, wears in person.outfits.items():
        if any(one.groups & garment.groups for one in _phrases(wears)):
            return Hit(
                rule="second-outfit", start=start, end=end,
                why=f"that belongs to {person.name}'s outfit {name!r}, and the locked text of this shot says another",
                suggestion=f"Write `{{name: {person.name}, wardrobe: {name}}}` under `characters`.",
            )  # fmt: skip
    return Hit(
        rule="not-in-wardrobe", start=start, end=end,
        why=f"{person.name}'s wardrobe has {_listed(person.wears)}",
        suggestion="Add an outfit to the sheet and name it in this shot, or leave the garment out.",
    )  # fmt: skip


def _phrases(wears: tuple[str, ...]) -> list[Garment]:
    return [one for phrase in wears for one in garments(Passage(field="sheet", text=phrase))]


def _listed(wears: tuple[str, ...]) -> str:
    return ", ".join(wears)


def _changes(passage: Passage, scene: Scene, found: tuple[Mention, ...]) -> Iterator[Hit]:
    for match in _CHANGE.finditer(passage.text):
        first = next((n for n, word in enumerate(passage.words) if word.start >= match.start()), 0)
        others = [one for one in found if one.index < first]
        if unsaid(passage, first) or not scene.people or (others and others[-1].name is None):
            continue
        yield Hit(
            rule="second-outfit", start=match.start(), end=match.end(),
            why="the locked text says one outfit for the whole shot",
            suggestion="Make it two shots, each with its `wardrobe`.",
        )  # fmt: skip


def never(passage: Passage, scene: Scene) -> Iterator[Hit]:
    """Yield what a sheet says is never shown; a garment only where it is worn."""
    found = mentions(passage, scene)
    worn = [(one.first, one.last) for one in garments(passage) if _is_worn(passage, one, found)]
    for person in scene.people:
        for thing in person.never:
            bare = re.sub(r"^(?:an?|the|any|no)\s+", "", thing, flags=re.IGNORECASE)
            for match in re.finditer(rf"(?<!\w){re.escape(bare)}(?!\w)", passage.text, re.IGNORECASE):
                first = next((n for n, word in enumerate(passage.words) if word.end > match.start()), 0)
                wearable = passage.words[first].low in lexicon().garment
                on = [span for span in worn if span[0] <= first <= span[1]]
                owner = owner_of(*on[0], passage, scene, found) if on else False
                if unsaid(passage, first) or (wearable and (not on or owner is None)):
                    continue
                yield Hit(
                    rule="never-shown", start=match.start(), end=match.end(),
                    why=f"{person.name}'s sheet says never: {thing}",
                    suggestion="Leave it out, or take it off the sheet's `never`.",
                )  # fmt: skip
