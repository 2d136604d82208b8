"""What a passage claims of somebody's looks: phrases such as `long blonde hair`, with the place and whose they are."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from charkit.prompts.lint.lexicon import lexicon
from charkit.prompts.lint.people import PRONOUNS, Scene, mentions, owner_before
from charkit.prompts.lint.text import Passage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from charkit.prompts.lint.people import Mention

__all__ = ["Claim", "Owner", "claims", "described", "unsaid"]

Owner: TypeAlias = "str | Literal[False] | None"
"""A name; None for somebody who is not in the shot's cast; False where nobody can be made out."""

_NONE: frozenset[str] = frozenset()
_WINDOW = 6
"""Words before a phrase in which a negation still reaches it."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One phrase about looks."""

    part: str
    """hair, eyes, fur or skin."""
    colours: frozenset[str] = _NONE
    lengths: frozenset[str] = _NONE
    styles: frozenset[str] = _NONE
    first: int
    last: int
    """The words of the phrase, by index."""
    owner: Owner = False


def described(text: str) -> tuple[Claim, ...]:
    """Return what a locked text says of looks, part by part."""
    return tuple(_phrases(Passage(field="locked", text=text), dict.fromkeys(lexicon().covered, "fur")))


def claims(passage: Passage, scene: Scene) -> Iterator[Claim]:
    """Yield what a passage claims of looks, without what it denies, compares or imagines."""
    found = mentions(passage, scene)
    for claim in _phrases(passage):
        if not unsaid(passage, claim.first):
            yield _owned(claim, passage, scene, found)


def _phrases(passage: Passage, more: Mapping[str, str] = MappingProxyType({})) -> Iterator[Claim]:
    known, words = lexicon(), passage.words
    for index, word in enumerate(words):
        part = known.part.get(word.low, more.get(word.low))
        if part is not None and not _is_name(passage, index) and not _of_something(passage, index):
            yield _phrase(passage, index, part)
        elif word.low in known.redheads and not _is_name(passage, index):
            yield from _person(passage, index)
        elif word.low == "bald" or word.low in {"bun", "topknot"}:
            yield Claim(part="hair", lengths=known.length.get(word.low, _NONE),
                        styles=known.style.get(word.low, _NONE), first=index, last=index)  # fmt: skip


def _phrase(passage: Passage, noun: int, part: str) -> Claim:
    known, words = lexicon(), passage.words
    first = noun
    colours: set[str] = set()
    lengths: set[str] = set()
    while first > 0 and _modifies(words[first - 1].low) and not _ends_phrase(passage, first - 1):
        first -= 1
    while words[first].text == "," or words[first].low == "and":
        first += 1
    for index in range(first, noun + 1):
        low = words[index].low
        if not (_is_name(passage, index)):
            colours |= known.colour.get(low, _NONE) | known.shade.get(low, _NONE)
        lengths |= known.length.get(low, _NONE) if part == "hair" else _NONE
    last = noun
    if not colours and not passage.words[noun].low.endswith("ed"):
        last, colours = _predicate(passage, noun, part)
    style = known.style.get(words[noun].low, _NONE) if part == "hair" else _NONE
    return Claim(
        part=part, colours=frozenset(colours), lengths=frozenset(lengths), styles=style, first=first, last=last
    )


def _ends_phrase(passage: Passage, index: int) -> bool:
    """Whether an `and` at this place joins two phrases instead of two colours."""
    words, known = passage.words, lexicon()
    if words[index].low != "and":
        return False
    before = words[index - 1].low if index else ""
    return not (before in known.colour or before in known.adjectives)


def _modifies(low: str) -> bool:
    known = lexicon()
    return low in known.colour or low in known.shade or low in known.adjectives or low == ","


def _predicate(passage: Passage, noun: int, part: str) -> tuple[int, set[str]]:
    """Return the colour that is said of a part behind it: `her hair is now black`."""
    known, words = lexicon(), passage.words
    index = noun + 1
    while index < len(words) and words[index].low in known.being:
        index += 1
    if index in (noun + 1, len(words)) or words[index].low not in known.colour | known.shade.keys():
        return noun, set()
    rest = {word.low for word in words[index + 1 : passage.clause_end(index)]}
    lit = rest & (known.light | {"from", "with"})
    if lit or (part == "eyes" and words[index].low == "red"):
        return noun, set()  # in this light, or from crying
    low = words[index].low
    return index, set(known.colour.get(low, _NONE) | known.shade.get(low, _NONE))


