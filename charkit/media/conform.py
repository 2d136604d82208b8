"""Brings a clip to the shape of others by re-encoding it: size, pixel shape, rate, rotation, colour matrix.

Only clips that copying cannot bridge come here. libx264 `veryfast` at CRF 16 is used: visually lossless on generated
material, and about a fifth of `medium`'s time (reference: x264's own preset table; measured in performance.md 1). A
film of H.265 gets what has to be encoded from libx265, of the same preset.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final, Literal, cast

import av
from av.error import BlockingIOError as NotYet
from av.error import EOFError as NoMore
from av.error import FFmpegError, InvalidDataError
from av.filter import Graph

from charkit.errors import EncodingFailed, StreamsDiffer, UnreadableMedia
from charkit.media.opening import open_clip
from charkit.media.probe import ClipFacts, ColourTags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from av.container import OutputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

__all__ = ["PRESET", "QUALITY", "Pictures", "Shape", "cadence", "can_encode", "conform"]

PRESET: Final = "veryfast"
"""libx264's speed."""

QUALITY: Final = 16
"""libx264's constant rate factor."""

_QUALITY_HEVC: Final = 18
"""libx265's, whose scale gives more for the same number (x265 documentation, `--crf`: its default 28 is x264's 23)."""

_HELD: Final = 3
"""Frames by which pictures of libx265 are decoded early: its two B-frames, one of which others may need, take two."""

_ENCODERS: Final = {"h264": "libx264", "hevc": "libx265"}

_PROFILES: Final = {
    "constrained baseline": "baseline",
    "baseline": "baseline",
    "main": "main",
    "high": "high",
    "high 10": "high10",
    "high 4:2:2": "high422",
    "high 4:4:4 predictive": "high444",
}
# FFmpeg's names of profiles, and libx264's.


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What all clips of one film have in common."""

    codec: str
    """Video codec, such as `h264`."""
    profile: str | None
    """Its profile, such as `High`."""
    pixel_format: str
    """FFmpeg's name, such as `yuv420p`."""
    width: int
    """Pixels across."""
    height: int
    """Pixels down."""
    fps: Fraction
    """Frames per second, constant."""
    matrix: str
    """Colour matrix, such as `bt709`."""
    full_range: bool
    """Whether code values run from 0 to 255 rather than 16 to 235."""
    light: Literal["sdr", "pq", "hlg"] = "sdr"
    """Whether code values mean standard or high dynamic range."""
    tags: ColourTags = field(default_factory=ColourTags, compare=False)
    """What the film's clips say of their colours. What is encoded anew says the same, or a player would take it for
    something else in the middle of the film; clips that say less or more can be copied side by side all the same."""


def conform(
    facts: ClipFacts,
    shape: Shape,
    out: Path,
    *,
    last: int | None = None,
    on_progress: Callable[[float], None] = lambda _: None,
) -> int:
    """Write a clip's picture, without sound, in a shape: scaled to fit, the rest black, frames repeated or left out.

    Args:
        facts: The clip.
        shape: What it shall become.
        out: The MP4 to write.
        last: The frame, on the shape's grid, before which to end; at the clip's end if None. What comes later is not
            even read.
        on_progress: Called for each frame with the share that is done, 0 to 1; what it raises ends the work.

    Returns:
        The number of frames written: as many as the clip's own length holds, or as were asked for.

    Raises:
        StreamsDiffer: one is of high dynamic range and the other not; how to bring one to the other is a choice of
            taste that is not made here.
        UnreadableMedia: it cannot be decoded.
        EncodingFailed: it cannot be encoded.
        av.error.FFmpegError: the file cannot be written, for want of space for instance.
    """
    if facts.colour.light != shape.light:
        raise StreamsDiffer(
            f"its light is {facts.colour.light}, the film's {shape.light}; bring it to the film's in a grading program",
            path=facts.path,
        )
    try:
        return _write(facts, shape, out, last, on_progress)
    except InvalidDataError as error:
        raise UnreadableMedia(f"cannot be decoded: {error.strerror or error}", path=facts.path) from error
    except FFmpegError as error:
        if error.filename:  # the disk's own word goes through
            raise
        raise EncodingFailed(f"cannot be conformed: {error.strerror or error}", path=facts.path) from error


def _write(facts: ClipFacts, shape: Shape, out: Path, last: int | None, report: Callable[[float], None]) -> int:
    wanted = max(1, round(Fraction(facts.seconds).limit_denominator(100_000) * shape.fps))
    wanted = wanted if last is None else min(wanted, last)
    with av.open(str(out), "w", format="mp4") as container:
        pictures = Pictures(container, shape)
        written = 0
        shown: VideoFrame | None = None
        for frame in islice(_shaped(facts, shape), wanted):
            shown = frame
            pictures.write(_numbered(frame, written, shape))
            written += 1
            report(written / wanted)
        while shown is not None and written < wanted:  # the last frame stands until its time is over
            pictures.write(_numbered(shown, written, shape))
            written += 1
        pictures.close()
    return written


def can_encode(codec: str) -> bool:
    """Whether the FFmpeg that PyAV brings along has the encoder for a film's codec."""
    return _ENCODERS.get(codec, "") in av.codecs_available


