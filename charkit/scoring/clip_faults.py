"""What is plainly wrong with a clip's pictures: black, frozen, corrupted, letterboxed, cut in the middle.

Each detector says where, and nothing where it finds nothing. No weights; measured on frames of 240 lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from charkit.media.frames import one_by_one
from charkit.scoring.subject import opencv

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from charkit.media.frames import Frame
    from charkit.media.probe import ClipFacts
    from charkit.scoring import oklab

__all__ = ["Fault", "black", "corrupted", "cuts", "frozen", "letterboxed", "mid_to_low"]

CORRUPTED: Final = 2.5
"""Energy of middle frequencies over that of low ones from which a frame counts as noise, not as a picture. Forty frames
of five generated clips measured 0.02 to 1.06, white noise 24; a peer reports 3.8 and more for corrupted clips."""

_BLACK: Final = 20
"""8-bit luma under which 99 % of a black frame lies."""
_STILL: Final = 0.5
"""Mean difference of 8-bit values up to which two frames are the same; coding noise of a moving shot is larger."""
_BAR: Final = 0.02
"""Share of height or width from which a black edge is a bar."""
_DARK_BAR: Final = 24.0
_SUSPECT: Final = 0.60
"""Likeness of colour histograms of two samples under which the frames between them are looked at one by one."""
_ALIKE: Final = 0.92
"""Likeness under which they are if their luma does not go together either."""
_UNLIKE: Final = 0.25
"""Correlation of luma under which it does not."""
_SAME_VIEW: Final = 0.95
"""Correlation of luma before and after a step from which it is the same view in other light: lightning, a lamp."""
_AROUND: Final = 6
"""Frames before and after a step that tell what is usual, and whether what it brought stays."""
_STEP: Final = 14.0
"""Mean difference of 8-bit luma from one frame to the next that a cut makes at least."""
_TIMES: Final = 4.0
"""How many times the usual step of its surroundings a cut's step is at least; pans and flashes go step by step."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong."""

    name: str
    says: str
    frame: Frame | None = None
    """The frame that shows it; None where it is about the whole clip."""


def _luma(rgb: oklab.Bytes) -> oklab.Bytes:
    return np.asarray(opencv().cvtColor(rgb, opencv().COLOR_RGB2GRAY), dtype=np.uint8)


def black(frames: Sequence[Frame]) -> list[Fault]:
    """Find frames that are black."""
    dark = [frame for frame in frames if float(np.percentile(_luma(frame.rgb)[::2, ::2], 99)) < _BLACK]
    if not dark:
        return []
    return [Fault(name="black", says=f"{len(dark)} of {len(frames)} sampled frames are black", frame=dark[0])]


def frozen(frames: Sequence[Frame]) -> list[Fault]:
    """Find out whether the picture stands still for half of the clip or more."""
    still = [
        later
        for one, later in pairwise(frames)
        if one.rgb.shape == later.rgb.shape
        and float(np.abs(one.rgb[::2, ::2].astype(np.int16) - later.rgb[::2, ::2]).mean()) < _STILL
    ]
    if not still or 2 * len(still) < len(frames) - 1:
        return []
    says = f"{len(still)} of {len(frames) - 1} steps between sampled frames show the same picture"
    return [Fault(name="frozen", says=says, frame=still[0])]


def mid_to_low(rgb: oklab.Bytes) -> float:
    """Return the energy of middle spatial frequencies (0.1 to 0.5 of the highest) over that of low ones (below 0.1).

    White noise gives 24; a picture whose energy falls with the square of frequency about 0.5; no contrast at all, 0.
    """
    light = _luma(rgb)[::2, ::2].astype(np.float32)
    light -= light.mean()
    height, width = light.shape
    light *= np.hanning(height)[:, None].astype(np.float32) * np.hanning(width)[None, :].astype(np.float32)
    energy = np.abs(np.fft.rfft2(light)) ** 2
    radius = 2 * np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])
    low, middle = float(energy[radius < 0.1].sum()), float(energy[(radius >= 0.1) & (radius < 0.5)].sum())
    return middle / low if low > 1.0 else 0.0


def corrupted(frames: Sequence[Frame]) -> list[Fault]:
    """Find frames that are noise."""
    ratios = [(mid_to_low(frame.rgb), frame) for frame in frames]
    worst, frame = max(ratios, key=lambda pair: pair[0])
    if worst < CORRUPTED:
        return []
    return [Fault(name="corrupted", says=f"noise instead of a picture (middle to low energy {worst:.1f})", frame=frame)]


