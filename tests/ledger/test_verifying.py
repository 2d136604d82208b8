"""Every promise that is broken is named, with the job and what to do; nothing that holds is called broken."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from some_jobs import ME, PLENTY, Clock, intent, running, sending, some_of_everything
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from charkit.errors import CharkitError, LedgerError
from charkit.ledger import Ledger, Step, TakeRow
from charkit.ledger.verifying import PROMISES
from charkit.store import Store


@pytest.fixture
def ledger(ledger_place: str):
    with Ledger.open(ledger_place, clock=Clock()) as opened:
        some_of_everything(opened)
        yield opened


def edit(ledger: Ledger, *statements: str) -> None:
    """Change a ledger behind its back, as no charkit would."""
    with ledger._engine.begin() as connection:
        for statement in statements:
            assert connection.execute(text(statement)).rowcount != 0


def job_of(ledger: Ledger, subject: str) -> str:
    (job,) = [job for job in ledger.jobs() if job.subject == subject]
    return job.id


def test_a_sound_ledger_keeps_every_promise(ledger: Ledger) -> None:
    found = ledger.verify()
    assert found.faults == ()
    assert found.ok
    assert found.jobs == 11
    assert repr(found) == "Verification(11 jobs, 0 faults)"
    assert set(found.promises) == set(PROMISES) - {"store"}
    assert "holds" in found._repr_mimebundle_()["text/html"]


BREAKS = {
    "money vanished": ("money", "S02", "DELETE FROM entries WHERE bucket = 'reserved' AND job_id = {job}"),
    "money appeared": ("money", "S01", "UPDATE entries SET amount = 1 + amount WHERE amount > 0 AND job_id = {job}"),
    "money moved by half": (
        "money",
        "S07",
        "UPDATE entries SET amount = 200000 WHERE bucket = 'unknown' AND job_id = {job}",
    ),
    "money of another run": ("money", "S04", "UPDATE entries SET run = 'elsewhere' WHERE job_id = {job}"),
    "real money simulated": ("money", "S04", "UPDATE entries SET simulated = (1 = 1) WHERE job_id = {job}"),
    "a price changed": ("money", "S03", "UPDATE jobs SET price = 1 WHERE id = {job}"),
    "a move nobody knows": ("money", "S04", "UPDATE entries SET note = 'gift' WHERE job_id = {job}"),
    "a state without a step": ("history", "S04", "UPDATE jobs SET state = 'queued' WHERE id = {job}"),
    "a history with a gap": ("history", "S01", "DELETE FROM transitions WHERE job_id = {job} AND after = 'running'"),
    "no history": ("history", "S04", "DELETE FROM transitions WHERE job_id = {job}"),
    "another request": ("request", "S05", "UPDATE jobs SET request = 'something else' WHERE id = {job}"),
    "another plan": ("request", "", "UPDATE plans SET content = 'something else'"),
    "one remote id twice": ("remote id", "S08", "UPDATE jobs SET remote_id = 'video_4' WHERE id = {job}"),
    "a take of nothing": ("take", "S01", "UPDATE takes SET digest = 'sha256:../../etc' WHERE job_id = {job}"),
    "a take too early": ("take", "S05", "INSERT INTO takes SELECT {job}, 1, digest, 'x', '', '', 0, NULL FROM takes"),
    "another note": ("history", "S01", "UPDATE transitions SET note = note || 'x' WHERE job_id = {job}"),
    "another answer": ("history", "S01", "UPDATE transitions SET raw = raw || ' ' WHERE job_id = {job}"),
    "another fact": ("take", "S01", "UPDATE takes SET facts = '[]' WHERE job_id = {job}"),
    "another remark": ("take", "S01", "UPDATE takes SET note = note || '.' WHERE job_id = {job}"),
    "over the cap": ("cap", "S02", "UPDATE entries SET run_cap = 100 WHERE job_id = {job} AND bucket = 'reserved'"),
    "over the production's cap": ("cap", "S02", "UPDATE entries SET production_cap = 100 WHERE job_id = {job}"),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_promise_is_named_with_its_job_and_what_to_do(ledger: Ledger, name: str) -> None:
    promise, subject, statement = BREAKS[name]
    job = job_of(ledger, subject) if subject else ""
    edit(ledger, statement.format(job=f"'{job}'"))
    found = ledger.verify()
    assert (promise, job) in {(fault.promise, fault.job) for fault in found.faults}, str(found)
    assert {fault.job for fault in found.faults} == {job}
    assert all(fault.what and fault.then for fault in found.faults)
    assert not found.ok
    assert job in found._repr_mimebundle_()["text/html"]


def test_a_database_refuses_what_it_can(ledger: Ledger) -> None:
    job = job_of(ledger, "S04")
    for statement in (
        "UPDATE jobs SET state = 'lost' WHERE id = :job",
        "UPDATE jobs SET accepted = NULL WHERE id = :job",
        "UPDATE jobs SET price = -1 WHERE id = :job",
        "UPDATE transitions SET after = 'refused' WHERE job_id = :job AND after = 'sending'",
        "UPDATE entries SET amount = 0 WHERE job_id = :job",
        "UPDATE entries SET bucket = 'pocket' WHERE job_id = :job",
        "UPDATE jobs SET plan = 'sha256:0' WHERE id = :job",
        "UPDATE takes SET digest = 'md5:00'",
    ):
        with pytest.raises(IntegrityError, match="(?i)constraint"):
            edit(ledger, statement.replace(":job", f"'{job}'"))
    assert ledger.verify().ok


def test_what_was_filed_without_its_keys_is_still_the_request_that_was_filed(ledger_place: str) -> None:
    with Ledger.open(ledger_place, redact=lambda text: text.replace("hunter2", "<KEY>")) as ledger:
        job = ledger.reserve(intent(request="the key is hunter2"), caps=PLENTY, owner=ME)
        assert job.request == "the key is <KEY>"
        assert ledger.verify().ok


def test_a_charge_above_the_estimate_is_no_fault_and_ends_the_budget(ledger_place: str) -> None:
    with Ledger.open(ledger_place) as ledger:
        ledger.advance(running(ledger), Step(to="succeeded", money="settle", charged=900_000_000))
        assert ledger.verify().ok


# ------------------------------------------------------------------------- the store


def test_ledger_and_store_are_gone_through_together(ledger_place: str, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    with Ledger.open(ledger_place) as ledger:
        for subject in ("whole", "flipped", "gone", "cut"):
            job = running(ledger, intent(subject), f"video_{subject}")
            job = ledger.advance(job, Step(to="succeeded", money="settle", expires_at=4e9 if subject == "cut" else 5.0))
            digest = store.put(subject.encode() * 1000, ".mp4").digest
            ledger.record_take(TakeRow(job_id=job.id, digest=digest, media_type="video/mp4", facts="{}"))
            path = store.path(digest)
            if subject == "flipped":
                path.write_bytes(path.read_bytes()[:-1] + b"!")
            elif subject == "cut":
                path.write_bytes(path.read_bytes()[:100])
            elif subject == "gone":
                path.unlink()
        found = ledger.verify(read_object=store.verify)
        told = {ledger.job(fault.job).subject: fault for fault in found.faults}
    assert set(told) == {"flipped", "gone", "cut"}
    assert {fault.promise for fault in found.faults} == {"store"}
    assert "other bytes than its digest" in told["flipped"].what
    assert "has no object" in told["gone"].what
    assert "fetched anew" in told["cut"].then
    assert "kept it until 1970-01-01" in told["gone"].then
    assert found.objects == 4
    assert found.readable


# ------------------------------------------------------------------------- torn and corrupt files


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed ledger of many pages."""
    path = tmp_path_factory.mktemp("sound") / "ledger.sqlite"
    with Ledger.open(path, clock=Clock()) as ledger:
        some_of_everything(ledger)
        for number in range(40):
            done = sending(ledger, intent(f"T{number:02d}", price=1000 + number))
            ledger.advance(done, Step(to="failed", accepted=False, money="release", raw="x" * 300))
    return path


