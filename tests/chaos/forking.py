"""Work in a child process that may be killed at any moment: forked from a parent that has imported everything.

The parent has one thread whenever it forks, and keeps no connection open that a child would share.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import sys
import threading
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's threads, which would be there from its import on


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a child ended."""

    killed: bool
    """Whether it was killed by SIGKILL before it was done, by its own hand."""
    said: Any = None
    """What its work returned; None if it was killed."""
    problem: str = ""
    """Why it did not do its work, if that was neither the end nor the kill."""


class Child:
    """A forked process that does one piece of work and says what came of it, as JSON."""

    def __init__(self, work: Callable[[], Any], log: Path | None) -> None:
        """Fork.

        Args:
            work: What the child does; its result has to be JSON.
            log: Where its standard output and error go; None for where they go already.
        """
        tasks = Path("/proc/self/task")
        if tasks.is_dir() and len(names := [(task / "comm").read_text().strip() for task in tasks.iterdir()]) > 1:
            raise RuntimeError(f"a process with threads must not fork: {names}, {threading.enumerate()}")
        reader, writer = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            _be_the_child(work, writer, log)
        os.close(writer)
        self._reader = reader
        self._heard = b""
        self._status: int | None = None

    def kill(self) -> None:
        """Kill it, as `kill -9` does."""
        os.kill(self.pid, signal.SIGKILL)

    def ended(self) -> bool:
        """Whether it has ended; call it now and then, so that the child is never stuck saying what it has to say."""
        while self._status is None and select.select([self._reader], [], [], 0)[0]:
            piece = os.read(self._reader, 1 << 16)
            if not piece:
                os.close(self._reader)
                self._status = os.waitpid(self.pid, 0)[1]
            self._heard += piece
        return self._status is not None

    def result(self, within: float) -> Ended:
        """Wait for its end; one that takes too long is killed, which is a problem."""
        deadline = time.monotonic() + within
        while not self.ended():
            left = deadline - time.monotonic()
            if left <= 0:
                self.kill()
                os.waitpid(self.pid, 0)
                os.close(self._reader)
                return Ended(killed=False, problem=f"it was not done after {within:.0f} s")
            select.select([self._reader], [], [], left)
        status = self._status or 0
        if os.WIFSIGNALED(status):
            killed = os.WTERMSIG(status) == signal.SIGKILL
            return Ended(killed=killed, problem="" if killed else f"signal {os.WTERMSIG(status)}")
        said = json.loads(self._heard) if self._heard else {}
        return Ended(
            killed=False, said=said.get("result"), problem=said.get("problem", "" if said else "it was silent")
        )


def run(work: Callable[[], Any], log: Path, *, within: float) -> Ended:
    """Do one piece of work in a child, and wait for its end."""
    return Child(work, log).result(within)


def settle() -> None:
    """Leave out of the garbage collector what all children share; once, after the imports."""
    gc.collect()
    gc.freeze()


def _be_the_child(work: Callable[[], Any], writer: int, log: Path | None) -> None:
    status = 1
    try:
        if log is not None:
            with log.open("ab") as output:
                os.dup2(output.fileno(), 1)
                os.dup2(output.fileno(), 2)
        try:
            said = {"result": work()}
        except BaseException:  # noqa: BLE001 - whatever it was, the parent has to hear of it
            said = {"problem": traceback.format_exc()}
        _say(writer, json.dumps(said).encode())
        sys.stdout.flush()
        sys.stderr.flush()
        status = 0
    finally:
        os._exit(status)  # nothing of the parent's is to be closed or flushed twice


def _say(writer: int, data: bytes) -> None:
    while data:
        data = data[os.write(writer, data) :]
