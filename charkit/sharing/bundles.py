"""A shared run as files: what is in it, their checksums, a folder or a zip of them.

Invariants:
    * the same run gives the same bytes, whenever it is packed: members sorted, not compressed, of one date;
    * what comes from elsewhere is read as hostile: names, kinds and sizes of all members are checked before a byte is
      written, and no file is believed to be there, or to be what it is, before its checksum was computed.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import zipfile
from typing import TYPE_CHECKING, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from charkit.character.archive import Limits, unpack_archive, wrong_name
from charkit.documents import read_json, replace_file, whole_file, write_json
from charkit.errors import BadBundle, BadDocument, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = [
    "CHECKSUMS",
    "CRATE",
    "FORMAT",
    "LIMITS",
    "RECORD",
    "BundleRecord",
    "LeftOut",
    "Role",
    "SharedFile",
    "SharedRequest",
    "check_sums",
    "open_bundle",
    "pack",
    "save_record",
    "write_sums",
]

FORMAT = 1
"""Raised when a bundle of a new kind cannot be read by the old rules."""
RECORD = "charkit-bundle.json"
CHECKSUMS = "checksums.sha256"
"""As `sha256sum --check` reads them."""
CRATE = "ro-crate-metadata.json"

LIMITS = Limits(
    what="a shared run",
    bytes=64 * 2**30,
    members=20_000,
    member_bytes=32 * 2**30,
    total_bytes=64 * 2**30,
    archives=(".char", ".otioz"),
)
"""A feature of 1,000 takes in 1080p has about 20 GB; the film itself is the largest member."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can name; a bundle's bytes do not depend on when it was made."""
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_MOST_SUMS = 8_000_000
"""Bytes of the list of checksums."""

Role: TypeAlias = Literal["film", "notebook", "report", "record", "take", "picture", "production", "character", "note"]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SharedFile(_Record):
    """One file of a bundle."""

    path: str
    role: Role
    digest: str
    """`sha256:` of its bytes in the bundle."""
    size: int
    """Bytes."""
    cleaned: tuple[str, ...] = ()
    """What was changed in it, against the run's own file; empty where it is a copy."""


class LeftOut(_Record):
    """Something of the run that stayed with the person who shared it."""

    what: str
    why: str
    digest: str = ""
    """Of a picture that the run needs, so that whoever has it can put it in its place."""
    place: str = ""
    """Where that is, relative to the production."""


class SharedRequest(_Record):
    """A paid request of the run, told apart by what determines it."""

    subject: str
    take: int
    kind: str
    route: str
    key: str
    """The request key."""
    asked: str
    """Digest of what was asked, whether a service or the simulator was asked."""
    state: str
    price_usd: float
    charged_usd: float
    retake: str = ""
    """Why it was made again, where it is a retake."""


class BundleRecord(_Record):
    """What a bundle says of itself."""

    format: int
    production: str
    run: str
    title: str
    created: str
    """Date of the run, ISO 8601."""
    simulated: bool
    made_by: str
    routes: str = ""
    """The person's own routes file in the bundle, where the run had one."""
    edited_cut_list: bool = False
    """Whether a person wrote the cut list."""
    requests: tuple[SharedRequest, ...]
    files: tuple[SharedFile, ...]
    """All but this record, the crate's and the checksums."""
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    """What else whoever gets it should know."""

    @property
    def run_folder(self) -> str:
        """Where the run stands in the bundle."""
        return f"runs/{self.run}"

    @property
    def home(self) -> str:
        """Where the production stands in the bundle."""
        return f"productions/{self.production}"

    @property
    def missing(self) -> tuple[LeftOut, ...]:
        """Pictures that the run needs and the bundle does not hold."""
        return tuple(one for one in self.left_out if one.place)

    def __repr__(self) -> str:
        kind = ", simulated" if self.simulated else ""
        return f"<Bundle of {self.production}/{self.run}: {len(self.files)} files, {len(self.left_out)} left out{kind}>"

    __str__ = __repr__


class _Probe(BaseModel):
    """What every format has in common."""

    model_config = ConfigDict(extra="ignore")

    format: int


def write_sums(folder: Path) -> None:
    """Write the checksums of all files of a folder into it.

    Raises:
        StorageError: it cannot be written.
    """
    lines = [f"{_digest(path)}  {name}\n" for name, path in _files(folder) if name != CHECKSUMS]
    replace_file(folder / CHECKSUMS, "".join(lines).encode())


