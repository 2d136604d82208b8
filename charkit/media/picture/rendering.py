"""Renders the stretches of a film that cannot be copied: decoded once, changed or mixed, and encoded anew.

Each stretch becomes a small file of its own that begins with a picture that decodes by itself, so that the film is then
copied together from clips and renders alike. Clips are worked on side by side; the raw frames of a transition wait on
disk until both its clips are decoded, so memory does not grow with the film.
"""

from __future__ import annotations

import os
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from threading import Event, Lock
from typing import TYPE_CHECKING, Final

import av
from av.error import FFmpegError

from charkit.errors import EncodingFailed, MediaError
from charkit.media.conform import Pictures
from charkit.media.lanes import Part, Picture
from charkit.media.picture.planes import changed, mixed, planes_of, to_frame
from charkit.media.picture.reading import decoded, reach
from charkit.media.picture.reel import Reel
from charkit.media.picture.schedule import schedule
from charkit.media.picture.stretches import Stretch, stretches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from av.video.frame import VideoFrame

    from charkit.media.conform import Shape
    from charkit.media.picture.pieces import Layout, Placed
    from charkit.media.picture.planes import Planes

__all__ = ["OWN_SETS", "Rendered", "render"]

_LOOK_EVERY: Final = 0.1  # seconds

_DECODING: Final = 0.3
"""What decoding a frame takes of the time of encoding one at `veryfast`, about."""

OWN_SETS: Final = 31
"""The id of the parameter sets of rendered stretches: the largest that H.264 allows for an SPS (7.4.2.1.1), so that it
does not clash with a clip's, which services number from 0. Those of H.265 travel in band."""


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A film's picture, ready to be written packet by packet."""

    parts: tuple[Part, ...]
    """In the film's order, without gaps."""

    @property
    def encoded_frames(self) -> int:
        """How many frames were encoded anew."""
        return sum(part.last - part.first for part in self.parts if not part.copied)


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
        on_progress: Called in this thread a few times a second with the share that is done, 0 to 1; what it raises
            ends the work at once.
        workers: How many clips are worked on at once; as many as there are processors by default. In a film of H.265
            it is one, with as many threads: libx265 takes 340 MiB for each at 1080p, and shares the rows of a picture.

    Raises:
        UnreadableMedia: a clip cannot be decoded.
        EncodingFailed: frames of a clip cannot be encoded.
        OSError: a render cannot be written.
    """
    count = workers or os.cpu_count() or 1
    tally = _Tally()
    rooms = [_Room(layout=layout, index=index, workshop=workshop, tally=tally) for index in range(len(layout.pieces))]
    meetings = [_Meeting() for _ in rooms]
    beside = 1 if layout.shape.codec == "hevc" else count
    with ThreadPoolExecutor(max_workers=beside, thread_name_prefix="charkit-render") as pool:
        plan = schedule([room.effort for room in rooms], beside)
        tasks = [pool.submit(_work, rooms[number], meetings, threads * (count // beside)) for number, threads in plan]
        try:
            _follow(tasks, tally, sum(room.frames for room in rooms), on_progress or (lambda _: None))
        except BaseException:
            tally.stop()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    parts = [part for task in tasks for part in task.result()]
    return Rendered(parts=tuple(sorted(parts, key=lambda part: part.start)))


def _follow(tasks: Sequence[Future[list[Part]]], tally: _Tally, frames: int, report: Callable[[float], None]) -> None:
    """Wait until all is done, and say how far it is; what one of them raises, or `report`, goes through."""
    waiting = set(tasks)
    while waiting:
        done, waiting = wait(waiting, timeout=_LOOK_EVERY, return_when=FIRST_EXCEPTION)
        for task in done:
            task.result()
        report(tally.done / frames if waiting else 1.0)


def _work(room: _Room, meetings: Sequence[_Meeting], threads: int) -> list[Part]:
    """Work on one piece, and on a transition to a neighbour if that one has finished before."""
    try:
        head, parts, tail = room.work(threads)
    except MediaError as error:
        error.index = room.index
        raise
    joins = []
    if room.placed.head and meetings[room.index].both(after=head):
        joins.append(room.transition(meetings[room.index], threads))
    if room.placed.tail and meetings[room.index + 1].both(before=tail):
        joins.append(room.following.transition(meetings[room.index + 1], threads))
    return [*parts, *joins]


class _Stopped(BaseException):
    """Nobody waits for the renders any more."""


class _Tally:
    """How many frames are done, and whether to go on."""

    def __init__(self) -> None:
        self.done = 0
        self._lock = Lock()
        self._stop = Event()

    def stop(self) -> None:
        """Let every worker end at its next frame."""
        self._stop.set()

    def count(self) -> None:
        """Count a frame."""
        if self._stop.is_set():
            raise _Stopped
        with self._lock:
            self.done += 1


class _Meeting:
    """Where the frames that two neighbours share wait for each other."""

    def __init__(self) -> None:
        self.before: Reel | None = None
        self.after: Reel | None = None
        self._lock = Lock()

    def both(self, *, before: Reel | None = None, after: Reel | None = None) -> bool:
        """Take one side's frames, and say whether it was the second to come."""
        with self._lock:
            self.before, self.after = before or self.before, after or self.after
            return self.before is not None and self.after is not None

    def frames(self) -> Iterator[tuple[Planes, Planes]]:
        """Read the pairs of frames, and give back their space."""
        assert self.before is not None  # noqa: S101  # asked only after both came
        assert self.after is not None  # noqa: S101
        yield from zip(self.before, self.after, strict=True)
        self.before.drop()
        self.after.drop()


