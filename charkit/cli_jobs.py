"""`charkit jobs`: paid requests that are under way, in doubt or over, and what can be done about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from charkit.completion import productions, routes, run_names, shot_ids

if TYPE_CHECKING:
    from charkit.studio.desk import Desk, Visit
    from charkit.studio.job_history import JobHistory
    from charkit.studio.jobs import Job, Jobs
    from charkit.takes import Progress

app = typer.Typer(no_args_is_help=True, help="See paid jobs, go on with them, settle what is in doubt, stop them.")


def out() -> Console:
    """Return the console as wide as the shell is now."""
    return Console(highlight=False, markup=False)


Production = Annotated[
    str | None,
    typer.Option(
        "--production", "-P", help="A production's folder, or the name that its jobs carry.", autocompletion=productions
    ),
]
Run = Annotated[str | None, typer.Option("--run", help="Only runs with this name.", autocompletion=run_names)]
Data = Annotated[Path | None, typer.Option("--data", help="The folder with ledger and store, if not found by itself.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Name = Annotated[str, typer.Argument(metavar="JOB", help="Its id, or enough of its beginning or end to know which.")]

_WIDE = 120
"""Columns of a shell in which a list of jobs fits as it is."""
_LETTERS = 6
"""Of a job's id, enough to name it."""
_MOST = {0: 24, 2: 19}
"""The most letters of a shot and of a route."""
_TONES = {"succeeded": "green", "refused": "red", "failed": "red", "expired": "red", "unknown": "yellow"}


