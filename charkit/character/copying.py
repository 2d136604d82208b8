"""Copies a sheet with its pictures into another folder, as the same version under names of charkit's own."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING

from charkit.character.sheet import CharacterSheet
from charkit.character.words import slug_of
from charkit.documents import replace_file, write_yaml
from charkit.documents.tree import dump, load, merge, plain
from charkit.errors import BadDocument, BadReference, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pydantic import JsonValue

    from charkit.character.sheet import SheetPicture

__all__ = ["copy_sheet", "picture_name", "read_picture", "rewrite", "unchanged"]


def copy_sheet(
    sheet: CharacterSheet, folder: Path, *, pictures: str, references: Sequence[SheetPicture], shared: bool
) -> CharacterSheet:
    """Write a sheet and its pictures into a folder, and return the copy.

    Comments of the sheet's file stay. Pictures get names by their place, view and outfit, whatever they were called.

    Args:
        sheet: What to copy.
        folder: Where to; an empty folder.
        pictures: The folder for the pictures, inside of it.
        references: The pictures that go along, with paths relative to the sheet.
        shared: Whether it goes to other people: without ids and handles of this person's accounts, and without the
            shots of this film.

    Raises:
        BadReference: a picture cannot be read.
        StorageError: it cannot be written.
    """
    moved = []
    for number, picture in enumerate(references, start=1):
        name = f"{pictures}/{picture_name(number, picture)}"
        replace_file(folder / name, read_picture(sheet.path_of(picture)))
        moved.append(picture.model_copy(update={"file": name}))
    target = folder / f"{sheet.slug}.yaml"
    if sheet.file is None:
        write_yaml(target, CharacterSheet.model_validate(sheet.model_dump(mode="json", exclude_defaults=True)))
    else:
        replace_file(target, read_picture(sheet.file))
    rewrite(target, moved, shared=shared)
    return CharacterSheet.load(target)


def rewrite(file: Path, references: Sequence[SheetPicture], *, shared: bool = False) -> None:
    """Let a sheet's file name other pictures; everything else stays as the person wrote it.

    Args:
        file: The sheet.
        references: The pictures that it names from now on.
        shared: Whether ids, handles and shots go.

    Raises:
        BadDocument: the file is no YAML.
        StorageError: it cannot be written.
    """
    before = file.read_bytes()
    tree = load(before.decode("utf-8-sig"), file)
    if not isinstance(tree, MutableMapping):
        raise BadDocument("is no sheet", file=file)
    said: list[JsonValue] = [picture.model_dump(mode="json", exclude_defaults=True) for picture in references]
    if said:
        tree["references"] = merge(tree.get("references"), said)
    else:
        tree.pop("references", None)
    if shared:
        tree.pop("provider_ids", None)
        for outfit in (tree.get("wardrobe") or {}).values():
            if isinstance(outfit, MutableMapping):
                outfit.pop("shots", None)
    after = dump(tree).encode("utf-8")
    if plain(load(after.decode("utf-8"), file), file) != plain(load(before.decode("utf-8-sig"), file), file):
        replace_file(file, after)


def picture_name(number: int, picture: SheetPicture) -> str:
    """Return a file name that sorts in order and says what the picture shows: `02-face-indoors.png`."""
    suffix = picture.file.rpartition(".")[2].lower()
    outfit = "" if picture.wardrobe == "default" else f"-{slug_of(picture.wardrobe)[:40]}"
    return f"{number:02d}-{picture.view}{outfit}.{suffix if suffix.isalnum() and suffix.isascii() else 'img'}"


def read_picture(path: Path) -> bytes:
    """Return a picture's bytes.

    Raises:
        BadReference: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadReference(f"cannot be read: {error.strerror}", file=path) from error


def unchanged(sheet: CharacterSheet) -> Path:
    """Return a sheet's file, if it still says what the sheet says.

    Raises:
        UsageError: the sheet has no file, or the file was changed since it was read.
    """
    if sheet.file is None:
        raise UsageError(f"{sheet.name}'s sheet has no file yet; write it down first")
    if CharacterSheet.load(sheet.file).digest != sheet.digest:
        raise UsageError(f"{sheet.file} was changed since it was read; open it again")
    return sheet.file
