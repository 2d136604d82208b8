"""One simulator for a data folder, shared by whoever works there, gone when nobody does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from charkit.errors import ProviderError
from charkit.rehearsal import start_simulator

HOLD = (
    "import sys, pathlib; from charkit.rehearsal import start_simulator; "
    "print(start_simulator(pathlib.Path(sys.argv[1])).url, flush=True); sys.stdin.read()"
)


def alive(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/control/health", timeout=2) as answer:  # noqa: S310
            return bool(json.load(answer)["ok"])
    except OSError:
        return False


def gone(url: str, seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not alive(url):
            return True
        time.sleep(0.1)
    return False


def other_process(state: Path) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(state)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def end(process: subprocess.Popen[str]) -> None:
    process.communicate("", timeout=20)


def test_it_ends_when_it_is_let_go(tmp_path: Path) -> None:
    rehearsal = start_simulator(tmp_path)
    assert alive(rehearsal.url)
    rehearsal.close()
    assert gone(rehearsal.url)


def test_two_notebooks_share_one_and_the_first_may_leave_first(tmp_path: Path) -> None:
    first, url = other_process(tmp_path)
    second = start_simulator(tmp_path)
    assert second.url == url
    end(first)
    time.sleep(1.5)
    assert alive(url)
    second.close()
    assert gone(url)


def test_a_killed_kernel_leaves_nothing_behind(tmp_path: Path) -> None:
    process, url = other_process(tmp_path)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.communicate()
    assert gone(url)


def test_a_line_that_a_killed_simulator_left_on_disk_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "server.json").write_text(json.dumps({"url": "http://127.0.0.1:9", "pid": 1}), encoding="utf-8")
    rehearsal = start_simulator(tmp_path)
    assert alive(rehearsal.url)
    rehearsal.close()


def test_a_state_folder_never_leads_to_another_machine(tmp_path: Path) -> None:
    (tmp_path / "server.json").write_text(json.dumps({"url": "http://example.org", "pid": 1}), encoding="utf-8")
    rehearsal = start_simulator(tmp_path)
    assert rehearsal.url.startswith("http://127.0.0.1:")
    rehearsal.close()


def test_one_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "jobs.sqlite").mkdir()
    with pytest.raises(ProviderError, match="did not start"):
        start_simulator(tmp_path)
