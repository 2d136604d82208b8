"""`charkit tour`: ten minutes through what charkit promises, each promise shown by running it. No key, nothing paid."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from charkit.touring import Stop
    from charkit.touring.scenes import Scene


def out() -> Console:
    """Return the console as wide as the shell is now."""
    return Console(highlight=False, markup=False)


def tour(
    *,
    to: Annotated[Path, typer.Option("--out", "-o", help="A new folder for it; may be deleted afterwards.")] = Path(
        "charkit-tour"
    ),
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Go from stop to stop without waiting for Enter.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Walk through what charkit promises, each promise shown by running it on the simulator.

    About two minutes of work and the time to read. The exit status is 1 where a promise was not kept.
    """
    from charkit.touring import walk
    from charkit.touring.scenes import SCENES

    numbers = {scene.name: f"{number}/{len(SCENES)}" for number, scene in enumerate(SCENES, start=1)}
    waits = not (yes or as_json) and sys.stdin.isatty()

    def before(scene: Scene) -> None:
        if not as_json:
            _announce(scene, numbers[scene.name])
        if waits:
            typer.prompt("  Enter", default="", show_default=False, prompt_suffix=" ")

    def after(stop: Stop) -> None:
        if not as_json:
            _tell(stop)

    made = walk(to, before=before, after=after)
    if as_json:
        typer.echo(json.dumps(made.facts(), ensure_ascii=False))
    else:
        out().print(made.sentence, style="bold green" if made.ok else "bold red")
        out().print(f"All of it lies in {made.folder}, and may be deleted. Next: charkit new NAME, or make lab.")
    if not made.ok:
        raise typer.Exit(1)


def _announce(scene: Scene, number: str) -> None:
    out().print(Text.assemble((f"{number}  ", "dim"), (scene.promise, "bold")))
    out().print(f"  {scene.explains}")
    out().print(f"  $ {scene.typed}" if scene.typed.startswith("charkit ") else f"  >>> {scene.typed}", style="cyan")


def _tell(stop: Stop) -> None:
    for line in stop.seen:
        out().print(Text(f"    {line}", style="dim"))
    word = ("kept", "green") if stop.kept else ("NOT KEPT", "bold red")
    out().print(Text.assemble("  ", word, f"  {stop.seconds:.1f} s\n"))
