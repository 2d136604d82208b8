"""`charkit keys`: which keys are set and from where, and keeping one in the system's keyring. Never their values."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from charkit.completion import key_names

app = typer.Typer(no_args_is_help=True, help="Keys by name: which are set, and from where. Values are never shown.")

Name = Annotated[str, typer.Argument(help="The key's name, such as GEMINI_API_KEY.", autocompletion=key_names)]
Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]


def out() -> Console:
    """Return the console as wide as the shell is now."""
    return Console(highlight=False, markup=False)


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """List the keys that endpoints ask for, whether each is set, and where it comes from."""
    from charkit.keys import keys

    found = keys()
    if as_json:
        typer.echo(json.dumps({"keys": [asdict(key) for key in found]}))
        return
    table = Table(box=None, header_style="dim")
    table.add_column("key", no_wrap=True)
    table.add_column("from", no_wrap=True)
    table.add_column("opens")
    for key in found:
        table.add_row(key.name, key.source or "not set", ", ".join(key.endpoints), style="" if key.source else "dim")
    out().print(table)
    out().print(
        f"{len(found.set)} of {len(found.all)} set. Looked for in the environment, then .env, then the keyring."
    )


@app.command("set")
def set_(name: Name, *, as_json: Json = False) -> None:
    """Keep a key in the system's keyring; it is asked for without showing it, or read from a pipe."""
    from charkit.keys import keep_key

    # Never an argument: the shell's history and the list of processes would have it.
    place = keep_key(name, typer.prompt(name, hide_input=True, err=True))
    if as_json:
        typer.echo(json.dumps({"key": name, "keyring": place}))
        return
    out().print(f"{name} is kept in {place}. Environment and .env go before it.")


@app.command()
def forget(name: Name, *, as_json: Json = False) -> None:
    """Delete a key from the system's keyring; environment and .env are left alone."""
    from charkit.keys import forget_key

    there = forget_key(name)
    if as_json:
        typer.echo(json.dumps({"key": name, "forgotten": there}))
        return
    out().print(f"{name} is not in the keyring any more." if there else f"{name} was not in the keyring.")
