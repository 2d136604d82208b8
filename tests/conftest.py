"""Fixtures for all tests: pictures made on the spot, and the simulator as a process of its own."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image


@pytest.fixture(scope="session")
def picture():
    """Return a maker of encoded pictures: `picture(width, height, colour, kind)`."""

    def make(width=64, height=64, colour="#3a6b35", kind="PNG"):
        buffer = io.BytesIO()
        Image.new("RGB", (width, height), colour).save(buffer, kind)
        return buffer.getvalue()

    return make


@pytest.fixture(scope="session")
def simulator(tmp_path_factory):
    """Start the simulator once for the whole session; yield its base URL.

    It paints flat colours in milliseconds (`tests/simulator/plain_artist.py`): what is tested with it is the wire.
    """
    pytest.importorskip("charkit.simulator.server", reason="SKIPPED: the simulator's packages are not installed")
    state = tmp_path_factory.mktemp("simulator")
    command = [sys.executable, "-m", "charkit.simulator", "--port", "0", "--state", str(state), "--exit-with-parent"]
    process = subprocess.Popen(
        [*command, "--workers", "1", "--artist", "plain_artist"],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent / "simulator")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline()
        if not line:
            pytest.fail(f"the simulator did not start:\n{process.stderr.read()}")
        yield json.loads(line)["url"]
    finally:
        process.stdin.close()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        process.stderr.close()
