"""Which pictures of a character go along with a shot, and why the others do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from charkit.character import View, counted, folded
from charkit.references.picture import reference_card

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from charkit.references.picture import Reference

__all__ = ["Choice", "Framed", "Pruned", "Wearing", "choose"]

_BEST_VIEWS: dict[str, tuple[View, ...]] = {
    "close-up": (View.FACE, View.FRONT, View.THREE_QUARTER, View.EXPRESSION, View.FULL),
    "medium": (View.FRONT, View.FACE, View.THREE_QUARTER, View.FULL, View.EXPRESSION),
    "full": (View.FULL, View.FRONT, View.THREE_QUARTER, View.FACE),
    "wide": (View.FULL, View.THREE_QUARTER, View.FRONT, View.FACE),
}
_SIDES = (View.PROFILE, View.LEFT_PROFILE, View.RIGHT_PROFILE, View.BACK)


class Wearing(Protocol):
    """A character in a shot."""

    @property
    def name(self) -> str:
        """Who."""

    @property
    def wardrobe(self) -> str:
        """In which outfit."""


class Framed(Protocol):
    """What a choice needs to know of a shot. `charkit.shots.Shot` is one."""

    @property
    def framing(self) -> str:
        """How large the character is."""

    @property
    def characters(self) -> Sequence[Wearing]:
        """Who is in it."""


@dataclass(frozen=True, kw_only=True)
class Pruned:
    """A picture that does not go along, and why."""

    reference: Reference
    why: str


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The pictures for one shot, those that were left out, and why."""

    kept: tuple[Reference, ...] = ()
    """In the order in which they are sent: the shot's characters one after the other."""
    pruned: tuple[Pruned, ...] = ()
    reasons: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Choice: {counted(len(self.kept), 'picture')}, {len(self.pruned)} left out>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.cards import grid

        cards = [reference_card(r) for r in self.kept] + [reference_card(p.reference, p.why) for p in self.pruned]
        return {"text/plain": repr(self), "text/html": grid(cards)}


def choose(shot: Framed, references: Iterable[Reference], limit: int) -> Choice:
    """Choose the pictures that show a shot's characters best.

    Each character gets its best picture for the framing before anyone gets a second one, so that a crowd shares the
    route's slots. Pictures in another outfit than the shot's are taken only where there is none in the right one.

    Args:
        shot: Who is in it, how large and in which outfit.
        references: What there is to choose from.
        limit: How many pictures of characters the route takes.
    """
    pool = list(references)
    pruned: list[Pruned] = []
    reasons: list[str] = []
    queues = [_ranked(who, shot.framing, pool, pruned, reasons) for who in shot.characters]
    kept: list[list[Reference]] = [[] for _ in queues]
    for depth in range(max(map(len, queues), default=0)):
        for queue, own in zip(queues, kept, strict=True):
            if depth < len(queue) and sum(map(len, kept)) < limit:
                own.append(queue[depth])
    for who, queue, own in zip(shot.characters, queues, kept, strict=True):
        full = f"the route takes {counted(limit, 'picture')}" if limit else "the route takes no pictures of characters"
        pruned += [Pruned(reference=r, why=full) for r in queue[len(own) :]]
        if own:
            reasons.append(f"{who.name} in a {shot.framing} shot: {', '.join(r.view for r in own)}")
    return Choice(
        kept=tuple(reference for own in kept for reference in own), pruned=tuple(pruned), reasons=tuple(reasons)
    )


def _ranked(
    who: Wearing, framing: str, pool: Sequence[Reference], pruned: list[Pruned], reasons: list[str]
) -> list[Reference]:
    own = [r for r in pool if folded(who.name) in (folded(r.name), folded(r.character))]
    dressed = [r for r in own if r.wardrobe == who.wardrobe]
    if dressed:
        pruned += [Pruned(reference=r, why=f"shows the outfit {r.wardrobe!r}") for r in own if r not in dressed]
    elif own:
        reasons.append(f"no picture shows {who.name} in the outfit {who.wardrobe!r}; others are taken")
    order = (*_BEST_VIEWS.get(framing, _BEST_VIEWS["medium"]), *_SIDES)
    ranked: list[Reference] = []
    for reference in sorted(dressed or own, key=lambda r: order.index(r.view) if r.view in order else len(order)):
        if any(reference.digest == other.digest for other in ranked):
            pruned.append(Pruned(reference=reference, why="the same picture twice"))
        else:
            ranked.append(reference)
    firsts = {r.view: r for r in reversed(ranked)}  # one of each view before a second one of any
    return [r for r in ranked if firsts[r.view] is r] + [r for r in ranked if firsts[r.view] is not r]
