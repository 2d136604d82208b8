"""Subtitles from the dialogue, as SubRip text.

When words are really said inside a clip is not known: a line begins a little after its shot does, stays as long as it
takes to read, and the lines of one shot share its time by their length.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from charkit.film.records import FilmShot

_READING = 17.0
"""Characters that a viewer reads in a second (Netflix Timed Text Style Guide, English: 17 to 20)."""
_SHORTEST = 1.2
"""Seconds that a line stays at least, where its shot is that long (the same guide asks for 5/6 s)."""
_LINE = 42
"""Characters in a row (the same guide)."""


@dataclass(frozen=True, kw_only=True)
class Cue:
    """A line of dialogue."""

    shot: str
    text: str
    speaker: str = ""


def subtitles(shots: Sequence[FilmShot], cues: Sequence[Cue]) -> str:
    """Return SubRip text for the dialogue, each shot's lines spread over the shot; empty when nobody speaks."""
    blocks: list[str] = []
    for shot in shots:
        lines = [cue for cue in cues if cue.shot == shot.shot]
        blocks += [
            f"{len(blocks) + number}\n{_clock(begin)} --> {_clock(end)}\n{_wrapped(cue, several=_several(lines))}\n"
            for number, (cue, begin, end) in enumerate(_timed(shot, lines), start=1)
        ]
    return "\n".join(blocks)


def _timed(shot: FilmShot, lines: Sequence[Cue]) -> list[tuple[Cue, float, float]]:
    if not lines:
        return []
    margin = min(0.4, shot.seconds / 10)
    room = shot.seconds - 2 * margin
    total = sum(max(1, len(line.text)) for line in lines)
    timed, begin = [], shot.start + margin
    for line in lines:
        share = room * max(1, len(line.text)) / total
        stays = min(share, max(_SHORTEST, len(line.text) / _READING + 0.5))
        timed.append((line, begin, begin + stays))
        begin += share
    return timed


def _several(lines: Sequence[Cue]) -> bool:
    return len({line.speaker for line in lines}) > 1


def _wrapped(cue: Cue, *, several: bool) -> str:
    text = " ".join(cue.text.split()).replace("-->", "→")
    said = f"{cue.speaker}: {text}" if several and cue.speaker else text
    return "\n".join(textwrap.wrap(said, _LINE)) or "…"


def _clock(seconds: float) -> str:
    milliseconds = round(1000 * seconds)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d},{rest % 1000:03d}"
