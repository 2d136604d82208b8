"""One bundle in the making: every file cleaned, described, and looked through before it is believed to be fit to go."""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from charkit.character import export_character
from charkit.character.bundle import UNSTATED
from charkit.documents import write_json
from charkit.documents.tree import dump, load
from charkit.errors import StorageError, StorageFull, UsageError, WouldLeak
from charkit.ledger import usd
from charkit.manifest import Manifest, versions
from charkit.sharing.bundles import (
    CHECKSUMS,
    CRATE,
    FORMAT,
    RECORD,
    BundleRecord,
    SharedFile,
    SharedRequest,
    save_record,
    write_sums,
)
from charkit.sharing.cleaning import TEXTS, Places, clean
from charkit.sharing.crate import crate
from charkit.sharing.environment import ENVIRONMENT, environment
from charkit.sharing.gathering import ROUTES
from charkit.sharing.leaks import Leaks
from charkit.store import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from charkit.routes import RouteMatrix
    from charkit.settings import Settings
    from charkit.sharing.gathering import Gathered, Item
    from charkit.studio import Studio
    from charkit.studio.jobs import Job
    from charkit.workspace import Workspace

__all__ = ["Packing", "requests_of"]

_READ_ME = "README.md"


@dataclass(frozen=True, kw_only=True)
class Packing:
    """One bundle in the making."""

    place: Workspace
    manifest: Manifest
    gathered: Gathered
    folder: Path
    settings: Settings

    def write(self, studio: Studio, on_progress: Callable[[int, int], None]) -> BundleRecord:
        """Write all files, the record last.

        Raises:
            WouldLeak: a file says what it must not.
        """
        self._refuse_another_film()
        places, pictures = Places.of(self.place), not self.gathered.withheld
        files = []
        for done, item in enumerate(self.gathered.items, start=1):
            files.append(self._written(item, places, pictures=pictures))
            on_progress(done, len(self.gathered.items))
        files += self._characters()
        files += [
            self._told(ENVIRONMENT, environment().model_dump_json(indent=2) + "\n"),
            self._told(_READ_ME, self._read_me()),
        ]
        record = BundleRecord(
            format=FORMAT,
            production=self.manifest.production,
            run=self.manifest.run,
            title=self.manifest.title,
            created=self.manifest.created,
            simulated=self.manifest.simulated,
            made_by=f"charkit {metadata.version('charkit')}",
            routes=ROUTES if any(file.path == ROUTES for file in files) else "",
            edited_cut_list=self._edited(),
            requests=requests_of(studio),
            files=tuple(sorted(files, key=lambda file: file.path)),
            left_out=self.gathered.left_out,
            notes=tuple(self._notes()),
        )
        save_record(record, self.folder)
        write_json(self.folder / CRATE, crate(record, versions()))
        self._refuse_leaks(studio.routes)
        write_sums(self.folder)
        return record

    def _written(self, item: Item, places: Places, *, pictures: bool) -> SharedFile:
        target = self.folder / item.name
        if item.source.suffix not in TEXTS:
            return _copied(item, target)
        try:
            cleaned = clean(item.source, places, pictures=pictures)
        except OSError as error:
            raise StorageError(f"cannot be read: {error.strerror or error}", path=item.source) from error
        data, changes = cleaned.data, cleaned.changes
        if item.role == "character" and (shorter := _without_ids(item.source, data)):
            data, changes = shorter, (*changes, "ids of accounts removed")
        _put(target, data)
        return SharedFile(
            path=item.name,
            role=item.role,
            digest=digest_of(data),
            size=len(data),
            cleaned=tuple(dict.fromkeys(changes)),
        )

    def _characters(self) -> Iterator[SharedFile]:
        """Write every character as a `.char` file, with those of its pictures that may go along."""
        stays = {(one.sheet.slug, one.picture.file) for one in self.gathered.withheld}
        for sheet in self.gathered.sheets:
            pictures = tuple(p for p in sheet.references if (sheet.slug, p.file) not in stays)
            allowed = sheet.model_copy(update={"references": pictures})
            name = f"characters/{sheet.slug}.char"
            licences = sorted({picture.licence for picture in pictures if picture.licence})
            target = self.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            export_character(allowed, target, licence=", ".join(licences) or UNSTATED)
            data = target.read_bytes()
            yield SharedFile(path=name, role="character", digest=digest_of(data), size=len(data))

    def _told(self, name: str, text: str) -> SharedFile:
        data = text.encode()
        _put(self.folder / name, data)
        return SharedFile(path=name, role="note", digest=digest_of(data), size=len(data))

    def _edited(self) -> bool:
        """Whether a person wrote the cut list: charkit remembers the one that it wrote itself."""
        cuts, mark = self.place.folder / "cutlist.yaml", self.place.folder / ".cutlist.digest"
        if not cuts.is_file():
            return False
        return not (mark.is_file() and mark.read_text("utf-8") == hashlib.sha256(cuts.read_bytes()).hexdigest())

    def _refuse_another_film(self) -> None:
        told = [name for name in self.manifest.changed(self.place.folder) if name.endswith(".mp4")]
        if told:
            raise UsageError(
                f"{', '.join(told[:3])} of run {self.place.run!r} is not what its manifest speaks of. "
                "Write the report anew (studio.report(), or the same `charkit run` again), then share it"
            )

    def _notes(self) -> Iterator[str]:
        now = {name: digest for name, digest in self.manifest.inputs.items() if self._differs(name, digest)}
        if now:
            yield f"changed since the run: {', '.join(sorted(now))}. Made again, it is the film of the files of now"
        if self.gathered.withheld:
            yield "pictures inside of notebooks and report were removed: they may show a reference that is left out"
        if self.manifest.source is not None and self.manifest.source.dirty:
            yield f"charkit itself had changes against its commit {self.manifest.source.commit[:12]}"

    def _differs(self, name: str, digest: str) -> bool:
        file = self.place.home / name
        return not file.is_file() or digest_of(file.read_bytes()) != digest

    def _refuse_leaks(self, matrix: RouteMatrix) -> None:
        written = [self.place.home / "storyboard.yaml", *(sheet.file for sheet in self.gathered.sheets if sheet.file)]
        leaks = Leaks.of(self.place, matrix, written)
        found = []
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                found += leaks.found_in(path, path.relative_to(self.folder).as_posix())
        if found:
            raise WouldLeak(found)

    def _read_me(self) -> str:
        run = f"runs/{self.manifest.run}"
        kind = "Everything in it was drawn by charkit's simulator.\n" if self.manifest.simulated else ""
        left = "".join(f"- {one.what}: {one.why}\n" for one in self.gathered.left_out)
        return (
            f"# {self.manifest.title}\n\nRun `{self.manifest.run}` of `{self.manifest.production}`, "
            f"{self.manifest.created}. {kind}\n"
            f"- `{run}/film.mp4`: the film; `{run}/report.html`: how it was made, with scores and frames\n"
            f"- `{run}/notebooks/`: the executed notebooks; `{run}/manifest.json`: digests, models, seeds, money\n"
            f"- `productions/{self.manifest.production}/`: storyboard and sheets; `characters/*.char`: to import\n"
            f"- `{RECORD}`, `{CRATE}`, `{ENVIRONMENT}`, `{CHECKSUMS}`: what is in here, and with what it was made\n\n"
            "Run it again: `charkit reproduce THIS`. Check it: `sha256sum --check checksums.sha256`.\n"
            + (f"\nLeft out:\n\n{left}" if left else "")
        )


