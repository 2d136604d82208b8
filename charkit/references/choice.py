"""Which pictures of a character go along with a shot, and why the others do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from charkit.character import View, counted, folded
from charkit.references.picture import reference_card
from charkit.references.side import side_of, views_for

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
_SEEN = {
    "back": " from behind",
    "left": " from the left",
    "right": " from the right",
    "side": " from the side",
    "three-quarter": " in three-quarter view",
    "around": ", turning around",
}


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

    @property
    def angle(self) -> str | None:
        """Where the camera stands."""

    @property
    def action(self) -> str | None:
        """What happens."""

    @property
    def camera(self) -> str | None:
        """How the camera moves."""


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


def choose(
    shot: Framed,
    references: Iterable[Reference],
    limit: int,
    *,
    per_character: int | None = None,
    subjects: int | None = None,
) -> Choice:
    """Choose the pictures that show a shot's characters best.

    Each character gets its best picture for the framing, and for the side from which the shot sees it, before anyone
    gets a second one, so that a crowd shares the route's slots. Pictures in another outfit than the shot's are taken
    only where there is none in the right one.

    Args:
        shot: Who is in it, how large, from which side and in which outfit.
        references: What there is to choose from; among equals the earlier one is taken.
        limit: How many pictures of characters the route takes.
        per_character: How many of one character, where that is limited too.
        subjects: How many different characters its pictures may show, where that is limited; the shot's first come
            first.
    """
    pool = list(references)
    queues = [_queue(who, shot, pool) for who in shot.characters]
    shown = [queue for queue in queues if queue.ranked][: subjects if subjects is not None else len(queues)]
    kept = _shared(shown, limit, per_character)
    pruned: list[Pruned] = []
    reasons: list[str] = []
    for queue in queues:
        own = kept.get(id(queue), [])
        why = _why_full(queue, queue in shown, limit, per_character if len(own) == per_character else None, subjects)
        pruned += [*queue.pruned, *(Pruned(reference=r, why=why) for r in queue.ranked[len(own) :])]
        reasons += [*queue.reasons, *([f"{queue.seen}: {', '.join(r.view for r in own)}"] if own else [])]
    sent = tuple(reference for queue in queues for reference in kept.get(id(queue), []))
    return Choice(kept=sent, pruned=tuple(pruned), reasons=tuple(reasons))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Queue:
    """One character's pictures for a shot, the best first."""

    name: str
    seen: str
    """How the shot shows the character, in words."""
    ranked: list[Reference]
    pruned: list[Pruned]
    reasons: list[str]


def _shared(queues: Sequence[_Queue], limit: int, per_character: int | None) -> dict[int, list[Reference]]:
    """Deal the slots out in rounds, one picture of each character a round."""
    kept: dict[int, list[Reference]] = {id(queue): [] for queue in queues}
    left = limit
    for depth in range(max((len(queue.ranked) for queue in queues), default=0)):
        for queue in queues:
            if depth < len(queue.ranked) and left > 0 and (per_character is None or depth < per_character):
                kept[id(queue)].append(queue.ranked[depth])
                left -= 1
    return kept


def _why_full(queue: _Queue, shown: bool, limit: int, per_character: int | None, subjects: int | None) -> str:
    if not limit:
        return "the route takes no pictures of characters"
    if not shown:
        return f"the route takes pictures of {counted(subjects or 0, 'character')}, and others come before {queue.name}"
    if per_character is not None:
        return f"the route takes {counted(per_character, 'picture')} of one character"
    return f"the route takes {counted(limit, 'picture')}"


def _queue(who: Wearing, shot: Framed, pool: Sequence[Reference]) -> _Queue:
    own = [r for r in pool if folded(who.name) in (folded(r.name), folded(r.character))]
    dressed = [r for r in own if r.wardrobe == who.wardrobe]
    pruned, reasons = [], []
    if dressed:
        pruned += [Pruned(reference=r, why=f"shows the outfit {r.wardrobe!r}") for r in own if r not in dressed]
    elif own:
        reasons.append(f"no picture shows {who.name} in the outfit {who.wardrobe!r}; others are taken")
    side = side_of(shot, who.name, [other.name for other in shot.characters if other is not who])
    usual = (*_BEST_VIEWS.get(shot.framing, _BEST_VIEWS["medium"]), *_SIDES)
    ranked, twins = _ranked(dressed or own, views_for(side, usual))
    if side == "back" and ranked and ranked[0].view != View.BACK:
        reasons.append(f"no picture shows {who.name} from behind; what the back looks like is left to the route")
    return _Queue(
        name=who.name,
        seen=f"{who.name} in a {shot.framing} shot{_SEEN.get(side, '')}",
        ranked=ranked,
        pruned=pruned + [Pruned(reference=r, why="the same picture twice") for r in twins],
        reasons=reasons,
    )


def _ranked(pictures: Sequence[Reference], order: Sequence[View]) -> tuple[list[Reference], list[Reference]]:
    """Return pictures with one of each view before a second one of any, and those that are there already."""
    ranked: list[Reference] = []
    twins: list[Reference] = []
    for reference in sorted(pictures, key=lambda r: order.index(r.view) if r.view in order else len(order)):
        known = any(reference.digest == other.digest for other in ranked)
        (twins if known else ranked).append(reference)
    firsts = {r.view: r for r in reversed(ranked)}
    return [r for r in ranked if firsts[r.view] is r] + [r for r in ranked if firsts[r.view] is not r], twins
