"""What `make demo` costs after set-up, and where its time goes; set-up apart.

    python tests/benchmarks/bench_demo.py [--setup]

Runs the demo in an empty copy of the project's folders, watching all of its processes together. `--setup` also times
setting up a fresh virtual environment in that copy (needs the package index; minutes).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

PROJECT = Path(__file__).resolve().parents[2]
MINUTES = 2.0
GIB = 1.5


class Watch(threading.Thread):
    """The largest memory that a process and all below it hold together; shared pages count once per process group."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.largest = 0
        self._root = psutil.Process(pid)
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(0.2):
            self.largest = max(self.largest, self._now())

    def stop(self) -> None:
        self._over.set()
        self.join()

    def _now(self) -> int:
        total = 0
        try:
            everyone = [self._root, *self._root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return 0
        for process in everyone:
            try:
                total += process.memory_full_info().pss  # shared libraries are counted by share
            except (psutil.NoSuchProcess, psutil.AccessDenied, AttributeError):
                continue
        return total


def figure(name: str, value: float, unit: str, limit: float | None, against: str) -> None:
    """Print one figure as a JSON line."""
    ok = limit is None or value <= limit
    print(
        json.dumps({"name": name, "value": round(value, 3), "unit": unit, "limit": limit, "against": against, "ok": ok})
    )


def demo(folder: Path) -> None:
    """Run the demo and print its figures."""
    began = time.monotonic()
    command = [sys.executable, "-m", "charkit", "run", "data/productions/lantern", "--run", "demo", "--json"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CHARKIT_")}
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True, env=environment)
    watch = Watch(process.pid)
    watch.start()
    said, _ = process.communicate()
    watch.stop()
    if process.returncode:
        sys.exit(f"the demo failed with {process.returncode}")
    cores = os.cpu_count()
    figure(
        "demo-minutes",
        (time.monotonic() - began) / 60,
        "minutes",
        MINUTES,
        f"about two minutes on 2 cores; here {cores}",
    )
    figure("demo-resident-gib", watch.largest / 2**30, "GiB", GIB, "all processes of the demo together, by share")
    for stage, seconds in stages(folder / "data" / "runs" / "demo" / "progress.jsonl").items():
        figure(f"demo-{stage}", seconds, "s", None, "part of the demo")
    for notebook, seconds in json.loads(said)["notebooks"].items():
        figure(f"demo-notebook-{notebook}", seconds, "s", None, "part of the demo")


def stages(file: Path) -> dict[str, float]:
    """Seconds of each stage, added up over the notebooks."""
    sums: dict[str, float] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        if "stage" in event:
            sums[event["stage"]] = sums.get(event["stage"], 0.0) + event["seconds"]
    return sums


def setup(folder: Path) -> None:
    """Time setting up a fresh environment in a fresh copy."""
    began = time.monotonic()
    subprocess.run(["make", "setup"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    figure(
        "setup-minutes", (time.monotonic() - began) / 60, "minutes", None, "reported apart; the index's speed is in it"
    )


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="charkit bench ") as name:
        folder = Path(name)
        if "--setup" in sys.argv[1:]:
            subprocess.run(["git", "clone", "--quiet", str(PROJECT), str(folder / "clone")], check=True)
            setup(folder / "clone")
        shutil.copytree(PROJECT / "data" / "productions", folder / "data" / "productions")
        demo(folder)


if __name__ == "__main__":
    main()