def _copied(item: Item, target: Path) -> SharedFile:
    """Copy a file that may be larger than memory.

    Raises:
        StorageError: it cannot be read or written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(item.source, target)
        with target.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return SharedFile(path=item.name, role=item.role, digest=f"sha256:{digest}", size=target.stat().st_size)
    except OSError as error:
        kind = StorageFull if error.errno in (errno.ENOSPC, errno.EDQUOT) else StorageError
        raise kind(f"cannot be copied: {error.strerror or error}", path=item.source) from error


def _put(target: Path, data: bytes) -> None:
    """Write a file of the bundle in the making; only the finished bundle has to be safe on disk.

    Raises:
        StorageError: it cannot be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    except OSError as error:
        kind = StorageFull if error.errno in (errno.ENOSPC, errno.EDQUOT) else StorageError
        raise kind(f"cannot be written: {error.strerror or error}", path=target) from error


def _without_ids(sheet: Path, data: bytes) -> bytes | None:
    """Return a sheet without ids of the person's accounts, on which its version does not depend; None without any."""
    tree = load(data.decode("utf-8-sig"), sheet)
    if not isinstance(tree, dict) or not tree.get("provider_ids"):
        return None
    tree.pop("provider_ids")
    return dump(tree).encode()


def requests_of(studio: Studio) -> tuple[SharedRequest, ...]:
    """Return the requests that a run made or lives on, by what they are for."""
    return tuple(_request(job) for job in sorted(studio.jobs, key=lambda job: (job.row.subject, job.id)))


def _request(job: Job) -> SharedRequest:
    row = job.row
    asked = {key: value for key, value in json.loads(row.request).items() if key != "simulated"}
    return SharedRequest(
        subject=row.subject,
        take=row.take_number,
        kind=row.kind,
        route=row.route,
        key=row.request_key,
        asked=digest_of(json.dumps(asked, sort_keys=True, ensure_ascii=False).encode()),
        state=row.state,
        price_usd=usd(row.price),
        charged_usd=usd(job.held.settled),
    )
