"""How a scorecard looks: one table per axis, shots against characters as a heat map, strips of evidence frames."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from charkit.cards import Html, badge, picture_uri, table
from charkit.scoring.base import Axis, Score, Verdict
from charkit.scoring.scorecard.lines import meaning

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from charkit.cards import BadgeKind
    from charkit.scoring.scorecard.card import Choice, Scorecard

__all__ = ["Shown", "heat_map", "page", "strips"]

_TONES: Final[Mapping[Verdict, BadgeKind]] = {
    Verdict.CONSISTENT: "ok",
    Verdict.DRIFTED: "bad",
    Verdict.UNVERIFIABLE: "warn",
    Verdict.INTENDED: "ok",
}
_TINTS: Final[Mapping[Verdict, str]] = {
    Verdict.CONSISTENT: "23, 120, 74",
    Verdict.DRIFTED: "192, 43, 69",
    Verdict.UNVERIFIABLE: "154, 91, 10",
    Verdict.INTENDED: "95, 79, 209",
}
"""The hues of the badges, translucent, so that the page's own ink reads on them in the dark and in the light."""
_MARKS: Final[Mapping[Verdict, str]] = {
    Verdict.CONSISTENT: "✓",
    Verdict.DRIFTED: "✗",
    Verdict.UNVERIFIABLE: "?",
    Verdict.INTENDED: "≠",
}
"""Said again for those who do not see the colours."""
_FULL = 0.2
"""Distance from the line at which a cell has its full colour."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A view of a scorecard that shows itself."""

    title: str
    html: str

    def __repr__(self) -> str:
        return f"<{self.title}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/plain": repr(self), "text/html": self.html}


def page(card: Scorecard) -> str:
    """Return the whole scorecard: what it says, then shots against characters, then every verdict with its proof."""
    lines = "".join(f'<p style="margin: 2px 0">{_escaped(line)}</p>' for line in card.lines)
    parts = [lines]
    for axis in card.axes:
        if card.lacking(axis):  # the lines say what to get; a table of that would say it once a shot
            continue
        # One character over few shots says no more as a map than as a table.
        if len(card.shots) > 1 and not axis.flags:
            parts.append(heat_map(card, axis, "chosen").html)
        parts.append(_table(card, axis))
    return "".join(parts) + _small(_limits(card)) if card.axes else _table(card, Axis.PALETTE)


def _limits(card: Scorecard) -> str:
    said = []
    for facts in card.scorers:
        blind = f"; it cannot see: {', '.join(facts.blind_to)}" if facts.blind_to else ""
        validity = f" {facts.validity}" if facts.validity else ""
        said.append(f"{facts.axis.capitalize()} measures {facts.measures}{blind}.{validity}")
    return " ".join(said)


def _table(card: Scorecard, axis: Axis) -> str:
    best = card.best()
    rows = [
        _row(score, chosen=best.get(score.shot) == score.take)
        for take in card.takes
        for score in card.of(take.shot, take.take)
        if score.axis is axis
    ]
    columns: tuple[str, ...] = (
        "shot",
        "take",
        "character",
        "verdict",
        "to references",
        "between shots",
        "frames",
        "worst frame",
        "",
    )
    if rows and all(score.character == "" for score in card.scores if score.axis is axis):
        columns, rows = _without(columns, rows, "character", "between shots")
    said = meaning(axis)
    return table(columns, rows, caption=said[:1].upper() + said[1:])


