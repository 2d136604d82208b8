"""All scores of a set of takes, with their uncertainty: what was judged, what was not, and the frames that prove it.

Axes stay apart, and what could not be judged never counts as a pass. A rate is that of *shots*: one take per shot, the
chosen ones (what the film shows) or the first ones (what the route does, free of the luck of retakes).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from charkit.documents import read_json, write_json
from charkit.errors import UnknownName
from charkit.scoring.base import Axis, Score, ScorerFacts, Verdict
from charkit.scoring.scorecard.choosing import best_take
from charkit.scoring.scorecard.records import Ceiling, ScoredTake
from charkit.scoring.statistics import Corrected, FrameRate, Pooled, Rate, corrected, frame_rate, pooled

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from charkit.scoring.calibration import Calibration
    from charkit.scoring.scorecard.against import Comparison
    from charkit.scoring.scorecard.gaps import GapCurve
    from charkit.scoring.scorecard.showing import Shown

__all__ = ["Ceiling", "Choice", "Scorecard", "ScoredTake"]

Choice: TypeAlias = "Literal['chosen', 'first'] | Mapping[str, int]"
"""Which take stands for its shot: the best one, the first one, or the numbered one of the shots named."""

_ORDER = tuple(Axis)


class _File(BaseModel):
    """The scorecard on disk. Format 1 knew one axis and no ceilings; it is read as it was."""

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    format: Literal["charkit scorecard 1", "charkit scorecard 2"] = "charkit scorecard 2"
    takes: tuple[ScoredTake, ...]
    scores: tuple[Score, ...]
    scorers: tuple[ScorerFacts, ...]
    ceilings: tuple[Ceiling, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Scorecard:
    """Scores of takes, and what follows from them."""

    takes: tuple[ScoredTake, ...]
    """In the film's order."""
    scores: tuple[Score, ...]
    scorers: tuple[ScorerFacts, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
    """By axis, where controls were judged."""
    starred: frozenset[tuple[str, int]] = frozenset()
    """Shot and number of takes that a person wants in the film; see `decided`."""
    rejected: frozenset[tuple[str, int]] = frozenset()
    """Shot and number of takes that a person does not want in the film."""

    @cached_property
    def shots(self) -> tuple[str, ...]:
        """The shots' ids, in the film's order."""
        return tuple(dict.fromkeys(take.shot for take in self.takes))

    @cached_property
    def characters(self) -> tuple[str, ...]:
        """The characters that were looked for, in order of appearance."""
        return tuple(dict.fromkeys(score.character for score in self.scores if score.character))

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """The axes that were measured, identity first and checks of the clip last."""
        return tuple(axis for axis in _ORDER if any(score.axis is axis for score in self.scores))

    @property
    def first_axis(self) -> Axis:
        """The axis that is shown where none is asked for: the first on which anything could be asked."""
        return next((axis for axis in self.axes if not self.lacking(axis)), Axis.PALETTE)

    def lacking(self, axis: Axis) -> bool:
        """Whether nothing at all could be asked on an axis, for want of weights, of a line or of a recogniser."""
        mine = [score for score in self.scores if score.axis is axis]
        return bool(mine) and all(score.lacking for score in mine)

    def axes_of(self, character: str) -> tuple[Axis, ...]:
        """Return the axes on which a character was judged; with an empty name, those that judge takes as a whole."""
        mine = {score.axis for score in self.scores if score.character == character}
        return tuple(axis for axis in _ORDER if axis in mine)

    # ------------------------------------------------------------------ takes

    def best(self) -> dict[str, int]:
        """Return for every shot the number of its best take.

        Fewest verdicts of drift first, on all axes, then fewest that could not be judged, then the highest of the
        lowest scores, one axis after the other in the order of `Axis`, then the earlier take. A shot without
        characters keeps the latest of its sound takes.

        What a person decided comes first: a starred take is chosen before others, a rejected one never. A shot all of
        whose takes are rejected is left out.
        """
        return {shot: best for shot in self.shots if (best := best_take(self, shot)) is not None}

    def decided(self, *, starred: Collection[tuple[str, int]], rejected: Collection[tuple[str, int]]) -> Scorecard:
        """Return the card with what a person decided about takes, by shot and number.

        Scores and verdicts stay as they are; only which take stands for its shot follows. `save` leaves it out: it is
        kept beside the card, in the run's `decisions.json`.
        """
        return replace(self, starred=frozenset(starred), rejected=frozenset(rejected))

    def of(self, shot: str, take: int) -> tuple[Score, ...]:
        """Return all scores of one take; empty for one that nobody was asked about."""
        return self._by_take.get((shot, take), ())

    @cached_property
    def _by_take(self) -> dict[tuple[str, int], tuple[Score, ...]]:
        found: dict[tuple[str, int], list[Score]] = {}
        for score in self.scores:
            found.setdefault((score.shot, score.take), []).append(score)
        return {key: tuple(scores) for key, scores in found.items()}

    def standing(self, choice: Choice = "chosen") -> tuple[Score, ...]:
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
        """The scores of chosen takes that drifted, or were flagged: what a retake should mend."""
        return tuple(score for score in self.standing() if score.verdict is Verdict.DRIFTED)

    @property
    def unverifiable(self) -> tuple[Score, ...]:
        """The scores of chosen takes that could not be judged: what a person should look at."""
        return tuple(score for score in self.standing() if score.verdict is Verdict.UNVERIFIABLE)

    # ------------------------------------------------------------------ rates

    def rate(self, character: str, axis: Axis | None = None, *, takes: Choice = "chosen") -> Rate:
        """Return how many of a character's shots passed.

        Args:
            character: Its name.
            axis: What is asked about; the first that was measured of it, in the order of `Axis`, when left out.
            takes: `chosen` for the best takes; `first` for what the route does without retakes; or numbers by shot, for
                a film that a person cut.

        Raises:
            UnknownName: The character was not looked for.
        """
        verdicts = [score.verdict for score in self._mine(character, axis, takes)]
        passes, drifted = verdicts.count(Verdict.CONSISTENT), verdicts.count(Verdict.DRIFTED)
        return Rate(
            passes=passes,
            verifiable=passes + drifted,
            expected=len(verdicts) - verdicts.count(Verdict.INTENDED),
        )

    def frame_rate(self, character: str, axis: Axis | None = None, *, takes: Choice = "chosen") -> FrameRate | None:
        """Return how many frames reach the line, counted for what they are worth; None where scores keep no frames.

        Raises:
            UnknownName: The character was not looked for.
        """
        counted = (Verdict.CONSISTENT, Verdict.DRIFTED)
        return frame_rate(
            [
                (sum(value >= score.threshold.value for _, value in score.frame_scores), len(score.frame_scores))
                for score in self._mine(character, axis, takes)
                if score.verdict in counted and score.frame_scores
            ]
        )

    def pooled(self, axis: Axis | None = None, *, takes: Choice = "chosen") -> Pooled:
        """Return the rate over all characters; an interval needs ten of them."""
        asked = axis or self.first_axis
        return pooled(
            {name: self.rate(name, asked, takes=takes) for name in self.characters if asked in self.axes_of(name)}
        )

    def ceiling(self, axis: Axis, character: str = "") -> Ceiling | None:
        """Return what controls say of an axis, by the scorer that judges a character; None where none were judged."""
        mine = {s.scorer for s in self.scores if s.axis is axis and character in ("", s.character)}
        found = [one for one in self.ceilings if one.axis is axis]
        return next((one for one in found if one.scorer in ("", *mine)), None)

    def corrected(self, character: str, axis: Axis | None = None, *, takes: Choice = "chosen") -> Corrected | None:
        """Return the rate freed of what controls show of the scorer's own errors; None without controls.

        Raises:
            UnknownName: The character was not looked for.
        """
        asked = axis or self.main_axis(character)
        found = self.ceiling(asked, character)
        if found is None:
            return None
        return corrected(
            self.rate(character, asked, takes=takes),
            positives=found.rate,
            false_accepts=found.false_accepts,
            impostors=found.impostors,
        )

    def main_axis(self, character: str) -> Axis:
        """Return the first axis on which a character was judged, in the order of `Axis`; with weights, where held.

        Raises:
            UnknownName: The character was not looked for.
        """
        if character not in self.characters:
            raise UnknownName("scored character", character, self.characters)
        mine = self.axes_of(character)
        asked = {score.axis for score in self.scores if score.character == character and not score.lacking}
        return next((axis for axis in mine if axis in asked), mine[0])

    def _mine(self, character: str, axis: Axis | None, takes: Choice) -> tuple[Score, ...]:
        if character not in self.characters:
            raise UnknownName("scored character", character, self.characters)
        asked = axis or self.main_axis(character)
        return tuple(s for s in self.standing(takes) if s.character == character and s.axis is asked)

    # ------------------------------------------------------------------ words

    def line(self, character: str, axis: Axis | None = None, *, takes: Choice = "chosen") -> str:
        """Return one sentence about a character on one axis, with everything that a rate needs beside it to be read.

        Raises:
            UnknownName: The character was not looked for.
        """
        from charkit.scoring.scorecard.lines import rate_line

        asked = axis or self.main_axis(character)
        return rate_line(self, character, asked, self._mine(character, asked, takes), takes)

    def sentence(self, character: str, *, takes: Choice = "chosen") -> str:
        """Return one sentence about a character: its main axis in full, and where the others raise a hand.

        Raises:
            UnknownName: The character was not looked for.
        """
        from charkit.scoring.scorecard.lines import sentence

        return sentence(self, character, takes)

    @property
    def lines(self) -> tuple[str, ...]:
        """`line` for every character and axis, one for each axis that judges takes as a whole, and what is unknown."""
        about = [
            self.line(name, axis)
            for axis in self.axes
            if not self.lacking(axis)
            for name in self.characters
            if axis in self.axes_of(name)
        ]
        return (*about, *self.lines_of_takes)

    @property
    def lines_of_takes(self) -> tuple[str, ...]:
        """One line for each axis that judges takes as a whole, and for each that lacks something: what to get."""
        from charkit.scoring.scorecard.lines import takes_line, unknown_lines

        return (*(takes_line(self, axis) for axis in self.axes_of("")), *unknown_lines(self))

    # ------------------------------------------------------------------ other views

    def under(self, calibration: Calibration) -> Scorecard:
        """Return the card under another line: verdicts of that scorer follow from their scores anew.

        What was unverifiable or changed on purpose stays so. Scores of other scorers keep their lines.
        """
        from charkit.scoring.scorecard.relining import under

        return under(self, calibration)

    def against(self, other: Scorecard, *, names: tuple[str, str] = ("A", "B"), takes: Choice = "first") -> Comparison:
        """Return this card compared with another run's, shot by shot and axis by axis."""
        from charkit.scoring.scorecard.against import compare

        return compare(self, other, names=names, takes=takes)

    def curve(self, axis: Axis | None = None, *, takes: Choice = "chosen") -> GapCurve:
        """Return likeness between shots against their distance, for every character."""
        from charkit.scoring.scorecard.gaps import gap_curve

        return gap_curve(self, axis or self.first_axis, takes)

    def heat_map(self, axis: Axis | None = None, *, takes: Choice = "chosen") -> Shown:
        """Return verdicts and scores, shots against characters."""
        from charkit.scoring.scorecard.showing import heat_map

        return heat_map(self, axis or self.first_axis, takes)

    def strips(self, axis: Axis | None = None, *, takes: Choice = "chosen") -> Shown:
        """Return the frames that prove the verdicts: one strip per character, the worst frame of each shot."""
        from charkit.scoring.scorecard.showing import strips

        return strips(self, axis or self.first_axis, takes)

    # ------------------------------------------------------------------ the file, and how it looks

    def save(self, path: Path) -> None:
        """Write the scorecard with its evidence as JSON.

        Raises:
            StorageError: It cannot be written.
        """
        write_json(path, _File(takes=self.takes, scores=self.scores, scorers=self.scorers, ceilings=self.ceilings))

    @classmethod
    def load(cls, path: Path) -> Scorecard:
        """Read a scorecard that `save` wrote, in this format or the one before.

        Raises:
            BadDocument: The file is missing or is no scorecard.
        """
        file = read_json(path, _File)
        return cls(takes=file.takes, scores=file.scores, scorers=file.scorers, ceilings=file.ceilings)

    def __repr__(self) -> str:
        from charkit.scoring.scorecard.lines import headline

        return headline(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.scoring.scorecard.showing import page

        return {"text/plain": repr(self), "text/html": page(self)}
