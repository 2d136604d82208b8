"""`charkit recipe` and `charkit rerun`: how a take or film was made, and one more like it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from charkit.completion import productions, run_names, shot_ids
from charkit.money import dollars

if TYPE_CHECKING:
    from charkit.recipe import TakeRecipe

Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]
Shot = Annotated[
    str | None, typer.Option(help="Which shot, where the file is a film of several.", autocompletion=shot_ids)
]


def recipe(
    file: Annotated[Path, typer.Argument(help="A take, or a film.")],
    *,
    shot: Shot = None,
    into: Annotated[Path | None, typer.Option(help="Write a copy that has the recipe inside, to pass on.")] = None,
    as_json: Json = False,
) -> None:
    """Say how a take or film was made: prompt, route, model, seed, references, cost. Nothing is asked of anybody."""
    from charkit.recipe import recipe_in, share

    found = recipe_in(file)
    chosen = [found.of(shot)] if shot else list(found.takes)
    if into is not None:
        share(file, into)
    if as_json:
        typer.echo(found.model_copy(update={"takes": tuple(chosen)}).model_dump_json())
        return
    if found.title:
        typer.echo(_plain(found.title))
    for take in chosen:
        _tell(take)
    if into is not None:
        typer.echo(f"{into}: a copy with its recipe inside")


def rerun(
    file: Annotated[Path, typer.Argument(help="A take, or a film.")],
    *,
    shot: Shot = None,
    seed: Annotated[str | None, typer.Option(help="+1 counts from the take's own seed; a number is a seed.")] = None,
    production: Annotated[
        Path | None, typer.Option(help="Its folder; by default data/productions/NAME.", autocompletion=productions)
    ] = None,
    run: Annotated[str, typer.Option(help="Name of the folder under data/runs.", autocompletion=run_names)] = "rerun",
    live: Annotated[bool, typer.Option("--live", help="Pay the real service instead of the simulator.")] = False,
    max_spend: Annotated[float | None, typer.Option(help="Cap of the run in US dollars.", min=0)] = None,
    production_cap: Annotated[
        float | None, typer.Option(help="Cap in US dollars of all runs of the production together.", min=0)
    ] = None,
    as_json: Json = False,
) -> None:
    """Order a take again as its recipe says, on the simulator unless you say --live."""
    from charkit.errors import UsageError
    from charkit.recipe import recipe_in
    from charkit.studio import open_studio

    take = recipe_in(file).of(shot)
    if live and max_spend is None:
        raise UsageError("say with --max-spend how many US dollars this run may spend at most")
    home = production or _production(take)
    cap = _SIMULATED_CAP if max_spend is None else max_spend
    studio = open_studio(home, run=run, live=live, max_spend=cap, production_cap=production_cap)
    order = studio.again(take, seed=seed)
    if not as_json:
        typer.echo(f"{_plain(order.subject)} take {order.number} on {order.route}: {dollars(order.price_usd)}")
    (made,) = studio.rerun(order)
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "take": made.id,
                    "outcome": made.outcome.value,
                    "message": made.message,
                    "file": made.link,
                    "digest": made.digest,
                    "seed": made.seed,
                    "price_usd": order.price_usd,
                    "simulated": made.simulated,
                }
            )
        )
    else:
        typer.echo(f"{made.status}{f': {made.message}' if made.message else ''}{f'  {made.link}' if made.link else ''}")
        typer.echo("paid by your key" if live else "simulated: nothing was paid")
    if not made.ok:
        raise typer.Exit(1)


_SIMULATED_CAP = 5.0
"""US dollars of play money."""


def _production(take: TakeRecipe) -> Path:
    """Return where the production of a recipe should lie; its name was written by anybody, so it may only be a name.

    Raises:
        UsageError: It is no name.
    """
    from charkit.errors import UsageError

    name = take.production
    if not name or name != Path(name).name or name.startswith("."):
        raise UsageError(f"the recipe's production {name[:80]!r} is no name of a folder; say --production FOLDER")
    return Path("data/productions") / name


def _tell(take: TakeRecipe) -> None:
    asked = take.asked
    size = f"{asked.size[0]}x{asked.size[1]}" + (f", {asked.seconds} s" if asked.seconds else "")
    rows = [
        ("route", take.route + (" (simulated)" if take.simulated else "")),
        ("model", take.model),
        ("asked for", size),
        ("seed", "" if asked.seed is None else str(asked.seed)),
        ("cost", dollars(take.cost_usd)),
        ("run", f"{take.production}/{take.run}"),
        ("bytes", take.digest),
        *[("sheet", f"{name} {digest}") for name, digest in take.sheets.items()],
        *[("reference", f"{one.character or one.role}, {one.view}: {one.digest}") for one in asked.references],
        ("prompt", asked.prompt),
    ]
    typer.echo(f"{_plain(take.shot)} take {take.take}")
    for name, value in rows:
        if value:
            typer.echo(f"  {name:<10} {_plain(value)}")


def _plain(text: str) -> str:
    """Return text without what a terminal would obey: a recipe's words were written by anybody."""
    return "".join(char if char.isprintable() or char == " " else " " for char in text)
