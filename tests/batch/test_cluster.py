"""On a Dask cluster of two workers: runs are spread, a killed worker is one failed run, and nothing needs one disk."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from charkit.batch import run_sweep
from charkit.batch.cluster import DaskExecutor
from charkit.batch.records import RunRecord
from charkit.errors import UsageError

from .conftest import shown, write_sweep

pytest.importorskip("distributed", reason="CLUSTERS NOT TESTED: distributed is not installed (extra `cluster`)")
# Dask's own, when a worker of its is killed under it.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory):
    """A scheduler and two workers, each a process of its own without a nanny, as on two machines."""
    folder = tmp_path_factory.mktemp("cluster")
    address = folder / "scheduler.json"
    quiet = {**os.environ, "CHARKIT_PROGRESS": "off", "PYTHONWARNINGS": "ignore"}
    common = ["--scheduler-file", str(address)]
    with (folder / "log").open("w") as log:

        def start(*words: str) -> psutil.Popen:
            command = [sys.executable, "-m", "distributed.cli." + words[0], *words[1:], *common]
            return psutil.Popen(command, stdout=log, stderr=log, env=quiet, cwd=folder)

        processes = [start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-jupyter")]
        try:
            _eventually(address.is_file, folder)
            for name in ("a", "b"):
                (folder / name).mkdir()
                words = ["--no-nanny", "--no-dashboard", "--nthreads", "1", "--host", "127.0.0.1"]
                processes.append(start("dask_worker", *words, "--local-directory", str(folder / name)))
            import json

            where = json.loads(address.read_text())["address"].replace("tcp://", "dask://")
            _eventually(lambda: _workers(where) == 2, folder)
            yield where, processes[1:]
        finally:
            for process in processes:
                process.kill()
            for process in processes:
                process.wait()


def _workers(where: str) -> int:
    try:
        crew = DaskExecutor(where)
    except UsageError:
        return 0
    try:
        return crew.places
    finally:
        crew.close()


def _eventually(done, folder: Path) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        if done():
            return
        time.sleep(0.1)
    raise AssertionError((folder / "log").read_text())


@pytest.mark.thorough
def test_runs_are_spread_over_workers_that_share_no_disk_and_come_back_by_url(cluster, tmp_path, monkeypatch) -> None:
    where, _ = cluster
    path = write_sweep(tmp_path, "grid: {count: [1, 2, 3]}", "import os; count, os.path.realpath('.')")
    path.write_text(path.read_text().replace("outputs: out", f"outputs: 'file://{tmp_path}/depot'"))
    monkeypatch.chdir(tmp_path)
    results = run_sweep(path, executor=where)
    assert [record.state for record in results.records] == ["done"] * 3
    kept = [shown(tmp_path / "depot" / "sweeps" / "trial" / record.run / "tiny.ipynb") for record in results.records]
    assert [text[:2] for text in kept] == ["(1", "(2", "(3"]
    assert not any(str(tmp_path) in text for text in kept)  # done in the workers' own folders


def test_a_killed_worker_is_one_failed_run_and_the_other_worker_does_the_rest(cluster, tmp_path: Path) -> None:
    where, workers = cluster
    cell = f"""import os, pathlib, time
mark = pathlib.Path({str(tmp_path)!r}) / "again"
(pathlib.Path({str(tmp_path)!r}) / "kernel").write_text(str(os.getpid())) if count == 2 else None
time.sleep(60 if count == 2 and not mark.exists() else 0)
count"""
    path = write_sweep(tmp_path, "grid: {count: [1, 2, 3]}", cell)
    ended: list[RunRecord] = []

    def watch(record: RunRecord) -> None:
        ended.append(record)
        if len(ended) == 2:
            kernel = psutil.Process(int((tmp_path / "kernel").read_text()))
            worker = next(w for w in workers if any(p.pid == w.pid for p in kernel.parents()))
            os.kill(worker.pid, signal.SIGKILL)
            kernel.wait(timeout=20)

    results = run_sweep(path, executor=where, on_run=watch)
    assert [record.state for record in results.records] == ["done", "failed", "done"]
    assert "its worker died" in results.failed[0].error
    (tmp_path / "again").touch()
    assert len(run_sweep(path, executor=where).done) == 3


def test_a_scheduler_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("charkit.batch.cluster._CALL", 0.5)
    with pytest.raises(UsageError, match="no Dask scheduler answers at dask://127.0.0.1:9"):
        DaskExecutor("dask://127.0.0.1:9")
