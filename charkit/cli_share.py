"""`charkit share` and `charkit reproduce`: give a run away, and make one again that somebody gave away."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003  # typer reads annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from charkit.completion import productions, run_names

if TYPE_CHECKING:
    from charkit.sharing import Reproduction, Shared

Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]

_TONES = {"same": "green", "differs": "bold red", "not comparable": "yellow", "noted": "yellow"}
_SHOWN = 10
"""Differences of one kind that are printed; all of them are in the JSON."""


def out() -> Console:
    """Return the console as wide as the shell is now."""
    return Console(highlight=False, markup=False)


err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)


def share(
    run: Annotated[str, typer.Argument(help="Name of the run.", autocompletion=run_names)],
    *,
    to: Annotated[Path, typer.Option("--out", "-o", help="A .zip file, or a folder; neither may be there.")],
    production: Annotated[
        Path | None, typer.Option(help="Its folder, if not found by itself.", autocompletion=productions)
    ] = None,
    data: Annotated[Path | None, typer.Option("--data", help="The data folder, if not found by itself.")] = None,
    as_json: Json = False,
) -> None:
    """Pack a finished run to give it away: notebooks, report, film, takes, manifest, versions, characters.

    Refused where a key or a place of this machine would go along. References without a licence stay here, by name.
    """
    from charkit.sharing import share as shared
    from charkit.studio.bars import counting

    with counting("share", quiet=as_json) as tell:
        made = shared(run, to, production=production, data=data, on_progress=tell)
    if as_json:
        typer.echo(json.dumps(made.facts(), ensure_ascii=False))
        return
    _tell_shared(made)


def _tell_shared(made: Shared) -> None:
    out().print(f"{made.path}: {len(made.record.files)} files, {made.bytes / 1e6:.1f} MB")
    cleaned = sum(1 for file in made.record.files if file.cleaned)
    if cleaned:
        out().print(f"  cleaned: {cleaned} files, of paths and ids; the record says which")
    for one in made.record.left_out:
        out().print(Text.assemble("  left out: ", (one.what, "bold"), f": {one.why}"))
    for note in made.record.notes:
        out().print(f"  mind: {note}", style="yellow")
    out().print("No key and no place of this machine was found in it. Another person runs it again with:")
    out().print(f"  charkit reproduce {made.path.name}")


def reproduce(
    bundle: Annotated[Path, typer.Argument(help="What charkit share made: a zip, or a folder.")],
    *,
    to: Annotated[
        Path | None, typer.Option("--out", "-o", help="A new data folder for it; reproduced/RUN by default.")
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="Pay real services; says the prices first.")] = False,
    max_spend: Annotated[float | None, typer.Option(help="Cap in US dollars; needed with --live.", min=0)] = None,
    references: Annotated[
        Path | None, typer.Option(help="A folder with pictures that were left out; known by their digests.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a shared run, make it again on the simulator, and say what differs; the exit status is 1 if anything does.

    Versions of programs are noted and count as no difference. Notebooks in it are never executed.
    """
    from charkit.sharing import reproduce as reproduced
    from charkit.sharing.reproducing import price_again

    if live and max_spend is None:
        quote = price_again(bundle, references=references)
        if as_json:
            typer.echo(json.dumps({**quote.facts(), "sent": False}, ensure_ascii=False))
        else:
            for sentence in (repr(quote), *quote.sentences(None)):
                out().print(sentence)
            out().print("Nothing was sent. Say with --max-spend how much it may cost at most.", style="bold")
        raise typer.Exit(2)

    def say(step: str) -> None:
        if not as_json:
            err.print(f"  {step} ...", style="dim")

    found = reproduced(bundle, to, live=live, max_spend=max_spend, references=references, on_step=say)
    if as_json:
        typer.echo(json.dumps(found.facts(), ensure_ascii=False))
    else:
        _tell_reproduced(found)
    if not found.same:
        raise typer.Exit(1)


def _tell_reproduced(found: Reproduction) -> None:
    out().print(f"{found.title}, run {found.run}, made again in {found.folder}", style="bold")
    for aspect in found.aspects:
        verdict = (f"{aspect.verdict:<15}", _TONES[aspect.verdict])
        out().print(Text.assemble(f"  {aspect.name:<12}", verdict, aspect.said))
        for detail in aspect.details[:_SHOWN]:
            out().print(f"{'':<29}{detail}")
        if len(aspect.details) > _SHOWN:
            out().print(f"{'':<29}and {len(aspect.details) - _SHOWN} more; all of them in reproduction.json")
    out().print("the same" if found.same else "not the same", style="bold green" if found.same else "bold red")
