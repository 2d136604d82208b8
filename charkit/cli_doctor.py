"""`charkit doctor`: whether everything is there that charkit needs, and what to do where it is not."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003  # typer reads annotations at run time
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

_TONES = {"ok": "green", "note": "yellow", "fault": "bold red"}


def out() -> Console:
    """Return the console as wide as the shell is now."""
    return Console(highlight=False, markup=False, soft_wrap=True)


def doctor(
    *,
    data: Annotated[Path | None, typer.Option("--data", help="The data folder, if not found by itself.")] = None,
    store: Annotated[bool, typer.Option("--store", help="Read every stored take too; takes its time.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Look at Python, packages, codecs, keys, routes, weights, disks, ledger and notebooks; say what to do next.

    Sends nothing, changes nothing, shows no key. The exit status is 1 if something that charkit needs is broken.
    """
    from charkit.doctor import doctor as look

    found = look(data=data, store=store)
    if as_json:
        typer.echo(json.dumps(found.facts(), ensure_ascii=False))
    else:
        area = ""
        for check in found.checks:
            head, area = (check.area if check.area != area else ""), check.area
            out().print(
                Text.assemble(
                    f"{head:<10} ", (f"{check.state:<6}", _TONES[check.state]), f"{check.what:<15} {check.said}"
                )
            )
            if check.then and check.state != "ok":
                out().print(f"{'':<33}-> {check.then}")
        out().print()
        out().print(found.sentence, style="bold red" if found.faults else "bold")
    if not found.ok:
        raise typer.Exit(1)
