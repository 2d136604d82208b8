"""Statements that run on the driver's own connection, and what stays as it was all the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Boolean, Column, Float, MetaData, Table, Text, bindparam, create_engine, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError, OperationalError

from charkit.ledger.engine import open_engine, reading, writing
from charkit.ledger.prepared import Prepared, plainly

WORDS = Table(
    "words",
    MetaData(),
    Column("word", Text, primary_key=True),
    Column("weight", Float),
    Column("said", Boolean),
)
INSERT = Prepared(WORDS.insert().inline())
FIND = Prepared(select(WORDS.c.weight, WORDS.c.said).where(WORDS.c.word == bindparam("wanted")))
CHANGE = Prepared(update(WORDS).where(WORDS.c.word == bindparam("wanted"), WORDS.c.weight == 1.0))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(tmp_path / "words.sqlite")
    WORDS.metadata.create_all(engine)
    yield engine
    engine.dispose()


def test_it_says_what_sqlalchemy_says_of_the_same_statement(engine: Engine) -> None:
    with writing(engine) as connection:
        for row in ({"word": "a", "weight": 1.0, "said": True}, {"word": "b", "weight": None, "said": None}):
            assert INSERT.run(connection, row) == 1
        for word in "abc":
            plain = connection.execute(select(WORDS.c.weight, WORDS.c.said).where(WORDS.c.word == word)).all()
            assert [tuple(row) for row in FIND.rows(connection, {"wanted": word})] == [tuple(row) for row in plain]


def test_an_update_changes_what_it_is_given_and_counts_the_rows(engine: Engine) -> None:
    with writing(engine) as connection:
        INSERT.run(connection, {"word": "a", "weight": 1.0, "said": True})
        assert CHANGE.run(connection, {"wanted": "a", "said": False}) == 1
        assert CHANGE.run(connection, {"wanted": "a", "weight": 2.0}) == 1
        assert CHANGE.run(connection, {"wanted": "a", "said": True}) == 0  # its own condition holds no longer
        assert FIND.rows(connection, {"wanted": "a"}) == [(2.0, 0)]


def test_it_belongs_to_the_transaction_and_goes_with_it(engine: Engine) -> None:
    with pytest.raises(LookupError), writing(engine) as connection:
        INSERT.run(connection, {"word": "a", "weight": 1.0, "said": True})
        raise LookupError
    with reading(engine) as connection:
        assert not FIND.rows(connection, {"wanted": "a"})


def test_all_that_one_reader_asks_is_answered_as_of_one_moment(engine: Engine) -> None:
    with reading(engine) as reader:
        assert not FIND.rows(reader, {"wanted": "a"})
        with writing(engine) as writer:
            INSERT.run(writer, {"word": "a", "weight": 1.0, "said": True})
        assert not FIND.rows(reader, {"wanted": "a"})


def test_what_the_database_refuses_is_the_error_that_sqlalchemy_raises() -> None:
    other = create_engine("sqlite://")
    with other.connect() as connection:
        with pytest.raises(OperationalError, match="no such table"):
            plainly(connection, "SELECT * FROM nowhere")
        WORDS.metadata.create_all(connection)
        INSERT.run(connection, {"word": "a", "weight": 1.0, "said": True})
        with pytest.raises(IntegrityError, match="UNIQUE"):
            INSERT.run(connection, {"word": "a", "weight": 1.0, "said": True})
    other.dispose()
