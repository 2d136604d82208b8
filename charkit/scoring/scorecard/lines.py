"""Rates as sentences. A rate never stands alone: interval, coverage, bounds, line, ceiling, worst shot go with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.scoring.base import Axis, Score, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from charkit.scoring.scorecard.card import Choice, Scorecard

__all__ = ["headline", "meaning", "rate_line", "sentence", "takes_line", "unknown_lines"]

_MEANINGS = {
    Axis.IDENTITY: "identity",
    Axis.APPEARANCE: "appearance (the look, clothes included; not identity)",
    Axis.PALETTE: "palette (drift of colours, not identity)",
    Axis.ATTRIBUTES: "attributes (facts that a vision model answers)",
    Axis.VARIATION: "variation (drawn anew, not pasted)",
    Axis.GATE: "gate (the clip is whole)",
}


def meaning(axis: Axis) -> str:
    """Return what an axis says, and what it does not."""
    return _MEANINGS[axis]


def rate_line(card: Scorecard, character: str, axis: Axis, mine: Sequence[Score], takes: Choice) -> str:
    """Return one sentence about a character on one axis.

    Args:
        card: The scorecard.
        character: Its name.
        axis: The axis.
        mine: The character's scores on it, one take per shot.
        takes: Which takes those are.
    """
    parts = [f"{character} — {meaning(axis)}: {card.rate(character, axis, takes=takes)}"]
    if judged := [s for s in mine if s.score is not None and s.verdict is not Verdict.INTENDED]:
        worst = min(judged, key=lambda s: (s.score or 0.0, s.shot))
        line = f"threshold {worst.threshold}, {_ceiling(card, axis, character)}"
        parts.append(f"{line}; worst {worst.shot} at {worst.score:.3f}")
    return "; ".join([*parts, *_named(mine, axis)]) + "."


def _named(mine: Sequence[Score], axis: Axis) -> list[str]:
    wrong = "flagged" if axis.flags else "drifted"
    words = (
        (Verdict.DRIFTED, wrong),
        (Verdict.UNVERIFIABLE, "not verifiable"),
        (Verdict.INTENDED, "changed on purpose"),
    )
    found = [(word, [s.shot for s in mine if s.verdict is verdict]) for verdict, word in words]
    return [f"{word} {', '.join(shots)}" for word, shots in found if shots]


def _ceiling(card: Scorecard, axis: Axis, character: str) -> str:
    found = card.ceiling(axis, character)
    if found is None or found.rate.value is None:
        return "ceiling not measured"
    return f"ceiling {100 * found.rate.value:.0f} % ({found.passes}/{found.trials} {found.how})"


def sentence(card: Scorecard, character: str, takes: Choice) -> str:
    """Return one sentence about a character: its main axis in full, and where the others raise a hand.

    Nothing is added up; the other axes are named by the shots in which they found something.
    """
    main = card.main_axis(character)
    standing = [s for s in card.standing(takes) if s.character == character]
    others = []
    for axis in card.axes_of(character):
        flagged = [s.shot for s in standing if s.axis is axis and s.verdict is Verdict.DRIFTED]
        if axis is not main and flagged:
            word = "flagged" if axis.flags else "drift flagged"
            others.append(f"{axis} {word} {', '.join(flagged)}")
    line = card.line(character, main, takes=takes)
    return f"{line.removesuffix('.')}; {'; '.join(others)}." if others else line


def takes_line(card: Scorecard, axis: Axis) -> str:
    """Return one sentence about an axis that judges takes as a whole."""
    mine = [s for s in card.standing() if s.axis is axis and not s.character]
    good = sum(s.verdict is Verdict.CONSISTENT for s in mine)
    return "; ".join([f"{meaning(axis)}: {good}/{len(mine)} takes clear", *_named(mine, axis)]) + "."


def unknown_lines(card: Scorecard) -> tuple[str, ...]:
    """Return one sentence for each thing that a scorer lacks: the axis, whom it concerns, and what to get."""
    whom: dict[tuple[Axis, str], list[str]] = {}
    for axis in card.axes:
        for score in card.scores:
            if score.axis is axis and score.lacking:
                whom.setdefault((axis, score.reason), []).append(score.character)
    return tuple(
        f"{meaning(axis)}: unknown for {', '.join(dict.fromkeys(names))}, never a pass: {reason.rstrip('.')}."
        for (axis, reason), names in whom.items()
    )


def headline(card: Scorecard) -> str:
    """Return the scorecard in one line, one part per axis."""
    standing = card.standing()
    axes = tuple(axis for axis in card.axes if not card.lacking(axis)) or card.axes
    unknown = "".join(f"; {axis}: unknown" for axis in card.axes if axis not in axes)
    if len(axes) == 1 and not axes[0].flags:
        standing = tuple(score for score in standing if score.axis is axes[0])
        drifted = ", ".join(f"{s.character} in {s.shot}" for s in card.drifted)
        tail = f"; drifted: {drifted}" if drifted else ""
        what = f"{axes[0]} drift, not identity" if axes[0] in (Axis.PALETTE, Axis.APPEARANCE) else f"{axes[0]}"
        sure = "" if all(s.threshold.calibrated for s in standing) else "; uncalibrated"
        return f"Scorecard({len(card.shots)} shots: {_counts(standing)}{tail}{unknown}) ({what}{sure})"
    parts = [f"{axis}: {_counts([s for s in standing if s.axis is axis])}" for axis in axes]
    return f"Scorecard({len(card.shots)} shots: {'; '.join(parts) or 'nothing to judge'}{unknown})"


def _counts(scores: Sequence[Score]) -> str:
    words = [score.word for score in scores]
    order = dict.fromkeys([*(verdict.value for verdict in Verdict), "clear", "flagged", "unknown"])
    return ", ".join(f"{words.count(word)} {word}" for word in order if word in words) or "nothing to judge"
