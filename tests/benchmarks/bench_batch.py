"""What a sweep costs beside its work: papermill's command against a run here, and two workers against one.

    python tests/benchmarks/bench_batch.py [--runs 24] [--pairs 5]

`fixed`: an empty notebook by the `papermill` command and as a run of a sweep on warm kernels, in turns; the limit is a
fifth. `parallel`: the same sweep of runs that compute for a while, by one worker and by as many as there are cores
(two are wanted), without what it takes to start workers, and with it; the limit is 1.7 without.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from charkit.batch import run_sweep
from charkit.batch.executors import LocalExecutor
from charkit.settings import export

_SPIN = "total = sum(i * i for i in range(4_000_000)) + count"


def main() -> None:
    """Print two JSON lines."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=24)
    parser.add_argument("--pairs", type=int, default=5)
    asked = parser.parse_args()
    export(CHARKIT_PROGRESS="off")
    with tempfile.TemporaryDirectory() as folder:
        cost, speed = fixed(Path(folder), asked.pairs), parallel(Path(folder), asked.runs)
    print(
        json.dumps({"name": "batch-fixed-cost-over-papermill", "value": cost["fixed_ratio"], "unit": "ratio", **cost})
    )
    print(json.dumps({"name": "batch-two-workers-over-one", "value": speed["speedup"], "unit": "ratio", **speed}))


def fixed(folder: Path, pairs: int) -> dict[str, float]:
    """Return the seconds of an empty notebook by papermill's command and as a run, one after the other in turns."""
    notebook = _notebook(folder / "empty.ipynb", "")
    crew = LocalExecutor(1)
    commands, runs = [], []
    try:
        _timed_run(folder, crew, 0)  # starts the worker
        time.sleep(8)  # and lets it import
        for at in range(1, pairs + 1):
            command = [
                sys.executable,
                "-m",
                "papermill",
                str(notebook),
                str(folder / "out.ipynb"),
                "-p",
                "count",
                str(at),
            ]
            began = time.monotonic()
            subprocess.run(command, check=True, capture_output=True)  # papermill's own command
            commands.append(time.monotonic() - began)
            runs.append(_timed_run(folder, crew, at))
    finally:
        crew.close()
    ratio = statistics.median(run / command for run, command in zip(runs, commands, strict=True))
    return {
        "papermill_s": round(statistics.median(commands), 3),
        "run_s": round(statistics.median(runs), 3),
        "fixed_ratio": round(ratio, 3),
        "limit": 0.2,
    }


def parallel(folder: Path, runs: int) -> dict[str, float]:
    """Return how much faster two workers are than one."""
    _notebook(folder / "work.ipynb", _SPIN)
    alone, alone_all = _swept(folder, "alone", runs, 1)
    both, both_all = _swept(folder, "both", runs, 2)
    return {
        "runs": runs,
        "one_worker_s": round(alone, 2),
        "two_workers_s": round(both, 2),
        "speedup": round(alone / both, 2),
        "speedup_with_start": round(alone_all / both_all, 2),
        "at_least": 1.7,
    }


def _swept(folder: Path, name: str, runs: int, workers: int) -> tuple[float, float]:
    """Return the seconds of a sweep once its workers have each ended a first run, and from its very start."""
    crew = LocalExecutor(workers)
    ended: list[float] = []
    path = _sweep(folder, name, "work", list(range(runs + workers)))
    began = time.monotonic()
    try:
        results = run_sweep(path, executor=crew, on_run=lambda _: ended.append(time.monotonic()))
    finally:
        crew.close()
    if len(results.done) != runs + workers:
        raise SystemExit(str(results.failed[0]))
    return ended[-1] - ended[workers - 1], ended[-1] - began


def _timed_run(folder: Path, crew: LocalExecutor, at: int) -> float:
    path = _sweep(folder, f"empty{at}", "empty", [at])
    began = time.monotonic()
    run_sweep(path, executor=crew)
    return time.monotonic() - began


def _sweep(folder: Path, name: str, notebook: str, counts: list[int]) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(f"notebook: ./{notebook}.ipynb\noutputs: out\ngrid: {{count: {counts}}}\n", encoding="utf-8")
    return path


def _notebook(path: Path, source: str) -> Path:
    cell = new_code_cell("count: int = 0  # a number", id="parameters", metadata={"tags": ["parameters"]})
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=[cell, new_code_cell(source, id="work")], metadata=kernel), path)
    return path


if __name__ == "__main__":
    main()
