"""The frames at which a clip begins and ends: what a next shot is chained to.

Services take a picture as first frame. The very last frame of a clip is often soft, from motion or from the encoder; a
few frames earlier the same moment is sharp. Sharpness is the variance of the Laplacian of luma (Pech-Pacheco et al.,
"Diatom autofocusing in brightfield microscopy", ICPR 2000), compared only among neighbouring frames of one clip.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from charkit.media.frames import Frame, to_rgb
from charkit.media.picture.reading import decoded
from charkit.media.probe import ClipFacts, probe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["first_frame", "frames_at", "last_frame", "sharpest_tail", "sharpness"]


def first_frame(path: Path) -> Frame:
    """Return the first frame of a clip that is shown.

    Raises:
        UnreadableMedia: the clip cannot be read or decoded.
    """
    return frames_at(probe(path), [(0, 1)])[0]


def last_frame(path: Path) -> Frame:
    """Return the last frame of a clip that is shown.

    Raises:
        UnreadableMedia: the clip cannot be read or decoded.
    """
    facts = probe(path)
    return frames_at(facts, [(facts.frames - 1, facts.frames)])[0]


def sharpest_tail(path: Path, *, last: int = 12) -> Frame:
    """Return the sharpest of the last frames of a clip; of equally sharp ones the latest.

    Args:
        path: The clip.
        last: Among how many; half a second at 24 frames a second.

    Raises:
        UnreadableMedia: the clip cannot be read or decoded.
        ValueError: `last` is less than one.
    """
    if last < 1:
        raise ValueError(f"cannot choose among {last} frames")
    facts = probe(path)
    frames = frames_at(facts, [(max(0, facts.frames - last), facts.frames)])
    return max(frames, key=lambda frame: (round(sharpness(frame.rgb), 3), frame.index))


def sharpness(rgb: NDArray[np.uint8]) -> float:
    """Return the variance of the Laplacian of luma (BT.709), of code values from 0 to 255."""
    luma = rgb.astype(np.float32) @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    inner = luma[1:-1, 1:-1]
    return float((luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:] - 4 * inner).var())


def frames_at(facts: ClipFacts, runs: Sequence[tuple[int, int]], *, height: int | None = None) -> list[Frame]:
    """Return runs of frames, given as first frame and the frame after the last, in rising order.

    Args:
        facts: The clip.
        runs: Which frames.
        height: Shrink to so many pixels of height; as it is otherwise.

    Raises:
        UnreadableMedia: a frame cannot be decoded.
    """
    return [
        Frame(index=index, time=float(index / facts.fps), rgb=to_rgb(frame, facts, height=height))
        for index, frame in decoded(facts, runs)
    ]
