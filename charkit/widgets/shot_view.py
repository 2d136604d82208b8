"""What a shot board shows, without any widget: takes with decisions and scores, filtered, ordered, in pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from charkit.providers.base import Outcome
from charkit.scoring import Verdict
from charkit.scoring.retakes import Standing, standing_of
from charkit.takes.decisions import UNDECIDED
from charkit.widgets.player import Mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from charkit.scoring import Score, Scorecard
    from charkit.scoring.base import FrameEvidence
    from charkit.takes import Take
    from charkit.takes.decisions import TakeDecision

__all__ = ["FILTERS", "ORDERS", "Lane", "TakeView", "lanes", "pages", "views"]

_FAILED: Final = frozenset({Outcome.REFUSED, Outcome.FAILED, Outcome.EXPIRED, Outcome.CANCELLED})
_SIGNS: Final[Mapping[Verdict, str]] = {
    Verdict.CONSISTENT: "✓",
    Verdict.DRIFTED: "✗",
    Verdict.UNVERIFIABLE: "?",
    Verdict.INTENDED: "≠",
}


@dataclass(frozen=True, kw_only=True)
class TakeView:
    """One take with all that a board says of it."""

    take: Take
    decision: TakeDecision = UNDECIDED
    scores: tuple[Score, ...] = ()
    chosen: bool = False
    """Whether the cut list would take it today."""

    @property
    def key(self) -> tuple[str, int]:
        """Shot and number."""
        return self.take.subject, self.take.number

    @property
    def worst(self) -> FrameEvidence | None:
        """The frame that is least like the references, over all axes; None where nothing was measured."""
        frames = [score.worst for score in self.scores if score.worst is not None]
        return min(frames, key=lambda frame: frame.score) if frames else None

    @property
    def standing(self) -> Standing | None:
        """How it stands by its scores; None before it was scored."""
        return standing_of(self.scores) if self.scores else None

    @property
    def verdicts(self) -> str:
        """What was scored, in a line with signs: `✓ Mira palette 0.82`."""
        said = []
        for score in self.scores:
            value = "" if score.score is None else f" {score.score:.2f}"
            who = f"{score.character} " if score.character else ""
            said.append(f"{_SIGNS[score.verdict]} {who}{score.axis}{value}")
        return ", ".join(said) or ("not scored" if self.take.ok else "")

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The worst frame of each score, for a scrubber."""
        return tuple(
            Mark(
                time=score.worst.time,
                label=f"worst frame, {score.character or 'take'}, {score.axis} {score.worst.score:.3f}",
            )
            for score in self.scores
            if score.worst is not None
        )

    @property
    def failed(self) -> bool:
        """Whether it ended without media."""
        return self.take.outcome in _FAILED


FILTERS: Final[Mapping[str, Callable[[TakeView], bool]]] = {
    "all": lambda view: view.decision.verdict != "rejected",
    "undecided": lambda view: view.take.ok and not view.decision.decided,
    "starred": lambda view: view.decision.starred,
    "drifted": lambda view: view.standing is Standing.DRIFTED and view.decision.verdict != "rejected",
    "failed": lambda view: view.failed and view.decision.verdict != "rejected",
    "rejected": lambda view: view.decision.verdict == "rejected",
}
"""Which takes are shown, by name. `all` leaves out what was rejected: rejecting hides."""


@dataclass(frozen=True, kw_only=True)
class Lane:
    """One shot with those of its takes that are shown."""

    shot: str
    takes: tuple[TakeView, ...]

    @property
    def worst(self) -> float:
        """The lowest score of any frame; 2 where nothing was measured, so that it comes last."""
        return min((view.worst.score for view in self.takes if view.worst is not None), default=2.0)


def _by_worst(found: list[Lane]) -> list[Lane]:
    ordered = [
        Lane(shot=lane.shot, takes=tuple(sorted(lane.takes, key=lambda v: v.worst.score if v.worst else 2.0)))
        for lane in found
    ]
    return sorted(ordered, key=lambda lane: lane.worst)


ORDERS: Final[Mapping[str, Callable[[list[Lane]], list[Lane]]]] = {
    "as in the film": lambda found: found,
    "worst frame first": _by_worst,
}
"""How shots are ordered, by name."""


def views(
    takes: Iterable[Take], said: Mapping[tuple[str, int], TakeDecision], card: Scorecard | None
) -> tuple[TakeView, ...]:
    """Return takes with what was decided and scored, in their order."""
    best = card.best() if card is not None else {}
    return tuple(
        TakeView(
            take=take,
            decision=said.get((take.subject, take.number), UNDECIDED),
            scores=card.of(take.subject, take.number) if card is not None else (),
            chosen=best.get(take.subject) == take.number,
        )
        for take in takes
    )


def lanes(found: Iterable[TakeView], *, show: str = "all", order: str = "as in the film") -> list[Lane]:
    """Return what is shown, shot by shot.

    Args:
        found: All takes.
        show: One of `FILTERS`.
        order: One of `ORDERS`.
    """
    by_shot: dict[str, list[TakeView]] = {}
    for view in found:
        if FILTERS[show](view):
            by_shot.setdefault(view.take.subject, []).append(view)
    return ORDERS[order]([Lane(shot=shot, takes=tuple(mine)) for shot, mine in by_shot.items()])


def pages(found: Sequence[Lane], most: int) -> list[list[Lane]]:
    """Return lanes in pages of at most `most` takes; a shot goes on on the next page only where it has more alone."""
    result: list[list[Lane]] = [[]]
    room = most
    for lane in found:
        pieces = [Lane(shot=lane.shot, takes=lane.takes[n : n + most]) for n in range(0, len(lane.takes), most)]
        for piece in pieces:
            if len(piece.takes) > room:
                result.append([])
                room = most
            result[-1].append(piece)
            room -= len(piece.takes)
    return result
