"""Searches for one cut-out figure in a frame, straight and mirrored, and says how much of the frame it explains."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from charkit.scoring.subject import opencv

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from charkit.scoring import oklab
    from charkit.scoring.subject import Mask

__all__ = ["Figure", "Match", "find"]

_ROWS: Final = 60
"""Lines at which a frame is searched at first."""
_FINE: Final = 144
"""Lines at which the best places are fitted."""
_STEP: Final = 1.07
"""Factor between the sizes that are tried; correlation falls by half at about twice as much."""
_KEPT: Final = 3
"""Places that are fitted finely."""
_TALL: Final = {
    "extreme close-up": (3.6, 7.0),
    "close-up": (2.2, 3.7),
    "medium": (1.3, 2.1),
    "full": (0.68, 1.0),
    "wide": (0.3, 0.66),
}
"""How tall a whole figure would be, in heights of the frame, by the storyboard's framing."""
_LARGEST: Final = 0.88
"""Share of the frame's height that the searched part of a figure takes at most, so that it can still be moved."""
_BELOW: Final = 7
"""Lines of `_ROWS` by which a figure may go on below the frame, so that its head may begin a quarter down."""
_SLACK: Final = 8
"""Lines of `_FINE` that are left to move a figure that ends where the frame does."""
_GAIN: Final = (0.5, 2.0)
"""By how much light may have changed a channel's contrast."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Template:
    """A figure at one size, as a frame is searched for it at first."""

    tall: float
    mirrored: bool
    light: oklab.Floats
    mask: oklab.Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Figure:
    """A figure cut out of a reference."""

    rgb: oklab.Bytes
    mask: oklab.Bytes
    """1 where the figure is, shape (height, width)."""
    _templates: dict[str, tuple[_Template, ...]] = field(default_factory=dict, repr=False)
    """By framing: the same for all frames of all takes."""

    @classmethod
    def of(cls, rgb: oklab.Bytes, mask: Mask) -> Figure:
        """Cut it out: sRGB, and True where the figure is."""
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        inside = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        return cls(rgb=np.ascontiguousarray(rgb[inside]), mask=np.ascontiguousarray(mask[inside]).astype(np.uint8))

    def at(self, tall: float, lines: int, *, mirrored: bool) -> tuple[oklab.Bytes, oklab.Bytes]:
        """Return as much of its upper part as fits, and its mask, for a frame of so many lines.

        Args:
            tall: The whole figure's height, in heights of the frame.
            lines: Of the frame.
            mirrored: Whether to turn it round.
        """
        cv2 = opencv()
        kept = max(1, round(len(self.rgb) * min(1.0, _LARGEST / tall)))
        scale = tall * lines / len(self.rgb)
        size = (max(1, round(self.rgb.shape[1] * scale)), max(1, round(kept * scale)))
        turn = slice(None, None, -1 if mirrored else 1)
        rgb, mask = np.ascontiguousarray(self.rgb[:kept, turn]), np.ascontiguousarray(self.mask[:kept, turn])
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        small = cv2.erode(cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST), np.ones((2, 2), np.uint8))
        return cv2.resize(rgb, size, interpolation=way), small

    def templates(self, framing: str) -> tuple[_Template, ...]:
        """Return it at all sizes that a framing allows, straight and mirrored, for frames of `_ROWS` lines."""
        if framing not in self._templates:
            least, most = _TALL[framing]
            sizes = np.geomspace(least, most, max(2, round(np.log(most / least) / np.log(_STEP)) + 1))
            self._templates[framing] = tuple(
                _Template(tall=float(tall), mirrored=mirrored, light=_grey(part), mask=mask.astype(np.float32))
                for tall in sizes
                for mirrored in (False, True)
                for part, mask in (self.at(float(tall), _ROWS, mirrored=mirrored),)
            )
        return self._templates[framing]


@dataclass(frozen=True, kw_only=True, eq=False)
class Match:
    """Where a figure fits best, and how well."""

    likeness: float
    """Share of the frame's variance under the figure that the figure explains; 1 is a copy, 0 and less nothing."""
    straight: float
    """Best correlation of any figure as it is, -1 to 1."""
    turned: float
    """Best correlation of any figure mirrored."""
    mirrored: bool = False
    place: tuple[float, float] = (0.0, 0.0)
    """Left and top, as shares of the frame's width and height."""
    stencil: oklab.Bytes | None = None
    """The figure's mask, for a frame of `_FINE` lines; None for the whole frame."""

    @classmethod
    def whole(cls) -> Match:
        """Return the match of a frame that is the reference itself."""
        return cls(likeness=1.0, straight=1.0, turned=1.0)

    def mask(self, shape: tuple[int, ...]) -> Mask:
        """Return True where the figure is, for a frame of a shape (height, width)."""
        found = np.ones(shape[:2], dtype=np.bool_)
        if self.stencil is None:
            return found
        cv2, scale = opencv(), shape[0] / _FINE
        size = (max(1, round(self.stencil.shape[1] * scale)), max(1, round(self.stencil.shape[0] * scale)))
        part = cv2.resize(self.stencil, size, interpolation=cv2.INTER_NEAREST) > 0
        left, top = round(self.place[0] * shape[1]), round(self.place[1] * shape[0])
        found[:] = False
        inside = found[top : top + part.shape[0], left : left + part.shape[1]]
        inside[:] = part[: inside.shape[0], : inside.shape[1]]
        return found


