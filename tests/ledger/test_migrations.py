from __future__ import annotations

import itertools
import multiprocessing

import pytest
from some_jobs import ME, PLENTY, intent, running
from sqlalchemy import Connection, MetaData, inspect, text

from charkit.errors import LedgerError
from charkit.ledger import Entry, Ledger, Spend, Step
from charkit.ledger.engine import open_engine, reading, writing
from charkit.ledger.migrations import MIGRATIONS, migrate
from charkit.ledger.schema import metadata


def shape(connection: Connection, name: str) -> tuple[object, ...]:
    seen = inspect(connection)
    columns = {c["name"]: (str(c["type"]), c["nullable"]) for c in seen.get_columns(name)}
    unique = {u["name"]: tuple(u["column_names"]) for u in seen.get_unique_constraints(name)}
    indexes = {i["name"]: tuple(i["column_names"]) for i in seen.get_indexes(name)}
    foreign = sorted((tuple(f["constrained_columns"]), f["referred_table"]) for f in seen.get_foreign_keys(name))
    checks = {c["name"]: c["sqltext"] for c in seen.get_check_constraints(name)}
    return columns, unique, indexes, foreign, checks, seen.get_pk_constraint(name)["constrained_columns"]


def a_ledger_of_the_first_days(place: str) -> None:
    """Make a ledger as the first charkit did: one job that succeeded, and one that is being sent."""
    engine = open_engine(place)
    with writing(engine) as connection:
        metadata.tables["migrations"].create(connection)
        MIGRATIONS[0](connection)
        old = MetaData()
        old.reflect(connection)
        put = lambda table, **row: connection.execute(old.tables[table].insert().values(row))  # noqa: E731
        put("migrations", name="m001_jobs_money_takes_and_scores", applied_at=1.0)
        put("productions", name="lantern", created_at=1.0)
        for job, path in (("job_1", ("intended", "sending", "succeeded")), ("job_2", ("intended", "sending"))):
            done = path[-1] == "succeeded"
            empty = dict.fromkeys(("answered_model", "message", "stage", "category"), "")
            put("jobs", id=job, request_key=f"key_{job}", take_number=1, request="{}", production="lantern", run="tour",
                request_digest="sha256:" + "ab" * 32, subject="S01", kind="video", route="r", endpoint="e", model="m",
                price=400_000, simulated=False, state=path[-1], remote_id="v1" if done else None,
                accepted=True if done else None, owner="o", claimed_until=0.0, created_at=1.0, sent_at=2.0,
                updated_at=3.0, **empty)  # fmt: skip
            for before, after in itertools.pairwise(("", *path)):
                put("transitions", job_id=job, at=1.5, before=before, after=after, note="", raw='{"id": 1}')
            moves = [("estimated", 400_000, "priced"), ("reserved", 400_000, "priced")]
            moves += [("reserved", -400_000, "charged"), ("settled", 390_000, "charged")] if done else []
            for bucket, amount, note in moves:
                put("entries", job_id=job, production="lantern", run="tour", simulated=False, at=1.5, bucket=bucket,
                    amount=amount, note=note)  # fmt: skip
        put("takes", job_id="job_1", position=0, digest="sha256:cd", media_type="video/mp4", facts="", note="",
            created_at=4.0)  # fmt: skip
        put("sent", job_id="job_1", position=0, field="f", name="n", digest="sha256:ef", role="", character="")
        put("scores", job_id="job_1", scorer="palette", axis="palette", character="Mira", value=0.9, verdict="pass",
            detail="", created_at=5.0)  # fmt: skip
    engine.dispose()


def test_a_ledger_of_the_first_days_opens_with_all_that_it_held(ledger_place: str) -> None:
    a_ledger_of_the_first_days(ledger_place)
    with Ledger.open(ledger_place) as ledger:
        done, open_job = ledger.jobs()
        assert (done.id, done.state, done.remote_id, done.accepted, done.simulated) == (
            "job_1",
            "succeeded",
            "v1",
            True,
            False,
        )
        assert (open_job.state, open_job.accepted, open_job.plan, open_job.sent_at) == ("sending", None, None, 2.0)
        assert [(line.before, line.after) for line in ledger.history("job_1")] == [
            ("", "intended"),
            ("intended", "sending"),
            ("sending", "succeeded"),
        ]
        assert ledger.money("job_1")[-1] == Entry(
            job_id="job_1", at=1.5, bucket="settled", amount=390_000, note="charged"
        )
        assert ledger.spend() == Spend(estimated=800_000, reserved=400_000, settled=390_000)
        assert [take.digest for take in ledger.takes()] == ["sha256:cd"]
        assert [score.value for score in ledger.scores()] == [0.9]
        assert [row.digest for row in ledger.sent("job_1")] == ["sha256:ef"]
        assert ledger.verify().ok, str(ledger.verify())
        # and it goes on: the counters stand behind the highest number
        ledger.advance(open_job, Step(to="queued", remote_id="v2", accepted=True))
        ledger.advance(running(ledger, intent("S09")), Step(to="succeeded", money="settle"))
        assert ledger.verify().ok


