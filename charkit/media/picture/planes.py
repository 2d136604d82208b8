"""Frames as planes of code values, and what mixes two of them.

Mixing is done on the code values, as editing programs do: both pictures keep their colours, and a mixture of a frame
with itself is that frame. Planes are arrays of the format's own depth (8 bits, or 10 in 16), luma first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray

from charkit.media.frames import COLORSPACES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from av.video.format import VideoFormat

    from charkit.media.conform import Shape
    from charkit.media.picture.pieces import FrameChange, Join

__all__ = ["Planes", "changed", "from_rgb", "mixed", "planes_of", "to_frame"]

Plane = NDArray[np.uint8] | NDArray[np.uint16]

Planes = tuple[Plane, ...]
"""Luma and two of chroma, each (rows, columns)."""

_AT_ONCE: Final = 1 << 15  # code values


def planes_of(frame: av.VideoFrame) -> Planes:
    """Return a copy of a planar frame's code values."""
    kind = _depth(frame.format)
    planes: list[Plane] = []
    for plane in frame.planes:
        rows = np.frombuffer(memoryview(plane), kind).reshape(plane.height, plane.line_size // kind.itemsize)
        planes.append(cast("Plane", rows[:, : plane.width].copy()))
    return tuple(planes)


def to_frame(planes: Planes, pixel_format: str) -> av.VideoFrame:
    """Return planes as a frame for an encoder."""
    height, width = planes[0].shape
    frame = av.VideoFrame(width, height, pixel_format)
    kind = _depth(frame.format)
    for plane, values in zip(frame.planes, planes, strict=True):
        rows = np.frombuffer(memoryview(plane), kind).reshape(plane.height, plane.line_size // kind.itemsize)
        rows[:, : plane.width] = values
    return frame


def _depth(form: VideoFormat) -> np.dtype[np.uint8] | np.dtype[np.uint16]:
    return np.dtype("<u2") if form.components[0].bits > 8 else np.dtype(np.uint8)


def mixed(before: Planes, after: Planes, join: Join, index: int) -> Planes:
    """Return the frame number `index` of a transition, from 0 to `join.frames` - 1."""
    share = (index + 1) / (join.frames + 1)
    if join.kind == "dissolve":
        return tuple(_dissolved(a, b, share) for a, b in zip(before, after, strict=True))
    return tuple(_wiped(a, b, share, join.towards) for a, b in zip(before, after, strict=True))


def _dissolved(before: Plane, after: Plane, share: float) -> Plane:
    # Parts of 256 in whole numbers: exact at both ends. A few rows at a time stay in the processor's cache, which takes
    # a third of the time.
    wide = np.uint16 if before.dtype == np.uint8 else np.uint32
    weight, half, eight = round(share * 256), wide(128), wide(8)
    out = np.empty_like(before)
    rows = max(1, _AT_ONCE // before.shape[1])
    for top in range(0, before.shape[0], rows):
        part = slice(top, top + rows)
        sums = before[part] * wide(256 - weight)
        sums += after[part] * wide(weight)
        sums += half
        sums >>= eight
        out[part] = sums
    return out


def _wiped(before: Plane, after: Plane, share: float, towards: str) -> Plane:
    rows, columns = before.shape
    out = before.copy()
    if towards == "left":
        out[:, round(columns * (1 - share)) :] = after[:, round(columns * (1 - share)) :]
    elif towards == "right":
        out[:, : round(columns * share)] = after[:, : round(columns * share)]
    elif towards == "up":
        out[round(rows * (1 - share)) :] = after[round(rows * (1 - share)) :]
    else:
        out[: round(rows * share)] = after[: round(rows * share)]
    return out


def changed(frame: av.VideoFrame, changes: Sequence[FrameChange], time: float, shape: Shape) -> av.VideoFrame:
    """Return a frame after changes that work on RGB, in the film's own pixel format again."""
    space = COLORSPACES.get(shape.matrix, Colorspace.ITU709)
    extent = ColorRange.JPEG if shape.full_range else ColorRange.MPEG
    seen = frame.reformat(format="rgb24", src_colorspace=space, src_color_range=extent, dst_color_range=ColorRange.JPEG)
    picture = cast("NDArray[np.uint8]", seen.to_ndarray())
    for change in changes:
        picture = change(picture, time)
    return from_rgb(picture, shape)


def from_rgb(picture: NDArray[np.uint8], shape: Shape) -> av.VideoFrame:
    """Return sRGB code values, shape (height, width, 3), as a frame in a film's pixel format, matrix and range."""
    made = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    return made.reformat(
        format=shape.pixel_format,
        dst_colorspace=COLORSPACES.get(shape.matrix, Colorspace.ITU709),
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.JPEG if shape.full_range else ColorRange.MPEG,
    )
