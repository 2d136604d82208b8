"""One call for the views of a character: in rounds, checked, and made again where they drifted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from charkit.casting.designs import DesignedView, Look, ViewCheck
from charkit.casting.wishes import ANCHOR, neighbours
from charkit.errors import SpendLimit, UsageError
from charkit.money import dollars
from charkit.providers.base import Blob, BoundReference, Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from charkit.casting.decisions import Kept
    from charkit.casting.designing import Casting
    from charkit.casting.wishes import Wish
    from charkit.character import CharacterSheet
    from charkit.takes import Take

__all__ = ["Turn"]

_UNCHECKED = ViewCheck(verdict="unverifiable", reason="nobody checked it")
_Asked: TypeAlias = "tuple[tuple[BoundReference, ...], int]"
"""The pictures that go along, and the number of the take."""


@dataclass(kw_only=True)
class Turn:
    """One call for the views of one character: what is made so far, and what further tries have cost."""

    casting: Casting
    sheet: CharacterSheet
    anchor: Take
    made: dict[Wish, DesignedView]
    kept: Kept
    spent_usd: float = 0.0

    def make(self, together: Sequence[Wish]) -> None:
        """Make some views at once, then those that drifted again, while number and money last."""
        feeds = {wish: self._inputs(wish) for wish in together}
        first = {wish: self._first(wish) for wish in together}
        tries: dict[Wish, list[tuple[Take, ViewCheck]]] = {wish: [] for wish in together}
        notes: dict[Wish, str] = {}
        self._try({wish: (feeds[wish], first[wish]) for wish in together}, tries)
        for again in range(1, self.casting.redos + 1):
            drifted = {wish: (feeds[wish], first[wish] + again) for wish in together if _drifted(tries[wish])}
            wanted = self._within_budget(drifted, notes)
            if not wanted:
                break
            try:
                self._try(wanted, tries)
            except SpendLimit as limit:
                notes |= dict.fromkeys(wanted, f"not made again: {limit}")
                break
        for wish in together:
            take, check = max(tries[wish], key=_rank)
            self.made[wish] = DesignedView(
                wish=wish,
                take=take,
                check=check,
                tries=tuple(tries[wish]),
                fed=tuple(picture.view for picture in feeds[wish]),
                note=notes.get(wish, "") if check.verdict == "drifted" else "",
            )

    def _try(
        self,
        wanted: Mapping[Wish, _Asked],
        tries: dict[Wish, list[tuple[Take, ViewCheck]]],
    ) -> None:
        orders = [self.casting.view_order(self.sheet, wish, *how) for wish, how in wanted.items()]
        if self.casting.vet is not None:
            shown = [[path for view in self._fed(wish) if (path := view.take.path)] for wish in wanted]
            self.casting.vet(dict(zip(orders, shown, strict=True)), self.sheet)
        for wish, take in zip(wanted, self.casting.make(orders), strict=True):
            tries[wish].append((take, self._checked(wish, take)))

    def _within_budget(self, drifted: Mapping[Wish, _Asked], notes: dict[Wish, str]) -> dict[Wish, _Asked]:
        """Return what is made again; what the money does not reach for is noted."""
        wanted = {}
        for wish, how in drifted.items():
            if self.spent_usd + self.casting.price_usd > self.casting.redo_usd + 1e-9:
                notes[wish] = f"not made again: further tries may cost {dollars(self.casting.redo_usd)} together"
                continue
            self.spent_usd += self.casting.price_usd
            wanted[wish] = how
        return wanted

    def _first(self, wish: Wish) -> int:
        """Return the number of the first take that no person rejected."""
        rejected = self.kept.rejected_takes.get(f"{self.sheet.slug}.{wish.name}", ())
        return max(rejected, default=0) + 1

    def _inputs(self, wish: Wish) -> tuple[BoundReference, ...]:
        return tuple(self._picture(view) for view in self._fed(wish))

    def _fed(self, wish: Wish) -> tuple[DesignedView, ...]:
        """Return the anchor and the neighbours that turned out well, in the order in which the prompt counts them."""
        near = [self.made[other] for other in neighbours(wish, self.made) if self.made[other].good]
        room = max(0, self.casting.route.max_references() - 1)
        return (self.made[ANCHOR], *near[:room])

    def _picture(self, view: DesignedView) -> BoundReference:
        if view.take.path is None:
            raise UsageError(f"{view.take.subject} has no picture to go on from")
        name = f"{self.sheet.slug}-{view.wish.name}{view.take.path.suffix}"
        blob = Blob(name=name, media_type=view.take.media_type, data=view.take.path.read_bytes())
        return BoundReference(role=Role.VIEW, blob=blob, character=self.sheet.name, view=view.wish.view)

    def _checked(self, wish: Wish, take: Take) -> ViewCheck:
        if take.path is None or not take.ok or self.anchor.path is None or self.casting.check is None:
            return _UNCHECKED
        return self.casting.check(
            Look(
                subject=take.subject,
                character=self.sheet.name,
                wish=wish,
                picture=take.path,
                digest=take.digest,
                anchor=self.anchor.path,
                anchor_digest=self.anchor.digest,
                number=take.number,
            )
        )


def _drifted(tries: Sequence[tuple[Take, ViewCheck]]) -> bool:
    return bool(tries) and all(take.ok and check.verdict == "drifted" for take, check in tries)


def _rank(tried: tuple[Take, ViewCheck]) -> tuple[bool, bool, float]:
    """Order tries: a picture before none, one that holds before one that drifted, then by score."""
    take, check = tried
    return take.ok, check.verdict != "drifted", check.score or 0.0
