"""The templates at hand: charkit's own, and those that a production has beside its storyboard.

data/productions/<name>/prompts/character_shot.txt     takes the place of the built-in one
data/productions/<name>/prompts/my_idea.txt            stands beside them
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

from charkit.errors import BadDocument, UnknownName, did_you_mean
from charkit.prompts.reading import read_template
from charkit.prompts.template import Template

if TYPE_CHECKING:
    from charkit.prompts.template import Slot

__all__ = ["Templates", "built_in"]

_FOLDER = Path(__file__).parents[1] / "templates"


@dataclass(frozen=True, eq=False)
class Templates(Mapping[str, Template]):
    """Templates by name.

    Examples:
        >>> Templates.load()["transition_shot"].about
        'A shot without characters.'
    """

    each: tuple[Template, ...]
    instead: Mapping[str, str] = field(default_factory=dict)
    """Which template stands for which, by name."""

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """Return the built-in templates, and those of a folder beside or in place of them.

        Args:
            folder: A production's `prompts`; it need not be there.

        Raises:
            BadDocument: a template is wrong, or does not take what the one that it replaces takes; with file and line.
        """
        found = dict(_built_in())
        for path in sorted(folder.glob("*.txt")) if folder is not None else ():
            template = read_template(path, own=True)
            found[template.name] = _in_place_of(found.get(template.name), template)
        return cls(tuple(found.values()))

    @property
    def own(self) -> tuple[str, ...]:
        """The names of those that are the production's."""
        return tuple(template.name for template in self.each if template.own)

    def __getitem__(self, name: str) -> Template:
        """Return a template by name.

        Raises:
            UnknownName: there is none.
        """
        wanted = self.instead.get(name, name)
        for template in self.each:
            if template.name == wanted:
                return template
        raise UnknownName("prompt template", name, self)

    def standing_in(self, name: str, other: str) -> Self:
        """Return the templates with one in place of another.

        Raises:
            UnknownName: there is none of these names.
            BadDocument: it does not take what the other takes; with file and line.
        """
        new = _in_place_of(self[name], self[other]) if name != other else self[name]
        each = tuple(new if template.name == new.name else template for template in self.each)
        return type(self)(each, {**self.instead, name: other})

    def fitting(self, name: str) -> tuple[str, ...]:
        """Return the names of the templates that may stand for one, itself first.

        Raises:
            UnknownName: there is none of this name.
        """
        found = [name]
        for other in self.each:
            with suppress(BadDocument):
                if other.name != name and _in_place_of(self[name], other):
                    found.append(other.name)
        return tuple(found)

    def __iter__(self) -> Iterator[str]:
        return (template.name for template in self.each)

    def __len__(self) -> int:
        return len(self.each)

    def __repr__(self) -> str:
        own = f"; the production's own: {', '.join(self.own)}" if self.own else ""
        return f"<Templates: {', '.join(self)}{own}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.prompts.showing import templates_table

        return {"text/plain": repr(self), "text/html": templates_table(self.each)}


def _in_place_of(old: Template | None, new: Template) -> Template:
    """Return a template that may stand for the built-in one of its name: it takes no more and loses nothing."""
    if old is None:
        return new
    known: dict[str, Slot] = {slot.name: slot for slot in old.slots}
    for slot in new.slots:
        if slot.name not in known:
            problem = f"{old.name} is never filled with {slot.name!r}. {did_you_mean(slot.name, known)}"
            raise BadDocument(problem, file=new.file, line=slot.line)
        if slot.kind != known[slot.name].kind:
            problem = f"the slot {slot.name!r} of {old.name} is of the kind {known[slot.name].kind}, not {slot.kind}"
            raise BadDocument(problem, file=new.file, line=slot.line)
    missing = {name: slot for name, slot in known.items() if name not in {slot.name for slot in new.slots}}
    for name, slot in missing.items():
        if not slot.optional:
            problem = f"leaves out {name!r}, which {old.name} may not lose: {slot.about}"
            raise BadDocument(problem, file=new.file, line=1)
    kept = tuple(replace(slot, optional=slot.optional or known[slot.name].optional) for slot in new.slots)
    return replace(new, slots=kept, ignores=frozenset(missing))


@cache
def _built_in() -> dict[str, Template]:
    return {path.stem: read_template(path) for path in sorted(_FOLDER.glob("*.txt"))}


@cache
def built_in() -> Templates:
    """Return the built-in templates, read once."""
    return Templates.load()
