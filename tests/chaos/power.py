"""What a power cut would leave of the files that this process wrote: only what was synced, name by name.

The hardest reading of POSIX: bytes are there after an fsync of their file, a name after an fsync of its folder, and
nothing else is. The databases' own files are left alone: they sync by themselves (`synchronous=FULL`), unseen here.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_rename, _truncate, _unlink = os.rename, os.truncate, os.unlink


@dataclass
class _Bytes:
    path: Path
    synced: int


@dataclass(frozen=True, kw_only=True)
class _Name:
    """A name that no fsync of its folder has put on disk yet."""

    folder: tuple[int, int]
    path: Path
    before: Path | None = None


class Disk:
    """What is on disk for sure, kept up to date step by step."""

    def __init__(self) -> None:
        self._files: dict[tuple[int, int], _Bytes] = {}
        self._names: list[_Name] = []

    def note(self, step: str, args: tuple[Any, ...], answer: Any) -> None:
        """Take note of a step that was done."""
        if step == "open for writing" and isinstance(args[0], str | os.PathLike):
            path = Path(args[0])
            self._files[_identity(answer.fileno())] = _Bytes(path, 0)
            self._pending(path)
        elif step in ("fsync", "fdatasync"):
            self._synced(args[0])
        elif step in ("replace", "rename"):
            self._moved(Path(args[0]), Path(args[1]))
        elif step == "mkdir":
            self._pending(Path(args[0]))
        elif step in ("unlink", "remove"):
            self._names = [name for name in self._names if name.path != Path(args[0])]

    def cut(self) -> None:
        """Leave of the files what a power cut leaves; the process has to end at once.

        Other threads are still at work, so that any single file may be gone already.
        """
        for name in reversed(list(self._names)):
            with suppress(OSError):
                _take_back(name)
        for file in list(self._files.values()):
            with suppress(OSError):
                if file.path.stat().st_size > file.synced:
                    _truncate(file.path, file.synced)

    def _pending(self, path: Path, before: Path | None = None) -> None:
        self._names.append(_Name(folder=_identity(path.parent), path=path, before=before))

    def _synced(self, descriptor: int) -> None:
        which = _identity(descriptor)
        if which in self._files:
            self._files[which].synced = os.fstat(descriptor).st_size
        self._names = [name for name in self._names if name.folder != which]

    def _moved(self, before: Path, after: Path) -> None:
        for file in self._files.values():
            if file.path == before:
                file.path = after
        self._pending(after, before)


def _take_back(name: _Name) -> None:
    if name.before is not None:
        _rename(name.path, name.before)
    elif name.path.is_dir():
        shutil.rmtree(name.path, ignore_errors=True)
    else:
        _unlink(name.path)


def _identity(what: Any) -> tuple[int, int]:
    found = os.stat(what)  # noqa: PTH116 - a path or a descriptor
    return found.st_dev, found.st_ino
