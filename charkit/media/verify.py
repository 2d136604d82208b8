"""Whether a downloaded clip is whole: its index, every packet, the seams inside every packet, one decoded picture.

What this finds, and what it cannot find at this price: a file that was cut off anywhere; a damaged index; packets that
lie elsewhere than the index says, because each H.264 or H.265 packet is walked from one unit's length to the next (by
the index where an MP4's is complete and even, for a quarter of what reading all packets costs); a first picture that
does not decode. A flipped bit inside a later picture is found by decoding all of it, which costs a
hundred times as much (500 ms against 5 ms for 8 s of 1280x720) and is left to whoever decodes it anyway; on the way it
is the transport's checksum that guards those bytes, and in the store their digest.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from av.error import FFmpegError

from charkit.errors import UnreadableMedia
from charkit.media.opening import WITHOUT_DECODING, open_clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from av.container import InputContainer
    from av.index import IndexEntry
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

__all__ = ["Whole", "verify_clip"]

_STRICT: Final = {"err_detect": "crccheck+bitstream+buffer+explode", "skip_loop_filter": "all"}
"""Have the decoder say what it would else paint over, and skip what only makes the picture smoother."""


_AT_ONCE: Final = 1 << 16
"""Bytes read at once where units are walked: of a generated clip a dozen pictures, so most steps stay in the buffer
and ask the system nothing."""

_LARGE: Final = 1 << 24
"""Bytes from which a file's pictures are so far apart that each step is read by itself."""

_ROUNDING: Final = Fraction(1, 450)
"""Seconds by which pictures at an even rate stand apart by more or less: containers that count milliseconds round."""


@dataclass(frozen=True, kw_only=True)
class Whole:
    """What a clip is that was found to be whole."""

    width: int
    """Pixels across as shown: after rotation and with square pixels."""
    height: int
    """Pixels down as shown."""
    seconds: float
    """How long the picture lasts."""
    fps: float
    """Frames per second; the mean where the rate varies."""
    sound: bool
    """Whether there is a sound track."""


def verify_clip(path: Path) -> Whole:
    """Make sure that a clip is whole, for a few milliseconds.

    Raises:
        UnreadableMedia: it is no clip, it is cut off, or it is damaged.
    """
    path = Path(path)
    if _overruns(path):
        raise UnreadableMedia("is cut off", path=path)
    try:
        with open_clip(path, options=WITHOUT_DECODING) as container:
            return _verified(path, container)
    except FFmpegError as error:
        raise UnreadableMedia(f"is damaged: {error.strerror or error}", path=path) from None


def _verified(path: Path, container: InputContainer) -> Whole:
    stream = container.streams.video[0]
    sound = bool(container.streams.audio)
    if even := _evenly_indexed(container, stream):
        _check_places(path, container, even, _prefix(stream))
        first = next(packet for packet in container.demux(stream) if packet.size)
        shown = [(entry.timestamp, 0) for entry in even]
        return _whole(stream, shown, _decoded(path, stream, first), sound=sound)
    shown, first = _walked(path, container, stream)
    return _whole(stream, sorted(shown), _decoded(path, stream, first), sound=sound)


def _evenly_indexed(container: InputContainer, stream: VideoStream) -> Sequence[IndexEntry]:
    """Return the index of a stream where it says all that there is to know; empty where packets have to be read.

    An MP4 lists each picture with its place and decoding time (ISO/IEC 14496-12, 8.6 and 8.7). Where these times are
    even and no edit takes a picture out, the pictures are shown just as evenly, whatever order they are stored in.
    """
    entries = stream.index_entries
    if "mp4" not in container.format.name or not len(entries) == stream.frames > 1:
        return ()
    listed = list(entries)
    step = listed[1].timestamp - listed[0].timestamp
    even = step > 0 and all(b.timestamp - a.timestamp == step for a, b in pairwise(listed))
    return listed if even and not any(entry.is_discard for entry in listed) else ()


def _check_places(path: Path, container: InputContainer, pictures: Sequence[IndexEntry], prefix: int) -> None:
    """Make sure that everything an index lists is in the file, and that pictures begin and end where it says."""
    size = path.stat().st_size
    tracks = (track.index_entries for track in container.streams.audio)
    if any(entry.pos + entry.size > size for entry in chain(pictures, *tracks)):
        raise UnreadableMedia("is cut off", path=path)
    with path.open("rb", buffering=_AT_ONCE if size < _LARGE else 0) as file:
        for number, entry in enumerate(pictures if prefix else (), 1):
            at, end = entry.pos, entry.pos + entry.size
            while at + prefix <= end:
                file.seek(at)
                at += prefix + int.from_bytes(file.read(prefix), "big")
            if at != end:
                raise UnreadableMedia(f"is damaged: its picture {number} is not where its index says", path=path)


