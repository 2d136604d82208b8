"""What the record of a film shows of it: frames beside its joins, one of each cut, a moving preview.

All of them come out of one decoding of the finished film, so each cut is seen as the film shows it: with its look, its
titles, within its points. A frame that no other frame needs is decoded only where it is shown here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from charkit.media.frames import Frame, detail, to_rgb
from charkit.media.picture.reading import decoded
from charkit.media.probe import probe
from charkit.media.sampling import middles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from av.video.frame import VideoFrame

    from charkit.media.probe import ClipFacts
    from charkit.media.spliced import Joined

__all__ = ["AROUND", "Glimpses", "around_joins", "glimpses"]

AROUND: Final = 3
"""Frames that are looked at on each side of a join."""

_LOW: Final = 180
_HIGH: Final = 360  # lines; a contact sheet's cell has 180 to 400
_CANDIDATES: Final = 5
_PER_SECOND: Final = 3
_WIDTH: Final = 320


@dataclass(frozen=True, kw_only=True, eq=False)
class Glimpses:
    """Frames of a finished film."""

    joins: Mapping[int, Frame]
    """Those beside its joins, by their number; 180 lines high."""
    cuts: tuple[Frame, ...]
    """For each cut the one that shows most, of five; 360 lines high."""
    moving: tuple[Frame, ...]
    """Three for each second, 320 pixels wide."""


def around_joins(joined: Joined) -> dict[int, Frame]:
    """Decode the frames beside a film's joins, and no others; as `Glimpses.joins`.

    Raises:
        UnreadableMedia: the film cannot be read or decoded.
    """
    facts = probe(joined.path)
    frames = decoded(facts, _runs(_beside(joined)))
    return {index: _frame(index, picture, facts, _LOW) for index, picture in frames}


def glimpses(joined: Joined) -> Glimpses:
    """Decode a finished film once, and keep what its record shows.

    Raises:
        UnreadableMedia: the film cannot be read or decoded.
    """
    facts = probe(joined.path)
    joins, moving = _beside(joined), set(middles(facts.frames, max(2, round(facts.seconds * _PER_SECOND))))
    cuts = {index: number for number, body in enumerate(joined.bodies) for index in _candidates(*body, facts.frames)}
    beside: dict[int, Frame] = {}
    moves: list[Frame] = []
    best: dict[int, Frame] = {}
    low = max(2, round(_WIDTH * facts.height / facts.width))
    for index, picture in decoded(facts, _runs(joins | moving | cuts.keys()), threads=os.cpu_count() or 1):
        if index in joins:
            beside[index] = _frame(index, picture, facts, _LOW)
        if index in moving:
            moves.append(_frame(index, picture, facts, low))
        if index in cuts:
            _keep(best, cuts[index], _frame(index, picture, facts, _HIGH))
    return Glimpses(joins=beside, cuts=tuple(best[number] for number in range(len(joined.clips))), moving=tuple(moves))


def _keep(best: dict[int, Frame], number: int, frame: Frame) -> None:
    if number not in best or detail(frame.rgb) > detail(best[number].rgb):
        best[number] = frame


def _frame(index: int, picture: VideoFrame, facts: ClipFacts, height: int) -> Frame:
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
