"""One run of a sweep, from its order to its record; the same in this process, in a worker and on a cluster."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from charkit import manifest
from charkit.batch.notebooks import NotebookFailed, execute
from charkit.batch.records import RECORD, RunMoney, RunOrder, RunRecord, RunScore
from charkit.batch.remote import Depot, brought
from charkit.documents import replace_file
from charkit.errors import BadDocument, CharkitError
from charkit.ledger import open_ledger, usd
from charkit.settings import Settings, child_environment, export
from charkit.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["carry_out", "ended_badly", "place_of"]

_LONGEST = 400  # characters of an error that a record keeps; the notebook has all of it


def carry_out(order: RunOrder) -> RunRecord:
    """Run a notebook as ordered, and write the record beside what it made. Never raises what the run did wrong."""
    folder = Path(order.folder)
    began, clock = dt.datetime.now(tz=dt.UTC), time.monotonic()
    error = ""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / RECORD).unlink(missing_ok=True)  # from here on it has not ended
        place = place_of(order)
        _foresee(order, opens_studio=place is not None)
        with _quiet(), brought(order, place.folder if place else None):
            execute(_copy(order), folder / f"{order.notebook}.ipynb", order.parameters, name=order.run, warm=order.warm)
    except NotebookFailed as failed:
        error = failed.error
    except (CharkitError, OSError) as failed:
        error = str(failed)
    record = RunRecord(
        sweep=order.sweep,
        run=order.run,
        notebook=order.notebook,
        notebook_digest=order.notebook_digest,
        parameters=order.told,
        axes=order.axes,
        state="failed" if error else "done",
        error=_one_line(error),
        started=began.isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - clock, 3),
        kernel=_kernel(order),
        versions=manifest.versions(),
        money=_money(order),
        scores=_scores(order),
    )
    return _kept(record, folder, order)


def ended_badly(order: RunOrder, error: str) -> RunRecord:
    """Return and keep the record of a run whose worker did not live to write it."""
    record = RunRecord(
        sweep=order.sweep,
        run=order.run,
        notebook=order.notebook,
        notebook_digest=order.notebook_digest,
        parameters=order.told,
        axes=order.axes,
        state="failed",
        error=_one_line(error),
        money=_money(order),
    )
    return _kept(record, Path(order.folder), order)


def place_of(order: RunOrder) -> Workspace | None:
    """Return where the run's studio lies; None where its notebook opens none."""
    production = order.parameters.get("production")
    if not isinstance(production, str):
        return None
    try:
        return Workspace.locate(Path(order.folder) / production, order.run)
    except CharkitError:
        return None


def _kept(record: RunRecord, folder: Path, order: RunOrder) -> RunRecord:
    """Write the record down, here and where everything goes as well; where that fails the run has failed."""
    try:
        record.save(folder)
        if order.home is not None:
            Depot(order.home).put(folder, f"sweeps/{order.sweep}/{order.run}")
    except CharkitError as failed:
        record = record.model_copy(update={"state": "failed", "error": _one_line(str(failed))})
        with suppress(CharkitError):
            record.save(folder)
    return record


def _copy(order: RunOrder) -> Path:
    """Return the sweep's copy of the notebook, beside the runs' folders; written here where it is not there yet."""
    path = Path(order.folder).parent / f".{order.notebook}-{order.notebook_digest[-12:]}.ipynb"
    data = order.source.encode()
    if not path.is_file() or hashlib.sha256(path.read_bytes()).digest() != hashlib.sha256(data).digest():
        replace_file(path, data)
    return path


def _foresee(order: RunOrder, *, opens_studio: bool) -> None:
    """Let the kernels after this one find imported what notebooks like this one need."""
    if not order.warm:
        return
    from charkit.batch.forking import LATER
    from charkit.batch.kernels import ready

    ready().later = LATER if opens_studio else ()


def _kernel(order: RunOrder) -> Literal["forked", "started"]:
    from charkit.batch.kernels import can_fork

    return "forked" if order.warm and can_fork() else "started"


def _money(order: RunOrder) -> RunMoney | None:
    place = place_of(order)
    settings = Settings.load()
    if place is None or (settings.ledger is None and not place.ledger.is_file()):
        return None
    simulated = not order.parameters.get("live", False)
    with open_ledger(place.ledger, settings) as ledger:
        spent = ledger.spend(production=place.home.name, run=order.run, simulated=simulated)
    return RunMoney(
        estimated_usd=usd(spent.estimated),
        charged_usd=usd(spent.settled),
        committed_usd=usd(spent.committed),
        simulated=simulated,
    )


def _scores(order: RunOrder) -> tuple[RunScore, ...]:
    """Return the verdicts on the takes that stand for their shots, where the run has a scorecard."""
    from charkit.scoring import Scorecard

    place = place_of(order)
    if place is None or not (place.folder / "scorecard.json").is_file():
        return ()
    try:
        card = Scorecard.load(place.folder / "scorecard.json")
    except BadDocument:
        return ()
    return tuple(
        RunScore(
            shot=score.shot,
            take=score.take,
            character=score.character,
            axis=score.axis.value,
            verdict=score.verdict.value,
            score=score.score,
        )
        for score in card.standing()
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Without bars in the notebooks that are kept: whoever drives the sweep shows how far it is."""
    before = child_environment().get("CHARKIT_PROGRESS", "")
    export(CHARKIT_PROGRESS="off")
    try:
        yield
    finally:
        export(CHARKIT_PROGRESS=before)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 2] + " …"