def _walked(
    path: Path, container: InputContainer, stream: VideoStream
) -> tuple[list[tuple[int, int]], Packet[VideoStream]]:
    """Read all packets; return when and how long each picture is shown, and the first picture's packet."""
    prefix = _prefix(stream)
    shown: list[tuple[int, int]] = []
    found = 0
    first: Packet[VideoStream] | None = None
    for packet in container.demux():
        if packet.is_corrupt:
            raise UnreadableMedia("is cut off", path=path)
        if packet.stream_index != stream.index or not packet.size or packet.pts is None:
            continue
        found += 1
        if prefix and not _seams_fit(packet, prefix):
            raise UnreadableMedia(f"is damaged: its picture {found} is not where its index says", path=path)
        if not packet.is_discard:
            shown.append((packet.pts, packet.duration or 0))
        first = first or packet  # type: ignore[assignment]  # the video stream's, as was just asked
    if first is None or found < stream.frames or not shown:
        raise UnreadableMedia(f"is cut off: {found} of {stream.frames} frames are there", path=path)
    return shown, first


def _decoded(path: Path, stream: VideoStream, packet: Packet[VideoStream]) -> int:
    """Decode the first picture, strictly, and return by how many degrees it is turned."""
    context = stream.codec_context
    context.thread_type, context.thread_count = "NONE", 1  # threads cost more than one picture does
    context.options = dict(_STRICT)
    pictures = [*context.decode(packet), *context.decode(None)]
    if not pictures or pictures[0].is_corrupt:
        raise UnreadableMedia("is damaged: its first picture cannot be decoded", path=path)
    return round(pictures[0].rotation / 90) * 90 % 360


def _whole(stream: VideoStream, shown: list[tuple[int, int]], rotation: int, *, sound: bool) -> Whole:
    tick = stream.time_base or Fraction(1, 90_000)
    span = (shown[-1][0] - shown[0][0]) * tick
    mean = (len(shown) - 1) / span if span else Fraction(stream.average_rate or 24)
    gaps = [after[0] - before[0] for before, after in pairwise(shown)]
    even = not gaps or (max(gaps) - min(gaps)) * tick <= _ROUNDING
    # What a container says of the last picture is often wrong; where the rate holds, it is shown as long as the others.
    last = 1 / mean if even else max(shown[-1][1] * tick, 1 / mean / 2)
    context = stream.codec_context
    aspect = Fraction(stream.sample_aspect_ratio or 1)
    across = max(1, round(context.width * aspect)) if aspect > 0 else context.width
    upright = (across, context.height) if rotation % 180 == 0 else (context.height, across)
    rate = Fraction(stream.average_rate or mean)
    rate = rate if abs(rate - mean) < Fraction(1, 100) * mean else mean
    return Whole(width=upright[0], height=upright[1], seconds=float(span + last), fps=float(rate), sound=sound)


def _prefix(stream: VideoStream) -> int:
    """Return how many bytes hold a unit's length in this stream's packets; 0 where packets have no such units.

    ISO/IEC 14496-15, 5.3.3.1 (`avcC`: the fifth byte's low two bits, plus one) and 8.3.3.1 (`hvcC`: the 22nd byte's).
    """
    header = stream.codec_context.extradata or b""
    name = stream.codec_context.name
    at = {"h264": 4, "hevc": 21}.get(name, len(header))
    return (header[at] & 3) + 1 if len(header) > at and header[0] == 1 else 0


def _seams_fit(packet: Packet[Stream], prefix: int) -> bool:
    """Whether a packet's units end exactly where it ends."""
    data, at = memoryview(packet), 0
    while at + prefix <= len(data):
        at += prefix + int.from_bytes(data[at : at + prefix], "big")
    return at == len(data)


def _overruns(path: Path) -> bool:
    """Whether an MP4's boxes promise more bytes than there are (ISO/IEC 14496-12, 4.2): a download that broke off."""
    try:
        size, at = path.stat().st_size, 0
        with path.open("rb") as file:
            while at + 16 <= size:
                file.seek(at)
                length, kind, long = struct.unpack(">I4sQ", file.read(16))
                if (at == 0 and kind != b"ftyp") or length == 0:  # not an MP4; or a box that lasts to the file's end
                    return False
                at += max(long if length == 1 else length, 8)
    except OSError:  # `open_clip` says what is the matter
        return False
    return at > size
