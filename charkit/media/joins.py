"""Checks a finished film at its cuts: do timestamps go on, does the sound click, does the level jump?"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np
from av.error import FFmpegError

from charkit.errors import UnreadableMedia
from charkit.media import sound as audio
from charkit.media.opening import open_stored
from charkit.media.sounding import Meter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from charkit.media.sounding import Loudness

__all__ = ["JoinCheck", "check_joins"]

_NEAR: Final = audio.RATE // 100  # 10 ms each side: where a click would be
_AROUND: Final = audio.RATE // 5  # 200 ms each side: what the sound does by itself
_CLICK: Final = 2.5  # times the largest jump around; faded joins stay below 1, cuts through a loud tone reach 10
_AUDIBLE: Final = 0.02  # of full scale; a smaller jump is masked by any sound around


@dataclass(frozen=True, kw_only=True)
class JoinCheck:
    """What one cut of a film looks and sounds like."""

    time: float
    """When, in seconds."""
    frame_gap: float
    """Time between the frames before and after, as a multiple of the film's frame; 1 is right."""
    jump: float
    """The largest jump between neighbouring samples within 10 ms, as a share of full scale."""
    usual_jump: float
    """The largest jump in the 200 ms before and after, without those 10 ms."""
    level_before: float
    """RMS of the 200 ms before, as a share of full scale."""
    level_after: float
    """RMS of the 200 ms after."""
    level_jump: float | None = None
    """By how many LU the 0.4 s after it are louder than the 0.4 s before; None where either is nothing."""

    @property
    def clicks(self) -> bool:
        """Whether the cut can be heard as a click."""
        return self.jump > max(_AUDIBLE, _CLICK * self.usual_jump)

    @property
    def ok(self) -> bool:
        """Whether timestamps go on evenly and nothing clicks."""
        return abs(self.frame_gap - 1) < 0.02 and not self.clicks


def check_joins(film: Path, times: Sequence[float]) -> tuple[JoinCheck, ...]:
    """Decode a film's sound, read its video timestamps, and look at each cut.

    Args:
        film: The film.
        times: When the cuts are, in seconds.

    Raises:
        UnreadableMedia: The film cannot be read.
    """
    try:
        with open_stored(film) as container:
            stream = container.streams.video[0]
            shown = sorted((p.pts or 0) * Fraction(p.time_base) for p in container.demux(stream) if p.size)
    except (FFmpegError, OSError) as error:
        raise UnreadableMedia(f"cannot be read: {error.strerror or error}", path=film) from None
    stamps = np.array([float(time - shown[0]) for time in shown])
    windows, loudness = _listen(film, shown[0], [round(time * audio.RATE) for time in times])
    return tuple(_check(time, stamps, window, loudness.jump(time)) for time, window in zip(times, windows, strict=True))


def _listen(film: Path, start: Fraction, cuts: Sequence[int]) -> tuple[list[audio.Sound], Loudness]:
    """Return the sound around each cut, and how loud all of it is; the film is not held in memory."""
    source, meter = audio.Source(film, start=start), Meter(true_peak=False)
    windows = [[audio.silence(0)] for _ in cuts]
    at = 0
    while not source.ended:
        block, held = source.part(audio.RATE)
        block = block[:, :held] if source.ended else block
        meter.add(block)
        for cut, window in zip(cuts, windows, strict=True):
            window.append(block[:, max(0, cut - _AROUND - at) : max(0, cut + _AROUND - at)].copy())
        at += block.shape[1]
    source.close()
    return [np.concatenate(window, axis=1) for window in windows], meter.finish(film.name)


def _check(time: float, stamps: np.ndarray, sound: audio.Sound, level_jump: float | None) -> JoinCheck:
    after = min(len(stamps) - 1, max(1, int(np.searchsorted(stamps, time - 1e-4))))
    usual = float(np.median(np.diff(stamps))) if len(stamps) > 1 else 1.0
    middle = min(round(time * audio.RATE), _AROUND)
    jumps = np.abs(np.diff(sound, axis=1)).max(axis=0, initial=0.0)
    near = jumps[max(0, middle - _NEAR) : middle + _NEAR]
    around = np.concatenate([jumps[: max(0, middle - _NEAR)], jumps[middle + _NEAR :]])
    return JoinCheck(
        time=time,
        frame_gap=float(stamps[after] - stamps[after - 1]) / usual,
        jump=float(near.max(initial=0.0)),
        usual_jump=float(around.max(initial=0.0)),
        level_before=audio.rms(sound[:, :middle]),
        level_after=audio.rms(sound[:, middle:]),
        level_jump=level_jump,
    )