@dataclass(frozen=True, kw_only=True, eq=False)
class _Place:
    figure: Figure
    tall: float
    mirrored: bool
    correlation: float
    left: float
    top: float


def find(rgb: oklab.Bytes, figures: Sequence[Figure], framing: str) -> Match | None:
    """Search for figures in a frame.

    Args:
        rgb: The frame, sRGB, shape (height, width, 3).
        figures: Of references.
        framing: The framing's plain name.

    Returns:
        The best match; None where no figure fits into the frame at any size.
    """
    coarse = _shrunk(rgb, _ROWS)
    places = sorted(_places(coarse, figures, framing), key=lambda place: -place.correlation)
    if not places:
        return None
    ways = [max((p.correlation for p in places if p.mirrored is way), default=0.0) for way in (False, True)]
    fine = _shrunk(rgb, _FINE)
    fitted = [match for place in places[:_KEPT] if (match := _fitted(fine, place, ways)) is not None]
    return max(fitted, key=lambda match: match.likeness, default=None)


def _shrunk(rgb: oklab.Bytes, lines: int) -> oklab.Bytes:
    cv2 = opencv()
    size = (max(1, round(rgb.shape[1] * lines / rgb.shape[0])), lines)
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _grey(rgb: oklab.Bytes) -> oklab.Floats:
    return np.asarray(opencv().cvtColor(rgb, opencv().COLOR_RGB2GRAY), dtype=np.float32)


def _places(frame: oklab.Bytes, figures: Sequence[Figure], framing: str) -> Iterator[_Place]:
    cv2 = opencv()
    # A head that begins low leaves less room than the searched part of its figure is tall.
    light = cv2.copyMakeBorder(_grey(frame), 0, _BELOW, 0, 0, cv2.BORDER_REPLICATE)
    for figure in figures:
        for one in figure.templates(framing):
            found = _correlated(light, one.light, one.mask)
            if found is not None:
                value, left, top = found
                yield _Place(figure=figure, tall=one.tall, mirrored=one.mirrored, correlation=value, left=left, top=top)


def _correlated(light: oklab.Floats, part: oklab.Floats, mask: oklab.Floats) -> tuple[float, int, int] | None:
    """Return the best correlation of a part of a figure anywhere in a picture, and where; None where it cannot be."""
    if part.shape[0] > light.shape[0] or part.shape[1] > light.shape[1] or mask.sum() < 40:
        return None
    cv2 = opencv()
    found = cv2.matchTemplate(light, part, cv2.TM_CCOEFF_NORMED, mask=mask)
    found[~np.isfinite(found) | (found > 1.01)] = -1.0  # where the picture is flat, correlation means nothing
    _, value, _, (left, top) = cv2.minMaxLoc(found)
    return float(value), int(left), int(top)


def _fitted(frame: oklab.Bytes, place: _Place, ways: Sequence[float]) -> Match | None:
    """Try sizes and places around a place that was found."""
    grown, best = _FINE / _ROWS, None
    for factor in (0.955, 0.97, 0.985, 1.0, 1.015, 1.03, 1.045):
        part, mask = place.figure.at(place.tall * factor, _FINE, mirrored=place.mirrored)
        left, top = max(0, round(place.left * grown) - 6), max(0, round(place.top * grown) - 6)
        room = frame.shape[0] - top - _SLACK
        part, mask = np.ascontiguousarray(part[:room]), np.ascontiguousarray(mask[:room])
        window = np.ascontiguousarray(frame[top : top + part.shape[0] + 12, left : left + part.shape[1] + 12])
        found = _correlated(_grey(window), _grey(part), mask.astype(np.float32))
        if found is None or (best is not None and found[0] <= best[0]):
            continue
        best = (found[0], part, mask, left + found[1], top + found[2])
    if best is None:
        return None
    _, part, mask, left, top = best
    shown, inner = frame[top : top + part.shape[0], left : left + part.shape[1]], _without_edges(mask)
    return Match(
        likeness=_explained(shown[inner], part[inner]),
        straight=ways[0],
        turned=ways[1],
        mirrored=place.mirrored,
        place=(left / frame.shape[1], top / frame.shape[0]),
        stencil=mask,
    )


def _without_edges(mask: oklab.Bytes) -> Mask:
    """Return a mask without its outermost pixels, where figure and background mix, unless little would be left."""
    inner = opencv().erode(mask, np.ones((3, 3), np.uint8))
    return np.asarray(inner > 0 if inner.sum() > 0.4 * mask.sum() else mask > 0, dtype=np.bool_)


def _explained(shown: oklab.Bytes, reference: oklab.Bytes) -> float:
    """Return the share of variance of pixels, shape (pixels, 3), that a reference's pixels explain, channel-wise."""
    there, here = (values.astype(np.float64) - values.mean(axis=0) for values in (shown, reference))
    gain = np.clip((here * there).sum(axis=0) / np.maximum((here**2).sum(axis=0), 1e-6), *_GAIN)
    total = float((there**2).sum())
    return 1 - float(((there - gain * here) ** 2).sum()) / total if total > 1e-6 else 0.0
