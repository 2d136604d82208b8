"""`charkit character`: sheets on the shell: look, lock, compare, and carry them in and out."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from charkit.errors import UsageError

if TYPE_CHECKING:
    from charkit.character import CharacterSheet, History, Version

app = typer.Typer(no_args_is_help=True, help="Character sheets: look, lock, compare, carry them in and out.")

Sheet = Annotated[Path, typer.Argument(help="The sheet, such as characters/mira.yaml.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]
UNSTATED = "not stated: ask before you use it"


@app.command("list")
def show_all(
    folder: Annotated[Path, typer.Argument(help="A production, or its folder of sheets.")] = Path(),
    *,
    as_json: Json = False,
) -> None:
    """List the characters of a production, with their versions and whether they are locked."""
    from charkit.character import Cast, counted, history_of

    home = folder / "characters" if (folder / "characters").is_dir() else folder
    cast = Cast.load(home)
    if as_json:
        _say({"characters": [_facts(sheet) for sheet in cast.values()]})
        return
    for sheet in cast.values():
        pictures = counted(len(sheet.references), "own picture") if sheet.references else "no own pictures"
        state = history_of(sheet).state(sheet)
        typer.echo(f"{sheet.slug:<16} {sheet.name:<20} {sheet.kind:<10} {sheet.version}  {state}, {pictures}")


@app.command()
def show(
    sheet: Sheet, *, version: Annotated[str, typer.Option(help="A kept version.")] = "", as_json: Json = False
) -> None:
    """Show one character: every attribute, the words that stand in prompts, palette, likeness, version."""
    from charkit.character import CharacterSheet, history_of

    found = CharacterSheet.load(sheet)
    history = history_of(found)
    shown = history.sheet(version) if version else found
    if as_json:
        _say(_facts(shown, history))
        return
    typer.echo(f"{shown.name} ({shown.kind}), version {shown.version}, {history.state(shown)}")
    for attribute in shown.attributes():
        typer.echo(f"  {attribute.name:<14} {', '.join(attribute.words)}")
    for name, colour in shown.palette.items():
        typer.echo(f"  palette        {colour} {name}")
    for name in tuple(shown.wardrobe) or ("default",):
        typer.echo(f"  words, {name}: {shown.locked_text(name)}")
    for picture in shown.references:
        typer.echo(f"  picture        {picture.view}: {picture.file}")
    if shown.likeness.said:
        typer.echo(f"  likeness       {shown.likeness.said}")


@app.command()
def lock(
    sheet: Sheet,
    *,
    note: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    as_json: Json = False,
) -> None:
    """Keep the sheet's present form, with its pictures, as a locked version beside it."""
    from charkit.character import CharacterSheet
    from charkit.character import lock as lock_sheet
    from charkit.settings import Settings

    record = lock_sheet(CharacterSheet.load(sheet), on=Settings.load().today, note=note)
    if as_json:
        _say(_version(record))
    else:
        typer.echo(f"{record.name}: version {record.number} is locked ({record.short}, {record.on})")


@app.command()
def versions(sheet: Sheet, *, as_json: Json = False) -> None:
    """List the kept versions of a character, with what each one changed."""
    from charkit.character import CharacterSheet, history_of

    found = CharacterSheet.load(sheet)
    history = history_of(found)
    if as_json:
        changed = {v.number: [asdict(c) for c in history.changes(v.number)] for v in history}
        each = [{**_version(v), "changes": changed[v.number]} for v in history]
        _say({"state": history.state(found), "versions": each})
        return
    for one in history:
        typer.echo(f"{one.number:>3}  {one.short}  {one.kept:<8} {one.on}  {one.note}".rstrip())
        for change in history.changes(one.number):
            typer.echo(f"       {change}")
    typer.echo(f"now  {found.version}  {history.state(found)}")


@app.command()
def diff(
    sheet: Sheet,
    before: Annotated[str, typer.Argument(help="A version; the newest kept one by default.")] = "",
    after: Annotated[str, typer.Argument(help="Another; the sheet as it is now by default.")] = "",
    *,
    as_json: Json = False,
) -> None:
    """Show what differs between two versions, attribute by attribute."""
    from charkit.character import CharacterSheet, changes, history_of

    now = CharacterSheet.load(sheet)
    history = history_of(now)
    if not history:
        raise UsageError(
            f"{now.name} was never locked, so there is nothing to compare with: charkit character lock {sheet}"
        )
    old = history.sheet(before or history[-1].number)
    new = history.sheet(after) if after else now
    found = changes(old, new)
    if as_json:
        _say({"before": old.digest, "after": new.digest, "changes": [asdict(change) for change in found]})
        return
    for change in found:
        typer.echo(str(change))
    if not found:
        typer.echo("no difference")


