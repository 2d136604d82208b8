"""Starts the simulator as a process of its own and says where it listens.

The simulator is a server behind every adapter, never an import: what runs here is what runs in production, with another
base URL. The process ends with the one that started it, since it watches its standard input.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.errors import MissingDependency, ProviderError
from charkit.settings import child_environment

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Rehearsal", "start_simulator"]


@dataclass(kw_only=True)
class Rehearsal:
    """A running simulator."""

    url: str
    """Where it listens, on loopback only."""
    process: subprocess.Popen[str]

    def close(self) -> None:
        """Stop it; what it was rendering is asked for again by the next one."""
        if self.process.stdin:
            self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
        atexit.unregister(self.close)


def start_simulator(state: Path) -> Rehearsal:
    """Start a simulator that keeps its jobs and rendered clips under `state`.

    Raises:
        MissingDependency: the simulator's packages are not installed.
        ProviderError: it ended before it listened.
    """
    state.mkdir(parents=True, exist_ok=True)
    with (state / "start.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(  # noqa: S603  # our own module, arguments as a list
            [
                sys.executable,
                "-m",
                "charkit.simulator",
                "--port",
                "0",
                "--state",
                str(state),
                "--exit-with-parent",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=child_environment(),
        )
    line = process.stdout.readline() if process.stdout else ""
    try:
        url = str(json.loads(line)["url"])
    except (ValueError, KeyError, TypeError):
        process.kill()
        process.wait()
        said = (state / "start.log").read_text(encoding="utf-8", errors="replace").strip()
        if "ModuleNotFoundError" in said:
            raise MissingDependency(said.rsplit("'", 2)[-2], "simulator") from None
        raise ProviderError(f"did not start: {said[-500:] or 'it said nothing'}", endpoint="simulator") from None
    rehearsal = Rehearsal(url=url, process=process)
    atexit.register(rehearsal.close)
    return rehearsal
