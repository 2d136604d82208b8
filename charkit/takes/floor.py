"""The floor: where orders become takes. Provider, ledger and store meet here and nowhere else.

Promises:
    * nothing paid leaves before its price is set aside under the caps and its intent is on disk;
    * a request that was accepted, or may have been, is never sent again by itself;
    * a fallback takes over only for an order that nobody took on, and sets its own price aside;
    * what fails with one order stops no other; what makes work impossible (no disk space, a ledger that cannot be
      used) stops all of them at the next safe place;
    * interrupting leaves every job running at its service and the ledger true: `make` again goes on from there.
"""

from __future__ import annotations

import contextlib
import queue
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import TYPE_CHECKING

from charkit.errors import LedgerError, SpendLimit, UsageError
from charkit.ledger import Caps, Step, micro
from charkit.takes.collection import Takes
from charkit.takes.health import Health
from charkit.takes.means import Interrupted, Means, Pace, Switchboard
from charkit.takes.orders import request_key
from charkit.takes.ways import Way, goes_out, standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from charkit.ledger import Ledger, Spend
    from charkit.providers.base import Provider
    from charkit.store import Store
    from charkit.takes.orders import Order
    from charkit.takes.records import Progress, Take

__all__ = ["Floor"]


def _nothing(_: object) -> None:
    return None


