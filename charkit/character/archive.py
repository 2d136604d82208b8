"""Reads an archive that came from somewhere else, and believes nothing that it says of itself.

A bundle is a zip of a few flat kinds of files. Everything else that a zip can hold has no use here, and most of it is
an attack: it is refused as a whole, before a single byte is written, with the member and the rule.
"""

from __future__ import annotations

import errno
import stat
import struct
import unicodedata
import zipfile
import zlib
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.errors import BadBundle, StorageError, StorageFull

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = [
    "MAX_BYTES",
    "MAX_MEMBERS",
    "MAX_MEMBER_BYTES",
    "MAX_RATIO",
    "MAX_TOTAL_BYTES",
    "Limits",
    "read_archive",
    "unpack_archive",
    "wrong_name",
]

MAX_BYTES = 256 * 2**20
"""Of the file itself. A character with twenty 4K pictures has about 150 MB."""
MAX_MEMBERS = 200
MAX_MEMBER_BYTES = 64 * 2**20
"""Of one member, unpacked: more than any picture that a route takes (50 MB, image-models.md 1)."""
MAX_TOTAL_BYTES = 256 * 2**20
"""Of all members, unpacked."""
MAX_RATIO = 200
"""Unpacked to packed bytes, for members of a megabyte and more. Flat drawings in BMP come to about 100."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What an archive of a kind may be at most."""

    what: str
    """What it is called, such as `a .char file`."""
    bytes: int
    """Of the file itself."""
    members: int
    member_bytes: int
    """Of one member, unpacked."""
    total_bytes: int
    """Of all members, unpacked."""
    archives: tuple[str, ...] = ()
    """How names of members end that are archives themselves, and that somebody else checks before opening them."""


def _of_a_character() -> Limits:
    return Limits(
        what="a .char file",
        bytes=MAX_BYTES,
        members=MAX_MEMBERS,
        member_bytes=MAX_MEMBER_BYTES,
        total_bytes=MAX_TOTAL_BYTES,
    )


_RATIO_FROM = 2**20
_BLOCK = 2**20
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_RESERVED = {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))}
"""Names that are devices on Windows, with whatever suffix."""
_FORBIDDEN = set('<>:"|?*\\')
_DAMAGED = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
    EOFError,
    struct.error,
)
"""What zipfile raises at files that are not what they should be."""
_ARCHIVES = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1f\x8b",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!",
    b"BZh",
    b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd",
)
"""How archives and compressed files begin; a tar begins with a name, and is no picture either."""


def read_archive(path: Path) -> dict[str, bytes]:
    """Return the members of a `.char` file by name, all of them or none.

    Raises:
        BadBundle: it is no zip, or holds something that a bundle never holds.
    """
    limits = _of_a_character()
    with _opened(path, limits) as (archive, members):
        return {member.filename: b"".join(_content(archive, member, limits, path)) for member in members}


def unpack_archive(path: Path, folder: Path, limits: Limits) -> tuple[str, ...]:
    """Write the members of a zip into an empty folder of ours, and return their names.

    All that an archive says of itself is checked before anything is written; what only shows while it is unpacked ends
    it, so the folder is to be thrown away then.

    Raises:
        BadBundle: it is no zip, or holds something that a bundle never holds.
        StorageError: the folder cannot be written to.
    """
    with _opened(path, limits) as (archive, members):
        for member in members:
            with closing(_File(folder / member.filename)) as file:
                for block in _content(archive, member, limits, path):
                    file.write(block)
        return tuple(member.filename for member in members)


class _File:
    """A file of which every error is one of the disk."""

    def __init__(self, target: Path) -> None:
        self._target = target
        with self._disk():
            target.parent.mkdir(parents=True, exist_ok=True)
            self._file = target.open("xb")

    def write(self, block: bytes) -> None:
        with self._disk():
            self._file.write(block)

    def close(self) -> None:
        with self._disk():
            self._file.close()

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            kind = StorageFull if error.errno in (errno.ENOSPC, errno.EDQUOT) else StorageError
            raise kind(f"cannot be written: {error.strerror or error}", path=self._target) from error


