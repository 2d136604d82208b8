"""Which pictures of a character are wanted, and which of those that are there already help to make the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.character import View, slug_of
from charkit.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from charkit.character import CharacterSheet

__all__ = ["EVERY_VIEW", "VIEWS", "Wish", "neighbours", "rounds", "wished"]

VIEWS = ("full", "three-quarter", "face")
"""What is made where nothing else is said; the anchor first. A large face matters most for close-ups: in a full figure
it is small. Every other view costs a picture more per character."""

EVERY_VIEW = ("full", "three-quarter", "face", "front", "left-profile", "right-profile", "back", "expression: laughing")
"""What a film with sideways motion and turns is glad of (image-models.md, 4.4)."""

_FED_BACK = 2
"""Neighbours besides the anchor (image-models.md, 4.4); more dilute it."""
_NEIGHBOURS: dict[View, tuple[View, ...]] = {
    View.FRONT: (View.FACE,),
    View.PROFILE: (View.THREE_QUARTER, View.FACE),
    View.LEFT_PROFILE: (View.THREE_QUARTER, View.FACE),
    View.RIGHT_PROFILE: (View.LEFT_PROFILE, View.THREE_QUARTER),
    View.BACK: (View.LEFT_PROFILE, View.PROFILE, View.THREE_QUARTER),
    View.EXPRESSION: (View.FACE,),
}
"""Which views show the most of what a new one has to show, nearest first. A three-quarter view and a face are made from
the anchor alone, so that both can be made at once."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One wanted picture."""

    view: View
    wardrobe: str = "default"
    expression: str = ""
    """What the face shows, for the view `expression`."""

    @property
    def name(self) -> str:
        """A name for paths and decisions: `face`, `full-indoors`, `expression-laughing`."""
        said = slug_of(self.expression) if self.expression else ""
        worn = slug_of(self.wardrobe) if self.wardrobe != "default" else ""
        return "-".join(part for part in (self.view.value, said, worn) if part)

    def __str__(self) -> str:
        said = f": {self.expression}" if self.expression else ""
        worn = f"@{self.wardrobe}" if self.wardrobe != "default" else ""
        return f"{self.view}{said}{worn}"


ANCHOR = Wish(view=View.FULL)
"""The picture that all others are made from."""


def wished(asked: Iterable[str], sheet: CharacterSheet) -> tuple[Wish, ...]:
    """Read a choice of views, such as `face`, `full@indoors`, `expression: sad`; the anchor is always among them.

    Raises:
        UsageError: there is no such view, or an expression without a word for it, or one view stands there twice.
        UnknownName: the character has no such outfit.
    """
    found = [_wish(text, sheet) for text in asked]
    names = [wish.name for wish in found]
    for wish in found:
        if names.count(wish.name) > 1:
            raise UsageError(f"the view {str(wish)!r} is asked for twice")
    return (ANCHOR, *(wish for wish in found if wish != ANCHOR))


def _wish(text: str, sheet: CharacterSheet) -> Wish:
    before, _, wardrobe = str(text).partition("@")
    name, _, expression = before.partition(":")
    name, expression = name.strip(), " ".join(expression.split())
    known = [view.value for view in View]
    if name not in known:
        raise UsageError(f"there is no view {name!r}. {did_you_mean(name, known)}")
    if expression and name != View.EXPRESSION:
        raise UsageError(f"{text!r}: only the view `expression` takes a word for what the face shows")
    if name == View.EXPRESSION and not expression:
        expression = "laughing"
    wardrobe = wardrobe.strip() or "default"
    sheet.outfit(wardrobe)
    return Wish(view=View(name), wardrobe=wardrobe, expression=expression)


def neighbours(wish: Wish, among: Iterable[Wish]) -> tuple[Wish, ...]:
    """Return which other views help to make one, nearest first: at most two, besides the anchor.

    A view in another outfit is made from the full figure in that outfit, then from the face.
    """
    there = [other for other in among if other not in (wish, ANCHOR)]
    if wish.wardrobe == "default":
        best = [Wish(view=view) for view in _NEIGHBOURS.get(wish.view, ())]
    else:
        best = [Wish(view=View.FULL, wardrobe=wish.wardrobe), Wish(view=View.FACE)]
    return tuple(other for other in best if other in there)[:_FED_BACK]


def rounds(wishes: Sequence[Wish]) -> list[tuple[Wish, ...]]:
    """Return the views after the anchor in rounds: each needs only what earlier rounds made."""
    left = [wish for wish in wishes if wish != ANCHOR]
    made: list[Wish] = [ANCHOR]
    found = []
    while left:
        now = tuple(wish for wish in left if all(other in made for other in neighbours(wish, wishes)))
        now = now or (left[0],)
        found.append(now)
        made += now
        left = [wish for wish in left if wish not in now]
    return found
