"""Brings the colours of one clip to those of another, measured as the eye sees them.

In OKLab (`charkit.media.oklab`) the mean and the spread of lightness and of both colour axes are taken over sampled
frames of each clip, and one is moved and stretched onto the other (Reinhard et al., "Color Transfer between Images",
2001, there in lαβ). A subject that stands in both can be left out by masks, so that only the backgrounds are compared.
How far it may go is bounded: a match repairs a drift between takes, it does not turn night into day. The whole becomes
one colour table, so a frame costs what a LUT costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from charkit.cards import card, grid
from charkit.media import oklab
from charkit.media.frames import sample
from charkit.media.lut import Lut
from charkit.media.previews import contact_sheet, poster_jpeg

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from charkit.media.picture.pieces import FrameChange

__all__ = ["ColourMatch", "Colours", "clip_pictures", "colours_of", "match_colours"]

Picture = NDArray[np.uint8]
Mask = NDArray[np.bool_]

STRETCH: Final = 1.35
"""By how much contrast or colourfulness may grow or shrink at most."""
SHIFT: Final = (0.12, 0.05, 0.05)
"""How far lightness and both colour axes may move at most. Takes of one prompt differ by less; 0.12 of lightness is
about one stop around the middle."""
_ENDS: Final = 0.3
"""How far from black and from white, in lightness, a match takes full effect: shadows stay black and paper stays white.
With the bounds above, a narrower margin could turn the order of two tones round."""
_FEW: Final = 400
"""Pixels without which nothing can be said of a clip's colours."""
_HEIGHT: Final = 180


@dataclass(frozen=True, kw_only=True)
class Colours:
    """What the colours of some pictures are like, in OKLab."""

    mean: tuple[float, float, float]
    """Of L, a and b."""
    spread: tuple[float, float, float]
    """Standard deviations."""

    def distance(self, other: Colours) -> float:
        """Return how far the means lie apart; about 0.02 is just seen side by side (Ottosson, the same page)."""
        return float(np.linalg.norm(np.subtract(self.mean, other.mean)))


def colours_of(pictures: Sequence[Picture], masks: Sequence[Mask | None] | None = None) -> Colours | None:
    """Measure the colours of pictures.

    Args:
        pictures: Frames, shape (height, width, 3), sRGB.
        masks: For each, what is left out: True where the subject is, in the picture's own size; None: nothing.

    Returns:
        The measures; None where too little is left to say anything.
    """
    parts = []
    for picture, mask in zip(pictures, masks or [None] * len(pictures), strict=True):
        seen = picture.reshape(-1, 3) if mask is None else picture[~mask]
        parts.append(oklab.from_srgb(seen))
    lab = np.concatenate(parts) if parts else np.empty((0, 3), np.float32)
    if len(lab) < _FEW:
        return None
    mean, spread = lab.mean(axis=0, dtype=np.float64), lab.std(axis=0, dtype=np.float64)
    return Colours(mean=_three(mean), spread=_three(spread))


def _three(values: NDArray[np.float64]) -> tuple[float, float, float]:
    first, second, third = (float(value) for value in values)
    return first, second, third


@dataclass(frozen=True, kw_only=True, eq=False)
class ColourMatch:
    """What is done to a clip's colours, and what that changed."""

    lut: Lut
    """The change itself, for every frame."""
    wanted: Colours
    """The colours of the clip that it is brought to."""
    before: Colours
    """Its own."""
    after: Colours
    """What they became."""
    pictures: tuple[Picture, Picture, Picture]
    """A frame to go by, and one of the clip before and after, for a look."""

    @property
    def bounded(self) -> bool:
        """Whether the clips are too far apart for a match to close, so that it stopped on the way."""
        return self.after.distance(self.wanted) > max(0.02, self.before.distance(self.wanted) / 3)

    def sheet(self) -> Image.Image:
        """Return the three pictures side by side, with what was measured."""
        away, left = self.before.distance(self.wanted), self.after.distance(self.wanted)
        labels = ("to match", f"before\n{away:.3f} away (OKLab)", f"after\n{left:.3f} away (OKLab)")
        pairs = [(label, Image.fromarray(p)) for label, p in zip(labels, self.pictures, strict=True)]
        return contact_sheet(pairs, columns=3)

    def __repr__(self) -> str:
        away, left = self.before.distance(self.wanted), self.after.distance(self.wanted)
        return f"ColourMatch({away:.3f} → {left:.3f} OKLab{', stopped at its bounds' if self.bounded else ''})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        away, left = self.before.distance(self.wanted), self.after.distance(self.wanted)
        names = ("to match", f"before: {away:.3f} away", f"after: {left:.3f} away")
        cards = [
            card(name, picture=poster_jpeg(Image.fromarray(picture), width=320), picture_type="image/jpeg", width=320)
            for name, picture in zip(names, self.pictures, strict=True)
        ]
        return {"text/plain": repr(self), "text/html": grid(cards)}


def clip_pictures(path: Path, start: float = 0.0, end: float | None = None, *, count: int = 8) -> list[Picture]:
    """Return small frames of a part of a clip, spread over it.

    Raises:
        UnreadableMedia: the clip cannot be read.
    """
    frames = sample(path, count, height=_HEIGHT)
    inside = [f for f in frames if start <= f.time < (end if end is not None else float("inf"))]
    if len(inside) < min(3, len(frames)):  # a short part: look closer
        frames = sample(path, count * 8, height=_HEIGHT)
        inside = [f for f in frames if start <= f.time < (end if end is not None else float("inf"))] or frames
    return [frame.rgb for frame in inside[:: max(1, len(inside) // count)]]


def match_colours(
    wanted: Sequence[Picture],
    own: Sequence[Picture],
    *,
    wanted_masks: Sequence[Mask | None] | None = None,
    own_masks: Sequence[Mask | None] | None = None,
    look: FrameChange | None = None,
    strength: float = 1.0,
) -> ColourMatch | None:
    """Find the change that brings the colours of one clip to those of another.

    Args:
        wanted: Frames of the clip to go by, sRGB, shape (height, width, 3).
        own: Frames of the clip that is changed.
        wanted_masks: What to leave out of each frame to go by: True where the subject is.
        own_masks: The same for the clip's own frames.
        look: What is done to the clip's frames before.
        strength: How much of the way to go, 0 to 1.

    Returns:
        The change; None where too little is left to measure.
    """
    seen = [look(picture, 0.0) for picture in own] if look is not None else list(own)
    goal, before = colours_of(wanted, wanted_masks), colours_of(seen, own_masks)
    if goal is None or before is None:
        return None
    stretch = np.clip(np.divide(goal.spread, np.maximum(before.spread, 1e-3)), 1 / STRETCH, STRETCH)
    stretch = 1 + (stretch - 1) * strength
    shift = np.clip(np.subtract(goal.mean, before.mean), np.negative(SHIFT), SHIFT) * strength
    centre = np.array(before.mean)

    def change(rgb: oklab.Floats) -> oklab.Floats:
        lab = oklab.from_codes(rgb)
        moved = (lab - centre) * stretch + centre + shift
        share = np.clip(np.minimum(lab[:, :1], 1 - lab[:, :1]) / _ENDS, 0, 1)
        return oklab.to_codes((lab + share * (moved - lab)).astype(np.float32))

    lut = Lut.of(change, name="colours matched")
    done = [lut(picture) for picture in seen]
    after = colours_of(done, own_masks)
    if after is None:
        return None
    shown = (wanted[len(wanted) // 2], seen[len(seen) // 2], done[len(done) // 2])
    return ColourMatch(lut=lut, wanted=goal, before=before, after=after, pictures=shown)
