"""The small picture that proves a score: the frame with everything but the judged subject faded."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Final

import numpy as np

from charkit.scoring.base import FrameEvidence

if TYPE_CHECKING:
    from charkit.media.frames import Frame
    from charkit.scoring.subject import Mask

__all__ = ["proof"]

_HEIGHT: Final = 120
"""Pixels; small enough to keep one per score."""


def proof(frame: Frame, shown: Mask, score: float) -> FrameEvidence:
    """Return a frame as a small JPEG in which everything but the judged subject fades towards white.

    Args:
        frame: The frame.
        shown: True where the subject is, shape (height, width) of the frame.
        score: The frame's similarity to the references.
    """
    from PIL import Image

    pixels = frame.rgb.copy()
    pixels[~shown] = (180 + pixels[~shown].mean(axis=1, keepdims=True) * 0.25).astype(np.uint8)
    picture = Image.fromarray(pixels)
    picture.thumbnail((4 * _HEIGHT, _HEIGHT))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=75, optimize=True)
    data = buffer.getvalue()
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    return FrameEvidence(time=round(float(frame.time), 3), score=round(score, 4), jpeg=data, digest=digest)