@app.command("list")
def list_(
    *,
    production: Production = None,
    run: Run = None,
    state: Annotated[
        str | None, typer.Option(help="Such as running or succeeded; or open, or doubt.", metavar="STATE")
    ] = None,
    route: Annotated[str | None, typer.Option(help="Only this route.", autocompletion=routes)] = None,
    shot: Annotated[str | None, typer.Option(help="Only this shot or view.", autocompletion=shot_ids)] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List jobs: those that wait for you first, then those that go on, then those that are over."""
    jobs = _desk(production, run, data).jobs(state=state, route=route, shot=shot)
    if as_json:
        typer.echo(json.dumps([job.facts() for job in jobs], ensure_ascii=False))
        return
    _show_list(jobs)


def _show_list(jobs: Jobs) -> None:
    from charkit.studio.jobs import HEADINGS

    groups: dict[str, list[Job]] = {}
    for job in jobs:
        kind = ", simulated" if job.row.simulated else ""
        groups.setdefault(f"{job.row.production}, run {job.row.run}{kind}", []).append(job)
    for title, found in groups.items():
        out().print(title, style="bold")
        table = Table(box=None, header_style="dim")
        rows = [job.cells() for job in found]
        kept = [i for i in range(len(HEADINGS)) if any(row[i] not in ("", "$0.00") for row in rows)]
        if out().width < _WIDE:  # the last letters of a job name it, and when it was ordered stands in `jobs show`
            rows = [[*row[:-1], f"…{row[-1][-_LETTERS:]}"] for row in rows]
            kept = [i for i in kept if HEADINGS[i] != "age"]
        for i in kept:
            figures = HEADINGS[i] in ("take", "age", "set aside", "charged", "in doubt", "expires")
            # What may be folded is the first to be squeezed, down to nothing: here only the route, by an ellipsis.
            table.add_column(HEADINGS[i], justify="right" if figures else "left", no_wrap=True, max_width=_MOST.get(i))
        for job, row in zip(found, rows, strict=True):
            tone = "yellow" if job.in_doubt else _TONES.get(job.state, "")
            table.add_row(*(Text(row[i], style=tone if HEADINGS[i] == "state" else "") for i in kept))
        out().print(table)
        out().print()
    out().print(repr(jobs))
    if jobs.in_doubt:
        out().print("What is in doubt counts against the cap until you decide: charkit jobs show JOB says how.")


@app.command()
def show(
    name: Name, *, production: Production = None, run: Run = None, data: Data = None, as_json: Json = False
) -> None:
    """Show one job: its history, what was sent in which field, the service's answer, its cost, and the ways out."""
    _tell(_desk(production, run, data).job(name), as_json=as_json, whole=True)


@app.command()
def resume(*, production: Production = None, run: Run = None, data: Data = None, as_json: Json = False) -> None:
    """Go on with every open job: download what is done, soonest to expire first, and wait for what runs."""
    desk = _desk(production, run, data)
    visits = list(_visits(desk, quiet=as_json))
    if as_json:
        facts = [
            {
                "production": visit.run.production,
                "run": visit.run.run,
                "simulated": visit.run.simulated,
                "problem": visit.problem,
                "takes": [
                    {"take": t.id, "outcome": t.outcome.value, "ok": t.ok, "digest": t.digest, "message": t.message}
                    for t in visit.takes
                ],
            }
            for visit in visits
        ]
        typer.echo(json.dumps(facts, ensure_ascii=False))
    elif not visits:
        out().print("No job is open.")
    if any(visit.problem or len(visit.takes.unfinished) for visit in visits):
        raise typer.Exit(1)


def _visits(desk: Desk, *, quiet: bool) -> list[Visit]:
    last: dict[tuple[str, int], str] = {}

    def say(progress: Progress) -> None:
        word = progress.outcome.value
        if not quiet and last.get((progress.subject, progress.number)) != word:
            last[progress.subject, progress.number] = word
            out().print(f"  {progress.subject + '-t' + str(progress.number):<24} {word}")

    visits = []
    for visit in desk.visits(on_progress=say):
        visits.append(visit)
        if quiet:
            continue
        out().print(f"{visit.run}: {visit.problem or repr(visit.takes)}")
        for take in visit.takes:
            if take.message:
                out().print(f"  {take.id}: {take.message}")
    return visits


@app.command()
def resolve(
    name: Name,
    *,
    found: Annotated[
        str | None, typer.Option("--found", metavar="REMOTE_ID", help="It is at the service, under this id.")
    ] = None,
    not_there: Annotated[bool, typer.Option("--not-there", help="The service does not have it.")] = False,
    lost: Annotated[bool, typer.Option("--lost", help="It was charged, and what it made cannot be had.")] = False,
    charged: Annotated[
        float | None, typer.Option("--charged", metavar="USD", help="What a finished job cost, by the bill.", min=0)
    ] = None,
    not_charged: Annotated[bool, typer.Option("--not-charged", help="A finished job cost nothing.")] = False,
    production: Production = None,
    run: Run = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Say what became of a job that nobody here knows of. Without an answer: what is known, and the ways out."""
    desk = _desk(production, run, data)
    if found is None and charged is None and not (not_there or lost or not_charged):
        history = desk.job(name)
        _tell(history, as_json=as_json)
        raise typer.Exit(2 if history.job.in_doubt else 0)
    history = desk.resolve(name, found=found, not_there=not_there, lost=lost, charged=charged, not_charged=not_charged)
    _tell(history, as_json=as_json)


@app.command()
def cancel(
    name: Name, *, production: Production = None, run: Run = None, data: Data = None, as_json: Json = False
) -> None:
    """Stop a job that was not sent yet, or that its service can stop, and say what becomes of its money."""
    _tell(_desk(production, run, data).cancel(name), as_json=as_json)


def _desk(production: str | None, run: str | None, data: Path | None) -> Desk:
    from charkit.studio import open_desk

    return open_desk(production, run=run, data=data)


def _tell(history: JobHistory, *, as_json: bool, whole: bool = False) -> None:
    if as_json:
        typer.echo(json.dumps(history.facts(), ensure_ascii=False))
        return
    job = history.job
    console = out()
    state = Text(job.state, style="yellow" if job.in_doubt else _TONES.get(job.state, ""))
    kind = ", simulated" if job.row.simulated else ""
    console.print(Text.assemble((f"{job.row.subject}, take {job.row.take_number}", "bold"), ": ", state))
    console.print(f"  {job.id}, on {job.row.route} for {job.row.production}, run {job.row.run}{kind}")
    if job.row.message:
        console.print(f"  {job.row.message}")
    if whole:
        _tell_history(history, console)
    if history.known:
        console.print("\nWhat is known", style="bold")
        for word in history.known:
            console.print(f"  {word}")
    console.print(f"\n{history.may_cost}")
    for way in history.ways_out:
        console.print(f"  {way}")


def _tell_history(history: JobHistory, console: Console) -> None:
    from charkit.ledger.spending import dollars
    from charkit.studio.jobs import moment

    console.print("\nHistory", style="bold")
    for step in history.steps:
        console.print(f"  {moment(step.at)}  {step.after:<10} {'; '.join(step.note.splitlines())}".rstrip())
    console.print("\nMoney", style="bold")
    for entry in history.entries:
        console.print(f"  {moment(entry.at)}  {entry.bucket:<10} {dollars(entry.amount):>10}  {entry.note}")
    if history.sent:
        console.print("\nSent", style="bold")
    for sent in history.sent:
        console.print(f"  {sent.field}: {sent.character or sent.role}, {sent.digest[:19]} as {sent.name}")
    if history.answer:
        console.print("\nThe service's last answer", style="bold")
        console.print("  " + history.answer.replace("\n", "\n  "))
