"""Frames out of a clip, as RGB arrays, for as little decoding as will do.

Reading the packets first costs milliseconds and tells which frames decode by themselves. Where enough keyframes lie
near the wanted times, only they are decoded. Otherwise the clip is read once from front to back, leaving out frames
that no other needs (on real clips that halves the cost), or by one seek per group where whole groups can be passed
over. Never by a seek per frame: in a clip with a single keyframe, as services make them, that decodes everything again
each time.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from av.error import FFmpegError
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from PIL import Image

from charkit.errors import UnreadableMedia
from charkit.media.probe import ClipFacts, open_clip, probe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from numpy.typing import NDArray

__all__ = ["COLORSPACES", "Frame", "exactly", "poster", "sample", "to_rgb"]

_EDGE: Final = 0.05
"""Share of a clip that is passed over at each end, where generated clips fade in and fall apart."""

_SPARSE: Final = 8
"""Frames between two samples from which on a neighbour will do: a third of a second at 24 fps."""

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
class _Plan:
    """Which frames to decode: passes over stretches of the clip."""

    skip: Literal["NONKEY", "NONREF", "DEFAULT"]
    passes: tuple[tuple[int, tuple[int, ...]], ...]
    """Each pass: the keyframe to begin at, and the wanted frames."""


def sample(path: Path, count: int = 8, *, height: int | None = None) -> list[Frame]:
    """Return frames spread evenly over a clip.

    The first and last 5 % are passed over; the rest is cut into `count` parts and the frame nearest to the middle of
    each is taken: within a third of a part of it where parts are long, exactly there where they are short.

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
            found = list(_decoded(container, facts, _plan(facts, _wanted(facts.frames, count)), height))
        except FFmpegError as error:
            raise UnreadableMedia(f"cannot be decoded: {error.strerror or error}", path=path) from None
    if not found:
        raise UnreadableMedia("no frame can be decoded", path=path)
    return sorted({frame.index: frame for frame in found}.values(), key=lambda frame: frame.index)


def exactly(path: Path, indexes: Sequence[int], *, height: int | None = None) -> list[Frame]:
    """Return the frames at some places in the order shown, and no neighbours of them.

    Args:
        path: The clip.
        indexes: Places from 0, rising.
        height: Shrink to so many pixels of height (never enlarge); as it is otherwise.

    Raises:
        UnreadableMedia: The clip cannot be read or decoded, or ends before one of them.
    """
    facts = probe(path)
    if not indexes:
        return []
    with open_clip(path) as container:
        try:
            found = {frame.index: frame for frame in _decoded(container, facts, _exact(facts, indexes), height)}
        except FFmpegError as error:
            raise UnreadableMedia(f"cannot be decoded: {error.strerror or error}", path=path) from None
    missing = [index for index in indexes if index not in found]
    if missing:
        raise UnreadableMedia(f"has no frame {missing[0]}", path=path)
    return [found[index] for index in indexes]


def poster(path: Path) -> Image.Image:
    """Return the frame that shows most: the one with most fine contrast of five across the clip.

    Raises:
        UnreadableMedia: The clip cannot be read or decoded.
    """
    best = max(sample(path, 5), key=lambda frame: _detail(frame.rgb))
    return Image.fromarray(best.rgb)


def _detail(rgb: NDArray[np.uint8]) -> float:
    luma = rgb[::2, ::2].astype(np.float32) @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    return float(np.abs(np.diff(luma, axis=0)).mean() + np.abs(np.diff(luma, axis=1)).mean())


def _wanted(frames: int, count: int) -> list[int]:
    edge = frames * _EDGE if frames * (1 - 2 * _EDGE) >= count else 0.0
    part = (frames - 2 * edge) / count
    return sorted({min(frames - 1, int(edge + (i + 0.5) * part)) for i in range(count)})


def _plan(facts: ClipFacts, wanted: Sequence[int]) -> _Plan:
    apart = min((b - a for a, b in pairwise(wanted)), default=facts.frames)
    near = {w: min(facts.keyframes or (0,), key=lambda k: abs(k - w)) for w in wanted}
    if len(set(near.values())) == len(wanted) and all(abs(k - w) * 3 <= apart for w, k in near.items()):
        return _Plan(skip="NONKEY", passes=((0, tuple(sorted(near.values()))),))
    skip: Literal["NONREF", "DEFAULT"] = "NONREF" if apart >= _SPARSE else "DEFAULT"
    groups: dict[int, list[int]] = {}
    for index in wanted:
        begin = facts.keyframes[max(0, bisect_right(facts.keyframes, index) - 1)] if facts.keyframes else 0
        groups.setdefault(begin, []).append(index)
    by_seeks = sum(members[-1] - begin + 1 for begin, members in groups.items())
    if by_seeks < 0.8 * wanted[-1]:  # each seek costs about a handful of frames to get going
        return _Plan(skip=skip, passes=tuple((begin, tuple(members)) for begin, members in groups.items()))
    return _Plan(skip=skip, passes=((0, tuple(wanted)),))


def _exact(facts: ClipFacts, wanted: Sequence[int]) -> _Plan:
    """Plan passes that decode every frame up to the wanted ones, beginning at the keyframe before each group."""
    groups: dict[int, list[int]] = {}
    for index in wanted:
        begin = facts.keyframes[max(0, bisect_right(facts.keyframes, index) - 1)] if facts.keyframes else 0
        groups.setdefault(begin, []).append(index)
    return _Plan(skip="DEFAULT", passes=tuple((begin, tuple(members)) for begin, members in groups.items()))


def _decoded(container: InputContainer, facts: ClipFacts, plan: _Plan, height: int | None) -> Iterator[Frame]:
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    stream.codec_context.skip_frame = plan.skip
    for begin, wanted in plan.passes:
        if begin:
            ticks = round((facts.start + begin / float(facts.fps)) / float(facts.time_base))
            container.seek(ticks, stream=stream, backward=True)
        for index, frame in _nearest(container, facts, wanted):
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
