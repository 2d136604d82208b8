"""The versions of a character: locked, kept for ever, readable like any sheet.

Beside `mira.yaml` stands `mira.versions/`, with a folder for each version: `v1/mira.yaml` and its pictures, complete,
and `v1/version.json`, the record that says which version it is and how it came to be kept.

Invariants:
    * a version is kept whole or not at all: its folder gets its name in one step, and two processes that lock at once
      get two numbers, or one where they lock the same;
    * a kept version is never changed: what is read back has the digest that was written down, or is refused;
    * a sheet that was never locked has no folder; one that was gets a new version whenever it is used in another form,
      so that no take names a version that is not here.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003  # pydantic reads annotations when a record is loaded
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, overload

from pydantic import BaseModel, ConfigDict

from charkit.character.changes import Changes, changes
from charkit.character.copying import copy_sheet, unchanged
from charkit.character.sheet import CharacterSheet
from charkit.documents import read_json, write_json
from charkit.errors import CorruptObject, StorageError, UnknownName, UsageError

__all__ = ["History", "Version", "history_of", "keep_version", "lock"]

_RECORD = "version.json"


class Version(BaseModel):
    """The record of one version."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: int
    digest: str
    """The sheet's, over its content and the bytes of its pictures."""
    name: str
    """What the character is called in it."""
    kept: Literal["locked", "used", "imported"]
    """Locked by a person; used in a changed form after that; come in with a bundle."""
    on: dt.date
    note: str = ""

    @property
    def short(self) -> str:
        """The first eight digits of the digest, as sheets show them."""
        return self.digest.removeprefix("sha256:")[:8]

    def __repr__(self) -> str:
        return f"<Version {self.number} of {self.name!r}: {self.short}, {self.kept} on {self.on}>"

    __str__ = __repr__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.cards import card

        rows = [("digest", self.short), ("on", str(self.on)), *([("note", self.note)] if self.note else [])]
        mark = card(f"{self.name}, version {self.number}", rows=rows, badge=self.kept)
        return {"text/plain": repr(self), "text/html": mark}


@dataclass(frozen=True, eq=False)
class History(Sequence[Version]):
    """The versions of one character, oldest first."""

    slug: str
    folder: Path
    """Where they are kept."""
    versions: tuple[Version, ...] = ()

    def find(self, version: int | str) -> Version:
        """Return a version by number, or by the beginning of its digest (at least four digits).

        Raises:
            UnknownName: there is none.
        """
        wanted = str(version).removeprefix("v").removeprefix("sha256:")
        for one in reversed(self.versions):
            digits = one.digest.removeprefix("sha256:")
            if wanted == str(one.number) or (len(wanted) >= 4 and digits.startswith(wanted)):
                return one
        raise UnknownName(f"version of {self.slug}", str(version), [str(one.number) for one in self.versions])

    def of(self, sheet: CharacterSheet) -> Version | None:
        """Return the kept version that a sheet is; None where it is none of them."""
        digest = sheet.digest
        return next((one for one in reversed(self.versions) if one.digest == digest), None)

    def sheet(self, version: int | str) -> CharacterSheet:
        """Return a kept version's sheet, as it was.

        Raises:
            UnknownName: there is no such version.
            CorruptObject: what is there is not what was kept.
        """
        found = self.find(version)
        path = self.folder / f"v{found.number}" / f"{self.slug}.yaml"
        sheet = CharacterSheet.load(path)
        if sheet.digest != found.digest:
            raise CorruptObject(
                f"is not version {found.number} as it was kept ({found.short}), but {sheet.version}; "
                "a kept version is never edited: edit the sheet itself",
                path=path,
            )
        return sheet

    def state(self, sheet: CharacterSheet) -> str:
        """Return in a few words how a sheet stands to its versions."""
        if not self.versions:
            return "not locked"
        found = self.of(sheet)
        if found is None:
            return f"changed since version {self.versions[-1].number}"
        return f"{found.kept} as version {found.number}"

    def changes(self, number: int) -> Changes:
        """Return what a version changed against the one before it; nothing for the first."""
        place = self.versions.index(self.find(number))
        return changes(self.sheet(self.versions[place - 1].number), self.sheet(number)) if place else Changes()

    @overload
    def __getitem__(self, index: int) -> Version: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Version, ...]: ...
    def __getitem__(self, index: int | slice) -> Version | tuple[Version, ...]:
        return self.versions[index]

    def __len__(self) -> int:
        return len(self.versions)

    def __repr__(self) -> str:
        each = ", ".join(f"{one.number} {one.kept} {one.short}" for one in self.versions)
        return f"<History of {self.slug!r}: {each or 'never locked'}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.cards import table

        rows = [
            [f"version {v.number}", v.short, v.kept, str(v.on), v.note or "; ".join(map(str, self.changes(v.number)))]
            for v in self.versions
        ]
        caption = f"{self.slug}: kept versions" if rows else f"{self.slug}: never locked"
        mark = table(["version", "digest", "", "on", "what"], rows, caption=caption)
        return {"text/plain": repr(self), "text/html": mark}


