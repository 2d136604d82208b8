"""A sweep from its plan to its results, and on with it after anything.

Runs that are done stand and are never run again; the others start again and find in the ledger what they have paid for.
The notebook is copied when a sweep starts, and all its runs are of that copy.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from charkit.batch import executors
from charkit.batch.allowance import Allowance
from charkit.batch.planning import SweepPlan, plan_sweep
from charkit.batch.pricing import told
from charkit.batch.records import RunOrder, RunRecord, record_in
from charkit.batch.remote import Depot, pack
from charkit.batch.results import Results
from charkit.errors import RunBusy, StorageError, UsageError
from charkit.money import dollars
from charkit.rehearsal import start_simulator
from charkit.settings import Settings, export
from charkit.workspace import Workspace, find_production

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from charkit.batch.executors import Executor
    from charkit.batch.planning import PlannedRun
    from charkit.batch.sweep import Sweep

__all__ = ["run_sweep"]


def run_sweep(
    sweep: Sweep | Path | str | SweepPlan,
    *,
    executor: str | Executor = "local",
    workers: int | None = None,
    max_spend: float | None = None,
    only_failed: bool = False,
    warm: bool = True,
    on_run: Callable[[RunRecord], None] | None = None,
) -> Results:
    """Run what is left of a sweep, and return all its runs with what came out of them.

    Safe to interrupt and to kill: what is done stays done, and nothing is paid twice. A run that fails stops nobody
    else; it is in the results with its reason, and is tried again the next time.

    Args:
        sweep: Its file, or the plan made of it.
        executor: `local` (workers on this machine), `inline` (in this process), `dask://host:port`, or one's own.
        workers: How many runs at once on this machine; as many as there are cores by default.
        max_spend: The cap on all runs together in US dollars; the file's own where it is not given.
        only_failed: Run only those that failed before, none that were never started.
        warm: Fork kernels that have their imports behind them, where that can be done.
        on_run: Called with the record of each run that ends.

    Raises:
        UsageError: what `plan_sweep` raises, or a run that cannot be done as it is told; nothing was started.
        RunBusy: another process works on this sweep.
    """
    plan = sweep if isinstance(sweep, SweepPlan) else plan_sweep(sweep, max_spend=max_spend)
    hindered = [run for run in plan.left if run.problem]
    if hindered:
        more = f" ({len(hindered) - 1} more)" if len(hindered) > 1 else ""
        raise UsageError(f"{hindered[0].name} cannot be run: {hindered[0].problem}{more}. Nothing was started")
    wanted = [run for run in plan.left if not only_failed or run.standing == "failed"]
    _writable(plan.folder)
    if plan.home is not None:
        Depot(plan.home).check()
    try:
        with FileLock(plan.folder / ".sweep.lock", timeout=0):
            wanted = [run for run in wanted if not _done_meanwhile(run)]
            records = _drive(plan, wanted, executor, workers, warm=warm, on_run=on_run) if wanted else {}
    except Timeout:
        raise RunBusy(plan.sweep.title) from None
    return _results(plan, records)


def _drive(
    plan: SweepPlan,
    wanted: list[PlannedRun],
    executor: str | Executor,
    workers: int | None,
    *,
    warm: bool,
    on_run: Callable[[RunRecord], None] | None,
) -> dict[str, RunRecord]:
    crew = _crew(executor, workers, len(wanted))
    records: dict[str, RunRecord] = {}
    try:
        with _simulator_for(plan), _bar(plan.sweep.title, len(wanted)) as step:
            for record in _turns(plan, wanted, crew, warm=warm):
                records[record.run] = record
                step(record)
                if on_run:
                    on_run(record)
    finally:
        if isinstance(executor, str):
            crew.close()
    return records


@contextmanager
def _bar(title: str, total: int) -> Iterator[Callable[[RunRecord], None]]:
    """Show how far a sweep is, where somebody looks, and give what tells of each run that ended."""
    from tqdm.auto import tqdm

    with tqdm(total=total, desc=title, unit="run", disable=Settings.load().progress == "off") as bar:

        def step(record: RunRecord) -> None:
            bar.set_postfix_str(f"{record.run} {record.state}", refresh=False)
            bar.update(1)

        yield step


def _done_meanwhile(run: PlannedRun) -> bool:
    """Whether another process finished it after it was planned."""
    record = record_in(run.folder)
    return record is not None and record.done


def _crew(executor: str | Executor, workers: int | None, runs: int) -> Executor:
    if not isinstance(executor, str):
        return executor
    return executors.named(executor, executors.cores() if workers is None else workers, most=runs)


def _turns(plan: SweepPlan, wanted: list[PlannedRun], crew: Executor, *, warm: bool) -> Iterator[RunRecord]:
    """Yield every run's record as it ends; no more at work than there are places, and money for."""
    purse = Allowance(plan.cap, committed={run.name: run.price.committed for run in plan.runs})
    waiting, at_work = list(wanted), set[str]()
    packed: dict[str, str] = {}
    while waiting or at_work:
        while waiting and len(at_work) < crew.places:
            first = waiting[0]
            allowed = purse.grant(first.name, most=first.price.most, needs=first.price.needs)
            if allowed is None:
                break
            waiting.pop(0)
            at_work.add(first.name)
            crew.start(_order(plan, first, allowed, packed, warm=warm))
        if not at_work:
            for run in waiting:
                yield _unaffordable(plan, run)
            return
        record = crew.wait()
        at_work.discard(record.run)
        purse.settle(record.run, record.money.committed_usd if record.money else 0.0)
        yield record