def _person(passage: Passage, index: int) -> Iterator[Claim]:
    """Yield the hair of `the blonde`, `a redhead`, `the blonde girl`; not of `blonde light`."""
    known, words = lexicon(), passage.words
    before = words[index - 1].low if index else ""
    after = words[index + 1].low if index + 1 < len(words) else ""
    colours = frozenset(known.redheads[words[index].low])
    if after in known.others:
        yield Claim(part="hair", colours=colours, first=index, last=index + 1)
    elif (before in known.determiners and not after.isalpha()) or (
        before in known.determiners and after in {"is", "who", "walks", "runs", "waves", "looks", "turns", "smiles"}
    ):
        yield Claim(part="hair", colours=colours, first=index, last=index)


def _is_name(passage: Passage, index: int) -> bool:
    """Whether a word is written as a name: with a capital letter inside a sentence."""
    word = passage.words[index]
    return word.capital and passage.sentence_start(index) != index


def _of_something(passage: Passage, index: int) -> bool:
    """Whether a noun is only called like a part of somebody: `white curls of smoke`, `the blue eye of the storm`."""
    words, known = passage.words, lexicon()
    behind = [word.low for word in words[index + 1 : index + 5]]
    return behind[:1] == ["of"] and (words[index].low == "eye" or any(low in known.matter for low in behind[1:]))


def unsaid(passage: Passage, first: int) -> bool:
    """Whether a phrase is denied or only compared with: `no longer`, `without`, `like a`, `as red as`."""
    known = lexicon()
    start = max(passage.clause_start(first), first - _WINDOW)
    before = _apart(passage, start, first)
    if known.negations & set(before):
        return True
    compared = _apart(passage, passage.clause_start(first), first)
    if known.similes & set(compared):
        return True
    return any(low == "as" and after in {"if", "though"} for low, after in itertools.pairwise(compared)) or (
        compared.count("as") >= 2  # as red as a fox's fur
    )


def _apart(passage: Passage, start: int, end: int) -> list[str]:
    """Return words that stand by themselves: not the `like` of `fox-like`."""
    return [word.low for word in passage.words[start:end] if passage.text[max(0, word.start - 1)] != "-"]


def _owned(claim: Claim, passage: Passage, scene: Scene, found: tuple[Mention, ...]) -> Claim:
    return replace(claim, owner=owner_of(claim.first, claim.last, passage, scene, found))


def owner_of(first: int, last: int, passage: Passage, scene: Scene, found: tuple[Mention, ...]) -> Owner:
    """Return whose a phrase is, from its first word to its last."""
    words, known = passage.words, lexicon()
    inside = [mention for mention in found if first <= mention.index <= last]
    if inside:
        return _in_person(inside[-1], first, passage, scene)
    if last + 1 < len(words) and words[last + 1].low == "of":  # the black hair of a doll
        whose = next((mention for mention in found if last + 1 < mention.index <= last + 4), None)
        if whose is not None:
            return whose.name
    index = first
    while index > 0 and words[index - 1].low in known.determiners:
        index -= 1
    before = words[index - 1].low if index else ""
    if before in PRONOUNS:
        return owner_before(found, index - 1, pronoun=before, scene=scene)
    if before == "'s":
        return owner_before(found, index - 1, scene=scene)
    heads = passage.words[last].low.endswith("ed")
    if heads:  # the blue-eyed girl: whoever follows
        after = next((mention for mention in found if mention.index > last), None)
        return (
            _in_person(after, first, passage, scene) if after is not None else owner_before(found, first, scene=scene)
        )
    if passage.clause_start(first) == index and not any(mention.index < first for mention in found):
        after = next((mention for mention in found if mention.index > last), None)
        if after is not None:
            return after.name
    return owner_before(found, first, scene=scene)


def _in_person(mention: Mention, first: int, passage: Passage, scene: Scene) -> Owner:
    """Return of whom `a blonde girl` is said: of Mira in `Mira, a blonde girl` and `Mira is a blonde girl`."""
    words = passage.words
    index = first
    while index > 0 and words[index - 1].low in lexicon().determiners:
        index -= 1
    joined = index > 1 and (words[index - 1].text == "," or words[index - 1].low in lexicon().being | {"as"})
    if mention.name is None and joined:
        return next((person.name for person in scene.people if person.name.endswith(words[index - 2].text)), None)
    return mention.name
