"""Brings pictures that exist already onto a sheet: drawings, photos, renders, pictures kept from elsewhere."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from charkit.character.copying import read_picture, rewrite, unchanged
from charkit.character.looks import View
from charkit.character.sheet import CharacterSheet, SheetPicture
from charkit.character.words import slug_of
from charkit.errors import BadReference, StorageError, UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["add_pictures"]

_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".heic", ".heif", ".avif", ".tif", ".tiff", ".bmp", ".gif"})

_MARK = b"SIMULATED: made by the charkit simulator"
"""What charkit's simulator writes into every file's comment: a rehearsal's picture stays one, wherever it goes."""


def add_pictures(
    sheet: CharacterSheet,
    pictures: Iterable[Path | str],
    *,
    view: str,
    wardrobe: str = "default",
    origin: Literal["drawing", "photo", "render", "design"] | None = None,
    source: str = "",
    licence: str = "",
    consent: str = "",
) -> CharacterSheet:
    """Copy pictures beside a sheet and name them on it; they take the place of designed views.

    The bytes stay as they are (references are prepared from them), the originals stay where they are, and nothing that
    is there is written over. A picture that the sheet names already is left out.

    Args:
        sheet: Read from its file, which must still say the same. Its comments stay.
        pictures: PNG, JPEG, WebP, HEIC and whatever else can be opened; all of them show the same view.
        view: What they show.
        wardrobe: The outfit in them.
        origin: How they were made; a photo needs a consent, here or on the sheet.
        source: Who made them, when, with what.
        licence: What others may do with them.
        consent: Who agreed to what use, and when.

    Returns:
        The sheet as it is now: a new version, unless nothing was new.

    Raises:
        BadReference: one of them is no picture; then none is copied.
        UsageError: the sheet has no file or was changed, there is no such view, or a consent is missing.
        UnknownName: the character has no such outfit.
        StorageError: they cannot be written; nothing half-written is left.
    """
    home = unchanged(sheet)
    sheet.outfit(wardrobe)
    if view not in list(View):
        raise UsageError(f"there is no view {view!r}. {did_you_mean(view, [known.value for known in View])}")
    if origin == "photo" and not (consent or sheet.likeness.consent):
        raise UsageError(f"photos of {sheet.name} need a consent: who agreed to what use, and when")
    fresh = _fresh(sheet, pictures)
    facts = {"origin": origin, "source": source or None, "licence": licence or None, "consent": consent or None}
    worn = {} if wardrobe == "default" else {"wardrobe": wardrobe}
    told = {"view": view, **worn, **{key: value for key, value in facts.items() if value}}
    stem = f"{view}{f'-{slug_of(wardrobe)[:40]}' if worn else ''}"
    written: list[Path] = []
    try:
        named = []
        for path, data in fresh:
            written.append(_copied(data, home, stem, path.suffix))
            facts_of = {"file": f"{home.stem}/{written[-1].name}", **told, **_rehearsed(data)}
            named.append(SheetPicture.model_validate(facts_of))
        if named:
            rewrite(home, (*sheet.references, *named))
    except BaseException:
        for file in written:
            file.unlink(missing_ok=True)
        raise
    return CharacterSheet.load(home)


def _fresh(sheet: CharacterSheet, pictures: Iterable[Path | str]) -> list[tuple[Path, bytes]]:
    """Return the pictures that a sheet does not name yet, each once, after looking at all of them."""
    seen = {sheet.digest_of(picture) for picture in sheet.references}
    fresh = []
    for path in map(Path, pictures):
        data = _sound(path)
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        if digest not in seen:
            seen.add(digest)
            fresh.append((path, data))
    return fresh


def _rehearsed(data: bytes) -> dict[str, bool]:
    return {"simulated": True} if _MARK in data else {}


def _sound(path: Path) -> bytes:
    """Return a picture's bytes after looking at it.

    Raises:
        BadReference: it is no picture, or cannot be read.
    """
    from charkit.media.images import open_upright

    if path.suffix.lower() not in _SUFFIXES:
        raise BadReference("is no picture by its name; save it as PNG, JPEG, WebP or HEIC", file=path)
    open_upright(path).close()
    return read_picture(path)


def _copied(data: bytes, home: Path, name: str, suffix: str) -> Path:
    """Write a picture under the first free name in the sheet's own folder."""
    folder = home.parent / home.stem
    try:
        folder.mkdir(exist_ok=True)
        for number in range(1, 10_000):
            target = folder / f"{name}{f'-{number}' if number > 1 else ''}{suffix.lower()}"
            try:
                file = target.open("xb")
            except FileExistsError:
                continue
            with file:
                file.write(data)
            return target
    except OSError as error:
        raise StorageError(f"cannot be written: {error.strerror or error}", path=folder) from error
    raise StorageError("is full of pictures of this name", path=folder)
