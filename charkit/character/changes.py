"""What differs between two forms of a character, attribute by attribute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.character.sheet import CharacterSheet

__all__ = ["Change", "Changes", "changes"]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that differs; an empty side says that it was not there."""

    where: str
    """Such as `description.hair.colour`, `palette.copper`, `reference face`."""
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.before or 'nothing'} → {self.after or 'nothing'}"


class Changes(tuple[Change, ...]):
    """All that differs, in the order of the sheet."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Changes: {'; '.join(map(str, self)) or 'none'}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.cards import table

        rows = [[change.where, change.before or "–", change.after or "–"] for change in self]
        mark = table(["what", "before", "after"], rows, caption="" if rows else "no difference")
        return {"text/plain": repr(self), "text/html": mark}


def changes(before: CharacterSheet, after: CharacterSheet) -> Changes:
    """Return what differs between two sheets: every attribute, the words made of them, and pictures by their bytes."""
    old, new = _facts(before), _facts(after)
    return Changes(
        Change(where=where, before=old.get(where, ""), after=new.get(where, ""))
        for where in dict.fromkeys((*old, *new))
        if old.get(where) != new.get(where)
    )


def _facts(sheet: CharacterSheet) -> dict[str, str]:
    content = sheet.model_dump(mode="json", exclude={"references"}, exclude_defaults=True)
    pictures: dict[str, list[str]] = {}
    for picture in sheet.references:
        outfit = "" if picture.wardrobe == "default" else f" in {picture.wardrobe}"
        pictures.setdefault(f"reference {picture.view}{outfit}", []).append(sheet.digest_of(picture)[7:15])
    words = {f"locked text {name}": sheet.locked_text(name) for name in ("default", *sheet.wardrobe)}
    return dict(_flat(content, "")) | {where: ", ".join(seen) for where, seen in pictures.items()} | words


def _flat(value: object, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{where}.{key}" if where else str(key))
    elif isinstance(value, list):
        yield where, ", ".join(map(str, value)) or "nothing"
    else:
        yield where, str(value)
