"""A process that has the imports of a kernel behind it and forks: each run gets a kernel of its own, ready at once.

Started as `python -m charkit.batch.forking`; see `charkit.batch.kernels` for the other end. It reads one JSON line for
each kernel wanted and answers with one: `{"pid": 123}`. When its input ends, it ends, and its kernels with it.

What every kernel needs is imported before the first line is read; what a line says that later ones will need, after it,
while nobody waits.

What keeps a forked kernel as good as a started one:
    * here nothing runs but imports: no thread of Python's, no loop, no socket, no notebook's code;
    * only what is listed in `READY` and `LATER` is imported: modules whose import leaves nothing
      that differs from run to run. Matplotlib is not among them, since it decides at import how it draws in a notebook;
    * every kernel is a fork of this clean state and serves one notebook; its environment, folder, session, signals and
      arguments are those that a started kernel would have, and numpy's global generator is seeded anew (Python's own
      is by Python).
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import select
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypedDict

from charkit.settings import export

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["LATER", "READY", "Wanted", "main"]

READY: Final = ("IPython", "ipykernel.kernelapp", "ipykernel.ipkernel")
"""What every kernel needs; imported before the first fork."""

LATER: Final = ("charkit.studio", "openai", "google.genai", "charkit.scoring")
"""What notebooks that open a studio need."""

_PR_SET_PDEATHSIG = 1  # prctl(2), linux/prctl.h


class Wanted(TypedDict):
    """A kernel to fork."""

    arguments: list[str]
    """What stands after `python -m ipykernel_launcher`."""
    folder: str
    later: list[str]
    """Modules that kernels after this one will need; imported as far as they are installed."""
    environment: dict[str, str]


def main() -> int:
    """Import what kernels need, then fork one for every line that comes in, until no more can come."""
    _forget_own_folder()
    orders, answers = _kept_apart()
    export(JPY_PARENT_PID=str(os.getpid()))  # ipykernel reads it when it is imported, to end when its parent has
    for name in READY:
        importlib.import_module(name)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt at the shell is for whoever drives the notebooks
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for kernels here
    later: list[str] = []
    while True:
        while later and not _asked(orders):
            name = later.pop(0)
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        line = orders.readline()
        if not line:
            return 0
        wanted: Wanted = json.loads(line)
        _fork(wanted, orders, answers)
        later += [name for name in wanted["later"] if name not in sys.modules and name not in later]


def _asked(orders: BinaryIO) -> bool:
    return bool(select.select([orders], [], [], 0)[0])


def _fork(wanted: Wanted, orders: BinaryIO, answers: BinaryIO) -> None:
    gc.freeze()  # so that kernels share these pages instead of copying them at their first collection
    pid = os.fork()
    if pid == 0:
        orders.close()
        answers.close()
        _become_kernel(wanted)
    answers.write(json.dumps({"pid": pid}).encode() + b"\n")
    answers.flush()


def _forget_own_folder() -> None:
    """Take away the entry that `python -m` adds: a kernel's path starts with its notebook's folder instead."""
    if sys.path and sys.path[0] in ("", str(Path.cwd())):
        del sys.path[0]


def _kept_apart() -> tuple[BinaryIO, BinaryIO]:
    """Return the two ends of the conversation, moved away from where a kernel's own input and output stand."""
    orders, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)  # what a kernel says outside of cells goes where this process's complaints go
    os.close(nothing)
    return orders, answers


def _become_kernel(wanted: Wanted) -> None:
    """Turn this fork into the kernel that was asked for; never returns."""
    code = 1
    try:
        parent = os.getppid()
        _die_with_parent(parent)
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        export(**{**wanted["environment"], "JPY_PARENT_PID": str(parent)})
        os.chdir(wanted["folder"])
        _seed()
        from ipykernel.kernelapp import launch_new_instance

        sys.argv = [_launcher(), *wanted["arguments"]]
        launch_new_instance()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    finally:
        if sys.exc_info()[0] is not None:
            traceback.print_exc()
        _leave(code)


def _leave(code: int) -> None:
    """End as a program does: exit functions, buffers; but never back into the loop that forked."""
    import atexit

    with contextlib.suppress(Exception):
        atexit._run_exitfuncs()  # noqa: SLF001  # what os._exit leaves out
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _die_with_parent(parent: int) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before it was asked
        os._exit(1)


def _seed() -> None:
    numpy = sys.modules.get("numpy.random")
    if numpy is not None:
        numpy.seed()


def _launcher() -> str:
    import ipykernel_launcher

    return str(ipykernel_launcher.__file__)


if __name__ == "__main__":
    sys.exit(main())
