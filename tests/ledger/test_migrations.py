from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection, MetaData, inspect, text

from charkit.errors import LedgerError
from charkit.ledger import Ledger
from charkit.ledger.engine import open_engine, writing
from charkit.ledger.migrations import MIGRATIONS, migrate
from charkit.ledger.schema import metadata


def shape(connection: Connection, name: str) -> tuple[object, ...]:
    seen = inspect(connection)
    columns = {c["name"]: (str(c["type"]), c["nullable"]) for c in seen.get_columns(name)}
    unique = {u["name"]: tuple(u["column_names"]) for u in seen.get_unique_constraints(name)}
    indexes = {i["name"]: tuple(i["column_names"]) for i in seen.get_indexes(name)}
    foreign = sorted((tuple(f["constrained_columns"]), f["referred_table"]) for f in seen.get_foreign_keys(name))
    return columns, unique, indexes, foreign, seen.get_pk_constraint(name)["constrained_columns"]


def test_the_migrations_make_the_tables_that_the_schema_describes(tmp_path: Path) -> None:
    migrated, described = open_engine(tmp_path / "migrated.sqlite"), open_engine(tmp_path / "described.sqlite")
    with writing(migrated) as connection:
        migrate(connection, 1.0)
    with writing(described) as connection:
        metadata.create_all(connection)
    with migrated.connect() as left, described.connect() as right:
        assert set(inspect(left).get_table_names()) == set(metadata.tables) == set(inspect(right).get_table_names())
        for name in metadata.tables:
            assert shape(left, name) == shape(right, name)


def test_names_are_numbered_in_the_order_in_which_they_run() -> None:
    assert [step.__name__[:4] for step in MIGRATIONS] == [f"m{n:03d}" for n in range(1, len(MIGRATIONS) + 1)]


def test_each_migration_runs_once(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "l.sqlite")
    with writing(engine) as connection:
        assert migrate(connection, 1.0) == [step.__name__ for step in MIGRATIONS]
    with writing(engine) as connection:
        assert migrate(connection, 2.0) == []


def test_a_new_migration_runs_on_an_old_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def m999_more(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE more (x INTEGER)"))

    Ledger.open(tmp_path / "l.sqlite").close()
    monkeypatch.setattr("charkit.ledger.migrations.MIGRATIONS", [*MIGRATIONS, m999_more])
    ledger = Ledger.open(tmp_path / "l.sqlite")
    with ledger._engine.connect() as connection:
        found = MetaData()
        found.reflect(connection)
    assert "more" in found.tables


def test_a_migration_that_fails_leaves_the_ledger_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def m998_more(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE more (x INTEGER)"))

    def m999_broken(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE more (x INTEGER)"))

    Ledger.open(tmp_path / "l.sqlite").close()
    with monkeypatch.context() as patch:
        patch.setattr("charkit.ledger.migrations.MIGRATIONS", [*MIGRATIONS, m998_more, m999_broken])
        with pytest.raises(LedgerError, match="more"):
            Ledger.open(tmp_path / "l.sqlite")
    with Ledger.open(tmp_path / "l.sqlite")._engine.connect() as connection:
        assert "more" not in inspect(connection).get_table_names()


def test_a_ledger_of_a_newer_charkit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Ledger.open(tmp_path / "l.sqlite").close()
    monkeypatch.setattr("charkit.ledger.migrations.MIGRATIONS", [])
    with pytest.raises(LedgerError, match="newer charkit"):
        Ledger.open(tmp_path / "l.sqlite")
