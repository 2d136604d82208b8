"""Runs on machines that share no disk: what a run needs is brought there, what it made is brought back.

A depot is a place that fsspec knows, laid out like a data folder:

    <url>/productions/<name>@<digest>.zip     what people wrote, as it was when the sweep started
    <url>/sweeps/<sweep>/<run>/               the executed notebook and run.json
    <url>/runs/<run>/                         what the run's studio made
    <url>/store/                              pictures and clips by digest; see `charkit.mirror`

`run.json` goes up last, so that a run counts as done only when everything else of it is there.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from charkit.batch.records import RECORD
from charkit.documents import replace_file
from charkit.errors import StorageError, UsageError
from charkit.mirror import filesystem, reached
from charkit.settings import Settings, child_environment, export

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.batch.records import RunOrder

__all__ = ["Depot", "brought", "pack", "relocated"]

LARGEST: Final = 200_000_000
"""Bytes of a production that travel with a sweep; sheets, storyboards and pictures are far less."""
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same files give the same zip


class Depot:
    """Files of runs under one URL."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._files, self._root = filesystem(self.url)

    def __repr__(self) -> str:
        return f"Depot({self.url})"

    def put(self, folder: Path, name: str) -> None:
        """Bring a folder there, its record last; what begins with a dot stays here.

        Raises:
            StorageError: the place cannot be written to.
        """
        inside = (path for path in folder.rglob("*") if path.is_file())
        paths = [path for path in inside if not any(part[0] == "." for part in path.relative_to(folder).parts)]
        for path in sorted(paths, key=lambda path: (path.name == RECORD, path)):
            self.put_bytes(path.read_bytes(), f"{name}/{path.relative_to(folder).as_posix()}")

    def put_bytes(self, data: bytes, name: str) -> None:
        """Bring one file there.

        Raises:
            StorageError: the place cannot be written to.
        """
        target = f"{self._root}/{name}"
        with reached(self.url):
            self._files.makedirs(target.rpartition("/")[0], exist_ok=True)
            self._files.pipe_file(target, data)

    def get_bytes(self, name: str) -> bytes | None:
        """Return one file; None if it is not there.

        Raises:
            StorageError: the place cannot be read.
        """
        with reached(self.url):
            try:
                return bytes(self._files.cat_file(f"{self._root}/{name}"))
            except FileNotFoundError:
                return None

    def get(self, name: str, folder: Path) -> int:
        """Bring a folder here, over what is here; return how many files it has.

        Raises:
            StorageError: the place cannot be read, or names a file that would lie outside the folder.
        """
        names = self._inside(name)
        for inner in names:
            data = self.get_bytes(f"{name}/{inner}")
            if data is not None:
                replace_file(folder / inner, data)
        return len(names)

    def records(self, name: str, folder: Path) -> None:
        """Bring the records of a sweep's runs here, as far as they are not here."""
        for inner in self._inside(name):
            path = folder / inner
            if path.name == RECORD and not path.is_file() and (data := self.get_bytes(f"{name}/{inner}")) is not None:
                replace_file(path, data)

    def check(self) -> None:
        """Write a file and take it away again, before anything is started.

        Raises:
            StorageError: that cannot be done.
        """
        probe = f"{self._root}/.probe"
        with reached(self.url):
            self._files.makedirs(self._root, exist_ok=True)
            self._files.pipe_file(probe, b"")
            self._files.rm_file(probe)

    def _inside(self, name: str) -> list[str]:
        top = f"{self._root}/{name}"
        with reached(self.url):
            self._files.invalidate_cache()
            try:
                found = sorted(str(path) for path in self._files.find(top))
            except FileNotFoundError:
                return []
        inner = [path[path.index(top) + len(top) + 1 :] for path in found]
        for one in inner:
            if ".." in PurePosixPath(one).parts or PurePosixPath(one).is_absolute() or "\\" in one:
                raise StorageError(f"names a file that would lie elsewhere: {one!r}", path=self.url)
        return inner


def pack(production: Path) -> tuple[bytes, str]:
    """Return a production as a zip, the same bytes for the same files, and the name it travels under.

    Raises:
        UsageError: it is too large to travel.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in production.rglob("*") if path.is_file()):
            inner = path.relative_to(production)
            if any(part[0] == "." for part in inner.parts) or inner.parts[0] == "data":
                continue
            archive.writestr(zipfile.ZipInfo(inner.as_posix(), _EPOCH), path.read_bytes())
    data = packed.getvalue()
    if len(data) > LARGEST:
        raise UsageError(f"{production.name} has {len(data):,} bytes packed; at most {LARGEST:,} travel with a sweep")
    return data, f"productions/{production.name}@{hashlib.sha256(data).hexdigest()[:16]}.zip"


def relocated(order: RunOrder, base: Path) -> RunOrder:
    """Return the order for a machine that has nothing of it: with its production brought there, and its folder.

    Raises:
        StorageError: the production is not in the depot, or is not what its name says.
        UsageError: the run pays, and this machine would keep a ledger of its own.
    """
    if order.home is None:
        return order
    if order.one_budget and Settings.load().ledger is None:
        raise UsageError("pays real services, and this worker has no ledger that all share: set CHARKIT_LEDGER for it")
    folder = base / "data" / "sweeps" / order.sweep / order.run
    changes: dict[str, object] = {"folder": str(folder)}
    if order.production:
        name, _, digest = Path(order.production).stem.rpartition("@")
        home = base / "data" / "productions" / name
        mark = home / ".packed"
        if not mark.is_file() or mark.read_text(encoding="utf-8") != digest:
            _unpack(Depot(order.home), order.production, digest, home)
            mark.write_text(digest, encoding="utf-8")
        changes["parameters"] = {**order.parameters, "production": f"../../../productions/{name}"}
    return order.model_copy(update=changes)


def _unpack(depot: Depot, name: str, digest: str, home: Path) -> None:
    data = depot.get_bytes(name)
    if data is None or hashlib.sha256(data).hexdigest()[:16] != digest:
        raise StorageError(f"{name} is not there, or is not what its name says. Start the sweep again", path=depot.url)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist():
            inner = PurePosixPath(entry.filename)
            if inner.is_absolute() or ".." in inner.parts or entry.file_size > LARGEST:
                raise StorageError(f"{name} holds a file that would lie elsewhere: {entry.filename!r}", path=depot.url)
            replace_file(home / inner, archive.read(entry))


@contextmanager
def brought(order: RunOrder, studio: Path | None) -> Iterator[None]:
    """Bring what earlier tries of a run made, let kernels share the depot's store, and bring back what was made.

    Args:
        order: The run; without a home nothing is done.
        studio: The folder of its studio's run; None where its notebook opens none.
    """
    if order.home is None:
        yield
        return
    depot = Depot(order.home)
    if studio is not None and not studio.is_dir():
        depot.get(f"runs/{order.run}", studio)
    before = child_environment().get("CHARKIT_STORE", "")
    export(CHARKIT_STORE=before or f"{depot.url}/store")
    try:
        yield
    finally:
        export(CHARKIT_STORE=before)
        if studio is not None and studio.is_dir():
            depot.put(studio, f"runs/{order.run}")
