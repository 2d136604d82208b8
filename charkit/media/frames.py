"""Frames out of a clip, as RGB arrays, for as little decoding as will do.

Reading the packets first costs milliseconds and tells which frames decode by themselves. A clip is cut into equal parts
and gives one frame of each. Where a part holds a keyframe, that one is taken, and no other has to be decoded for it;
where only some parts do, the others are reached by one seek each. Where that saves nothing, as in clips with a single
keyframe, which is what services make, the clip is read once from front to back, leaving out frames that no other needs
(on real clips that halves the cost). Never by a seek per frame: with a single keyframe that decodes everything again
each time. Which frames are taken follows from the packets alone, so the same clip always gives the same frames.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from av.error import FFmpegError
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from PIL import Image

from charkit.errors import MediaError, StorageError, UnreadableMedia
from charkit.media.opening import open_clip
from charkit.media.probe import ClipFacts, probe
from charkit.media.sampling import Pass, planned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from numpy.typing import NDArray

__all__ = [
    "COLORSPACES",
    "Frame",
    "Sampled",
    "detail",
    "exactly",
    "one_by_one",
    "poster",
    "sample",
    "sample_many",
    "to_rgb",
]

COLORSPACES: Final = {
    "bt709": Colorspace.ITU709,
    "bt601": Colorspace.ITU601,
    "bt2020": Colorspace.BT2020,
    "fcc": Colorspace.FCC,
    "smpte240m": Colorspace.SMPTE240M,
}
"""What the conversion of pixels calls the matrices that `probe` names."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Frame:
    """One frame of a clip."""

    index: int
    """Its place in the order shown, from 0."""
    time: float
    """When it is shown, in seconds from the first frame."""
    rgb: NDArray[np.uint8]
    """Its pixels, shape (height, width, 3), upright, R'G'B' by the clip's own matrix, full range."""


@dataclass(frozen=True, kw_only=True)
class Sampled:
    """What one clip of many gave."""

    path: Path
    """The clip."""
    frames: tuple[Frame, ...] = ()
    """In order of time; empty where there is a problem."""
    problem: str = ""
    """Why there are no frames."""
    error: str = ""
    """The class of the error behind it, such as `UnreadableMedia`: it names no file."""


def sample(path: Path, count: int = 8, *, height: int | None = None) -> list[Frame]:
    """Return frames spread evenly over a clip.

    The first and last 5 % are passed over; the rest is cut into `count` parts and gives one frame of each: the part's
    keyframe where that saves decoding, else the one nearest to its middle. Neighbours stay at least about half a part
    apart. Where parts are short (less than a third of a second), it is the middle exactly.

    Args:
        path: The clip.
        count: How many; a clip with fewer frames gives all that it has.
        height: Shrink to so many pixels of height (never enlarge); as it is otherwise.

    Returns:
        Frames in order of time, each another one.

    Raises:
        UnreadableMedia: The clip cannot be read or decoded.
        ValueError: `count` is less than one.
    """
    if count < 1:
        raise ValueError(f"cannot take {count} frames")
    facts = probe(path)
    with open_clip(path) as container:
        try:
            found = list(_decoded(container, facts, planned(facts, count), height))
        except FFmpegError as error:
            raise UnreadableMedia(f"cannot be decoded: {error.strerror or error}", path=path) from None
    if not found:
        raise UnreadableMedia("no frame can be decoded", path=path)
    return sorted({frame.index: frame for frame in found}.values(), key=lambda frame: frame.index)


def sample_many(
    paths: Iterable[Path], count: int = 8, *, height: int | None = None, workers: int | None = None
) -> Iterator[Sampled]:
    """Sample clips side by side, each in a thread, and give them in the order asked.

    At most `workers` clips are held besides the one handed out: memory does not grow with the number of clips. A clip
    that cannot be read gives its problem, and the others go on. The same frames as `sample` of each.

    Args:
        paths: The clips.
        count: How many frames of each.
        height: As in `sample`.
        workers: How many clips at a time; as many as there are cores when left out.

    Raises:
        ValueError: `count` or `workers` is less than one.
    """
    side_by_side = _cores() if workers is None else workers
    if count < 1 or side_by_side < 1:
        raise ValueError(f"cannot take {count} frames with {side_by_side} workers")
    return _side_by_side(iter(paths), count, height, side_by_side)


def _side_by_side(paths: Iterator[Path], count: int, height: int | None, workers: int) -> Iterator[Sampled]:
    waiting: deque[Future[Sampled]] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="charkit-sampling") as pool:
        try:
            for path in paths:
                waiting.append(pool.submit(_sampled, path, count, height))
                if len(waiting) > workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _sampled(path: Path, count: int, height: int | None) -> Sampled:
    try:
        return Sampled(path=path, frames=tuple(sample(path, count, height=height)))
    except (MediaError, StorageError, OSError) as error:
        name = type(error).__name__
        return Sampled(path=path, problem=str(error) or name, error=name)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def exactly(path: Path, indexes: Sequence[int], *, height: int | None = None) -> list[Frame]:
    """Return the frames at some places in the order shown, and no neighbours of them.

    Args:
        path: The clip.
        indexes: Places from 0, rising.
        height: Shrink to so many pixels of height (never enlarge); as it is otherwise.

    Raises:
        UnreadableMedia: The clip cannot be read or decoded, or ends before one of them.
    """
    found = {frame.index: frame for frame in one_by_one(probe(path), indexes, height=height)}
    missing = [index for index in indexes if index not in found]
    if missing:
        raise UnreadableMedia(f"has no frame {missing[0]}", path=path)
    return [found[index] for index in indexes]


