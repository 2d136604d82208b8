"""What the record of a film shows of it: frames beside its joins, one of each cut, a moving preview, a poster.

All of them come out of one decoding of the finished film, so each cut is seen as the film shows it: with its look, its
titles, within its points. A frame that no other frame needs is decoded only where it is shown here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from charkit.media.frames import Frame, detail, to_rgb
from charkit.media.picture.reading import decoded
from charkit.media.probe import probe
from charkit.media.sampling import middles

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from av.video.frame import VideoFrame

    from charkit.media.probe import ClipFacts
    from charkit.media.spliced import Joined

__all__ = ["AROUND", "PREVIEW_WIDTH", "Glimpses", "Wanted", "around_joins", "glimpses"]

Wanted = Literal["joins", "cuts", "moving", "preview", "poster"]

AROUND: Final = 3
"""Frames that are looked at on each side of a join."""

_LOW: Final = 180
_HIGH: Final = 360  # lines; a contact sheet's cell has 180 to 400
_CANDIDATES: Final = 5
_PER_SECOND: Final = 3
_WIDTH: Final = 320
_PREVIEW_PER_SECOND: Final = 6
PREVIEW_WIDTH: Final = 480
"""Pixels across of the frames of the moving preview beside a film."""
_POSTER: Final = -1  # among the best frames of the cuts


@dataclass(frozen=True, kw_only=True, eq=False)
class Glimpses:
    """Frames of a finished film."""

    joins: Mapping[int, Frame]
    """Those beside its joins, by their number; 180 lines high."""
    cuts: tuple[Frame, ...]
    """For each cut the one that shows most, of five; 360 lines high."""
    moving: tuple[Frame, ...]
    """Three for each second, 320 pixels wide."""
    preview: tuple[Frame, ...] = ()
    """Six for each second, 480 pixels wide."""
    poster: Frame | None = None
    """The one that shows most, of five across the film; in its full size."""


def around_joins(joined: Joined) -> dict[int, Frame]:
    """Decode the frames beside a film's joins, and no others; as `Glimpses.joins`.

    Raises:
        UnreadableMedia: the film cannot be read or decoded.
    """
    facts = probe(joined.path)
    frames = decoded(facts, _runs(_beside(joined)))
    return {index: _frame(index, picture, facts, _LOW) for index, picture in frames}


def glimpses(joined: Joined, wanted: Collection[Wanted] = ("joins", "cuts", "moving")) -> Glimpses:
    """Decode a finished film once, and keep what its record, or the pictures beside it, show.

    Args:
        joined: The film.
        wanted: What of it; the rest stays empty.

    Raises:
        UnreadableMedia: the film cannot be read or decoded.
    """
    facts = probe(joined.path)
    eye = _Eye(joined=joined, facts=facts, wanted=wanted)
    for index, picture in decoded(facts, _runs(eye.places), threads=os.cpu_count() or 1):
        eye.see(index, picture)
    shown = tuple(eye.best[number] for number in range(len(joined.clips))) if "cuts" in wanted else ()
    return Glimpses(
        joins=eye.beside, cuts=shown, moving=tuple(eye.moves), preview=tuple(eye.preview), poster=eye.best.get(_POSTER)
    )


@dataclass(kw_only=True)
class _Eye:
    """Sees each frame of a film once, and keeps what is wanted of it."""

    joined: Joined
    facts: ClipFacts
    wanted: Collection[Wanted]
    beside: dict[int, Frame] = field(default_factory=dict)
    moves: list[Frame] = field(default_factory=list)
    preview: list[Frame] = field(default_factory=list)
    best: dict[int, Frame] = field(default_factory=dict)

    def __post_init__(self) -> None:
        frames = self.facts.frames
        self.of_joins = _beside(self.joined) if "joins" in self.wanted else set()
        self.of_moving = self._evenly(_PER_SECOND) if "moving" in self.wanted else set()
        self.of_preview = self._evenly(_PREVIEW_PER_SECOND) if "preview" in self.wanted else set()
        self.of_poster = set(middles(frames, _CANDIDATES)) if "poster" in self.wanted else set()
        bodies = enumerate(self.joined.bodies) if "cuts" in self.wanted else ()
        self.of_cuts = {index: number for number, body in bodies for index in _candidates(*body, frames)}

    def _evenly(self, per_second: int) -> set[int]:
        return set(middles(self.facts.frames, max(2, round(self.facts.seconds * per_second))))

    @property
    def places(self) -> set[int]:
        """All frames that are wanted."""
        return self.of_joins | self.of_moving | self.of_preview | self.of_poster | self.of_cuts.keys()

    def see(self, index: int, picture: VideoFrame) -> None:
        """Take what is wanted of a frame."""
        if index in self.of_joins:
            self.beside[index] = self._frame(index, picture, _LOW)
        if index in self.of_moving:
            self.moves.append(self._frame(index, picture, self._lines(_WIDTH)))
        if index in self.of_preview:
            self.preview.append(self._frame(index, picture, self._lines(PREVIEW_WIDTH)))
        if index in self.of_cuts:
            _keep(self.best, self.of_cuts[index], self._frame(index, picture, _HIGH))
        if index in self.of_poster:
            _keep(self.best, _POSTER, self._frame(index, picture, None))

    def _lines(self, width: int) -> int:
        return max(2, round(min(width, self.facts.width) * self.facts.height / self.facts.width))

    def _frame(self, index: int, picture: VideoFrame, height: int | None) -> Frame:
        return _frame(index, picture, self.facts, height)


def _keep(best: dict[int, Frame], number: int, frame: Frame) -> None:
    if number not in best or detail(frame.rgb) > detail(best[number].rgb):
        best[number] = frame


def _frame(index: int, picture: VideoFrame, facts: ClipFacts, height: int | None) -> Frame:
    return Frame(index=index, time=float(index / facts.fps), rgb=to_rgb(picture, facts, height=height))


def _beside(joined: Joined) -> set[int]:
    spans = ((max(0, first - AROUND), min(joined.frames, alone + AROUND)) for first, alone in joined.meetings)
    return {index for begin, end in spans for index in range(begin, end)}


def _candidates(begin: int, end: int, frames: int) -> list[int]:
    """Return frames of a cut to choose from; of one that is never seen alone, the one in which it is seen most."""
    if begin >= end:
        return [min(frames - 1, (begin + end) // 2)]
    return [begin + index for index in middles(end - begin, min(_CANDIDATES, end - begin))]


def _runs(indices: Iterable[int]) -> list[tuple[int, int]]:
    """Put frames that follow one another together: the first of each run, and the one after its last."""
    runs: list[tuple[int, int]] = []
    for index in sorted(indices):
        if runs and runs[-1][1] == index:
            runs[-1] = (runs[-1][0], index + 1)
        else:
            runs.append((index, index + 1))
    return runs
