"""A bed of music under the clips: as loud as asked relative to them, as long as the film, and out of speech's way."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np

from charkit.errors import UnreadableMedia
from charkit.media.sound import RATE
from charkit.media.sounding.loudness import measure
from charkit.media.sounding.mixing import mixed
from charkit.media.sounding.pieces import SoundPiece

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from charkit.media.sound import Sound

__all__ = ["ATTACK", "HOLD", "RELEASE", "Bed", "Key", "laid_under"]

ATTACK: Final = 0.2
"""Seconds that the music takes to make room; it begins so much earlier, so that the first syllable is clear."""

HOLD: Final = 0.3
"""Seconds it stays down after speech: pauses between words do not make it pump."""

RELEASE: Final = 0.8
"""Seconds it takes to come back. All three as documentary mixers set them; nothing in them is a standard's."""

_HOP: Final = RATE // 100
_UNDER: Final = 10.0  # LU under the clips' own loudness: what is softer is background, as for the gate of BS.1770-4
_KNEE: Final = 6.0  # dB over which ducking sets in
_SEAM: Final = 1.0  # seconds over which a loop goes over into itself


@dataclass(frozen=True, kw_only=True)
class Bed:
    """Music under a whole film."""

    path: Path
    gain: float = -12.0
    """In LU, relative to the loudness of the clips; where none of them sounds, relative to its own."""
    duck: float = 9.0
    """By how many dB it makes room while the clips speak."""
    fade_in: float = 1.0
    """Seconds."""
    fade_out: float = 2.0
    """Seconds."""
    loop: bool = True
    """Whether it begins again, with a crossfade, where it is shorter than the film; else it fades at its own end."""


@dataclass(kw_only=True)
class Key:
    """How loud the clips are in each hundredth of a second: what ducking listens to."""

    _powers: list[NDArray[np.float64]] = field(default_factory=list)
    _rest: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    def watched(self, blocks: Iterable[Sound]) -> Iterator[Sound]:
        """Pass blocks on, and listen."""
        for block in blocks:
            power = np.concatenate([self._rest, np.square(block, dtype=np.float64).sum(axis=0)])
            whole = power.size // _HOP * _HOP
            self._powers.append(power[:whole].reshape(-1, _HOP).mean(axis=1))
            self._rest = power[whole:]
            yield block

    def reduction(self, loudness: float, depth: float) -> NDArray[np.float32]:
        """Return by how many dB music goes down in each hundredth of a second.

        Args:
            loudness: Of the clips, in LUFS; what is 10 LU softer or more is not spoken over.
            depth: How far at most, in dB.
        """
        power = np.concatenate([*self._powers, self._rest.mean(keepdims=True) if self._rest.size else np.zeros(0)])
        if not power.size or not math.isfinite(loudness):
            return np.zeros(max(1, power.size), np.float32)
        smooth = np.convolve(np.pad(power, 2, mode="edge"), np.full(5, 0.2), mode="valid")  # 50 ms: a syllable's core
        level = 10 * np.log10(np.maximum(smooth, 1e-12))
        wanted = depth * np.clip((level - (loudness - _UNDER)) / _KNEE, 0, 1)
        return _slewed(_held(wanted, round(HOLD * 100)), depth).astype(np.float32)


def _held(wanted: NDArray[np.float64], hops: int) -> NDArray[np.float64]:
    padded = np.concatenate([np.zeros(hops), wanted])
    held: NDArray[np.float64] = np.lib.stride_tricks.sliding_window_view(padded, hops + 1).max(axis=1)
    return held


def _slewed(wanted: NDArray[np.float64], depth: float) -> NDArray[np.float64]:
    """Limit how fast it falls (release) and, looking ahead, how fast it rises (attack): straight lines in dB."""
    place = np.arange(wanted.size)
    slope = depth / (RELEASE * 100) * place
    falling = np.maximum.accumulate(wanted + slope) - slope
    slope = depth / (ATTACK * 100) * place
    rising: NDArray[np.float64] = np.maximum.accumulate((falling + slope[::-1])[::-1]) - slope
    return rising[::-1]


def laid_under(
    clips: Iterable[Sound], bed: Bed, *, length: int, loudness: float, reduction: NDArray[np.float32]
) -> Iterator[Sound]:
    """Yield the clips' sound with music under it.

    Args:
        clips: Their sound, block by block.
        bed: The music.
        length: Samples in all.
        loudness: Of the clips, in LUFS; minus infinity if they are silent.
        reduction: By how many dB the music goes down, in hundredths of a second.

    Raises:
        UnreadableMedia: The music cannot be decoded, or there is nothing in it.
    """
    read = measure(bed.path, seconds=length / RATE, true_peak=False)
    if not math.isfinite(read.integrated):
        raise UnreadableMedia("there is nothing to hear in the music", path=bed.path)
    gain = bed.gain + ((loudness - read.integrated) if math.isfinite(loudness) else 0.0)
    pieces = _pieces(bed, round(read.seconds * RATE), length, gain)
    at = 0
    for block, music in zip(clips, mixed(pieces, length), strict=True):
        moments = np.arange(at, at + block.shape[1]) / _HOP - 0.5  # a hop's value stands in its middle
        down = np.interp(moments, np.arange(reduction.size), reduction)
        yield block + music * (10 ** (-down / 20)).astype(np.float32)
        at += block.shape[1]


def _pieces(bed: Bed, has: int, length: int, gain: float) -> list[SoundPiece]:
    """Lay the music once, or as often as it takes."""
    seam = min(round(_SEAM * RATE), has // 3)
    stride = has - seam
    starts = [0] if has >= length or not bed.loop else list(range(0, max(1, length - seam), stride))
    pieces = []
    for number, at in enumerate(starts):
        lasts = min(has, length - at)
        final = number == len(starts) - 1
        rise = round(bed.fade_in * RATE) if number == 0 else seam
        fall = round(bed.fade_out * RATE) if final else seam
        fall = min(fall, lasts)
        pieces.append(
            SoundPiece(
                path=bed.path,
                start=Fraction(0),
                at=at,
                length=lasts,
                rise=min(rise, lasts - fall),
                fall=fall,
                gain=gain,
            )
        )
    return pieces
