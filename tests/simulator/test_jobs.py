from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from charkit.simulator.briefs import Brief
from charkit.simulator.jobs import Job, JobTable, Status

if TYPE_CHECKING:
    from pathlib import Path

BRIEF = Brief(kind="clip", model="sora-2", prompt="x", width=1280, height=720, seconds=4.0)


def job(name: str, **changes: object) -> Job:
    base = Job(id=name, wire="openai", prompt="x", brief=BRIEF, created=100.0, ready=104.0, details={"a": "b"})
    return replace(base, **changes)  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.sqlite"


def test_an_accepted_job_is_found_by_another_table_on_the_same_file(path: Path) -> None:
    JobTable(path).accept(job("a"), 0.4)
    other = JobTable(path)
    assert other.get("a") == job("a")
    (charge,) = other.charges()
    assert (charge.job, charge.usd, charge.size, charge.refunded) == ("a", 0.4, "1280x720", False)
    assert other.unfinished() == [job("a")]


def test_a_job_without_its_charge_is_never_written(path: Path) -> None:
    table = JobTable(path)
    table.accept(job("a"), 0.4)
    table.delete("a")
    # The charge of "a" is still there, so accepting "a" again must fail as a whole.
    with pytest.raises(sqlite3.IntegrityError):
        table.accept(job("a"), 0.4)
    assert table.get("a") is None
    table.accept(job("b"), 0.4)
    assert [charge.job for charge in table.charges()] == ["a", "b"]


def test_an_ended_job_never_changes_again(path: Path) -> None:
    table = JobTable(path)
    table.accept(job("a"), 0.4)
    table.update(job("a", status=Status.CANCELLED))
    assert table.update(job("a", status=Status.SUCCEEDED)).status is Status.CANCELLED
    assert table.unfinished() == []


def test_jobs_are_listed_by_wire_and_kind_newest_first(path: Path) -> None:
    table = JobTable(path)
    for name in ("a", "b"):
        table.accept(job(name), 0.4)
    table.accept(job("still", brief=replace(BRIEF, kind="still")), 0.1)
    table.accept(job("muse", wire="muse"), 0.3)
    assert [each.id for each in table.newest("openai")] == ["b", "a"]
    assert table.get("muse", "openai") is None


def test_a_refund_marks_the_charge_and_keeps_it(path: Path) -> None:
    table = JobTable(path)
    table.accept(job("a"), 0.4)
    table.refund("a")
    assert [charge.refunded for charge in table.charges()] == [True]


def test_progress_grows_to_99_and_reaches_100_only_with_success() -> None:
    assert job("a").progress(103.0) == 0
    running = job("a", status=Status.RUNNING, started=100.0)
    assert [running.progress(now) for now in (100.0, 102.0, 104.0, 900.0)] == [0, 50, 99, 99]
    assert job("a", status=Status.SUCCEEDED).progress(100.0) == 100
