"""The floor: where orders become takes. Provider, ledger and store meet here and nowhere else.

Promises:
    * nothing paid leaves before its price is set aside under the caps and its intent is on disk;
    * a request that was accepted, or may have been, is never sent again by itself;
    * a fallback takes over only for an order that nobody took on, and sets its own price aside;
    * what fails with one order stops no other; what makes work impossible (no disk space, a ledger that cannot be
      used) stops all of them at the next safe place;
    * interrupting leaves every job running at its service and the ledger true: `make` or `resume` goes on from there;
    * a job that waits at its service holds no thread, and no picture.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from charkit.errors import SpendLimit, UsageError
from charkit.ledger import Caps, micro
from charkit.ledger.states import TERMINAL
from charkit.routes.limits import Bounds
from charkit.takes.cancelling import cancel
from charkit.takes.collecting import Collecting
from charkit.takes.collection import Takes
from charkit.takes.contact import Contact
from charkit.takes.endings import takes_in_order
from charkit.takes.health import Health
from charkit.takes.means import Means, Pace, Switchboard
from charkit.takes.ranking import ranked_by_urgency
from charkit.takes.resolving import resolve
from charkit.takes.rhythm import Rhythm
from charkit.takes.scheduler import Scheduler
from charkit.takes.slates import slate_from
from charkit.takes.tickets import as_ordered, sorted_out
from charkit.takes.ways import Way, goes_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from charkit.ledger import JobRow, Ledger, Spend
    from charkit.providers.base import Provider
    from charkit.store import Store
    from charkit.takes.orders import Order
    from charkit.takes.records import Progress, Take
    from charkit.takes.ways import Standing

__all__ = ["Floor"]


def _nothing(_: object) -> None:
    return None


def _unbound(_: str) -> Bounds:
    return Bounds()


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
        parallel: int = 16,
        bounds: Callable[[str], Bounds] = _unbound,
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
            parallel: How many jobs may be at an endpoint at once where its limits do not say. Not more than one would
                like to lose at an endpoint that takes everything on and finishes nothing.
            bounds: Returns the limits of an endpoint, such as `charkit.routes.limits.Limits.bounds`.
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
        self._bounds = bounds
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
        firsts, tickets = sorted_out(orders, self._check)
        keys = list(firsts)
        found = self._go([(firsts.pop(key), None) for key in keys], on_progress)
        made = dict(zip(keys, found, strict=True))
        return Takes(as_ordered(made[key], subject, route) for key, subject, route in tickets)

    def resume(self, *, simulated: bool | None = None, on_progress: Callable[[Progress], None] | None = None) -> Takes:
        """Go on with every open job of this run from the ledger alone, without the orders; on another machine too.

        What is done is downloaded, soonest to expire first; files that are missing or damaged are downloaded again;
        what still runs is waited for; nothing is sent that was not.

        Args:
            simulated: Simulated jobs only, or real ones only. A run may hold both, and a floor speaks to the simulator
                or to services: asking one about jobs of the other would take them for gone.
            on_progress: Called in this thread with every piece of news.

        Returns:
            The takes of the jobs that were open, oldest first; none of those that were whole.

        Raises:
            MissingKey: an endpoint that is needed has no key.
            StorageFull: no disk space; jobs go on at their services.
            LedgerError: the ledger cannot be used.
        """
        jobs = self._ledger.jobs(production=self._production, run=self._run)
        open_jobs = [job for job in jobs if simulated in (None, job.simulated) and self._open(job)]
        return Takes(self._go([(None, job) for job in open_jobs], on_progress))

    def cancel(self, job_id: str) -> Take:
        """Stop a job: one that was not sent yet, or one that its service can stop.

        Args:
            job_id: The job in the ledger.

        Returns:
            The job as a take: cancelled, with what it cost or may have cost; or as it had ended before, to be collected
            by the next visit; or still running, where its service takes time to stop it.

        Raises:
            UnsupportedRequest: its service cannot stop it; says what becomes of its money.
            UsageError: it has ended, is just being sent, or nobody knows whether it exists.
            ProviderError: the service could not be asked, or does not stop it now.
            LedgerError: there is no such job.
        """
        job = self._ledger.job(job_id)
        contact = Contact(self._means(), slate_from(job), _nothing)
        job = cancel(contact, job)
        return Collecting(contact).without_media(job, job.message)

    def resolve(self, job_id: str, *, remote_id: str | None = None, accepted: bool | None = None) -> None:
        """Take the person's word for a job of which nobody knew whether it exists.

        Args:
            job_id: The job in the ledger.
            remote_id: Its id at the service, if it was found there; the next `make` goes on with it.
            accepted: False if the service does not have it: its price is set free, and the next `make` sends it again.
                True if it was charged and what it made cannot be had, as with a picture whose answer was lost: its
                price is settled, and only another take number is sent.

        Raises:
            UsageError: neither or both were said.
            LedgerError: there is no such job, it is not in doubt, or the id belongs to another job.
        """
        resolve(self._ledger, self._ledger.job(job_id), remote_id=remote_id, accepted=accepted)

    def _check(self, order: Order) -> None:
        if (order.production, order.run) != (self._production, self._run):
            raise UsageError(
                f"{order.subject} is ordered for run {order.run!r} of {order.production!r}, "
                f"but this floor works for run {self._run!r} of {self._production!r}"
            )

    def _open(self, job: JobRow) -> bool:
        """Whether a job is not at its end, or what it made is not here whole."""
        if job.state != "succeeded":
            return job.state not in TERMINAL
        if job.remote_id is None:  # it came with its answer, and cannot be had again
            return False
        return Collecting(Contact(self._means(), slate_from(job), _nothing)).sound_row(job) is None

    def _go(
        self,
        wanted: list[tuple[Order | None, JobRow | None]],
        on_progress: Callable[[Progress], None] | None,
    ) -> list[Take]:
        """Go all ways, the most urgent first, and return the takes in the order in which they were wanted."""
        means = self._means()
        ranked = ranked_by_urgency(self._ledger, self._connect, wanted)
        scheduler = self._scheduler(means, len({name for entry in ranked for name in entry.endpoints}))
        places = [entry.place for entry in ranked]
        ways = [Way(means, scheduler.tell, order=entry.order, found=entry.found).steps() for entry in ranked]
        ranked.clear()  # whoever holds an order holds its pictures
        ended = scheduler.run(ways, on_progress or _nothing)
        return takes_in_order(ended, places)

    def _connect(self, order: Order | None, found: Standing | None) -> None:
        """Connect what is needed, so that a missing key shows before anything is sent."""
        if found is not None and not goes_out(found.job) and found.order is not None:
            return
        needed = found.order if found and found.order else order
        if needed is not None:
            try:
                self._gate(needed)
            except UsageError:  # it will not be sent this way
                return
            _ = self._providers[needed.endpoint]
        elif found is not None and found.job.state != "intended":
            _ = self._providers[found.job.endpoint]

    def _scheduler(self, means: Means, endpoints: int) -> Scheduler[Take]:
        scheduler: Scheduler[Take] = Scheduler(
            bounds=self._bounds,
            most_jobs=self._parallel,
            endpoints=endpoints,
            stop=means.stop,
            let_go=self._pace.let_go,
            fatal=lambda error: not isinstance(error, SpendLimit),
            clock=self._clock,
            sleep=self._sleep,
        )
        means.hold = scheduler.hold
        return scheduler

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
            bounds=self._bounds,
            rhythm=Rhythm(self._ledger, self._production, self._pace),
            checkpoint=self._checkpoint,
        )
