"""Finds the simulator that works for a data folder, or starts one, and holds a line to it while it is needed.

The simulator is a server behind every adapter, never an import: what runs here is what runs in production, with another
base URL. Notebooks that are open side by side share one. It ends itself when nobody holds a line to it, so that a
killed kernel leaves nothing behind, and the kernel that started it may be the first to go.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from charkit.errors import MissingDependency, ProviderError
from charkit.settings import child_environment

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Rehearsal", "start_simulator"]

_TRIES = 5
_started: list[subprocess.Popen[str]] = []
"""Processes that this one started; they may outlive it, so nobody waits for them."""


@dataclass(kw_only=True)
class Rehearsal:
    """A simulator that is held."""

    url: str
    """Where it listens, on loopback only."""
    line: IO[bytes]

    def close(self) -> None:
        """Let go of it; it ends if nobody else holds it, and what it was drawing is asked for again by the next."""
        self.line.close()
        atexit.unregister(self.close)
        for process in _started:
            process.poll()  # reaps those that have ended


def start_simulator(state: Path) -> Rehearsal:
    """Return the simulator that keeps its jobs and clips under `state`, started if there is none.

    Raises:
        MissingDependency: the simulator's packages are not installed.
        ProviderError: it ended before it listened.
    """
    state.mkdir(parents=True, exist_ok=True)
    for _ in range(_TRIES):
        rehearsal = _held(state)
        if rehearsal is None:
            _start(state)
            rehearsal = _held(state)
        if rehearsal is not None:
            atexit.register(rehearsal.close)
            return rehearsal
        time.sleep(0.2)  # the one that was there is ending, or another process has just started one
    raise ProviderError(_last_words(state) or "could not be started", endpoint="simulator")


def _held(state: Path) -> Rehearsal | None:
    """Take a line to the simulator that is there, if there is one."""
    try:
        url = str(json.loads((state / "server.json").read_text(encoding="utf-8"))["url"])
        if not url.startswith("http://127.0.0.1:"):
            return None
        line = urllib.request.urlopen(f"{url}/control/hold", timeout=5)  # noqa: S310  # loopback, checked above
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if line.readline() != b"held\n":
        line.close()
        return None
    return Rehearsal(url=url, line=line)


def _start(state: Path) -> None:
    """Start a simulator in a session of its own, and wait until it listens or has ended."""
    with (state / "start.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(  # noqa: S603  # our own module, arguments as a list
            [sys.executable, "-m", "charkit.simulator", "--state", str(state), "--while-held", "--lock-timeout", "2"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=child_environment(),
            start_new_session=True,  # an interrupt in the notebook is not meant for it
        )
    _started.append(process)
    if process.stdout is None:
        return
    with process.stdout:
        listening = process.stdout.readline()
    if listening:
        return
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=10)
    words = _last_words(state)
    if "ModuleNotFoundError" in words:
        raise MissingDependency(words.rsplit("'", 2)[-2], "simulator")
    if "another simulator works" not in words:
        raise ProviderError(f"did not start: {words or 'it said nothing'}", endpoint="simulator")


def _last_words(state: Path) -> str:
    with contextlib.suppress(OSError):
        return (state / "start.log").read_text(encoding="utf-8", errors="replace").strip()[-500:]
    return ""