class Floor:
    """Makes takes for one run of one production."""

    def __init__(
        self,
        ledger: Ledger,
        store: Store,
        connect: Callable[[str], Provider],
        *,
        production: str,
        run: str,
        run_cap_usd: float,
        production_cap_usd: float | None = None,
        parallel: int = 4,
        pace: Pace | None = None,
        health: Health | None = None,
        gate: Callable[[Order], None] = _nothing,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] | None = None,
        checkpoint: Callable[[str], None] = _nothing,
    ) -> None:
        """Set up the floor; nothing is connected or sent.

        Args:
            ledger: Where everything is written down first.
            store: Where media is kept.
            connect: Returns the provider for an endpoint's name; called once for each that is needed.
            production: The production; orders for another are refused.
            run: The run; orders for another are refused.
            run_cap_usd: What this run may commit. Simulated and real money are counted apart.
            production_cap_usd: What all runs of the production may commit together; None for no such cap.
            parallel: How many orders are on their way at once.
            pace: How long to wait for what.
            health: Which endpoints are left alone, as far as earlier visits know; by default all are well.
            gate: Raises a `UsageError` where an order's route may not be used today; asked before anything is set
                aside for an order that is not on its way yet.
            clock: Returns Unix time in seconds.
            sleep: Waits for some seconds; by default a wait that an interrupt ends.
            checkpoint: Called with the name of each step that outlives the process, just after it; for crash tests.

        Raises:
            LedgerError: a cap is not an amount of money.
            UsageError: nothing could be on its way.
        """
        if parallel < 1:
            raise UsageError(f"at least one order has to be on its way at a time, not {parallel}")
        self._ledger = ledger
        self._store = store
        self._providers = Switchboard(connect)
        self._production = production
        self._run = run
        cap = None if production_cap_usd is None else micro(production_cap_usd)
        self._caps = Caps(run=micro(run_cap_usd), production=cap)
        self._parallel = parallel
        self._pace = pace or Pace()
        self._health = health or Health()
        self._gate = gate
        self._clock = clock
        self._sleep = sleep
        self._checkpoint = checkpoint

    def __repr__(self) -> str:
        return f"Floor({self._production}, run {self._run})"

    @property
    def spend(self) -> Spend:
        """What this run has committed so far, simulated and real money together, in micro-dollars."""
        return self._ledger.spend(production=self._production, run=self._run)

    @property
    def health(self) -> Health:
        """How the endpoints are."""
        return self._health

    def make(self, orders: Iterable[Order], *, on_progress: Callable[[Progress], None] | None = None) -> Takes:
        """Make a take for every order; what was made before comes back at no cost.

        Orders that fail, are refused or cannot be finished now come back as takes that say so. The same request
        ordered twice is made once.

        Args:
            orders: What is wanted.
            on_progress: Called in this thread with every piece of news.

        Returns:
            One take per order, in the same order.

        Raises:
            SpendLimit: an order does not fit under a cap. It and those after it were not sent; those already on their
                way were finished first, and come back at no cost when `make` is called again.
            MissingKey: an endpoint that is needed has no key; nothing was sent.
            StorageFull: no disk space; jobs go on at their services, and `make` again collects them.
            LedgerError: the ledger cannot be used.
            UsageError: an order is for another production or run.
        """
        wanted = list(orders)
        for order in wanted:
            self._check(order)
        groups: dict[tuple[str, int], list[int]] = {}
        for index, order in enumerate(wanted):
            groups.setdefault((request_key(order), order.number), []).append(index)
        firsts = self._by_urgency([wanted[indices[0]] for indices in groups.values()])
        made = self._make_all(firsts, on_progress or _nothing)
        return Takes(_as_ordered(made[request_key(order), order.number], order) for order in wanted)

    def resolve(self, job_id: str, *, remote_id: str | None = None, accepted: bool | None = None) -> None:
        """Take the person's word for a job of which nobody knew whether it exists.

        Args:
            job_id: The job in the ledger.
            remote_id: Its id at the service, if it was found there; the next `make` goes on with it.
            accepted: False if the service does not have it; its price is set free, and the next `make` sends it again.

        Raises:
            UsageError: neither or both were said.
            LedgerError: there is no such job, it is not in doubt, or the id belongs to another job.
        """
        if (remote_id is None) == (accepted is None) or accepted:
            raise UsageError("say either remote_id=... (it is there) or accepted=False (it is not)")
        job = self._ledger.job(job_id)
        if job.state != "unknown":
            raise LedgerError(f"{job_id} is {job.state}, not in doubt")
        if remote_id is not None:
            step = Step(to="running", accepted=True, remote_id=remote_id, note="the person found it")
        else:
            step = Step(to="failed", accepted=False, money="release", note="the person says it was never accepted")
        self._ledger.advance(job, step)

    def _check(self, order: Order) -> None:
        if (order.production, order.run) != (self._production, self._run):
            raise UsageError(
                f"{order.subject} is ordered for run {order.run!r} of {order.production!r}, "
                f"but this floor works for run {self._run!r} of {self._production!r}"
            )

    def _by_urgency(self, orders: Sequence[Order]) -> list[Order]:
        """Put first what is paid for and expires soonest, and connect what new orders need."""
        ranked: list[tuple[float, float, int]] = []
        for index, order in enumerate(orders):
            found = standing(self._ledger, order)
            job = found.job if found else None
            if job is None or goes_out(job):
                self._connect(found.order if found else order)
            expires = job.expires_at if job is not None and job.expires_at is not None else float("inf")
            ranked.append((0.0 if job is not None else 1.0, expires, index))
        return [orders[index] for _, _, index in sorted(ranked)]

    def _connect(self, order: Order) -> None:
        """Connect what an order needs, so that a missing key shows before anything is sent."""
        try:
            self._gate(order)
        except UsageError:  # it will not be sent this way
            return
        _ = self._providers[order.endpoint]

    def _make_all(
        self, orders: Sequence[Order], on_progress: Callable[[Progress], None]
    ) -> dict[tuple[str, int], Take]:
        means = self._means()
        news: queue.SimpleQueue[Progress | None] = queue.SimpleQueue()
        pool = ThreadPoolExecutor(max_workers=self._parallel, thread_name_prefix="charkit-floor")
        ways: dict[Future[Take], Order] = {}
        try:
            for order in orders:
                future = pool.submit(Way(means, order, news.put).run)
                ways[future] = order
                future.add_done_callback(lambda done: self._ended(done, means, news))
            _listen(news, len(ways), on_progress)
        except BaseException:
            means.stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            # A POST that is under way is recorded when it is answered, with or without us.
            with contextlib.suppress(KeyboardInterrupt):
                wait([way for way in ways if not way.cancelled()], timeout=self._pace.let_go)
            raise
        pool.shutdown()
        self._raise_first(ways)
        return {(request_key(order), order.number): future.result() for future, order in ways.items()}

    def _means(self) -> Means:
        return Means(
            ledger=self._ledger,
            store=self._store,
            providers=self._providers,
            caps=self._caps,
            pace=self._pace,
            health=self._health,
            gate=self._gate,
            clock=self._clock,
            sleep=self._sleep,
            checkpoint=self._checkpoint,
        )

    def _ended(self, done: Future[Take], means: Means, news: queue.SimpleQueue[Progress | None]) -> None:
        if not done.cancelled() and done.exception() is not None and not isinstance(done.exception(), SpendLimit):
            means.stop.set()  # work has become impossible: the others stop at their next safe place
        news.put(None)

    def _raise_first(self, ways: Iterable[Future[Take]]) -> None:
        """Raise what stopped the work, or else the limit that was met."""
        errors = [error for way in ways if (error := way.exception()) is not None]
        errors.sort(key=lambda error: (isinstance(error, Interrupted), isinstance(error, SpendLimit)))
        if errors:
            raise errors[0]


def _as_ordered(take: Take, order: Order) -> Take:
    """Return a take under the order's own names; one that a fallback made keeps the fallback's route."""
    return replace(take, subject=order.subject, route=take.route if take.planned_route else order.route)


def _listen(news: queue.SimpleQueue[Progress | None], ways: int, on_progress: Callable[[Progress], None]) -> None:
    """Pass news on in the caller's thread until every order has ended."""
    while ways:
        try:
            piece = news.get(timeout=0.5)  # so that an interrupt is heard on every system
        except queue.Empty:
            continue
        if piece is None:
            ways -= 1
        else:
            on_progress(piece)
