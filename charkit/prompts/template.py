"""Templates as text files with declared slots, and the prompts they make."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from charkit.character import View, ended
from charkit.errors import UnsupportedRequest, UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jinja2 import Environment

    from charkit.routes import Route

__all__ = ["Prompt", "Template", "built_in", "load_template", "sentence", "view_words", "within"]

_FOLDER = Path(__file__).parents[1] / "templates"
_SLOTS = re.compile(r"\A\{#.*?\bslots:\s*(?P<names>[a-z_, ]+?)\s*#\}")


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

    def __repr__(self) -> str:
        return f"<Prompt from {self.template}: {len(self.text)} characters>"

    __str__ = __repr__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.cards import card

        rows = [(f"locked: {name}", text) for name, text in self.locked]
        return {"text/plain": repr(self), "text/html": card(self.template, rows=rows, note=self.text)}


@dataclass(frozen=True, kw_only=True)
class Template:
    """A prompt with slots."""

    name: str
    source: str = field(repr=False)
    slots: tuple[str, ...]

    @property
    def digest(self) -> str:
        """`sha256:` over the text."""
        return f"sha256:{hashlib.sha256(self.source.encode('utf-8')).hexdigest()}"

    def fill(self, values: Mapping[str, object], locked: Sequence[tuple[str, str]] = ()) -> Prompt:
        """Return the prompt with every slot filled.

        Raises:
            UsageError: a slot is missing or unknown, or the template lost a locked text.
        """
        from jinja2 import TemplateError

        if set(values) != set(self.slots):
            wrong = ", ".join(sorted(set(values) ^ set(self.slots)))
            raise UsageError(
                f"template {self.name!r} has the slots {', '.join(self.slots)}; missing or unknown: {wrong}"
            )
        try:
            text = _environment().from_string(self.source).render(values).strip()
        except TemplateError as error:
            raise UsageError(f"template {self.name!r}: {error}") from error
        for name, words in locked:
            if words not in text:
                raise UsageError(f"template {self.name!r} changes or leaves out the locked text of {name}")
        return Prompt(text=text, template=self.name, template_digest=self.digest, locked=tuple(locked))


def load_template(name: str, folder: Path = _FOLDER) -> Template:
    """Return a template by name.

    Raises:
        UsageError: there is none, or its slots are not as declared.
    """
    from jinja2 import TemplateError, meta

    path = folder / f"{name}.txt"
    if not path.is_file():
        known = [file.stem for file in folder.glob("*.txt")]
        raise UsageError(f"there is no prompt template {name!r}. {did_you_mean(name, known)}")
    source = path.read_text(encoding="utf-8")
    declared = _SLOTS.match(source)
    if declared is None:
        raise UsageError(f"{path.name} must begin with a comment that declares its slots: {{# ... slots: a, b #}}")
    slots = tuple(slot.strip() for slot in declared["names"].split(","))
    try:
        used = meta.find_undeclared_variables(_environment().parse(source))
    except TemplateError as error:
        raise UsageError(f"{path.name}: {error}") from error
    if used != set(slots):
        raise UsageError(f"{path.name} declares {sorted(slots)} and uses {sorted(used)}")
    return Template(name=name, source=source, slots=slots)


@cache
def built_in(name: str) -> Template:
    """Return a built-in template, read once."""
    return load_template(name)


@cache
def _environment() -> Environment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,  # prompts are plain text; HTML is made in charkit.cards
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["sentence"] = sentence
    return environment


def sentence(text: str) -> str:
    """Return text as one line that ends like a sentence; the filter `sentence` of templates."""
    return ended(" ".join(text.split()))


def view_words(view: str) -> str:
    """Return a view as a picture list names it: `profile view`, `full figure`."""
    return (
        "full figure"
        if view == View.FULL
        else f"{view.replace('-', ' ')} view".replace("three quarter", "three-quarter")
    )


def within(prompt: Prompt, route: Route, what: str) -> Prompt:
    """Return a prompt that its route can take.

    Raises:
        UnsupportedRequest: it is longer than the route allows.
    """
    limit = route.capabilities.prompt_limit
    if limit is not None and len(prompt.text) > limit.value:
        raise UnsupportedRequest(
            f"the prompt of {what} has {len(prompt.text):,} characters, too many for route {route.name!r}",
            rule=f"at most {limit.value:,} characters",
            nearest=f"{len(prompt.text) - limit.value:,} characters fewer",
            source=limit.source,
        )
    return prompt
