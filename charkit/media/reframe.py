"""Other shapes of a film, upright or square, that keep the subject in the picture.

A window of the wanted shape is cut out of each frame. Where it stands follows what matters: boxes that the caller knows
(faces, a cast), else what moves and what stands out from the picture's mean colour, in a few small frames a second. The
window rests as long as the subject stays well inside of it, and then glides, never faster than an eye follows; at a cut
it leaps, since a new picture begins there anyway. It moves by whole pairs of pixels, so that nothing is resampled and
fine detail cannot crawl.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Final, cast

import av
import numpy as np
from av.error import FFmpegError

from charkit.documents import whole_file
from charkit.errors import EncodingFailed, UnreadableMedia, UsageError
from charkit.media.chapters import put_chapters, read_chapters
from charkit.media.conform import Pictures
from charkit.media.fit import fit_together
from charkit.media.frames import Frame, sample
from charkit.media.opening import open_clip
from charkit.media.picture.planes import planes_of, to_frame
from charkit.media.probe import probe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from av.container import InputContainer, OutputContainer
    from av.video.frame import VideoFrame
    from numpy.typing import NDArray

    from charkit.media.conform import Shape
    from charkit.media.probe import ClipFacts

__all__ = ["SQUARE", "UPRIGHT", "SeenBox", "Window", "reframe", "window_for"]

UPRIGHT: Final = Fraction(9, 16)
"""Width over height of pictures for telephones."""
SQUARE: Final = Fraction(1)
"""Width over height of square pictures."""

_A_SECOND: Final = 4
"""Samples a second: people and cameras change course in no less than about half a second."""
_SMALL: Final = 72
"""Height of the frames that are looked at."""
_REST: Final = 0.12
"""Share of the window by which the subject may leave its middle before the window follows."""
_SPEED: Final = 0.6
"""Windows a second at most: a person who walks through stays in, and it still looks like a camera that pans."""
_SOFT: Final = (1 / 9, 2 / 9, 3 / 9, 2 / 9, 1 / 9)
_NEW: Final = 28.0
"""Mean difference of code values between samples from which a new picture begins, where cuts are not told."""
_MIDDLE: Final = 0.35
"""How much the middle of the picture counts for itself; what matters is rarely at the border."""

SeenBox = Callable[[Frame], tuple[float, float, float, float] | None]
"""Finds what matters in a frame: left, top, right, bottom as shares of its size; None where it is not seen."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """The part of each frame of a clip that is shown: a size, and where it stands over time."""

    width: int
    height: int
    """Pixels; even."""
    times: tuple[float, ...]
    """Seconds, rising."""
    corners: tuple[tuple[float, float], ...]
    """Left and top at those times, in pixels."""
    leaps: tuple[float, ...]
    """Times of cuts, over which nothing glides."""

    def at(self, time: float) -> tuple[int, int]:
        """Return its left and top at a time, in whole pairs of pixels."""
        after = bisect_right(self.times, time + 1e-6)
        if after == 0 or after == len(self.times):
            left, top = self.corners[0 if after == 0 else -1]
        else:
            start, end = self.times[after - 1], self.times[after]
            cut = next((leap for leap in self.leaps if start < leap <= end), None)
            (x, y), (u, v) = self.corners[after - 1], self.corners[after]
            share = (time - start) / (end - start) if cut is None else float(time + 1e-6 >= cut)
            left, top = x + (u - x) * share, y + (v - y) * share
        return round(left / 2) * 2, round(top / 2) * 2


def window_for(
    path: Path,
    shape: Fraction = UPRIGHT,
    *,
    cuts: Sequence[float] | None = None,
    seen: SeenBox | None = None,
) -> Window:
    """Find the window of a shape that keeps the subject.

    Args:
        path: The clip or film.
        shape: Width over height.
        cuts: When new pictures begin, in seconds; found by their difference otherwise.
        seen: Says where the subject is; where it does not know, what moves and stands out decides.

    Raises:
        UnreadableMedia: the clip cannot be read or decoded.
        UsageError: the shape is no shape, or leaves less than 16 pixels.
    """
    facts = probe(path)
    width, height = _size(facts, shape)
    frames = sample(path, max(2, round(facts.seconds * _A_SECOND)), height=_SMALL)
    small = [frame.rgb.astype(np.float32) for frame in frames]
    times = [frame.time for frame in frames]
    leaps = list(cuts) if cuts is not None else _leaps(small, times)
    points = _points(frames, small, leaps, seen)
    corners: list[tuple[float, float]] = [(0.0, 0.0)] * len(frames)
    share = (width / facts.coded_width, height / facts.coded_height)
    for first, last in _shots(times, leaps):
        along = [_path(points[first:last, axis], times[first:last], share[axis]) for axis in (0, 1)]
        for offset, (x, y) in enumerate(zip(*along, strict=True)):
            corners[first + offset] = (x * facts.coded_width, y * facts.coded_height)
    return Window(width=width, height=height, times=tuple(times), corners=tuple(corners), leaps=tuple(leaps))


def _size(facts: ClipFacts, shape: Fraction) -> tuple[int, int]:
    if shape <= 0:
        raise UsageError(f"a picture cannot be {shape} as wide as it is high")
    if facts.rotation or facts.sample_aspect not in {0, 1} or not facts.constant_rate:
        raise UsageError(f"{facts.path.name} is rotated, uneven in time or in its pixels; make a film of it first")
    scale = min(Fraction(facts.coded_width) / shape, Fraction(facts.coded_height))
    width, height = int(scale * shape) // 2 * 2, int(scale) // 2 * 2
    if min(width, height) < 16:
        raise UsageError(f"a shape of {shape} leaves {width}x{height} pixels of {facts.path.name}")
    return width, height


def _leaps(small: list[NDArray[np.float32]], times: list[float]) -> list[float]:
    return [
        (before + after) / 2
        for (one, other), (before, after) in zip(pairwise(small), pairwise(times), strict=True)
        if float(np.abs(one - other).mean()) > _NEW
    ]


def _shots(times: Sequence[float], leaps: Sequence[float]) -> list[tuple[int, int]]:
    """Return runs of samples between cuts."""
    marks = sorted({0, len(times), *(bisect_right(times, leap - 1e-6) for leap in leaps)})
    return [(first, last) for first, last in pairwise(marks) if first < last]


def _points(
    frames: Sequence[Frame], small: list[NDArray[np.float32]], leaps: Sequence[float], seen: SeenBox | None
) -> NDArray[np.float64]:
    """Return where the subject is in each sample, as shares of width and height."""
    points = np.zeros((len(frames), 2))
    for index, frame in enumerate(frames):
        box = seen(frame) if seen is not None else None
        if box is not None:
            points[index] = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
            continue
        near = [i for i in (index - 1, index + 1) if 0 <= i < len(frames)]
        same = [small[i] for i in near if not _parted(frame.time, frames[i].time, leaps)]
        points[index] = _salient(small[index], same)
    return points


def _parted(one: float, other: float, leaps: Sequence[float]) -> bool:
    """Whether a cut stands between two times."""
    return any(min(one, other) < leap <= max(one, other) for leap in leaps)


def _salient(rgb: NDArray[np.float32], near: list[NDArray[np.float32]]) -> tuple[float, float]:
    """Return the centre of what moves and of what differs from the mean colour (Achanta et al., CVPR 2009)."""
    stands_out = np.linalg.norm(rgb - rgb.mean((0, 1)), axis=2)
    weight = stands_out / max(float(stands_out.mean()), 1.0)
    for other in near:
        motion = np.abs(rgb - other).sum(axis=2)
        weight = weight + 2 * motion / max(float(motion.mean()), 6.0)  # below that it is noise
    rows, columns = weight.shape
    y, x = np.linspace(0, 1, rows)[:, None], np.linspace(0, 1, columns)[None, :]
    weight = weight**2 * (1 - _MIDDLE + _MIDDLE * np.exp(-((x - 0.5) ** 2 + (y - 0.5) ** 2) / 0.1))
    total = float(weight.sum()) or 1.0
    return float((weight * x).sum() / total), float((weight * y).sum() / total)


def _path(points: NDArray[np.float64], times: Sequence[float], share: float) -> list[float]:
    """Return the window's beginning along one axis, as shares of the picture, for samples of one shot."""
    if share >= 0.999:
        return [0.0] * len(points)
    wide = np.pad(points, 2, mode="edge")
    steady = np.median(np.stack([wide[i : i + len(points)] for i in range(5)]), axis=0)  # no single frame pulls it
    centre, rest, centres = float(steady[0]), _REST * share, []
    for number, goal in enumerate(steady):
        away = float(goal) - centre
        if abs(away) > rest and number:
            most = _SPEED * share * (times[number] - times[number - 1])
            centre += float(np.clip(away - np.sign(away) * rest / 2, -most, most))
        centres.append(centre)
    smooth = np.convolve(np.pad(centres, 2, mode="edge"), _SOFT, mode="valid")  # no jerk where it sets off or stops
    return [min(max(float(place) - share / 2, 0.0), 1 - share) for place in smooth]


