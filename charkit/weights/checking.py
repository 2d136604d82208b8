"""Is a file the one that it is said to be? If not, what is it?"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["problem_of", "sha256_of"]

_HEAD = 512
"""Bytes that tell a web page from a model."""

_KNOWN: dict[tuple[str, int, int], str] = {}
"""Digests of files whose name, size and time of change are still the same."""


def sha256_of(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal digits; computed once for as long as the file is not touched.

    Raises:
        OSError: it cannot be read.
    """
    facts = path.stat()
    key = (str(path.resolve()), facts.st_size, facts.st_mtime_ns)
    if key not in _KNOWN:
        with path.open("rb") as file:
            _KNOWN[key] = hashlib.file_digest(file, "sha256").hexdigest()
    return _KNOWN[key]


def problem_of(path: Path, *, sha256: str, size: int | None) -> str:
    """Return what is wrong with a file; empty where it is exactly the one with this digest.

    Args:
        path: The file.
        sha256: The digest that it must have.
        size: The bytes that it must have, where that is known.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
        found = path.stat().st_size
        if found and not (what := _no_model(head)) and sha256_of(path) == sha256:
            return ""
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
    if not found:
        return "is empty (0 bytes)"
    if what:
        return what
    if size is not None and found < size:
        return f"is cut off: {found:,} of {size:,} bytes"
    return f"is not the file that is pinned, or was altered: its SHA-256 is {sha256_of(path)[:12]}…, not {sha256[:12]}…"


def _no_model(head: bytes) -> str:
    start = head.lstrip()[:40].lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "is a web page saved under a model's name; the download went to a page, not to the file"
    if start.startswith(b"version https://git-lfs"):
        return "is a pointer of Git LFS, not the file that it points to"
    if start.startswith(b"{"):
        return "is an error message (JSON) saved under a model's name"
    return ""
