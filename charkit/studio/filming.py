"""The shoot of one run: orders from the plan, takes from the floor, and what is on disk of them."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from charkit.ledger import usd
from charkit.providers.base import Outcome
from charkit.studio.naming import named
from charkit.studio.recipes import Recipes
from charkit.takes import Floor, Health, Order, Pace, Retaking, Takes, request_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from charkit.ledger import Ledger
    from charkit.plan import Plan, PlannedShot
    from charkit.providers.base import Provider
    from charkit.routes import RouteMatrix
    from charkit.settings import Settings
    from charkit.shots import Storyboard
    from charkit.store import Store
    from charkit.studio.lines import Lines
    from charkit.studio.shift import Shift
    from charkit.takes import Take
    from charkit.workspace import Workspace

__all__ = ["SIMULATED_PACE", "Filming"]

SIMULATED_PACE = Pace(first_poll=0.05, growth=1.3, longest_poll=0.5)
"""The simulator is on this machine: nobody is bothered by asking it often."""


class Filming:
    """Makes the takes of one run of one production."""

    def __init__(
        self,
        *,
        place: Workspace,
        storyboard: Storyboard,
        matrix: RouteMatrix,
        settings: Settings,
        lines: Lines,
        ledger: Ledger,
        store: Store,
        shift: Shift,
        max_spend: float,
        production_cap: float | None,
        live: bool,
        noted: Callable[[Takes], Takes],
    ) -> None:
        self._place = place
        self._storyboard = storyboard
        self._matrix = matrix
        self._settings = settings
        self._lines = lines
        self._ledger = ledger
        self._store = store
        self._shift = shift
        self._max_spend = max_spend
        self._production_cap = production_cap
        self._live = live
        self._noted = noted

    @cached_property
    def floor(self) -> Floor:
        """Where orders of this run become takes."""
        return self.floor_with()

    def floor_with(self, connect: Callable[[str], Provider] | None = None, *, cap_usd: float | None = None) -> Floor:
        """Return a floor with other lines out, or with a lower cap than the run's own."""
        return Floor(
            self._ledger,
            self._store,
            connect or self._lines.connect,
            production=self._place.home.name,
            run=self._place.run,
            run_cap_usd=self._max_spend if cap_usd is None else min(cap_usd, self._max_spend),
            production_cap_usd=self._production_cap,
            parallel=self._settings.parallel,
            bounds=self._lines.bounds,
            health=Health(self._place.folder / "health.json"),
            gate=self._check_open,
            pace=None if self._live else SIMULATED_PACE,
        )

    def shoot(self, plan: Plan) -> Takes:
        """Make the first take of every shot."""
        written = self._written(plan)
        return self.keep(self.shown(self.make(self.order(shot, 1, plan=written) for shot in plan.shots)))

    def more(self, plan: Plan, shot: str, numbers: Iterable[int], *, why: str) -> Takes:
        """Make further takes of one shot, each under its own number, for a reason that is kept."""
        written = self._written(plan)
        return self.keep(self.shown(self.make(self.order(plan[shot], n, why, written) for n in numbers)))

    def retaking(self, plan: Plan) -> Retaking:
        """Return the retakes of this run, to be bounded by a rule."""
        return Retaking(
            ledger=self._ledger,
            production=self._place.home.name,
            run=self._place.run,
            simulated=not self._live,
            order=lambda shot, number, why: self.order(plan[shot], number, why, self._written(plan)),
            make=lambda orders, most: self.keep(self.shown(self.make(orders, most))),
            have=self.takes,
        )

    def make(self, orders: Iterable[Order], most: int | None = None) -> Takes:
        """Make takes, with progress where somebody watches.

        Args:
            orders: What is wanted.
            most: Micro-dollars that the run may have committed in the end, where that is less than its cap.
        """
        wanted: Sequence[Order] = list(orders)
        floor = self.floor if most is None else self.floor_with(cap_usd=usd(most))
        stage = self._shift.stage
        if stage is None:
            return floor.make(wanted)
        stage.expect(len(wanted))
        for order in wanted:
            job = self._ledger.find(request_key(order), order.number)
            if job is not None and job.state == Outcome.SUCCEEDED:
                stage.there_already(order.subject, order.number)
        return floor.make(wanted, on_progress=stage.news)

    def takes(self) -> Takes:
        """Return every take of this run's shots that is on disk, in the storyboard's order."""
        file = self._place.folder / "takes.json"
        return self.shown(Takes.load(file, self._store)) if file.is_file() else Takes()

    def keep(self, takes: Takes) -> Takes:
        """Write takes down beside the earlier ones, and return them."""
        self.with_earlier(takes).save(self._place.folder / "takes.json")
        return self._noted(takes)

    def with_earlier(self, takes: Takes) -> Takes:
        """Return takes with those of earlier calls, in the storyboard's order; a newer record of a take replaces it."""
        earlier = {take.id: take for take in self.takes()}
        found = {**earlier, **{take.id: _as_ordered(take, earlier.get(take.id)) for take in takes}}
        order = {shot.id: place for place, shot in enumerate(self._storyboard.each())}
        kept = (take for take in found.values() if take.subject in order)
        return Takes(sorted(kept, key=lambda take: (order[take.subject], take.number)))

    def shown(self, takes: Takes) -> Takes:
        """Return takes under names that people know."""
        return self.recipes.keep(named(takes, self._place.folder / "takes"))

    @cached_property
    def recipes(self) -> Recipes:
        """What every take was made of, beside it."""
        return Recipes(folder=self._place.folder, ledger=self._ledger)

    def order(self, planned: PlannedShot, number: int, why: str = "", plan: str | None = None) -> Order:
        """Return the order for a take of a planned shot, its fallbacks included.

        Args:
            planned: The shot with its route.
            number: Which take.
            why: Why it is wanted again.
            plan: Digest of the plan that it comes from, in the ledger.
        """
        return Order(
            production=self._place.home.name,
            run=self._place.run,
            subject=planned.shot,
            number=number,
            route=planned.route,
            endpoint=planned.endpoint,
            kind="video",
            request=planned.request(number),
            price_usd=planned.price_usd,
            simulated=not self._live,
            sheets=planned.sheets,
            fallbacks=tuple(self.order(other, number, plan=plan) for other in planned.fallbacks),
            why=why,
            plan=plan,
        )

    def _written(self, plan: Plan) -> str:
        """Write the plan down in the ledger, once, and return its digest."""
        return self._ledger.record_plan(
            production=self._place.home.name,
            run=self._place.run,
            day=self._settings.today.isoformat(),
            content=plan.content(self._place.folder / "plan.json"),
        ).digest

    def _check_open(self, order: Order) -> None:
        """Refuse an order whose route has ended since it was planned.

        Raises:
            RouteClosed: it has.
        """
        self._matrix.route(order.route, self._settings.today)


def _as_ordered(take: Take, earlier: Take | None) -> Take:
    """Return a take under the sheets that it was first ordered under: coming back to it makes it no newer."""
    if earlier is None or not earlier.sheets or earlier.job_id != take.job_id:
        return take
    return replace(take, sheets=earlier.sheets)