def _order(plan: SweepPlan, planned: PlannedRun, allowed: float, packed: dict[str, str], *, warm: bool) -> RunOrder:
    declared = plan.notebook.parameters
    parameters = dict(planned.run.parameters)
    if "run" in declared:
        parameters["run"] = planned.name
    if "max_spend" in declared and planned.price.most is not None:
        parameters["max_spend"] = allowed
    named = told(plan.notebook, planned.run).get("production")
    home = find_production(named) if isinstance(named, str) else None
    if home is not None:
        # Relative, so that an executed notebook tells nobody where it was executed.
        parameters["production"] = Path(os.path.relpath(home, planned.folder)).as_posix()
        if plan.home is not None and str(home) not in packed:
            packed[str(home)] = _deposited(home, plan.home)
    return RunOrder(
        sweep=plan.sweep.title,
        run=planned.name,
        notebook=plan.notebook.name,
        notebook_digest=plan.notebook.digest,
        source=plan.source,
        folder=str(planned.folder),
        parameters=parameters,
        told=dict(planned.run.parameters),
        axes=dict(planned.run.axes),
        warm=warm,
        home=plan.home,
        production=packed.get(str(home), "") if home else "",
        one_budget=not planned.price.simulated,
    )


def _deposited(production: Path, url: str) -> str:
    """Bring a production to the depot as it is now, and return its name there."""
    data, name = pack(production)
    Depot(url).put_bytes(data, name)
    return name


def _unaffordable(plan: SweepPlan, run: PlannedRun) -> RunRecord:
    """Return, without keeping it, the record of a run that was never started."""
    needs = dollars(run.price.needs)
    return RunRecord(
        sweep=plan.sweep.title,
        run=run.name,
        notebook=plan.notebook.name,
        notebook_digest=plan.notebook.digest,
        parameters=dict(run.run.parameters),
        axes=dict(run.run.axes),
        state="not started",
        error=f"it needs {needs}, and less is left of the sweep's {dollars(plan.cap or 0)}. Raise max_spend to go on",
    )


def _results(plan: SweepPlan, records: dict[str, RunRecord]) -> Results:
    found = []
    for run in plan.runs:
        record = records.get(run.name) or record_in(run.folder)
        if record is not None:
            found.append(record)
    notes = list(plan.notes)
    if _digest(plan.notebook.path) != plan.notebook.digest:
        notes.append(
            f"{plan.notebook.path.name} was edited while the sweep ran: these runs are of the copy from its start. "
            "What was edited is used by the next sweep"
        )
    return Results(
        title=plan.sweep.title, folder=plan.folder, records=tuple(found), planned=len(plan.runs), notes=tuple(notes)
    )


def _writable(folder: Path) -> None:
    """Make the folder and try it, before anything is started.

    Raises:
        StorageError: nothing can be written there.
    """
    probe = folder / f".probe-{uuid.uuid4().hex}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise StorageError(
            f"cannot be written to ({error.strerror}), so nothing was started. Name another place: `outputs:`",
            path=folder,
        ) from None


def _digest(path: Path) -> str:
    try:
        return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
    except OSError:
        return ""


@contextmanager
def _simulator_for(plan: SweepPlan) -> Iterator[None]:
    """Hold one simulator for all runs on this machine, where any asks it, and tell workers where it is."""
    production = told(plan.notebook, plan.runs[0].run).get("production")
    if plan.live or not isinstance(production, str) or Settings.load().simulator_url is not None:
        yield
        return
    rehearsal = start_simulator(Workspace.locate(production, "run").simulator)
    export(CHARKIT_SIMULATOR_URL=rehearsal.url)
    try:
        yield
    finally:
        rehearsal.close()
        export(CHARKIT_SIMULATOR_URL="")
