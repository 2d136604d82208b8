"""What retakes brought, and what they cost: shots that pass after each round, and what a mended shot was paid.

A shot passes when its chosen take drifted for nobody and on no axis, and everything that was to be judged in it could
be. What could not be judged is no pass, and is no failure either: a blind retake of it buys another take that cannot be
judged, so it is asked for only by a person who says so. What nobody can judge for want of weights or a line is neither:
no other take would change it. All takes count, the worse ones too; none is lost.

    gain of a round      shots that pass now and did not before
    gain per dollar      that, over what the round's takes cost (or would have cost, on the simulator)
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from charkit.cards import Html, badge, table
from charkit.money import dollars
from charkit.scoring.base import Verdict
from charkit.scoring.scorecard import Scorecard

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from charkit.cards import BadgeKind
    from charkit.scoring.base import Score

__all__ = ["RetakeReport", "RetakeRound", "Standing", "report_of", "standing_of", "to_retake", "with_takes"]


class Standing(StrEnum):
    """How a shot's chosen take stands."""

    PASSES = "passes"
    DRIFTED = "drifted"
    UNVERIFIABLE = "unverifiable"
    """Nothing drifted, and something could not be judged; never a pass."""
    EMPTY = "nobody in it"
    """Nobody to judge, and the clip gate has found nothing."""


_TONES: Mapping[Standing, BadgeKind] = {
    Standing.PASSES: "ok",
    Standing.DRIFTED: "bad",
    Standing.UNVERIFIABLE: "warn",
    Standing.EMPTY: "ok",
}


def standing_of(scores: Sequence[Score]) -> Standing:
    """Return how a take stands by all its scores.

    A scorer that lacks its weights or a line says nothing of the take, so the others decide; where all of them lack
    something, it is unverifiable.
    """
    verdicts = {score.verdict for score in scores if not score.lacking} or {score.verdict for score in scores}
    if Verdict.DRIFTED in verdicts:
        return Standing.DRIFTED
    if Verdict.UNVERIFIABLE in verdicts:
        return Standing.UNVERIFIABLE
    return Standing.PASSES if any(score.character for score in scores) else Standing.EMPTY


def to_retake(card: Scorecard, *, unverifiable: bool = False) -> list[tuple[str, str]]:
    """Return the shots that want another take, each with the reason, those that drifted first.

    Args:
        card: All takes so far.
        unverifiable: Also those that could not be judged, blindly.
    """
    best = card.best()
    found: list[tuple[Standing, str, str]] = []
    for shot in card.shots:
        if shot not in best:
            found.append((Standing.DRIFTED, shot, "a person rejected all of its takes"))
            continue
        scores = card.of(shot, best[shot])
        standing = standing_of(scores)
        whys = [_why(score) for score in scores if _counts(score, standing)]
        if whys and (standing is Standing.DRIFTED or (unverifiable and standing is Standing.UNVERIFIABLE)):
            found.append((standing, shot, "; ".join(whys)))
    found.sort(key=lambda one: one[0] is not Standing.DRIFTED)
    return [(shot, why) for _, shot, why in found]


def _counts(score: Score, standing: Standing) -> bool:
    wanted = Verdict.DRIFTED if standing is Standing.DRIFTED else Verdict.UNVERIFIABLE
    return score.verdict is wanted and not score.lacking


def _why(score: Score) -> str:
    who = f"{score.character}, " if score.character else ""
    value = "" if score.score is None else f" at {score.score:.3f}, line at {score.threshold}"
    return f"{who}{score.axis}: {score.word}{value}" + (f" ({score.reason})" if score.reason else "")


def with_takes(card: Scorecard, numbers: Collection[int]) -> Scorecard:
    """Return a scorecard of some takes only, by their numbers."""
    return Scorecard(
        takes=tuple(take for take in card.takes if take.take in numbers),
        scores=tuple(score for score in card.scores if score.take in numbers),
        scorers=card.scorers,
    )


@dataclass(frozen=True, kw_only=True)
class RetakeRound:
    """How the film stood after a round of retakes; round 0 is the first takes."""

    number: int
    takes: int
    """Made in this round."""
    usd: float
    """What they cost together."""
    passing: int
    """Shots that pass with the best takes so far."""
    mended: tuple[str, ...]
    """Shots that pass now and did not before."""

    @property
    def per_dollar(self) -> float | None:
        """Mended shots for a dollar; None for the first takes, and where nothing was paid."""
        return len(self.mended) / self.usd if self.number and self.usd else None


