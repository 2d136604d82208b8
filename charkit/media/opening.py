"""Opens clips: whole where their pictures are decoded, quickly where an index and packets will do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import av
from av.error import FFmpegError

from charkit.errors import UnreadableMedia

if TYPE_CHECKING:
    from collections.abc import Mapping

    from av.container import InputContainer

__all__ = ["WITHOUT_DECODING", "open_clip", "open_stored"]

WITHOUT_DECODING: Final = {"codec_whitelist": "none", "probesize": "32"}
"""Keeps FFmpeg from decoding pictures just to open a file, which an MP4's own index makes needless: 0.4 ms for 15."""


def open_clip(path: Path, *, options: Mapping[str, str] | None = None, stored: bool = False) -> InputContainer:
    """Open a clip that must have a picture.

    Args:
        path: The file.
        options: What to tell FFmpeg's reader.
        stored: Whether what `open_stored` tells will do.

    Raises:
        UnreadableMedia: The file is missing, empty, no video, or its index is cut off; says which.
    """
    path = Path(path)
    head = _head(path)
    try:
        container = (
            open_stored(path) if stored else av.open(str(path), metadata_errors="replace", options=dict(options or {}))
        )
    except (FFmpegError, OSError, ValueError) as error:
        raise UnreadableMedia(_why_unreadable(head, error), path=path) from None
    context = container.streams.video[0].codec_context if container.streams.video else None
    if context is None or not context.width:  # a codec that nobody knows has no context
        container.close()
        raise UnreadableMedia("has no video stream", path=path)
    return container


def open_stored(path: Path) -> InputContainer:
    """Open a file for its packets, or for its sound: without decoding a picture where its own index says enough.

    So do the headers of an MP4 with H.264 and AAC; of other codecs FFmpeg has to find out more.

    What only pictures say (pixel format, colours, how many are held back) may be missing; whoever decodes more than the
    first picture needs `open_clip`.

    Raises:
        av.error.FFmpegError: it cannot be opened.
        OSError: it cannot be read.
    """
    with Path(path).open("rb") as file:
        indexed = file.read(8)[4:] == b"ftyp"
    if indexed:
        container = av.open(str(path), metadata_errors="replace", options=dict(WITHOUT_DECODING))
        if _says_enough(container):
            return container
        container.close()
    return av.open(str(path), metadata_errors="replace")


def _says_enough(container: InputContainer) -> bool:
    # A codec that nobody knows has no context.
    pictures = [stream.codec_context for stream in container.streams.video]
    sounds = [stream.codec_context for stream in container.streams.audio]
    return all(c is not None and c.name == "h264" and c.extradata and c.width for c in pictures) and all(
        c is not None and c.name == "aac" and c.extradata and c.sample_rate and c.channels for c in sounds
    )


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except FileNotFoundError:
        raise UnreadableMedia("there is no such file", path=path) from None
    except IsADirectoryError:
        raise UnreadableMedia("is a folder, not a clip", path=path) from None
    except OSError as error:
        raise UnreadableMedia(f"cannot be read: {error.strerror or error}", path=path) from None
    if not head:
        raise UnreadableMedia("the file is empty (0 bytes); download it again", path=path)
    return head


def _why_unreadable(head: bytes, error: Exception) -> str:
    start = head.lstrip()[:15].lower()
    if start.startswith((b"<!doctype", b"<html", b"{")):
        return "is a web page or an error message saved under a clip's name; download the clip itself"
    if head[4:8] == b"ftyp":
        return "is cut off: the index (moov) of the MP4 is missing; download it again"
    return f"is not a clip that can be read ({getattr(error, 'strerror', None) or error})"
