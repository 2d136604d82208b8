"""Templates as text files with declared slots, and the prompts they make."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from charkit.character import View
from charkit.errors import BadDocument, did_you_mean
from charkit.prompts.engine import compiled, line_of_error, sentence

if TYPE_CHECKING:
    from pathlib import Path

    from charkit.prompts.comparison import PromptDiff

__all__ = ["Filled", "Prompt", "Slot", "SlotKind", "Template", "sentence", "view_words"]

SlotKind = Literal["text", "line", "lines", "people"]
"""What goes into a slot: text of any form; one line of it; a list of lines; characters, each with `label` and
`locked`."""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A place in a template that is filled."""

    name: str
    kind: SlotKind
    optional: bool = False
    """Whether it may stay empty, and whether a person's own version of the template may do without it."""
    about: str
    line: int | None = field(default=None, compare=False)
    """Where it is declared."""


@dataclass(frozen=True, kw_only=True)
class Filled:
    """What went into one slot."""

    name: str
    text: str
    optional: bool = False
    """Whether the prompt could do without it."""


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """What is said to a route, and what it was made of."""

    text: str
    template: str
    """The template's name."""
    template_digest: str
    """`sha256:` over the template's text."""
    locked: tuple[tuple[str, str], ...] = ()
    """Name and locked text of every character in it."""
    slots: tuple[Filled, ...] = ()
    """What the template was filled with, as text; empty slots are left out."""
    own: bool = False
    """Whether the template is the production's own, in place of a built-in one or beside them."""

    @property
    def digest(self) -> str:
        """`sha256:` over the text: two prompts with one digest ask for the same."""
        return f"sha256:{hashlib.sha256(self.text.encode('utf-8')).hexdigest()}"

    def compared_with(self, earlier: Prompt, *, titles: tuple[str, str] = ("before", "after")) -> PromptDiff:
        """Return what changed from an earlier prompt to this one, word by word."""
        from charkit.prompts.comparison import compare

        return compare(earlier, self, titles=titles)

    def __repr__(self) -> str:
        own = ", the production's own" if self.own else ""
        return f"<Prompt from {self.template}{own}: {len(self.text)} characters>"

    __str__ = __repr__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.prompts.showing import prompt_card

        return {"text/plain": repr(self), "text/html": prompt_card(self)}


@dataclass(frozen=True, kw_only=True)
class Template:
    """A prompt with slots."""

    name: str
    about: str
    source: str = field(repr=False)
    """The whole file."""
    slots: tuple[Slot, ...]
    file: Path
    own: bool = False
    """Whether it stands beside a production."""
    ignores: frozenset[str] = frozenset()
    """Optional slots of the built-in template of the same name which this one does without."""

    @property
    def digest(self) -> str:
        """`sha256:` over the text."""
        return f"sha256:{hashlib.sha256(self.source.encode('utf-8')).hexdigest()}"

    def __getitem__(self, slot: str) -> Slot:
        """Return a slot by name.

        Raises:
            BadDocument: it has no such slot.
        """
        for one in self.slots:
            if one.name == slot:
                return one
        raise self._wrong(f"has no slot {slot!r}. {did_you_mean(slot, [one.name for one in self.slots])}")

    def fill(self, values: Mapping[str, object], locked: Sequence[tuple[str, str]] = ()) -> Prompt:
        """Return the prompt with every slot filled.

        Args:
            values: By slot; an optional slot may be left out.
            locked: Name and locked text of every character that the prompt must describe.

        Raises:
            BadDocument: a slot is missing, unknown or of another kind, the template cannot be filled, or it lost a
                locked text; with file and line.
        """
        given = {name: value for name, value in values.items() if name not in self.ignores}
        for name in given:
            self[name]
        content = {slot.name: self._checked(slot, given) for slot in self.slots}
        text = self._rendered(content)
        for name, words in locked:
            if words not in text:
                raise self._wrong(f"changes or leaves out the locked text of {name}")
        return Prompt(
            text=text,
            template=self.name,
            template_digest=self.digest,
            locked=tuple(locked),
            slots=tuple(_filled(slot, content[slot.name]) for slot in self.slots if content[slot.name]),
            own=self.own,
        )

    def _checked(self, slot: Slot, values: Mapping[str, object]) -> object:
        value = values.get(slot.name)
        if slot.name not in values and not slot.optional:
            raise self._wrong(f"the slot {slot.name!r} is not filled: {slot.about}", slot.line)
        if value is None and slot.optional:
            return "" if slot.kind in ("text", "line") else ()
        if not _fits(slot.kind, value):
            wants = {"line": "one line of text", "lines": "lines of text", "people": "characters with label and locked"}
            problem = f"the slot {slot.name!r} takes {wants.get(slot.kind, slot.kind)}, not {value!r:.60}"
            raise self._wrong(problem, slot.line)
        return value

    def _rendered(self, content: Mapping[str, object]) -> str:
        from jinja2 import TemplateError

        try:
            return compiled(self.source).render(content).strip()
        except TemplateError as error:
            raise self._wrong(f"cannot be filled: {error}", line_of_error(error)) from None

    def _wrong(self, problem: str, line: int | None = None) -> BadDocument:
        return BadDocument(f"template {self.name!r} {problem}", file=self.file, line=line)

    def __repr__(self) -> str:
        own = ", the production's own" if self.own else ""
        return f"<Template {self.name}: {', '.join(slot.name for slot in self.slots)}{own}>"

    __str__ = __repr__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.prompts.showing import template_table

        return {"text/plain": repr(self), "text/html": template_table(self)}


def _fits(kind: SlotKind, value: object) -> bool:
    if kind in ("text", "line"):
        return isinstance(value, str) and (kind == "text" or "\n" not in value)
    if not isinstance(value, Sequence) or isinstance(value, str):
        return False
    if kind == "lines":
        return all(isinstance(one, str) for one in value)
    return all(isinstance(one, Mapping) and {"label", "locked"} <= set(one) for one in value)


def _filled(slot: Slot, value: object) -> Filled:
    if isinstance(value, str):
        text = value
    elif isinstance(value, Sequence):
        text = "\n".join(f"{one['label']}: {one['locked']}" if isinstance(one, Mapping) else str(one) for one in value)
    else:
        text = str(value)
    return Filled(name=slot.name, text=text, optional=slot.optional)


def view_words(view: str) -> str:
    """Return a view as a picture list names it: `profile view`, `full figure`."""
    return (
        "full figure"
        if view == View.FULL
        else f"{view.replace('-', ' ')} view".replace("three quarter", "three-quarter")
    )
