"""Sound as AAC packets, made while the picture is worked on, and kept on disk until both are written together."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Protocol

import av
import numpy as np

from charkit.media.sound import RATE, Sound, appended, frame, silence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.packet import Packet

__all__ = ["AAC_FRAME", "Encoded", "SoundLane", "encoded", "has_loud_line"]

AAC_FRAME: Final = 1024
"""Samples of an AAC frame."""

# FFmpeg's own AAC encoder, measured on real clips of Veo and Sora, pink noise, synthetic speech and soft tones: `fast`
# at a constant quality needs a third of the time of the thorough search (`twoloop`) at 192 kbit/s, and its error is up
# to 15 dB smaller. It takes 80 kbit/s for speech and 320 for noise. Noise substitution, intensity stereo and temporal
# noise shaping save bits that may be spent.
_PLAIN: Final = {"aac_pns": "0", "aac_is": "0", "aac_tns": "0"}
_FAST: Final = {**_PLAIN, "aac_coder": "fast", "flags": "+qscale", "global_quality": "360"}
_THOROUGH: Final = {**_PLAIN, "aac_coder": "twoloop"}
_BIT_RATE: Final = 256_000  # of the thorough coder, in bits a second; the fast one goes by quality

# But a pure tone with an amplitude from 0.45 on overflows the quantiser of `fast`: signal to noise falls from 80 dB to
# 10, at all of nine pitches from 60 to 8,000 Hz. A Hann window shows a line that stands between two bins 1.4 dB low.
_LOUD_LINE: Final = 0.36
_TICK: Final = Fraction(1, RATE)
_SPAN: Final = 2 * AAC_FRAME  # what the encoder transforms at once


class SoundLane(Protocol):
    """A sound track that can be written into a film."""

    def open(self, film: OutputContainer) -> None:
        """Add its stream, before the film's head is written."""

    def write(self, until: Fraction) -> None:
        """Write all that begins before a time of the film, in seconds, and has not been written."""


@dataclass(kw_only=True)
class Encoded:
    """Packets in a file, and what a container wants to know of each."""

    path: Path
    sizes: list[tuple[int, int, int]]
    """For each packet: its bytes, its first sample, its samples."""

    def open(self, film: OutputContainer) -> None:
        """Add its stream."""
        self._film, self._left = film, self._packets()
        self._stream: AudioStream = film.add_stream("aac", rate=RATE, layout="stereo", options=dict(_FAST))
        self._next = next(self._left, None)

    def write(self, until: Fraction) -> None:
        """Write all packets that begin before a time."""
        end = until * RATE
        while self._next is not None and (self._next.pts or 0) < end:
            self._next.stream = self._stream
            self._film.mux_one(self._next)
            self._next = next(self._left, None)

    def _packets(self) -> Iterator[Packet[AudioStream]]:
        with self.path.open("rb") as file:
            for size, at, lasts in self.sizes:
                packet: Packet[AudioStream] = av.Packet(file.read(size))  # type: ignore[assignment]
                packet.pts = packet.dts = at
                packet.duration, packet.time_base = lasts, _TICK
                packet.is_keyframe = True
                yield packet


def has_loud_line(blocks: Iterable[Sound]) -> bool:
    """Say whether a sound holds, anywhere, a spectral line so loud that the fast coder would distort it."""
    hann = np.hanning(_SPAN).astype(np.float32)
    rest = silence(0)
    for block in blocks:
        whole = appended(rest, block)
        if whole.shape[1] >= _SPAN:
            spans = np.lib.stride_tricks.sliding_window_view(whole, _SPAN, axis=1)[:, ::AAC_FRAME].reshape(-1, _SPAN)
            # A sine wave has a power of half its squared amplitude: softer spans cannot hold one that is too loud.
            power = np.einsum("ij,ij->i", spans, spans) / _SPAN
            loud = spans[power > _LOUD_LINE**2 / 2]
            if loud.size and np.abs(np.fft.rfft(loud * hann)).max() * 4 / _SPAN > _LOUD_LINE:
                return True
            whole = whole[:, (whole.shape[1] // AAC_FRAME - 1) * AAC_FRAME :]
        rest = whole
    return False


def encoded(blocks: Iterable[Sound], path: Path, *, thorough: bool = True) -> Encoded:
    """Encode sound, and keep its packets in a file.

    Args:
        blocks: The sound.
        path: The file.
        thorough: Whether to take twice the time, as a sound with a loud line needs (`has_loud_line`).

    Raises:
        OSError: They cannot be written.
        av.error.FFmpegError: The encoder failed.
    """
    context = av.CodecContext.create("aac", "w")
    context.sample_rate, context.layout, context.format = RATE, "stereo", "fltp"
    context.options, context.time_base = dict(_THOROUGH if thorough else _FAST), Fraction(1, RATE)
    if thorough:
        context.bit_rate = _BIT_RATE
    sizes: list[tuple[int, int, int]] = []
    with path.open("wb") as file:
        for made in _frames(blocks):
            for packet in context.encode(made):
                file.write(bytes(packet))
                sizes.append((packet.size, packet.pts or 0, packet.duration or AAC_FRAME))
    return Encoded(path=path, sizes=sizes)


def _frames(blocks: Iterable[Sound]) -> Iterator[av.AudioFrame | None]:
    """Cut blocks into the encoder's frames, whatever their lengths; None at the end flushes it."""
    rest, at = silence(0), 0
    for block in blocks:
        waiting = appended(rest, block) if rest.shape[1] else block
        whole = waiting.shape[1] // AAC_FRAME * AAC_FRAME
        for begin in range(0, whole, AAC_FRAME):
            yield frame(waiting[:, begin : begin + AAC_FRAME], at)
            at += AAC_FRAME
        rest = waiting[:, whole:]
    if rest.shape[1]:
        yield frame(rest, at)
    yield None
