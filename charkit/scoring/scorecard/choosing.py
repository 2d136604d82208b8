"""Which take of a shot is the best: what a person decided first, then what the scores say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.scoring.base import Verdict

if TYPE_CHECKING:
    from charkit.scoring.base import Axis, Score
    from charkit.scoring.scorecard.card import Scorecard

__all__ = ["best_take"]


def best_take(card: Scorecard, shot: str) -> int | None:
    """Return the number of a shot's best take, see `Scorecard.best`; None where a person rejected all of them."""
    numbers = [t.take for t in card.takes if t.shot == shot and (shot, t.take) not in card.rejected]
    numbers = [number for number in numbers if (shot, number) in card.starred] or numbers
    if not numbers:
        return None
    judged = [number for number in numbers if card.of(shot, number)]
    return min(judged, key=lambda number: _order(card, shot, number)) if judged else max(numbers)


def _order(card: Scorecard, shot: str, take: int) -> tuple[int, int, tuple[float, ...], int]:
    scores = card.of(shot, take)
    verdicts = [score.verdict for score in scores]
    about = [score for score in scores if score.character]
    lowest = tuple(-_lowest(about, axis) for axis in card.axes) if about else ()
    latest_or_first = take if about else -take
    return verdicts.count(Verdict.DRIFTED), verdicts.count(Verdict.UNVERIFIABLE), lowest, latest_or_first


def _lowest(scores: list[Score], axis: Axis) -> float:
    return min((score.score for score in scores if score.axis is axis and score.score is not None), default=0.0)
