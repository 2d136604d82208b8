"""Whether committed pages of an SQLite file are gone: its write-ahead log cut off or left behind.

SQLite reads a write-ahead log up to the first frame that is not whole and takes that for its end, without a word
(https://sqlite.org/walformat.html). For an unfinished transaction that is right. But a log that was cut off later, by a
full disk, a broken copy or a repair of the file system, silently loses commits: jobs go back to what they were before
they were sent. The index beside the log (`-shm`) remembers how many frames were committed, and is written only after
they were on disk; so a log that holds fewer than its index says has lost some.
"""

from __future__ import annotations

import struct
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["missing"]

_WAL_HEADER = 32
_FRAME_HEADER = 24
_INDEX_HEADER = 48
"""`WalIndexHdr`; it stands there twice, and `nBackfill` follows."""


@dataclass(frozen=True, kw_only=True)
class _Index:
    frames: int
    """Valid frames in the log after the newest commit."""
    copied: int
    """Of them, how many a checkpoint has copied into the database."""
    page: int
    """Bytes."""
    salt: bytes
    """Names the generation of the log."""


def missing(database: Path) -> str | None:
    """Say what is missing of a file's write-ahead log; None if nothing is known to be.

    Best asked before the file is opened: whoever opens it first rebuilds the index from what is left. A log in use is
    never found wanting, because its frames are on disk before its index counts them.
    """
    index = _read_index(_beside(database, "-shm"))
    if index is None or index.frames <= index.copied:
        return None
    log = _beside(database, "-wal")
    try:
        size = log.stat().st_size
        with log.open("rb") as file:
            header = file.read(_WAL_HEADER)
    except FileNotFoundError:
        size, header = 0, b""
    if size and len(header) == _WAL_HEADER and header[16:24] != index.salt:
        return None  # a newer log than the index: nobody has read it yet
    whole = max(0, size - _WAL_HEADER) // (_FRAME_HEADER + index.page)
    if whole >= index.frames or _read_index(_beside(database, "-shm")) != index:
        return None
    return f"its write-ahead log holds {whole} of {index.frames} committed pages"


def _beside(database: Path, suffix: str) -> Path:
    return database.with_name(database.name + suffix)


def _read_index(path: Path) -> _Index | None:
    try:
        with path.open("rb") as file:
            data = file.read(2 * _INDEX_HEADER + 4)
    except OSError:
        return None
    if len(data) < 2 * _INDEX_HEADER + 4 or data[:_INDEX_HEADER] != data[_INDEX_HEADER : 2 * _INDEX_HEADER]:
        return None  # being written at this moment, or never used
    order = "<" if sys.byteorder == "little" else ">"
    started, _, page, frames = struct.unpack(f"{order}BBHI", data[12:20])
    (copied,) = struct.unpack(f"{order}I", data[2 * _INDEX_HEADER :])
    # A page of 65,536 bytes is written as 1 (https://sqlite.org/fileformat2.html).
    return (
        _Index(frames=frames, copied=copied, page=65536 if page == 1 else page, salt=data[32:40]) if started else None
    )
