"""Words that services are known to filter or to answer with bars, borders and letters: a dated table with sources."""

from __future__ import annotations

import datetime as dt  # noqa: TC003  # pydantic reads annotations at run time
import re
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from charkit.documents import read_yaml
from charkit.prompts.lint.hits import Hit
from charkit.prompts.lint.looks import unsaid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.prompts.lint.people import Scene
    from charkit.prompts.lint.text import Passage

__all__ = ["Trigger", "Triggers", "triggered", "triggers"]


class Source(BaseModel):
    """Where an entry is known from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    as_of: dt.date
    source: str
    confidence: Literal["vendor page", "vendor page (copy)", "third party", "convention"]


class Trigger(BaseModel):
    """Words of one kind."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["filter", "border", "lettering"]
    words: tuple[str, ...]
    routes: tuple[str, ...] = ()
    """Beginnings of the names of routes that it concerns; all where it is left out."""
    cite: str
    note: str = ""
    instead: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds any of the words, as whole words."""
        words = "|".join(re.escape(word) for word in sorted(self.words, key=len, reverse=True))
        return re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE)


class Triggers(BaseModel):
    """The table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sources: dict[str, Source]
    words: tuple[Trigger, ...]

    @model_validator(mode="after")
    def _cited(self) -> Triggers:
        for trigger in self.words:
            if trigger.cite not in self.sources:
                raise ValueError(f"cites {trigger.cite!r}, which is not among the sources")
        return self


@cache
def triggers() -> Triggers:
    """Return the table, read once."""
    return read_yaml(Path(__file__).parent / "words.yaml", Triggers)


def triggered(passage: Passage, scene: Scene) -> Iterator[Hit]:
    """Yield words of the table; as a note where it is open whether the words go to a route that they concern."""
    table = triggers()
    for trigger in table.words:
        concerned = [name for name in scene.routes if not trigger.routes or name.startswith(trigger.routes)]
        if scene.routes and not concerned:
            continue
        source = table.sources[trigger.cite]
        for match in trigger.pattern.finditer(passage.text):
            first = next((n for n, word in enumerate(passage.words) if word.end > match.start()), 0)
            if unsaid(passage, first) and trigger.kind != "filter":
                continue
            yield Hit(
                rule=f"{trigger.kind}-word",
                start=match.start(),
                end=match.end(),
                why=_why(trigger, source),
                suggestion=f"Instead: {trigger.instead}.",
                source=f"{source.source}, as of {source.as_of}",
                level="note" if trigger.routes and not concerned else None,
            )


def _why(trigger: Trigger, source: Source) -> str:
    where = f" on routes that begin with {', '.join(trigger.routes)}" if trigger.routes else ""
    note = f" ({trigger.note})" if trigger.note else ""
    what = {
        "filter": "is known to be refused" if source.confidence == "third party" else "is what filters look for",
        "border": "puts bars or borders into the picture",
        "lettering": "puts letters into the picture",
    }[trigger.kind]
    return f"{what}{where}{note}; {source.confidence}, {source.as_of}"
