"""What a judge is asked: a description first, then shots and hidden controls under blind labels.

    describe    the references alone; the answer is the frozen list that every later question names
    judge       references, then at most 16 pictures labelled S01, S02 ...: shots and three controls, in an order of
                chance that is another one in each repeat

Only charkit knows which label is which. See `judge_crops` for the controls and `judge_answers` for what is believed.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.prompts import Appearing, Look, describe_prompt, judge_prompt
from charkit.providers.base import BoundReference, Role
from charkit.providers.judging import Question

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from charkit.prompts import Templates
    from charkit.routes import Route
    from charkit.scoring.judge_crops import Cut

__all__ = [
    "ATTRIBUTES",
    "CONTROLS",
    "DUPLICATE",
    "MOST_EXHIBITS",
    "RELIT",
    "STRANGER",
    "WARDROBE",
    "Asking",
    "Lineup",
    "batches",
]

ATTRIBUTES: dict[str, str] = {
    "hair_colour": "colour of the hair or mane",
    "hair_style": "hairstyle and length",
    "eyes": "colour and shape of the eyes",
    "face_shape": "shape of the face or head",
    "skin": "colour of the skin, fur or shell",
    "top": "what is worn on the upper body, with its colour",
    "bottom": "what is worn on the legs, with its colour",
    "accessories": "what is worn or carried besides",
    "build": "build and age",
    "palette": "the main colours together",
}
"""The fixed list (scoring.md, 5.2): name -> what is meant."""

WARDROBE = frozenset({"top", "bottom", "accessories", "palette"})
"""Attributes that a change of clothes by script changes."""

MOST_EXHIBITS = 16
"""Pictures that are judged in one call, controls included (scoring.md, 5.2)."""

DUPLICATE, RELIT, STRANGER = "duplicate", "re-lit copy", "stranger"
CONTROLS = (DUPLICATE, RELIT, STRANGER)
"""The controls: what must match, what must match in other light, and what must be caught."""

_WORDS = {"type": "string"}
_VERDICT = {"type": "string", "enum": ["match", "differs", "not_visible"]}
_TOKENS_DESCRIBED, _TOKENS_A_CELL, _TOKENS_THOUGHT = 1500, 45, 2500
"""Tokens of an answer: all of a description; of one attribute of one shot with its evidence; and what a model may think
besides at a low level. The answer's limit and the price that is set aside follow from them."""


@dataclass(frozen=True, kw_only=True)
class Lineup:
    """One question with what only charkit knows about it."""

    question: Question
    keys: Mapping[str, str]
    """Label -> what it really is: a control, or the key of a shot's picture."""


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Writes the questions about one character."""

    name: str
    words: str
    """The locked text; the name where there is none."""
    references: tuple[Cut, ...]
    route: Route
    templates: Templates | None = None
    seed: int = 0
    """Begins the draws of order; another one is another, paid question."""

    def describe(self) -> Question:
        """Return the question what the references show."""
        lines = [f"{name}: {meant}" for name, meant in ATTRIBUTES.items()]
        prompt = describe_prompt(
            self._who, [Look() for _ in self.references], lines, route=self.route, templates=self.templates
        )
        members = dict.fromkeys(ATTRIBUTES, _WORDS)
        return Question(
            subject=f"{self.name}, described",
            prompt=prompt.text,
            pictures=self._shown,
            schema=_form({"description": _object(members)}),
            answer_tokens=_TOKENS_DESCRIBED,
        )

    def lineup(self, exhibits: Mapping[str, Cut], attributes: Mapping[str, str], *, repeat: int, batch: int) -> Lineup:
        """Return the question about some pictures, controls among them, in an order of chance.

        Args:
            exhibits: What is shown by what it is: controls and keys of shots' pictures.
            attributes: The frozen description.
            repeat: Which repeat, from 0.
            batch: Which of the character's questions, from 0.
        """
        keys = sorted(exhibits)
        random.Random(f"{self.seed}/{self.name}/{batch}/{repeat}").shuffle(keys)  # noqa: S311  # an order, no secret
        labels = {f"S{number:02}": key for number, key in enumerate(keys, start=1)}
        shown = tuple(
            BoundReference(role=Role.EXHIBIT, blob=exhibits[key].blob(label), view=label)
            for label, key in labels.items()
        )
        looks = [Look() for _ in self.references] + [Look(label=f"shot {label}") for label in labels]
        lines = [f"{name}: {words}" for name, words in attributes.items()]
        prompt = judge_prompt(self._who, looks, lines, route=self.route, templates=self.templates)
        return Lineup(
            question=Question(
                subject=f"{self.name}, judged {batch + 1}.{repeat + 1}",
                prompt=prompt.text,
                pictures=(*self._shown, *shown),
                schema=_shots(attributes, labels),
                answer_tokens=_TOKENS_THOUGHT + _TOKENS_A_CELL * len(attributes) * len(labels),
            ),
            keys=labels,
        )

    @property
    def _who(self) -> Appearing:
        return Appearing(name=self.name, locked=self.words or self.name)

    @property
    def _shown(self) -> tuple[BoundReference, ...]:
        return tuple(
            BoundReference(role=Role.CHARACTER, blob=cut.blob(f"reference-{number}"), character=self.name)
            for number, cut in enumerate(self.references, start=1)
        )


def _shots(attributes: Mapping[str, str], labels: Mapping[str, str]) -> str:
    cell = _object({"verdict": _VERDICT, "evidence": _WORDS})
    shot = _object(
        {
            "shot": {"type": "string", "enum": sorted(labels)},
            "attributes": _object(dict.fromkeys(attributes, cell)),
            "is_outlier": {"type": "boolean"},
        }
    )
    return _form({"shots": {"type": "array", "items": shot}})


def _object(members: Mapping[str, object]) -> dict[str, object]:
    return {
        "type": "object",
        "properties": dict(members),
        "required": list(members),
        "additionalProperties": False,
    }


def _form(members: Mapping[str, object]) -> str:
    return json.dumps(_object(members), separators=(",", ":"))


def batches(keys: Sequence[str], controls: int) -> list[Sequence[str]]:
    """Return keys in groups that fit into one question each beside the controls, all about equally large."""
    most = MOST_EXHIBITS - controls
    count = -(-len(keys) // most)
    return [keys[index::count] for index in range(count)]
