from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from charkit.doctor import places
from charkit.errors import UsageError
from charkit.ledger import Ledger
from charkit.ledger.mounts import Mount


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("CHARKIT_DATA", "CHARKIT_LEDGER", "CHARKIT_LEDGER_ON_NETWORK_DISK", "CHARKIT_ROUTES"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_settings_that_were_changed_are_named_and_wrong_ones_are_one_clear_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CHARKIT_PARALLEL", "7")
    assert "CHARKIT_PARALLEL" in next(places.settings()).said
    monkeypatch.setenv("CHARKIT_PARALLEL", "lots")
    with pytest.raises(UsageError, match="CHARKIT_PARALLEL: "):
        list(places.settings())


def test_a_routes_file_that_is_not_there_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARKIT_ROUTES", "mine.yaml")
    (_, check) = places.settings()
    assert (check.state, check.said) == ("fault", "there is no mine.yaml")


@pytest.mark.parametrize(("free", "state"), [(0.2e9, "fault"), (5e9, "note"), (50e9, "ok")])
def test_room_is_counted(monkeypatch: pytest.MonkeyPatch, free: float, state: str) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    check = next(places.disk())
    assert (check.state, check.said) == (state, f"{free / 1e9:.1f} GB free")


def test_a_ledger_on_a_network_disk_is_a_fault_unless_somebody_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("charkit.ledger.mounts.mounts", lambda: [Mount(folder="/", kind="nfs4")])
    check = list(places.disk())[-1]
    assert check.state == "fault"
    assert "nfs4" in check.said
    assert "CHARKIT_LEDGER" in check.then
    monkeypatch.setenv("CHARKIT_LEDGER_ON_NETWORK_DISK", "1")
    assert list(places.disk())[-1].state == "note"


def test_a_ledger_on_a_server_is_not_looked_for_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARKIT_LEDGER", "postgresql://mira:hunter2@db/films")
    check = list(places.disk())[-1]
    assert check.state == "ok"
    assert "hunter2" not in check.said


def test_a_sound_ledger_holds_and_a_damaged_one_says_what_to_do(here: Path) -> None:
    assert next(places.ledger()).said == "none yet: nothing was bought here"
    (here / "data").mkdir()
    with Ledger.open(here / "data" / "ledger.sqlite"):
        pass
    assert next(places.ledger()).said == "0 jobs, every promise holds"
    (here / "data" / "ledger.sqlite").write_bytes(b"this is a letter to my aunt" * 1000)
    for rest in ("-wal", "-shm"):
        (here / "data" / f"ledger.sqlite{rest}").unlink(missing_ok=True)
    check = next(places.ledger())
    assert check.state == "fault"
    assert "backup" in check.then
