"""The shell's door: every command is one call of a function that notebooks can call too; `--json` prints its record."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer
from rich.console import Console

from charkit import (
    __version__,
    cli_batch,
    cli_by_hand,
    cli_character,
    cli_doctor,
    cli_film,
    cli_jobs,
    cli_keys,
    cli_ledger,
    cli_money,
    cli_preflight,
    cli_prompts,
    cli_provenance,
    cli_recipe,
    cli_routes,
    cli_score,
    cli_share,
    cli_tour,
)
from charkit.completion import productions, run_names
from charkit.errors import CharkitError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_TO_A_FILM = "The way to a film"
_MONEY = "Routes, jobs, money"
_FILES = "Finished files"
_MANY = "Many runs, and giving them away"
_HELP = "To begin with"

app = typer.Typer(
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]


def main() -> None:
    """Run the `charkit` command; charkit's own errors are one clear message, not a traceback."""
    try:
        app()
    except CharkitError as error:
        err.print(f"[bold red]charkit:[/] {_escaped(str(error))}")
        sys.exit(2 if isinstance(error, UsageError) else 1)


@app.command(rich_help_panel=_TO_A_FILM)
def new(
    name: Annotated[str, typer.Argument(help="Name of the production.")],
    *,
    folder: Annotated[Path, typer.Option("--in", help="Where productions stand.")] = Path("data/productions"),
    as_json: Json = False,
) -> None:
    """Make a production to edit: a commented storyboard and a character sheet that run as they are."""
    from charkit.workspace import new_production

    made = new_production(name, folder)
    if as_json:
        typer.echo(json.dumps({"folder": str(made)}))
        return
    out.print(
        f"Made {_escaped(str(made))}. Edit storyboard.yaml and characters/, then: charkit run {_escaped(str(made))}"
    )


@app.command(rich_help_panel=_TO_A_FILM)
def run(
    production: Annotated[
        Path, typer.Argument(help="Folder with storyboard.yaml and characters/.", autocompletion=productions)
    ],
    *,
    name: Annotated[
        str, typer.Option("--run", help="Name of the folder under data/runs.", autocompletion=run_names)
    ] = "run",
    live: Annotated[bool, typer.Option("--live", help="Pay real services instead of the simulator.")] = False,
    max_spend: Annotated[float | None, typer.Option(help="Cap in US dollars.", min=0)] = None,
    production_cap: Annotated[
        float | None, typer.Option(help="Cap in US dollars of all runs of the production together.", min=0)
    ] = None,
    resolution: Annotated[str, typer.Option(help="360p, 720p or 1080p.")] = "720p",
    parameter: Annotated[list[str] | None, typer.Option("-p", help="NAME=VALUE for the notebooks; repeat.")] = None,
    as_json: Json = False,
) -> None:
    """Take a production through the notebooks to a finished, scored film."""
    from charkit.batch import run_production
    from charkit.workspace import Workspace

    if live and max_spend is None:
        raise UsageError("say with --max-spend how many US dollars this run may spend at most")
    with _told_of_interrupts(), _Narrator(Workspace.locate(production, name).progress, quiet=as_json) as narrator:
        made = run_production(
            production,
            run=name,
            live=live,
            max_spend=max_spend,
            production_cap=production_cap,
            resolution=resolution,
            parameters=_pairs(parameter or []),
            on_notebook=narrator.notebook,
        )
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "folder": str(made.folder),
                    "film": str(made.film),
                    "report": str(made.report),
                    "seconds": round(made.seconds, 1),
                    "notebooks": {nb.name: round(nb.seconds, 1) for nb in made.notebooks},
                }
            )
        )
        return
    _where_the_time_went(narrator, made.seconds)
    for what, file in (("film", made.film), ("report", made.report), ("sheet", made.folder / "contact_sheet.jpg")):
        out.print(f"  {what:<8} {_escaped(_from_here(file))}")
    out.print(
        "  "
        + ("paid by your keys; see the report" if live else "simulated: nothing was paid, nothing left this machine")
    )


