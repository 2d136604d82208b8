"""Small copies of clips, to try a cut with: a few pixels high, with their own rate, length and sound.

A trial of a film whose clips are small takes a fraction of the time, since all that is decoded, drawn and encoded is
small. What is tried that way is cut, crossed and titled by the same code as the film itself.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import av
from av.error import FFmpegError

from charkit.documents import whole_file
from charkit.errors import EncodingFailed
from charkit.media.conform import conform
from charkit.media.fit import fit_together
from charkit.media.opening import open_clip
from charkit.media.sound import RATE, decode, frame

if TYPE_CHECKING:
    from pathlib import Path

    from charkit.media.conform import Shape
    from charkit.media.probe import ClipFacts

__all__ = ["HEIGHT", "write_proxy"]

_BLOCK: Final = 1024  # samples of a frame of AAC

HEIGHT: Final = 180
"""Pixels down: enough to judge a cut by, an eighth of the work of 512 lines."""


def write_proxy(facts: ClipFacts, out: Path, *, height: int = HEIGHT) -> Path:
    """Write a small copy of a clip: its picture scaled, its sound as AAC.

    Args:
        facts: The clip.
        out: The MP4; it appears under its name when it is whole.
        height: Pixels down; a clip that is smaller keeps its size.

    Raises:
        UnreadableMedia: the clip cannot be decoded.
        EncodingFailed: the copy cannot be encoded.
        StorageError: it cannot be written; `StorageFull` without room.
    """
    with whole_file(out) as whole:
        picture = whole.with_suffix(".picture.mp4")
        try:
            conform(facts, _small(facts, height), picture)
            _with_sound(picture, facts, whole)
        except FFmpegError as error:
            if error.filename:  # the disk's own word goes through
                raise
            raise EncodingFailed(f"cannot be made small: {error.strerror or error}", path=facts.path) from error
        finally:
            picture.unlink(missing_ok=True)
    return out


def _small(facts: ClipFacts, height: int) -> Shape:
    """The shape into which copying could put it, but smaller: clips that fit together still do, the others not."""
    own = fit_together([facts])[0].shape
    down = max(2, min(height, facts.height) // 2 * 2)
    across = max(2, round(facts.width * down / facts.height / 2) * 2)
    return replace(own, codec="h264", profile="High", pixel_format="yuv420p", width=across, height=down)


def _with_sound(picture: Path, facts: ClipFacts, out: Path) -> None:
    heard = decode(facts.path, start=Fraction(facts.start)) if facts.has_sound else None
    with open_clip(picture) as source, av.open(str(out), "w", format="mp4") as copy:
        shown = source.streams.video[0]
        stream = copy.add_stream_from_template(shown)
        voice = copy.add_stream("aac", rate=RATE, layout="stereo", options={"b": "96k"}) if heard is not None else None
        for packet in source.demux(shown):
            if packet.dts is not None:
                packet.stream = stream
                copy.mux(packet)
        if heard is not None and voice is not None:
            for start in range(0, heard.shape[1], _BLOCK):
                copy.mux(voice.encode(frame(heard[:, start : start + _BLOCK], start)))
            copy.mux(voice.encode())
