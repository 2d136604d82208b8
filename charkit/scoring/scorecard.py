"""All scores of a set of takes, with their uncertainty: what was judged, what was not, and the frames that prove it.

Axes stay apart, and what could not be judged never counts as a pass. A rate is that of *shots*: one take per shot, the
chosen ones (what the film shows) or the first ones (what the route does, free of the luck of retakes).
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from charkit.cards import Html, badge, picture_uri, table
from charkit.documents import read_json, write_json
from charkit.errors import UnknownName
from charkit.scoring.base import Axis, Score, ScorerFacts, Verdict
from charkit.scoring.statistics import Rate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from charkit.cards import BadgeKind

Choice: TypeAlias = "Literal['chosen', 'first'] | Mapping[str, int]"
"""Which take stands for its shot: the best one, the first one, or the numbered one of the shots named."""

_TONES: Mapping[Verdict, BadgeKind] = {
    Verdict.CONSISTENT: "ok",
    Verdict.DRIFTED: "bad",
    Verdict.UNVERIFIABLE: "warn",
    Verdict.INTENDED: "ok",
}


@dataclass(frozen=True, kw_only=True)
class ScoredTake:
    """A take that was put before the scorers, with characters or without."""

    shot: str
    take: int
    clip_digest: str = ""


class _File(BaseModel):
    """The scorecard on disk."""

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    format: Literal["charkit scorecard 1"] = "charkit scorecard 1"
    takes: tuple[ScoredTake, ...]
    scores: tuple[Score, ...]
    scorers: tuple[ScorerFacts, ...]


@dataclass(frozen=True, kw_only=True)
class Scorecard:
    """Scores of takes, and what follows from them."""

    takes: tuple[ScoredTake, ...]
    """In the film's order."""
    scores: tuple[Score, ...]
    scorers: tuple[ScorerFacts, ...] = ()

    @cached_property
    def shots(self) -> tuple[str, ...]:
        """The shots' ids, in the film's order."""
        return tuple(dict.fromkeys(take.shot for take in self.takes))

    @cached_property
    def characters(self) -> tuple[str, ...]:
        """The characters that were looked for, in order of appearance."""
        return tuple(dict.fromkeys(score.character for score in self.scores))

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """The axes that were measured."""
        return tuple(dict.fromkeys(score.axis for score in self.scores))

    def best(self) -> dict[str, int]:
        """Return for every shot the number of its best take.

        Fewest drifted characters first, then fewest that could not be judged, then the highest of the lowest scores,
        then the earlier take. A shot without characters keeps its latest take.
        """
        chosen: dict[str, int] = {}
        for shot in self.shots:
            numbers = [take.take for take in self.takes if take.shot == shot]
            judged = [number for number in numbers if self.of(shot, number)]
            chosen[shot] = min(judged, key=lambda number: self._order(shot, number)) if judged else max(numbers)
        return chosen

    def of(self, shot: str, take: int) -> tuple[Score, ...]:
        """Return all scores of one take; empty for a shot without characters."""
        return tuple(score for score in self.scores if score.shot == shot and score.take == take)

    def _order(self, shot: str, take: int) -> tuple[int, int, float, int]:
        scores = self.of(shot, take)
        verdicts = [score.verdict for score in scores]
        lowest = min((score.score for score in scores if score.score is not None), default=0.0)
        return verdicts.count(Verdict.DRIFTED), verdicts.count(Verdict.UNVERIFIABLE), -lowest, take

    def _standing(self, choice: Choice) -> tuple[Score, ...]:
        """Return the scores of the one take per shot that stands for it, in the film's order."""
        if choice == "chosen":
            numbers: Mapping[str, int] = self.best()
        elif choice == "first":
            numbers = {shot: min(take.take for take in self.takes if take.shot == shot) for shot in self.shots}
        else:
            numbers = choice
        return tuple(score for shot in self.shots if shot in numbers for score in self.of(shot, numbers[shot]))

    @property
    def drifted(self) -> tuple[Score, ...]:
        """The scores of chosen takes that drifted: what a retake should mend."""
        return tuple(score for score in self._standing("chosen") if score.verdict is Verdict.DRIFTED)

    @property
    def unverifiable(self) -> tuple[Score, ...]:
        """The scores of chosen takes that could not be judged: what a person should look at."""
        return tuple(score for score in self._standing("chosen") if score.verdict is Verdict.UNVERIFIABLE)

    def rate(self, character: str, axis: Axis = Axis.PALETTE, *, takes: Choice = "chosen") -> Rate:
        """Return how many of a character's shots passed.

        Args:
            character: Its name.
            axis: What is asked about.
            takes: `chosen` for the best takes; `first` for what the route does without retakes; or numbers by shot, for
                a film that a person cut.

        Raises:
            UnknownName: The character was not looked for.
        """
        if character not in self.characters:
            raise UnknownName("scored character", character, self.characters)
        verdicts = [s.verdict for s in self._standing(takes) if s.character == character and s.axis == axis]
        passes, drifted = verdicts.count(Verdict.CONSISTENT), verdicts.count(Verdict.DRIFTED)
        return Rate(
            passes=passes,
            verifiable=passes + drifted,
            expected=len(verdicts) - verdicts.count(Verdict.INTENDED),
        )

    def line(self, character: str, axis: Axis = Axis.PALETTE, *, takes: Choice = "chosen") -> str:
        """Return one sentence with everything that a rate needs beside it to be read.

        The ceiling is named as unknown until positive controls measure it.
        """
        mine = [s for s in self._standing(takes) if s.character == character and s.axis == axis]
        parts = [f"{character} — {_meaning(axis)}: {self.rate(character, axis, takes=takes)}"]
        if judged := [s for s in mine if s.score is not None and s.verdict is not Verdict.INTENDED]:
            worst = min(judged, key=lambda s: (s.score or 0.0, s.shot))
            parts.append(f"threshold {worst.threshold}, ceiling not measured; worst {worst.shot} at {worst.score:.3f}")
        if drifted := [s.shot for s in mine if s.verdict is Verdict.DRIFTED]:
            parts.append(f"drifted {', '.join(drifted)}")
        if unjudged := [s.shot for s in mine if s.verdict is Verdict.UNVERIFIABLE]:
            parts.append(f"not verifiable {', '.join(unjudged)}")
        if intended := [s.shot for s in mine if s.verdict is Verdict.INTENDED]:
            parts.append(f"changed on purpose {', '.join(intended)}")
        return "; ".join(parts) + "."

    @property
    def lines(self) -> tuple[str, ...]:
        """`line` for every character and axis."""
        return tuple(self.line(character, axis) for axis in self.axes for character in self.characters)

    def save(self, path: Path) -> None:
        """Write the scorecard with its evidence as JSON.

        Raises:
            StorageError: It cannot be written.
        """
        write_json(path, _File(takes=self.takes, scores=self.scores, scorers=self.scorers))

    @classmethod
    def load(cls, path: Path) -> Scorecard:
        """Read a scorecard that `save` wrote.

        Raises:
            BadDocument: The file is missing or is no scorecard.
        """
        file = read_json(path, _File)
        return cls(takes=file.takes, scores=file.scores, scorers=file.scorers)

    def __repr__(self) -> str:
        standing = self._standing("chosen")
        counts = [(verdict, sum(s.verdict is verdict for s in standing)) for verdict in Verdict]
        said = ", ".join(f"{count} {verdict}" for verdict, count in counts if count) or "nothing to judge"
        drifted = ", ".join(f"{s.character} in {s.shot}" for s in self.drifted)
        tail = f"; drifted: {drifted}" if drifted else ""
        kind = " (palette drift, not identity; uncalibrated)" if _uncalibrated(standing) else ""
        return f"Scorecard({len(self.shots)} shots: {said}{tail}){kind}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/plain": repr(self), "text/html": self._html()}

    def _html(self) -> str:
        best = self.best()
        rows = [
            _row(score, chosen=best[score.shot] == score.take)
            for take in self.takes
            for score in self.of(take.shot, take.take)
        ]
        columns = ("shot", "take", "character", "verdict", "score", "between shots", "frames", "worst frame", "")
        lines = "".join(f'<p style="margin: 2px 0">{_escaped(line)}</p>' for line in self.lines)
        return table(columns, rows, caption=_captions(self.axes)) + lines + _small(self._limits())

    def _limits(self) -> str:
        return " ".join(
            f"{facts.axis.capitalize()} measures {facts.measures}; it cannot see: {', '.join(facts.blind_to)}."
            for facts in self.scorers
        )


