"""The portable character: `mira.char`, one file with sheet, pictures, digests, provenance and licence.

A zip, members not compressed, in this order: `charkit.json` (the record below), `<slug>.yaml` (the sheet), and the
sheet's pictures under `<slug>/`. The same character gives the same bytes on every machine.

Invariants:
    * what is read was checked whole before anything is written: names, kinds and sizes of the members, the digest of
      every file, the digest of the sheet, and that every picture is a picture;
    * nothing that is there is ever written over: an import is refused, or becomes a kept version;
    * the sheet stands in its folder last, so that whoever finds it finds all of it.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from charkit.character.copying import copy_sheet
from charkit.character.words import Line, Name  # noqa: TC001  # pydantic reads them when a record is loaded
from charkit.documents import replace_file
from charkit.errors import UsageError
from charkit.store import digest_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from charkit.character.sheet import CharacterSheet, SheetPicture

__all__ = ["FORMAT", "RECORD", "Bundle", "BundleFile", "export_character"]

FORMAT = 1
"""Raised when a bundle of a new kind cannot be read by the old rules."""
RECORD = "charkit.json"
UNSTATED = "not stated: ask before you use it"
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can name; a bundle's bytes do not depend on when it was made."""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BundleFile(_Record):
    """One file of a bundle, with where it comes from."""

    path: str
    digest: str
    """`sha256:` of its bytes."""
    size: int
    """Bytes."""
    view: str = ""
    """What a picture shows; empty for the sheet."""
    wardrobe: str = ""
    origin: str = ""
    source: str = ""
    licence: str = ""
    consent: str = ""
    simulated: bool = False


class Bundle(_Record):
    """The record of a bundle."""

    format: int
    name: Name
    slug: str
    digest: str
    """The sheet's version."""
    made_from: str = ""
    """The version that designed pictures were made under, where the bundle names them as its own."""
    licence: Line = UNSTATED
    consent: str = ""
    """What the sheet says of likeness and consent."""
    made_by: str
    files: tuple[BundleFile, ...]

    @property
    def simulated(self) -> bool:
        """Whether the simulator drew some of it."""
        return any(file.simulated for file in self.files)

    def __repr__(self) -> str:
        pictures = len(self.files) - 1
        return f"<Bundle of {self.name!r}: version {self.digest[7:15]}, {pictures} pictures, licence {self.licence!r}>"

    __str__ = __repr__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.cards import table

        rows = [
            [f.path, f.view, f.digest[7:15], f.origin, f.licence, "simulated" if f.simulated else ""]
            for f in self.files
        ]
        caption = f"{self.name}, version {self.digest[7:15]}; licence: {self.licence}"
        mark = table(["file", "view", "digest", "origin", "licence", ""], rows, caption=caption)
        return {"text/plain": repr(self), "text/html": mark}


def export_character(
    sheet: CharacterSheet, path: Path | str, *, references: Sequence[SheetPicture] = (), licence: str = UNSTATED
) -> Bundle:
    """Write a character into one file that another person can import.

    Ids and handles of this person's accounts stay here, and so do the shots that outfits are worn in.

    Args:
        sheet: Whom.
        path: Where to, such as `mira.char`.
        references: Pictures to go along where the sheet names none of its own, such as kept designed views.
        licence: What others may do with it.

    Raises:
        UsageError: something stands at `path` already.
        BadReference: a picture cannot be read.
        StorageError: it cannot be written; nothing half-written is left.
    """
    path = Path(path)
    if path.exists():
        raise UsageError(f"{path} is there already; choose another name")
    pictures = sheet.references or tuple(references)
    with tempfile.TemporaryDirectory(prefix="charkit-export-") as folder:
        home = Path(folder)
        copy = copy_sheet(sheet, home, pictures=sheet.slug, references=pictures, shared=True)
        files = [_described(home, f"{sheet.slug}.yaml", None), *(_described(home, p.file, p) for p in copy.references)]
        record = Bundle(
            format=FORMAT,
            name=sheet.name,
            slug=sheet.slug,
            digest=copy.digest,
            made_from="" if copy.digest == sheet.digest else sheet.digest,
            licence=licence,
            consent=sheet.likeness.said,
            made_by=f"charkit {version('charkit')}",
            files=tuple(files),
        )
        replace_file(path, _zipped(record, home))
    return record


def _described(home: Path, name: str, picture: SheetPicture | None) -> BundleFile:
    data = (home / name).read_bytes()
    if picture is None:
        return BundleFile(path=name, digest=digest_of(data), size=len(data))
    return BundleFile(
        path=name,
        digest=digest_of(data),
        size=len(data),
        view=picture.view,
        wardrobe=picture.wardrobe,
        origin=picture.origin or "",
        source=picture.source or "",
        licence=picture.licence or "",
        consent=picture.consent or "",
        simulated=picture.simulated,
    )


def _zipped(record: Bundle, home: Path) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        members = [(RECORD, (record.model_dump_json(indent=2) + "\n").encode("utf-8"))]
        members += [(file.path, (home / file.path).read_bytes()) for file in record.files]
        for name, data in members:
            member = zipfile.ZipInfo(name, date_time=_EPOCH)
            member.external_attr = 0o100644 << 16
            member.create_system = 3  # Unix, on every system
            archive.writestr(member, data)
    return out.getvalue()