def one_by_one(facts: ClipFacts, indices: Sequence[int], *, height: int | None = None) -> Iterator[Frame]:
    """Give certain frames of a clip, one at a time, in one pass.

    Args:
        facts: The clip.
        indices: Which frames, rising; those that the clip does not have are left out.
        height: As in `sample`.

    Raises:
        UnreadableMedia: The clip cannot be read or decoded.
    """
    wanted = tuple(index for index in indices if 0 <= index < facts.frames)
    if not wanted:
        return
    begin = facts.keyframes[max(0, bisect_right(facts.keyframes, wanted[0]) - 1)] if facts.keyframes else 0
    with open_clip(facts.path) as container:
        try:
            yield from _decoded(container, facts, (Pass(begin=begin, wanted=wanted, skip="DEFAULT"),), height)
        except FFmpegError as error:
            raise UnreadableMedia(f"cannot be decoded: {error.strerror or error}", path=facts.path) from None


def poster(path: Path) -> Image.Image:
    """Return the frame that shows most: the one with most fine contrast of five across the clip.

    Raises:
        UnreadableMedia: The clip cannot be read or decoded.
    """
    best = max(sample(path, 5), key=lambda frame: detail(frame.rgb))
    return Image.fromarray(best.rgb)


def detail(rgb: NDArray[np.uint8]) -> float:
    """Return how much fine contrast a picture has: the mean step of luma (BT.709) between pixels two apart."""
    luma = rgb[::2, ::2].astype(np.float32) @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    return float(np.abs(np.diff(luma, axis=0)).mean() + np.abs(np.diff(luma, axis=1)).mean())


def _decoded(container: InputContainer, facts: ClipFacts, plan: Sequence[Pass], height: int | None) -> Iterator[Frame]:
    stream = container.streams.video[0]
    # Threads over frames help where all frames are wanted in order; after a seek they decode ahead for nothing.
    stream.thread_type = "AUTO" if len(plan) == 1 and plan[0].skip != "NONKEY" else "SLICE"
    for number, one in enumerate(plan):
        stream.codec_context.skip_frame = one.skip
        if one.begin or number:
            ticks = round((facts.start + one.begin / float(facts.fps)) / float(facts.time_base))
            container.seek(ticks, stream=stream, backward=True)
        for index, frame in _nearest(container, facts, one.wanted):
            time = max(0.0, (frame.pts or 0) * float(facts.time_base) - facts.start)
            yield Frame(index=index, time=time, rgb=to_rgb(frame, facts, height=height))


def _nearest(container: InputContainer, facts: ClipFacts, wanted: Sequence[int]) -> Iterator[tuple[int, VideoFrame]]:
    """Walk over decoded frames and yield, for each wanted index, the nearest one that was decoded."""
    remaining = list(wanted)
    previous: tuple[int, VideoFrame] | None = None
    for frame in container.decode(container.streams.video[0]):
        here = (_index(frame, facts), frame)
        while remaining and here[0] >= remaining[0]:
            index = remaining.pop(0)
            yield previous if previous and index - previous[0] < here[0] - index else here
        if not remaining:
            return
        previous = here
    if previous and remaining:  # the last wanted frames were among those left out
        yield previous


def _index(frame: VideoFrame, facts: ClipFacts) -> int:
    seconds = (frame.pts or 0) * float(facts.time_base) - facts.start
    return min(facts.frames - 1, max(0, round(seconds * float(facts.fps))))


def to_rgb(frame: VideoFrame, facts: ClipFacts, *, height: int | None = None) -> NDArray[np.uint8]:
    """Convert a decoded frame to upright full-range R'G'B' with square pixels.

    Args:
        frame: The frame.
        facts: The clip it comes from: its matrix, range, rotation and pixel aspect.
        height: Shrink to so many pixels of height as shown; as it is otherwise.

    Returns:
        Shape (height, width, 3), uint8.
    """
    scale = min(1.0, height / facts.height) if height else 1.0
    width_up, height_up = max(1, round(facts.width * scale)), max(1, round(facts.height * scale))
    on_its_side = facts.rotation % 180 != 0
    done = frame.reformat(
        width=height_up if on_its_side else width_up,
        height=width_up if on_its_side else height_up,
        format="rgb24",
        src_colorspace=COLORSPACES.get(facts.matrix, Colorspace.ITU709),
        src_color_range=ColorRange.JPEG if facts.colour.range == "full" else ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
        interpolation=Interpolation.AREA if scale < 1 else Interpolation.BICUBIC,
    )
    rgb = np.asarray(done.to_ndarray(), np.uint8)
    return np.ascontiguousarray(np.rot90(rgb, facts.rotation // 90)) if facts.rotation else rgb
