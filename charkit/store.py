"""Media files under the digest of their bytes.

Layout: `<root>/sha256/ab/cdef….mp4`, where `abcdef…` is the SHA-256 of the content; files on their way in stand in
`<root>/incoming/`.

Invariants:
    * a file under `sha256/` is complete: it gets its name in one step, after its bytes are on disk (fsync), and the
      name is on disk before `put` returns;
    * bytes decide the name, so two processes that put the same bytes at once end with one file, and neither fails;
    * when anything goes wrong (no space, a download that breaks, a check that fails) no file is left behind;
    * a digest that is not 64 lower-case hexadecimal digits never becomes part of a path.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import time
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from charkit.errors import CorruptObject, StorageError, StorageFull

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from io import FileIO

__all__ = ["Elsewhere", "Store", "Stored", "digest_of"]

_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
_BLOCK = 1 << 20
_STALE = 24 * 3600.0
"""Seconds after which a file in `incoming/` belongs to a process that died, and is swept away."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """One object in the store."""

    digest: str
    """`sha256:` and 64 hexadecimal digits."""
    path: Path
    size: int
    """Bytes."""


def digest_of(data: bytes) -> str:
    """Return the tagged digest of some bytes, as the store files them."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


class Elsewhere(Protocol):
    """Another store, which several machines share; see `charkit.mirror`."""

    def keep(self, stored: Stored) -> None:
        """File an object there too."""

    def find(self, digest: str) -> tuple[Iterator[bytes], str] | None:
        """Return an object's bytes and how its name ends; None if it is not there."""


