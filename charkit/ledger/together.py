"""Transactions of several threads in one commit, for a database that takes one writer at a time and waits for the disk.

A commit costs the disk a wait and SQLite every page that it touches, whoever's rows are on it. So while one thread's
commit is under way, the transactions of others queue up; whoever gets the next turn runs all of them in one, in the
order in which they came. Where one of them is refused, which is rare, all are undone and run again, each behind a
savepoint (three cost as much as a small transaction): one that fails leaves nothing and stops no other. Promises:

    * nobody gets an answer before the commit that holds it is on disk;
    * nobody gets another's error: where a batch as a whole fails, each of the others runs again, by itself;
    * a transaction that may have been committed does not run again unless its owner said that it may.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from typing import Any, TypeAlias

    from sqlalchemy import Connection

    _Begin: TypeAlias = Callable[[], AbstractContextManager[Connection]]

__all__ = ["Together"]

T = TypeVar("T")

_MOST = 64
"""Transactions in one commit at most, so that other processes get their turn too."""


@dataclass(eq=False)
class _Wish(Generic[T]):
    """One thread's transaction, and what came of it."""

    work: Callable[[Connection], T]
    repeatable: bool
    ended: bool = False
    found: T | None = None
    error: BaseException | None = None

    def end(self, error: BaseException | None = None) -> None:
        self.error, self.ended = error, True


@dataclass
class _Stage:
    """How far a batch came."""

    begun: bool = False
    committing: bool = False


class _Refused(Exception):
    """One of a batch raised, and the database did not; never leaves this module."""


class Together:
    """The threads of one process that write to one file."""

    def __init__(self) -> None:
        self.turn = threading.Lock()
        """Held by whoever writes."""
        self._queue: deque[_Wish[Any]] = deque()

    def run(
        self,
        work: Callable[[Connection], T],
        begin: _Begin,
        *,
        repeatable: bool,
    ) -> T:
        """Run a transaction, with those of other threads that wait, and return what it returned once it is on disk.

        Args:
            work: The transaction; where the batch that it was in fails, it runs again.
            begin: Begins a transaction that commits at its end; called with the turn held.
            repeatable: Whether it may run again although it may have been committed.
        """
        wish = _Wish(work, repeatable)
        self._queue.append(wish)
        try:
            with self.turn:
                if not wish.ended:
                    self._commit(self._batch(wish), begin)
        except BaseException:
            with suppress(ValueError):  # interrupted while it waited: nobody runs it any more
                self._queue.remove(wish)
            raise
        if wish.error is not None:
            raise wish.error
        return wish.found  # type: ignore[return-value]  # it has ended, and without an error

    def _batch(self, first: _Wish[Any]) -> list[_Wish[Any]]:
        """Return whose turn it is, with those that wait; it is in the queue no longer if an earlier batch failed."""
        with suppress(ValueError):
            self._queue.remove(first)
        batch = [first]
        while self._queue and len(batch) < _MOST:
            batch.append(self._queue.popleft())
        return batch

    def _commit(self, batch: Sequence[_Wish[Any]], begin: _Begin) -> None:
        """Run a batch, or where it fails as a whole its first alone; the others find themselves not ended, and lead."""
        stage = _Stage()
        try:
            self._attempt(batch, begin, stage)
        except BaseException as error:
            if stage.committing:
                for wish in batch[1:]:
                    if not wish.repeatable:
                        wish.end(error)
            mine = not stage.begun or len(batch) == 1 or (stage.committing and not batch[0].repeatable)
            if mine or not isinstance(error, Exception):
                raise
            self._attempt(batch[:1], begin, _Stage())

    def _attempt(self, batch: Sequence[_Wish[Any]], begin: _Begin, stage: _Stage) -> None:
        try:
            with begin() as connection:
                stage.begun = True
                _all(connection, batch)
                errors: list[Exception | None] = [None] * len(batch)
                stage.committing = True
        except _Refused:
            with begin() as connection:
                errors = [_guarded(connection, wish) for wish in batch]
                stage.committing = True
        for wish, error in zip(batch, errors, strict=True):
            wish.end(error)


def _all(connection: Connection, batch: Sequence[_Wish[Any]]) -> None:
    """Run a batch as if it were one transaction.

    Raises:
        _Refused: one of several raised, and what the others did has to be undone with it.
    """
    for wish in batch:
        try:
            wish.found = wish.work(connection)
        except DBAPIError:
            raise
        except Exception as error:
            if len(batch) == 1:
                raise
            raise _Refused from error


def _guarded(connection: Connection, wish: _Wish[Any]) -> Exception | None:
    """Run one transaction of a batch, and return what stopped it; an error of the database may have ended all."""
    savepoint = connection.begin_nested()
    try:
        wish.found = wish.work(connection)
    except DBAPIError:
        raise
    except Exception as error:  # noqa: BLE001  # told to whom it belongs
        savepoint.rollback()
        return error
    savepoint.commit()
    return None
