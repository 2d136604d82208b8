"""How a sheet shows itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.cards import card, swatches

if TYPE_CHECKING:
    from charkit.cards import Html
    from charkit.character.sheet import CharacterSheet

__all__ = ["sheet_card"]

_PARTS = frozenset({"eyes.colour", "eyes.shape", "hair.colour", "hair.length", "hair.style", "style", "never"})
"""What other rows say already."""


def sheet_card(sheet: CharacterSheet, *, state: str = "") -> Html:
    """Return a sheet as a card of HTML: attributes, words, wardrobe, palette, pictures, likeness and version.

    Args:
        sheet: What to show.
        state: What its history says of it, such as `locked as version 2`.
    """
    rows: list[tuple[str, str]] = [(a.name, ", ".join(a.words)) for a in sheet.attributes() if a.name not in _PARTS]
    rows += [("palette", swatches(sheet.palette))] if sheet.palette else []
    rows += [(f"outfit {name}", _worn(sheet, name)) for name in sheet.wardrobe if name != "default"]
    rows += [
        ("voice", sheet.voice or ""),
        ("style", sheet.style or ""),
        ("never shows", ", ".join(sheet.never)),
        ("own pictures", ", ".join(f"{p.view}: {p.file}" for p in sheet.references)),
        ("known as", ", ".join(f"{name} at {place}" for place, name in sheet.provider_ids.items())),
        ("likeness", ("a real person; " if sheet.likeness.real_person else "") + sheet.likeness.said),
        ("version", f"{sheet.version}{f', {state}' if state else ''}"),
    ]
    return card(
        sheet.name,
        rows=[(name, value) for name, value in rows if value],
        badge=sheet.kind,
        badge_kind="ok",
        note=sheet.locked_text(),
        width=420,
    )


def _worn(sheet: CharacterSheet, wardrobe: str) -> str:
    outfit = sheet.outfit(wardrobe)
    shots = f" (in {', '.join(outfit.shots)})" if outfit.shots else ""
    return f"{', '.join((*outfit.wears, *sheet.carries(wardrobe))) or 'nothing'}{shots}"
