"""A line between the same character and another, set on the person's own cast, and what perfection reaches.

The line is set where 1 % of wrong pairs would pass: takes of one character judged against the references of another.
Wrong pairs of the same two characters resemble each other, so that few characters give a line that may in truth pass
15 % (three characters) instead of 1 %; from ten on it stays below about 2.3 % (simulated in the project's notes on
scoring, 6.2). Below ten the scorer's stock line stands, and says that it is uncalibrated; where there is none, nothing
is judged. Look-alikes on the same background are the hardest wrong pairs; how many of them there were is counted, and
shown.

The ceiling is the share of positive controls that pass: pairs that show the same character by construction. A rate
cannot be read without it, since a perfect character cannot beat it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from charkit.cards import table
from charkit.scoring.base import Axis, Threshold  # pydantic reads annotations at run time
from charkit.scoring.statistics import Rate, discrimination, line_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["FEWEST_CAST", "Calibration", "Genuine", "GenuineKind", "Impostor", "calibrate"]

FEWEST_CAST = 10
"""Characters below which no line is set; see the module's text."""

GenuineKind: TypeAlias = Literal["split halves", "turnaround", "re-lit", "footage"]
"""How a pair is known to show the same character."""


@dataclass(frozen=True, kw_only=True)
class Impostor:
    """A score of a pair that is wrong by construction."""

    claimed: str
    """Whose references were asked."""
    actual: str
    """Who was seen."""
    score: float
    same_background: bool = False
    """Whether the claimed character stands before the same background: the hardest kind."""


@dataclass(frozen=True, kw_only=True)
class Genuine:
    """A score of a pair that is right by construction."""

    character: str
    score: float
    kind: GenuineKind


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """A line for one scorer, the pairs that it was set on, and the ceiling."""

    axis: Axis
    scorer: str
    """Name of the scorer and its version, without its line; scores of another one are not judged by it."""
    threshold: Threshold | None
    """The calibrated line, or the stock one where the cast is too small; None where there is no stock one either."""
    impostors: tuple[Impostor, ...]
    genuine: tuple[Genuine, ...] = ()

    @property
    def cast(self) -> int:
        """How many characters the wrong pairs are of."""
        return len(_names(self.impostors))

    @property
    def same_background(self) -> int:
        """How many wrong pairs stand before the same background."""
        return sum(pair.same_background for pair in self.impostors)

    @property
    def calibrated(self) -> bool:
        """Whether the line was set on the cast."""
        return self.threshold is not None and self.threshold.calibrated

    @property
    def accepted(self) -> int:
        """How many wrong pairs pass the line; none where there is no line."""
        return sum(self._passes(pair.score) for pair in self.impostors)

    @property
    def ceiling(self) -> Rate:
        """How many positive controls pass the line; nothing is known where there is no line."""
        judged = 0 if self.threshold is None else len(self.genuine)
        passes = sum(self._passes(pair.score) for pair in self.genuine)
        return Rate(passes=passes, verifiable=judged, expected=len(self.genuine))

    def _passes(self, score: float) -> bool:
        return self.threshold is not None and score >= self.threshold.value

    def held_out(self) -> float | None:
        """Return the false accepts of characters that the line was not set on, each left out in turn.

        None unless the line was set on the cast: a stock line was not set on any of it.
        """
        if self.threshold is None or not self.threshold.calibrated or self.threshold.far is None:
            return None
        shares = []
        for name in _names(self.impostors):
            theirs = [pair.score for pair in self.impostors if name in (pair.claimed, pair.actual)]
            others = [pair for pair in self.impostors if name not in (pair.claimed, pair.actual)]
            if theirs and others:
                line = _line(others, self.threshold.far)
                shares.append(sum(score >= line for score in theirs) / len(theirs))
        return sum(shares) / len(shares) if shares else None

    @property
    def says(self) -> str:
        """The line and how far it can be trusted, in a few words."""
        return "no line: what is alike enough is not known" if self.threshold is None else f"line at {self.threshold}"

    @property
    def pairs(self) -> str:
        """What it was set on, in a few words."""
        return f"{len(self.impostors)} wrong pairs of {self.cast} characters, {self.same_background} on one background"

    def __repr__(self) -> str:
        return f"Calibration({self.axis}: {self.says}, {self.pairs})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        line, note = self.threshold, "none is published, and the cast is too small to set one"
        rows = [("line", f"{line.value:.3f}" if line else "–", (line.note or line.how) if line else note)]
        rows.append(("wrong pairs that pass", f"{self.accepted}/{len(self.impostors)}" if line else "–", self.pairs))
        held = self.held_out()
        if held is not None:
            rows.append(("false accepts, held out", f"{100 * held:.1f} %", "each character left out in turn"))
        kinds = Counter(pair.kind for pair in self.genuine)
        of = ", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "no positive controls"
        ceiling = "not measured" if self.ceiling.value is None else f"{100 * self.ceiling.value:.0f} %"
        rows.append(("ceiling", ceiling, of))
        if self.genuine and self.impostors:
            found = discrimination([p.score for p in self.genuine], [p.score for p in self.impostors])
            ends = f"95 % CI {found.auc_interval.low:.3f}–{found.auc_interval.high:.3f}"
            rows.append(("AUC", f"{found.auc:.3f}", ends))
        return {"text/plain": repr(self), "text/html": table(("", "value", ""), rows, caption=repr(self))}


