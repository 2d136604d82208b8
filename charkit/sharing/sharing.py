"""The call that shares a run: everything another person needs to look at it and to run it again, and nothing else."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from charkit.cards import Html, folded, table
from charkit.character import Cast
from charkit.errors import StorageError, UsageError
from charkit.manifest import Manifest
from charkit.settings import Settings
from charkit.sharing.bundles import BundleRecord, SharedFile, pack
from charkit.sharing.gathering import gather
from charkit.sharing.packing import Packing
from charkit.studio import open_studio
from charkit.workspace import Workspace, find_production

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Shared", "share"]


@dataclass(frozen=True, kw_only=True)
class Shared:
    """A run that can be given away."""

    path: Path
    """The zip, or the folder."""
    record: BundleRecord = field(repr=False)
    bytes: int
    """Of all files together."""

    def facts(self) -> dict[str, object]:
        """Return what a program wants to know."""
        return {
            "path": str(self.path),
            "bytes": self.bytes,
            "files": len(self.record.files),
            "left_out": [one.model_dump(include={"what", "why"}) for one in self.record.left_out],
            "cleaned": {file.path: list(file.cleaned) for file in self.record.files if file.cleaned},
            "notes": list(self.record.notes),
        }

    def __repr__(self) -> str:
        left = f", {len(self.record.left_out)} left out" if self.record.left_out else ""
        return f"<Shared {self.path.name}: {len(self.record.files)} files, {self.bytes / 1e6:.1f} MB{left}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        kinds: dict[str, list[SharedFile]] = {}
        for file in self.record.files:
            kinds.setdefault(file.role, []).append(file)
        rows = [[role, str(len(fs)), f"{sum(f.size for f in fs) / 1e6:.1f} MB"] for role, fs in sorted(kinds.items())]
        html = str(table(["what", "files", "size"], rows, caption=f"{self.path.name}: {self.bytes / 1e6:.1f} MB"))
        if self.record.left_out:
            html += table(["left out", "because"], [[one.what, one.why] for one in self.record.left_out])
        cleaned = [f"{file.path}: {', '.join(file.cleaned)}" for file in self.record.files if file.cleaned]
        if cleaned:
            html += folded(f"{len(cleaned)} files cleaned", "\n".join(cleaned))
        return {"text/plain": repr(self), "text/html": Html(html)}


def share(
    run: str,
    to: Path | str,
    *,
    production: Path | str | None = None,
    data: Path | str | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Shared:
    """Write a run into one zip or folder that can be given away, and run again by `charkit reproduce`.

    Executed notebooks, report, film, takes, manifest, versions, production and characters go along. Keys, places of
    this machine and references without a licence never do: the first two stop it, the last are left out and listed.

    Args:
        run: Name of the run.
        to: A `.zip` file, or a folder; neither may be there.
        production: The production's folder; by default the one that the run's manifest names, beside the run.
        data: The data folder that the run lies in; by default the production's, else the nearest `data` folder that
            has a run of this name.
        on_progress: Called with how many files are written, and how many there are.

    Raises:
        UsageError: there is no such run, it is not finished, or something stands at `to`.
        WouldLeak: a key, or a place of this machine, would go along; nothing was written.
        StorageError: it cannot be written; nothing half-written is left.
    """
    target = Path(to)
    if target.exists():
        raise UsageError(f"{target} is there already; choose another name")
    place, manifest = _located(run, production, data)
    settings = Settings.load().model_copy(update={"data": place.data})
    studio = open_studio(place.home, run=run, live=not manifest.simulated, settings=settings)
    gathered = gather(place, Cast.load(place.home / "characters").values(), settings, settings.today)
    with _staged(target) as folder:
        packing = Packing(place=place, manifest=manifest, gathered=gathered, folder=folder, settings=settings)
        record = packing.write(studio, on_progress or (lambda _done, _all: None))
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        _deliver(folder, target)
    return Shared(path=target, record=record, bytes=size)


def _located(run: str, production: Path | str | None, data: Path | str | None) -> tuple[Workspace, Manifest]:
    """Find a run, its production and its manifest.

    Raises:
        UsageError: one of them is not there.
    """
    settings = Settings.load()
    if data is not None:
        settings = settings.model_copy(update={"data": Path(data)})
    folder = Workspace.locate(production, run, settings).data if production else _data_of(run, settings)
    file = folder / "runs" / run / "manifest.json"
    if not file.is_file():
        known = sorted(path.parent.name for path in folder.glob("runs/*/manifest.json"))
        said = f" Finished runs here: {', '.join(known)}." if known else ""
        raise UsageError(
            f"run {run!r} has no manifest in {folder / 'runs'}, so it is not there or not finished.{said} "
            "Finish it with: charkit run, or studio.report()"
        )
    manifest = Manifest.load(file)
    home = find_production(production) if production else _home(folder, manifest.production)
    return Workspace(home=home, data=folder.resolve(), run=run), manifest


def _data_of(run: str, settings: Settings) -> Path:
    if settings.data is not None:
        return settings.data
    here = Path.cwd()
    folders = [above / "data" for above in (here, *here.parents)]
    found = next((folder for folder in folders if (folder / "runs" / run).is_dir()), None)
    if found is None:
        raise UsageError(f"there is no run {run!r} in a data folder here ({here}) or above. Say where: --data FOLDER")
    return found


def _home(data: Path, name: str) -> Path:
    for home in (data / "productions" / name, data.parent):
        if home.name == name and (home / "storyboard.yaml").is_file():
            return home.resolve()
    raise UsageError(f"the production {name!r} is not in {data / 'productions'}. Say where: --production FOLDER")


@contextmanager
def _staged(target: Path) -> Iterator[Path]:
    """Give a folder beside the target, which is gone afterwards."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".sharing-", dir=target.parent))
    except OSError as error:
        raise StorageError(f"cannot be written: {error.strerror or error}", path=target) from error
    try:
        yield folder / "bundle"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _deliver(folder: Path, target: Path) -> None:
    if target.suffix == ".zip":
        pack(folder, target)
        return
    try:
        folder.rename(target)
    except OSError as error:
        raise StorageError(f"cannot be written: {error.strerror or error}", path=target) from error
