"""A shift: one process works in one run at a time, and says how far it is."""

from __future__ import annotations

from contextlib import contextmanager
from threading import get_ident
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from charkit.errors import RunBusy
from charkit.studio.progress import Herald, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.studio.progress import Listener
    from charkit.workspace import Workspace

__all__ = ["Shift"]


class Shift:
    """Holds a run for this process while a verb works in it."""

    def __init__(self, place: Workspace, *, bars: bool) -> None:
        self._place = place
        self._herald = Herald(place.progress, bars=bars)
        self._lock = FileLock(place.folder / ".lock", timeout=0)
        self._worker = 0
        self.stage: Stage | None = None
        """What is being worked on; None while nobody works."""

    @contextmanager
    def heard_by(self, listener: Listener) -> Iterator[None]:
        """Tell somebody of every piece of progress, in the thread of the work, instead of drawing bars."""
        self._herald.listeners.append(listener)
        try:
            yield
        finally:
            self._herald.listeners.remove(listener)

    @contextmanager
    def working(self, name: str, total: int | None = None) -> Iterator[Stage]:
        """Hold the run and show progress. A verb inside another one is part of it.

        Raises:
            RunBusy: another process works in this run, or another thread of this one: a button and a cell.
        """
        if self.stage is not None:
            if self._worker != get_ident():
                raise RunBusy(self._place.run)
            self.stage.expect(total or 0)
            yield self.stage
            return
        self._place.claim()
        try:
            held = self._lock.acquire()
        except Timeout:
            raise RunBusy(self._place.run) from None
        with held, self._herald.stage(name, total) as stage:
            self.stage, self._worker = stage, get_ident()
            try:
                yield stage
            finally:
                self.stage = None
