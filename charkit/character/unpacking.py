"""Takes portable characters in: everything is checked first, nothing that is there is changed."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from charkit.character.archive import read_archive
from charkit.character.bundle import FORMAT, RECORD, Bundle
from charkit.character.cast import Cast
from charkit.character.sheet import CharacterSheet
from charkit.character.versions import keep_version
from charkit.character.words import slug_of
from charkit.documents import read_yaml, replace_file
from charkit.errors import BadBundle, BadDocument, BadReference, StorageError, UsageError
from charkit.store import digest_of

if TYPE_CHECKING:
    import datetime as dt

__all__ = ["Imported", "import_character", "read_bundle"]

_SUFFIXES = frozenset({"png", "jpg", "jpeg", "webp", "heic", "heif", "avif", "tif", "tiff", "bmp", "gif", "img"})


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What became of a bundle."""

    sheet: CharacterSheet
    how: Literal["new", "there already", "kept as a version"]
    version: int | None = None
    """The number, for a kept version."""

    def __repr__(self) -> str:
        number = f" {self.version}" if self.version else ""
        return f"<Imported {self.sheet.name!r}, version {self.sheet.version}: {self.how}{number}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.character.showing import sheet_card

        return {"text/plain": repr(self), "text/html": sheet_card(self.sheet, state=self.how)}


def read_bundle(path: Path | str) -> Bundle:
    """Check a bundle without writing anything, and return its record.

    Raises:
        BadBundle: it is damaged, holds what no bundle holds, or is not what its digests say.
    """
    path = Path(path)
    with tempfile.TemporaryDirectory(prefix="charkit-bundle-") as folder:
        return _unpacked(path, Path(folder))[0]


