"""A against B: which of two sets of pictures shows one character throughout, asked in both orders.

Judges rank better than they score, but prefer what stands first (scoring.md, 5.1). So each pair is asked twice, A first
and B first, and only a preference that survives the change of places counts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from charkit.prompts import Appearing, Look, pair_prompt
from charkit.providers.base import BoundReference, Role
from charkit.providers.judging import Question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from charkit.prompts import Templates
    from charkit.providers.judging import Judge, Said
    from charkit.routes import Route
    from charkit.scoring.judge_crops import Cut

__all__ = ["MOST_IN_A_SET", "Preference", "prefer"]

MOST_IN_A_SET = 8
"""Pictures of each set that are shown: sixteen judged pictures in all, as in any other question."""

_SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {"choice": {"type": "string", "enum": ["A", "B", "tie"]}, "evidence": {"type": "string"}},
        "required": ["choice", "evidence"],
        "additionalProperties": False,
    },
    separators=(",", ":"),
)
_TOKENS = 3000


class _Choice(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    choice: Literal["A", "B", "tie"]
    evidence: str = ""


@dataclass(frozen=True, kw_only=True)
class Preference:
    """Which of two sets a judge prefers in either order."""

    winner: Literal["first", "second", "tie"] | None
    """None: it could not be established."""
    reason: str = ""
    """Why it could not."""
    evidence: tuple[str, ...] = ()
    """The judge's words, one for each order."""

    def __repr__(self) -> str:
        said = self.winner if self.winner is not None else f"unverifiable ({self.reason})"
        return f"Preference({said})"


def prefer(
    judge: Judge,
    first: Sequence[Cut],
    second: Sequence[Cut],
    *,
    name: str,
    words: str,
    references: Sequence[Cut],
    route: Route,
    templates: Templates | None = None,
) -> Preference:
    """Ask in both orders which set shows a character throughout.

    Args:
        judge: Who is asked, and paid, twice.
        first: Pictures of one set, such as those of one route.
        second: Pictures of the other set, of the same shots.
        name: Who is looked for.
        words: The locked text.
        references: Pictures of the character.
        route: The judge's route; the prompt fits into it.
        templates: The production's own prompts; the built-in ones by default.

    Raises:
        ValueError: a set is empty, larger than `MOST_IN_A_SET`, or not as large as the other one.
        SpendLimit: the caps do not allow it.
    """
    if not 0 < len(first) == len(second) <= MOST_IN_A_SET:
        raise ValueError(f"two sets of equally many pictures, 1 to {MOST_IN_A_SET}, not {len(first)} and {len(second)}")
    who = Appearing(name=name, locked=words or name)
    looks = [Look() for _ in references] + [Look(label=f"set {side}") for side in "AB" for _ in first]
    prompt = pair_prompt(who, looks, route=route, templates=templates).text
    questions = [
        Question(
            subject=f"{name}, compared {number}/2",
            prompt=prompt,
            pictures=_pictures(name, references, left, right),
            schema=_SCHEMA,
            answer_tokens=_TOKENS,
        )
        for number, (left, right) in enumerate(((first, second), (second, first)), start=1)
    ]
    return _agreed(judge.ask(questions))


def _pictures(
    name: str, references: Sequence[Cut], left: Sequence[Cut], right: Sequence[Cut]
) -> tuple[BoundReference, ...]:
    known = [
        BoundReference(role=Role.CHARACTER, blob=cut.blob(f"reference-{number}"), character=name)
        for number, cut in enumerate(references, start=1)
    ]
    shown = [
        BoundReference(role=Role.EXHIBIT, blob=cut.blob(f"{side}{number}"), view=side)
        for side, cuts in (("A", left), ("B", right))
        for number, cut in enumerate(cuts, start=1)
    ]
    return (*known, *shown)


def _agreed(told: Sequence[Said]) -> Preference:
    read = [_choice(said) for said in told]
    if problem := next((one for one in read if isinstance(one, str)), ""):
        return Preference(winner=None, reason=problem)
    choices = [one for one in read if isinstance(one, _Choice)]
    evidence = tuple(" ".join(one.evidence.split())[:160] for one in choices)
    there, back = (one.choice for one in choices)
    if there == back == "tie":
        return Preference(winner="tie", evidence=evidence)
    if {there, back} == {"A", "B"}:  # the same set: it stood on either side
        return Preference(winner="first" if there == "A" else "second", evidence=evidence)
    why = f"the judge chose {there} with the first set as A and {back} with it as B"
    return Preference(winner=None, reason=why, evidence=evidence)


def _choice(said: Said) -> _Choice | str:
    if said.problem:
        return said.problem
    try:
        return _Choice.model_validate_json(said.text, strict=True)
    except (ValidationError, ValueError):
        return "the judge's answer is not in the asked form"
