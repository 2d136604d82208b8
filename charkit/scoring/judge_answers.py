"""What is believed of a judge's answers: read strictly, voted over repeats, and void where the controls fail.

An answer that names a shot which was not shown, or one twice, or an attribute that was not asked for, is no answer at
all: whoever invents one thing may have invented the rest. A shot that is left out was not answered for.

    cell        one attribute of one picture: what more than half of the valid answers say, else undecided
    score       match / (match + differs); `not_visible` and undecided go to coverage
    flip rate   share of cells on which the valid answers do not all agree, of those with two or more
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Cell", "Heard", "Word", "flip_rate", "read_description", "read_shots", "vote"]

Word: TypeAlias = Literal["match", "differs", "not_visible"]
_NOTHING = frozenset({"", "none", "not visible", "not_visible", "unknown", "n/a", "null", "-"})
_LONGEST = 120
"""Characters of a described attribute; eight words were asked for, and what is longer is no description."""


class _Said(BaseModel):
    """A part of an answer: unknown members make it none."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Cell(_Said):
    verdict: Word
    evidence: Annotated[str, StringConstraints(max_length=400)] = ""


class _Shot(_Said):
    shot: str
    attributes: dict[str, _Cell]
    is_outlier: bool = False


class _Shots(_Said):
    shots: tuple[_Shot, ...]


class _Described(_Said):
    description: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What was said, or found by vote, of one attribute of one picture."""

    word: Word | None
    """None: undecided, or not answered."""
    evidence: str = ""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What one answer, or a vote of several, says of one picture."""

    cells: Mapping[str, Cell]
    outlier: bool = False
    answers: int = 1
    """How many valid answers spoke of it."""

    def count(self, word: Word, but: Iterable[str] = ()) -> int:
        """Return how many attributes have a verdict, some left out."""
        left_out = frozenset(but)
        return sum(cell.word == word for name, cell in self.cells.items() if name not in left_out)

    def score(self, but: Iterable[str] = ()) -> float | None:
        """Return matches over matches and differences; None where nothing is visible."""
        left_out = frozenset(but)
        match, differs = self.count("match", left_out), self.count("differs", left_out)
        return match / (match + differs) if match + differs else None


def read_description(text: str, names: Iterable[str]) -> dict[str, str] | str:
    """Return what the references show, attribute by attribute, or why there is no description.

    What is not visible or absent is left out: it cannot be asked about.
    """
    try:
        said = _Described.model_validate_json(text, strict=True)
    except (ValidationError, ValueError) as error:
        return f"the judge's description is not in the asked form ({_first(error)})"
    wanted = list(names)
    if strange := sorted(set(said.description) - set(wanted)):
        return f"the judge's description names attributes that were not asked for: {', '.join(strange)[:80]}"
    lines = {name: " ".join(said.description.get(name, "").split()) for name in wanted}
    found = {
        name: line for name, line in lines.items() if line.lower().rstrip(".") not in _NOTHING and len(line) <= _LONGEST
    }
    return found or "the judge could describe nothing of the references"


def read_shots(text: str, labels: Iterable[str], attributes: Iterable[str]) -> dict[str, Heard] | str:
    """Return what an answer says by label, or why it is no answer."""
    try:
        said = _Shots.model_validate_json(text, strict=True)
    except (ValidationError, ValueError) as error:
        return f"the judge's answer is not in the asked form ({_first(error)})"
    asked, names = set(labels), set(attributes)
    told = Counter(shot.shot for shot in said.shots)
    if strange := sorted(set(told) - asked):
        return f"the judge answered for shots that it was not shown: {', '.join(strange)[:80]}"
    if twice := [label for label, count in told.items() if count > 1]:
        return f"the judge answered more than once for {', '.join(twice)}"
    if unknown := sorted({name for shot in said.shots for name in shot.attributes} - names):
        return f"the judge answered for attributes that were not asked for: {', '.join(unknown)[:80]}"
    return {
        shot.shot: Heard(
            cells={
                name: Cell(word=cell.verdict, evidence=" ".join(cell.evidence.split())[:_LONGEST])
                for name, cell in shot.attributes.items()
            },
            outlier=shot.is_outlier,
        )
        for shot in said.shots
    }


def vote(answers: Sequence[Heard], attributes: Iterable[str]) -> Heard:
    """Return what more than half of the answers say, cell by cell."""
    cells = {name: _elected([a.cells.get(name, Cell(word=None)) for a in answers]) for name in attributes}
    outlier = 2 * sum(answer.outlier for answer in answers) > len(answers)
    return Heard(cells=cells, outlier=outlier, answers=len(answers))


def _elected(cells: Sequence[Cell]) -> Cell:
    word, count = Counter(cell.word for cell in cells).most_common(1)[0] if cells else (None, 0)
    if word is None or 2 * count <= len(cells):
        return Cell(word=None)
    return next(cell for cell in cells if cell.word == word)


def flip_rate(answers: Iterable[Sequence[Heard]]) -> float | None:
    """Return the share of cells on which repeats disagree; None where nothing was answered twice.

    Args:
        answers: For each picture, what each valid answer says of it.
    """
    cells = [
        {one.cells[name].word if name in one.cells else None for one in given}
        for given in answers
        if len(given) > 1
        for name in {name for one in given for name in one.cells}
    ]
    return sum(len(words) > 1 for words in cells) / len(cells) if cells else None


def _first(error: Exception) -> str:
    """Return where an answer leaves the form, without repeating what it says."""
    if isinstance(error, ValidationError):
        found = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, found["loc"]))[:80]
        return f"{where}: {found['type']}" if where else str(found["type"])
    return type(error).__name__
