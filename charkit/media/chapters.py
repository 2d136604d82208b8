"""Chapters in a film's container: places that players can jump to, by name."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from charkit.media.opening import open_clip

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from av.container import OutputContainer

__all__ = ["Chapter", "put_chapters", "read_chapters"]

_TICK: Final = Fraction(1, 1000)
"""Of the times in which chapters are written."""


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A named stretch of a film."""

    title: str
    start: float
    """Seconds."""
    end: float
    """Seconds."""


def put_chapters(film: OutputContainer, starts: Sequence[tuple[float, str]], seconds: float) -> None:
    """Write chapters into a container whose header is not written yet; each lasts until the next.

    Args:
        film: The container.
        starts: Beginnings in seconds, rising, with names; without a name the chapter before goes on.
        seconds: How long the film lasts.
    """
    named = [(start, title) for start, title in starts if title]
    if not named:
        return
    ends = [start for start, _ in named[1:]] + [seconds]
    film.set_chapters(
        [
            {
                "id": number,
                "start": round(start / _TICK),
                "end": round(end / _TICK),
                "time_base": _TICK,
                "metadata": {"title": title},
            }
            for number, ((start, title), end) in enumerate(zip(named, ends, strict=True), start=1)
        ]
    )


def read_chapters(path: Path) -> tuple[Chapter, ...]:
    """Return the chapters of a film.

    Raises:
        UnreadableMedia: It cannot be read.
    """
    with open_clip(path) as container:
        return tuple(
            Chapter(
                title=found.get("metadata", {}).get("title", ""),
                start=float(found["start"] * (found["time_base"] or _TICK)),
                end=float(found["end"] * (found["time_base"] or _TICK)),
            )
            for found in container.chapters()
        )
