"""Workers: many runs at once, one that dies is one failed run, and nobody stays behind."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from charkit.batch import run_sweep
from charkit.batch.executors import InlineExecutor, LocalExecutor, named
from charkit.batch.records import RunRecord
from charkit.errors import UsageError

from .conftest import shown, write_sweep


def test_a_killed_worker_is_one_failed_run_named_and_the_others_go_on(tmp_path: Path) -> None:
    cell = f"""import os, time, pathlib
pathlib.Path("../pid-" + str(count)).write_text(str(os.getpid()))
time.sleep(60 if count == 2 and not pathlib.Path("{tmp_path}/again").exists() else 0)
count"""
    path = write_sweep(tmp_path, "grid: {count: [1, 2, 3, 4]}", cell)
    crew = LocalExecutor(2)
    ended: list[RunRecord] = []

    def watch(record: RunRecord) -> None:
        ended.append(record)
        if len(ended) == 3:  # only the one that hangs is at work
            killed.extend(pid for pid, run in crew.pids.items() if "-2-" in run)
            kernels.append(int((tmp_path / "out" / "trial" / "pid-2").read_text()))
            os.kill(killed[0], signal.SIGKILL)

    killed: list[int] = []
    kernels: list[int] = []
    try:
        results = run_sweep(path, executor=crew, on_run=watch)
        assert [record.state for record in results.records] == ["done", "failed", "done", "done"]
        assert "its worker died: killed by signal 9 (SIGKILL)" in results.failed[0].error
        assert results.failed[0].run in repr(ended[-1])
        _gone(kernels[0])
        (tmp_path / "again").touch()
        again: list[str] = []
        results = run_sweep(path, executor=crew, on_run=lambda record: again.append(record.run))
        assert [record.state for record in results.records] == ["done"] * 4
        assert len(again) == 1
        for record in results.records:
            assert shown(results.folder / record.run / "tiny.ipynb") == str(record.axes["count"])
    finally:
        crew.close()
    assert not [child for child in psutil.Process().children() if "charkit.batch.worker" in _words(child)]


@pytest.mark.thorough
def test_a_worker_ends_at_once_when_whoever_drives_it_is_gone(tmp_path: Path) -> None:
    mark = str(tmp_path / "pid")
    cell = f"import os, pathlib, time; pathlib.Path({mark!r}).write_text(str(os.getpid())); time.sleep(60)"
    path = write_sweep(tmp_path, "grid: {count: [1, 2]}", cell)
    code = "import sys; from charkit.batch import run_sweep; run_sweep(sys.argv[1], workers=1)"
    driver = psutil.Popen([sys.executable, "-c", code, str(path)])
    kernel = _eventually(lambda: (tmp_path / "pid").read_text() if (tmp_path / "pid").is_file() else "")
    family = driver.children(recursive=True)
    assert len(family) >= 3  # a worker, what forks, a kernel; the worker keeps nobody else
    driver.kill()
    driver.wait()
    _gone(int(kernel))
    _, alive = psutil.wait_procs(family, timeout=20)
    assert alive == []


def _gone(pid: int) -> None:
    try:
        psutil.Process(pid).wait(timeout=20)
    except psutil.NoSuchProcess:
        return


def _eventually(look) -> str:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError("it never came")


def test_executors_are_found_by_name_and_no_more_work_than_there_are_runs() -> None:
    assert isinstance(named("inline", 4, most=9), InlineExecutor)
    local = named("local", 8, most=3)
    assert local.places == 3
    local.close()
    with pytest.raises(UsageError, match="no executor 'slurm'. Known: local, inline, dask://"):
        named("slurm", 1, most=1)
    with pytest.raises(UsageError, match="at least one worker"):
        named("local", 0, most=1)


def _words(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except (psutil.ZombieProcess, psutil.NoSuchProcess):  # it has ended
        return ""
