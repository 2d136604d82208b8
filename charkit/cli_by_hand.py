"""`charkit by-hand`: what an app without an interface needs, before and after a person used it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from charkit.completion import productions, run_names, shot_ids

app = typer.Typer(no_args_is_help=True, help="Make shots in an app by hand: check, paste, and bring the clip back.")
err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)

Production = Annotated[
    Path, typer.Argument(help="Folder with storyboard.yaml and characters/.", autocompletion=productions)
]
ShotId = Annotated[str, typer.Argument(help="The shot, such as S02.", autocompletion=shot_ids)]
Run = Annotated[str, typer.Option("--run", help="Name of the folder under data/runs.", autocompletion=run_names)]
Live = Annotated[bool, typer.Option("--live", help="The run pays real services, so the clip is no rehearsal.")]
Size = Annotated[str | None, typer.Option(help="360p, 720p or 1080p; the storyboard's own by default.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]


@app.command()
def check(
    clip: Annotated[Path, typer.Argument(help="A recording of the person or thing that the app is to know.")],
    *,
    as_json: Json = False,
) -> None:
    """Check a recorded clip before you give it to an app."""
    from charkit.by_hand import check_recording

    found = check_recording(clip)
    if as_json:
        facts = {"ok": found.ok, "found": found.found, "problems": found.problems, "unknown": found.unknown}
        typer.echo(json.dumps(facts))
    else:
        for word, lines in (("found", found.found), ("wrong", found.problems), ("unknown", found.unknown)):
            for line in lines:
                typer.echo(f"{word:<8} {line}")
    if not found.ok:
        raise typer.Exit(1)


@app.command()
def prompt(
    production: Production, shot: ShotId, *, run: Run = "run", resolution: Size = None, as_json: Json = False
) -> None:
    """Print the exact prompt to paste for a shot; what to choose beside it goes to standard error."""
    from charkit.studio import open_studio

    made = open_studio(production, run=run, resolution=resolution).by_hand.prompt(shot)
    if as_json:
        facts = {"shot": made.shot, "prompt": made.text, "seconds": made.seconds, "size": made.size}
        typer.echo(json.dumps({**facts, "handles": dict(made.handles), "warnings": made.warnings}))
        return
    typer.echo(made.text)
    err.print(f"\nChoose {made.seconds} s and {made.size}.")
    for warning in made.warnings:
        err.print(f"Mind: {warning}")
    err.print(f"Then: charkit by-hand import {production} {shot} CLIP --app NAME --run {run}")


@app.command("import")
def bring(
    production: Production,
    shot: ShotId,
    clip: Annotated[Path, typer.Argument(help="The finished clip, as the app gave it.")],
    *,
    made_by: Annotated[str, typer.Option("--app", help="The app that made it.")],
    run: Run = "run",
    live: Live = False,
    resolution: Size = None,
    as_json: Json = False,
) -> None:
    """Take a finished clip in as a take: scored and cut like any other."""
    from charkit.studio import open_studio

    studio = open_studio(production, run=run, live=live, resolution=resolution)
    (take,) = studio.bring_in(shot, clip, app=made_by)
    if as_json:
        typer.echo(json.dumps({"take": take.id, "ok": take.ok, "digest": take.digest, "note": take.message}))
    else:
        typer.echo(f"{take.id}: {take.status}, {take.shape}" + (f" ({take.message})" if take.message else ""))
    if not take.ok:
        raise typer.Exit(1)
