"""`charkit batch`: one notebook over many parameters, priced first, gone on with after anything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from charkit.batch.planning import SweepPlan
    from charkit.batch.records import RunRecord
    from charkit.batch.results import Results


def out() -> Console:
    """Return the console as wide as the shell is now."""
    return Console(highlight=False, markup=False)


File = Annotated[Path, typer.Argument(metavar="SWEEP.yaml", help="What varies; see notebooks/09_batch.")]
Saved = Annotated[Path | None, typer.Option(help="Write the results as .csv or .parquet.")]


def batch(
    sweep: File,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and price it; start nothing.")] = False,
    only_failed: Annotated[bool, typer.Option("--only-failed", help="Only runs that failed before.")] = False,
    executor: Annotated[str, typer.Option(help="local, inline, or dask://host:port.")] = "local",
    workers: Annotated[int | None, typer.Option(help="Runs at once here; as many as cores by default.")] = None,
    max_spend: Annotated[float | None, typer.Option(help="Cap on all runs together, in US dollars.", min=0)] = None,
    save: Saved = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Run a notebook over many parameters; what is done stands, and the same command goes on with the rest."""
    from charkit.batch import plan_sweep, run_sweep

    plan = plan_sweep(sweep, max_spend=max_spend)
    if not as_json:
        _show_plan(plan)
    if dry_run:
        if as_json:
            typer.echo(json.dumps(plan_facts(plan), ensure_ascii=False))
        raise typer.Exit(1 if any(run.problem for run in plan.runs) else 0)
    try:
        results = run_sweep(
            plan, executor=executor, workers=workers, only_failed=only_failed, on_run=None if as_json else _say
        )
    except KeyboardInterrupt:
        typer.echo("\nInterrupted. What is done stands; the same command goes on with the rest.", err=True)
        raise typer.Exit(130) from None
    if save is not None:
        results.save(save)
    if as_json:
        typer.echo(json.dumps(result_facts(results), ensure_ascii=False))
    else:
        _show_results(results)
    if len(results.done) < len(plan.runs):
        raise typer.Exit(1)


def plan_facts(plan: SweepPlan) -> dict[str, object]:
    """Return a plan for a program, money in US dollars."""
    return {
        "sweep": plan.sweep.title,
        "notebook": plan.notebook.name,
        "simulated": not plan.live,
        "planned_usd": plan.planned_usd,
        "most_usd": plan.most_usd,
        "committed_usd": plan.committed_usd,
        "cap_usd": plan.cap,
        "runs": [
            {
                "run": one.name,
                "standing": one.standing,
                "parameters": dict(one.run.parameters),
                "planned_usd": one.price.planned,
                "most_usd": one.price.most,
                "problem": one.problem,
            }
            for one in plan.runs
        ],
        "notes": list(plan.notes),
    }


def result_facts(results: Results) -> dict[str, object]:
    """Return results for a program: every record as its file has it."""
    return {
        "sweep": results.title,
        "planned": results.planned,
        "done": len(results.done),
        "failed": [record.run for record in results.failed],
        "charged_usd": round(results.charged_usd, 6),
        "simulated": results.simulated,
        "runs": [record.model_dump(mode="json") for record in results.records],
        "notes": list(results.notes),
    }


def _show_plan(plan: SweepPlan) -> None:
    from charkit.batch.showing import plan_cells

    out().print(repr(plan), style="bold")
    _table(*plan_cells(plan))
    for sentence in plan.sentences():
        out().print(sentence)


def _show_results(results: Results) -> None:
    from charkit.batch.showing import result_cells

    out().print()
    _table(*result_cells(results))
    out().print(repr(results), style="bold")
    for note in results.notes:
        out().print(note)
    if results.failed:
        out().print("Those that failed are tried again by the same command, alone with --only-failed.")


def _table(headings: list[str], rows: list[list[str]]) -> None:
    table = Table(box=None, header_style="dim")
    for name in headings:
        figures = name in ("by plan", "at most", "time", "charged", "score")
        table.add_column(name, justify="right" if figures else "left", no_wrap=name not in ("problem", "why", "action"))
    for row in rows:
        table.add_row(*row)
    out().print(table)


def _say(record: RunRecord) -> None:
    why = f": {record.error}" if record.error else f" in {record.seconds:.1f} s"
    out().print(f"  {record.run:<48} {record.state}{why}")