def import_character(path: Path | str, folder: Path | str, *, on: dt.date, as_version: bool = False) -> Imported:
    """Take a character from a bundle into a folder of sheets. Nothing that is there is changed.

    Args:
        path: The bundle.
        folder: Where sheets stand, `characters/` of a production.
        on: The day, for the record of a kept version.
        as_version: Where a sheet of this name stands already in another form, keep the bundle's as one of its versions.

    Raises:
        BadBundle: it is damaged, hostile, or not what its digests say.
        UsageError: a character of this name is there already.
        StorageError: it cannot be written; nothing half-written is left.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        incoming = Path(tempfile.mkdtemp(prefix=".incoming-", dir=folder))
    except OSError as error:
        raise StorageError(f"cannot be written: {error.strerror or error}", path=folder) from error
    try:
        record, sheet = _unpacked(Path(path), incoming)
        cast = Cast.load(folder)
        there = next((cast[name] for name in (record.slug, record.name) if name in cast), None)
        if there is not None:
            return _beside(there, sheet, record, on, as_version=as_version)
        Cast((*cast.values(), sheet))  # refuses namesakes
        return Imported(sheet=_moved_in(record, incoming, folder), how="new")
    finally:
        shutil.rmtree(incoming, ignore_errors=True)


def _beside(there: CharacterSheet, sheet: CharacterSheet, record: Bundle, on: dt.date, *, as_version: bool) -> Imported:
    if there.digest == record.digest:
        return Imported(sheet=there, how="there already")
    if not as_version:
        raise UsageError(
            f"{there.name} is here already, as version {there.version} in {there.file}; the bundle has version "
            f"{record.digest[7:15]}. Nothing is written over: import it as a version to compare them"
        )
    version = keep_version(sheet, on=on, kept="imported", beside=there)
    return Imported(sheet=there, how="kept as a version", version=version.number if version else None)


def _moved_in(record: Bundle, incoming: Path, folder: Path) -> CharacterSheet:
    """Move what was checked to its place: pictures first, then the sheet, neither over anything."""
    pictures, sheet = folder / record.slug, folder / f"{record.slug}.yaml"
    if pictures.exists():
        raise UsageError(f"{pictures} is there already; move it away, or rename it, before the import")
    moved = False
    try:
        if (incoming / record.slug).is_dir():
            (incoming / record.slug).rename(pictures)
            moved = True
        _placed(incoming / sheet.name, sheet)
    except OSError as error:
        if moved:
            shutil.rmtree(pictures, ignore_errors=True)
        if isinstance(error, FileExistsError):
            raise UsageError(f"{sheet} came to be there meanwhile; nothing was changed") from error
        raise StorageError(f"cannot be written: {error.strerror or error}", path=sheet) from error
    return CharacterSheet.load(sheet)


def _placed(source: Path, target: Path) -> None:
    """Give a file its name, unless something has that name.

    Raises:
        FileExistsError: something has.
    """
    try:
        target.hardlink_to(source)  # fails where something stands there, unlike a rename
    except FileExistsError:
        raise
    except OSError:  # a disk without hard links
        if target.exists():
            raise FileExistsError(target) from None
        source.rename(target)


def _unpacked(path: Path, home: Path) -> tuple[Bundle, CharacterSheet]:
    """Check a bundle and write its files into an empty folder of ours.

    Raises:
        BadBundle: see `read_bundle`.
    """
    members = read_archive(path)
    record = _record(members, path)
    _refuse_differences(record, members, path)
    for file in record.files:
        replace_file(home / file.path, members[file.path])
    try:
        # Before anything looks for the pictures: what a sheet from elsewhere names may lie anywhere.
        _refuse_other_pictures(record, read_yaml(home / f"{record.slug}.yaml", CharacterSheet), path)
        sheet = CharacterSheet.load(home / f"{record.slug}.yaml")
        _refuse_unreadable(sheet)
        if (sheet.name, sheet.digest) != (record.name, record.digest):
            raise BadBundle("its sheet is not the version that its record names", file=path)
    except (BadDocument, BadReference) as error:
        said = str(error).replace(f"{home}/", "")
        raise BadBundle(f"holds a sheet or picture that cannot be used: {said}", file=path) from None
    return record, sheet


def _record(members: dict[str, bytes], path: Path) -> Bundle:
    text = members.get(RECORD)
    if text is None:
        raise BadBundle(f"is a zip without {RECORD}, so it is no character", file=path)
    try:
        probe = _Probe.model_validate_json(text)
        if probe.format != FORMAT:
            raise BadBundle(
                f"is of format {probe.format}; this charkit reads format {FORMAT}. Update charkit", file=path
            )
        record = Bundle.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise BadBundle(f"{RECORD} is not a record of a character ({where}: {first['msg']})", file=path) from None
    if record.slug != slug_of(record.slug):
        raise BadBundle(f"names the character {record.slug!r} in a way that is no file name", file=path)
    return record


def _other_format(number: int, path: Path) -> BadBundle:
    return BadBundle(f"is of format {number}; this charkit reads format {FORMAT}. Update charkit", file=path)


class _Probe(BaseModel):
    """What every format has in common."""

    model_config = ConfigDict(extra="ignore")

    format: int


def _refuse_differences(record: Bundle, members: dict[str, bytes], path: Path) -> None:
    """Refuse files that are missing, that nobody named, or whose bytes are not those that were named."""
    named = [file.path for file in record.files]
    odd = sorted(set(named) ^ (members.keys() - {RECORD})) or [name for name in named if named.count(name) > 1]
    if odd:
        raise BadBundle(f"its record and its files do not agree about {odd[0][:80]!r}", file=path)
    for file in record.files:
        inside = file.path == f"{record.slug}.yaml" or (
            file.path.startswith(f"{record.slug}/")
            and file.path.count("/") == 1
            and file.path.rpartition(".")[2] in _SUFFIXES
        )
        if not inside:
            raise BadBundle(f"the member {file.path[:80]!r} is neither its sheet nor a picture of it", file=path)
        if len(members[file.path]) != file.size or digest_of(members[file.path]) != file.digest:
            raise BadBundle(f"the member {file.path[:80]!r} is not what its digest says", file=path)


def _refuse_other_pictures(record: Bundle, sheet: CharacterSheet, path: Path) -> None:
    named = sorted(picture.file for picture in sheet.references)
    held = sorted(file.path for file in record.files if file.path != f"{record.slug}.yaml")
    if named != held:
        raise BadBundle("its sheet names other pictures than it holds", file=path)


def _refuse_unreadable(sheet: CharacterSheet) -> None:
    """Decode every picture: what only begins like one, or is larger than pictures are, goes no further.

    Raises:
        BadReference: one is no picture.
    """
    from charkit.media.images import open_upright

    for picture in sheet.references:
        open_upright(sheet.path_of(picture)).close()