def check_sums(folder: Path, *, shown: Path) -> int:
    """Compare every file of a folder with its checksum, and return how many there are.

    Args:
        folder: The bundle.
        shown: How errors call it.

    Raises:
        BadBundle: a file is missing, was changed, or was put there; the first few are named.
    """
    said = _sums(folder / CHECKSUMS, shown)
    there = dict(_files(folder))
    there.pop(CHECKSUMS, None)
    wrong = [f"{name} is missing" for name in sorted(said.keys() - there.keys())]
    wrong += [f"{name} was put in" for name in sorted(there.keys() - said.keys())]
    wrong += [
        f"{name} was changed" for name in sorted(said.keys() & there.keys()) if _digest(there[name]) != said[name]
    ]
    if wrong:
        more = f", and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        raise BadBundle(f"is not as it was packed: {'; '.join(wrong[:3])}{more}. Ask for it again", file=shown)
    return len(there)


def pack(folder: Path, target: Path) -> None:
    """Write a folder into a zip that depends on nothing but its files.

    Raises:
        StorageError: it cannot be written; nothing half-written is left.
    """
    with whole_file(target) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
        for name, path in _files(folder):
            member = zipfile.ZipInfo(name, date_time=_EPOCH)
            member.external_attr = 0o100644 << 16
            member.create_system = 3  # Unix, on every system
            member.file_size = path.stat().st_size
            with path.open("rb") as source, archive.open(member, "w", force_zip64=member.file_size >= 2**31) as packed:
                shutil.copyfileobj(source, packed, 2**20)


def open_bundle(bundle: Path, folder: Path) -> BundleRecord:
    """Take a bundle, zip or folder, into an empty folder of ours, check it, and return its record.

    Raises:
        BadBundle: it is damaged, hostile, not as it was packed, or of another kind.
        StorageError: there is no room for it.
    """
    if bundle.is_dir():
        _copied(bundle, folder)
    else:
        unpack_archive(bundle, folder, LIMITS)
    return _read(folder, bundle)


def _read(folder: Path, shown: Path) -> BundleRecord:
    if not (folder / RECORD).is_file():
        raise BadBundle(f"has no {RECORD}, so it is no shared run. Make one with: charkit share RUN", file=shown)
    check_sums(folder, shown=shown)
    try:
        probe = read_json(folder / RECORD, _Probe)
        if probe.format != FORMAT:
            raise BadBundle(
                f"is of format {probe.format}; this charkit reads format {FORMAT}. Update charkit", file=shown
            )
        record = read_json(folder / RECORD, BundleRecord)
    except BadDocument as error:
        said = str(error).replace(f"{folder}/", "")
        raise BadBundle(f"its record cannot be read: {said}", file=shown) from None
    _refuse_wrong_places(record, folder, shown)
    return record


def _refuse_wrong_places(record: BundleRecord, folder: Path, shown: Path) -> None:
    """Refuse names that would lead elsewhere, and a record that speaks of other files than there are."""
    names = [record.production, record.run, *(one.place for one in record.missing), *filter(None, [record.routes])]
    odd = [name for name in names if wrong_name(name)]
    odd += [name for name in (record.production, record.run) if "/" in name]
    there = {name for name, _ in _files(folder)} - {RECORD, CRATE, CHECKSUMS}
    odd += sorted({file.path for file in record.files} ^ there)
    if odd:
        raise BadBundle(f"its record and its files do not agree about {odd[0][:80]!r}", file=shown)


def _copied(bundle: Path, folder: Path) -> None:
    """Copy a folder's plain files; what is a link or a device could be anything.

    Raises:
        BadBundle: it holds what a bundle never holds.
    """
    count = 0
    for path in sorted(bundle.rglob("*")):
        name = path.relative_to(bundle).as_posix()
        if path.is_dir() and not path.is_symlink():
            continue
        count += 1
        why = wrong_name(name) or ("" if path.is_file() and not path.is_symlink() else "is a link or a device")
        if why or count > LIMITS.members:
            raise BadBundle(f"the file {name[:80]!r} {why or 'is one too many'}", file=bundle)
        target = folder / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        except OSError as error:
            raise StorageError(f"cannot be copied: {error.strerror or error}", path=path) from error


def _files(folder: Path) -> Iterable[tuple[str, Path]]:
    """Return all files of a folder with their names relative to it, sorted by these names."""
    found = ((path.relative_to(folder).as_posix(), path) for path in folder.rglob("*") if path.is_file())
    return sorted(found)


def _sums(file: Path, shown: Path) -> dict[str, str]:
    try:
        if file.stat().st_size > _MOST_SUMS:
            raise BadBundle(f"its {CHECKSUMS} is too long", file=shown)
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise BadBundle(f"has no {CHECKSUMS} that can be read", file=shown) from None
    found = {}
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            raise BadBundle(f"its {CHECKSUMS} has a line that is no checksum: {line[:80]!r}", file=shown)
        found[match[2]] = match[1]
    return found


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def save_record(record: BundleRecord, folder: Path) -> None:
    """Write the record into a bundle's folder."""
    write_json(folder / RECORD, record)
