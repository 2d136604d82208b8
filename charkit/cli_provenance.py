"""`charkit provenance`: what Content Credentials files carry, and signing one."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path  # noqa: TC003  # typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from charkit.media.provenance import Certificate, Credentials

app = typer.Typer(no_args_is_help=True, help="Content Credentials (C2PA): what files say of where they come from.")

Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]


@app.command()
def show(
    files: Annotated[list[Path], typer.Argument(help="Clips, films and pictures.")], *, as_json: Json = False
) -> None:
    """Say who signed files, with what program, and whether they were changed since. Nothing is asked of anybody."""
    from charkit.errors import UsageError
    from charkit.media.provenance import Status, read_credentials

    missing = [str(file) for file in files if not file.is_file()]
    if missing:
        raise UsageError(f"there is no file {', '.join(missing)}")
    found = [read_credentials(file) for file in files]
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found]))
    else:
        for one in found:
            _tell(one)
    if any(one.status in {Status.TAMPERED, Status.UNREADABLE} for one in found):
        raise typer.Exit(1)


@app.command()
def sign(
    file: Annotated[Path, typer.Argument(help="A finished film or picture; it is not changed.")],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="The signed copy.")],
    cert: Annotated[Path | None, typer.Option(help="Your certificate chain, PEM; else CHARKIT_SIGN_CERT.")] = None,
    key: Annotated[Path | None, typer.Option(help="Its private key, PEM; else CHARKIT_SIGN_KEY.")] = None,
    throw_away: Annotated[bool, typer.Option("--throw-away", help="A made-up one: proves nothing about who.")] = False,
    part: Annotated[list[Path] | None, typer.Option(help="What it was made of; repeat.")] = None,
    origin: Annotated[str, typer.Option(help="IPTC digital source type.")] = "trainedAlgorithmicMedia",
    as_json: Json = False,
) -> None:
    """Write a signed copy of a file, with what it was made of inside, and read it back."""
    from charkit import __version__
    from charkit.errors import UsageError
    from charkit.media.provenance import Part
    from charkit.media.provenance import sign as sign_file

    if out.resolve() == file.resolve():
        raise UsageError("the signed copy needs a name of its own: -o OTHER")
    signed = sign_file(
        file,
        out,
        _certificate(cert, key, throw_away=throw_away),
        title=file.stem,
        origin=origin,
        generator=("charkit", __version__),
        parts=[Part(path=one, title=one.name) for one in part or ()],
    )
    typer.echo(json.dumps(asdict(signed)) if as_json else f"{out}: {signed.line}")


def _certificate(cert: Path | None, key: Path | None, *, throw_away: bool) -> Certificate:
    from charkit.media.provenance import Certificate
    from charkit.settings import Settings

    if throw_away:
        return Certificate.throw_away()
    settings = Settings.load()
    return Certificate.of(cert or settings.sign_cert, key or settings.sign_key)


def _tell(found: Credentials) -> None:
    typer.echo(f"{found.name}: {found.line}")
    rows = [
        ("made with", found.generator),
        ("actions", ", ".join(found.actions)),
        ("origin", ", ".join(found.sources)),
        ("made of", ", ".join(one.words for one in found.ingredients)),
        ("not passed", ", ".join(found.codes)),
        ("note", found.note),
    ]
    for name, value in rows:
        if value:
            typer.echo(f"  {name:<10} {value}")