class Store:
    """A folder of media files, each filed under the digest of its bytes.

    With a mirror, what is filed here is filed there as well, and what is not here is fetched from there and checked.
    """

    def __init__(self, root: Path | str, *, mirror: Elsewhere | None = None) -> None:
        self.root = Path(root)
        self._mirror = mirror
        self._swept = False
        self._named: set[Path] = set()
        """Folders whose own names are on disk, as far as this process has seen to it."""

    def __repr__(self) -> str:
        return "Store()"

    def put(self, data: bytes, suffix: str) -> Stored:
        """File `data`; filing the same bytes again changes nothing.

        Args:
            data: The content.
            suffix: How the file name ends, such as `.png`.

        Raises:
            StorageFull: no space; nothing was left half-written.
            StorageError: the suffix is not one, or the disk refuses.
        """
        return self.put_stream((data,), suffix)

    def put_stream(
        self, chunks: Iterable[bytes], suffix: str, *, check: Callable[[Path], None] | None = None
    ) -> Stored:
        """File what a stream delivers.

        Args:
            chunks: The content, piece by piece. What it raises goes through unchanged, and nothing is kept.
            suffix: How the file name ends, such as `.mp4`.
            check: Called with the complete file before it is filed; what it raises goes through, and nothing is kept.

        Raises:
            StorageFull: no space; nothing was left half-written.
            StorageError: the suffix is not one, or the disk refuses.
        """
        if not _SUFFIX.fullmatch(suffix):
            raise StorageError(f"{suffix!r} is not a file suffix such as '.mp4'")
        incoming = self._incoming(suffix)
        try:
            digest, size = _write(incoming, chunks)
            if check is not None:
                check(incoming)
            stored = self._file(incoming, digest, size, suffix)
        finally:
            with suppress(OSError):
                incoming.unlink(missing_ok=True)
        if self._mirror is not None:
            self._mirror.keep(stored)
        return stored

    def path(self, digest: str) -> Path:
        """Return where an object stands. Only its presence is checked; `verify` reads it.

        Raises:
            StorageError: there is no such object, or the digest is not one.
        """
        found = self._find(digest) or self._fetched(digest)
        if found is None:
            raise StorageError(
                f"the store has no object {digest}. It was moved, or never fetched: run again to fetch it"
            )
        return found

    def has(self, digest: str) -> bool:
        """Whether the object is here.

        Raises:
            StorageError: the digest is not one.
        """
        return (self._find(digest) or self._fetched(digest)) is not None

    def verify(self, digest: str) -> Stored:
        """Read an object through and compare it with its digest.

        Raises:
            CorruptObject: the bytes are not those that were filed.
            StorageError: there is no such object, or it cannot be read.
        """
        path = self.path(digest)
        content = hashlib.sha256()
        size = 0
        with _disk(path), path.open("rb") as file:
            while block := file.read(_BLOCK):
                content.update(block)
                size += len(block)
        if f"sha256:{content.hexdigest()}" != digest:
            raise CorruptObject(
                f"holds other bytes than its digest {digest} says. Delete the file and run again to fetch it", path=path
            )
        return Stored(digest=digest, path=path, size=size)

    def discard(self, digest: str) -> None:
        """Delete an object; it is no error if there is none.

        Raises:
            StorageError: the digest is not one, or the disk refuses.
        """
        found = self._find(digest)
        if found is not None:
            with _disk(found):
                found.unlink(missing_ok=True)

    def _fetched(self, digest: str) -> Path | None:
        """Bring an object here from where it is mirrored, if it is there and what its digest says."""
        found = None if self._mirror is None else self._mirror.find(digest)
        if found is None:
            return None
        chunks, suffix = found
        incoming = self._incoming(suffix)
        try:
            got, size = _write(incoming, chunks)
            if got != digest:
                raise CorruptObject(
                    f"the shared store holds other bytes than the digest {digest} says. Delete it there"
                )
            return self._file(incoming, digest, size, suffix).path
        finally:
            with suppress(OSError):
                incoming.unlink(missing_ok=True)

    def _find(self, digest: str) -> Path | None:
        stem = self._stem(digest)
        with _disk(stem):
            # The suffix is not part of the identity: whatever it is, there is at most a handful.
            # Listing the folder takes a tenth of the time that `glob` takes for it.
            if not stem.parent.is_dir():
                return None
            with os.scandir(stem.parent) as entries:
                found = min((entry.name for entry in entries if entry.name.startswith(f"{stem.name}.")), default=None)
            return None if found is None else stem.parent / found

    def _stem(self, digest: str) -> Path:
        match = _DIGEST.fullmatch(digest)
        if match is None:
            raise StorageError(f"{digest!r} is not a digest of the form 'sha256:<64 hexadecimal digits>'")
        return self.root / "sha256" / match[1][:2] / match[1][2:]

    def _incoming(self, suffix: str) -> Path:
        folder = self.root / "incoming"
        with _disk(folder):
            self._make_folder(folder)
            if not self._swept:
                _sweep(folder)
                self._swept = True
        return folder / f"{uuid.uuid4().hex}{suffix}"

    def _file(self, incoming: Path, digest: str, size: int, suffix: str) -> Stored:
        existing = self._find(digest)
        if existing is not None and existing.stat().st_size == size:
            with _disk(existing):  # whoever filed it may not have come as far as putting its name on disk
                self._make_folder(existing.parent)
                _sync_folder(existing.parent)
            return Stored(digest=digest, path=existing, size=size)
        # A file of another size under this name is damaged; the good bytes take its place.
        path = existing or self._stem(digest).with_suffix(suffix)
        with _disk(path):
            self._make_folder(path.parent)
            incoming.replace(path)
            _sync_folder(path.parent)
        return Stored(digest=digest, path=path, size=size)

    def _make_folder(self, folder: Path) -> None:
        """Make a folder, and put its name on disk and the names that lead to it: an fsync reaches one level only.

        Also where it is there already: whoever made it may not have come as far.
        """
        if folder in self._named and folder.is_dir():
            return
        if folder.is_relative_to(self.root) or not folder.parent.is_dir():
            self._make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)
        self._named.add(folder)


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    """Turn what the disk says into a typed error."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise StorageFull(
                "no space left on the disk. What was made before stays; free some space and run again", path=path
            ) from error
        raise StorageError(error.strerror or str(error), path=path) from error


def _write(path: Path, chunks: Iterable[bytes]) -> tuple[str, int]:
    content = hashlib.sha256()
    size = 0
    with _opened(path) as file:
        for chunk in chunks:  # outside `_disk`: a broken connection is an OSError too, and not the disk's
            with _disk(path):
                _write_all(file, chunk)
            content.update(chunk)
            size += len(chunk)
        with _disk(path):
            os.fsync(file.fileno())
    return f"sha256:{content.hexdigest()}", size


def _write_all(file: FileIO, data: bytes) -> None:
    """Write a piece; a raw file may take less than all of it at a time."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


@contextmanager
def _opened(path: Path) -> Iterator[FileIO]:
    with _disk(path):
        file = path.open("xb", buffering=0)  # pieces are large: a buffer would copy each once more
    try:
        yield file
    finally:
        with suppress(OSError):  # after a failed write that is the error to tell
            file.close()


def _sync_folder(folder: Path) -> None:
    """Put a folder's names on disk, where the system can (POSIX)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep(folder: Path) -> None:
    for leftover in folder.iterdir():
        with suppress(OSError):
            if time.time() - leftover.stat().st_mtime > _STALE:
                leftover.unlink(missing_ok=True)