@app.command("import")
def bring(
    source: Annotated[Path, typer.Argument(help="A sheet to add pictures to, or a .char file to take in.")],
    pictures: Annotated[list[Path] | None, typer.Argument(help="Pictures of the character.")] = None,
    *,
    view: Annotated[str, typer.Option(help="What the pictures show: face, front, full, back ...")] = "",
    wardrobe: Annotated[str, typer.Option(help="The outfit in them.")] = "default",
    origin: Annotated[str, typer.Option(help="drawing, photo, render or design.")] = "",
    made_by: Annotated[str, typer.Option("--source", help="Who made them, when, with what.")] = "",
    licence: Annotated[str, typer.Option(help="What others may do with them.")] = "",
    consent: Annotated[str, typer.Option(help="For photos: who agreed to what use, and when.")] = "",
    into: Annotated[Path, typer.Option(help="For a .char file: the folder of sheets.")] = Path("characters"),
    as_version: Annotated[bool, typer.Option("--as-version", help="Keep it as a version of who is there.")] = False,
    as_json: Json = False,
) -> None:
    """Add pictures to a sheet, or take in a .char file. Nothing that is there is written over."""
    if source.suffix == ".char":
        if pictures or view:
            raise UsageError("a .char file brings its own pictures; name either the file, or a sheet with pictures")
        _take_in(source, into, as_version=as_version, as_json=as_json)
        return
    if not pictures or not view:
        raise UsageError(
            "say which pictures, and what they show: charkit character import SHEET PICTURE... --view front"
        )
    from charkit.character import CharacterSheet, add_pictures

    before = CharacterSheet.load(source)
    found = add_pictures(
        before,
        pictures,
        view=view,
        wardrobe=wardrobe,
        origin=_origin(origin),
        source=made_by,
        licence=licence,
        consent=consent,
    )
    added = [picture.file for picture in found.references[len(before.references) :]]
    if as_json:
        _say({"added": added, "before": before.digest, "digest": found.digest})
    else:
        typer.echo(f"{found.name}: {', '.join(added) or 'nothing new'}; version {found.version}")


@app.command()
def export(
    sheet: Sheet,
    file: Annotated[Path, typer.Argument(help="Where to, such as mira.char.")],
    *,
    licence: Annotated[str, typer.Option(help="What others may do with it.")] = UNSTATED,
    run: Annotated[
        str, typer.Option(help="A run whose designed views go along, where the sheet names no pictures.")
    ] = "",
    live: Annotated[bool, typer.Option("--live", help="The views of that run were paid for.")] = False,
    as_json: Json = False,
) -> None:
    """Write a character into one file that another person can import: sheet, pictures, digests, licence."""
    from charkit.character import CharacterSheet, counted, export_character

    if run:
        from charkit.studio import open_studio

        record = open_studio(sheet.parent.parent, run=run, live=live).export_character(
            sheet.stem, file, licence=licence
        )
    else:
        record = export_character(CharacterSheet.load(sheet), file, licence=licence)
    if as_json:
        _say({"file": str(file), **record.model_dump(mode="json")})
        return
    drawn = ", some of them simulated" if record.simulated else ""
    typer.echo(
        f"{file}: {record.name}, version {record.digest[7:15]}, {counted(len(record.files) - 1, 'picture')}{drawn}"
    )
    typer.echo(f"licence: {record.licence}")


def _take_in(source: Path, into: Path, *, as_version: bool, as_json: bool) -> None:
    from charkit.character import import_character
    from charkit.settings import Settings

    found = import_character(source, into, on=Settings.load().today, as_version=as_version)
    if as_json:
        _say({"how": found.how, "version": found.version, "sheet": str(found.sheet.file), "digest": found.sheet.digest})
        return
    number = f" {found.version}" if found.version else ""
    typer.echo(f"{found.sheet.name}: {found.how}{number}, {found.sheet.file}")


def _origin(word: str) -> Literal["drawing", "photo", "render", "design"] | None:
    """Return how pictures were made, as sheets say it.

    Raises:
        UsageError: it is none of these words.
    """
    match word:
        case "":
            return None
        case "drawing" | "photo" | "render" | "design":
            return word
    raise UsageError(f"--origin {word!r}: choose drawing, photo, render or design")


def _facts(sheet: CharacterSheet, history: History | None = None) -> dict[str, object]:
    from charkit.character import history_of

    history = history_of(sheet) if history is None else history
    return {
        "slug": sheet.slug,
        "name": sheet.name,
        "kind": sheet.kind,
        "file": str(sheet.file),
        "digest": sheet.digest,
        "state": history.state(sheet),
        "attributes": {attribute.name: attribute.words for attribute in sheet.attributes()},
        "locked_text": {name: sheet.locked_text(name) for name in ("default", *sheet.wardrobe)},
        "palette": sheet.palette,
        "references": [picture.model_dump(mode="json", exclude_defaults=True) for picture in sheet.references],
        "likeness": sheet.likeness.model_dump(mode="json", exclude_defaults=True),
    }


def _version(one: Version) -> dict[str, object]:
    return dict(one.model_dump(mode="json"))


def _say(facts: dict[str, object]) -> None:
    typer.echo(json.dumps(facts, ensure_ascii=False))
