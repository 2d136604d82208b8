"""The clips' own sound packets, one clip after the other: the fast way, where all were encoded alike.

Nothing is decoded, so nothing can be faded, levelled or mixed. Packets hold 1,024 samples each and cannot be cut: the
packet nearest to each picture's beginning comes first, so that sound is off by half a packet at most (11 ms at 48 kHz)
and the error does not grow. At each join one packet (21 ms) is decoded with its neighbour of another clip, which can
click; `charkit.media.joins` says whether it does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from av.error import FFmpegError
from av.stream import Discard

from charkit.errors import UnreadableMedia, UsageError
from charkit.media.opening import open_stored
from charkit.media.sounding.encoding import AAC_FRAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.packet import Packet

    from charkit.media.picture import Layout
    from charkit.media.probe import ClipFacts
    from charkit.media.spliced import Splice

__all__ = ["Copied", "check_copyable"]


def check_copyable(parts: Sequence[Splice], clips: Sequence[ClipFacts]) -> None:
    """Say what keeps sound from being copied.

    Raises:
        UsageError: a clip has no sound or other sound than the first, or something is to be done to it.
    """
    kinds = [_kind(facts) for facts in clips]
    for part, facts, kind in zip(parts, clips, kinds, strict=True):
        why = _fault(part, facts)
        if why is None and kind != kinds[0]:
            why = f"it has other sound than {parts[0].called}"
        if why is not None:
            raise UsageError(f"sound cannot be copied: {part.called}: {why} ({part.path}); have it encoded instead")


def _fault(part: Splice, facts: ClipFacts) -> str | None:
    if facts.audio_codec != "aac":
        return "it has no sound" if facts.audio_codec is None else f"its sound is {facts.audio_codec}, not AAC"
    if part.crossing is not None:
        return f"it goes over into the next clip by a {part.crossing.kind}"
    if part.sound_lead or part.sound_lag:
        return "its sound leads or lags"
    return "its sound shall be made louder or softer" if part.gain else None


def _kind(facts: ClipFacts) -> tuple[object, ...]:
    return facts.audio_codec, facts.audio_rate, facts.audio_channels


@dataclass(kw_only=True)
class Copied:
    """A sound track of packets as they came."""

    layout: Layout
    clips: Sequence[ClipFacts]
    late: float = field(default=0.0, init=False)
    """By how many seconds sound stands off its picture at most."""

    def open(self, film: OutputContainer) -> None:
        """Add its stream, like the first clip's."""
        self._film, self._left = film, self._packets()
        with open_stored(self.clips[0].path) as container:
            template = container.streams.audio[0]
            self._rate, self._header = template.sample_rate, template.codec_context.extradata
            self._stream = film.add_stream_from_template(template)
        self._tick = Fraction(1, self._rate)
        self._stream.time_base = self._tick
        self._next = next(self._left, None)

    def write(self, until: Fraction) -> None:
        """Write all packets that begin before a time."""
        end = until * self._rate
        while self._next is not None and (self._next.pts or 0) < end:
            self._next.stream = self._stream
            self._film.mux_one(self._next)
            self._next = next(self._left, None)

    def _packets(self) -> Iterator[Packet[AudioStream]]:
        at = -AAC_FRAME  # the first packet of an encoder primes the decoder and is not heard
        fps = self.layout.shape.fps
        for placed, facts in zip(self.layout.pieces, self.clips, strict=True):
            begins = placed.start / fps
            shift = round((begins - Fraction(facts.start) - placed.piece.first / fps) * self._rate)
            end = round((begins + placed.piece.frames / fps) * self._rate)
            for packet, heard in self._sound_of(placed.piece.name, facts):
                place = shift + heard
                if place < at - AAC_FRAME // 2 or at >= end - AAC_FRAME // 2:
                    continue
                if place > at + AAC_FRAME:
                    raise UnreadableMedia("its sound has a hole, and cannot be copied", path=facts.path)
                self.late = max(self.late, abs(place - at) / self._rate)
                packet.pts = packet.dts = at
                packet.duration, packet.time_base = AAC_FRAME, self._tick
                at += AAC_FRAME
                yield packet
            if end - at > AAC_FRAME:
                raise UsageError(
                    f"sound cannot be copied: {placed.piece.name}: it ends {float((end - at) / self._rate):.3f} s "
                    f"before its picture ({facts.path}); have it encoded instead"
                )

    def _sound_of(self, name: str, facts: ClipFacts) -> Iterator[tuple[Packet[AudioStream], int]]:
        """Yield a clip's packets, each with the sample of the clip at which it begins."""
        try:
            with open_stored(facts.path) as container:
                stream = container.streams.audio[0]
                if stream.codec_context.extradata != self._header:
                    raise UsageError(
                        f"sound cannot be copied: {name}: its AAC is set up in another way than the first clip's "
                        f"({facts.path}); have it encoded instead"
                    )
                for other in container.streams.video:
                    other.discard = Discard.all  # not even read
                tick = Fraction(stream.time_base or self._tick) * self._rate
                for packet in container.demux(stream):
                    if packet.size:
                        yield packet, (packet.pts or 0) * tick.numerator // tick.denominator
        except (FFmpegError, OSError) as error:
            raise UnreadableMedia(f"its sound cannot be read: {error.strerror or error}", path=facts.path) from None
