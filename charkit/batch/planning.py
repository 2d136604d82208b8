"""What a sweep would do, checked and priced: nothing is started before the plan of all of it stands."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from charkit.batch.pricing import Price, price_of, told
from charkit.batch.records import record_in
from charkit.batch.remote import Depot
from charkit.batch.sweep import Sweep
from charkit.errors import CharkitError, UsageError
from charkit.mirror import checked_url
from charkit.money import dollars
from charkit.settings import Settings
from charkit.workspace import Workspace

if TYPE_CHECKING:
    from charkit.batch.notebooks import Notebook
    from charkit.batch.records import RunRecord
    from charkit.batch.sweep import SweptRun

__all__ = ["PlannedRun", "Standing", "SweepPlan", "plan_sweep"]

Standing = Literal["done", "failed", "new"]


@dataclass(frozen=True, kw_only=True)
class PlannedRun:
    """One run of a sweep before it starts."""

    run: SweptRun
    standing: Standing
    """What an earlier start of the sweep left of it."""
    folder: Path
    price: Price
    problem: str = ""
    """Why it cannot be run as it is told, in one line; empty where it can."""

    @property
    def name(self) -> str:
        """Its name."""
        return self.run.name


@dataclass(frozen=True, kw_only=True)
class SweepPlan:
    """What a sweep would do, and for how much."""

    sweep: Sweep
    notebook: Notebook
    folder: Path
    """Where the runs' folders lie on this machine."""
    home: str | None
    """The URL that everything goes to as well; None where that is the folder."""
    runs: tuple[PlannedRun, ...]
    cap: float | None
    """On all runs together, in US dollars."""
    source: str = field(repr=False)
    """The notebook without its outputs, as it was read."""
    notes: tuple[str, ...] = ()

    @property
    def left(self) -> tuple[PlannedRun, ...]:
        """Those that are not done."""
        return tuple(run for run in self.runs if run.standing != "done")

    @property
    def planned_usd(self) -> float | None:
        """What the runs that are left buy by plan; None where that is not known of all."""
        prices = [run.price.planned if run.price.most is not None else 0.0 for run in self.left]
        return None if any(price is None for price in prices) else sum(price or 0.0 for price in prices)

    @property
    def most_usd(self) -> float:
        """What the sweep can have committed at most when it ends."""
        most = sum(max(run.price.most or 0.0, run.price.committed) for run in self.runs)
        return most if self.cap is None else min(most, max(self.cap, self.committed_usd))

    @property
    def committed_usd(self) -> float:
        """What its runs have committed so far."""
        return sum(run.price.committed for run in self.runs)

    @property
    def live(self) -> bool:
        """Whether any run pays a real service."""
        return any(not run.price.simulated for run in self.runs)

    def sentences(self) -> tuple[str, ...]:
        """Return what there is to know before it starts, in words."""
        kind = "" if self.live else " (simulated: nothing is paid)"
        planned = self.planned_usd
        said = "not known beforehand" if planned is None else dollars(planned)
        found = [f"Still to be bought by plan: {said}; at most {dollars(self.most_usd)} together{kind}."]
        if planned:
            found.append("Pictures that several runs need are counted in each and bought once.")
        if self.cap is not None:
            fits = (
                "" if planned is None or self.committed_usd + planned <= self.cap else ", which is too little for all"
            )
            found.append(f"The sweep's cap is {dollars(self.cap)}{fits}; {dollars(self.committed_usd)} is committed.")
        return (*found, *self.notes)

    def __repr__(self) -> str:
        done = len(self.runs) - len(self.left)
        return f"SweepPlan({self.sweep.title}: {len(self.runs)} runs of {self.notebook.name}, {done} done)"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.batch.showing import plan_table

        return {"text/plain": repr(self), "text/html": plan_table(self)}


def plan_sweep(sweep: Sweep | Path | str, *, max_spend: float | None = None) -> SweepPlan:
    """Check everything that a sweep says, and price it. Costs nothing, sends nothing, starts nothing.

    Args:
        sweep: Its file.
        max_spend: The cap on all runs together in US dollars; the file's own where it is not given.

    Raises:
        BadDocument: the file, the notebook or a parameter is wrong; names every place.
        UnknownName: a parameter that the notebook does not declare.
        UsageError: a run that pays without a cap on the sweep.
        StorageError: the outputs' place cannot be written to.
    """
    sweep = sweep if isinstance(sweep, Sweep) else Sweep.load(sweep)
    notebook = sweep.source()
    swept = sweep.expanded(notebook)
    folder, home = _places(sweep, notebook, swept[0])
    if home is not None:
        Depot(home).records(f"sweeps/{sweep.title}", folder)  # what other machines have done
    runs, notes = _planned(notebook, swept, folder)
    cap = sweep.max_spend if max_spend is None else max_spend
    plan = SweepPlan(
        sweep=sweep,
        notebook=notebook,
        folder=folder,
        home=home,
        runs=runs,
        cap=cap,
        source=_without_outputs(notebook.path),
        notes=notes,
    )
    if plan.live and cap is None:
        raise UsageError(
            f"{sweep.file.name} pays real services (live: true). Say how much all runs may cost together: "
            "`max_spend:` in the file, or --max-spend"
        )
    return plan


def _planned(
    notebook: Notebook, swept: tuple[SweptRun, ...], folder: Path
) -> tuple[tuple[PlannedRun, ...], tuple[str, ...]]:
    runs, others = [], 0
    for run in swept:
        record = record_in(folder / run.name)
        standing: Standing = "new" if record is None else "done" if record.done else "failed"
        others += record is not None and record.done and record.notebook_digest != notebook.digest
        problem = ""
        try:
            price = price_of(notebook, run) if standing != "done" else _paid(record)
        except CharkitError as error:
            price, problem = Price(planned=None, most=None), str(error)
        runs.append(PlannedRun(run=run, standing=standing, folder=folder / run.name, price=price, problem=problem))
    notes = (f"{others} of those that are done were made by another version of {notebook.name}; they stand",)
    return tuple(runs), notes if others else ()


def _paid(record: RunRecord | None) -> Price:
    money = record.money if record else None
    if money is None:
        return Price(planned=0.0, most=None)
    return Price(planned=0.0, most=money.committed_usd, committed=money.committed_usd, simulated=money.simulated)


def _places(sweep: Sweep, notebook: Notebook, first: SweptRun) -> tuple[Path, str | None]:
    """Return the folder of the runs' folders on this machine, and the URL that they go to as well."""
    production = told(notebook, first).get("production")
    if isinstance(production, str):
        data = Workspace.locate(production, "run").data
    else:
        data = (Settings.load().data or Path("data")).resolve()
    if sweep.outputs is None:
        return data / "sweeps" / sweep.title, None
    if "://" in sweep.outputs:
        return data / "sweeps" / sweep.title, checked_url(sweep.outputs)
    return (sweep.file.parent / sweep.outputs).resolve() / sweep.title, None


def _without_outputs(path: Path) -> str:
    """Return the notebook as it will be run: what an earlier run showed is not carried from worker to worker."""
    found = json.loads(path.read_text(encoding="utf-8"))
    for cell in found["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    return json.dumps(found, ensure_ascii=False)
