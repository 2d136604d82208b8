"""Who is sending a job: an identity for this process, and whether another one still lives.

A process that dies between "about to send" and "sent" leaves a job that nobody works on. Whoever finds it must tell
that from a job that another process is sending at this moment; the process identity in the job's row answers that at
once on the same machine, and after the claim's end elsewhere.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

__all__ = ["alive", "current"]


def current() -> str:
    """Return `host/pid/start` of this process; `start` tells processes apart that got the same number."""
    pid = os.getpid()
    return f"{socket.gethostname()}/{pid}/{_start_of(pid)}"


def alive(owner: str) -> bool:
    """Whether the process may still be at work. One that cannot be asked counts as alive: its claim has an end."""
    host, _, rest = owner.rpartition("/")[0].rpartition("/")
    start = owner.rpartition("/")[2]
    if not rest.isdigit() or host != socket.gethostname() or os.name != "posix":
        return bool(owner)
    pid = int(rest)
    return _exists(pid) and _start_of(pid) == start


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it exists and belongs to somebody else
        return True
    return True


def _start_of(pid: int) -> str:
    """Return the start time of a process in clock ticks since boot (Linux, proc(5) field 22); empty elsewhere."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        return fields[19]
    except (OSError, IndexError):
        return ""
