"""Rules that hold a passage against the sheet: hair, eyes, fur, skin and age."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from charkit.prompts.lint.hits import Hit
from charkit.prompts.lint.lexicon import lexicon
from charkit.prompts.lint.looks import Claim, claims, described, unsaid
from charkit.prompts.lint.text import Passage, named_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.prompts.lint.people import Person, Scene

__all__ = ["age", "looks"]


def looks(passage: Passage, scene: Scene) -> Iterator[Hit]:
    """Yield claims about hair, eyes, fur and skin that contradict the sheet."""
    for claim in claims(passage, scene):
        person = scene.called(claim.owner or None)
        if person is None:
            continue
        own = [one for one in _own(person.locked) if one.part == claim.part]
        contradicted = _contradicted(claim, own)
        if contradicted:
            start, end = passage.words[claim.first].start, passage.words[claim.last].end
            yield Hit(
                rule=f"wrong-{claim.part}",
                start=start,
                end=end,
                why=f"{person.name}'s sheet says “{_said(person.locked, own)}”",
                suggestion=f"Leave {contradicted} out: the locked text says it, and nothing else should.",
            )


@lru_cache(maxsize=256)
def _own(locked: str) -> tuple[Claim, ...]:
    return described(locked)


def _said(locked: str, own: list[Claim]) -> str:
    passage = Passage(field="locked", text=locked)
    return ", ".join(
        locked[passage.words[claim.first].start : passage.words[claim.last].end].removeprefix("and ") for claim in own
    )


def _contradicted(claim: Claim, own: list[Claim]) -> str:
    """Return which part of a claim none of the sheet's own phrases allows."""
    for kind in ("colours", "lengths", "styles"):
        said: frozenset[str] = getattr(claim, kind)
        known = [getattr(one, kind) for one in own if getattr(one, kind)]
        if said and known and not any(said & groups for groups in known):
            return {"colours": "the colour", "lengths": "the length", "styles": "the hairstyle"}[kind]
    return ""


_AGES: dict[str, frozenset[str]] = {
    **dict.fromkeys(("baby", "toddler", "infant", "newborn"), frozenset({"infant"})),
    **dict.fromkeys(("child", "kid", "little girl", "little boy", "small girl", "small boy"), frozenset({"child"})),
    **dict.fromkeys(("girl", "boy", "young girl", "young boy"), frozenset({"child", "teen"})),
    **dict.fromkeys(("teenager", "teenage", "teen", "adolescent", "teenage girl", "teenage boy"), frozenset({"teen"})),
    **dict.fromkeys(("young woman", "young man", "young lady"), frozenset({"adult"})),
    **dict.fromkeys(
        ("woman", "man", "lady", "gentleman", "grown woman", "grown man", "adult woman", "adult man"),
        frozenset({"adult", "elder"}),
    ),
    **dict.fromkeys(("adult", "grown-up", "middle-aged", "middle-aged woman", "middle-aged man"), frozenset({"adult"})),
    **dict.fromkeys(
        ("old woman", "old man", "old lady", "elderly", "elderly woman", "elderly man", "grandmother", "grandfather",
         "granny", "old", "aged", "ancient"),
        frozenset({"elder"}),
    ),
}  # fmt: skip
_PEOPLE = "|".join(sorted((word for word in _AGES if word not in {"old", "aged", "ancient"}), key=len, reverse=True))
_BEFORE = r"old|elderly|aged|teenage|adult|grown-up|middle-aged|baby|toddler|ancient"


def age(passage: Passage, scene: Scene) -> Iterator[Hit]:
    """Yield another age than the sheet's, said of a character by name."""
    for person in scene.people:
        allowed = _band(person)
        if allowed is None:
            continue
        for start, end in named_in(person.name, passage.text):
            for first, last, bands in _ages(passage.text, start, end):
                word = next((n for n, w in enumerate(passage.words) if w.start >= first), 0)
                if not (bands & allowed) and not unsaid(passage, word):
                    yield Hit(
                        rule="wrong-age",
                        start=first,
                        end=last,
                        why=f"{person.name}'s sheet says {person.age_band or '/'.join(sorted(allowed))}",
                        suggestion="Leave the age out, or give this other age a sheet of its own.",
                    )


def _band(person: Person) -> frozenset[str] | None:
    if person.age_band == "ageless":
        return None
    if person.age_band is not None:
        return frozenset({person.age_band})
    found = re.search(rf"\b(?:{_PEOPLE})\b", person.locked, re.IGNORECASE)
    return _AGES[found[0].lower()] if found else None


def _ages(text: str, start: int, end: int) -> Iterator[tuple[int, int, frozenset[str]]]:
    """Yield the ages that stand before or behind a name: `old Mira`; `Mira, a woman`; `Mira is forty years old`."""
    before, after = text[:start], text[end:]
    if found := re.search(rf"\b({_BEFORE})[ -]$", before, re.IGNORECASE):
        yield start - len(found[0]), start - 1, _AGES[found[1].lower()]
    elif found := re.search(r"\b(\d{1,3})[- ]years?[- ]old $", before, re.IGNORECASE):
        yield start - len(found[0]), start - 1, _by_number(int(found[1]))
    elif found := re.search(r"\b(?:much )?older $", before, re.IGNORECASE):
        yield start - len(found[0]), start - 1, frozenset({"older"})
    link = r"(?:,| is| becomes| has become| turns into| as|, now|, by now| is now| is already)"
    if found := re.match(rf"{link} (?:an? |the )?({_PEOPLE})\b", after, re.IGNORECASE):
        yield end + found.start(1), end + found.end(1), _AGES[found[1].lower()]
    elif found := re.match(rf"{link} (?:aged )?({_NUMBER})(?= years|[,.;]|$|-year)", after, re.IGNORECASE):
        yield end + found.start(1), end + found.end(1), _by_number(_number(found[1]))
    elif found := re.match(r" (?:is|has grown|looks|has become|grows)(?: now| very| suddenly)* (old|elderly)\b", after):
        yield end + found.start(1), end + found.end(1), frozenset({"elder"})
    elif (found := re.match(r"(?:, now| is now|, all| is all| has)(?: all)? (grown up|grown-up)\b", after)) or (
        found := re.match(r",? (?:now )?in (?:her|his|their) (twenties|thirties|forties|fifties|sixties)\b", after)
    ):
        yield end + found.start(1), end + found.end(1), frozenset({"adult"})


_NUMBER = r"\d{1,3}|" + "|".join(sorted(lexicon().numbers, key=len, reverse=True))


def _number(said: str) -> int:
    return int(said) if said.isdigit() else lexicon().numbers[said.lower()]


def _by_number(years: int) -> frozenset[str]:
    if years < 3:
        return frozenset({"infant"})
    if years < 13:
        return frozenset({"child"})
    return frozenset({"teen"} if years < 18 else {"adult"} if years < 65 else {"elder"})
