"""Rules about the locked text: whole, unchanged, and said once."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from charkit.prompts.lint.hits import Hit
from charkit.prompts.lint.text import named_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.prompts.lint.people import Person, Scene
    from charkit.prompts.lint.text import Passage

__all__ = ["altered", "missing"]

_RUN = 5
"""So many words of the locked text in a row are no accident."""
_UNIT = re.compile(r"[^\W_]+|[^\w\s]")


def altered(passage: Passage, scene: Scene) -> Iterator[Hit]:
    """Yield places where the locked text stands changed, or stands in a shot's own words."""
    for person in scene.people:
        at = passage.text.find(person.locked)
        if at >= 0:
            if passage.field != "text":
                yield Hit(
                    rule="locked-repeated",
                    start=at,
                    end=at + len(person.locked),
                    why=f"every prompt says the locked text of {person.name} already",
                    suggestion="Leave it out here.",
                )
            continue
        yield from _near(passage, person)


def _near(passage: Passage, person: Person) -> Iterator[Hit]:
    ours = [match[0].casefold() for match in _UNIT.finditer(person.locked)]
    found = list(_UNIT.finditer(passage.text))
    theirs = [match[0].casefold() for match in found]
    compared = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    blocks = [block for block in compared.get_matching_blocks() if block.size >= 2]
    if max((_words(ours[one.a : one.a + one.size]) for one in blocks), default=0) < _RUN:
        return
    first, last = found[blocks[0].b], found[blocks[-1].b + blocks[-1].size - 1]
    yield Hit(
        rule="locked-altered",
        start=first.start(),
        end=last.end(),
        why=f"the locked text of {person.name} is changed: {_changes(ours, theirs, compared)}",
        suggestion="Change the sheet instead: it makes a new version, and takes know which one they used.",
    )


def _words(units: list[str]) -> int:
    return sum(unit[0].isalnum() for unit in units)


def _changes(ours: list[str], theirs: list[str], compared: difflib.SequenceMatcher[str]) -> str:
    """Return the first differences in words, such as `“green” became “blue”`."""
    codes = [code for code in compared.get_opcodes() if code[0] != "equal"]
    inner = [code for code in codes if code[0] != "insert" or 0 < code[1] < len(ours)]
    said = []
    for _, a, b, c, d in inner[:3]:
        old, new = " ".join(ours[a:b]), " ".join(theirs[c:d])
        new = new if len(new) < 60 else ""
        said.append(f"“{old}” became “{new}”" if old and new else f"“{old}” is gone" if old else f"“{new}” came in")
    return ", ".join(said) or "letters differ"


def missing(passage: Passage, scene: Scene) -> Iterator[Hit]:
    """Yield characters whom a whole prompt names without their locked text."""
    for person in scene.people:
        for start, end in named_in(person.name, passage.text)[:1]:
            if person.locked not in passage.text and not list(_near(passage, person)):
                yield Hit(
                    rule="locked-missing",
                    start=start,
                    end=end,
                    why=f"the prompt names {person.name} and does not say the locked text",
                    suggestion="Render the prompt from the sheet: studio.prompts.render(shot, route).",
                )
