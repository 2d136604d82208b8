"""Opening a studio, or only its desk: everything is checked before anything is made."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import cast, get_args

from charkit.character import Cast
from charkit.errors import UsageError
from charkit.routes import RouteMatrix
from charkit.settings import Settings
from charkit.shots import Resolution, Storyboard
from charkit.studio.desk import Desk
from charkit.studio.reception import Reception
from charkit.studio.room import Studio
from charkit.workspace import Workspace

__all__ = ["find_ledger", "open_desk", "open_studio", "route_matrix"]


def open_studio(
    production: Path | str,
    *,
    run: str = "tour",
    max_spend: float = 0.0,
    live: bool = False,
    resolution: str | None = None,
    production_cap: float | None = None,
    settings: Settings | None = None,
) -> Studio:
    """Open a production for one run.

    Args:
        production: Folder with `storyboard.yaml` and `characters/`; looked for here and in the folders above.
        run: Names the folder under `data/runs`; the same name goes on where it stopped.
        max_spend: The cap in US dollars. Simulated work is counted against it too, so that a rehearsal shows whether
            the cap is enough.
        live: Pay real services with the keys in the environment, instead of asking the simulator.
        resolution: 360p, 720p or 1080p; the storyboard's own where it is not given.
        production_cap: The cap in US dollars of all runs of the production together, whoever makes them. Where
            `CHARKIT_PRODUCTION_CAP` says less, that counts; None for that alone.
        settings: By default those of the environment.

    Raises:
        BadDocument: A file says something it may not say; with file, line and the nearest valid word.
        UsageError: There is no such production, or a cap is not an amount of money.
    """
    for name, cap in (("max_spend", max_spend), ("production_cap", production_cap)):
        if cap is not None and not 0 <= cap < float("inf"):  # also where it is no number at all
            raise UsageError(f"{name} is {cap!r}; say how many US dollars may be spent at most")
    settings = settings or Settings.load()
    caps = [cap for cap in (production_cap, settings.production_cap) if cap is not None]
    place = Workspace.locate(production, run, settings)
    people = Cast.load(place.home / "characters")
    return Studio(
        place=place,
        settings=settings,
        cast=people,
        storyboard=Storyboard.load(place.home / "storyboard.yaml", people),
        matrix=route_matrix(settings, place.data),
        max_spend=max_spend,
        live=live,
        resolution=_resolution(resolution),
        production_cap=min(caps, default=None),
    )


def open_desk(production: Path | str | None = None, *, run: str | None = None, data: Path | str | None = None) -> Desk:
    """Open the desk of a ledger: its jobs and its money, for all productions in it or for one.

    Args:
        production: A production's folder, or the name that its jobs carry; None for all.
        run: Of runs with this name only.
        data: The folder in which the ledger lies; by default that of the production or of the settings, else the
            nearest `data` folder here or above that has a ledger.

    Raises:
        UsageError: there is no ledger.
        LedgerError: it cannot be used.
    """
    settings = Settings.load()
    folder, name = find_ledger(production, Path(data) if data else settings.data, settings)
    reception = Reception(data=folder, settings=settings, matrix=route_matrix(settings, folder))
    return Desk(
        ledger=reception.ledger,
        floor=reception.floor,
        working=reception.working,
        bring=reception.bring,
        production=name,
        run=run,
    )


def find_ledger(production: Path | str | None, data: Path | None, settings: Settings) -> tuple[Path, str | None]:
    """Return the data folder in which a ledger lies, and the production's name.

    Args:
        production: A production's folder, or the name that its jobs carry; None for all.
        data: The folder, where it is known.
        settings: May name a ledger elsewhere; then the folder holds only runs and store.

    Raises:
        UsageError: there is no ledger.
    """
    name = str(production) if production is not None else None
    found = data
    if production is not None and data is None:
        with contextlib.suppress(UsageError):  # then it is the name that jobs carry
            place = Workspace.locate(production, "run", settings)
            found, name = place.data, place.home.name
    elif name is not None:
        name = Path(name).name
    if found is None:
        here = Path.cwd()
        folders = [above / "data" for above in (here, *here.parents)]
        found = next((folder for folder in folders if (folder / "ledger.sqlite").is_file()), None)
    if found is None and settings.ledger is not None:
        found = Path.cwd() / "data"  # runs and store; the ledger itself is elsewhere
    if found is None or (settings.ledger is None and not (found / "ledger.sqlite").is_file()):
        where = f"in {found}" if found else f"in a data folder here ({Path.cwd()}) or above"
        raise UsageError(f"there is no ledger {where}. Nothing was bought yet, or say where: --data FOLDER")
    return found.resolve(), name


def route_matrix(settings: Settings | None = None, data: Path | None = None) -> RouteMatrix:
    """Return the routes with the person's own, and what was measured of them.

    Args:
        settings: By default those of the environment.
        data: The folder in which `measurements.yaml` lies; by default the settings', or `data` where one works.

    Raises:
        BadDocument: with file and line.
    """
    settings = settings or Settings.load()
    folder = data or settings.data or Path("data")
    return RouteMatrix.load(settings.routes, measurements=folder / "measurements.yaml", day=settings.today)


def _resolution(asked: str | None) -> Resolution | None:
    for resolution in get_args(Resolution):
        if asked == resolution:
            return cast("Resolution", resolution)
    if asked is None:
        return None
    raise UsageError(f"resolution is {asked!r}; choose one of {', '.join(get_args(Resolution))}")
