"""Sound as arrays: decoded, brought to one rate, laid to the length of its picture, faded and measured.

A sound is a float32 array of shape (2, n): stereo at `RATE`, full scale 1.0.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeAlias

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from charkit.errors import UnreadableMedia

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream

__all__ = ["RATE", "Sound", "appended", "decode", "faded", "frame", "peak", "rms", "samples_at", "silence", "step"]

RATE: Final = 48_000
"""Samples per second of everything that is joined: what video uses, and most services deliver."""

Sound: TypeAlias = NDArray[np.float32]
"""Stereo samples, shape (2, n), full scale 1.0."""

_GAP: Final = Fraction(20, 1000)
"""Timestamps that jump by more than this many seconds mean a hole; less is rounding."""


def samples_at(seconds: Fraction) -> int:
    """Return the sample that stands at an exact time."""
    return round(seconds * RATE)


def silence(length: int) -> Sound:
    """Return so many samples of nothing."""
    return np.zeros((2, length), np.float32)


def decode(path: Path, *, start: Fraction = Fraction(0), length: int | None = None) -> Sound:
    """Return a clip's sound on its own clock, so that sample 0 belongs to the time `start`.

    Mono goes to both sides at full level; more than two channels are mixed down by FFmpeg's defaults. Holes in the
    timestamps become silence. A clip without a sound track is silence of the given length, or nothing.

    Args:
        path: The clip.
        start: Time in seconds that becomes sample 0, as a rule that of the first picture.
        length: Cut or fill up with silence to exactly so many samples; all there is otherwise.

    Raises:
        UnreadableMedia: The sound cannot be decoded.
    """
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            stream = next(iter(container.streams.audio), None)
            if stream is None:
                return silence(length or 0)
            return _laid(_pieces(stream), start, length)
    except FFmpegError as error:
        raise UnreadableMedia(f"its sound cannot be decoded: {error.strerror or error}", path=path) from None


def _pieces(stream: AudioStream) -> Iterator[tuple[Fraction, Sound]]:
    """Yield runs of sound that hang together, each with the time at which it begins."""
    mono = stream.channels == 1
    resampler: av.AudioResampler | None = None
    expected: Fraction | None = None
    begins, run = Fraction(0), list[Sound]()
    for frame in stream.container.decode(stream):  # type: ignore[attr-defined]
        time = Fraction(frame.pts) * frame.time_base if frame.pts is not None else (expected or Fraction(0))
        if resampler is None or (expected is not None and abs(time - expected) > _GAP):
            if resampler is not None:
                yield begins, _joined(run + _resampled(resampler, None, mono))
            resampler = av.AudioResampler(format="fltp", layout="mono" if mono else "stereo", rate=RATE)
            begins, run = time, []
        expected = time + Fraction(frame.samples, frame.sample_rate)
        frame.pts = None  # the resampler counts by itself; the run's beginning is kept here
        run += _resampled(resampler, frame, mono)
    if resampler is not None:
        yield begins, _joined(run + _resampled(resampler, None, mono))


def _resampled(resampler: av.AudioResampler, frame: AudioFrame | None, mono: bool) -> list[Sound]:
    out = [np.asarray(done.to_ndarray(), np.float32) for done in resampler.resample(frame)]
    return [np.repeat(one, 2, axis=0) for one in out] if mono else out


def _joined(run: list[Sound]) -> Sound:
    return np.concatenate(run, axis=1) if run else silence(0)


def _laid(pieces: Iterator[tuple[Fraction, Sound]], start: Fraction, length: int | None) -> Sound:
    placed = [(samples_at(time - start), sound) for time, sound in pieces]
    end = max((at + sound.shape[1] for at, sound in placed), default=0)
    whole = silence(max(0, end) if length is None else length)
    for at, sound in placed:
        skip = max(0, -at)
        part = sound[:, skip : skip + max(0, whole.shape[1] - max(0, at))]
        whole[:, max(0, at) : max(0, at) + part.shape[1]] = part
    return whole


def faded(sound: Sound, *, head: int = 0, tail: int = 0) -> Sound:
    """Return a copy that rises over its first samples and falls over its last, in equal power (sine and cosine).

    Args:
        sound: The sound.
        head: Samples of rise, at most half the sound.
        tail: Samples of fall, at most half the sound.
    """
    out = sound.copy()
    head, tail = min(head, out.shape[1] // 2), min(tail, out.shape[1] // 2)
    if head:
        out[:, :head] *= _rise(head)
    if tail:
        out[:, -tail:] *= _rise(tail)[::-1]
    return out


def _rise(length: int) -> NDArray[np.float32]:
    # From exactly 0, so that the cut itself is silent.
    return np.sin(np.arange(length, dtype=np.float32) / length * np.float32(np.pi / 2))


def peak(sound: Sound) -> float:
    """Return the largest sample, as a share of full scale."""
    return float(np.abs(sound).max(initial=0.0))


def rms(sound: Sound) -> float:
    """Return the root mean square over both sides, as a share of full scale."""
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))) if sound.size else 0.0


def step(before: Sound, after: Sound) -> float:
    """Return the jump from the last sample of one sound to the first of the next, as a share of full scale."""
    if not before.shape[1] or not after.shape[1]:
        return 0.0
    return float(np.abs(after[:, 0] - before[:, -1]).max())


def appended(first: Sound, second: Sound) -> Sound:
    """Return two sounds one after the other."""
    return np.concatenate([first, second], axis=1)


def frame(block: Sound, at: int) -> AudioFrame:
    """Return samples as a frame for an encoder, beginning at sample `at`."""
    made = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout="stereo")
    made.sample_rate, made.pts, made.time_base = RATE, at, Fraction(1, RATE)
    return made
