"""Fixtures for all tests: pictures made on the spot, and the simulator as a process of its own."""

import io
import json
import os
import shutil
import struct
import subprocess
import sys
import uuid
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, settings
from PIL import Image

# What a test is worth does not depend on how busy the machine is.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", settings.get_profile("unhurried"), max_examples=3000)  # `make chaos` asks for it
settings.load_profile(os.environ.get("CHARKIT_TEST_PROFILE", "unhurried"))

MEMORY = Path("/dev/shm")  # noqa: S108
ROOM = 8 << 30  # bytes: several times what one run of all tests leaves behind


def pytest_configure():
    """Put the tests' files into memory where there is plenty: half of a ledger's test is waiting for the disk.

    What a power cut leaves is proved by the crash harness, which records what was synced and works on the disk.
    """
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Take the count from the worker that ran the contract."""
    if counted := getattr(node, "workeroutput", {}).get("contract"):
        node.config.contract = counted


def pytest_terminal_summary(terminalreporter, config):
    """Print how many cells of the contract were covered, and which browser drove how many notebooks."""
    if counted := getattr(config, "contract", None):
        covered, cells = counted
        terminalreporter.write_line(f"contract: {covered} of {cells} cells (adapter x outcome) covered")
    if said := _browsing(terminalreporter.stats):
        terminalreporter.write_line(said)


def _browsing(stats) -> str:
    """Return which browser the tests of tests/browser drove, loudly where there was none; empty if none was to run."""
    ran = [report for outcome in ("passed", "failed", "error") for report in stats.get(outcome, ())]
    told = {(key, value) for report in ran for key, value in getattr(report, "user_properties", ())}
    browsers = sorted(value for key, value in told if key == "browser")
    if browsers:
        notebooks = [value for key, value in told if key == "notebook"]
        return f"browser: {', '.join(browsers)} drove {len(notebooks)} notebooks"
    skipped = [r.longrepr[2] for r in stats.get("skipped", ()) if isinstance(r.longrepr, tuple)]
    missed = [why.split("BROWSER: ", 1)[1] for why in skipped if "BROWSER: " in why]
    return f"browser: NONE, {len(missed)} tests skipped: {missed[0]}" if missed else ""


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


NO_POSTGRES = (
    "the PostgreSQL half of the ledger's tests. Run `make postgres`, or set CHARKIT_TEST_POSTGRES to the URL "
    "of a server where tests may make schemas"
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Say all tests that want a PostgreSQL in one line of the summary."""
    report = yield
    if report.skipped and NO_POSTGRES in str(report.longrepr):
        report.longrepr = (str(Path(__file__)), 0, NO_POSTGRES)
    return report


@pytest.fixture(scope="session")
def _postgres_server():
    """Yield a server's URL and a connection that makes and drops schemas in its database; one per test process."""
    server = os.environ.get("CHARKIT_TEST_POSTGRES")
    if not server:
        pytest.skip(NO_POSTGRES)
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        yield server, connection


@pytest.fixture
def postgres_places(request):
    """Return a maker of URLs, each of an empty schema of its own that is dropped after the test."""
    server, connection = request.getfixturevalue("_postgres_server")
    made = []

    def make() -> str:
        made.append(f"test_{uuid.uuid4().hex}")
        connection.execute(f"CREATE SCHEMA {made[-1]}")
        return f"{server}{'&' if '?' in server else '?'}options={quote(f'-csearch_path={made[-1]}')}"

    yield make
    for schema in made:
        # Whoever still looks at the tables (a killed process, a pool that nobody closed) goes first.
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_class ON pg_class.oid = relation "
            "WHERE relnamespace = %s::regnamespace AND pid <> pg_backend_pid()",
            [schema],
        )
        connection.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_places(request, tmp_path):
    """Return a maker of places for a ledger, each a new one: a file's path, or a database's URL, both as text.

    A test that uses this (or `ledger_place`) runs on both databases; without a PostgreSQL its half there is skipped.
    What it returns goes into `Ledger.open`, also in another process.
    """
    if request.param == "postgresql":
        return request.getfixturevalue("postgres_places")
    count = iter(range(1_000_000))

    def make() -> str:
        number = next(count)
        return str(tmp_path / (f"ledger-{number}.sqlite" if number else "ledger.sqlite"))

    return make


@pytest.fixture
def ledger_place(ledger_places) -> str:
    """One place for a ledger, on both databases: what `Ledger.open` takes."""
    return ledger_places()


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


@pytest.fixture
def keyring_in(monkeypatch):
    """Return a setter of the keyring that this process has for one test; the person's own is left alone."""
    from charkit import keychain

    keyring = pytest.importorskip("keyring", reason="SKIPPED: the extra `keyring` is not installed")
    own = keyring.get_keyring()
    monkeypatch.setattr(keychain, "_read", {})
    yield keyring.set_keyring
    keyring.set_keyring(own)


@pytest.fixture
def kept_keys(keyring_in):
    """A keyring in memory, as this process's keyring; counts how often it is asked."""
    from keyring.backend import KeyringBackend

    class Memory(KeyringBackend):
        priority = 1
        name = "keys in memory"

        def __init__(self) -> None:
            super().__init__()
            self.passwords = {}
            self.asked = 0

        def get_password(self, service, username):
            self.asked += 1
            return self.passwords.get((service, username))

        def set_password(self, service, username, password):
            self.passwords[service, username] = password

        def delete_password(self, service, username):
            del self.passwords[service, username]

    memory = Memory()
    keyring_in(memory)
    return memory