class Pictures:
    """A stream of a file that is encoded as a film needs it."""

    def __init__(self, container: OutputContainer, shape: Shape, *, threads: int = 0, sets: int = 0) -> None:
        """Add it to a file.

        Args:
            container: Where to.
            shape: What its pictures look like. Where its codec cannot be encoded (`can_encode`), they become H.264.
            threads: How many the encoder may use; 0: as it likes.
            sets: The id of its parameter sets; libx265 has no choice but 0.
        """
        codec = shape.codec if can_encode(shape.codec) else "h264"
        options = _options_hevc(threads) if codec == "hevc" else _options_avc(_profile(shape), threads, sets)
        stream = cast("VideoStream", container.add_stream(_ENCODERS[codec], rate=shape.fps, options=options))
        stream.width, stream.height, stream.pix_fmt = shape.width, shape.height, shape.pixel_format
        context = stream.codec_context
        context.max_b_frames = 0 if codec == "h264" and _profile(shape) == "baseline" else 2
        context.color_range, context.colorspace, context.color_primaries, context.color_trc = shape.tags.codes
        self._container, self._stream, self._hevc, self._stored = container, stream, codec == "hevc", 0

    def write(self, frame: VideoFrame | None) -> None:
        """Encode a frame; its time is its number, in ticks of the shape's rate.

        Raises:
            av.error.FFmpegError: it cannot be encoded or written.
        """
        for packet in self._stream.encode(frame):
            if self._hevc:  # of a few frames libx265 says wrongly, or not at all, when they are to be decoded
                packet.dts = self._stored - _HELD
            self._stored += 1
            self._container.mux(packet)

    def close(self) -> None:
        """Write what the encoder still holds; as `write`."""
        self.write(None)


def _profile(shape: Shape) -> str:
    return _PROFILES.get((shape.profile or "High").lower(), "high")


def _options_avc(profile: str, threads: int, sets: int) -> dict[str, str]:
    own = {"profile": profile, "x264-params": f"sps-id={sets}:force-cfr=1:open-gop=0"}
    return {"preset": PRESET, "crf": str(QUALITY), **own, **({"threads": str(threads)} if threads else {})}


def _options_hevc(threads: int) -> dict[str, str]:
    """The profile follows from the pixel format; the rows of two pictures at most share a pool of threads."""
    own = "open-gop=0:info=0:log-level=none" + (f":pools={threads}:frame-threads={min(2, threads)}" if threads else "")
    return {"preset": PRESET, "crf": str(_QUALITY_HEVC), "x265-params": own}


def cadence(own: Fraction, film: Fraction) -> str:
    """Say how a clip's frames go into a film of another rate: each to the place that is nearest to its own time."""
    if own == film:
        return "every frame once"
    ratio = (film / own).limit_denominator(1001)
    few, many = min(ratio.numerator, ratio.denominator), max(ratio.numerator, ratio.denominator)
    if many % few == 0:
        return f"every frame {many // few} times" if film > own else f"one frame of {many // few}"
    every = round(few / (many - few)) if film > own else round(many / (many - few))
    if film > own:
        return f"one frame in {every} stands twice" if every > 1 else "most frames stand twice"
    return f"one frame in {every} is left out"


def _numbered(frame: VideoFrame, index: int, shape: Shape) -> VideoFrame:
    frame.pts, frame.time_base = index, 1 / shape.fps
    frame.pict_type = av.video.frame.PictureType.NONE  # the source's choice of keyframes is not ours
    return frame


def _shaped(facts: ClipFacts, shape: Shape) -> Iterator[VideoFrame]:
    with open_clip(facts.path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        graph: Graph | None = None
        for frame in container.decode(stream):
            graph = graph or _graph(facts, shape, frame)
            graph.push(frame)
            yield from _ready(graph)
        if graph is not None:
            graph.push(None)
            yield from _ready(graph)


def _ready(graph: Graph) -> Iterator[VideoFrame]:
    while True:
        try:
            yield graph.vpull()
        except (NotYet, NoMore):
            return


def _graph(facts: ClipFacts, shape: Shape, frame: VideoFrame) -> Graph:
    turn = {90: ["transpose=cclock"], 180: ["hflip", "vflip"], 270: ["transpose=clock"]}.get(facts.rotation, [])
    size = f"{shape.width}:{shape.height}"
    width, height = _inside(facts.width, facts.height, shape)
    steps = [
        *(["bwdif=mode=send_frame"] if frame.interlaced_frame else []),  # else lines of two moments are mixed
        *turn,
        f"fps={shape.fps}:start_time={facts.start}",
        f"scale={width}:{height}:flags=lanczos+accurate_rnd:{_colours(facts, shape)}",
        f"format={shape.pixel_format}",
        f"pad={size}:-1:-1:black",
        "setsar=1",
    ]
    graph = Graph()
    nodes = [
        graph.add_buffer(
            template=None, width=frame.width, height=frame.height, format=frame.format, time_base=facts.time_base
        )
    ]
    for step in steps:
        name, _, arguments = step.partition("=")
        nodes.append(graph.add(name, arguments or None))
    nodes.append(graph.add("buffersink"))
    for one, following in pairwise(nodes):
        one.link_to(following)
    graph.configure()
    return graph


def _colours(facts: ClipFacts, shape: Shape) -> str:
    into = f"out_color_matrix={shape.matrix}:out_range={'full' if shape.full_range else 'limited'}"
    if facts.matrix == "rgb":
        return into
    return f"in_color_matrix={facts.matrix}:in_range={facts.colour.range or 'limited'}:{into}"


def _inside(width: int, height: int, shape: Shape) -> tuple[int, int]:
    """Return the largest even size of the same aspect that fits."""
    scale = min(Fraction(shape.width, width), Fraction(shape.height, height))
    return (
        min(shape.width, max(2, round(width * scale / 2) * 2)),
        min(shape.height, max(2, round(height * scale / 2) * 2)),
    )
