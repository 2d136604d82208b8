"""Transactions that survive a connection, and processes that are kept apart, on both databases."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from some_jobs import ME, PLENTY, intent, running, sending
from sqlalchemy import event, text

from charkit.errors import LedgerError, SpendLimit
from charkit.ledger import Caps, Ledger, Spend, Step
from charkit.ledger.engine import transact, writing

psycopg = pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")


@pytest.fixture
def served(postgres_places) -> Iterator[tuple[Ledger, str]]:
    """A ledger on PostgreSQL, and its URL."""
    place = postgres_places()
    with Ledger.open(place) as ledger:
        yield ledger, place


def break_off(ledger: Ledger, place: str, when: str) -> list[int]:
    """Drop the connection once: at the first statement of the next transaction, or as it commits."""
    left = [1]

    def drop(connection: object, *_: object) -> None:
        if left[0]:
            left[0] -= 1
            pid = connection.connection.driver_connection.info.backend_pid  # type: ignore[attr-defined]
            with psycopg.connect(place, autocommit=True) as raw:
                raw.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    event.listen(ledger._engine, {"statement": "before_cursor_execute", "commit": "commit"}[when], drop)
    return left


def test_connections_that_were_dropped_while_idle_are_made_again(served) -> None:
    ledger, place = served
    job = running(ledger)
    with psycopg.connect(place, autocommit=True) as raw:
        raw.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE application_name = 'charkit' AND state = 'idle'"
        )
    assert ledger.job(job.id) == job
    assert ledger.advance(job, Step(to="succeeded", money="settle")).state == "succeeded"


@pytest.mark.parametrize("when", ["statement", "commit"])
def test_a_transaction_whose_connection_breaks_runs_again(served, when: str) -> None:
    ledger, place = served
    job = sending(ledger)
    left = break_off(ledger, place, when)
    job = ledger.advance(job, Step(to="running", remote_id="video_1", accepted=True))
    assert left == [0]
    assert (job.state, job.remote_id) == ("running", "video_1")
    assert [line.after for line in ledger.history(job.id)] == ["intended", "sending", "running"]
    assert ledger.verify().ok


def test_money_is_set_aside_once_though_nobody_knows_whether_it_was_committed(served) -> None:
    ledger, place = served
    break_off(ledger, place, "commit")
    job = ledger.reserve(intent(), caps=Caps(run=400_000), owner=ME)
    assert (job.state, job.owner) == ("intended", ME)
    assert ledger.spend() == Spend(estimated=400_000, reserved=400_000)
    assert ledger.verify().ok


def commit_then_break_off(ledger: Ledger, place: str) -> None:
    """Let the next commit happen, and its answer get lost."""
    dialect, left = ledger._engine.dialect, [1]
    commit = dialect.do_commit

    def lose_the_answer(connection) -> None:
        commit(connection)
        if left[0]:
            left[0] -= 1
            with psycopg.connect(place, autocommit=True) as raw:
                raw.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.driver_connection.info.backend_pid])
            connection.driver_connection.execute("SELECT 1")

    dialect.do_commit = lose_the_answer


def test_a_post_whose_permission_got_lost_does_not_leave(served) -> None:
    ledger, place = served
    job = ledger.reserve(intent(), caps=PLENTY, owner=ME)
    commit_then_break_off(ledger, place)
    assert ledger.begin_sending(job, owner=ME) is None
    assert ledger.job(job.id).state == "sending"  # a doubt, which is looked into
    assert ledger.verify().ok


def test_what_may_not_happen_twice_is_not_done_again(served) -> None:
    ledger, place = served
    job = ledger.advance(running(ledger), Step(to="failed", money="settle"))
    commit_then_break_off(ledger, place)
    with pytest.raises(LedgerError, match="cannot be reached"):
        ledger.refund(job)
    assert ledger.spend().refunded == 400_000
    assert ledger.verify().ok


def test_a_lock_that_is_never_let_go_ends_the_wait(postgres_places, monkeypatch: pytest.MonkeyPatch) -> None:
    from charkit.ledger import engine

    place = postgres_places()
    with Ledger.open(place) as ledger, psycopg.connect(place) as holder:
        running(ledger)
        ledger.close()
        monkeypatch.setattr(engine, "_SESSION", engine._SESSION.replace("60s", "300ms"))
        holder.execute("SELECT * FROM productions FOR UPDATE")
        with pytest.raises(LedgerError, match="held by another process"):
            ledger.reserve(intent("S02"), caps=PLENTY, owner=ME)
        holder.rollback()
        ledger.reserve(intent("S02"), caps=PLENTY, owner=ME)


def test_a_statement_that_never_ends_is_ended(postgres_places, monkeypatch: pytest.MonkeyPatch) -> None:
    from charkit.ledger import engine

    with Ledger.open(postgres_places()) as ledger, pytest.raises(LedgerError, match="took too long"):
        ledger.close()
        limit = "'statement_timeout', '{}'"
        monkeypatch.setattr(engine, "_SESSION", engine._SESSION.replace(limit.format("120s"), limit.format("300ms")))
        transact(ledger._engine, lambda connection: connection.execute(text("SELECT pg_sleep(10)")))


def test_sessions_are_durable_and_isolated_whatever_the_server_says(served) -> None:
    _, place = served
    with psycopg.connect(place, autocommit=True) as raw:
        raw.execute("ALTER ROLE charkit SET synchronous_commit = off")
        raw.execute("ALTER ROLE charkit SET default_transaction_isolation = serializable")
    try:
        with Ledger.open(place) as again:
            with writing(again._engine) as connection:
                assert connection.scalar(text("SHOW synchronous_commit")) == "on"
                assert connection.scalar(text("SHOW transaction_isolation")) == "read committed"
            assert "is on the server's disk" in again.where().durability
    finally:
        with psycopg.connect(place, autocommit=True) as raw:
            raw.execute("ALTER ROLE charkit RESET ALL")


# ------------------------------------------------------------------------- races, on both databases


def at_once(*works: Callable[[], object]) -> list[object]:
    """Run works in threads that begin together; return what each returned or raised."""
    gate = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        gate.wait(20)
        try:
            return work()
        except (LedgerError, SpendLimit) as error:
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_one_request_in_two_productions_at_once_is_one_job(ledger_place: str) -> None:
    with Ledger.open(ledger_place) as one, Ledger.open(ledger_place) as two:
        for number in range(15):
            works = [
                lambda ledger=ledger, production=production, number=number: ledger.reserve(
                    intent(f"S{number}", production=production), caps=PLENTY, owner=production
                )
                for ledger, production in ((one, "lantern"), (two, "harbour"))
            ]
            left, right = at_once(*works)
            assert left.id == right.id, (left, right)
            assert [one.begin_sending(left, owner=owner) is not None for owner in ("lantern", "harbour")].count(
                True
            ) == 1
        assert one.verify().ok


def test_one_remote_id_ends_one_doubt_only(ledger_place: str) -> None:
    with Ledger.open(ledger_place) as one, Ledger.open(ledger_place) as two:
        for number in range(10):
            step = Step(to="running", remote_id=f"video_{number}", accepted=True)
            doubts = [
                one.advance(sending(one, intent(f"{half}{number}", production=half)), Step(to="unknown"))
                for half in ("a", "b")
            ]
            works = [lambda ledger=ledger, job=job, step=step: ledger.advance(job, step)
                     for ledger, job in zip((one, two), doubts, strict=True)]  # fmt: skip
            ended = at_once(*works)
            assert sorted(isinstance(end, LedgerError) for end in ended) == [False, True], ended
        assert one.verify().ok


def test_the_same_take_recorded_twice_at_once_is_one(ledger_place: str) -> None:
    from charkit.ledger import TakeRow

    with Ledger.open(ledger_place) as one, Ledger.open(ledger_place) as two:
        for number in range(10):
            job = one.advance(running(one, intent(f"S{number}"), f"v{number}"), Step(to="succeeded", money="settle"))
            row = TakeRow(job_id=job.id, digest="sha256:ab", media_type="video/mp4", facts="{}")
            works = [lambda ledger=ledger, row=row: ledger.record_take(row) for ledger in (one, two)]
            left, right = at_once(*works)
            assert left == right


def test_threads_of_one_process_take_turns_without_sleeping(ledger_place: str) -> None:
    with Ledger.open(ledger_place) as ledger:
        started = time.monotonic()

        def work(number: int) -> None:
            for take in range(1, 6):
                ledger.reserve(intent(f"S{number}", take=take, price=1), caps=PLENTY, owner=ME)

        with ThreadPoolExecutor(16) as pool:
            list(pool.map(work, range(16)))
        assert len(ledger.jobs()) == 80
        assert ledger.spend().reserved == 80
        assert time.monotonic() - started < 30


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc what a descriptor is open on")
def test_the_names_of_a_new_ledgers_folders_are_on_disk_before_anything_is_in_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced, real = [], os.fsync

    def fsync(descriptor: int) -> None:
        real(descriptor)
        synced.append((Path(f"/proc/self/fd/{descriptor}").readlink(), place.is_file()))

    monkeypatch.setattr(os, "fsync", fsync)
    place = tmp_path / "films" / "data" / "ledger.sqlite"
    for _ in range(2):  # nothing is synced again for folders that are there
        Ledger.open(place).close()
    assert synced == [(tmp_path, False), (tmp_path / "films", False)]
