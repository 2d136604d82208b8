"""Cuts a piece out of a clip: its packets copied where they stand by themselves, else encoded again.

A piece can be copied when it begins at a keyframe that a decoder can start from. Its end then falls where a whole group
of frames ends, so that no frame is kept without what it refers to: a copied piece may be a few frames shorter than
asked, never longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import av
from av.error import FFmpegError

from charkit.errors import EncodingFailed
from charkit.media.conform import PRESET, QUALITY
from charkit.media.opening import open_clip
from charkit.media.probe import probe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.audio.frame import AudioFrame
    from av.container import InputContainer, OutputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from charkit.media.probe import ClipFacts

__all__ = ["Trimmed", "trim"]

_COPIED_SOUND: Final = {"aac", "mp3"}
"""What an MP4 carries and every player reads."""

_SHORTFALL: Final = 0.25
"""Seconds that a copied piece may fall short of what was asked; a longer gap is encoded instead."""


@dataclass(frozen=True, kw_only=True)
class Trimmed:
    """A piece that was cut out of a clip."""

    facts: ClipFacts
    """The piece itself, as it was read back."""
    start: float
    """Where it began in the clip, in seconds."""
    why: str | None
    """Why it had to be encoded again; None if its packets were copied."""

    @property
    def copied(self) -> bool:
        """Whether its pictures are bit for bit those of the clip."""
        return self.why is None


def trim(facts: ClipFacts, out: Path, *, start: float, seconds: float, sound: bool = True) -> Trimmed:
    """Cut a piece out of a clip into an MP4.

    Args:
        facts: The clip.
        out: The file to write.
        start: Where the piece begins, in seconds of the clip as shown; brought to the nearest frame.
        seconds: How long it lasts at most.
        sound: Whether its sound goes along.

    Raises:
        EncodingFailed: The clip cannot be decoded there, or the piece would hold no frame.
        ValueError: It begins before the clip, or has no length.
    """
    if start < 0 or seconds <= 0:
        raise ValueError(f"a piece cannot begin at {start:g} s and last {seconds:g} s")
    first = round(start * facts.fps)
    count = min(facts.frames - first, int(seconds * facts.fps + Fraction(1, 1000)))
    if count < 1:
        raise EncodingFailed(f"has no frame from {start:g} s on; it lasts {facts.seconds:.2f} s", path=facts.path)
    piece = _Piece(facts=facts, first=first, count=count, sound=sound and facts.has_sound)
    why = piece.fault()
    try:
        if why is None:
            copied = piece.copy(out)
            if copied >= count - float(_SHORTFALL * facts.fps):
                return Trimmed(facts=probe(out), start=piece.begins, why=None)
            why = "whole groups of frames end too far from where the piece shall end"
        piece.encode(out)
    except FFmpegError as error:
        raise EncodingFailed(f"cannot be cut: {error.strerror or error}", path=facts.path) from None
    return Trimmed(facts=probe(out), start=piece.begins, why=why)


@dataclass(frozen=True, kw_only=True)
class _Piece:
    facts: ClipFacts
    first: int
    """The first frame, in the order shown."""
    count: int
    sound: bool

    @property
    def begins(self) -> float:
        return float(self.first / self.facts.fps)

    @property
    def ends(self) -> float:
        return float((self.first + self.count) / self.facts.fps)

    def fault(self) -> str | None:
        """Say what keeps its packets from being copied."""
        facts = self.facts
        if facts.codec not in {"h264", "hevc"}:
            return f"its codec is {facts.codec}, pieces are H.264 or H.265"
        if facts.hidden_frames or not facts.constant_rate:
            return "an edit list hides frames" if facts.hidden_frames else "its frame rate varies"
        if facts.rotation:
            return f"it is rotated by {facts.rotation} degrees, which not every service obeys"
        if self.first not in facts.keyframes:
            return f"there is no keyframe at {self.begins:.2f} s"
        return None

    # ------------------------------------------------------------------ copied

    def copy(self, out: Path) -> int:
        """Write the piece's own packets; returns how many frames that is."""
        with open_clip(self.facts.path) as source, av.open(str(out), "w", format="mp4") as target:
            picture = source.streams.video[0]
            packets = self._packets(source, picture)
            streams: list[tuple[Stream, list[Packet[Stream]]]] = [
                (target.add_stream_from_template(picture), list(packets))  # type: ignore[arg-type]
            ]
            lasts = len(packets) / float(self.facts.fps)
            if self.sound and self.facts.audio_codec in _COPIED_SOUND:
                streams.append((target.add_stream_from_template(source.streams.audio[0]), self._heard(source, lasts)))
            _mux(target, streams, self.begins + self.facts.start)
        return len(packets)

    def _packets(self, source: InputContainer, picture: VideoStream) -> list[Packet[VideoStream]]:
        tick = picture.time_base or Fraction(1, 90_000)
        begin = (self.facts.start + self.begins) / tick
        end = (self.facts.start + self.ends) / tick
        half = 1 / self.facts.fps / 2 / tick
        taken: list[Packet[VideoStream]] = []
        whole = last = 0
        for packet in source.demux(picture):
            if not packet.size or packet.pts is None or packet.pts < begin - half:
                continue
            if packet.pts >= end - half:
                break  # in stored order: what follows may refer to it
            taken.append(packet)
            last = max(last, packet.pts)
            if len(taken) == round((last * tick - self.facts.start) * self.facts.fps) - self.first + 1:
                whole = len(taken)  # no gap up to here
        return taken[:whole]

    def _heard(self, source: InputContainer, lasts: float) -> list[Packet[Stream]]:
        stream = source.streams.audio[0]
        begin, end = self.facts.start + self.begins, self.facts.start + self.begins + lasts
        source.seek(0)
        return [
            packet  # type: ignore[misc]
            for packet in source.demux(stream)
            if packet.size and packet.pts is not None and begin - 1e-3 <= float(packet.pts * packet.time_base) < end
        ]

    # ------------------------------------------------------------------ encoded

    def encode(self, out: Path) -> None:
        """Decode the piece and write it as H.264 and AAC."""
        with open_clip(self.facts.path) as source, av.open(str(out), "w", format="mp4") as target:
            options = {"preset": PRESET, "crf": str(QUALITY)}
            rate = self.facts.fps.limit_denominator(1001)
            picture = target.add_stream("libx264", rate=rate, options=options)
            even = (self.facts.width // 2 * 2, self.facts.height // 2 * 2)
            picture.width, picture.height, picture.pix_fmt = *even, "yuv420p"
            voice = target.add_stream("aac", rate=self.facts.audio_rate or 48_000) if self.sound else None
            for index, frame in enumerate(self._frames(source)):
                turned = _turned(frame, self.facts.rotation).reformat(*even, format="yuv420p")
                turned.pts, turned.time_base = index, 1 / rate
                turned.pict_type = av.video.frame.PictureType.NONE
                target.mux(picture.encode(turned))
            target.mux(picture.encode())
            if voice is not None:
                source.seek(0)
                for heard in self._samples(source):
                    target.mux(voice.encode(heard))
                target.mux(voice.encode())

    def _frames(self, source: InputContainer) -> Iterator[VideoFrame]:
        stream = source.streams.video[0]
        stream.thread_type = "AUTO"
        for index, frame in enumerate(source.decode(stream)):
            if index >= self.first + self.count:
                return
            if index >= self.first:
                yield frame

    def _samples(self, source: InputContainer) -> Iterator[AudioFrame]:
        begin, end = self.facts.start + self.begins, self.facts.start + self.ends
        sent = 0
        for frame in source.decode(source.streams.audio[0]):
            time = frame.time if frame.time is not None else 0.0
            if begin - 1e-3 <= time < end:
                frame.pts, frame.time_base = sent, Fraction(1, frame.sample_rate)
                sent += frame.samples
                yield frame


def _turned(frame: VideoFrame, rotation: int) -> VideoFrame:
    if not rotation:
        return frame
    from numpy import rot90

    upright = rot90(frame.to_ndarray(format="rgb24"), rotation // 90)
    return av.VideoFrame.from_ndarray(upright.copy(), format="rgb24")


def _mux(target: OutputContainer, streams: list[tuple[Stream, list[Packet[Stream]]]], begins: float) -> None:
    """Write packets by time, from 0 on."""
    queue = []
    for stream, packets in streams:
        for packet in packets:
            origin = round(begins / packet.time_base)
            packet.pts = (packet.pts or 0) - origin
            packet.dts = packet.dts - origin if packet.dts is not None else packet.pts
            queue.append((float(packet.dts * packet.time_base), packet, stream))
    for _, packet, stream in sorted(queue, key=lambda item: item[0]):
        packet.stream = stream
        target.mux(packet)