def history_of(sheet: CharacterSheet) -> History:
    """Return the versions that are kept beside a sheet's file.

    Raises:
        BadDocument: a record cannot be read.
    """
    if sheet.file is None:
        return History(sheet.slug, Path(f"{sheet.slug}.versions"))
    folder = sheet.file.parent / f"{sheet.file.stem}.versions"
    records = [read_json(file, Version) for file in folder.glob(f"v*/{_RECORD}")]
    return History(sheet.slug, folder, tuple(sorted(records, key=lambda one: one.number)))


def lock(sheet: CharacterSheet, *, on: dt.date, note: str = "") -> Version:
    """Keep a sheet's present form as a locked version. Locking the same again changes nothing.

    Args:
        sheet: Read from its file, which must still say the same.
        on: The day, for the record.
        note: Why, for the record; never part of the version.

    Raises:
        UsageError: the sheet has no file, or was changed since it was read.
        StorageError: it cannot be written; nothing half-written is left.
    """
    unchanged(sheet)
    return _kept(sheet, sheet, "locked", on, note)


def keep_version(
    sheet: CharacterSheet,
    *,
    on: dt.date,
    kept: Literal["used", "imported"] = "used",
    beside: CharacterSheet | None = None,
) -> Version | None:
    """Keep a form of a character that was locked before, unless it is kept already; None where it never was locked.

    Args:
        sheet: The form to keep.
        on: The day, for the record.
        kept: Why it is kept.
        beside: The sheet to whose versions it belongs; by default itself.
    """
    home = beside or sheet
    if kept == "used" and not history_of(home):
        return None
    return _kept(sheet, home, kept, on, "")


def _kept(
    sheet: CharacterSheet, home: CharacterSheet, kept: Literal["locked", "used", "imported"], on: dt.date, note: str
) -> Version:
    for _ in range(100):
        history = history_of(home)
        found = history.of(sheet)
        if found is not None:
            return _promoted(history, found, kept, on, note)
        number = max((one.number for one in history), default=0) + 1
        record = Version(number=number, digest=sheet.digest, name=sheet.name, kept=kept, on=on, note=note)
        if _written(sheet, home, history.folder, record):
            return record
    raise StorageError("somebody else keeps versions faster than this process can", path=history.folder)


def _promoted(history: History, found: Version, kept: str, on: dt.date, note: str) -> Version:
    """Return a version that is there already, with the record that a person has locked it now."""
    if kept != "locked" or found.kept == "locked":
        return found
    record = found.model_copy(update={"kept": "locked", "on": on, "note": note or found.note})
    write_json(history.folder / f"v{found.number}" / _RECORD, record)
    return record


def _written(sheet: CharacterSheet, home: CharacterSheet, folder: Path, record: Version) -> bool:
    """Write a version's folder in one step; False where its number was taken meanwhile.

    Raises:
        UsageError: the copy is another version: the sheet changed under our hands.
    """
    target = folder / f"v{record.number}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        incoming = Path(tempfile.mkdtemp(prefix=".incoming-", dir=folder))
    except OSError as error:
        raise StorageError(f"cannot be written: {error.strerror or error}", path=folder) from error
    try:
        copy = copy_sheet(sheet, incoming, pictures="pictures", references=sheet.references, shared=False)
        if copy.file is not None and copy.file.stem != home.slug:
            copy.file.rename(incoming / f"{home.slug}.yaml")
        if copy.digest != record.digest:
            raise UsageError(f"{sheet.name}'s sheet or pictures changed while they were copied; try again")
        write_json(incoming / _RECORD, record)
        incoming.chmod(0o755)
        incoming.rename(target)
    except OSError:
        if (target / _RECORD).is_file():
            return False
        raise
    finally:
        shutil.rmtree(incoming, ignore_errors=True)
    return True