def what_counts(ledger: Ledger) -> object:
    """Everything that a decision about money or a job is made from, and what was said of it."""
    jobs = [replace(job, owner="", claimed_until=0, message="", stage="", category="", answered_model="",
                    created_at=0, updated_at=0, sent_at=0, expires_at=0, subject="", kind="", route="", model="")
            for job in ledger.jobs()]  # fmt: skip
    steps = {job.id: [(t.before, t.after, t.note, t.raw) for t in ledger.history(job.id)] for job in jobs}
    money = {job.id: ledger.held_by(job.id) for job in jobs}
    digests = [(take.job_id, take.digest, take.facts, take.note) for take in ledger.takes()]
    return sorted(jobs, key=lambda job: job.id), steps, money, sorted(digests)


def damaged(sound: Path, folder: Path, harm: Callable[[bytearray], object]) -> Path:
    path = folder / "ledger.sqlite"
    data = bytearray(sound.read_bytes())
    harm(data)
    path.write_bytes(data)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return path


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seed=st.integers(0, 10**9))
def test_a_flipped_byte_is_found_or_changes_nothing_that_counts(sound: Path, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    with Ledger.open(shutil.copy(sound, tmp_path / "right.sqlite")) as right:
        before = what_counts(right)

    def flip(data: bytearray) -> None:
        data[chance.randrange(len(data))] ^= chance.randrange(1, 256)

    path = damaged(sound, tmp_path, flip)
    try:
        with Ledger.open(path) as ledger:
            found = ledger.verify()
            if found.ok:
                assert what_counts(ledger) == before
            else:
                assert all(fault.what and fault.then for fault in found.faults)
    except CharkitError as error:
        assert str(error)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(part=st.floats(0.01, 0.99))
def test_a_file_that_was_cut_off_is_found(sound: Path, tmp_path: Path, part: float) -> None:
    def cut(data: bytearray) -> None:
        del data[int(len(data) * part) :]

    path = damaged(sound, tmp_path, cut)
    with pytest.raises(LedgerError, match="damaged") as caught, Ledger.open(path) as ledger:
        found = ledger.verify()
        assert not found.readable
        raise LedgerError(str(found.faults[0].then) + "damaged")
    assert "backup" in str(caught.value)


def test_rows_that_were_lost_are_found_though_the_file_is_whole(sound: Path, tmp_path: Path) -> None:
    path = shutil.copy(sound, tmp_path / "ledger.sqlite")
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("DELETE FROM jobs WHERE subject = 'S01'")
        raw.commit()
    with Ledger.open(path) as ledger:
        found = ledger.verify()
    assert not found.readable
    assert any("refers to a row of jobs that is not there" in fault.what for fault in found.faults)
