"""Runs on a cluster of Dask distributed: one run at a time on each of its workers.

A run is tied to one worker. When that worker is gone, the run has failed, as it has here: it is not handed on, since
nobody can know from here whether the machine is dead or only cut off, and is still at work. The next start of the sweep
goes on with it, and what it has paid for is in the ledger.

Workers either share a disk with whoever drives the sweep, under the same path, or the sweep's outputs are a URL: then
everything travels (see `charkit.batch.remote`). One budget for all is a ledger that all reach: `CHARKIT_LEDGER`.
"""

from __future__ import annotations

import queue
import uuid
from pathlib import Path
from typing import Any

from charkit.batch.records import RunOrder, RunRecord
from charkit.batch.running import carry_out, ended_badly
from charkit.errors import CharkitError, MissingDependency, UsageError

__all__ = ["DaskExecutor", "work"]

_LOOK = 1.0
"""Seconds between two looks at which workers are there."""
_CALL = 10.0
"""Seconds for a scheduler to answer."""


def work(order: str) -> str:
    """Carry out one run on a worker: JSON in, JSON out, so that versions that differ say so in words."""
    from distributed import get_worker

    from charkit.batch.remote import relocated

    told = RunOrder.model_validate_json(order)
    base = Path(get_worker().local_directory) / "charkit"
    return carry_out(relocated(told, base)).model_dump_json()


class DaskExecutor:
    """The workers of a Dask scheduler."""

    def __init__(self, address: str) -> None:
        """Reach a scheduler.

        Args:
            address: As `dask://host:port`.

        Raises:
            MissingDependency: the extra `cluster` is not installed.
            UsageError: nobody answers there, or it has no workers.
        """
        try:
            from distributed import Client
        except ImportError:
            raise MissingDependency("distributed", "cluster") from None
        where = address.replace("dask://", "tcp://", 1)
        try:
            self._client: Any = Client(where, timeout=_CALL, set_as_default=False)  # type: ignore[no-untyped-call]
        except (OSError, ValueError) as error:
            raise UsageError(f"no Dask scheduler answers at {address} ({error}). Start one: dask scheduler") from None
        self._address = address
        self._runs: dict[Any, tuple[RunOrder, str]] = {}
        self._news: queue.SimpleQueue[Any] = queue.SimpleQueue()
        if not self._workers():
            self.close()
            raise UsageError(f"the scheduler at {address} has no workers. Start some: dask worker {address[7:]}")

    def __repr__(self) -> str:
        return f"DaskExecutor({self._address})"

    @property
    def places(self) -> int:
        """As many as there are workers now, and never less than are at work."""
        return max(len(self._workers()), len(self._runs), 1)

    def start(self, order: RunOrder) -> None:
        """Give the run to a worker that is free."""
        busy = {worker for _, worker in self._runs.values()}
        free = next((worker for worker in self._workers() if worker not in busy), None)
        future = self._client.submit(
            work,
            order.model_dump_json(),
            key=f"charkit-{order.run}-{uuid.uuid4().hex[:8]}",
            workers=[free] if free else None,
            allow_other_workers=False,
            pure=False,
            retries=0,
        )
        self._runs[future] = (order, free or "")
        future.add_done_callback(self._news.put)

    def wait(self) -> RunRecord:
        """Return the record of the next run that ends, by its worker's word or because its worker is gone."""
        while True:
            for future in self._ended():
                order, worker = self._runs.pop(future)
                return self._told(future, order, worker)

    def close(self) -> None:
        """Take back what has not ended, and leave the cluster as it was."""
        for future in self._runs:
            future.cancel()
        self._runs.clear()
        self._client.close()

    def _ended(self) -> list[Any]:
        """Return a run that has ended, after a moment at the latest; if none has, those whose worker is gone."""
        try:
            found = self._news.get(timeout=_LOOK)
        except queue.Empty:
            there = self._workers()
            return [future for future, (_, worker) in self._runs.items() if worker and worker not in there]
        return [found] if found in self._runs else []

    def _told(self, future: Any, order: RunOrder, worker: str) -> RunRecord:
        if future.status == "finished":
            return RunRecord.model_validate_json(future.result())
        if future.status == "error":
            problem = future.exception()
            said = problem if isinstance(problem, CharkitError) else f"{type(problem).__name__}: {problem}"
            return ended_badly(order, f"{worker} could not carry it out: {said}")
        future.cancel()
        return ended_badly(
            order, f"its worker died: {worker} is gone. The other runs go on; run again to go on with it"
        )

    def _workers(self) -> list[str]:
        return sorted(self._client.nthreads())