def letterboxed(frames: Sequence[Frame]) -> list[Fault]:
    """Find black bars on two opposite edges that stand through all frames that are not black."""
    lit = [frame for frame in frames if float(np.percentile(_luma(frame.rgb)[::2, ::2], 99)) >= _BLACK]
    if not lit or len({frame.rgb.shape for frame in lit}) > 1:
        return []
    brightest = np.max([_luma(frame.rgb) for frame in lit], axis=0)
    for axis, words in ((1, "above and below"), (0, "left and right")):
        dark = np.percentile(brightest, 95, axis=axis) < _DARK_BAR
        if dark.all():
            continue
        before, after = int(np.argmin(dark)), int(np.argmin(dark[::-1]))
        if min(before, after) >= max(2, _BAR * len(dark)):
            share = 100 * (before + after) / len(dark)
            return [Fault(name="letterboxed", says=f"black bars {words}, {share:.0f} % of the picture", frame=lit[0])]
    return []


def cuts(frames: Sequence[Frame], facts: ClipFacts) -> list[Fault]:
    """Find hard cuts: where two samples look unlike, the frames between them are read one by one, in one pass."""
    suspect: set[int] = set()
    for one, later in pairwise(frames):
        if _unlike(one.rgb, later.rgb):
            suspect.update(range(one.index - _AROUND, later.index + _AROUND + 1))
    read = [(frame, _small(frame.rgb)) for frame in one_by_one(facts, sorted(suspect), height=72)]
    found = [frame for run in _runs(read) for frame in _cuts_within(run)]
    return [Fault(name="cut", says=f"another shot begins at {frame.time:.2f} s", frame=frame) for frame in found]


def _unlike(one: oklab.Bytes, other: oklab.Bytes) -> bool:
    colours = _same_colours(one, other)
    return colours < _SUSPECT or (colours < _ALIKE and _correlated(_small(one), _small(other)) < _UNLIKE)


def _same_colours(one: oklab.Bytes, other: oklab.Bytes) -> float:
    pair = [opencv().calcHist([rgb[::2, ::2]], [0, 1, 2], None, [8] * 3, [0, 256] * 3).ravel() for rgb in (one, other)]
    return float(np.sqrt((pair[0] / pair[0].sum()) * (pair[1] / pair[1].sum())).sum())


def _small(rgb: oklab.Bytes) -> oklab.Floats:
    size = (32, 18)
    return np.asarray(opencv().resize(_luma(rgb), size, interpolation=opencv().INTER_AREA), dtype=np.float32)


def _correlated(one: oklab.Floats, other: oklab.Floats) -> float:
    left, right = one.ravel(), other.ravel()
    left, right = left - left.mean(), right - right.mean()
    size = float(np.linalg.norm(left) * np.linalg.norm(right))
    return float(left @ right) / size if size > 1.0 else 1.0


def _runs(read: Sequence[tuple[Frame, oklab.Floats]]) -> Iterator[list[tuple[Frame, oklab.Floats]]]:
    """Give stretches of frames that follow each other without a gap."""
    run: list[tuple[Frame, oklab.Floats]] = []
    for one in read:
        if run and one[0].index != run[-1][0].index + 1:
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _cuts_within(run: Sequence[tuple[Frame, oklab.Floats]]) -> Iterator[Frame]:
    """Give the first frame of each other shot: where one step stands out, and what it brought stays."""
    small = [picture for _, picture in run]
    steps = [float(np.abs(b - a).mean()) for a, b in pairwise(small)]
    for at, step in enumerate(steps):
        around = steps[max(0, at - _AROUND) : at] + steps[at + 1 : at + 1 + _AROUND]
        usual = max(1.0, float(np.median(around))) if around else 1.0
        if step < _STEP or step < _TIMES * usual or step < max(around, default=0.0):
            continue
        before, after = small[max(0, at - 2)], small[at + 1 : at + 1 + _AROUND]
        stays = float(np.abs(after[-1] - before).mean()) >= max(_STEP, step / 2)
        if stays and not any(_correlated(small[at], picture) >= _SAME_VIEW for picture in after):
            yield run[at + 1][0]
