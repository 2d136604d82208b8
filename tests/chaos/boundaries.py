"""Every step by which a process leaves something behind: seen, named, counted, and turned into the last one on request.

Inside the process that is to be killed, `Boundaries.install` wraps
    * files: opening for writing, every write(2) that the buffers let through, fsync, rename, link, unlink, mkdir;
    * databases: every statement that writes and every commit, at the drivers (sqlite3, psycopg);
    * the network: every connect, send and receive of a socket.
Each is a boundary twice, before and after the call; only a statement is one, as it changes nothing before its commit,
so that after one is the same as before the next. A boundary's kind says what is done and for whom: the step, the
innermost function of charkit that asked for it, and the side. Threads make the order of steps differ from run to run,
so a place to die is "the nth boundary of a kind", or the nth of all.
"""

from __future__ import annotations

import builtins
import functools
import io
import os
import re
import signal
import socket
import sqlite3
import sys
import threading
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from power import Disk

EVERY = "*"
"""Stands for all kinds."""

_CALLS = ("fsync", "fdatasync", "replace", "rename", "unlink", "remove", "link", "mkdir", "rmdir", "truncate")
_WIRE = ("connect", "send", "sendall", "recv", "recv_into")
_WRITES = re.compile(
    r"\s*(begin immediate|(insert|update|delete|create|alter|drop)\b\s*(into|from|table|index)?\s*\S+)"
)
_BETWEEN = frozenset({"charkit.ledger.engine", "charkit.ledger.prepared", "charkit.ledger.together"})
"""Modules that only pass on: the step belongs to who called them."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where to die: the nth boundary of a kind."""

    kind: str
    nth: int


class Boundaries:
    """The boundaries that this process crosses; it does not survive the one that it is told."""

    def __init__(self, last: Place | None = None, disk: Disk | None = None) -> None:
        """Begin to count.

        Args:
            last: Where to die; None for nowhere.
            disk: What is on disk for sure: the process then dies as in a power cut.
        """
        self.crossed: list[str] = []
        """The kinds, in the order in which they were crossed."""
        self._counts: Counter[str] = Counter()
        self._last = last
        self._disk = disk
        self._lock = threading.RLock()  # a power cut takes steps of its own

    def cross(self, kind: str) -> None:
        """Note a boundary, and die if it is the last one."""
        with self._lock:
            self._counts[kind] += 1
            self._counts[EVERY] += 1
            self.crossed.append(kind)
            if self._last is not None and self._counts[self._last.kind] == self._last.nth:
                self._die()

    def _die(self) -> None:
        self._last = None
        try:
            if self._disk is not None:
                self._disk.cut()
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
            signal.pause()  # the signal ends the process before this returns

    def around(self, step: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return a call with a boundary on each of its sides."""

        @functools.wraps(call, updated=())
        def watched(*args: Any, **kwargs: Any) -> Any:
            who = _asked_by()
            self.cross(f"{step} in {who}: before")
            answer = call(*args, **kwargs)
            if self._disk is not None:
                with self._lock:
                    self._disk.note(step, args, answer)
            self.cross(f"{step} in {who}: after")
            return answer

        return watched

    def install(self) -> None:
        """Wrap all steps, in this process and for good."""
        self._watch_files()
        self._watch_sqlite()
        self._watch_postgresql()
        for name in _WIRE:
            setattr(socket.socket, name, self.around(f"socket {name}", getattr(socket.socket, name)))

    def _watch_files(self) -> None:
        for name in _CALLS:
            setattr(os, name, self.around(name, getattr(os, name)))
        plain = io.open
        raw = type("WatchedFile", (io.FileIO,), {"write": self.around("write", io.FileIO.write)})
        make = self.around("open for writing", raw)

        @functools.wraps(plain)
        def opened(file: Any, mode: str = "r", buffering: int = -1, *rest: Any, **options: Any) -> Any:
            if not set(mode) & set("wxa+"):
                return plain(file, mode, buffering, *rest, **options)
            return _buffered(make, file, mode, buffering, *rest, **options)

        io.open = builtins.open = opened

    def _watch_sqlite(self) -> None:
        watch = self._statements(sqlite3.Cursor)
        commit = self.around("sqlite commit", sqlite3.Connection.commit)

        class Cursor(sqlite3.Cursor):
            execute = watch("execute")
            executemany = watch("executemany")

        class Connection(sqlite3.Connection):
            def cursor(self, factory: type[sqlite3.Cursor] = Cursor) -> Any:
                return super().cursor(factory)

            def commit(self) -> None:
                commit(self)

        connect = sqlite3.dbapi2.connect
        sqlite3.dbapi2.connect = functools.partial(connect, factory=Connection)

    def _watch_postgresql(self) -> None:
        try:
            import psycopg
        except ImportError:
            return
        watch = self._statements(psycopg.Cursor)
        psycopg.Cursor.execute, psycopg.Cursor.executemany = watch("execute"), watch("executemany")
        psycopg.Connection.commit = self.around("postgresql commit", psycopg.Connection.commit)

    def _statements(self, cursor: type) -> Callable[[str], Callable[..., Any]]:
        def watch(name: str) -> Callable[..., Any]:
            plain = getattr(cursor, name)

            @functools.wraps(plain)
            def executed(this: Any, statement: Any, *args: Any, **kwargs: Any) -> Any:
                writes = _WRITES.match(statement.lower()) if isinstance(statement, str) else None
                if writes:
                    self.cross(f"{' '.join(writes[1].split())} in {_asked_by()}: before")
                return plain(this, statement, *args, **kwargs)

            return executed

        return watch


def _asked_by() -> str:
    """Return the innermost function of charkit on the stack."""
    frame = sys._getframe(2)
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module.startswith("charkit.") and module not in _BETWEEN:
            function = frame.f_code.co_qualname.partition(".<locals>")[0]
            return f"{module.removeprefix('charkit.')}.{function}"
        frame = frame.f_back
    return "no module of charkit"


def _buffered(
    make: Callable[..., Any],
    file: Any,
    mode: str,
    buffering: int,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
    closefd: bool = True,
    opener: Any = None,
) -> Any:
    """Return what `open` does for files that are written, on top of a raw file that is watched."""
    raw = make(file, mode.replace("b", "").replace("t", ""), closefd, opener)
    if buffering == 0:
        return raw
    size = buffering if buffering > 1 else io.DEFAULT_BUFFER_SIZE
    stream = io.BufferedRandom(raw, size) if "+" in mode else io.BufferedWriter(raw, size)
    if "b" in mode:
        return stream
    text = io.TextIOWrapper(stream, encoding, errors, newline, line_buffering=buffering == 1)
    text.mode = mode
    return text
