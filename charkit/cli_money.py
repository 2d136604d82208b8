"""`charkit plan` and `charkit spend`: what a film will cost, before anything is sent, and what it did cost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer
from rich.console import Console
from rich.table import Table

from charkit.completion import productions, run_names
from charkit.errors import UsageError

if TYPE_CHECKING:
    from charkit.ledger.spending import Axis, Spending
    from charkit.studio import Studio
    from charkit.studio.pricing import Quote

Home = Annotated[Path, typer.Argument(help="Folder with storyboard.yaml and characters/.", autocompletion=productions)]
Data = Annotated[Path | None, typer.Option("--data", help="The folder with the ledger, if not found by itself.")]
Plot = Annotated[Path | None, typer.Option(help="Draw it into this file: .png, .svg or .pdf.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]


def out() -> Console:
    """Return the console as wide as the shell is now."""
    return Console(highlight=False, markup=False)


def plan(
    production: Home,
    *,
    run: Annotated[
        str,
        typer.Option(
            "--run", help="The run that it would be; what it made already is counted.", autocompletion=run_names
        ),
    ] = "run",
    live: Annotated[bool, typer.Option("--live", help="Count against real money instead of simulated.")] = False,
    max_spend: Annotated[float | None, typer.Option(help="The cap in US dollars to compare with.", min=0)] = None,
    resolution: Annotated[str | None, typer.Option(help="360p, 720p or 1080p.")] = None,
    route: Annotated[
        list[str] | None,
        typer.Option(
            "--route", metavar="SHOT=ROUTE", help="Make a shot on this route in this run; SHOT= takes that back."
        ),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why these routes, for the record.")] = "",
    approve: Annotated[
        bool, typer.Option("--approve", help="From now on this run shoots this plan only; needs --max-spend.")
    ] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take the run's approval back.")] = False,
    note: Annotated[str, typer.Option(help="A word with the approval, for the record.")] = "",
    as_json: Json = False,
) -> None:
    """Price a production shot by shot, choose routes and approve, without any key and without sending anything."""
    from charkit.studio import open_studio
    from charkit.studio.deciding import decide

    if approve and max_spend is None:
        raise UsageError("say with --max-spend under which cap, in US dollars, the plan is approved")
    studio = open_studio(production, run=run, live=live, max_spend=max_spend or 0.0, resolution=resolution)
    if route or approve or withdraw:
        chosen = dict(_choice(text) for text in route or ())
        decide(studio, chosen, reason=reason, approve=approve, withdraw=withdraw, note=note)
    quote = studio.quote()
    fits = None if max_spend is None else quote.fits(max_spend)
    if as_json:
        facts = {**quote.facts(), "cap_usd": max_spend, "fits": fits, **_decisions(studio)}
        typer.echo(json.dumps(facts, ensure_ascii=False))
    else:
        _show_quote(quote, max_spend)
        if (approval := studio.approval) is not None:
            out().print(f"{approval!r}; a shoot refuses any other plan than that one.")
    if fits is False:
        raise typer.Exit(1)


def _choice(text: str) -> tuple[str, str | None]:
    shot, found, name = text.partition("=")
    if not found or not shot.strip():
        raise UsageError(
            f"--route {text!r}: write SHOT=ROUTE, such as S02=omni-1.2; SHOT= leaves it to the planner again"
        )
    return shot.strip(), name.strip() or None


def _decisions(studio: Studio) -> dict[str, object]:
    approval = studio.approval
    return {
        "chosen_routes": studio.route_choices.routes,
        "approval": None if approval is None else approval.model_dump(mode="json"),
    }


def _show_quote(quote: Quote, cap: float | None) -> None:
    out().print(repr(quote), style="bold")
    table = Table(box=None, header_style="dim")
    for name in ("what", "route", "asked for", "price", "because"):
        table.add_column(
            name, justify="right" if name == "price" else "left", no_wrap=name in ("what", "route", "price")
        )
    for row in quote.cells():
        table.add_row(*row)
    out().print(table)
    out().print()
    for sentence in quote.sentences(cap):
        out().print(sentence)
    if cap is not None and not quote.fits(cap):
        out().print("Nothing beyond the cap would be sent.", style="bold red")


def spend(
    production: Annotated[
        str | None,
        typer.Argument(
            help="A production's folder, or the name that its jobs carry; all by default.", autocompletion=productions
        ),
    ] = None,
    *,
    run: Annotated[
        str | None, typer.Option("--run", help="Only runs with this name.", autocompletion=run_names)
    ] = None,
    by: Annotated[
        str | None, typer.Option(help="day, route, shot, run or production; the first three by default.")
    ] = None,
    data: Data = None,
    plot: Plot = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the rows as CSV.")] = False,
    as_json: Json = False,
) -> None:
    """Say what was estimated, charged, refunded and is in doubt. Simulated and real money are never added up."""
    from charkit.errors import UnknownName, UsageError
    from charkit.ledger.spending import Axis
    from charkit.studio import open_desk

    if by is not None and by not in get_args(Axis):
        raise UnknownName("axis of spending", by, get_args(Axis))
    if as_csv and as_json:
        raise UsageError("--csv and --json cannot be printed both")
    axes: tuple[Axis, ...] = tuple(axis for axis in get_args(Axis) if axis == by) or ("day", "route", "shot")
    spending = open_desk(production, run=run, data=data).spending()
    if as_json:
        typer.echo(json.dumps(_facts(spending, axes), ensure_ascii=False))
    elif as_csv:
        typer.echo("".join(_csv(spending, axes)), nl=False)
    else:
        _show_spending(spending, axes)
    if plot is not None:
        spending.chart(axes[0] if by else "shot").save(plot)
        if not (as_json or as_csv):
            out().print(f"Drawn into {plot}.")


def _facts(spending: Spending, axes: tuple[Axis, ...]) -> dict[str, object]:
    return {
        "where": spending.where,
        "days_of": spending.zone_name,
        **{axis: [row.facts() for row in spending.by(axis)] for axis in axes},
        "total": [row.facts() for row in spending.totals],
    }


def _csv(spending: Spending, axes: tuple[Axis, ...]) -> list[str]:
    """Return one CSV for all axes: the heading once."""
    pieces = [spending.csv(axis) for axis in axes]
    return [pieces[0], *(piece.partition("\n")[2] for piece in pieces[1:])]


def _show_spending(spending: Spending, axes: tuple[Axis, ...]) -> None:
    for kind in spending.kinds:
        for axis in axes:
            headings, rows = spending.cells(axis, simulated=kind)
            out().print(spending.caption(axis, kind), style="bold")
            table = Table(box=None, header_style="dim")
            for place, name in enumerate(headings):
                table.add_column(name, justify="right" if place else "left", no_wrap=True)
            for row in rows:
                table.add_row(*row, style="bold" if row[0] == "all" else "")
            out().print(table)
            out().print()
    out().print(repr(spending))
