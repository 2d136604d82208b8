"""Renders the stretches of a film that cannot be copied: decoded once, changed or mixed, and encoded anew.

Each stretch becomes a small file of its own that begins with a picture that decodes by itself, so that the film is then
copied together from clips and renders alike. Clips are worked on side by side; raw frames are held only for the
transitions between two clips that are being worked on, so memory does not grow with the film.
"""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

import av

from charkit.media.conform import encoder
from charkit.media.lanes import Part, Picture
from charkit.media.picture.planes import Planes, changed, mixed, planes_of, to_frame
from charkit.media.picture.reading import decoded, order_of
from charkit.media.picture.stretches import Stretch, stretches
from charkit.media.probe import probe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from av.video.frame import VideoFrame

    from charkit.media.conform import Shape
    from charkit.media.picture.pieces import Layout, Placed

__all__ = ["OWN_SETS", "Rendered", "render"]

OWN_SETS: Final = 31
"""The id of the parameter sets of rendered stretches: the largest that H.264 allows for an SPS (7.4.2.1.1), so that it
does not clash with a clip's, which services number from 0."""


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A film's picture, ready to be written packet by packet."""

    parts: tuple[Part, ...]
    """In the film's order, without gaps."""

    @property
    def encoded_frames(self) -> int:
        """How many frames were encoded anew."""
        return sum(part.last - part.first for part in self.parts if not part.copied)


@dataclass(kw_only=True)
class _Ends:
    """The raw frames that a clip shares with its neighbours."""

    head: list[Planes]
    tail: list[Planes]
    parts: list[Part]


def render(
    layout: Layout,
    workshop: Path,
    *,
    on_progress: Callable[[float], None] | None = None,
    workers: int | None = None,
) -> Rendered:
    """Render what has to be, and say which packets make the film.

    Args:
        layout: The film.
        workshop: A folder for the renders; they have to stay until the film is written.
        on_progress: Called with the share that is done, 0 to 1; what it raises ends the work.
        workers: How many clips are worked on at once; as many as there are processors by default.

    Raises:
        UnreadableMedia: a clip cannot be decoded.
        OSError: a render cannot be written.
        av.error.FFmpegError: the encoder failed.
    """
    count = workers or os.cpu_count() or 1
    rooms = [_Room(layout=layout, index=index, workshop=workshop) for index in range(len(layout.pieces))]
    busy = sum(room.works for room in rooms)
    threads = max(1, count // max(1, busy))
    parts: list[Part] = []
    with ThreadPoolExecutor(max_workers=count, thread_name_prefix="charkit-render") as pool:
        try:
            before: _Ends | None = None
            for index, ends in enumerate(_in_order(pool, rooms, count, threads)):
                if before is not None and before.tail:
                    parts.append(rooms[index].transition(before.tail, ends.head, count))
                parts += ends.parts
                before = ends
                if on_progress is not None:
                    on_progress((index + 1) / len(rooms))
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return Rendered(parts=tuple(parts))


def _in_order(pool: ThreadPoolExecutor, rooms: list[_Room], at_once: int, threads: int) -> Iterator[_Ends]:
    """Work on a few clips at a time, and give them in the film's order."""
    upcoming = iter(rooms)
    waiting = deque(pool.submit(room.work, threads) for room in islice(upcoming, at_once))
    while waiting:
        done = waiting.popleft().result()
        waiting.extend(pool.submit(room.work, threads) for room in islice(upcoming, 1))
        yield done


@dataclass(frozen=True, kw_only=True)
class _Room:
    """Where one piece is worked on."""

    layout: Layout
    index: int
    workshop: Path

    @property
    def placed(self) -> Placed:
        return self.layout.pieces[self.index]

    @property
    def works(self) -> bool:
        """Whether anything of this piece is surely rendered."""
        piece = self.placed.piece
        trimmed = piece.first > 0 or piece.last < piece.facts.frames
        return bool(trimmed or piece.changes or self.placed.head or self.placed.tail)

    def work(self, threads: int) -> _Ends:
        """Render this piece's own stretches; frames that it shares with its neighbours are kept raw."""
        placed, piece = self.placed, self.placed.piece
        first, last = placed.body
        touched = [(piece.first + c.first, piece.first + c.last) for c in piece.changes]
        order = order_of(piece.facts)
        plan = stretches(order, first, last, touched)
        runs = [
            (piece.first, first),
            *((one.first, one.last) for one in plan if one.kind == "render"),
            (last, piece.last),
        ]
        wanted = [run for run in runs if run[0] < run[1]]
        frames = decoded(piece.facts, _merged(wanted), threads=threads) if wanted else iter(())
        source = Picture.of(piece.facts)
        ends = _Ends(head=[self._planes(*next(frames)) for _ in range(placed.head)], tail=[], parts=[])
        for number, one in enumerate(plan):
            ends.parts.append(self._part(source, one, number, frames, threads))
        ends.tail += [self._planes(*next(frames)) for _ in range(placed.tail)]
        return ends

    def transition(self, before: list[Planes], after: list[Planes], threads: int) -> Part:
        """Render the frames that this piece shares with the one before."""
        join = self.layout.pieces[self.index - 1].piece.join
        assert join is not None  # noqa: S101  # there are no shared frames without one
        shape = self.layout.shape
        frames = (
            to_frame(mixed(one, other, join, number), shape.pixel_format)
            for number, (one, other) in enumerate(zip(before, after, strict=True))
        )
        return self._encoded(f"{self.index}-join", frames, len(before), self.placed.start, threads)

    def _part(
        self, source: Picture, one: Stretch, number: int, frames: Iterator[tuple[int, VideoFrame]], threads: int
    ) -> Part:
        start = self.placed.start + one.first - self.placed.piece.first
        if one.kind == "copy":
            return Part(picture=source, first=one.first, last=one.last, start=start, copied=True)
        made = (self._changed(*next(frames)) for _ in range(one.frames))
        return self._encoded(f"{self.index}-{number}", made, one.frames, start, threads)

    def _planes(self, number: int, frame: VideoFrame) -> Planes:
        return planes_of(self._changed(number, frame))

    def _changed(self, number: int, frame: VideoFrame) -> VideoFrame:
        within = number - self.placed.piece.first
        changes = [c.make for c in self.placed.piece.changes if c.first <= within < c.last]
        shape = self.layout.shape
        return changed(frame, changes, float(within / shape.fps), shape) if changes else frame

    def _encoded(self, name: str, frames: Iterable[VideoFrame], count: int, start: int, threads: int) -> Part:
        path = self.workshop / f"render-{name}.mp4"
        _encode(frames, self.layout.shape, path, threads)
        return Part(picture=Picture.of(probe(path)), first=0, last=count, start=start, copied=False)


def _merged(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Put runs together that touch."""
    out: list[tuple[int, int]] = []
    for first, last in runs:
        if out and out[-1][1] == first:
            out[-1] = (out[-1][0], last)
        else:
            out.append((first, last))
    return out


def _encode(frames: Iterable[VideoFrame], shape: Shape, path: Path, threads: int) -> None:
    with av.open(str(path), "w", format="mp4") as container:
        stream = encoder(container, shape, threads=threads, sets=OWN_SETS)
        for number, frame in enumerate(frames):
            frame.pts, frame.time_base = number, 1 / shape.fps
            frame.pict_type = av.video.frame.PictureType.NONE  # the source's choice of keyframes is not ours
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
