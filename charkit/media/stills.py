"""A still picture as a clip, so that cards stand among clips like any other."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
from PIL import Image

from charkit.media.conform import Pictures
from charkit.media.picture.planes import from_rgb

if TYPE_CHECKING:
    from pathlib import Path

    from charkit.media.conform import Shape

__all__ = ["write_still"]


def write_still(picture: Image.Image, seconds: float, shape: Shape, out: Path) -> int:
    """Write a picture as a clip without sound, in a film's shape.

    Args:
        picture: What is seen; brought to the shape's size.
        seconds: How long.
        shape: The film's shape.
        out: The MP4 to write.

    Returns:
        The number of frames.
    """
    frames = max(1, round(Fraction(seconds).limit_denominator(100_000) * shape.fps))
    sized = picture.convert("RGB").resize((shape.width, shape.height), Image.Resampling.LANCZOS)
    with av.open(str(out), "w", format="mp4") as container:
        pictures = Pictures(container, shape)
        frame = from_rgb(np.asarray(sized, np.uint8), shape)
        for number in range(frames):
            frame.pts, frame.time_base = number, 1 / shape.fps
            pictures.write(frame)
        pictures.close()
    return frames
