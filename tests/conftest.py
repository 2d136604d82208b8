"""Fixtures for all tests: pictures made on the spot, and the simulator as a process of its own."""

import io
import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from PIL import Image

# What a test is worth does not depend on how busy the machine is.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Take the count from the worker that ran the contract."""
    if counted := getattr(node, "workeroutput", {}).get("contract"):
        node.config.contract = counted


def pytest_terminal_summary(terminalreporter, config):
    """Print how many cells of the contract were covered."""
    if counted := getattr(config, "contract", None):
        covered, cells = counted
        terminalreporter.write_line(f"contract: {covered} of {cells} cells (adapter x outcome) covered")


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


@pytest.fixture(scope="session")
def display_p3() -> bytes:
    """A matrix ICC profile (v2.4) of Display P3: its primaries under D65, adapted to D50 (Bradford), gamma 2.2."""
    columns = {
        b"rXYZ": (0.515102, 0.241182, -0.001049),
        b"gXYZ": (0.291965, 0.692236, 0.041882),
        b"bXYZ": (0.157153, 0.066582, 0.784378),
        b"wtpt": (0.964203, 1.0, 0.824905),
    }
    tags = {name: b"XYZ \0\0\0\0" + b"".join(map(_fixed, xyz)) for name, xyz in columns.items()}
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    tags |= {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    words = b"Display P3 (test)\0"
    tags[b"desc"] = b"desc\0\0\0\0" + struct.pack(">I", len(words)) + words + b"\0" * 78 + b"\0" * (-len(words) % 4 + 2)
    tags[b"cprt"] = b"text\0\0\0\0none\0\0\0\0"
    table, body, start = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    header = struct.pack(">I4sI4s4s4s", start + len(body), b"\0\0\0\0", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    header += b"\0" * 12 + b"acsp" + b"\0" * 28 + b"".join(map(_fixed, (0.9642, 1.0, 0.8249)))
    return header.ljust(128, b"\0") + table + body


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