def _without(
    columns: Sequence[str], rows: Sequence[tuple[str, ...]], *names: str
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    kept = [place for place, name in enumerate(columns) if name not in names]
    return tuple(columns[p] for p in kept), [tuple(row[p] for p in kept) for row in rows]


def _row(score: Score, *, chosen: bool) -> tuple[str, ...]:
    worst = score.worst
    proof = "–" if worst is None else _picture(worst.jpeg, f"worst frame of {score.shot}", 72)
    return (
        score.shot,
        f"{score.take}{' ✓' if chosen else ''}",
        score.character,
        badge(score.word, _TONES[score.verdict]),
        _figure(score.score),
        _figure(score.between_shots),
        f"{score.valid_frames}/{score.sampled_frames}",
        proof,
        "; ".join(filter(None, [_when(score), *(_told(score))])) or score.reason,
    )


def _when(score: Score) -> str:
    return f"{score.worst.time:.2f} s, {score.worst.score:.3f}" if score.worst is not None else score.reason


def _told(score: Score) -> list[str]:
    return [
        found.says if found.time is None else f"{found.says} ({found.time:.2f} s)"
        for found in score.findings
        if found.flagged
    ]


def heat_map(card: Scorecard, axis: Axis, takes: Choice) -> Shown:
    """Return verdicts and scores, shots against characters; the deeper the colour, the farther from the line."""
    standing = {(s.character, s.shot): s for s in card.standing(takes) if s.axis is axis}
    names = [name for name in card.characters if any(who == name for who, _ in standing)]
    names += [""] if any(who == "" for who, _ in standing) else []
    shots = [shot for shot in card.shots if any(where == shot for _, where in standing)]
    rows = [(name or "take", *(_cell(standing.get((name, shot))) for shot in shots)) for name in names]
    key = "✓ consistent, ✗ drifted, ? not verifiable, ≠ changed on purpose"
    caption = f"{axis.capitalize()}, shots against characters ({key})"
    return Shown(title=f"heat map: {axis}", html=table(("", *shots), rows, caption=caption))


def _cell(score: Score | None) -> Html:
    if score is None:
        return Html('<span style="display: block; text-align: center; opacity: 0.35">·</span>')
    depth = 0.45
    if score.score is not None and score.verdict in (Verdict.CONSISTENT, Verdict.DRIFTED):
        depth = 0.15 + 0.45 * min(1.0, abs(score.score - score.threshold.value) / _FULL)
    said = _MARKS[score.verdict] + ("" if score.score is None else f" {score.score:.2f}")
    title = _escaped(f"{score.shot}: {score.word}{f', {score.reason}' if score.reason else ''}")
    style = (
        f"display: block; text-align: center; padding: 3px 6px; border-radius: 5px; white-space: nowrap; "
        f"background-color: rgba({_TINTS[score.verdict]}, {depth:.2f})"
    )
    return Html(f'<span title="{title}" style="{style}">{said}</span>')


def strips(card: Scorecard, axis: Axis, takes: Choice) -> Shown:
    """Return one strip per character: the worst frame of each shot, with its second and score."""
    parts = []
    for name in card.characters:
        mine = [s for s in card.standing(takes) if s.axis is axis and s.character == name]
        figures = "".join(_frame(score) for score in mine)
        parts.append(f'<p style="margin: 8px 0 2px 0"><b>{_escaped(name)}</b></p><div>{figures}</div>')
    return Shown(title=f"worst frames: {axis}", html="".join(parts))


def _frame(score: Score) -> str:
    box = (
        "display: inline-block; vertical-align: top; margin: 0 8px 8px 0; padding: 3px; border-radius: 6px; "
        f"font-size: 12px; background-color: rgba({_TINTS[score.verdict]}, 0.25)"
    )
    worst = score.worst
    if worst is None:
        told = _escaped(f"{score.shot} {_MARKS[score.verdict]} {score.reason or score.word}")
        return f'<figure style="{box}; max-width: 160px"><figcaption>{told}</figcaption></figure>'
    told = _escaped(f"{score.shot} {_MARKS[score.verdict]} {worst.time:.2f} s, {worst.score:.3f}")
    picture = _picture(worst.jpeg, f"worst frame of {score.shot}", 96)
    return f'<figure style="{box}">{picture}<figcaption>{told}</figcaption></figure>'


def _picture(jpeg: bytes, said: str, height: int) -> Html:
    uri = picture_uri(jpeg, "image/jpeg")
    return Html(f'<img src="{uri}" height="{height}" style="border-radius: 4px" alt="{_escaped(said)}">')


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _small(text: str) -> str:
    return f'<p style="opacity: 0.7; font-size: 12px">{_escaped(text)}</p>' if text else ""


def _escaped(text: str) -> str:
    return html.escape(text)
