"""What people said, and what that says of every axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from charkit.cards import Html, badge, table
from charkit.documents import read_json, write_json
from charkit.scoring.agreement import AgainstPeople, Agreement, against_people
from charkit.scoring.base import Axis, Threshold, Verdict
from charkit.scoring.statistics import Interval, wilson

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

from pydantic import BaseModel, ConfigDict

__all__ = ["AxisResult", "HumanResult"]


class _Said(Protocol):
    @property
    def score(self) -> float | None: ...
    @property
    def verdict(self) -> Verdict: ...
    @property
    def threshold(self) -> Threshold: ...


@dataclass(frozen=True, kw_only=True)
class AxisResult:
    """An axis beside people."""

    axis: Axis
    against: AgainstPeople | None
    """None where only one kind of pair was judged by both."""
    threshold: str
    """The line under which the shares below hold."""
    passed_different: tuple[int, int]
    """Pairs that most raters called different and the axis let pass, of those that it could judge."""
    missed_same: tuple[int, int]
    """Pairs that most raters called the same and the axis called drifted, of those that it could judge."""
    unjudged: int
    """Pairs that it could not judge."""

    @classmethod
    def of(cls, axis: Axis, said: Sequence[_Said | None], same: Sequence[float | None]) -> AxisResult:
        """Return the result of an axis.

        Args:
            axis: Which.
            said: What it said of each question.
            same: The share of raters that said "same" of each; None where nobody could tell.
        """
        judged = [(s, p) for s, p in zip(said, same, strict=True) if s is not None and s.score is not None]
        different = [s.verdict is Verdict.CONSISTENT for s, p in judged if p is not None and p < 0.5]
        alike = [s.verdict is Verdict.DRIFTED for s, p in judged if p is not None and p > 0.5]
        line = next((str(s.threshold) for s, _ in judged), "")
        return cls(
            axis=axis,
            against=against_people([None if s is None else s.score for s in said], list(same)),
            threshold=line,
            passed_different=(sum(different), len(different)),
            missed_same=(sum(alike), len(alike)),
            unjudged=len(said) - len(judged),
        )

    @property
    def note(self) -> str:
        """One sentence for beside the axis's threshold."""
        seen = "AUC against people cannot be told" if self.against is None else str(self.against)
        return (
            f"{self.axis}: {seen}; at {self.threshold or 'its line'} it passes {_share(self.passed_different)} of what "
            f"people call different and fails {_share(self.missed_same)} of what they call the same"
        )


class _Notes(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    format: str = "charkit human check notes 1"
    simulated: bool
    agreement: str
    notes: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class HumanResult:
    """What a human check found."""

    agreement: Agreement
    axes: tuple[AxisResult, ...]
    questions: int
    answered: tuple[int, ...]
    """Answers of each rater, `cannot tell` left out."""
    raters: tuple[str, ...]
    simulated_raters: int
    simulated_takes: bool

    @property
    def enough(self) -> bool:
        """Whether it is as large as the protocol asks: three people, a hundred pairs (scoring.md, 9)."""
        people = len(self.raters) - self.simulated_raters
        return people >= 3 and self.questions >= 100

    def save_notes(self, path: Path) -> None:
        """Write one sentence for each axis, for whoever reads a threshold.

        Raises:
            StorageError: they cannot be written.
        """
        simulated = bool(self.simulated_raters) or self.simulated_takes
        notes = {axis.axis.value: axis.note for axis in self.axes}
        write_json(path, _Notes(simulated=simulated, agreement=str(self.agreement), notes=notes))

    @staticmethod
    def notes_in(path: Path) -> dict[str, str]:
        """Return the sentences that `save_notes` wrote, by axis, each marked where it was only rehearsed.

        Raises:
            BadDocument: the file is missing or holds no notes.
        """
        file = read_json(path, _Notes)
        mark = " (rehearsed, says nothing of people)" if file.simulated else ""
        return {axis: f"{note}{mark}" for axis, note in file.notes.items()}

    def __repr__(self) -> str:
        kind = f", {self.simulated_raters} simulated" if self.simulated_raters else ""
        aucs = ", ".join(f"{a.axis} {a.against.auc:.2f}" for a in self.axes if a.against) or "none"
        return f"HumanResult({len(self.raters)} raters{kind}, {self.questions} pairs; AUC against people: {aucs})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/plain": repr(self), "text/html": self._html()}

    def _html(self) -> Html:
        rows = [
            [
                axis.axis.value,
                "–" if axis.against is None else f"{axis.against.auc:.2f}",
                "–" if axis.against is None else f"{axis.against.interval.low:.2f}–{axis.against.interval.high:.2f}",
                axis.threshold,
                _share(axis.passed_different),
                _share(axis.missed_same),
                str(axis.unjudged),
            ]
            for axis in self.axes
        ]
        columns = ["axis", "AUC", "95 % CI", "line", "passes, people: different", "fails, people: same", "not judged"]
        mark = badge("rehearsed", "simulated") if self.simulated_raters else ""
        small = "" if self.enough else " Too small for a claim: three people and a hundred pairs are asked for."
        caption = f"{self.agreement}; {self.questions} pairs.{small}"
        return Html(mark + table(columns, rows, caption=caption))


def _share(part: tuple[int, int]) -> str:
    passed, count = part
    if not count:
        return "none of 0"
    interval: Interval = wilson(passed, count)
    return f"{passed}/{count} ({100 * passed / count:.0f} %, 95 % CI {interval})"
