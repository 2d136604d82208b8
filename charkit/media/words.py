"""Words inside media files: read from clips and pictures, and written into a copy that shows the same.

Clips are copied packet by packet into a new container; into a PNG one chunk is added. No pixel is decoded. What is read
was written by anybody: it is handed on as text, of bounded length, and never as more than that.
"""

from __future__ import annotations

import errno
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import av
from av.error import FFmpegError

from charkit.documents import replace_file, whole_file
from charkit.errors import EncodingFailed, UnreadableMedia, UsageError
from charkit.media.chapters import put_chapters, read_chapters
from charkit.media.opening import open_clip
from charkit.media.probe import probe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from av.container import InputContainer, OutputContainer

__all__ = ["CLIPS", "PICTURES", "read_words", "write_words"]

CLIPS: Final = (".mp4", ".m4v", ".mov")
"""Containers that words can be written into."""
PICTURES: Final = (".png",)
"""Pictures that words can be written into."""

MAX_WORDS: Final = 1_000_000
"""Characters of one word's value that are read; a film's recipe of a hundred takes has a third of it."""
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"


def read_words(path: Path) -> dict[str, str]:
    """Return the words in a clip's container, or in a picture's text chunks.

    Raises:
        UnreadableMedia: The file is missing, or neither.
    """
    path = Path(path)
    if path.suffix.lower() in PICTURES:
        found = dict(_png_words(path))
    else:
        with open_clip(path) as container:
            found = {str(name): str(value) for name, value in container.metadata.items()}
    return {name: value for name, value in found.items() if len(value) <= MAX_WORDS}


def write_words(path: Path, out: Path, words: Mapping[str, str]) -> Path:
    """Write a copy of a clip or picture with words in it; words of the same name are replaced, others stay.

    A provenance manifest (C2PA) that is bound to the delivered bytes does not hold for the copy.

    Args:
        path: A clip (`.mp4`, `.m4v`, `.mov`) or a PNG.
        out: The copy; another file of the same kind.
        words: Names that containers know (`title`, `comment`, `description`, `synopsis`); any for a PNG.

    Raises:
        UsageError: It is neither, or the copy would replace it or is of another kind.
        UnreadableMedia: It cannot be read.
        StorageError: The copy cannot be written.
    """
    path, out = Path(path), Path(out)
    kind = path.suffix.lower()
    if kind not in (*CLIPS, *PICTURES):
        raise UsageError(f"{path.name}: words can be put into {', '.join((*CLIPS, *PICTURES))}")
    if out.suffix.lower() != kind:
        raise UsageError(f"{out.name}: the copy of {path.name} has to end in {kind}")
    if out.exists() and path.exists() and out.samefile(path):
        raise UsageError(f"{out}: the copy would replace its original; give it another name")
    if kind in PICTURES:
        replace_file(out, _png_with(path, words))
    else:
        _copy(path, out, words)
    return out


# ---------------------------------------------------------------------- clips


def _copy(path: Path, out: Path, words: Mapping[str, str]) -> None:
    chapters = [(one.start, one.title) for one in read_chapters(path)]
    seconds = probe(path).seconds
    kind = "mov" if out.suffix.lower() == ".mov" else "mp4"
    with whole_file(out) as temporary, open_clip(path) as source:
        try:
            with av.open(str(temporary), "w", format=kind, options={"movflags": "+faststart"}) as target:
                target.metadata.update({**source.metadata, **words})
                put_chapters(target, chapters, seconds)
                _pass_on(source, target)
        except FFmpegError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise EncodingFailed(f"cannot be copied: {error.strerror or error}", path=path) from error


def _pass_on(source: InputContainer, target: OutputContainer) -> None:
    wanted = [*source.streams.video, *source.streams.audio, *source.streams.subtitles]
    streams = {stream.index: target.add_stream_from_template(stream) for stream in wanted}
    for packet in source.demux(wanted):
        if packet.dts is not None:
            packet.stream = streams[packet.stream.index]
            target.mux(packet)


# ---------------------------------------------------------------------- pictures (PNG, ISO/IEC 15948)


def _png_words(path: Path) -> Iterator[tuple[str, str]]:
    for kind, content, _ in _chunks(path, _bytes(path)):
        try:
            if kind == b"tEXt":
                name, _, text = content.partition(b"\0")
                yield name.decode("latin-1"), text.decode("latin-1")
            elif kind == b"iTXt":
                name, _, rest = content.partition(b"\0")
                packed, rest = rest[:1] == b"\1", rest[2:]
                _, _, rest = rest.partition(b"\0")
                _, _, text = rest.partition(b"\0")
                yield name.decode("latin-1"), (_unpacked(text) if packed else text).decode("utf-8")
        except (UnicodeDecodeError, zlib.error):  # somebody else's text, and not to be read
            continue


def _unpacked(text: bytes) -> bytes:
    """Return deflated text, or as much as may be read of it: a few bytes can stand for gigabytes."""
    return zlib.decompressobj().decompress(text, 4 * MAX_WORDS)


def _png_with(path: Path, words: Mapping[str, str]) -> bytes:
    data = _bytes(path)
    names = {name.encode("latin-1") for name in words}
    kept = [data[:8]]
    for kind, content, whole in _chunks(path, data):
        if kind == b"IEND":
            kept += [_chunk(name, text) for name, text in words.items()]
        if kind not in (b"tEXt", b"iTXt", b"zTXt") or content.partition(b"\0")[0] not in names:
            kept.append(whole)
    return b"".join(kept)


def _chunk(name: str, text: str) -> bytes:
    content = name.encode("latin-1") + b"\0\0\0\0\0" + text.encode("utf-8")
    return struct.pack(">I", len(content)) + b"iTXt" + content + struct.pack(">I", zlib.crc32(b"iTXt" + content))


def _chunks(path: Path, data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield kind, content and the whole of each chunk.

    Raises:
        UnreadableMedia: It is no PNG, or is cut off.
    """
    at, kind = 8, b""
    if not data.startswith(_SIGNATURE):
        raise UnreadableMedia("is no PNG", path=path)
    while kind != b"IEND":
        head = data[at : at + 8]
        if len(head) < 8:
            raise UnreadableMedia("is cut off", path=path)
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        end = at + 12 + length
        if end > len(data):
            raise UnreadableMedia("is cut off", path=path)
        yield kind, data[at + 8 : at + 8 + length], data[at:end]
        at = end


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableMedia(f"cannot be read: {error.strerror or error}", path=path) from None
