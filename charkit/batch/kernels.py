"""Kernels that are ready at once, as an engine of papermill's under its own name.

The fixed cost of a short notebook is nearly all in starting Python and importing. A process that has done so (see
`charkit.batch.forking`) forks one kernel for every run; papermill and nbclient work with it as with any other, so what
they write is the same. Where that cannot be done (not on Linux, or a notebook asks for another kernel), kernels are
started as papermill starts them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any, Final

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from papermill.engines import NBClientEngine, papermill_engines

from charkit.errors import CharkitError
from charkit.settings import child_environment

if TYPE_CHECKING:
    from jupyter_client.connect import KernelConnectionInfo

    from charkit.batch.forking import Wanted

__all__ = ["ENGINE", "KernelSource", "WarmEngine", "can_fork", "ready", "register"]

ENGINE: Final = "charkit-warm"
"""The engine's name, for `papermill.execute_notebook(engine_name=...)`."""

_POLL = 0.05
"""Seconds between two looks at whether a kernel has ended, while somebody waits for that."""


class NoKernel(CharkitError):
    """The process that forks kernels has ended."""


class KernelSource:
    """The process that forks kernels; started when the first one is wanted, ended by `close` or with this process."""

    def __init__(self) -> None:
        self.handed_on: tuple[str, ...] = ("CHARKIT_",)
        """Beginnings of the names of variables that nothing reads when it is imported; they are handed to each kernel.
        Where another variable has changed, all is imported anew."""
        self.later: tuple[str, ...] = ()
        """Modules that the notebooks which are run here need; imported once, after the next kernel is forked."""
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._environment: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"KernelSource({'ready' if self._process else 'not started'})"

    def start(self) -> None:
        """Start it without waiting, so that its imports go on beside other work."""
        with self._lock:
            self._started()

    def fork(self, wanted: Wanted) -> int:
        """Return the process id of a new kernel.

        Raises:
            NoKernel: it could not be made.
        """
        with self._lock:
            process = self._started()
            # One that is gone by now is told as empty, which counts as not set.
            gone = dict.fromkeys(self._environment.keys() - wanted["environment"].keys(), "")
            wanted = {**wanted, "environment": {**gone, **wanted["environment"]}}
            try:
                process.stdin.write(json.dumps(wanted).encode() + b"\n")  # type: ignore[union-attr]
                process.stdin.flush()  # type: ignore[union-attr]
                answer = process.stdout.readline()  # type: ignore[union-attr]
            except OSError:
                answer = b""
            if not answer:
                self._end()
                raise NoKernel("the process that keeps kernels ready has ended; run again to go on")
            return int(json.loads(answer)["pid"])

    def close(self) -> None:
        """End it, and what it forked."""
        with self._lock:
            self._end()

    def _started(self) -> subprocess.Popen[bytes]:
        now = child_environment()
        if self._process is not None and (
            self._process.poll() is not None or self._read_early(now) != self._read_early(self._environment)
        ):
            self._end()
        if self._process is None:
            self._environment = now
            self._process = subprocess.Popen(  # our own module, arguments as a list
                [sys.executable, "-m", "charkit.batch.forking"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=child_environment(),
            )
        return self._process

    def _read_early(self, environment: dict[str, str]) -> dict[str, str]:
        return {name: value for name, value in environment.items() if not name.startswith(self.handed_on)}

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


_source = KernelSource()


def ready() -> KernelSource:
    """Return this process's source of kernels."""
    return _source


def can_fork() -> bool:
    """Whether kernels can be forked here: Linux, with process descriptors (since 5.3)."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open")


class ForkProvisioner(LocalProvisioner):
    """Gives a kernel manager a forked process instead of a started one."""

    _pidfd: int | None = None

    @property
    def has_process(self) -> bool:
        """Whether there is a kernel to look after."""
        return self._pidfd is not None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel that does what the command would."""
        at = cmd.index("ipykernel_launcher")
        environment = kwargs.get("env") or {}
        wanted: Wanted = {
            "arguments": cmd[at + 1 :],
            "later": list(_source.later),
            "folder": str(kwargs.get("cwd") or os.getcwd()),  # noqa: PTH109  # as a text for the other process
            "environment": {str(name): str(value) for name, value in environment.items()},
        }
        self.pid = _source.fork(wanted)
        self.pgid = self.pid
        self._pidfd = os.pidfd_open(self.pid)
        return self.connection_info

    async def poll(self) -> int | None:
        """Return None while it lives; of how it ended, only that it did is known."""
        if self._pidfd is None:
            return 0
        ended, _, _ = select.select([self._pidfd], [], [], 0)
        return 0 if ended else None

    async def wait(self) -> int | None:
        """Wait until it has ended."""
        while await self.poll() is None:
            await asyncio.sleep(_POLL)
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = None
        return 0

    async def send_signal(self, signum: int) -> None:
        """Signal it, if it lives."""
        if self._pidfd is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signum)

    async def kill(self, restart: bool = False) -> None:  # noqa: ARG002  # jupyter_client's signature
        """End it at once."""
        await self.send_signal(signal.SIGKILL)

    async def terminate(self, restart: bool = False) -> None:  # noqa: ARG002  # the same
        """Ask it to end."""
        await self.send_signal(signal.SIGTERM)


class WarmKernelManager(AsyncKernelManager):
    """A kernel manager whose kernels are forked where that gives the same as starting them."""

    async def _async_pre_start_kernel(self, **kw: Any) -> Any:
        if self.provisioner is None and self._is_ours():
            self.provisioner = ForkProvisioner(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)
        return await super()._async_pre_start_kernel(**kw)

    def _is_ours(self) -> bool:
        spec = self.kernel_spec
        if not can_fork() or spec is None or "ipykernel_launcher" not in spec.argv:
            return False
        program = spec.argv[0]
        return program.startswith("python") or os.path.realpath(program) == os.path.realpath(sys.executable)


class WarmEngine(NBClientEngine):  # type: ignore[misc]  # papermill has no types
    """Papermill's own engine with another source of kernels."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
        """Execute with a warm kernel; everything else is papermill's."""
        return super().execute_managed_notebook(nb_man, kernel_name, kernel_manager_class=WarmKernelManager, **options)


def register() -> None:
    """Tell papermill of the engine; doing so again changes nothing."""
    papermill_engines.register(ENGINE, WarmEngine)
