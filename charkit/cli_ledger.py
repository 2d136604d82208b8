"""`charkit ledger`: whether it keeps its promises, a copy of it while others write, and where it lies."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from charkit.ledger.copying import Backup
    from charkit.ledger.verifying import Verification

app = typer.Typer(no_args_is_help=True, help="Look after the ledger: verify it, copy it, and see where it lies.")

Data = Annotated[Path | None, typer.Option("--data", help="The folder with the ledger, if not found by itself.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]


def out() -> Console:
    """Return the console as wide as the shell is now."""
    return Console(highlight=False, markup=False)


@app.command()
def verify(
    *,
    data: Data = None,
    store: Annotated[bool, typer.Option(help="Read every take in the store too.")] = True,
    as_json: Json = False,
) -> None:
    """Go through every promise of the ledger and every take in the store; the exit status is 1 if any is broken."""
    from charkit.studio.keeping import open_keeping

    found = open_keeping(data).verify(store=store)
    if as_json:
        faults = [asdict(fault) for fault in found.faults]
        facts = {"ok": found.ok, "jobs": found.jobs, "objects": found.objects, "promises": found.promises}
        typer.echo(json.dumps({**facts, "faults": faults}, ensure_ascii=False))
    else:
        _tell(found)
    if not found.ok:
        raise typer.Exit(1)


def _tell(found: Verification) -> None:
    broken = {fault.promise for fault in found.faults}
    for word, promise in found.promises.items():
        verdict = ("broken ", "bold red") if word in broken else ("holds  ", "green")
        # What could not be read proves nothing of the rest.
        if not found.readable and word not in broken:
            verdict = ("unknown", "yellow")
        out().print(Text.assemble(verdict, f"  {promise}"))
    for fault in found.faults:
        out().print()
        out().print(Text.assemble((fault.job or fault.promise, "bold"), f"  {fault.what}."))
        out().print(f"  {fault.then}.")
    out().print()
    stored = "" if found.objects is None else f", {found.objects} stored files"
    out().print(f"{found.jobs} jobs{stored}: {len(found.faults)} faults")


@app.command()
def backup(
    path: Annotated[Path, typer.Argument(help="The file to write; it must not be there.")],
    *,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Write a copy of the ledger to a file, while others go on writing. Copy the store beside it to change machines."""
    from charkit.studio.keeping import open_keeping

    _told(open_keeping(data).backup(path), "wrote", as_json=as_json)


@app.command()
def restore(
    path: Annotated[Path, typer.Argument(help="A backup; it is not changed.")],
    *,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Fill an empty ledger from a backup: a new data folder, or the server that CHARKIT_LEDGER names."""
    from charkit.studio.keeping import open_keeping

    _told(open_keeping(data, empty=True).restore(path), "restored", as_json=as_json)


def _told(made: Backup, verb: str, *, as_json: bool) -> None:
    faults = made.verification.faults
    if as_json:
        facts = {"path": str(made.path), "bytes": made.bytes, "jobs": made.jobs}
        typer.echo(json.dumps({**facts, "faults": [asdict(fault) for fault in faults]}, ensure_ascii=False))
        return
    out().print(f"{verb} {made.path}: {made.jobs} jobs, {made.bytes / 1e6:.1f} MB, read through")
    for fault in faults:
        out().print(f"as it was in the ledger, broken: {fault}", style="yellow")


@app.command()
def where(*, data: Data = None, as_json: Json = False) -> None:
    """Show where the ledger lies, on which disk, and when a commit is safe. Never a password."""
    from charkit.studio.keeping import open_keeping

    place = open_keeping(data).where()
    if as_json:
        typer.echo(json.dumps(asdict(place), ensure_ascii=False))
        return
    for word, meaning in place.rows():
        out().print(f"{word:<10}{meaning}", soft_wrap=True)
