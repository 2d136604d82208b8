"""`charkit score` and `charkit advise`: is it the same character, and how many shots would a claim need."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from charkit.completion import productions, run_names
from charkit.errors import UsageError

if TYPE_CHECKING:
    from charkit.scoring import Axis, Scorecard
    from charkit.scoring.scorecard import Choice, Comparison

Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]
_STDOUT = "-"


def score(
    production: Annotated[
        Path, typer.Argument(help="Folder with storyboard.yaml and characters/.", autocompletion=productions)
    ],
    *,
    run: Annotated[
        str, typer.Option("--run", help="Name of the folder under data/runs.", autocompletion=run_names)
    ] = "run",
    against: Annotated[
        str | None, typer.Option(help="Another run of the same shots, to compare with.", autocompletion=run_names)
    ] = None,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Set the line on the run's own cast first, and measure the ceiling.")
    ] = False,
    first: Annotated[
        bool, typer.Option("--first", help="Rate the first takes, as the route made them; the chosen ones without.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Change takes in known ways and say which scorers notice; rates nothing.")
    ] = False,
    csv: Annotated[str | None, typer.Option(help="Write the verdicts as CSV to this file; - prints them.")] = None,
    parquet: Annotated[Path | None, typer.Option(help="Write the verdicts as Parquet to this file.")] = None,
    as_json: Json = False,
) -> None:
    """Say whether the characters of a run's takes are those of their references. Makes nothing, costs nothing."""
    from charkit.scoring.scorecard import csv_text, write_csv, write_parquet
    from charkit.studio import score_run

    if check:
        if against or calibrate or first or csv is not None or parquet is not None:
            raise UsageError("--check rates no take; leave the other options out")
        _check(production, run, as_json=as_json)
        return

    if csv == _STDOUT and as_json:
        raise UsageError("--json and --csv - both want the output; give one of them a file")
    card = score_run(production, run=run, calibrated=calibrate)
    compared = card.against(score_run(production, run=against), names=(run, against)) if against else None
    if parquet is not None:
        write_parquet(card, parquet)
    if csv is not None and csv != _STDOUT:
        write_csv(card, Path(csv))
    if csv == _STDOUT:
        typer.echo(csv_text(card), nl=False)
    elif as_json:
        typer.echo(json.dumps(_facts(card, compared, "first" if first else "chosen"), ensure_ascii=False))
    else:
        _print(card, compared, "first" if first else "chosen")


def _check(production: Path, run: str, *, as_json: bool) -> None:
    """Print which scorers notice what; ends with 1 where one is blind to what it has to notice."""
    from charkit.studio import check_run

    found = check_run(production, run=run)
    if as_json:
        reactions = [{**asdict(one), "word": one.word} for one in found.reactions]
        typer.echo(json.dumps({"reactions": reactions, "benchmarks": dict(found.commands)}, ensure_ascii=False))
    else:
        for line in found.lines:
            typer.echo(line)
    if found.blind:
        raise typer.Exit(1)


def _print(card: Scorecard, compared: Comparison | None, takes: Choice) -> None:
    for name in card.characters:
        typer.echo(card.sentence(name, takes=takes))
    for line in card.lines_of_takes:
        typer.echo(line)
    if not card.lines:
        typer.echo("No take shows a character, so there was nothing to measure.")
    for line in compared.lines if compared is not None else ():
        typer.echo(line)


def _facts(card: Scorecard, compared: Comparison | None, takes: Choice) -> dict[str, object]:
    from charkit.scoring.scorecard import rows, unknown_lines

    asked = [(axis, name) for axis in card.axes for name in card.characters if axis in card.axes_of(name)]
    said: dict[str, object] = {
        "takes": takes,
        "shots": card.shots,
        "best": card.best(),
        "rates": [_rate(card, name, axis, takes) for axis, name in asked],
        "lines": [card.line(name, axis, takes=takes) for axis, name in asked],
        "unknown": unknown_lines(card),
        "verdicts": [asdict(row) for row in rows(card)],
        "scorers": [asdict(facts) for facts in card.scorers],
    }
    if compared is not None:
        said["against"] = {"names": compared.names, "lines": compared.lines, "axes": [asdict(a) for a in compared.axes]}
    return said


def _rate(card: Scorecard, name: str, axis: Axis, takes: Choice) -> dict[str, object]:
    rate, frames = card.rate(name, axis, takes=takes), card.frame_rate(name, axis, takes=takes)
    ceiling, corrected = card.ceiling(axis, name), card.corrected(name, axis, takes=takes)
    return {
        "character": name,
        "axis": axis.value,
        "passes": rate.passes,
        "verifiable": rate.verifiable,
        "expected": rate.expected,
        "rate": rate.value,
        "interval": asdict(rate.interval),
        "bounds": asdict(rate.bounds),
        "coverage": rate.coverage,
        "ceiling": ceiling.rate.value if ceiling is not None else None,
        "corrected": None if corrected is None else asdict(corrected),
        "frames": None if frames is None else {"rate": frames.value, "interval": asdict(frames.interval)},
    }


def advise(
    first: Annotated[float, typer.Argument(help="One rate, in percent.", min=0, max=100)],
    second: Annotated[float, typer.Argument(help="The other, in percent.", min=0, max=100)],
    *,
    shots_per_character: Annotated[int, typer.Option(help="Shots of each character in an arm.", min=1)] = 10,
    correlation: Annotated[float, typer.Option(help="Between shots of one character.", min=0, max=1)] = 0.2,
    have: Annotated[int | None, typer.Option(help="Shots per arm that there are.", min=1)] = None,
    price: Annotated[float | None, typer.Option(help="US dollars per shot.", min=0)] = None,
    arms: Annotated[int, typer.Option(help="How many routes are compared.", min=2)] = 2,
    as_json: Json = False,
) -> None:
    """Say how many shots it takes to tell two rates apart, before money is spent on an experiment."""
    from charkit.scoring.statistics import advise as advised

    if first == second:
        raise UsageError("two different rates are needed: equal ones cannot be told apart by any number of shots")
    found = advised(
        first / 100,
        second / 100,
        shots_per_character=shots_per_character,
        correlation=correlation,
        have=have,
        price=price,
        arms=arms,
    )
    if as_json:
        typer.echo(json.dumps({**asdict(found), "characters": found.characters, "cost": found.cost}))
        return
    for line in found.lines:
        typer.echo(line)
