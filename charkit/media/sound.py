"""Sound as arrays: decoded, brought to one rate, laid to the length of its picture, faded and measured.

A sound is a float32 array of shape (2, n): stereo at `RATE`, full scale 1.0.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeAlias

import av
import numpy as np
from av.error import FFmpegError
from av.stream import Discard
from numpy.typing import NDArray

from charkit.errors import UnreadableMedia
from charkit.media.opening import open_stored

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence
    from pathlib import Path

    from av.audio.frame import AudioFrame

__all__ = [
    "RATE",
    "Sound",
    "Source",
    "appended",
    "decode",
    "faded",
    "frame",
    "peak",
    "rms",
    "samples_at",
    "silence",
    "step",
]

RATE: Final = 48_000
"""Samples per second of everything that is joined: what video uses, and most services deliver."""

Sound: TypeAlias = NDArray[np.float32]
"""Stereo samples, shape (2, n), full scale 1.0."""

_GAP: Final = 0.008
"""Timestamps that part from their samples by more than this many seconds mean a hole; less is rounding. Sound can be
off by no more, and a person notices from about 20 ms (ITU-R BT.1359)."""

_RUN_UP: Final = Fraction(1)
"""How many seconds before the wanted time decoding begins in a long file: codecs need one frame or two."""


def samples_at(seconds: Fraction) -> int:
    """Return the sample that stands at an exact time."""
    return round(seconds * RATE)


def silence(length: int) -> Sound:
    """Return so many samples of nothing."""
    return np.zeros((2, length), np.float32)


class Source:
    """The sound of one file on its own clock, read from front to back, a part at a time.

    Sample 0 belongs to a chosen time. Mono goes to both sides at full level; more than two channels are mixed down by
    FFmpeg's coefficients (ITU-R BS.775). What an edit list or an encoder's priming hides is not heard. Holes in the
    timestamps become silence, and sound whose timestamps leave its samples behind is set right where that shows, so
    that it cannot drift. Before its beginning, after its end, and without a sound track there is silence.
    """

    def __init__(self, path: Path, *, start: Fraction = Fraction(0)) -> None:
        """Say which file, and which of its times in seconds becomes sample 0; it is opened at the first reading."""
        self.path = path
        self.ended = False
        """Whether all there is has been read; what follows is silence."""
        self._at = 0
        self._chunks = _chunks(path, start)
        self._waiting: tuple[int, Sound] | None = None

    def read(self, length: int) -> Sound:
        """Return the next samples, silence where there are none.

        Raises:
            UnreadableMedia: The sound cannot be decoded.
        """
        return self.part(length)[0]

    def part(self, length: int) -> tuple[Sound, int]:
        """Return the next samples, and how many of them, from the first, reach to the end of what the file holds there.

        Raises:
            UnreadableMedia: The sound cannot be decoded.
        """
        out, begin, end = silence(length), self._at, self._at + length
        while (chunk := self._next()) is not None:
            at, sound = chunk
            if at >= end:
                break
            sound, at = sound[:, max(0, self._at - at) :], max(self._at, at)
            part = sound[:, : end - at]
            out[:, at - end + length : at - end + length + part.shape[1]] = part
            self._at = at + part.shape[1]
            self._waiting = (self._at, sound[:, part.shape[1] :]) if part.shape[1] < sound.shape[1] else None
        held, self._at = self._at - begin, end
        return out, held

    def _next(self) -> tuple[int, Sound] | None:
        if self._waiting is None:
            self._waiting = next(self._chunks, None)
            self.ended = self._waiting is None
        return self._waiting

    def close(self) -> None:
        """Let go of the file."""
        self._chunks.close()


def decode(path: Path, *, start: Fraction = Fraction(0), length: int | None = None) -> Sound:
    """Return a file's sound as a whole, as `Source` reads it.

    Args:
        path: The clip.
        start: Time in seconds that becomes sample 0, as a rule that of the first picture.
        length: Cut or fill up with silence to exactly so many samples; all there is otherwise.

    Raises:
        UnreadableMedia: The sound cannot be decoded.
    """
    if length is not None:
        source = Source(path, start=start)
        try:
            return source.read(length)
        finally:
            source.close()
    placed = [(at, sound) for at, sound in _chunks(path, start) if at + sound.shape[1] > 0]
    whole = silence(max((at + sound.shape[1] for at, sound in placed), default=0))
    for at, sound in placed:
        whole[:, max(0, at) : at + sound.shape[1]] = sound[:, max(0, -at) :]
    return whole


def _chunks(path: Path, start: Fraction) -> Generator[tuple[int, Sound], None, None]:
    """Yield what a file holds, piece by piece, each with the sample at which it begins."""
    try:
        with open_stored(path) as container:
            stream = next(iter(container.streams.audio), None)
            for picture in container.streams.video:
                picture.discard = Discard.all  # not even read
            if stream is not None:
                if start > 2 * _RUN_UP:
                    container.seek(int((start - _RUN_UP) / Fraction(stream.time_base or 1)), stream=stream)
                yield from _runs(container.decode(stream), start)
    except (FFmpegError, OSError) as error:
        raise UnreadableMedia(f"its sound cannot be decoded: {error.strerror or error}", path=path) from None


def _runs(frames: Iterable[AudioFrame], start: Fraction) -> Iterator[tuple[int, Sound]]:
    """Bring frames to one rate; within a run they are laid without a seam, however their timestamps are rounded."""
    run: _Run | None = None
    for frame in frames:
        if run is None or run.parts(frame):
            if run is not None:
                yield from run.add(None)
            run = _Run(run.ends if run and frame.pts is None else _begins(frame), start, frame)
        yield from run.add(frame)
    if run is not None:
        yield from run.add(None)


def _begins(frame: AudioFrame) -> Fraction:
    return Fraction(frame.pts or 0) * Fraction(frame.time_base or 1)


class _Run:
    """Sound that hangs together."""

    def __init__(self, time: Fraction, start: Fraction, frame: AudioFrame) -> None:
        self.rate = frame.sample_rate
        self._time, self._about, self._samples = time, float(time), 0
        self._at = samples_at(time - start)
        self._mono = frame.layout.nb_channels == 1
        self._as_it_is = (frame.format.name, frame.layout.name, frame.sample_rate) == ("fltp", "stereo", RATE)
        layout = "mono" if self._mono else "stereo"
        self._resampler = None if self._as_it_is else av.AudioResampler(format="fltp", layout=layout, rate=RATE)

    @property
    def ends(self) -> Fraction:
        """When what was added is over, in seconds."""
        return self._time + Fraction(self._samples, self.rate)

    def parts(self, frame: AudioFrame) -> bool:
        """Whether a frame does not go on from here."""
        # In floats, of which a day of sound leaves nanoseconds: fractions for each frame took a twentieth of the time.
        off = 0.0 if frame.time is None else frame.time - (self._about + self._samples / self.rate)
        return abs(off) > _GAP or frame.sample_rate != self.rate

    def add(self, frame: AudioFrame | None) -> Iterator[tuple[int, Sound]]:
        """Yield what another frame, or the end, brings forth."""
        if frame is not None:
            self._samples += frame.samples
        for done in self._resampled(frame):
            sound = np.asarray(done.to_ndarray(), np.float32)
            yield self._at, np.repeat(sound, 2, axis=0) if self._mono else sound
            self._at += sound.shape[1]

    def _resampled(self, frame: AudioFrame | None) -> Sequence[AudioFrame]:
        if self._resampler is None:
            return [frame] if frame is not None else []
        if frame is not None:
            frame.pts = None  # the resampler counts by itself; the run's beginning is kept here
        return self._resampler.resample(frame)


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
