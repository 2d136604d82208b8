"""A write-ahead log that lost commits is told from one that only has an unfinished transaction."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from some_jobs import ME, PLENTY, Clock, intent

from charkit.errors import LedgerError
from charkit.ledger import Ledger
from charkit.ledger.wal import missing

PARTS = ("", "-wal", "-shm")


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a killed process leaves: the file, its write-ahead log and the log's index."""
    path = tmp_path_factory.mktemp("live") / "ledger.sqlite"
    left = tmp_path_factory.mktemp("left") / "ledger.sqlite"
    with Ledger.open(path, clock=Clock()) as ledger:
        for number in range(5):
            ledger.reserve(intent(f"S{number}"), caps=PLENTY, owner=ME)
        for part in PARTS:
            shutil.copy(f"{path}{part}", f"{left}{part}")
    return left


def copy_of(crashed: Path, folder: Path) -> Path:
    for part in PARTS:
        shutil.copy(f"{crashed}{part}", folder / f"ledger.sqlite{part}")
    return folder / "ledger.sqlite"


def test_what_a_killed_process_left_is_whole(crashed: Path, tmp_path: Path) -> None:
    path = copy_of(crashed, tmp_path)
    assert missing(path) is None
    with Ledger.open(path) as ledger:
        assert len(ledger.jobs()) == 5
        assert ledger.verify().ok


def test_a_ledger_that_is_open_and_written_to_is_never_found_wanting(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    assert missing(path) is None
    with Ledger.open(path) as ledger:
        for number in range(240):  # over several checkpoints
            ledger.reserve(intent(f"S{number}", request="x" * 30_000), caps=PLENTY, owner=ME)
            assert missing(path) is None
        with ledger._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        assert missing(path) is None
    assert missing(path) is None


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(part=st.floats(0, 1, exclude_max=True))
def test_a_log_that_was_cut_off_is_refused_with_what_to_do(crashed: Path, tmp_path: Path, part: float) -> None:
    path = copy_of(crashed, tmp_path)
    log = path.with_name("ledger.sqlite-wal")
    data = log.read_bytes()
    log.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(LedgerError, match="damaged: its write-ahead log holds") as caught:
        Ledger.open(path)
    assert "backup" in str(caught.value)


def test_a_log_that_was_left_behind_is_missed(crashed: Path, tmp_path: Path) -> None:
    path = copy_of(crashed, tmp_path)
    path.with_name("ledger.sqlite-wal").unlink()
    with pytest.raises(LedgerError, match="holds 0 of"):
        Ledger.open(path)


def test_the_way_out_that_is_named_leads_out(crashed: Path, tmp_path: Path) -> None:
    path = copy_of(crashed, tmp_path)
    for suffix in ("-wal", "-shm"):
        path.with_name(f"ledger.sqlite{suffix}").unlink()
    with Ledger.open(path) as ledger:
        assert ledger.jobs() == []


@pytest.mark.parametrize("more", [b"", b"half a frame", b"\0" * 4120])
def test_what_an_unfinished_transaction_left_behind_is_no_loss(crashed: Path, tmp_path: Path, more: bytes) -> None:
    path = copy_of(crashed, tmp_path)
    with path.with_name("ledger.sqlite-wal").open("ab") as log:
        log.write(more)
    with Ledger.open(path) as ledger:
        assert len(ledger.jobs()) == 5


@pytest.mark.parametrize("index", [b"", b"short", b"\0" * 32768, b"\xff" * 32768])
def test_an_index_that_says_nothing_is_no_proof(crashed: Path, tmp_path: Path, index: bytes) -> None:
    path = copy_of(crashed, tmp_path)
    path.with_name("ledger.sqlite-shm").write_bytes(index)
    with Ledger.open(path) as ledger:
        assert len(ledger.jobs()) == 5


def test_an_index_of_an_earlier_log_is_no_proof(crashed: Path, tmp_path: Path) -> None:
    path = copy_of(crashed, tmp_path)
    old = path.with_name("ledger.sqlite-shm").read_bytes()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA wal_checkpoint(RESTART)")
        raw.execute("CREATE TABLE more (x)")
        raw.commit()
        for part in ("", "-wal"):
            shutil.copy(f"{path}{part}", tmp_path / f"later.sqlite{part}")
    (tmp_path / "later.sqlite-shm").write_bytes(old)
    assert missing(tmp_path / "later.sqlite") is None
