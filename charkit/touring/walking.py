"""From stop to stop: a folder, a small production, a simulator, and what came of every promise."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from charkit.cards import Html, badge, table
from charkit.errors import CharkitError, UsageError
from charkit.rehearsal import start_simulator
from charkit.settings import Settings
from charkit.studio import open_studio
from charkit.workspace import new_production

if TYPE_CHECKING:
    from collections.abc import Callable

    from charkit.studio import Studio
    from charkit.touring.scenes import Scene

__all__ = ["DAY", "Ground", "Stop", "Tour", "walk"]

DAY = dt.date(2026, 11, 22)
"""The day on which the tour takes place: routes are dated, and the take that goes wrong follows from its request."""
SEED = 26
"""Of the tour's storyboard: with it, the simulator draws the first take of S02 off model."""
CAP = 5.0
"""US dollars of play money."""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Where the tour takes place."""

    folder: Path
    settings: Settings

    @property
    def home(self) -> Path:
        """The tour's production."""
        return self.folder / "productions" / "tour"

    @cached_property
    def bundle(self) -> Path:
        """The run in one file, once it was shared."""
        return self.folder / "tour.zip"

    def studio(self, *, run: str = "tour", cap: float = CAP) -> Studio:
        """Open the production, on the simulator."""
        return open_studio(self.home, run=run, max_spend=cap, resolution="360p", settings=self.settings)


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A promise, and what was seen of it."""

    name: str
    promise: str
    kept: bool
    seen: tuple[str, ...]
    """What came out, in lines."""
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Tour:
    """The whole walk."""

    folder: Path
    stops: tuple[Stop, ...]

    @property
    def ok(self) -> bool:
        """Whether every promise was kept."""
        return all(stop.kept for stop in self.stops)

    @property
    def sentence(self) -> str:
        """The outcome in one line."""
        kept = sum(stop.kept for stop in self.stops)
        return f"{kept} of {len(self.stops)} promises kept, in {sum(stop.seconds for stop in self.stops):.0f} s"

    def facts(self) -> dict[str, object]:
        """Return what a program wants to know."""
        return {"ok": self.ok, "folder": str(self.folder), "stops": [asdict(stop) for stop in self.stops]}

    def __repr__(self) -> str:
        return f"<Tour: {self.sentence}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        rows = [
            [
                s.promise,
                badge("kept", "ok") if s.kept else badge("not kept", "bad"),
                " ".join(s.seen),
                f"{s.seconds:.1f} s",
            ]
            for s in self.stops
        ]
        mark = table(["promise", "", "seen", "took"], rows, caption=self.sentence)
        return {"text/plain": repr(self), "text/html": Html(mark)}


def walk(
    folder: Path | str,
    *,
    before: Callable[[Scene], None] | None = None,
    after: Callable[[Stop], None] | None = None,
) -> Tour:
    """Show every promise by running it, on the simulator, in a new folder.

    Args:
        folder: Where to; must not be there. It may be deleted afterwards.
        before: Told what comes next.
        after: Told what came of it.

    Raises:
        UsageError: the folder is there already.
        MissingDependency: the simulator's packages are not installed.
    """
    from charkit.touring.scenes import SCENES

    folder = Path(folder).resolve()
    if folder.exists():
        raise UsageError(f"{folder} is there already; say another folder with -o, or delete it")
    settings = Settings.load()
    rehearsal = None if settings.simulator_url else start_simulator(folder / "simulator")
    try:
        ground = Ground(folder=folder, settings=_settings(settings, folder, rehearsal.url if rehearsal else None))
        _planted(ground)
        stops = []
        for scene in SCENES:
            if before:
                before(scene)
            stops.append(_shown(scene, ground))
            if after:
                after(stops[-1])
    finally:
        if rehearsal:
            rehearsal.close()
    return Tour(folder=folder, stops=tuple(stops))


def _settings(settings: Settings, folder: Path, simulator: str | None) -> Settings:
    """Return the person's settings, but with books and routes of the tour's own."""
    own = {"data": folder, "ledger": None, "routes": None, "today": DAY}
    return settings.model_copy(update={**own, "simulator_url": simulator or settings.simulator_url})


def _planted(ground: Ground) -> None:
    home = new_production("tour", ground.folder / "productions")
    board = home / "storyboard.yaml"
    board.write_text(board.read_text("utf-8").replace("\nseed: 1 ", f"\nseed: {SEED} "), encoding="utf-8")


def _shown(scene: Scene, ground: Ground) -> Stop:
    began = time.monotonic()
    try:
        kept, seen = scene.act(ground)
    except CharkitError as error:  # a promise that ends in an error nobody expected is not kept; the walk goes on
        kept, seen = False, (f"{type(error).__name__}: {error}",)
    return Stop(
        name=scene.name, promise=scene.promise, kept=kept, seen=tuple(seen), seconds=round(time.monotonic() - began, 2)
    )
