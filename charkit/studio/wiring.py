"""What stands behind a studio's verbs: the ledger, the store, and whoever works for one run, wired up on first use."""

from __future__ import annotations

import weakref
from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING

from charkit.by_hand import Handwork
from charkit.ledger import open_ledger
from charkit.mirror import open_store
from charkit.providers.base import Outcome
from charkit.references import ClipCutter
from charkit.studio.cutting import Cutting
from charkit.studio.desk import Desk
from charkit.studio.filming import Filming
from charkit.studio.lines import Lines
from charkit.studio.preflighting import Preflights
from charkit.studio.prompting import Prompts
from charkit.studio.shift import Shift
from charkit.takes import request_key
from charkit.takes.decisions import TakeDecisions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager

    from charkit.character import Cast
    from charkit.ledger import Ledger, Spend
    from charkit.references import References
    from charkit.references.preparing import Faces
    from charkit.routes import Route, RouteMatrix
    from charkit.scoring import ShotEvidence
    from charkit.settings import Settings
    from charkit.shots import Resolution, Storyboard
    from charkit.store import Store
    from charkit.studio.progress import Listener, Stage
    from charkit.takes import Order, Takes
    from charkit.workspace import Workspace

__all__ = ["Wiring"]


class Wiring(ABC):
    """What `Studio` and its verbs work with."""

    def __init__(
        self,
        *,
        place: Workspace,
        settings: Settings,
        cast: Cast,
        storyboard: Storyboard,
        matrix: RouteMatrix,
        max_spend: float,
        live: bool,
        resolution: Resolution | None,
        production_cap: float | None = None,
    ) -> None:
        self.place = place
        self.cast = cast
        self.storyboard = storyboard
        self.routes = matrix
        self.max_spend = max_spend
        self.production_cap = production_cap
        self.live = live
        self.resolution = resolution or storyboard.resolution
        self._settings = settings
        self._lines = Lines(matrix, settings, place.simulator, live=live)
        self._shift = Shift(place, bars=settings.progress == "auto")
        weakref.finalize(self, self._lines.close)

    @property
    def production(self) -> str:
        """The production's name."""
        return self.place.home.name

    @property
    def spend(self) -> Spend:
        """What this run has committed, in micro-dollars; simulated and real money are never added up."""
        return self._ledger.spend(run=self.place.run, production=self.production, simulated=not self.live)

    def takes(self) -> Takes:
        """Return every take of this run's shots that is on disk, in the storyboard's order."""
        return self._filming.takes()

    @property
    def decisions(self) -> TakeDecisions:
        """What a person decided about this run's takes: stars, rejections, notes. On disk at once.

        A starred take is the one that the cut list chooses, a rejected one never is.
        """
        return TakeDecisions(self.place.folder / "decisions.json")

    def heard_by(self, listener: Listener) -> AbstractContextManager[None]:
        """Tell somebody of every piece of progress, in the thread of the work, instead of drawing bars."""
        return self._shift.heard_by(listener)

    @cached_property
    def by_hand(self) -> Handwork:
        """Making shots in an app: the prompt to paste, and what a finished clip needs."""
        return Handwork(
            storyboard=self.storyboard,
            cast=self.cast,
            matrix=self.routes,
            production=self.production,
            run=self.place.run,
            resolution=self.resolution,
            day=self._settings.today,
            simulated=not self.live,
            templates=self.prompts.templates,
        )

    @cached_property
    def prompts(self) -> Prompts:
        """The words of this run: templates, the linter, prompts side by side, and which wording won."""
        return Prompts(
            storyboard=self.storyboard,
            cast=self.cast,
            matrix=self.routes,
            resolution=self.resolution,
            region=self._settings.region,
            home=self.place.home,
            folder=self.place.folder,
            references=self._loaded_references,
        )

    @cached_property
    def _store(self) -> Store:
        return open_store(self.place.store, self._settings)

    @cached_property
    def _ledger(self) -> Ledger:
        self.place.ledger.parent.mkdir(parents=True, exist_ok=True)
        return open_ledger(self.place.ledger, self._settings, redact=self._lines.without_keys)

    @cached_property
    def _filming(self) -> Filming:
        return Filming(
            place=self.place,
            storyboard=self.storyboard,
            matrix=self.routes,
            settings=self._settings,
            lines=self._lines,
            ledger=self._ledger,
            store=self._store,
            shift=self._shift,
            max_spend=self.max_spend,
            production_cap=self.production_cap,
            live=self.live,
            noted=self.prompts.taken,
        )

    @cached_property
    def _desk(self) -> Desk:
        return Desk(
            ledger=self._ledger,
            floor=lambda _: self._filming.floor,
            working=lambda _, jobs: self._working("resume", jobs),
            bring=lambda _, takes: self._filming.keep(self._shown(takes)),
            production=self.production,
            run=self.place.run,
            simulated=not self.live,
        )

    @cached_property
    def _cutting(self) -> Cutting:
        return Cutting(folder=self.place.folder, storyboard=self.storyboard, store=self._store, simulated=not self.live)

    @cached_property
    def _preflights(self) -> Preflights:
        return Preflights(
            folder=self.place.folder,
            cast=self.cast,
            matrix=self.routes,
            on=self._settings.today,
            region=self._settings.region,
        )

    @cached_property
    def _cutter(self) -> ClipCutter:
        """What cuts the clips of shots to what routes take."""
        return ClipCutter(self._store, self.place.home)

    @property
    def _faces(self) -> Faces | None:
        """What finds the faces in pictures that are prepared; None where nobody can look."""
        return self._preflights.finder.boxing

    def _make(self, orders: Iterable[Order]) -> Takes:
        return self._filming.make(orders)

    def _is_there(self, order: Order) -> bool:
        job = self._ledger.find(request_key(order), order.number)
        return job is not None and job.state == Outcome.SUCCEEDED

    def _ask(self, orders: Iterable[Order]) -> Takes:
        """Return the answers to a judge's questions; no shots, so no progress of shots."""
        return self._filming.floor.make(orders)

    def _judge_route(self, name: str) -> Route:
        return self.routes.route(name, self._settings.today)

    def _with_earlier(self, takes: Takes) -> Takes:
        return self._filming.with_earlier(takes)

    def _shown(self, takes: Takes) -> Takes:
        return self._filming.shown(takes)

    def _working(self, name: str, total: int | None = None) -> AbstractContextManager[Stage]:
        return self._shift.working(name, total)

    @abstractmethod
    def _loaded_references(self) -> References: ...

    @abstractmethod
    def _evidence(self, takes: Takes) -> list[ShotEvidence]: ...