def calibrate(
    impostors: Iterable[Impostor],
    *,
    axis: Axis,
    scorer: str,
    stock: Threshold | None,
    genuine: Iterable[Genuine] = (),
    far: float = 0.01,
    least_cast: int = FEWEST_CAST,
) -> Calibration:
    """Set the line at a rate of false accepts, or keep the stock line where the cast is too small to tell.

    Every pair of characters counts the same, however many takes there are of it.

    Args:
        impostors: Scores of wrong pairs.
        axis: What is measured.
        scorer: Name and version of the scorer.
        stock: The scorer's own line; None where it has none.
        genuine: Scores of right pairs, for the ceiling.
        far: The rate of false accepts.
        least_cast: Characters below which the stock line stands.
    """
    wrong = tuple(impostors)
    cast, met = len(_names(wrong)), _well_met(wrong, least_cast)
    if met < least_cast:
        line = None if stock is None else _kept(stock, cast, met, least_cast, len(wrong))
    else:
        line = Threshold(
            name=f"{axis}-cast-{100 * far:g}",
            value=_line(wrong, far),
            calibrated=True,
            note=f"{100 * far:g} % false accepts among {len(wrong)} wrong pairs of {cast} cast members",
            far=far,
            cast=cast,
            impostors=len(wrong),
        )
    return Calibration(axis=axis, scorer=scorer, threshold=line, impostors=wrong, genuine=tuple(genuine))


def _kept(stock: Threshold, cast: int, met: int, least: int, pairs: int) -> Threshold:
    few = f"{cast} cast members, {least} needed to set one"
    if cast >= least:
        few = f"of {cast} cast members {met} were held against enough others, {least} needed to set one"
    note = f"stock line: {few}. {stock.note}".strip()
    return replace(stock, calibrated=False, note=note, far=None, cast=cast, impostors=pairs)


def _well_met(impostors: Iterable[Impostor], least: int) -> int:
    """Return how many characters stand in wrong pairs with at least half as many others as a cast needs.

    Ten names of which one alone was held against the nine others are nine pairs, and tell nothing of a rate of 1 %.
    """
    met: defaultdict[str, set[str]] = defaultdict(set)
    for pair in impostors:
        if pair.claimed and pair.actual:
            met[pair.claimed].add(pair.actual)
            met[pair.actual].add(pair.claimed)
    return sum(len(others) >= (least - 1) // 2 for others in met.values())


def _line(impostors: Sequence[Impostor], far: float) -> float:
    """Return the line at which a further wrong pair, not seen yet, passes with a chance of `far`.

    The pair to come counts as one that passes, as in conformal prediction; the plain quantile lets a little more
    through.
    """
    sizes = Counter((pair.claimed, pair.actual) for pair in impostors)
    weights = [1 / sizes[pair.claimed, pair.actual] for pair in impostors]
    careful = max(0.0, far - (1 - far) / len(impostors))
    return line_at([pair.score for pair in impostors], careful, weights=weights)


def _names(impostors: Iterable[Impostor]) -> list[str]:
    return sorted({name for pair in impostors for name in (pair.claimed, pair.actual) if name})
