"""Subtitles from the dialogue: when each line is read, and as SubRip or WebVTT text.

When words are really said inside a clip is not known: a line begins a little after its shot can be seen by itself,
stays as long as it takes to read, and the lines of one shot share its time by their length. The times are those of the
cut list: of a shot that begins late or ends early only the part that the film shows counts, and while a transition
mixes two pictures nobody speaks.
"""

from __future__ import annotations

import html
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from charkit.film.records import FilmShot

__all__ = ["READING", "Cue", "TimedLine", "srt", "subtitles", "timed", "vtt"]

READING: Final = 17.0
"""Characters that a viewer reads in a second (Netflix Timed Text Style Guide, English: 17 for children, 20 for
adults)."""
_SHORTEST: Final = 1.2
"""Seconds that a line stays at least, where its shot is that long (the same guide asks for 5/6 s)."""
_LONGEST: Final = 7.0
"""Seconds that a line stays at most (the same guide)."""
_LINE: Final = 42
"""Characters in a row (the same guide)."""
_ROWS: Final = 2
"""Rows that are seen at once (the same guide)."""


@dataclass(frozen=True, kw_only=True)
class Cue:
    """A line of dialogue."""

    shot: str
    text: str
    speaker: str = ""


@dataclass(frozen=True, kw_only=True)
class TimedLine:
    """Words that are read at a time of the film."""

    shot: str
    start: float
    """Seconds."""
    end: float
    """Seconds."""
    text: str
    """At most two rows of 42 characters, one below the other."""

    @property
    def reading_speed(self) -> float:
        """Characters a second; `READING` and less are read with ease."""
        return len(self.text.replace("\n", " ")) / max(self.end - self.start, 0.001)

    @property
    def warning(self) -> str:
        """What is wrong with it, if it is too fast to be read; else empty."""
        if self.reading_speed <= READING + 0.05:
            return ""
        short = " ".join(self.text.split())
        return f"{self.shot}: “{short}” has to be read at {self.reading_speed:.0f} characters a second"


def timed(shots: Sequence[FilmShot], cues: Sequence[Cue]) -> tuple[TimedLine, ...]:
    """Return when each line of the dialogue is read; none when nobody speaks.

    Args:
        shots: Where the shots stand in the film. A shot that stands there twice is spoken only the first time.
        cues: The dialogue, the lines of a shot in the order in which they are said.
    """
    found: list[TimedLine] = []
    spoken: set[str] = set()
    for index, shot in enumerate(shots):
        lines = [cue for cue in cues if cue.shot == shot.shot]
        if not lines or shot.shot in spoken:
            continue
        spoken.add(shot.shot)
        begin = max(shot.start, shots[index - 1].start + shots[index - 1].seconds if index else 0.0)
        end = shot.start + shot.seconds
        if index + 1 < len(shots):
            end = min(end, shots[index + 1].start)
        if end - begin < min(_SHORTEST, shot.seconds / 2):  # hardly ever seen by itself
            begin, end = shot.start, shot.start + shot.seconds
        found += _spread(shot.shot, _blocks(lines), begin, end)
    return tuple(found)


def srt(lines: Sequence[TimedLine]) -> str:
    """Return SubRip text; empty for no lines."""
    return "\n".join(
        f"{number}\n{_clock(line.start, ',')} --> {_clock(line.end, ',')}\n{line.text}\n"
        for number, line in enumerate(lines, start=1)
    )


def vtt(lines: Sequence[TimedLine]) -> str:
    """Return WebVTT text (W3C, 2019), as browsers read it; empty for no lines."""
    if not lines:
        return ""
    return "WEBVTT\n\n" + "\n".join(
        f"{_clock(line.start, '.')} --> {_clock(line.end, '.')}\n{html.escape(line.text, quote=False)}\n"
        for line in lines
    )


def subtitles(shots: Sequence[FilmShot], cues: Sequence[Cue]) -> str:
    """Return SubRip text for the dialogue, each shot's lines spread over the shot; empty when nobody speaks."""
    return srt(timed(shots, cues))


def _blocks(lines: Sequence[Cue]) -> list[str]:
    """Return what is seen at once: a line that is longer than two rows becomes several."""
    several = len({line.speaker for line in lines}) > 1
    blocks = []
    for line in lines:
        rows = textwrap.wrap(_said(line, several=several), _LINE) or ["…"]
        blocks += ["\n".join(rows[at : at + _ROWS]) for at in range(0, len(rows), _ROWS)]
    return blocks


def _said(cue: Cue, *, several: bool) -> str:
    text = " ".join(cue.text.split()).replace("-->", "→")
    return f"{' '.join(cue.speaker.split())}: {text}" if several and cue.speaker else text


def _spread(shot: str, blocks: Sequence[str], begin: float, end: float) -> list[TimedLine]:
    margin = min(0.4, (end - begin) / 10)
    room, at = end - begin - 2 * margin, begin + margin
    total = sum(len(block) for block in blocks)
    found = []
    for block in blocks:
        share = room * len(block) / total
        stays = min(share, _LONGEST, max(_SHORTEST, len(block) / READING + 0.5))
        found.append(TimedLine(shot=shot, start=round(at, 3), end=round(at + stays, 3), text=block))
        at += share
    return found


def _clock(seconds: float, point: str) -> str:
    milliseconds = round(1000 * seconds)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}{point}{rest % 1000:03d}"