def test_the_migrations_make_the_tables_that_the_schema_describes(ledger_places) -> None:
    migrated, described = open_engine(ledger_places()), open_engine(ledger_places())
    with writing(migrated) as connection:
        migrate(connection, 1.0)
    with writing(described) as connection:
        metadata.create_all(connection)
    with migrated.connect() as left, described.connect() as right:
        assert set(inspect(left).get_table_names()) == set(metadata.tables) == set(inspect(right).get_table_names())
        for name in metadata.tables:
            assert shape(left, name) == shape(right, name)
    migrated.dispose()
    described.dispose()


def test_names_are_numbered_in_the_order_in_which_they_run() -> None:
    assert [step.__name__[:4] for step in MIGRATIONS] == [f"m{n:03d}" for n in range(1, len(MIGRATIONS) + 1)]


def test_each_migration_runs_once(ledger_place: str) -> None:
    engine = open_engine(ledger_place)
    with writing(engine) as connection:
        assert migrate(connection, 1.0) == [step.__name__ for step in MIGRATIONS]
    with writing(engine) as connection:
        assert migrate(connection, 2.0) == []
    engine.dispose()


def m999_more(connection: Connection) -> None:
    connection.execute(text("CREATE TABLE more (x INTEGER)"))


def test_a_new_migration_runs_on_an_old_ledger(ledger_place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Ledger.open(ledger_place).close()
    monkeypatch.setattr("charkit.ledger.migrations.MIGRATIONS", [*MIGRATIONS, m999_more])
    with Ledger.open(ledger_place) as ledger, ledger._engine.connect() as connection:
        found = MetaData()
        found.reflect(connection)
    assert "more" in found.tables


def test_a_migration_that_fails_leaves_the_ledger_as_it_was(ledger_place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def m998_more(connection: Connection) -> None:
        m999_more(connection)

    Ledger.open(ledger_place).close()
    with monkeypatch.context() as patch:
        patch.setattr("charkit.ledger.migrations.MIGRATIONS", [*MIGRATIONS, m998_more, m999_more])
        with pytest.raises(LedgerError, match="more"):
            Ledger.open(ledger_place)
    with Ledger.open(ledger_place) as ledger, ledger._engine.connect() as connection:
        assert "more" not in inspect(connection).get_table_names()


def test_a_ledger_of_a_newer_charkit_is_refused(ledger_place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Ledger.open(ledger_place).close()
    monkeypatch.setattr("charkit.ledger.migrations.MIGRATIONS", [])
    with pytest.raises(LedgerError, match="newer charkit"):
        Ledger.open(ledger_place)


def test_a_database_with_tables_of_somebody_else_is_left_alone(ledger_place: str) -> None:
    engine = open_engine(ledger_place)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE jobs (title TEXT)"))
    with pytest.raises(LedgerError, match="tables called jobs"):
        Ledger.open(ledger_place)
    with reading(engine) as connection:
        assert inspect(connection).get_table_names() == ["jobs"]
    engine.dispose()


def _open_at_once(place: str, gate: object, results: object) -> None:
    gate.wait(30)  # type: ignore[attr-defined]
    try:
        with Ledger.open(place) as ledger:
            ledger.reserve(intent("S01"), caps=PLENTY, owner=ME)
            results.put(len(ledger.jobs()))  # type: ignore[attr-defined]
    except BaseException as error:
        results.put(repr(error))  # type: ignore[attr-defined]
        raise


@pytest.mark.parametrize("old", [False, True], ids=["new", "old"])
def test_four_processes_that_open_a_ledger_at_once_migrate_it_once(ledger_place: str, old: bool) -> None:
    if old:
        a_ledger_of_the_first_days(ledger_place)
    context = multiprocessing.get_context("spawn")
    gate, results = context.Barrier(4), context.Queue()
    openers = [context.Process(target=_open_at_once, args=(ledger_place, gate, results)) for _ in range(4)]
    for opener in openers:
        opener.start()
    found = [results.get(timeout=60) for _ in openers]
    for opener in openers:
        opener.join(30)
    assert found == [3 if old else 1] * 4
    with Ledger.open(ledger_place) as ledger:
        assert ledger.verify().ok
