"""What a desk of a whole ledger needs of each run: its floor, its lock and its folder. No storyboard, no sheets."""

from __future__ import annotations

import weakref
from functools import cached_property
from typing import TYPE_CHECKING

from charkit.ledger import open_ledger
from charkit.mirror import open_store
from charkit.studio.filming import SIMULATED_PACE
from charkit.studio.lines import Lines
from charkit.studio.naming import named
from charkit.studio.shift import Shift
from charkit.takes import Floor, Health
from charkit.workspace import Workspace

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from charkit.ledger import Ledger
    from charkit.routes import RouteMatrix
    from charkit.settings import Settings
    from charkit.studio.desk import RunOf
    from charkit.studio.progress import Stage
    from charkit.takes import Takes

__all__ = ["Reception"]


class Reception:
    """The runs of one data folder."""

    def __init__(self, *, data: Path, settings: Settings, matrix: RouteMatrix) -> None:
        self._data = data
        self._settings = settings
        self._lines = {
            live: Lines(matrix, settings, self._place("-", "-").simulator, live=live) for live in (False, True)
        }
        for lines in self._lines.values():
            weakref.finalize(self, lines.close)

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger of the folder."""
        return open_ledger(self._place("-", "-").ledger, self._settings, redact=self._lines[True].without_keys)

    def floor(self, run: RunOf) -> Floor:
        """Return the floor of a run. It buys nothing: its cap is nought."""
        place = self._place(run.production, run.run)
        return Floor(
            self.ledger,
            open_store(place.store, self._settings),
            self._lines[not run.simulated].connect,
            production=run.production,
            run=run.run,
            run_cap_usd=0.0,
            parallel=self._settings.parallel,
            bounds=self._lines[not run.simulated].bounds,
            health=Health(place.folder / "health.json"),
            pace=SIMULATED_PACE if run.simulated else None,
        )

    def working(self, run: RunOf, jobs: int) -> AbstractContextManager[Stage]:
        """Hold a run while its jobs are gone on with."""
        return Shift(self._place(run.production, run.run), bars=False).working("resume", jobs)

    def bring(self, run: RunOf, takes: Takes) -> Takes:
        """Give takes names that people know, in the run's folder; the next shoot finds them at no cost."""
        return named(takes, self._place(run.production, run.run).folder / "takes")

    def _place(self, production: str, run: str) -> Workspace:
        return Workspace(home=self._data / "productions" / production, data=self._data, run=run)