@dataclass(frozen=True, kw_only=True)
class RetakeReport:
    """What the retakes of a run brought."""

    rounds: tuple[RetakeRound, ...]
    standing: Mapping[str, Standing]
    """By shot, in the end."""
    left: Mapping[str, str]
    """Shots that do not pass, each with why it was left as it is."""
    simulated: bool = False

    @property
    def usd(self) -> float:
        """What all retakes cost."""
        return sum(one.usd for one in self.rounds if one.number)

    @property
    def mended(self) -> tuple[str, ...]:
        """Shots that pass only since they were retaken."""
        return tuple(shot for one in self.rounds if one.number for shot in one.mended)

    @property
    def judged(self) -> int:
        """Shots that show somebody."""
        return sum(standing is not Standing.EMPTY for standing in self.standing.values())

    def __repr__(self) -> str:
        first, last = self.rounds[0].passing, self.rounds[-1].passing
        gain = f", {len(self.mended) / self.usd:.2g} shots mended per dollar" if self.mended and self.usd else ""
        left = f"; left as they are: {', '.join(self.left)}" if self.left else ""
        return f"RetakeReport({first} of {self.judged} shots passed, now {last}, for {dollars(self.usd)}{gain}{left})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/plain": repr(self), "text/html": self._html()}

    def _html(self) -> Html:
        rows = [
            [
                str(one.number) if one.number else "first takes",
                str(one.takes),
                dollars(one.usd),
                f"{one.passing}/{self.judged}",
                ", ".join(one.mended) if one.number else "–",
                "–" if one.per_dollar is None else f"{one.per_dollar:.2g}",
            ]
            for one in self.rounds
        ]
        kind = " (simulated: nothing was paid)" if self.simulated else ""
        columns = ["round", "takes", f"cost{kind}", "shots that pass", "mended", "mended per dollar"]
        shown = table(columns, rows, caption="What could not be judged is no pass, and is not retaken blindly.")
        if not self.left:
            return shown
        left = [[shot, badge(self.standing[shot], _TONES[self.standing[shot]]), why] for shot, why in self.left.items()]
        return Html(shown + table(["left as it is", "", "because"], left))


def report_of(
    card: Scorecard,
    usd: Mapping[tuple[str, int], float],
    *,
    round_of: Callable[[int], int] = lambda number: number - 1,
    declined: Mapping[str, str] | None = None,
    simulated: bool = False,
) -> RetakeReport:
    """Return what retakes brought, from all takes that there are: nothing is remembered, so it can be asked any time.

    Args:
        card: The scorecard of all takes.
        usd: What each (shot, take number) cost; takes that are not named cost nothing here.
        round_of: The round that a take number belongs to; the first take is round 0.
        declined: Shots that were not retaken further, with the bound that stood in the way.
        simulated: Whether nothing was really paid.
    """
    last = max((round_of(take.take) for take in card.takes), default=0)
    rounds: list[RetakeRound] = []
    passed: set[str] = set()
    standing: dict[str, Standing] = {}
    for number in range(last + 1):
        until = with_takes(card, {take.take for take in card.takes if round_of(take.take) <= number})
        best = until.best()
        standing = {shot: standing_of(until.of(shot, best[shot])) for shot in until.shots}
        passing = {shot for shot, how in standing.items() if how is Standing.PASSES}
        made = [take for take in card.takes if round_of(take.take) == number]
        rounds.append(
            RetakeRound(
                number=number,
                takes=len(made),
                usd=round(sum(usd.get((take.shot, take.take), 0.0) for take in made), 6),
                passing=len(passing),
                mended=tuple(shot for shot in until.shots if shot in passing - passed),
            )
        )
        passed = passing
    bounds = declined or {}
    left = {shot: _left(how, bounds.get(shot, "")) for shot, how in standing.items() if _fails(how)}
    return RetakeReport(rounds=tuple(rounds), standing=standing, left=left, simulated=simulated)


def _fails(how: Standing) -> bool:
    return how in (Standing.DRIFTED, Standing.UNVERIFIABLE)


def _left(how: Standing, bound: str) -> str:
    if bound:
        return bound
    if how is Standing.UNVERIFIABLE:
        return "it could not be judged: look at it, or ask for a retake all the same"
    return "no further round was asked for"
