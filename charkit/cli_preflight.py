"""`charkit preflight` and `charkit weights`: what would be refused before it is uploaded, and what looking needs."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003  # typer reads annotations at run time
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer
from rich.console import Console

from charkit.completion import routes, weight_names

if TYPE_CHECKING:
    from charkit.references.preflight import Finding, Preflight
    from charkit.weights import Held

weights = typer.Typer(no_args_is_help=True, help="Files of weights: what there is, where it lies, and fetching it.")
err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)

Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]
Name = Annotated[str, typer.Argument(help="Which weights, such as yunet.", autocompletion=weight_names)]

_STOPS, _UNKNOWN = 1, 3
"""Exit codes: something stops it; nobody could look. 2 is for wrong calls."""


def preflight(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...", help="Pictures that would go out together.")],
    *,
    route: Annotated[
        str, typer.Option(help="The route that they would go to; see: charkit routes --all", autocompletion=routes)
    ],
    domain: Annotated[
        Literal["photoreal", "anime", "drawn", "other"] | None,
        typer.Option(help="How they show people; a detector cannot tell."),
    ] = None,
    real_person: Annotated[
        bool | None, typer.Option("--real-person/--invented", help="Whether they show somebody who lives or lived.")
    ] = None,
    minor: Annotated[bool | None, typer.Option("--minor/--adult", help="Whether they show somebody under age.")] = None,
    region: Annotated[str | None, typer.Option(help="Where you work: EEA, CH, UK, US, other.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the findings with their pictures to this page.")] = None,
    as_json: Json = False,
) -> None:
    """Say what a route would refuse, before anything is uploaded. Sends nothing.

    Exit code 0: nothing speaks against it; 1: something stops it; 3: nobody could look at something that matters.
    """
    from charkit.routes import RouteMatrix
    from charkit.settings import Settings
    from charkit.studio.bars import counting
    from charkit.studio.preflighting import preflight_files

    settings = Settings.load()
    with counting("preflight", quiet=as_json) as tell:
        found = preflight_files(
            images,
            route,
            RouteMatrix.load(settings.routes, day=settings.today),
            on=settings.today,
            region=_region(region) or settings.region,
            domain=domain,
            real_person=real_person,
            minor=minor,
            on_progress=tell,
        )
    if html is not None:
        _write_page(found, html)
    if as_json:
        typer.echo(json.dumps(_facts(found), ensure_ascii=False))
    else:
        _print(found)
    if found.verdict in ("stops", "unknown"):
        raise typer.Exit(_STOPS if found.stops else _UNKNOWN)


@weights.command("list")
def list_(*, as_json: Json = False) -> None:
    """List all weights that charkit can use: state, size, licence, source."""
    from charkit.weights import Weights

    shelf = Weights.open()
    found = shelf.verify()
    if as_json:
        typer.echo(json.dumps({"folder": str(shelf.folder), "weights": [_held(one) for one in found]}))
        return
    for one in found:
        weight = one.weight
        typer.echo(f"{weight.name:<11} {one.state:<13} {weight.size:<15} {weight.licence:<11} {weight.what}")
    typer.echo(f"in {shelf.folder}")


@weights.command()
def get(
    name: Name,
    *,
    given: Annotated[Path | None, typer.Option("--from", help="Copy this file instead of downloading.")] = None,
    accept_licence: Annotated[bool, typer.Option(help="You read the licence and keep to it, where it asks.")] = False,
    replace: Annotated[bool, typer.Option(help="Replace another file that lies under its name.")] = False,
    as_json: Json = False,
) -> None:
    """Bring weights into your folder: the pinned file by download, any other from a path."""
    from charkit.studio.bars import counting
    from charkit.weights import Weights

    shelf = Weights.open()
    weight = shelf[name]
    err.print(
        f"{weight.name}: {weight.what}. {weight.size}, {weight.licence}{f' ({weight.terms})' if weight.terms else ''}"
    )
    err.print(f"source: {weight.source}, {weight.as_of}. {weight.note}".strip())
    if given is None and weight.url:
        err.print(f"from {weight.url}, sha256 {weight.sha256}")
    with counting("weights", quiet=as_json, unit="B", scale=True) as tell:
        path = shelf.get(name, accept_licence=accept_licence, given=given, replace=replace, on_progress=tell)
    typer.echo(json.dumps(_held(shelf.held(name))) if as_json else str(path))


@weights.command()
def verify(*, as_json: Json = False) -> None:
    """Compare the files in your folder with their digests. Exit code 1 where one is not what it should be."""
    from charkit.weights import Weights

    found = Weights.open().verify()
    bad = [one for one in found if one.state in ("bad", "not recorded")]
    if as_json:
        typer.echo(json.dumps({"ok": not bad, "weights": [_held(one) for one in found]}))
    else:
        for one in found:
            typer.echo(f"{one.weight.name:<11} {one.state:<13} {one.problem}".rstrip())
    if bad:
        raise typer.Exit(_STOPS)


@weights.command()
def where(
    name: Annotated[
        str | None, typer.Argument(help="Which weights; the folder without.", autocompletion=weight_names)
    ] = None,
) -> None:
    """Print where weights lie, or would lie."""
    from charkit.weights import Weights

    shelf = Weights.open()
    typer.echo(str(shelf.folder if name is None else shelf.where(name)))


def _region(word: str | None) -> Literal["EEA", "CH", "UK", "US", "other"] | None:
    from charkit.errors import UnknownName
    from charkit.routes import Region

    for known in get_args(Region):
        if word is not None and known.lower() == word.lower():
            found: Literal["EEA", "CH", "UK", "US", "other"] = known
            return found
    if word is not None:
        raise UnknownName("region", word, get_args(Region))
    return None


def _held(one: Held) -> dict[str, str | int | None]:
    weight = one.weight
    return {
        "name": weight.name,
        "state": one.state,
        "problem": one.problem,
        "path": str(one.path),
        "sha256": one.sha256,
        "bytes": weight.bytes,
        "licence": weight.licence,
        "terms": weight.terms,
        "source": weight.source,
        "as_of": weight.as_of.isoformat(),
    }


def _facts(found: Preflight) -> dict[str, object]:
    return {
        "verdict": found.verdict,
        "routes": found.routes,
        "findings": [_finding(one) for one in found.findings],
        "pictures": [
            {
                "name": p.name,
                "digest": p.digest,
                "width": p.width,
                "height": p.height,
                "faces": p.faces,
                "score": p.best,
            }
            for p in found.pictures
        ],
    }


def _finding(one: Finding) -> dict[str, object]:
    return {
        "id": one.id,
        "rule": one.rule,
        "level": one.level,
        "says": one.says,
        "hard": one.hard,
        "way_round": one.way_round,
        "pictures": one.pictures,
        "route": one.route,
        "source": one.source,
    }


def _print(found: Preflight) -> None:
    for one in found.findings:
        typer.echo(f"{one.level:<8} {one.rule}: {one.line}" + (f" [{one.source}]" if one.source else ""))
        for way in one.way_round:
            typer.echo(f"{'':<8} way round: {way}")
    for picture in found.pictures:
        score = "" if picture.best is None else f" {picture.best:.2f}"
        typer.echo(f"{'looked':<8} {picture.name}: {picture.width}x{picture.height}, faces: {picture.faces}{score}")
    typer.echo(found.verdict)


def _write_page(found: Preflight, path: Path) -> None:
    from charkit.documents import replace_file

    shown = found._repr_mimebundle_()["text/html"]  # what a notebook shows
    head = (
        '<!DOCTYPE html><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>Preflight</title>'
    )
    replace_file(path, f"{head}{shown}".encode())