@dataclass(frozen=True, kw_only=True)
class _Room:
    """Where one piece is worked on."""

    layout: Layout
    index: int
    workshop: Path
    tally: _Tally

    @property
    def placed(self) -> Placed:
        return self.layout.pieces[self.index]

    @property
    def following(self) -> _Room:
        """The room of the next piece."""
        return replace(self, index=self.index + 1)

    @cached_property
    def plan(self) -> tuple[Stretch, ...]:
        """What is done to the frames that this piece shows alone."""
        piece = self.placed.piece
        touched = [(piece.first + c.first, piece.first + c.last) for c in piece.changes]
        order = piece.facts.order
        return stretches(order if self.placed.start else order.at_the_beginning, *self.placed.body, touched)

    @property
    def frames(self) -> int:
        """How many frames of this piece are worked on: rendered, or kept for a transition, or mixed in one."""
        rendered = sum(one.frames for one in self.plan if one.kind == "render")
        return rendered + 2 * self.placed.head + self.placed.tail

    @property
    def effort(self) -> float:
        """About how much work it is, in frames that are encoded."""
        return self.frames + _DECODING * reach(self.placed.piece.facts, self.runs)

    @cached_property
    def runs(self) -> list[tuple[int, int]]:
        """The frames of the clip that have to be decoded."""
        piece, (first, last) = self.placed.piece, self.placed.body
        renders = [(one.first, one.last) for one in self.plan if one.kind == "render"]
        return _merged([run for run in [(piece.first, first), *renders, (last, piece.last)] if run[0] < run[1]])

    def work(self, threads: int) -> tuple[Reel, list[Part], Reel]:
        """Render this piece's own stretches; frames that it shares with its neighbours are kept raw."""
        placed, piece, runs = self.placed, self.placed.piece, self.runs
        frames = decoded(piece.facts, runs, threads=threads) if runs else iter(())
        source = Picture.of(piece.facts)
        head = self._reel("head", frames, placed.head)
        parts = [self._part(source, one, number, frames, threads) for number, one in enumerate(self.plan)]
        return head, parts, self._reel("tail", frames, placed.tail)

    def _reel(self, name: str, frames: Iterator[tuple[int, VideoFrame]], count: int) -> Reel:
        reel = Reel(path=self.workshop / f"{self.index}-{name}.raw")
        for number, frame in islice(frames, count):
            self.tally.count()
            reel.add(planes_of(self._changed(number, frame)))
        return reel

    def transition(self, meeting: _Meeting, threads: int) -> Part:
        """Render the frames that this piece shares with the one before."""
        join = self.layout.pieces[self.index - 1].piece.join
        assert join is not None  # noqa: S101  # there are no shared frames without one
        frames = (
            to_frame(mixed(before, after, join, number), self.layout.shape.pixel_format)
            for number, (before, after) in enumerate(meeting.frames())
        )
        return self._encoded(f"{self.index}-join", frames, self.placed.head, self.placed.start, threads)

    def _part(
        self, source: Picture, one: Stretch, number: int, frames: Iterator[tuple[int, VideoFrame]], threads: int
    ) -> Part:
        start = self.placed.start + one.first - self.placed.piece.first
        if one.kind == "copy":
            return Part(picture=source, first=one.first, last=one.last, start=start, copied=True)
        made = (self._changed(*next(frames)) for _ in range(one.frames))
        return self._encoded(f"{self.index}-{number}", made, one.frames, start, threads)

    def _changed(self, number: int, frame: VideoFrame) -> VideoFrame:
        within = number - self.placed.piece.first
        changes = [c.make for c in self.placed.piece.changes if c.first <= within < c.last]
        shape = self.layout.shape
        return changed(frame, changes, float(within / shape.fps), shape) if changes else frame

    def _counted(self, frames: Iterable[VideoFrame]) -> Iterator[VideoFrame]:
        for frame in frames:
            self.tally.count()
            yield frame

    def _encoded(self, name: str, frames: Iterable[VideoFrame], count: int, start: int, threads: int) -> Part:
        path = self.workshop / f"render-{name}.mp4"
        try:
            _encode(self._counted(frames), self.layout.shape, path, threads)
        except FFmpegError as error:
            if error.filename:  # the disk's own word goes through
                raise
            problem = f"its frames cannot be encoded: {error.strerror or error}"
            raise EncodingFailed(problem, path=self.placed.piece.facts.path, index=self.index) from error
        return Part(picture=Picture.rendered(path), first=0, last=count, start=start, copied=False)


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
        pictures = Pictures(container, shape, threads=threads, sets=OWN_SETS)
        for number, frame in enumerate(frames):
            frame.pts, frame.time_base = number, 1 / shape.fps
            frame.pict_type = av.video.frame.PictureType.NONE  # the source's choice of keyframes is not ours
            pictures.write(frame)
        pictures.close()
