"""`charkit routes`: what is live today, what ends soon, and whether the services still agree."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from charkit.routes import RouteMatrix
    from charkit.routes.route import Kind
    from charkit.studio.checking import EndpointCheck


def out() -> Console:
    """Return the console as wide as the shell is now."""
    return Console(highlight=False, markup=False)


_KINDS: tuple[tuple[Kind, str], ...] = (("video", "Clips"), ("image", "Pictures"), ("judge", "Judges"))
_COLUMNS = ("route", "today", "length", "pictures", "sound", "price", "claimed")
_TONES = {"live": "green", "self-hosted": "blue", "by hand": "magenta", "shut down": "red"}


def routes(
    *,
    every: Annotated[bool, typer.Option("--all", help="Also those that ended, or of which nobody knows.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Ask the endpoints that you have keys for, for free.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print all that is known as one JSON array.")] = False,
) -> None:
    """Show which routes are live today, what they can do, what they cost, and what is claimed and measured of them."""
    from charkit.studio import route_matrix

    matrix = route_matrix()
    if check:
        _check(matrix, as_json=as_json)
    elif as_json:
        typer.echo(json.dumps(matrix.rows(every=every), ensure_ascii=False))
    else:
        _show(matrix, every=every)


def _show(matrix: RouteMatrix, *, every: bool) -> None:
    from charkit.routes.show import brief_rows

    for kind, title in _KINDS:
        rows = brief_rows(matrix, kind, every=every)
        columns = [key for key in _COLUMNS if any(row[key] for row in rows)]
        table = Table(title=title, title_justify="left", title_style="bold", box=None, header_style="dim")
        for key in columns:
            table.add_column(key, no_wrap=key in ("route", "today", "price"))
        for row in rows:
            tone = _TONES.get(row["today"], "yellow")
            table.add_row(*(Text(row[key], style=tone if key == "today" else "") for key in columns))
        out().print(table)
        out().print()
    _footnotes(matrix)


def _footnotes(matrix: RouteMatrix) -> None:
    from charkit.routes.show import SOON

    for route in matrix.ending_soon(matrix.today, SOON):
        if route.ends is not None:
            instead = f"; use {route.replacement.value}" if route.replacement else ""
            out().print(f"{route.name} ends in {(route.ends.value - matrix.today).days} days{instead}.", style="yellow")
    claims = "; ".join(f"{claim.value} with {means}" for means, claim in matrix.claims.items())
    out().print(f"Claimed about keeping a character, by resellers and without a method: {claims}.")
    for name, measured in matrix.measured.items():
        out().print(f"Measured: {name} {measured}, {measured.as_of}, {measured.source}.")
    if not matrix.measured:
        out().print("Measured: nothing yet.")
    out().print(f"On {matrix.today}. Prices from the cheapest to the dearest; all facts with their sources: --json.")


def _check(matrix: RouteMatrix, *, as_json: bool) -> None:
    from charkit.settings import Settings
    from charkit.studio.checking import check_routes

    settings = Settings.load()
    found = check_routes(matrix, settings, simulator=settings.simulator_url or "")
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False))
    else:
        _tell(found)
    if any(one.verdict in ("differs", "failed") for one in found):
        raise typer.Exit(1)


def _tell(found: list[EndpointCheck]) -> None:
    tones = {"agrees": "green", "differs": "yellow", "failed": "red", "not asked": "dim"}
    for one in found:
        first, *more = one.said or ("",)
        out().print(Text.assemble(f"{one.endpoint:<16}", (f"{one.verdict:<10}", tones[one.verdict]), f" {first}"))
        for word in more:
            out().print(f"{'':<27}{word}")
