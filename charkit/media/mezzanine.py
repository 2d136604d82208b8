"""A finished film as a file for further work: every frame by itself in ten bits, sound uncompressed, in QuickTime.

It is made of the film, so it looks exactly as good as the film does: what it saves is the next generation's loss, and
an editing program's effort. Players for people want the film itself; a minute of 1080p takes about 1.5 GB here.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal, cast

import av
from av.error import FFmpegError
from av.video.reformatter import ColorRange, Colorspace

from charkit.documents import whole_file
from charkit.errors import EncodingFailed, UnreadableMedia, UsageError
from charkit.media.chapters import put_chapters, read_chapters
from charkit.media.frames import COLORSPACES
from charkit.media.opening import open_clip
from charkit.media.probe import probe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from charkit.media.probe import ClipFacts

__all__ = ["Mezzanine", "can_encode", "mezzanine"]

Mezzanine = Literal["prores", "dnxhr"]

_ENCODERS: Final[dict[Mezzanine, tuple[str, str]]] = {"prores": ("prores_ks", "hq"), "dnxhr": ("dnxhd", "dnxhr_hqx")}
"""Encoder and profile: ProRes 422 HQ and DNxHR HQX, the ten-bit 4:2:2 grades of both families."""
_PIXELS: Final = "yuv422p10le"
_SMALLEST: Final = (256, 120)
"""Pixels that DNxHR asks for at least (SMPTE ST 2019-1; FFmpeg's encoder refuses less)."""
_RATE: Final = 48_000


def can_encode(kind: Mezzanine) -> bool:
    """Whether the FFmpeg that PyAV brings along has the encoder."""
    return _ENCODERS[kind][0] in av.codecs_available


def mezzanine(
    film: Path,
    out: Path,
    kind: Mezzanine = "prores",
    *,
    timecode: str = "01:00:00:00",
    on_progress: Callable[[float], None] | None = None,
) -> Path:
    """Write a film once more for further work, with its chapters and words.

    Args:
        film: The finished film.
        out: The file, a QuickTime movie (`.mov`).
        kind: ProRes 422 HQ or DNxHR HQX.
        timecode: Of the first frame.
        on_progress: Called with the share that is done, 0 to 1; what it raises ends the work, and nothing is left.

    Raises:
        UsageError: FFmpeg lacks the encoder, the film is too small for it, or the name does not end in `.mov`.
        UnreadableMedia: The film cannot be read.
        EncodingFailed: It cannot be encoded.
        StorageError: It cannot be written; `StorageFull` without room.
    """
    facts = probe(film)
    _check(facts, out, kind)
    with whole_file(out) as temporary, open_clip(film) as source:
        try:
            with av.open(str(temporary), "w", format="mov") as target:
                _write(source, target, facts, kind, timecode, on_progress or (lambda _: None))
        except FFmpegError as error:
            if error.filename:  # the disk's own word goes through
                raise
            raise EncodingFailed(f"{kind} cannot be encoded: {error.strerror or error}", path=out) from error
    return out


def _check(facts: ClipFacts, out: Path, kind: Mezzanine) -> None:
    if out.suffix.lower() != ".mov":
        raise UsageError(f"{out.name}: {kind} stands in a QuickTime movie; let the name end in .mov")
    if not can_encode(kind):
        raise UsageError(f"the FFmpeg of this installation cannot encode {kind}")
    if kind == "dnxhr" and (facts.width < _SMALLEST[0] or facts.height < _SMALLEST[1]):
        raise UsageError(
            f"DNxHR begins at {_SMALLEST[0]}x{_SMALLEST[1]} pixels; the film has {facts.width}x{facts.height}"
        )


def _write(
    source: InputContainer,
    target: OutputContainer,
    facts: ClipFacts,
    kind: Mezzanine,
    timecode: str,
    report: Callable[[float], None],
) -> None:
    picture, sound = source.streams.video[0], next(iter(source.streams.audio), None)
    video = _video(target, picture, facts, kind, timecode)
    audio = target.add_stream("pcm_s24le", rate=_RATE, layout="stereo") if sound else None
    target.metadata.update(source.metadata)
    put_chapters(target, [(one.start, one.title) for one in read_chapters(facts.path)], facts.seconds)
    left = _Samples(round(Fraction(facts.seconds) * _RATE))
    shown = 0
    picture.thread_type = "AUTO"
    for packet in source.demux([stream for stream in (picture, sound) if stream is not None]):
        if packet.stream is picture:
            for frame in packet.decode():
                copy = _ten_bits(cast("VideoFrame", frame), facts)
                copy.pts, copy.time_base = shown, 1 / facts.fps
                copy.pict_type = av.video.frame.PictureType.NONE
                target.mux(video.encode(copy))
                shown += 1
                report(min(1.0, shown / facts.frames))
        elif audio is not None:
            _pass_on(cast("Packet[AudioStream]", packet), audio, left, target)
    target.mux(video.encode())
    if audio is not None:
        for frame in left.rest():
            target.mux(audio.encode(frame))
        target.mux(audio.encode())
    if shown != facts.frames:
        raise UnreadableMedia(f"{shown} of {facts.frames} frames could be decoded", path=facts.path)


def _ten_bits(frame: VideoFrame, facts: ClipFacts) -> VideoFrame:
    """Return a frame with the matrix of BT.709, the one that both families and all editing programs take for granted.

    An untagged film is read as everywhere else in charkit, so that its colours stay what they were.
    """
    return frame.reformat(
        format=_PIXELS,
        src_colorspace=COLORSPACES.get(facts.matrix, Colorspace.ITU709),
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG if facts.colour.range == "full" else ColorRange.MPEG,
        dst_color_range=ColorRange.MPEG,
    )


def _video(
    target: OutputContainer, picture: VideoStream, facts: ClipFacts, kind: Mezzanine, timecode: str
) -> VideoStream:
    codec, profile = _ENCODERS[kind]
    stream = cast("VideoStream", target.add_stream(codec, rate=facts.fps, options={"profile": profile}))
    stream.width, stream.height, stream.pix_fmt = facts.width, facts.height, _PIXELS
    stream.codec_context.colorspace, stream.codec_context.color_range = Colorspace.ITU709, ColorRange.MPEG
    for tag in ("color_primaries", "color_trc"):
        setattr(stream.codec_context, tag, getattr(picture.codec_context, tag))
    stream.metadata["timecode"] = timecode
    return stream


class _Samples:
    """Hands sound on until the picture's end: no sample more, and silence where some are missing."""

    def __init__(self, wanted: int) -> None:
        self._left = wanted
        self._resampler = av.AudioResampler("s32", "stereo", _RATE)

    def of(self, frame: AudioFrame | None) -> Iterator[AudioFrame]:
        for ready in self._resampler.resample(frame):
            take = min(ready.samples, self._left)
            whole = take == ready.samples
            self._left -= take
            if take:
                piece = ready if whole else _shortened(ready, take)
                piece.pts = None
                yield piece

    def rest(self) -> Iterator[AudioFrame]:
        yield from self.of(None)
        while self._left:
            silent = av.AudioFrame(format="s32", layout="stereo", samples=min(self._left, 1024))
            silent.sample_rate = _RATE
            for plane in silent.planes:
                plane.update(bytes(plane.buffer_size))
            self._left -= silent.samples
            yield silent


def _shortened(frame: AudioFrame, samples: int) -> AudioFrame:
    short = av.AudioFrame.from_ndarray(frame.to_ndarray()[:, : 2 * samples].copy(), "s32", "stereo")
    short.sample_rate = frame.sample_rate
    return short


def _pass_on(packet: Packet[AudioStream], audio: AudioStream, left: _Samples, target: OutputContainer) -> None:
    for frame in packet.decode():
        for ready in left.of(frame):
            target.mux(audio.encode(ready))
