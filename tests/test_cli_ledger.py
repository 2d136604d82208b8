"""`charkit ledger` as a person uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from charkit.cli import app
from charkit.errors import LedgerError, UsageError
from charkit.ledger import Caps, Intent, Ledger, Step, TakeRow, owners
from charkit.ledger.mounts import Mount
from charkit.store import Store

RUN = CliRunner()
ME = owners.current()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("CHARKIT_DATA", "CHARKIT_LEDGER", "CHARKIT_LEDGER_ON_NETWORK_DISK"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def shoot(place: Path | str, data: Path) -> str:
    """Make one take; return its job."""
    intent = Intent(
        request_key="request:1", take_number=1, request="{}", production="lantern", run="tour", subject="S01",
        kind="video", route="omni", endpoint="e", model="m", price=400_000, simulated=False,
    )  # fmt: skip
    with Ledger.open(place) as ledger:
        job = ledger.begin_sending(ledger.reserve(intent, caps=Caps(run=10**6), owner=ME), owner=ME)
        assert job is not None
        job = ledger.advance(job, Step(to="succeeded", remote_id="v1", money="settle"))
        stored = Store(data / "store").put(b"a clip", ".mp4")
        ledger.record_take(TakeRow(job_id=job.id, digest=stored.digest, media_type="video/mp4", facts="{}"))
    return job.id


def run(*arguments: str, status: int = 0) -> str:
    result = RUN.invoke(app, ["ledger", *arguments])
    assert result.exit_code == status, (result.output, result.exception)
    return result.output


def test_a_sound_ledger_holds_every_promise(here: Path) -> None:
    shoot("data/ledger.sqlite", here / "data")
    shown = run("verify")
    assert shown.count("holds") == 8
    assert "1 jobs, 1 stored files: 0 faults" in shown
    assert json.loads(run("verify", "--json"))["ok"] is True
    assert json.loads(run("verify", "--json", "--no-store"))["objects"] is None


def test_a_missing_file_is_named_with_its_job_and_fails_the_command(here: Path) -> None:
    job = shoot("data/ledger.sqlite", here / "data")
    store = Store(here / "data" / "store")
    for path in store.root.rglob("*.mp4"):
        path.unlink()
    shown = run("verify", status=1)
    assert job in shown
    assert "S01, take 1" in shown
    assert "broken" in shown
    (fault,) = json.loads(run("verify", "--json", status=1))["faults"]
    assert (fault["promise"], fault["job"]) == ("store", job)
    assert run("verify", "--no-store").count("holds") == 7


def test_a_file_that_cannot_be_opened_is_what_was_found(here: Path) -> None:
    (here / "data").mkdir()
    (here / "data" / "ledger.sqlite").write_bytes(b"this is a letter to my aunt" * 1000)
    shown = run("verify", status=1)
    assert "damaged (file is not a database)" in shown
    assert "put the last backup in its place" in " ".join(shown.split())
    assert "holds" not in shown


def test_backup_and_restore_move_a_ledger_to_another_folder(here: Path) -> None:
    job = shoot("data/ledger.sqlite", here / "data")
    assert "wrote monday.sqlite: 1 jobs" in run("backup", "monday.sqlite")
    assert json.loads(run("restore", "monday.sqlite", "--data", "new", "--json"))["jobs"] == 1
    with Ledger.open(here / "new" / "ledger.sqlite") as ledger:
        assert ledger.job(job).state == "succeeded"
    assert "there already" in str(RUN.invoke(app, ["ledger", "backup", "monday.sqlite"]).exception)
    assert "not empty" in str(RUN.invoke(app, ["ledger", "restore", "monday.sqlite"]).exception)


def test_a_ledger_goes_to_a_server_and_back(here: Path, postgres_places, monkeypatch: pytest.MonkeyPatch) -> None:
    job = shoot("data/ledger.sqlite", here / "data")
    run("backup", "before.sqlite")
    url = postgres_places()
    monkeypatch.setenv("CHARKIT_LEDGER", url)
    run("restore", "before.sqlite")
    assert json.loads(run("verify", "--json"))["objects"] == 1
    shown = run("where")
    assert "PostgreSQL" in shown
    assert url.split(":")[2].split("@")[0] not in shown
    run("backup", "after.sqlite")
    with Ledger.open("after.sqlite") as ledger:
        assert ledger.job(job).remote_id == "v1"


def test_where_says_on_which_disk_and_when_a_commit_is_safe(here: Path) -> None:
    shoot("data/ledger.sqlite", here / "data")
    facts = json.loads(run("where", "--json"))
    assert facts["where"] == str((here / "data" / "ledger.sqlite").resolve())
    assert facts["jobs"] == 1
    assert facts["database"].startswith("SQLite 3.")
    assert "synchronous=FULL" in run("where")


def test_the_settings_name_another_file(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shoot("elsewhere.sqlite", here / "data")
    monkeypatch.setenv("CHARKIT_LEDGER", "elsewhere.sqlite")
    assert json.loads(run("verify", "--json"))["jobs"] == 1


def test_without_a_ledger_that_is_said(here: Path) -> None:
    assert isinstance(RUN.invoke(app, ["ledger", "verify"]).exception, UsageError)


def test_the_override_for_network_disks_is_a_setting(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shoot("data/ledger.sqlite", here / "data")
    monkeypatch.setattr("charkit.ledger.mounts.mounts", lambda: [Mount(folder="/", kind="nfs4")])
    assert isinstance(RUN.invoke(app, ["ledger", "where"]).exception, LedgerError)
    monkeypatch.setenv("CHARKIT_LEDGER_ON_NETWORK_DISK", "1")
    assert "nfs4" in run("where")
