from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from charkit.ledger import owners


def test_this_process_lives() -> None:
    assert owners.alive(owners.current())


def test_nobody_does_not_live() -> None:
    assert not owners.alive("")


def test_a_process_that_ended_does_not_live() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "from charkit.ledger import owners; import sys; sys.stdout.write(owners.current())"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.startswith(socket.gethostname())
    assert not owners.alive(ended.stdout)


@pytest.mark.skipif(not owners.current().rpartition("/")[2], reason="this system does not tell when a process started")
def test_a_process_that_got_the_number_of_a_dead_one_is_not_taken_for_it() -> None:
    assert not owners.alive(f"{socket.gethostname()}/{os.getpid()}/1")


def test_a_process_on_another_machine_counts_as_alive() -> None:
    assert owners.alive("elsewhere/1/1")
