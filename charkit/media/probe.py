"""Looks into a clip without decoding it whole: sizes, times, keyframes, sound, colour tags."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import av
from av.error import FFmpegError

from charkit.errors import UnreadableMedia
from charkit.media.hevc import sets_of
from charkit.media.opening import open_clip
from charkit.media.order import Order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

    from charkit.media.avc import ParameterSets

__all__ = ["ClipFacts", "ColourTags", "probe"]

_UNSPECIFIED: Final = 2
_MATRICES: Final = {0: "rgb", 1: "bt709", 4: "fcc", 5: "bt601", 6: "bt601", 7: "smpte240m", 9: "bt2020"}
_PRIMARIES: Final = {1: "bt709", 5: "bt601-625", 6: "bt601-525", 9: "bt2020", 11: "dci-p3", 12: "display-p3"}
_TRANSFERS: Final = {1: "bt709", 4: "gamma22", 6: "bt601", 8: "linear", 13: "srgb", 16: "pq", 18: "hlg"}
_RANGES: Final = {1: "limited", 2: "full"}
# All four: code points of ITU-T H.273, as FFmpeg numbers them. Of two that mean the same the later one is written.


@dataclass(frozen=True, kw_only=True)
class ColourTags:
    """What a stream says of its colours; None where it says nothing, which is the rule with generated clips."""

    range: str | None = None
    """`limited` (16 to 235) or `full`."""
    matrix: str | None = None
    """How luma and chroma were made from RGB: `bt709`, `bt601`, `bt2020`, …"""
    primaries: str | None = None
    """Which red, green and blue are meant."""
    transfer: str | None = None
    """The curve between light and code value."""

    @property
    def light(self) -> Literal["sdr", "pq", "hlg"]:
        """Whether code values mean standard or high dynamic range (ITU-R BT.2100's two curves)."""
        return self.transfer if self.transfer in {"pq", "hlg"} else "sdr"  # type: ignore[return-value]

    @property
    def codes(self) -> tuple[int, int, int, int]:
        """Range, matrix, primaries and transfer as the code points that streams carry; 0 and 2 say nothing."""
        return (
            _code(_RANGES, self.range, 0),
            _code(_MATRICES, self.matrix, _UNSPECIFIED),
            _code(_PRIMARIES, self.primaries, _UNSPECIFIED),
            _code(_TRANSFERS, self.transfer, _UNSPECIFIED),
        )


def _code(names: Mapping[int, str], name: str | None, silence: int) -> int:
    return max((code for code, known in names.items() if known == name), default=silence)


@dataclass(frozen=True, kw_only=True)
class ClipFacts:
    """What one clip is, read from its packets."""

    path: Path
    """The file."""
    size: int
    """Its length in bytes."""
    width: int
    """Pixels across as shown: after rotation and with square pixels."""
    height: int
    """Pixels down as shown."""
    fps: Fraction
    """Frames per second; the mean where the rate varies."""
    constant_rate: bool
    """Whether every frame stands on the grid of `fps`."""
    frames: int
    """Frames that are shown; those that an edit list hides, or that nobody can decode, are not counted."""
    seconds: float
    """How long the picture lasts."""
    codec: str
    """Name of the video codec, such as `h264`."""
    profile: str | None
    """Its profile, such as `High`."""
    pixel_format: str
    """FFmpeg's name, such as `yuv420p`."""
    coded_width: int
    """Pixels across as stored."""
    coded_height: int
    """Pixels down as stored."""
    time_base: Fraction
    """The tick of the video timestamps, in seconds."""
    start: float
    """Time of the first frame shown, in seconds."""
    keyframes: tuple[int, ...]
    """Which frames, in the order shown and counted from 0, can be decoded by themselves."""
    has_b_frames: bool
    """Whether frames are stored in another order than shown."""
    hidden_frames: int
    """Frames that are stored, but that an edit list hides, or that need what came before the clip's first packet."""
    whole_run: bool
    """Whether all that is hidden stands in front of the first frame shown or behind the last."""
    reorder: int
    """By how many frames the stored order runs ahead of the order shown at most; 0 without B-frames."""
    codec_header: bytes = field(repr=False)
    """The codec's own header (`extradata`), such as the H.264 parameter sets of an MP4."""
    order: Order = field(repr=False)
    """In which order its pictures are stored, and at which of them a decoder can begin afresh."""
    clean_start: bool
    """Whether a decoder can begin at the first packet, if nothing comes before it."""
    sample_aspect: Fraction
    """Width of a stored pixel over its height."""
    rotation: int
    """Degrees counter-clockwise by which stored frames are turned to be upright: 0, 90, 180 or 270."""
    colour: ColourTags = field(default_factory=ColourTags)
    """What the stream says of its colours."""
    audio_codec: str | None = None
    """Name of the audio codec; None if the clip is silent."""
    audio_rate: int | None = None
    """Samples per second; None if silent."""
    audio_channels: int | None = None
    """Number of channels; None if silent."""
    audio_seconds: float | None = None
    """How long the sound lasts; None if silent. Often not what the picture lasts."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """The container's own words: comment, title, encoder, …"""

    @property
    def has_sound(self) -> bool:
        """Whether there is a sound track."""
        return self.audio_codec is not None

    @property
    def matrix(self) -> str:
        """The colour matrix to decode with: as tagged, else BT.709 from 576 lines up and BT.601 below.

        Generated clips carry no tags; players take HD for BT.709 (ITU-R BT.709-6), so charkit does too.
        """
        return self.colour.matrix or ("bt709" if min(self.coded_width, self.coded_height) >= 576 else "bt601")


def probe(path: Path) -> ClipFacts:
    """Return the facts of one clip; decodes one picture, and otherwise reads packets only, each of them once.

    Raises:
        UnreadableMedia: The file is missing, empty, cut off, no video, has no video stream, or cannot be decoded.
    """
    path = Path(path)
    with open_clip(path, stored=True) as container:
        try:
            packets = [p for p in container.demux(container.streams.video[0]) if p.size and p.pts is not None]
            return _facts(path, container, packets)
        except FFmpegError as error:
            raise UnreadableMedia(f"is damaged: {error.strerror or error}", path=path) from None


def _facts(path: Path, container: InputContainer, packets: list[Packet[VideoStream]]) -> ClipFacts:
    stream, context = container.streams.video[0], container.streams.video[0].codec_context
    # An edit list that begins at a keyframe takes what stands before out of the index; its header still counts it.
    promised, found = min(stream.frames, len(stream.index_entries) or stream.frames), len(packets)
    if found < promised:
        raise UnreadableMedia(f"is cut off: {found} of {promised} frames are there; download it again", path=path)
    sets = sets_of(context.codec.canonical_name, context.extradata)
    every = sorted(packets, key=lambda p: p.pts or 0)
    lost = _lost(packets, sets)
    shown = [p for p in every if not (p.is_discard or p.pts in lost)]
    if not shown:
        raise UnreadableMedia("has a video stream without a single frame", path=path)
    tick = stream.time_base or Fraction(1, 90_000)
    fps, constant = _rate(shown, stream, tick)
    first, last = (shown[0].pts or 0) * tick, (shown[-1].pts or 0) * tick
    rotation = _rotation(container, packets, path)  # from here on the context knows what only a picture says
    sound = next(iter(container.streams.audio), None)
    front = every.index(shown[0])
    order = _order(packets, sets, front)
    aspect = Fraction(stream.sample_aspect_ratio or context.sample_aspect_ratio or 1)
    upright = _upright(context.width, context.height, aspect, rotation)
    seconds = len(shown) / fps if constant else last - first + max((shown[-1].duration or 0) * tick, 1 / fps / 2)
    return ClipFacts(
        path=path,
        size=path.stat().st_size,
        width=upright[0],
        height=upright[1],
        fps=fps,
        constant_rate=constant,
        frames=len(shown),
        seconds=float(seconds),
        codec=context.codec.canonical_name,
        profile=stream.profile,
        pixel_format=context.pix_fmt or "",
        coded_width=context.width,
        coded_height=context.height,
        time_base=tick,
        start=float(first),
        keyframes=tuple(i for i, p in enumerate(shown) if p.is_keyframe),
        has_b_frames=any((a.pts or 0) > (b.pts or 0) for a, b in pairwise(packets)),
        reorder=order.ahead,
        codec_header=context.extradata or b"",
        order=order,
        clean_start=order.shown[0] in {*order.entries, order.opening},
        hidden_frames=len(packets) - len(shown),
        whole_run=every[front : front + len(shown)] == shown,
        sample_aspect=aspect,
        rotation=rotation,
        colour=_colour(stream),
        metadata={str(k): str(v) for k, v in container.metadata.items()},
        audio_codec=sound.codec_context.name if sound else None,
        audio_rate=sound.rate if sound else None,
        audio_channels=sound.channels if sound else None,
        audio_seconds=_lasts(sound, container) if sound else None,
    )


def _lost(packets: list[Packet[VideoStream]], sets: ParameterSets | None) -> set[int]:
    """Return when pictures would be shown that need what came before the clip's first packet: nobody can decode them.

    A clip that was cut out of a stream with open groups of pictures begins with such ones.
    """
    if sets is None or not packets[0].is_keyframe:
        return set()
    first, entry = packets[0].pts or 0, bytes(packets[0])
    early = [p for p in packets[1:] if (p.pts or 0) < first]
    return {p.pts or 0 for p in early if sets.is_lost(bytes(p), entry)}


def _order(packets: list[Packet[VideoStream]], sets: ParameterSets | None, hidden: int) -> Order:
    times = [packet.pts or 0 for packet in packets]
    if sets is None:
        return Order.of(times, [], hidden=hidden)
    keys = (number for number, packet in enumerate(packets) if packet.is_keyframe)
    entries = [number for number in keys if sets.begins_afresh(bytes(packets[number]))]
    opens = packets[0].is_keyframe and sets.opens(bytes(packets[0]))
    return Order.of(times, entries, hidden=hidden, opens=opens)


def _rate(shown: list[Packet[VideoStream]], stream: VideoStream, tick: Fraction) -> tuple[Fraction, bool]:
    """Return frames per second, and whether all frames stand on that grid to within half a tick of rounding."""
    span = ((shown[-1].pts or 0) - (shown[0].pts or 0)) * tick
    mean = (len(shown) - 1) / span if span > 0 else Fraction(stream.guessed_rate or stream.average_rate or 24)
    for rate in (stream.guessed_rate, stream.average_rate, mean.limit_denominator(1001)):
        if rate and _on_grid(shown, Fraction(rate), tick):
            return Fraction(rate), True
    return mean.limit_denominator(1001), False


def _on_grid(shown: list[Packet[VideoStream]], rate: Fraction, tick: Fraction) -> bool:
    first, step = shown[0].pts or 0, 1 / rate / tick
    slack = max(Fraction(1), Fraction(1, 1000) / tick)  # containers that count milliseconds round
    # Multiplied out, in whole numbers: fractions made for each frame took half the time of the whole probe.
    over, under = step.numerator * slack.denominator, step.denominator * slack.denominator
    most = slack.numerator * step.denominator
    return all(abs(((p.pts or 0) - first) * under - i * over) <= most for i, p in enumerate(shown))


def _upright(width: int, height: int, aspect: Fraction, rotation: int) -> tuple[int, int]:
    square = (max(1, round(width * aspect)), height) if aspect > 0 else (width, height)
    return square if rotation % 180 == 0 else (square[1], square[0])


def _rotation(container: InputContainer, packets: list[Packet[VideoStream]], path: Path) -> int:
    """Decode one picture: it carries the display matrix, and shows that the clip can be decoded at all."""
    context = container.streams.video[0].codec_context
    context.thread_type, context.thread_count = "NONE", 1  # threads cost more than one picture does
    context.options = {"skip_loop_filter": "all"}  # nobody looks at it
    # The first gives one, as a rule; at its end, so that the decoder waits for no other. A hidden one gives none.
    for some in (packets[:1], packets):
        for packet in (*some, None):
            for frame in context.decode(packet):
                return round(frame.rotation / 90) * 90 % 360
        context.flush_buffers()
    raise UnreadableMedia("no frame can be decoded", path=path)


def _lasts(stream: AudioStream, container: InputContainer) -> float:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / av.time_base  # Matroska keeps no length per track


def _colour(stream: VideoStream) -> ColourTags:
    context = stream.codec_context
    return ColourTags(
        range=_RANGES.get(context.color_range),
        matrix=_MATRICES.get(context.colorspace) if context.colorspace != _UNSPECIFIED else None,
        primaries=_PRIMARIES.get(context.color_primaries),
        transfer=_TRANSFERS.get(context.color_trc),
    )
