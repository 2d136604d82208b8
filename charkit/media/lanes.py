"""The picture of a film: packets copied onto its grid of frames.

Where clips differ in their parameter sets, one header holds them all if their ids differ; else each keyframe carries
its own clip's in front (FFmpeg's concat muxing does the same), and decoders of FFmpeg and of browsers take them from
there. Decoding times are counted afresh, late enough for the clip that reorders most, so that they rise steadily across
the cuts.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, cast

import av
from av.error import FFmpegError

from charkit.errors import UnreadableMedia
from charkit.media.hevc import sets_of
from charkit.media.opening import open_stored
from charkit.media.order import Order

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction
    from pathlib import Path

    from av.container import OutputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

    from charkit.media.avc import ParameterSets
    from charkit.media.probe import ClipFacts

__all__ = ["Part", "Picture", "VideoLane"]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """The compressed picture of one clip, ready to be copied."""

    path: Path
    """The file its packets come from."""
    order: Order
    """In which order its packets show its frames."""
    extradata: bytes
    """The codec's header."""
    sets: ParameterSets | None
    """The parameter sets in it."""

    @property
    def delay(self) -> int:
        """How many frames later than it is stored a frame may be shown at most."""
        return self.order.ahead

    @classmethod
    def of(cls, facts: ClipFacts) -> Picture:
        """Take it from a clip whose frames all stand on the film's grid."""
        return cls(
            path=facts.path,
            order=facts.order,
            extradata=facts.codec_header,
            sets=sets_of(facts.codec, facts.codec_header),
        )

    @classmethod
    def rendered(cls, path: Path) -> Picture:
        """Take it from an MP4 that charkit encoded: all of it stands on the grid, and begins with an IDR picture."""
        with open_stored(path) as container:
            stream = container.streams.video[0]
            times = [packet.pts or 0 for packet in container.demux(stream) if packet.size]
            header, name = stream.codec_context.extradata or b"", stream.codec_context.name
        return cls(path=path, order=Order.of(times, [0]), extradata=header, sets=sets_of(name, header))

    def packets(self) -> Iterator[Packet[VideoStream]]:
        """Read its packets as they are stored.

        Raises:
            UnreadableMedia: the file is gone, or its disk does not give it.
        """
        try:
            with open_stored(self.path) as container:
                for packet in container.demux(container.streams.video[0]):
                    if packet.size and packet.pts is not None:
                        yield packet
        except (FFmpegError, OSError) as error:
            raise UnreadableMedia(f"cannot be read any more: {error.strerror or error}", path=self.path) from error


@dataclass(frozen=True, kw_only=True)
class Part:
    """A run of frames of one file, in its place in the film."""

    picture: Picture
    first: int
    """The first frame of the file; one at which a decoder can begin."""
    last: int
    """The frame after the last; all packets up to it show exactly the frames before it."""
    start: int
    """The film's frame that shows the first."""
    copied: bool
    """Whether the packets are the clip's own."""

    @property
    def frames(self) -> int:
        """How many frames it shows."""
        return self.last - self.first


@dataclass(kw_only=True)
class VideoLane:
    """Writes compressed pictures with fresh timestamps on the film's grid."""

    film: OutputContainer
    """Where to."""
    parts: Sequence[Part]
    """All that the film shows, in order."""
    fps: Fraction
    """Frames per second."""

    def __post_init__(self) -> None:
        pictures = list({id(part.picture): part.picture for part in self.parts}.values())
        self.delay = max(picture.delay for picture in pictures)
        base = next((part.picture for part in self.parts if part.copied), pictures[0])
        header = _one_header(base, pictures)
        self.in_band = header is None
        """Whether parameter sets travel in front of each keyframe, since no one header can hold them all."""
        with av.open(str(base.path), metadata_errors="replace") as container:
            self.stream = self.film.add_stream_from_template(container.streams.video[0])
        self._tick = 1 / self.fps
        self.stream.time_base = self._tick
        if header is not None:
            self.stream.codec_context.extradata = header
        elif self.stream.codec_context.name == "hevc":
            self.stream.codec_context.codec_tag = "hev1"  # `hvc1` promises none in band (ISO/IEC 14496-15, 8.4.1.1)

    def write(self, part: Part) -> None:
        """Copy the packets of one part."""
        picture = part.picture
        places = zip(picture.packets(), picture.order.shown, strict=False)  # the finished film's frames are counted
        wanted = ((packet, place) for packet, place in places if part.first <= place < part.last)
        for order, (packet, place) in enumerate(islice(wanted, part.frames)):
            copy = self._copy(packet, picture, behind=order == 0 and part.start > 0)
            copy.stream = self.stream
            copy.time_base = self._tick
            copy.pts = part.start + place - part.first
            copy.dts, copy.duration = part.start + order - self.delay, 1
            self.film.mux_one(copy)

    def _copy(self, packet: Packet[VideoStream], picture: Picture, *, behind: bool) -> Packet[VideoStream]:
        """Return a packet as the film has it; `behind`: it is the first of its part, and another part stands before."""
        sets = picture.sets
        if sets is None or not (packet.is_keyframe and (self.in_band or behind)):
            return packet
        data = own = bytes(packet)
        data = sets.at_cut(data) if behind else data
        data = sets.before(data) if self.in_band else data
        if data == own:
            return packet
        copy = av.Packet(data)
        copy.is_keyframe = True
        return cast("Packet[VideoStream]", copy)


def _one_header(base: Picture, pictures: Sequence[Picture]) -> bytes | None:
    if len({picture.extradata for picture in pictures}) == 1:
        return base.extradata
    sets = [picture.sets for picture in pictures if picture.sets is not None]
    if base.sets is None or len(sets) < len(pictures):
        return None
    return base.sets.one_header(sets, base.extradata)
