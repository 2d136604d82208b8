"""Reads an archive that came from somewhere else, and believes nothing that it says of itself.

A bundle is a zip of a few flat kinds of files. Everything else that a zip can hold has no use here, and most of it is
an attack: it is refused as a whole, before a single byte is written, with the member and the rule.
"""

from __future__ import annotations

import stat
import struct
import unicodedata
import zipfile
import zlib
from typing import TYPE_CHECKING

from charkit.errors import BadBundle

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["MAX_BYTES", "MAX_MEMBERS", "MAX_MEMBER_BYTES", "MAX_RATIO", "MAX_TOTAL_BYTES", "read_archive"]

MAX_BYTES = 256 * 2**20
"""Of the file itself. A character with twenty 4K pictures has about 150 MB."""
MAX_MEMBERS = 200
MAX_MEMBER_BYTES = 64 * 2**20
"""Of one member, unpacked: more than any picture that a route takes (50 MB, image-models.md 1)."""
MAX_TOTAL_BYTES = 256 * 2**20
"""Of all members, unpacked."""
MAX_RATIO = 200
"""Unpacked to packed bytes, for members of a megabyte and more. Flat drawings in BMP come to about 100."""

_RATIO_FROM = 2**20
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
    """Return the members of a zip by name, all of them or none.

    Raises:
        BadBundle: it is no zip, or holds something that a bundle never holds.
    """
    try:
        return _members(path)
    except OSError as error:
        raise BadBundle(f"cannot be read: {error.strerror or error}", file=path) from error
    except _DAMAGED as error:
        raise BadBundle(f"is damaged, or no .char file at all ({error})", file=path) from None


def _members(path: Path) -> dict[str, bytes]:
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise BadBundle(f"has {size:,} bytes; at most {MAX_BYTES:,} are read", file=path)
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        _refuse_crowds(members, path)
        for member in members:
            if why := _wrong_name(member.filename) or _wrong_kind(member):
                raise BadBundle(f"the member {member.filename[:80]!r} {why}", file=path)
        return {member.filename: _content(archive, member, path) for member in members}


def _refuse_crowds(members: list[zipfile.ZipInfo], path: Path) -> None:
    if len(members) > MAX_MEMBERS:
        raise BadBundle(f"holds {len(members):,} members; at most {MAX_MEMBERS} are read", file=path)
    total = sum(member.file_size for member in members)
    if total > MAX_TOTAL_BYTES:
        raise BadBundle(f"unpacks to {total:,} bytes; at most {MAX_TOTAL_BYTES:,} are unpacked", file=path)
    seen: dict[str, str] = {}
    for member in members:
        key = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", member.filename).casefold())
        if key in seen:
            raise BadBundle(
                f"holds {seen[key][:80]!r} and {member.filename[:80]!r}, which some disks take for one file", file=path
            )
        seen[key] = member.filename


def _wrong_name(name: str) -> str:
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


def _wrong_kind(member: zipfile.ZipInfo) -> str:
    """Return why a member is not a plain file; empty where it is one."""
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return "is a link or a device, not a file"
    if member.flag_bits & _ENCRYPTED:
        return "is encrypted; a bundle never is"
    if member.compress_type not in _METHODS:
        return "is packed in a way that bundles do not use"
    if member.file_size > MAX_MEMBER_BYTES:
        return f"unpacks to {member.file_size:,} bytes; at most {MAX_MEMBER_BYTES:,} are unpacked"
    if member.file_size >= _RATIO_FROM and member.file_size > MAX_RATIO * max(1, member.compress_size):
        return f"unpacks to more than {MAX_RATIO} times its size"
    return ""


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> bytes:
    """Return a member's bytes: never more than it says that it has, whatever it really unpacks to."""
    with archive.open(member) as packed:
        data = packed.read(member.file_size + 1)
    if len(data) != member.file_size:
        raise BadBundle(f"the member {member.filename[:80]!r} is not as long as it says", file=path)
    if data.startswith(_ARCHIVES):
        raise BadBundle(f"the member {member.filename[:80]!r} is an archive itself", file=path)
    return data
