"""Threads that write to one file share commits, and neither answers nor errors."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import IntegrityError, OperationalError

from charkit.ledger.together import Together


class Desk:
    """A table of words in a file, and threads that write there together."""

    def __init__(self, folder: Path) -> None:
        self.engine = create_engine(f"sqlite:///{folder / 'words.sqlite'}")
        event.listen(self.engine, "connect", lambda connection, _: setattr(connection, "isolation_level", None))
        event.listen(self.engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        self.commits = 0
        event.listen(self.engine, "commit", self._count)
        self.together = Together()
        self.threads = ThreadPoolExecutor(8)
        self.broken_commits = 0
        with self.engine.begin() as connection:
            connection.execute(text("CREATE TABLE words (word TEXT PRIMARY KEY)"))
        self.commits = 0

    def _count(self, _: Connection) -> None:
        self.commits += 1

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        with self.engine.begin() as connection:
            yield connection
        if self.broken_commits:
            self.broken_commits -= 1
            raise OperationalError("COMMIT", {}, Exception("nobody knows whether that was written"))

    def write(self, *words: str, repeatable: bool = True) -> Future[str]:
        def work(connection: Connection) -> str:
            for word in words:
                if word == "never":
                    raise LookupError(word)
                connection.execute(text("INSERT INTO words VALUES (:word)"), {"word": word})
            return words[0]

        return self.threads.submit(self.together.run, work, self.begin, repeatable=repeatable)

    def all_at_once(self, *ask: Callable[[], Future[str]]) -> list[Future[str]]:
        """Have threads come one after the other while somebody else writes."""
        with self.together.turn:
            asked = []
            for number, one in enumerate(ask, 1):
                asked.append(one())
                while len(self.together._queue) < number:
                    time.sleep(0.001)
        for one in asked:
            one.exception(10)
        return asked

    def words(self) -> list[str]:
        with self.engine.connect() as connection:
            return sorted(connection.scalars(text("SELECT word FROM words")))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.threads.shutdown()
    desk.engine.dispose()


def test_those_that_wait_share_a_commit(desk: Desk) -> None:
    asked = desk.all_at_once(*(lambda word=word: desk.write(word) for word in "abcdefgh"))
    assert [one.result() for one in asked] == list("abcdefgh")
    assert desk.words() == list("abcdefgh")
    assert desk.commits == 1


def test_nobody_gets_an_answer_before_the_commit(desk: Desk) -> None:
    may_commit = threading.Event()
    event.listen(desk.engine, "commit", lambda _: may_commit.wait(10))
    with desk.together.turn:
        asked = [desk.write("a"), desk.write("b")]
        while len(desk.together._queue) < 2:
            time.sleep(0.001)
    time.sleep(0.05)
    assert not any(one.done() for one in asked)
    may_commit.set()
    assert [one.result(10) for one in asked] == ["a", "b"]


def test_one_that_is_refused_leaves_nothing_and_stops_no_other(desk: Desk) -> None:
    good, bad, last = desk.all_at_once(
        lambda: desk.write("a"), lambda: desk.write("half", "never"), lambda: desk.write("c")
    )
    assert (good.result(), last.result()) == ("a", "c")
    assert isinstance(bad.exception(), LookupError)
    assert desk.words() == ["a", "c"]


def test_only_a_batch_in_which_one_was_refused_is_guarded_by_savepoints(desk: Desk) -> None:
    guarded: list[str] = []
    event.listen(desk.engine, "savepoint", lambda _, name: guarded.append(name))
    desk.all_at_once(*(lambda word=word: desk.write(word) for word in "abc"))
    assert not guarded
    desk.all_at_once(lambda: desk.write("d"), lambda: desk.write("never"), lambda: desk.write("f"))
    assert len(guarded) == 3
    assert desk.words() == ["a", "b", "c", "d", "f"]


def test_what_the_database_refuses_is_told_to_its_owner_alone(desk: Desk) -> None:
    desk.write("a").result(10)
    asked = desk.all_at_once(*(lambda word=word: desk.write(word) for word in "bac"))
    assert (asked[0].result(), asked[2].result()) == ("b", "c")
    assert isinstance(asked[1].exception(), IntegrityError)
    assert desk.words() == ["a", "b", "c"]


def test_a_commit_that_may_have_happened_is_repeated_only_for_those_who_said_so(desk: Desk) -> None:
    desk.broken_commits = 1
    may, may_not, also_may = desk.all_at_once(
        lambda: desk.write("a"), lambda: desk.write("b", repeatable=False), lambda: desk.write("c")
    )
    assert isinstance(may_not.exception(), OperationalError)
    # It had been written: those that run again find that out for themselves.
    assert isinstance(may.exception(), IntegrityError)
    assert isinstance(also_may.exception(), IntegrityError)
    assert desk.words() == ["a", "b", "c"]


def test_who_is_interrupted_while_waiting_is_not_run_later(desk: Desk) -> None:
    class Interrupting:
        """A lock that an interrupt ends the wait for."""

        def __enter__(self) -> None:
            raise KeyboardInterrupt

        def __exit__(self, *_: object) -> None: ...

    lock, desk.together.turn = desk.together.turn, Interrupting()
    with pytest.raises(KeyboardInterrupt):
        desk.together.run(lambda _: pytest.fail("it ran"), desk.begin, repeatable=True)
    desk.together.turn = lock
    assert desk.write("a").result(10) == "a"
    assert desk.words() == ["a"]
