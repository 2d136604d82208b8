"""Downloads one pinned file: streamed beside its place, checked whole, and only then given its name."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx2

from charkit.errors import BadWeights, StorageError, StorageFull, Unavailable
from charkit.weights.checking import problem_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["fetch"]

_TIMEOUT = httpx2.Timeout(30.0, connect=15.0)
"""Seconds without a byte after which a download counts as broken."""

_CHUNK = 1 << 16
_PARTIAL, _PAST_THE_END = 206, 416


def fetch(
    url: str, target: Path, *, sha256: str, size: int, on_progress: Callable[[int, int], None] | None = None
) -> None:
    """Download a file to a place, or leave nothing under that name.

    A download that broke off goes on where it stopped, if the server can; bytes beyond `size` are never written.

    Args:
        url: Where it is.
        target: Where it goes.
        sha256: The digest that it must have.
        size: The bytes that it must have.
        on_progress: Is told the bytes that are there, and all of them.

    Raises:
        Unavailable: the server cannot be reached, refuses, or breaks off; asking again goes on from there.
        BadWeights: what came is not the pinned file.
        StorageError: it cannot be written; `StorageFull` when the disk is full.
    """
    part = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        resumed = _stream(url, part, size, on_progress)
        problem = problem_of(part, sha256=sha256, size=size)
        if problem and resumed:  # the half that was there may be of another file
            part.unlink()
            _stream(url, part, size, on_progress)
            problem = problem_of(part, sha256=sha256, size=size)
        if problem:
            part.unlink()
            raise BadWeights(f"what {_host(url)} sent {problem}. Nothing was kept", file=target.name)
        part.replace(target)
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        kind = StorageFull if full else StorageError
        raise kind(f"cannot be written: {error.strerror or error}", path=target) from error


def _stream(url: str, part: Path, size: int, on_progress: Callable[[int, int], None] | None) -> bool:
    """Bring the file's bytes into `part`; return whether some of them were there before."""
    have = part.stat().st_size if part.is_file() else 0
    if have > size:
        part.unlink()
        have = 0
    if have == size:
        return True
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={have}-"} if have else {})}
    try:
        with httpx2.stream("GET", url, headers=headers, follow_redirects=True, timeout=_TIMEOUT) as answer:
            if answer.status_code == _PAST_THE_END and have:
                part.unlink()
                return _stream(url, part, size, on_progress)
            if answer.status_code >= httpx2.codes.BAD_REQUEST:
                raise Unavailable(f"answered {answer.status_code}", endpoint=_host(url), status_code=answer.status_code)
            goes_on = answer.status_code == _PARTIAL and _begins_at(answer, have)
            _write(answer, part, have if goes_on else 0, size, on_progress)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        there = part.stat().st_size if part.is_file() else 0
        raise Unavailable(
            f"the download broke off ({type(error).__name__}) with {there:,} of {size:,} bytes; ask again to go on",
            endpoint=_host(url),
        ) from None
    return goes_on


def _write(
    answer: httpx2.Response, part: Path, have: int, size: int, on_progress: Callable[[int, int], None] | None
) -> None:
    with part.open("r+b" if have else "wb") as file:
        file.seek(have)
        for chunk in answer.iter_bytes(_CHUNK):
            file.write(chunk[: size - have])
            have += len(chunk)
            if on_progress is not None:
                on_progress(min(have, size), size)
            if have > size:
                break
        file.truncate()
    if have > size:
        part.unlink()
        raise BadWeights(f"{_host(str(answer.url))} sent more than {size:,} bytes. Nothing was kept", file=part.name)


def _begins_at(answer: httpx2.Response, have: int) -> bool:
    return answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")


def _host(url: str) -> str:
    return urlsplit(url).hostname or url