def _row(score: Score, *, chosen: bool) -> tuple[str, ...]:
    worst = score.worst
    proof = "–"
    if worst is not None:
        proof = Html(
            f'<img src="{picture_uri(worst.jpeg, "image/jpeg")}" height="72" style="border-radius: 4px" '
            f'alt="worst frame of {_escaped(score.shot)}">'
        )
    when = f"{worst.time:.2f} s, {worst.score:.3f}" if worst is not None else score.reason
    return (
        score.shot,
        f"{score.take}{' ✓' if chosen else ''}",
        score.character,
        badge(score.verdict.value, _TONES[score.verdict]),
        _figure(score.score),
        _figure(score.between_shots),
        f"{score.valid_frames}/{score.sampled_frames}",
        proof,
        when,
    )


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _meaning(axis: Axis) -> str:
    return {
        Axis.IDENTITY: "identity",
        Axis.APPEARANCE: "appearance (the look, clothes included; not identity)",
        Axis.PALETTE: "palette (drift of colours, not identity)",
        Axis.ATTRIBUTES: "attributes (facts that a vision model answers)",
        Axis.VARIATION: "variation (drawn anew, not pasted)",
        Axis.GATE: "gate (the clip is whole)",
    }[axis]


def _captions(axes: Sequence[Axis]) -> str:
    return "; ".join(_meaning(axis).capitalize() for axis in axes)


def _uncalibrated(scores: Sequence[Score]) -> bool:
    return any(not score.threshold.calibrated for score in scores)


def _small(text: str) -> str:
    return f'<p style="opacity: 0.7; font-size: 12px">{_escaped(text)}</p>' if text else ""


def _escaped(text: str) -> str:
    return html.escape(text)
