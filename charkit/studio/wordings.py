"""Words of shots as a person tries them in a run, and those that the run uses instead of the storyboard's.

    data/runs/<run>/drafts.json      what stands in the prompt lab, as it was left; nothing is made of it
    data/runs/<run>/wording.yaml     words that this run uses; a shot taken out has the storyboard's own again

The storyboard itself stays as it is: other runs of the production share it.
"""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # pydantic reads annotations at run time
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from charkit.documents import read_json, read_yaml, write_json, write_yaml
from charkit.errors import BadDocument, UnknownName, UsageError
from charkit.shots import Shot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from charkit.prompts import Templates
    from charkit.shots import Storyboard

__all__ = ["WORDS", "Draft", "Drafts", "Wording", "Wordings", "changed_words", "reworded", "template_name"]

WORDS = ("framing", "angle", "place", "light", "action", "camera", "sound")
"""The words of a shot that may be tried; who is in it, what they say and how long it is stay the storyboard's."""

_HEADER = "Words that this run uses instead of the storyboard's. A shot taken out of here has its own words again."


class Wording(BaseModel):
    """Other words for one shot, and another template."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: dict[str, str] = {}
    """Those of `WORDS` that are not the storyboard's; empty text leaves an optional one out."""
    template: str = ""
    """The template that stands in for the usual one; empty for that."""


class Draft(Wording):
    """What stands in the lab."""

    route: str = ""


class Drafts(BaseModel):
    """What stands in the lab, by shot."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    shots: dict[str, Draft] = {}

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the drafts; a file that cannot be read is as none, since nothing is made of them."""
        try:
            return read_json(path, cls) if path.is_file() else cls()
        except BadDocument:
            return cls()

    def save(self, path: Path) -> None:
        """Write them, complete or not at all."""
        write_json(path, self)

    def drafting(self, shot: str, draft: Draft) -> Self:
        """Return the drafts with one more."""
        return type(self)(shots={**self.shots, shot: draft})


class Wordings(BaseModel):
    """The words that a run uses, by shot."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    shots: dict[str, Wording] = {}

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read them; none yet is no error.

        Raises:
            BadDocument: with file and line.
        """
        return read_yaml(path, cls) if path.is_file() else cls()

    def save(self, path: Path) -> None:
        """Write them."""
        write_yaml(path, self, header=_HEADER)

    def using(self, shot: str, wording: Wording | None) -> Self:
        """Return them with one more; None gives the shot its own words back."""
        others = {name: one for name, one in self.shots.items() if name != shot}
        own = wording is None or not (wording.words or wording.template)
        return type(self)(shots=others if own or wording is None else {**others, shot: wording})

    def on(self, board: Storyboard) -> Storyboard:
        """Return a storyboard in these words.

        Raises:
            UsageError: a shot may not say that.
            UnknownName: it has no such words.
        """
        if not self.shots:
            return board
        shots = [reworded(shot, self.shots[shot.id].words) if shot.id in self.shots else shot for shot in board.each()]
        return board.model_copy(update={"shots": tuple(shots)})

    def templates(self, board: Storyboard, templates: Templates) -> dict[str, Templates]:
        """Return the templates of the shots that have one of their own choice.

        Raises:
            UnknownName: there is none of this name.
            BadDocument: it does not take what the usual one takes; with file and line.
        """
        shots = {shot.id: shot for shot in board.each()}
        return {
            name: templates.standing_in(template_name(shots[name]), one.template)
            for name, one in self.shots.items()
            if one.template and name in shots
        }


def template_name(shot: Shot) -> str:
    """Return the name of the template that a shot's prompt is usually made with."""
    return "transition_shot" if shot.is_transition else "character_shot"


def reworded(shot: Shot, changes: Mapping[str, str]) -> Shot:
    """Return a shot in other words.

    Args:
        shot: The shot.
        changes: Those of `WORDS`; empty text leaves an optional one out.

    Raises:
        UnknownName: a shot has no such words.
        UsageError: it may not say them.
    """
    _check_names(changes)
    for name in {"framing", "place"}.intersection(changes):
        if not changes[name].strip():
            raise UsageError(f"shot {shot.id} needs words for its {name}")
    said = {name: text.strip() or None for name, text in changes.items()}
    try:
        return Shot.model_validate({**shot.model_dump(), **said})
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "it"
        raise UsageError(f"shot {shot.id} cannot say that as its {field}: {first['msg']}") from None


def changed_words(shot: Shot, words: Mapping[str, str]) -> dict[str, str]:
    """Return those words that are not the shot's own.

    Raises:
        UnknownName: a shot has no such words.
    """
    _check_names(words)
    return {name: text for name, text in words.items() if text.strip() != (getattr(shot, name) or "")}


def _check_names(words: Mapping[str, str]) -> None:
    for name in words:
        if name not in WORDS:
            raise UnknownName("words of a shot", name, WORDS)
