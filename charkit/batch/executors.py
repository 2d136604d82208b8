"""Where a sweep's runs are carried out: in this process, or in workers beside it; see `cluster` for machines.

An executor takes orders while it has a free place and says which ended. A worker that dies is one failed run, named;
another takes its place.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from charkit.batch.records import RunOrder, RunRecord
from charkit.batch.running import carry_out, ended_badly
from charkit.errors import UsageError
from charkit.settings import child_environment

if TYPE_CHECKING:
    from typing import IO

__all__ = ["Executor", "InlineExecutor", "LocalExecutor", "cores", "named"]


class Executor(Protocol):
    """Somewhere runs can be carried out."""

    @property
    def places(self) -> int:
        """How many runs can go on at once."""

    def start(self, order: RunOrder) -> None:
        """Begin a run; only while a place is free."""

    def wait(self) -> RunRecord:
        """Wait until a run that was begun has ended, and return its record."""

    def close(self) -> None:
        """End everything that this executor started, runs that go on included."""


def named(name: str, workers: int, *, most: int) -> Executor:
    """Return the executor that a name stands for: `local`, `inline`, or `dask://host:port`.

    Args:
        name: Which.
        workers: How many at once on this machine.
        most: How many runs there are: no more workers than these.

    Raises:
        UsageError: there is none of this name.
        MissingDependency: the extra `cluster` is not installed.
    """
    if workers < 1:
        raise UsageError(f"at least one worker has to work, not {workers}")
    if name == "inline":
        return InlineExecutor()
    if name == "local":
        return LocalExecutor(min(workers, most))
    if name.startswith("dask://"):
        from charkit.batch.cluster import DaskExecutor

        return DaskExecutor(name)
    raise UsageError(f"there is no executor {name!r}. Known: local, inline, dask://host:port")


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class InlineExecutor:
    """One run after the other in this process; each still has a kernel of its own."""

    def __init__(self) -> None:
        self._waiting: deque[RunOrder] = deque()

    def __repr__(self) -> str:
        return "InlineExecutor()"

    @property
    def places(self) -> int:
        """One."""
        return 1

    def start(self, order: RunOrder) -> None:
        """Take it on; it is carried out by `wait`."""
        self._waiting.append(order)

    def wait(self) -> RunRecord:
        """Carry it out."""
        return carry_out(self._waiting.popleft())

    def close(self) -> None:
        """End the process that keeps kernels ready, if this one started it."""
        from charkit.batch.kernels import ready

        self._waiting.clear()
        ready().close()


@dataclass(kw_only=True)
class _Worker:
    process: subprocess.Popen[bytes]
    order: RunOrder | None = None

    @property
    def answers(self) -> IO[bytes]:
        if self.process.stdout is None:  # opened with a pipe
            raise AssertionError
        return self.process.stdout

    def send(self, order: RunOrder) -> None:
        self.order = order
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):  # it died in this moment: `wait` says so
                self.process.stdin.write(order.model_dump_json().encode() + b"\n")
                self.process.stdin.flush()


class LocalExecutor:
    """Worker processes on this machine, each with one run at a time."""

    def __init__(self, workers: int) -> None:
        self._places = workers
        self._workers: list[_Worker] = []
        self._selector = selectors.DefaultSelector()

    def __repr__(self) -> str:
        return f"LocalExecutor({self._places})"

    @property
    def places(self) -> int:
        """How many workers there are at most."""
        return self._places

    @property
    def pids(self) -> dict[int, str]:
        """The workers' process ids, with the run that each is at work on, or nothing."""
        return {worker.process.pid: worker.order.run if worker.order else "" for worker in self._workers}

    def start(self, order: RunOrder) -> None:
        """Give the run to a worker that is free; one more is started where none is."""
        free = next((worker for worker in self._workers if worker.order is None), None)
        (free or self._hired()).send(order)

    def wait(self) -> RunRecord:
        """Return the record of the next run that ends, by its worker's word or by its worker's death."""
        while True:
            for key, _ in self._selector.select():
                worker: _Worker = key.data
                line = worker.answers.readline()
                order, worker.order = worker.order, None
                if line:
                    return RunRecord.model_validate_json(line)
                how = self._buried(worker)
                if order is not None:
                    return ended_badly(
                        order, f"its worker died: {how}. The other runs go on; run again to go on with it"
                    )

    def close(self) -> None:
        """End the workers and their kernels."""
        for worker in list(self._workers):
            worker.process.kill()
            self._buried(worker)
        self._selector.close()

    def _hired(self) -> _Worker:
        process = subprocess.Popen(  # our own module, arguments as a list
            [sys.executable, "-m", "charkit.batch.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=child_environment(),
            start_new_session=True,  # an interrupt at the shell is for the driver, which ends its workers itself
        )
        worker = _Worker(process=process)
        self._workers.append(worker)
        self._selector.register(worker.answers, selectors.EVENT_READ, worker)
        return worker

    def _buried(self, worker: _Worker) -> str:
        """Forget a worker that has ended, and return how."""
        self._selector.unregister(worker.answers)
        self._workers.remove(worker)
        code = worker.process.wait()
        for pipe in (worker.process.stdin, worker.process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        if code < 0:
            return f"killed by signal {-code} ({signal.Signals(-code).name})"
        return f"it ended with code {code}"
