"""The colours of a cut-out figure as histograms, as they are and after grey-world balance; of frames and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from charkit.errors import CharkitError
from charkit.media import images
from charkit.scoring import oklab

if TYPE_CHECKING:
    from pathlib import Path

    from charkit.scoring.subject import Mask, Masker

__all__ = ["STRIPES", "Colours", "colours_in_picture", "colours_of", "upper_part"]

_SHOWN = {"extreme close-up": 0.30, "close-up": 0.40, "medium": 0.62}
"""Which upper share of a standing figure a framing shows; other framings show all."""
STRIPES = ("upper", "middle", "lower")
_LEAST_STRIPE = 40
"""Pixels of a third that give a histogram to speak of."""
_MOST_PIXELS = 6000
"""More pixels change no coefficient in its third decimal."""


@dataclass(frozen=True, kw_only=True)
class Colours:
    """The colours of a subject, as two histograms."""

    plain: oklab.Floats
    balanced: oklab.Floats
    stripes: tuple[oklab.Floats | None, ...] = ()
    """As it is, of the upper, middle and lower third of its height; None where a third holds too little."""

    def likeness(self, other: Colours) -> tuple[float, float]:
        """Return the Bhattacharyya coefficients, as it is and after grey-world balance."""
        return oklab.bhattacharyya(self.plain, other.plain), oklab.bhattacharyya(self.balanced, other.balanced)


def colours_of(rgb: oklab.Bytes, mask: Mask) -> Colours:
    """Return the colours under a mask that holds at least one pixel.

    Args:
        rgb: sRGB, shape (height, width, 3).
        mask: True where the subject is, shape (height, width).
    """
    pixels, rows = rgb[mask], np.nonzero(mask)[0]
    step = max(1, len(pixels) // _MOST_PIXELS)
    light, rows = oklab.linear(pixels[::step]), rows[::step]
    lab = oklab.from_linear(light)
    third = (rows - rows.min()) * len(STRIPES) // (np.ptp(rows) + 1)
    return Colours(
        plain=oklab.histogram(lab),
        balanced=oklab.histogram(oklab.from_linear(oklab.grey_world(light))),
        stripes=tuple(_stripe(lab[third == number]) for number in range(len(STRIPES))),
    )


def _stripe(lab: oklab.Floats) -> oklab.Floats | None:
    return oklab.histogram(lab) if len(lab) >= _LEAST_STRIPE else None


def colours_in_picture(path: Path, framing: str, masker: Masker) -> tuple[Colours, ...] | str:
    """Return a picture's colours: of the whole subject, then of what a framing shows of it; else what is wrong.

    Args:
        path: A picture of one subject before a plain ground, or with transparency.
        framing: The framing's plain name; `full` for all of the subject.
        masker: Cuts the subject out.
    """
    try:
        picture = images.open_upright(path)
    except (CharkitError, OSError) as error:
        return f"{path.name} cannot be read ({type(error).__name__})"
    picture.thumbnail((640, 640))
    alpha = np.asarray(picture.getchannel("A"), dtype=np.uint8) if picture.mode == "RGBA" else None
    rgb = np.asarray(picture.convert("RGB"), dtype=np.uint8)
    subject = masker.in_reference(rgb, alpha)
    if not subject.found:
        return f"{path.name}: {subject.problem}"
    whole = colours_of(rgb, subject.mask)
    share = _SHOWN.get(framing)
    return (whole,) if share is None else (whole, colours_of(rgb, upper_part(subject.mask, share)))


def upper_part(mask: Mask, share: float) -> Mask:
    """Return the upper `share` of a figure's mask; the whole one where the cut would leave nothing."""
    rows = np.flatnonzero(mask.any(axis=1))
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    upper = mask.copy()
    upper[top + max(1, round((bottom - top) * share)) :] = False
    return upper if upper.any() else mask
