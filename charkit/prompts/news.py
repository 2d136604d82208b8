"""The file in which a run writes down its prompts: what news there is, and how it is added and read.

Lines are only ever added, under a lock, so that several processes may write at once; a line that a crash tore is left
alone and counted. There are four kinds of lines: `rendered`, `taken`, `judged` and `chosen`. The same news twice adds
nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from charkit.errors import StorageError
from charkit.prompts.template import Prompt  # noqa: TC001  # pydantic reads annotations at run time

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["Chosen", "Judged", "News", "Rendered", "Taken", "read_down", "write_down"]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    shot: str
    at: str = ""
    """When it was written down, in UTC; set when it is."""

    @property
    def news(self) -> str:
        """All that it says but when: the same news twice is no news."""
        return self.model_dump_json(exclude={"at"})


class Rendered(_Line):
    """A prompt was made for a route."""

    kind: Literal["rendered"] = "rendered"
    route: str
    prompt: Prompt
    sheets: tuple[tuple[str, str], ...] = ()
    """Name and version digest of every character sheet in it."""
    stands_in: bool = False
    """Whether the route was a fallback."""


class Taken(_Line):
    """A take was made with a prompt."""

    kind: Literal["taken"] = "taken"
    route: str
    prompt_digest: str
    take: int
    outcome: str
    model: str = ""
    simulated: bool


class Judged(_Line):
    """A take was scored."""

    kind: Literal["judged"] = "judged"
    take: int
    verdict: str
    """The worst over its characters; empty for a shot without."""
    score: float | None = None
    """The lowest over its characters, 0 to 1."""
    axis: str = ""


class Chosen(_Line):
    """A take is in the film."""

    kind: Literal["chosen"] = "chosen"
    take: int
    by: Literal["score", "a person"]


News: TypeAlias = Rendered | Taken | Judged | Chosen
"""One line of a history."""

_READER: TypeAdapter[News] = TypeAdapter(Annotated[News, Field(discriminator="kind")])


def write_down(path: Path, entries: Iterable[News]) -> int:
    """Add news to a history; returns how many lines were added.

    Raises:
        StorageError: it cannot be written; nothing that was there before is harmed.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.parent / f".{path.name}.lock"), path.open("ab+") as file:
            fresh = _news(path, entries)
            if fresh:
                file.seek(0, os.SEEK_END)
                torn = file.tell() > 0 and not _ends_line(path)
                file.write((b"\n" if torn else b"") + b"".join(_line(entry) for entry in fresh))
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        raise StorageError(f"the history of prompts cannot be written: {error.strerror or error}", path=path) from error
    return len(fresh)


def _news(path: Path, entries: Iterable[News]) -> list[News]:
    known, _ = read_down(path)
    latest = {_about(entry): entry.news for entry in known}
    fresh = []
    for entry in entries:
        if latest.get(_about(entry)) != entry.news:
            latest[_about(entry)] = entry.news
            fresh.append(entry)
    return fresh


def _about(entry: News) -> tuple[str, ...]:
    """Return what an entry is news about: a later one about the same replaces it."""
    if isinstance(entry, Rendered):
        return (entry.kind, entry.shot, entry.route)
    if isinstance(entry, Chosen):
        return (entry.kind, entry.shot)
    return (entry.kind, entry.shot, str(entry.take))


def _line(entry: News) -> bytes:
    now = dt.datetime.now(tz=dt.UTC).isoformat(timespec="milliseconds")
    return (entry.model_copy(update={"at": now}).model_dump_json() + "\n").encode("utf-8")


def _ends_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def read_down(path: Path) -> tuple[list[News], int]:
    """Return what a history says, in order, and how many lines could not be read."""
    if not path.is_file():
        return [], 0
    entries, torn = [], 0
    for line in path.read_bytes().splitlines():
        if not line.strip():
            continue
        try:
            entries.append(_READER.validate_python(json.loads(line)))
        except (ValidationError, ValueError):
            torn += 1
    return entries, torn
