"""The main job: a production goes through the notebooks, one after the other, executed by papermill.

Parameters are checked against each notebook's own `parameters` cell before a kernel starts. Every executed notebook is
kept in the run's folder, a failed one too; what was made before it stays, and the next run goes on from there.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from charkit.batch import notebooks as shelf
from charkit.batch.notebooks import Notebook, execute, inspected, refuse_secret, typed_text
from charkit.errors import RunBusy, UnknownName, UsageError
from charkit.rehearsal import start_simulator
from charkit.settings import Settings, export
from charkit.studio import open_studio

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from charkit.workspace import Workspace

__all__ = ["NotebookRun", "ProductionRun", "check_parameters", "run_production", "tour"]

Parameter = str | int | float | bool


@dataclass(frozen=True, kw_only=True)
class NotebookRun:
    """One executed notebook."""

    name: str
    path: Path
    seconds: float


@dataclass(frozen=True, kw_only=True)
class ProductionRun:
    """What the main job left behind."""

    folder: Path
    notebooks: tuple[NotebookRun, ...]
    seconds: float

    @property
    def film(self) -> Path:
        """The finished film."""
        return self.folder / "film.mp4"

    @property
    def report(self) -> Path:
        """The self-contained report."""
        return self.folder / "report.html"


ABOUT_CHARACTERS = ("01_character_design", "02_references", "05_score")
"""Left out of a film that shows nobody: they have nothing to look at."""


def tour() -> list[Notebook]:
    """Return the notebooks of the main job, in order, with their declared parameters."""
    folder = shelf.notebooks_folder()
    found = [inspected(path) for path in sorted(folder.glob("0[0-6]_*.ipynb"))]
    if not found:
        raise UsageError(f"no notebooks in {folder}; install charkit again")
    return found


def run_production(
    production: Path | str,
    *,
    run: str = "run",
    live: bool = False,
    max_spend: float | None = None,
    production_cap: float | None = None,
    resolution: str | None = None,
    parameters: Mapping[str, str] | None = None,
    on_notebook: Callable[[str, float | None], None] | None = None,
) -> ProductionRun:
    """Take a production through the notebooks and leave film, contact sheet, report and manifest in the run's folder.

    Args:
        production: folder with `storyboard.yaml` and `characters/`.
        run: name of the folder under `data/runs`; the same name goes on where it stopped.
        live: pay real services instead of asking the simulator.
        max_spend: the cap in US dollars; the notebooks' own default where it is not given.
        production_cap: the cap in US dollars of all runs of the production together; see `open_studio`.
        resolution: 360p, 720p or 1080p; the notebooks' own default (the draft) where it is not given.
        parameters: more notebook parameters as text, converted to the type each notebook declares.
        on_notebook: called with a notebook's name when it starts, and again with its seconds when it ends.

    Raises:
        BadDocument: the storyboard or a sheet says something it may not say.
        UnknownName: a parameter that no notebook declares.
        RunBusy: another process works in this run.
        NotebookFailed: a cell raised.
    """
    # Every file and figure is checked before a kernel starts.
    studio = open_studio(
        production,
        run=run,
        live=live,
        max_spend=max_spend or 0.0,
        resolution=resolution,
        production_cap=production_cap,
    )
    place = studio.place
    settings = Settings.load()
    folder = place.folder
    # Relative, so that an executed notebook tells nobody where it was executed.
    home = Path(os.path.relpath(place.home, folder / "notebooks")).as_posix()
    given: dict[str, Parameter] = {"production": home, "run": run, "live": live}
    if max_spend is not None:
        given["max_spend"] = max_spend
    if resolution is not None:
        given["resolution"] = resolution
    notebooks = tour()
    plan = [
        (nb, check_parameters(nb, given, parameters or {}, notebooks))
        for nb in notebooks
        if studio.cast or nb.name not in ABOUT_CHARACTERS
    ]
    place.claim()
    began = time.monotonic()
    try:
        with FileLock(folder / ".batch.lock", timeout=0):
            export(CHARKIT_PRODUCTION_CAP=_as_text(studio.production_cap))  # each notebook opens a studio of its own
            done = _execute_all(plan, place, settings, live=live, on_notebook=on_notebook)
    except Timeout:
        raise RunBusy(run) from None
    finally:
        export(CHARKIT_PRODUCTION_CAP=_as_text(settings.production_cap))
    return ProductionRun(folder=folder, notebooks=tuple(done), seconds=time.monotonic() - began)


def _as_text(cap: float | None) -> str:
    return "" if cap is None else repr(cap)


def check_parameters(
    notebook: Notebook,
    given: Mapping[str, Parameter],
    extra: Mapping[str, str],
    all_notebooks: list[Notebook],
) -> dict[str, Parameter]:
    """Return what to inject into a notebook, with text converted to the declared types.

    Raises:
        UnknownName: a name that none of the notebooks declares.
        BadDocument: a value that is not of the declared type.
    """
    known = {name for nb in all_notebooks for name in nb.parameters}
    for name in extra:
        if name not in known:
            raise UnknownName("parameter", name, known)
        refuse_secret(name)
    values = {name: value for name, value in given.items() if name in notebook.parameters}
    for name, text in extra.items():
        if name in notebook.parameters:
            values[name] = typed_text(notebook, name, text)
    return values


def _execute_all(
    plan: list[tuple[Notebook, dict[str, Parameter]]],
    place: Workspace,
    settings: Settings,
    *,
    live: bool,
    on_notebook: Callable[[str, float | None], None] | None,
) -> list[NotebookRun]:
    rehearsal = None
    export(CHARKIT_PROGRESS="off")
    if not live and settings.simulator_url is None:
        rehearsal = start_simulator(place.simulator)
        export(CHARKIT_SIMULATOR_URL=rehearsal.url)
    try:
        return [_execute(notebook, values, place.folder, on_notebook) for notebook, values in plan]
    finally:
        if rehearsal:
            rehearsal.close()
            export(CHARKIT_SIMULATOR_URL="")


def _execute(
    notebook: Notebook,
    values: dict[str, Parameter],
    folder: Path,
    on_notebook: Callable[[str, float | None], None] | None,
) -> NotebookRun:
    kept = folder / "notebooks" / notebook.path.name
    kept.parent.mkdir(exist_ok=True)
    if on_notebook:
        on_notebook(notebook.name, None)
    began = time.monotonic()
    execute(notebook.path, kept, values)
    seconds = time.monotonic() - began
    if on_notebook:
        on_notebook(notebook.name, seconds)
    return NotebookRun(name=notebook.name, path=kept, seconds=seconds)