app.command(rich_help_panel=_TO_A_FILM)(cli_money.plan)
app.command(rich_help_panel=_TO_A_FILM)(cli_prompts.lint)
app.add_typer(cli_character.app, name="character", rich_help_panel=_TO_A_FILM)
app.command(rich_help_panel=_TO_A_FILM)(cli_preflight.preflight)
app.command(rich_help_panel=_TO_A_FILM)(cli_score.score)
app.command(rich_help_panel=_TO_A_FILM)(cli_film.film)
app.add_typer(cli_by_hand.app, name="by-hand", rich_help_panel=_TO_A_FILM)
app.add_typer(cli_jobs.app, name="jobs", rich_help_panel=_MONEY)
app.command(rich_help_panel=_MONEY)(cli_money.spend)
app.command(rich_help_panel=_MONEY)(cli_routes.routes)
app.add_typer(cli_keys.app, name="keys", rich_help_panel=_MONEY)
app.add_typer(cli_ledger.app, name="ledger", rich_help_panel=_MONEY)
app.command(rich_help_panel=_FILES)(cli_film.probe)
app.command(rich_help_panel=_FILES)(cli_recipe.recipe)
app.command(rich_help_panel=_FILES)(cli_recipe.rerun)
app.add_typer(cli_provenance.app, name="provenance", rich_help_panel=_FILES)
app.command(rich_help_panel=_MANY)(cli_batch.batch)
app.command(rich_help_panel=_MANY)(cli_score.advise)
app.command(rich_help_panel=_MANY)(cli_share.share)
app.command(rich_help_panel=_MANY)(cli_share.reproduce)
app.command(rich_help_panel=_HELP)(cli_tour.tour)
app.command(rich_help_panel=_HELP)(cli_doctor.doctor)
app.add_typer(cli_preflight.weights, name="weights", rich_help_panel=_HELP)


@app.command(rich_help_panel=_HELP)
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def _say_version(*, asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _charkit(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=lambda asked: _say_version(asked=asked))
    ] = False,
) -> None:
    """Keep one character the same across every shot of an AI-generated film, and prove it with a measurement."""


@contextmanager
def _told_of_interrupts() -> Iterator[None]:
    """Say what an interrupt leaves behind, and how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        # The kernel was interrupted as well, and asyncio would report at length that nobody asked for its error.
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)
        err.print(
            "\nInterrupted. What was made stays, and jobs that a service has taken on go on there (charkit jobs list). "
            "The same command goes on where this stopped; nothing is paid twice."
        )
        raise typer.Exit(130) from None


class _Narrator:
    """Tells the person what the notebooks are doing: one line a notebook, and one a shot as its takes come in."""

    def __init__(self, events: Path, *, quiet: bool) -> None:
        self.stages: dict[str, float] = {}
        self.notebooks: dict[str, float] = {}
        self._events = events
        self._from = events.stat().st_size if events.is_file() else 0
        self._quiet = quiet
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def notebook(self, name: str, seconds: float | None) -> None:
        if seconds is None:
            self._say(f"[bold]{name}[/]")
        else:
            self.notebooks[name] = seconds
            self._say(f"  [dim]done in {seconds:.1f} s[/]")

    def _follow(self) -> None:
        while not self._over.wait(0.3):
            self._read()
        self._read()

    def _read(self) -> None:
        if not self._events.is_file():
            return
        with self._events.open(encoding="utf-8") as lines:
            lines.seek(self._from)
            for line in iter(lines.readline, ""):
                if not line.endswith("\n"):
                    break
                self._from = lines.tell()
                self._tell(json.loads(line))

    def _tell(self, event: dict[str, Any]) -> None:
        if "stage" in event:
            self.stages[event["stage"]] = self.stages.get(event["stage"], 0.0) + float(event["seconds"])
        elif event.get("final") and event.get("new"):
            self._say(f"  {_escaped(str(event['subject'])):<24} {_escaped(str(event['outcome']))}")

    def _say(self, text: str) -> None:
        if not self._quiet:
            out.print(text)


def _where_the_time_went(narrator: _Narrator, total: float) -> None:
    out.print(f"\n[bold]{total:.0f} s[/], of which")
    inside = sum(narrator.stages.values())
    for stage, seconds in narrator.stages.items():
        out.print(f"  {stage:<12} {seconds:6.1f} s")
    out.print(f"  {'notebooks':<12} {max(0.0, total - inside):6.1f} s  (starting kernels, reading, showing)")


def _pairs(items: list[str]) -> dict[str, str]:
    pairs = {}
    for item in items:
        name, found, value = item.partition("=")
        if not found:
            raise UsageError(f"-p {item!r} is not NAME=VALUE")
        pairs[name.strip()] = value
    return pairs


def _from_here(path: Path) -> str:
    try:
        return os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")
