"""Copies a sheet with its pictures into another folder, as the same version under names of charkit's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.character.sheet import CharacterSheet, SheetPicture
from charkit.character.words import slug_of
from charkit.documents import replace_file, write_yaml
from charkit.errors import BadReference, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["copy_sheet", "picture_name", "unchanged"]


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
    update: dict[str, object] = {"references": tuple(moved)}
    if shared:
        outfits = {name: outfit.model_copy(update={"shots": ()}) for name, outfit in sheet.wardrobe.items()}
        update |= {"provider_ids": {}, "wardrobe": outfits}
    target = folder / f"{sheet.slug}.yaml"
    if sheet.file is not None:
        replace_file(target, sheet.file.read_bytes())
    written = _without_defaults(sheet.model_copy(update=update))
    if sheet.file is None or written.model_dump() != sheet.model_dump():
        write_yaml(target, written)
    return CharacterSheet.load(target)


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


def _without_defaults(sheet: CharacterSheet) -> CharacterSheet:
    """Return an equal sheet in which what stands at its default was never set, so that it is not written."""
    return CharacterSheet.model_validate(sheet.model_dump(mode="json", exclude_defaults=True))