def reframe(
    path: Path,
    out: Path,
    shape: Fraction = UPRIGHT,
    *,
    window: Window | None = None,
    cuts: Sequence[float] | None = None,
    seen: SeenBox | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Window:
    """Write a clip or film in another shape; its sound is copied.

    Args:
        path: The clip or film.
        out: The MP4; it appears under its name when it is whole.
        shape: Width over height.
        window: What is shown; found by `window_for` otherwise, with `cuts` and `seen`.
        cuts: When new pictures begin, in seconds.
        seen: Says where the subject is.
        on_progress: Called with the share that is done; what it raises ends the work, and nothing is left.

    Returns:
        The window that was shown.

    Raises:
        UnreadableMedia: the clip cannot be read or decoded.
        UsageError: `out` is the clip itself, or the shape does not fit.
        StorageError: the film cannot be written; `StorageFull` without room.
        EncodingFailed: it cannot be encoded.
    """
    if out.exists() and out.samefile(path):
        raise UsageError(f"{out}: the new film would replace the one it is made of; give it another name")
    facts = probe(path)
    chosen = window or window_for(path, shape, cuts=cuts, seen=seen)
    with whole_file(out) as temporary, open_clip(path) as source:
        try:
            with av.open(str(temporary), "w", format="mp4", options={"movflags": "+faststart"}) as film:
                film.metadata.update(source.metadata)
                put_chapters(film, [(one.start, one.title) for one in read_chapters(path)], facts.seconds)
                _write(source, film, facts, chosen, on_progress or (lambda _: None))
        except FFmpegError as error:
            if error.filename:  # the disk's own word goes through
                raise
            raise EncodingFailed(f"cannot be encoded: {error.strerror or error}", path=out) from error
    return chosen


def _write(
    source: InputContainer,
    film: OutputContainer,
    facts: ClipFacts,
    window: Window,
    report: Callable[[float], None],
) -> None:
    picture, sound = source.streams.video[0], next(iter(source.streams.audio), None)
    picture.thread_type = "AUTO"
    shape = _shape(facts, window)
    pictures = Pictures(film, shape)
    audio = film.add_stream_from_template(sound) if sound else None
    number = 0
    for packet in source.demux([stream for stream in (picture, sound) if stream is not None]):
        if packet.stream is picture:
            for frame in packet.decode():
                shown = _cut_out(cast("VideoFrame", frame), window, float(number / facts.fps), shape)
                shown.pts, shown.time_base = number, 1 / facts.fps
                pictures.write(shown)
                number += 1
                report(min(1.0, number / facts.frames))
        elif packet.dts is not None and audio is not None:
            packet.stream = audio
            film.mux(packet)
    pictures.close()
    if number != facts.frames:
        raise UnreadableMedia(f"{number} of {facts.frames} frames could be decoded", path=facts.path)


def _shape(facts: ClipFacts, window: Window) -> Shape:
    """The clip's own shape but for its size; it says its matrix, which players would guess from the size."""
    own = fit_together([facts])[0].shape
    tags = replace(facts.colour, matrix=own.matrix, range="full" if own.full_range else "limited")
    return replace(own, width=window.width, height=window.height, tags=tags)


def _cut_out(frame: VideoFrame, window: Window, time: float, shape: Shape) -> VideoFrame:
    left, top = window.at(time)
    if frame.format.name != shape.pixel_format:
        frame = frame.reformat(format=shape.pixel_format)
    planes = planes_of(frame)
    rows, columns = planes[0].shape
    parts = []
    for plane in planes:
        down, across = rows // plane.shape[0], columns // plane.shape[1]
        parts.append(
            plane[
                top // down : (top + window.height) // down,
                left // across : (left + window.width) // across,
            ]
        )
    return to_frame(tuple(parts), shape.pixel_format)
