"""Figures of references pasted into takes: what is known about them is known because it was put there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from charkit.errors import CharkitError
from charkit.media import frames as sampling
from charkit.media import images
from charkit.media.frames import Frame
from charkit.scoring import oklab
from charkit.scoring.subject import GrabCut, framing_name, prior_box

if TYPE_CHECKING:
    from pathlib import Path

    from charkit.scoring.base import ShotEvidence
    from charkit.scoring.subject import Mask

__all__ = ["CutOut", "in_other_light", "pasted", "standing", "wiped"]

_FRAMES = 4
"""Per control: they differ by a step to the side only."""
_HEIGHT = 240
"""Pixels of height, as takes are sampled for scoring."""
_STEP = 0.01
"""Of the frame's width, from one frame to the next."""
_EXPOSURE, _CAST = 0.88, (1.04, 1.0, 0.95)
"""Another light, in linear light: 0.18 stops down and a little warmer, as mild as in scoring.md, 4.2."""
_CUT = 0.4
"""Share of a figure's width on the picture's lower edge from which it is a bust; feet and tails fill less."""
_SHOWN = {"extreme close-up": 0.30, "close-up": 0.40, "medium": 0.62}
"""Which upper share of a standing figure a framing shows."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CutOut:
    """A whole figure of a reference, cut to its outline."""

    rgb: oklab.Bytes
    mask: Mask


def standing(path: Path) -> CutOut | None:
    """Return the figure of a reference, cut to its outline; None where it does not stand whole in the picture."""
    try:
        picture = images.open_upright(path)
    except (CharkitError, OSError):
        return None
    picture.thumbnail((640, 640))
    alpha = np.asarray(picture.getchannel("A"), dtype=np.uint8) if picture.mode == "RGBA" else None
    rgb = np.asarray(picture.convert("RGB"), dtype=np.uint8)
    subject = GrabCut().in_reference(rgb, alpha)
    if not subject.found:
        return None
    rows, columns = np.flatnonzero(subject.mask.any(axis=1)), np.flatnonzero(subject.mask.any(axis=0))
    inside = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    mask = subject.mask[inside]
    if subject.mask[-2].sum() > _CUT * mask.shape[1]:
        return None
    return CutOut(rgb=rgb[inside], mask=mask)


def wiped(entry: ShotEvidence, *, height: int = _HEIGHT) -> oklab.Bytes | None:
    """Return a frame of the take with the character wiped out of it; None where the clip cannot be read.

    Args:
        entry: The take.
        height: Pixels that it should have at least, for scorers that need to see faces; a background may be soft.
    """
    found = _wiped(entry)
    if found is None or found.shape[0] >= height:
        return found
    import cv2

    size = (round(found.shape[1] * height / found.shape[0]), height)
    return np.asarray(cv2.resize(found, size, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def _wiped(entry: ShotEvidence) -> oklab.Bytes | None:
    import cv2

    try:
        frame = sampling.sample(entry.clip, 1, height=_HEIGHT)[0].rgb
    except (CharkitError, OSError, IndexError):
        return None
    subject = GrabCut().in_frame(frame, entry)
    if not subject.found:
        return frame
    wiped = cv2.dilate(subject.mask.astype(np.uint8), np.ones((9, 9), np.uint8))
    return np.asarray(cv2.inpaint(np.ascontiguousarray(frame), wiped, 5, cv2.INPAINT_TELEA), dtype=np.uint8)


def pasted(ground: oklab.Bytes, figure: CutOut, entry: ShotEvidence, *, relit: bool = False) -> list[Frame]:
    """Return frames in which a figure stands where the storyboard says that the character is."""
    import cv2

    box = prior_box(entry)
    height, width = ground.shape[:2]
    shown = figure.mask.shape[0] * _SHOWN.get(framing_name(entry.framing), 1.0)
    rgb, mask = figure.rgb[: round(shown)], figure.mask[: round(shown)]
    scale = min(
        0.92 * (box.bottom - box.top) * height / rgb.shape[0], 0.8 * (box.right - box.left) * width / rgb.shape[1]
    )
    size = max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    soft = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA)[:, :, None]
    frames = []
    for index in range(_FRAMES):
        left = round(((box.left + box.right) / 2 + _STEP * (index - _FRAMES / 2)) * width - size[0] / 2)
        left = min(max(0, left), width - size[0])
        top = min(max(0, round(box.bottom * height) - size[1]), height - size[1])
        picture = ground.copy()
        inside = picture[top : top + size[1], left : left + size[0]]
        inside[:] = np.round(soft * small + (1 - soft) * inside).astype(np.uint8)
        frames.append(Frame(index=index, time=index / 24, rgb=in_other_light(picture) if relit else picture))
    return frames


def in_other_light(rgb: oklab.Bytes) -> oklab.Bytes:
    """Return a picture 0.18 stops darker and a little warmer."""
    light = np.clip(oklab.linear(rgb) * _EXPOSURE * np.array(_CAST), 0, 1)
    return np.asarray(np.round(255 * _encoded(light)), dtype=np.uint8)


def _encoded(light: np.ndarray) -> np.ndarray:
    """Return sRGB of linear light, 0 to 1 (IEC 61966-2-1)."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 0.0031308) ** (1 / 2.4) - 0.055)
