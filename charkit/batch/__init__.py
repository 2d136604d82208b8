"""Notebooks run by the shell and by the hundred: a production through all of them, a sweep of one over many parameters.

    production    `charkit run`: the main job
    sweep         the file that says what varies
    planning      everything checked and priced before anything starts
    sweeping      run, and go on after anything
    running       one run, from its order to its record
    executors     in this process, in workers beside it; `cluster`: on other machines
    kernels       kernels that are ready at once
    results       one table over all runs
    variation     one shot made another way, for notebooks that are swept

Names load what they need when they are first used, so that a worker that only runs notebooks is quickly there.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_WHERE = {
    "NotebookFailed": "notebooks",
    "NotebookRun": "production",
    "ProductionRun": "production",
    "Results": "results",
    "RunRecord": "records",
    "Sweep": "sweep",
    "SweepPlan": "planning",
    "plan_sweep": "planning",
    "read_results": "results",
    "run_production": "production",
    "run_sweep": "sweeping",
    "tour": "production",
    "variant": "variation",
}

__all__ = [
    "NotebookFailed",
    "NotebookRun",
    "ProductionRun",
    "Results",
    "RunRecord",
    "Sweep",
    "SweepPlan",
    "plan_sweep",
    "read_results",
    "run_production",
    "run_sweep",
    "tour",
    "variant",
]

if TYPE_CHECKING:
    from charkit.batch.notebooks import NotebookFailed
    from charkit.batch.planning import SweepPlan, plan_sweep
    from charkit.batch.production import NotebookRun, ProductionRun, run_production, tour
    from charkit.batch.records import RunRecord
    from charkit.batch.results import Results, read_results
    from charkit.batch.sweep import Sweep
    from charkit.batch.sweeping import run_sweep
    from charkit.batch.variation import variant


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"charkit.batch has no {name!r}")
    value = getattr(importlib.import_module(f"charkit.batch.{_WHERE[name]}"), name)
    globals()[name] = value
    return value
