"""Two runs of the same shots, compared axis by axis: which keeps the character more often, and may it be luck?"""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from charkit.cards import table
from charkit.scoring.base import Axis, Score, Verdict
from charkit.scoring.statistics import Paired, adjusted, compare_scores, compare_verdicts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from charkit.scoring.scorecard.card import Choice, Scorecard

__all__ = ["AxisComparison", "Comparison", "compare"]

_ALPHA = 0.05


@dataclass(frozen=True, kw_only=True)
class AxisComparison:
    """One axis."""

    axis: Axis
    passes: Paired | None
    """Verdicts; None without a pair judged on both sides."""
    scores: Paired | None
    """Scores of the same pairs."""
    adjusted: float | None
    """The p value of the verdicts, corrected for the number of axes (Benjamini-Hochberg)."""
    dropped: int
    """Pairs of which one side or both could not be judged, or was changed on purpose."""
    same_line: bool
    """Whether both sides were judged by the same line; otherwise verdicts do not compare."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two scorecards of the same shots."""

    names: tuple[str, str]
    axes: tuple[AxisComparison, ...]
    pairs: int
    """Verdicts that both runs have: character, shot and axis."""
    alone: int
    """Verdicts that only one of the runs has."""

    @property
    def lines(self) -> tuple[str, ...]:
        """One sentence per axis; no difference shown is not said to be none."""
        return tuple(_line(found, self.names) for found in self.axes)

    def __repr__(self) -> str:
        return f"Comparison({self.names[0]} against {self.names[1]}: {' '.join(self.lines) or 'no shot in common'})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        columns = ("axis", "pairs", *self.names, "difference", "only one passes", "p", "p corrected", "scores")
        caption = f"{self.names[0]} against {self.names[1]}, the same shots; {self.alone} verdicts have no partner"
        shown = table(columns, [_row(found) for found in self.axes], caption=caption)
        lines = "".join(f'<p style="margin: 2px 0">{line}</p>' for line in map(html.escape, self.lines))
        return {"text/plain": repr(self), "text/html": shown + lines}


def compare(first: Scorecard, second: Scorecard, *, names: tuple[str, str], takes: Choice) -> Comparison:
    """Return two scorecards compared; pairs are of the same character, shot and axis.

    Args:
        first: One run.
        second: The other.
        names: What they are called.
        takes: Which take stands for its shot; the first one is what a route does without the luck of retakes.
    """
    left = {(s.axis, s.character, s.shot): s for s in first.standing(takes) if not s.lacking}
    right = {(s.axis, s.character, s.shot): s for s in second.standing(takes) if not s.lacking}
    both = [key for key in left if key in right]
    axes = [axis for axis in Axis if any(key[0] is axis for key in both)]
    found = [_compared(axis, [(left[key], right[key]) for key in both if key[0] is axis]) for axis in axes]
    tested = [item.passes.p for item in found if item.passes is not None]
    corrected = iter(adjusted(tested))
    return Comparison(
        names=names,
        axes=tuple(replace(item, adjusted=None if item.passes is None else next(corrected)) for item in found),
        pairs=len(both),
        alone=len(left.keys() ^ right.keys()),
    )


def _compared(axis: Axis, pairs: Sequence[tuple[Score, Score]]) -> AxisComparison:
    counted = (Verdict.CONSISTENT, Verdict.DRIFTED)
    judged = [(a, b) for a, b in pairs if a.verdict in counted and b.verdict in counted]
    scored = [(a.score, b.score, a.character) for a, b in judged if a.score is not None and b.score is not None]
    good = Verdict.CONSISTENT
    return AxisComparison(
        axis=axis,
        passes=compare_verdicts(
            [a.verdict is good for a, _ in judged],
            [b.verdict is good for _, b in judged],
            clusters=[a.character for a, _ in judged],
        ),
        scores=compare_scores(
            [a for a, _, _ in scored], [b for _, b, _ in scored], clusters=[name for _, _, name in scored]
        ),
        adjusted=None,
        dropped=len(pairs) - len(judged),
        same_line=all(
            (a.threshold.name, a.threshold.value) == (b.threshold.name, b.threshold.value) for a, b in judged
        ),
    )


def _line(found: AxisComparison, names: tuple[str, str]) -> str:
    if found.passes is None or found.adjusted is None:
        return f"{found.axis.capitalize()}: no pair could be judged on both sides."
    rates = f"{100 * found.passes.first:.0f} % of {names[0]}, {100 * found.passes.second:.0f} % of {names[1]}"
    said = f"{found.axis.capitalize()}: {rates} pass, {found.passes.pairs} pairs, p = {found.adjusted:.3f} corrected"
    if not found.same_line:
        return f"{said}; the two were judged by different lines, so that verdicts do not compare."
    if found.adjusted >= _ALPHA:
        return f"{said}; no difference shown, which is not the same as none."
    ahead = names[1] if found.passes.difference.value > 0 else names[0]
    return f"{said}; {ahead} keeps the character more often."


def _row(found: AxisComparison) -> tuple[str, ...]:
    if found.passes is None:
        return (str(found.axis), "0", "–", "–", "–", "–", "–", "–", "–")
    passes, scores = found.passes, found.scores
    return (
        str(found.axis),
        str(passes.pairs),
        f"{100 * passes.first:.0f} %",
        f"{100 * passes.second:.0f} %",
        str(passes.difference),
        f"{passes.only_first} / {passes.only_second}",
        f"{passes.p:.3f}",
        "–" if found.adjusted is None else f"{found.adjusted:.3f}",
        "–" if scores is None else f"{scores.difference.value:+.3f} (Wilcoxon p = {scores.p:.3f})",
    )
