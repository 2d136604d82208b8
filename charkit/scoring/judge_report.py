"""What a judge's run is worth: descriptions, controls, flips, models, money."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from charkit.cards import card, table
from charkit.documents import read_json, write_json
from charkit.money import dollars
from charkit.scoring.base import Axis
from charkit.scoring.judge_questions import CONTROLS, STRANGER
from charkit.scoring.scorecard.card import Ceiling

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Control", "Described", "JudgeReport"]


@dataclass(frozen=True, kw_only=True)
class Control:
    """How one control came out in one question's repeats."""

    character: str
    kind: str
    """Duplicate, re-lit copy or stranger."""
    who: str
    """Who it really shows."""
    right: int
    """Answers that were right about it, each for itself."""
    answers: int
    """Valid answers."""
    passed: bool
    """Whether the vote on it is right; the run is void where it is not."""


@dataclass(frozen=True, kw_only=True)
class Described:
    """The frozen description of one character in one outfit."""

    character: str
    attributes: tuple[tuple[str, str], ...]
    problem: str = ""
    """Why there is none."""


@dataclass(frozen=True, kw_only=True)
class JudgeReport:
    """What a judge's run is worth."""

    judge: str
    descriptions: tuple[Described, ...] = ()
    controls: tuple[Control, ...] = ()
    flips: float | None = None
    """Share of cells on which repeats disagree; None without repeats."""
    models: str = ""
    """The models as they answered, with the days: a pinned id can change under you."""
    questions: int = 0
    answered: int = 0
    """Answers in the asked form."""
    usd: float = 0.0
    """What the questions cost, also where an earlier visit paid for them."""
    problems: tuple[str, ...] = ()
    """Why answers were no answers, each once."""

    @property
    def void(self) -> bool:
        """Whether any question's controls failed."""
        return not all(control.passed for control in self.controls)

    @property
    def controls_said(self) -> str:
        """The controls in one line: `duplicate 3/3 match, re-lit copy 3/3 match, stranger 3/3 caught`."""
        parts = []
        for kind in CONTROLS:
            mine = [control for control in self.controls if control.kind == kind]
            if mine:
                right, of = sum(c.right for c in mine), sum(c.answers for c in mine)
                parts.append(f"{kind} {right}/{of} {'caught' if kind == STRANGER else 'match'}")
        return ", ".join(parts) or "none"

    @property
    def ceiling(self) -> Ceiling | None:
        """What a perfect character reaches with this judge: its answers about positive controls, each for itself.

        Verdicts are votes of several such answers, and a question whose vote on a control is wrong counts for nothing,
        so a verdict is surer than this. None without controls.
        """
        positive = [control for control in self.controls if control.kind != STRANGER]
        strangers = [control for control in self.controls if control.kind == STRANGER]
        if not sum(control.answers for control in positive):
            return None
        impostors = sum(control.answers for control in strangers)
        return Ceiling(
            axis=Axis.ATTRIBUTES,
            passes=sum(control.right for control in positive),
            trials=sum(control.answers for control in positive),
            how="answers about " + " and ".join(dict.fromkeys(control.kind for control in positive)),
            false_accepts=impostors - sum(control.right for control in strangers),
            impostors=impostors,
        )

    @property
    def ceiling_said(self) -> str:
        """The ceiling in one line; empty where it was not measured."""
        found = self.ceiling
        if found is None:
            return ""
        said = f"ceiling: {found.passes} of {found.trials} {found.how} were right"
        return f"{said}; {found.false_accepts} of {found.impostors} about strangers let them pass"

    def save(self, path: Path) -> None:
        """Write it as JSON.

        Raises:
            StorageError: it cannot be written.
        """
        write_json(path, _File(**{one.name: getattr(self, one.name) for one in fields(self)}))

    @classmethod
    def load(cls, path: Path) -> JudgeReport:
        """Read what `save` wrote.

        Raises:
            BadDocument: the file is missing or is no such report.
        """
        file = read_json(path, _File)
        return cls(**{one.name: getattr(file, one.name) for one in fields(cls)})

    def __repr__(self) -> str:
        flips = "" if self.flips is None else f"; flips {100 * self.flips:.0f} %"
        void = "; void for some" if self.void else ""
        return (
            f"JudgeReport({self.judge}: {self.answered}/{self.questions} answers; controls: {self.controls_said}{flips}"
            f"{void}; {dollars(self.usd)})"
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        rows = [
            ("answers", f"{self.answered} of {self.questions} in the asked form"),
            ("controls", self.controls_said),
            ("ceiling", self.ceiling_said.removeprefix("ceiling: ") or "not measured"),
            ("flips", "not repeated" if self.flips is None else f"{100 * self.flips:.1f} % of cells"),
            ("answered by", self.models or "nobody"),
            ("cost", dollars(self.usd)),
            *(("no answer", problem) for problem in self.problems),
        ]
        mark = "void: its controls failed" if self.void else "controls passed" if self.controls else "no controls"
        shown = card(self.judge, rows=rows, badge=mark, badge_kind="bad" if self.void or not self.controls else "ok")
        lines = [[one.character, name, words] for one in self.descriptions for name, words in one.attributes]
        described = table(["character", "attribute", "as described"], lines) if lines else ""
        return {"text/plain": repr(self), "text/html": shown + described}


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["charkit judge report 1"] = "charkit judge report 1"
    judge: str
    descriptions: tuple[Described, ...]
    controls: tuple[Control, ...]
    flips: float | None
    models: str
    questions: int
    answered: int
    usd: float
    problems: tuple[str, ...]
