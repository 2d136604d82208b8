"""Backups that are one state, overwrite nothing, and lead back into a ledger on any database."""

from __future__ import annotations

import multiprocessing
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from some_jobs import ME, PLENTY, Clock, intent, running, some_of_everything
from sqlalchemy import select

from charkit.errors import LedgerError, StorageFull
from charkit.ledger import Caps, Ledger, Step
from charkit.ledger.schema import metadata


@pytest.fixture
def ledger(ledger_place: str):
    with Ledger.open(ledger_place, clock=Clock()) as opened:
        yield opened


def content(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    with ledger._engine.connect() as connection:
        tables = [table for name, table in metadata.tables.items() if name != "migrations"]
        return {table.name: sorted(tuple(row) for row in connection.execute(select(table))) for table in tables}


def test_a_backup_is_the_ledger_again_in_one_file(ledger: Ledger, tmp_path: Path) -> None:
    some_of_everything(ledger)
    made = ledger.backup(tmp_path / "copies" / "monday.sqlite")
    assert (made.jobs, made.verification.ok) == (11, True)
    assert repr(made).startswith("Backup(monday.sqlite, 11 jobs")
    assert [file.name for file in made.path.parent.iterdir()] == ["monday.sqlite"]
    with Ledger.open(made.path) as copy:
        assert content(copy) == content(ledger)
        copy.reserve(intent("new"), caps=PLENTY, owner=ME)  # goes on counting where the other stopped
        assert copy.verify().ok


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_a_backup_fills_an_empty_ledger_on_either_database(
    ledger: Ledger, tmp_path: Path, target: str, request: pytest.FixtureRequest
) -> None:
    some_of_everything(ledger)
    made = ledger.backup(tmp_path / "monday.sqlite")
    before = made.path.read_bytes()
    place = tmp_path / "new.sqlite" if target == "sqlite" else request.getfixturevalue("postgres_places")()
    with Ledger.open(place, clock=Clock()) as new:
        assert new.restore(made.path).jobs == 11
        assert content(new) == content(ledger)
        job = running(new, intent("new"), "video_new")
        new.advance(job, Step(to="succeeded", money="settle"))
        assert new.verify().ok
        with pytest.raises(LedgerError, match="not empty"):
            new.restore(made.path)
        assert new.verify().jobs == 12
    assert made.path.read_bytes() == before
    assert [file for file in tmp_path.iterdir() if "monday" in file.name] == [made.path]


def test_nothing_is_overwritten(ledger: Ledger, tmp_path: Path) -> None:
    place = tmp_path / "precious.txt"
    place.write_text("precious", encoding="utf-8")
    with pytest.raises(LedgerError, match="there already"):
        ledger.backup(place)
    assert place.read_text(encoding="utf-8") == "precious"


def test_a_name_that_was_taken_while_copying_stays_taken(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from charkit.ledger import copying

    look = copying._read_through

    def somebody_is_faster(path: Path):
        (tmp_path / "copy.sqlite").write_text("precious", encoding="utf-8")
        return look(path)

    monkeypatch.setattr(copying, "_read_through", somebody_is_faster)
    with pytest.raises(LedgerError, match="there already"):
        ledger.backup(tmp_path / "copy.sqlite")
    assert (tmp_path / "copy.sqlite").read_text(encoding="utf-8") == "precious"
    assert not list(tmp_path.glob(".*part*"))


def test_a_disk_without_hard_links_gets_its_backup_too(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", no_links)
    some_of_everything(ledger)
    with Ledger.open(ledger.backup(tmp_path / "copy.sqlite").path) as copy:
        assert content(copy) == content(ledger)
    assert not list(tmp_path.glob(".*part*"))


def test_a_full_disk_leaves_nothing_half_written(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    (tmp_path / "copies").mkdir()
    with pytest.raises(StorageFull):
        ledger.backup(tmp_path / "copies" / "copy.sqlite")
    assert list((tmp_path / "copies").iterdir()) == []


@pytest.mark.parametrize("harm", ["cut", "letter", "absent"])
def test_what_is_no_whole_ledger_is_not_restored(ledger: Ledger, tmp_path: Path, harm: str) -> None:
    file = tmp_path / "copy.sqlite"
    with Ledger.open(tmp_path / "other.sqlite") as other:
        some_of_everything(other)
        other.backup(file)
    if harm == "cut":
        file.write_bytes(file.read_bytes()[:50_000])
    elif harm == "letter":
        file.write_bytes(b"this is a letter to my aunt" * 100)
    else:
        file.unlink()
    with pytest.raises(LedgerError, match="damaged|no file|cannot be read"):
        ledger.restore(file)
    assert ledger.jobs() == []
    some_of_everything(ledger)


def test_a_backup_of_before_is_brought_up_to_date_when_it_is_restored(ledger: Ledger, tmp_path: Path) -> None:
    from test_migrations import a_ledger_of_the_first_days

    old = tmp_path / "old.sqlite"
    a_ledger_of_the_first_days(str(old))
    with closing(sqlite3.connect(old)) as raw:
        raw.execute("PRAGMA journal_mode=DELETE")
    before = old.read_bytes()
    assert ledger.restore(old).jobs == 2
    assert ledger.verify().ok
    assert old.read_bytes() == before


def _spend_on(place: str, gate: object, over: object) -> None:
    """Move money between two buckets without end, so that any mixture of two states shows."""
    with Ledger.open(place) as ledger:
        gate.wait(30)  # type: ignore[attr-defined]
        number = 0
        while not over.is_set():  # type: ignore[attr-defined]
            job = ledger.reserve(intent(f"W{number}", price=1), caps=Caps(run=10**12), owner=ME)
            number += 1
            begun = ledger.begin_sending(job, owner=ME)
            assert begun is not None
            ledger.advance(begun, Step(to="failed", accepted=False, money="release"))


def test_a_backup_is_one_state_while_another_process_writes(ledger_place: str, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    gate, over = context.Barrier(2), context.Event()
    with Ledger.open(ledger_place) as ledger:
        writer = context.Process(target=_spend_on, args=(ledger_place, gate, over))
        writer.start()
        gate.wait(30)
        try:
            sizes = []
            for number in range(5):
                made = ledger.backup(tmp_path / f"{number}.sqlite")
                assert made.verification.ok, str(made.verification)
                sizes.append(made.jobs)
        finally:
            over.set()
            writer.join(30)
        assert sizes == sorted(sizes)
        assert sizes[-1] > sizes[0]
        assert ledger.verify().ok
    assert writer.exitcode == 0
