"""Many orders on their way at once, with a thread only for those that do something now.

One loop, in the thread that called: it keeps what is due later in a heap by time, what is due now with its endpoint
(`traffic.Traffic`), and hands steps to a pool. Endpoints take turns, and each has its own number of lines, so that one
that is slow never keeps another waiting.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import queue
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from charkit.takes.traffic import LINES, Traffic
from charkit.takes.turns import Lane

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence

    from charkit.routes.limits import Bounds
    from charkit.takes.records import Progress
    from charkit.takes.turns import Steps, Turn

__all__ = ["Ended", "Scheduler"]

T = TypeVar("T")

_HEARD = 0.5
"""Seconds after which the loop looks up at the latest, so that an interrupt is heard on every system."""


@dataclass(frozen=True, kw_only=True)
class Ended(Generic[T]):
    """How one order's way ended."""

    value: T | None = None
    error: BaseException | None = None


@dataclass(frozen=True, kw_only=True)
class _Stepped:
    """A step that a worker has done."""

    who: int
    turn: Turn | None
    """What the order asks for next; None where it has ended."""


class Scheduler(Generic[T]):
    """Runs the ways of one visit. To be used once."""

    def __init__(
        self,
        *,
        bounds: Callable[[str], Bounds],
        most_jobs: int,
        endpoints: int,
        stop: threading.Event,
        let_go: float,
        fatal: Callable[[BaseException], bool],
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        """Prepare; no thread is started.

        Args:
            bounds: Returns the limits of an endpoint.
            most_jobs: How many jobs may be at an endpoint at once where its limits say nothing.
            endpoints: How many endpoints there are at most; each has its own lines.
            stop: Set when no step may begin any more.
            let_go: Seconds to wait for steps under way when the visit is broken off.
            fatal: Whether an error with one order makes work impossible for all.
            clock: With `sleep`, the time that tests let pass; by default the monotonic clock.
            sleep: Waits while nothing is under way.
        """
        self._bounds = bounds
        self._most_jobs = most_jobs
        self._stop = stop
        self._let_go = let_go
        self._fatal = fatal
        self._now = clock if clock is not None and sleep is not None else time.monotonic
        self._sleep = sleep
        self._pool = ThreadPoolExecutor(LINES * max(1, endpoints), thread_name_prefix="charkit-floor")
        self._mail: queue.SimpleQueue[Progress | _Stepped | tuple[str, float]] = queue.SimpleQueue()
        self._ways: dict[int, Steps[T]] = {}
        self._ended: dict[int, Ended[T]] = {}
        self._traffic: dict[str, Traffic] = {}
        self._at: dict[int, str] = {}
        self._later: list[tuple[float, int, int, Turn]] = []
        self._order = itertools.count()
        self._under_way: dict[int, Future[None]] = {}

    def tell(self, news: Progress) -> None:
        """Pass news on to the caller's thread. Any thread may."""
        self._mail.put(news)

    def hold(self, endpoint: str, seconds: float) -> None:
        """Let no request out to an endpoint for some seconds. Any thread may say so."""
        self._mail.put((endpoint, seconds))

    def run(self, ways: Sequence[Steps[T]], on_news: Callable[[Progress], None]) -> list[Ended[T]]:
        """Go all ways to their end and return how each ended, in their order.

        Where an error is fatal, no further step is begun, and the ways that were not at their end are missing.
        """
        try:
            self._begin(ways)
            while self._ways and not (self._stop.is_set() and not self._under_way):
                self._hand_out()
                self._open_mail(on_news)
        except BaseException:
            self._break_off()
            raise
        self._pool.shutdown()
        return [self._ended[index] for index in sorted(self._ended)]

    def _begin(self, ways: Sequence[Steps[T]]) -> None:
        for index, steps in enumerate(ways):
            self._ways[index] = steps
            self._take_up(index, self._step(index))

    def _hand_out(self) -> None:
        """Give every step that is due and allowed to a worker, endpoint by endpoint in turn."""
        now = self._now()
        while self._later and self._later[0][0] <= now:
            _, _, who, turn = heapq.heappop(self._later)
            self._line_up(who, turn)
        if self._stop.is_set():
            return
        waiting = list(self._traffic.values())
        while waiting:
            waiting = [traffic for traffic in waiting if self._hand_out_one(traffic, now)]

    def _hand_out_one(self, traffic: Traffic, now: float) -> bool:
        who = traffic.next(now)
        if who is None:
            return False
        assert isinstance(who, int)  # noqa: S101  # what was put in comes out
        self._under_way[who] = self._pool.submit(self._work, who)
        return True

    def _work(self, who: int) -> None:
        self._mail.put(_Stepped(who=who, turn=self._step(who)))

    def _step(self, who: int) -> Turn | None:
        """Take one step of a way; what it ended with is kept."""
        try:
            return next(self._ways[who])
        except StopIteration as end:
            self._ended[who] = Ended(value=end.value)
        except BaseException as error:  # noqa: BLE001  # told to the caller in its own thread
            self._ended[who] = Ended(error=error)
            if self._fatal(error):
                self._stop.set()
        return None

    def _open_mail(self, on_news: Callable[[Progress], None]) -> None:
        """Wait for something to happen, and deal with all that has."""
        piece = self._first_piece()
        while piece is not None:
            if isinstance(piece, _Stepped):
                self._traffic[self._at[piece.who]].back()
                del self._under_way[piece.who]
                self._take_up(piece.who, piece.turn)
            elif isinstance(piece, tuple):
                endpoint, seconds = piece
                self._traffic_of(endpoint).hold(self._now() + seconds)
            else:
                on_news(piece)
            try:
                piece = self._mail.get_nowait()
            except queue.Empty:
                piece = None

    def _first_piece(self) -> Progress | _Stepped | tuple[str, float] | None:
        pause = self._until_next()
        if self._sleep is not None and not self._under_way and self._mail.empty():
            if pause:
                self._sleep(pause)
            return None
        try:
            return self._mail.get(timeout=_HEARD if self._sleep is not None else min(pause, _HEARD))
        except queue.Empty:
            return None

    def _until_next(self) -> float:
        """Return the seconds until time alone lets something go on."""
        now = self._now()
        times = [at for traffic in self._traffic.values() if (at := traffic.opens_at(now)) is not None]
        if self._later:
            times.append(self._later[0][0])
        return max(0.0, min(times, default=now + _HEARD) - now)

    def _take_up(self, who: int, turn: Turn | None) -> None:
        if turn is None:
            if who in self._at:
                self._traffic[self._at.pop(who)].leave(who)
            del self._ways[who]
        elif turn.after > 0:
            heapq.heappush(self._later, (self._now() + turn.after, next(self._order), who, turn))
            if turn.lane is Lane.ASK:
                self._move(who, turn.endpoint)
        else:
            self._line_up(who, turn)

    def _line_up(self, who: int, turn: Turn) -> None:
        self._move(who, turn.endpoint)
        self._traffic[turn.endpoint].due(who, turn)

    def _move(self, who: int, endpoint: str) -> None:
        before = self._at.get(who)
        if before not in (None, endpoint):
            self._traffic[str(before)].leave(who)
        self._traffic_of(endpoint)
        self._at[who] = endpoint

    def _traffic_of(self, endpoint: str) -> Traffic:
        if endpoint not in self._traffic:
            self._traffic[endpoint] = Traffic(self._bounds(endpoint), most_jobs=self._most_jobs)
        return self._traffic[endpoint]

    def _break_off(self) -> None:
        """Begin nothing more; a POST that is under way is recorded when it is answered, with or without us."""
        self._stop.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
        with contextlib.suppress(KeyboardInterrupt):
            wait([work for work in self._under_way.values() if not work.cancelled()], timeout=self._let_go)
