"""A small soak: two processes, one ledger, a fifth of everything goes wrong, and one of them is killed now and then."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_the_books_agree_to_the_cent_after_faults_and_kills(backend, request) -> None:
    if backend == "postgresql":
        request.getfixturevalue("postgres_places")  # skips where there is no server
    command = [sys.executable, str(HERE / "soak.py"), "--backend", backend, "--jobs", "60", "--processes", "2"]
    ended = subprocess.run(
        [*command, "--kills", "2", "--kill-every", "1.5"], capture_output=True, text=True, timeout=600, check=False
    )
    assert ended.stdout, ended.stderr
    line = json.loads(ended.stdout.splitlines()[-1])
    wrong = ("duplicate_charges", "lost_clips", "over_cap", "ledger_minus_simulator_usd", "problems")
    assert {name: line[name] for name in wrong} == dict.fromkeys(wrong, 0), ended.stderr
    assert ended.returncode == 0
    assert line["kills"] == 2
    assert line["faults_met"] >= 5
    assert line["clips"] >= 40
    assert line["clips"] + line["fruitless"] == line["jobs"]