@contextmanager
def _opened(path: Path, limits: Limits) -> Iterator[tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]]:
    """Open a zip whose directory holds nothing that is refused."""
    try:
        size = path.stat().st_size
        if size > limits.bytes:
            raise BadBundle(f"has {size:,} bytes; at most {limits.bytes:,} are read", file=path)
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _refuse_crowds(members, limits, path)
            for member in members:
                if why := wrong_name(member.filename) or _wrong_kind(member, limits):
                    raise BadBundle(f"the member {member.filename[:80]!r} {why}", file=path)
            yield archive, members
    except OSError as error:
        raise BadBundle(f"cannot be read: {error.strerror or error}", file=path) from error
    except _DAMAGED as error:
        raise BadBundle(f"is damaged, or not {limits.what} at all ({error})", file=path) from None


def _refuse_crowds(members: list[zipfile.ZipInfo], limits: Limits, path: Path) -> None:
    if len(members) > limits.members:
        raise BadBundle(f"holds {len(members):,} members; at most {limits.members} are read", file=path)
    total = sum(member.file_size for member in members)
    if total > limits.total_bytes:
        raise BadBundle(f"unpacks to {total:,} bytes; at most {limits.total_bytes:,} are unpacked", file=path)
    seen: dict[str, str] = {}
    for member in members:
        key = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", member.filename).casefold())
        if key in seen:
            raise BadBundle(
                f"holds {seen[key][:80]!r} and {member.filename[:80]!r}, which some disks take for one file", file=path
            )
        seen[key] = member.filename


def wrong_name(name: str) -> str:
    """Return what is wrong with a member's name; empty where it is a plain relative path."""
    if name != unicodedata.normalize("NFC", name) or len(name.encode("utf-8", "replace")) > 400:
        return "has a name that not every disk keeps as it is"
    if any(c in _FORBIDDEN or unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in name):
        return "has a character in its name that paths may not have"
    parts = name.split("/")
    if name.startswith("/") or ".." in parts:
        return "would be written outside of the folder"
    if name.endswith("/"):
        return "is a folder; a bundle holds files only"
    for part in parts:
        if part in ("", ".") or part != part.strip() or part.endswith("."):
            return "has a name that not every disk keeps as it is"
        if part.startswith(".") or part.partition(".")[0].casefold() in _RESERVED:
            return "has a name with a meaning of its own"
    return ""


def _wrong_kind(member: zipfile.ZipInfo, limits: Limits) -> str:
    """Return why a member is not a plain file; empty where it is one."""
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return "is a link or a device, not a file"
    if member.flag_bits & _ENCRYPTED:
        return "is encrypted; a bundle never is"
    if member.compress_type not in _METHODS:
        return "is packed in a way that bundles do not use"
    if member.file_size > limits.member_bytes:
        return f"unpacks to {member.file_size:,} bytes; at most {limits.member_bytes:,} are unpacked"
    if member.file_size >= _RATIO_FROM and member.file_size > MAX_RATIO * max(1, member.compress_size):
        return f"unpacks to more than {MAX_RATIO} times its size"
    return ""


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limits: Limits, path: Path) -> Iterator[bytes]:
    """Yield a member's bytes: never more than it says that it has, whatever it really unpacks to."""
    left = member.file_size
    with archive.open(member) as packed:
        first = True
        while block := packed.read(min(_BLOCK, left + 1)):
            if first and block.startswith(_ARCHIVES) and not member.filename.endswith(limits.archives):
                raise BadBundle(f"the member {member.filename[:80]!r} is an archive itself", file=path)
            first = False
            left -= len(block)
            if left < 0:
                break
            yield block
    if left:
        raise BadBundle(f"the member {member.filename[:80]!r} is not as long as it says", file=path)
