"""Settings, disks and the ledger."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from charkit.doctor.checkup import Check
from charkit.errors import CharkitError
from charkit.ledger.mounts import mount_of, mounts, shared
from charkit.settings import Settings
from charkit.studio.keeping import open_keeping

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["disk", "ledger", "settings"]

_LEAST = 1e9
_ENOUGH = 10e9
"""Bytes: a film of 100 takes in 1080p has about 2 GB, and is assembled beside them."""


def settings() -> Iterator[Check]:
    """Read the settings, and say which were changed."""
    found = Settings.load()
    changed = sorted(found.model_fields_set - {"today"})
    said = f"set: {', '.join(f'CHARKIT_{name.upper()}' for name in changed)}" if changed else "all as they come"
    yield Check(area="settings", what="settings", state="ok", said=said)
    if found.routes is not None and not found.routes.is_file():
        said, then = f"there is no {found.routes}", "set CHARKIT_ROUTES to a file that is there, or not at all"
        yield Check(area="settings", what="CHARKIT_ROUTES", state="fault", said=said, then=then)


def disk(data: Path | str | None = None) -> Iterator[Check]:
    """Look at the room where films are made, and at the kind of disk where the ledger lies."""
    folder = _data(data)
    yield _room("data folder", folder)
    if (scratch := _nearest(Path(tempfile.gettempdir()))) != _nearest(folder):
        yield _room("scratch", scratch)
    found = Settings.load()
    if found.ledger is not None and "://" in found.ledger.get_secret_value():
        yield Check(area="disk", what="ledger", state="ok", said="on a database server; see charkit ledger where")
        return
    place = Path(found.ledger.get_secret_value()) if found.ledger is not None else folder / "ledger.sqlite"
    kind = shared(place)
    if kind is None:
        mount = mount_of(place, mounts())
        yield Check(
            area="disk", what="ledger", state="ok", said=f"on a disk of this machine ({mount.kind if mount else '?'})"
        )
        return
    allowed = found.ledger_on_network_disk
    yield Check(
        area="disk",
        what="ledger",
        state="note" if allowed else "fault",
        said=f"on a disk that other machines share ({kind}), where it can be damaged",
        then="set CHARKIT_LEDGER to a file on a disk of this machine, or to a postgresql:// URL",
    )


def ledger(data: Path | str | None = None, *, store: bool = False) -> Iterator[Check]:
    """Go through the promises of the ledger, where there is one."""
    try:
        keeping = open_keeping(data or Settings.load().data)
    except CharkitError:
        yield Check(area="ledger", what="ledger", state="ok", said="none yet: nothing was bought here")
        return
    found = keeping.verify(store=store)
    for fault in found.faults:
        what = fault.job or fault.promise
        yield Check(area="ledger", what=what, state="fault", said=f"{fault.what}.", then=f"{fault.then}.")
    if found.ok:
        read = "" if found.objects is None else f", {found.objects} stored files read"
        yield Check(area="ledger", what="ledger", state="ok", said=f"{found.jobs} jobs{read}, every promise holds")


def _data(data: Path | str | None) -> Path:
    if data is not None:
        return Path(data)
    chosen = Settings.load().data
    if chosen is not None:
        return chosen
    here = Path.cwd()
    return next((above / "data" for above in (here, *here.parents) if (above / "data").is_dir()), here)


def _nearest(folder: Path) -> Path:
    """Return the nearest folder that is there."""
    real = folder.absolute()
    return next(above for above in (real, *real.parents) if above.is_dir())


def _room(what: str, folder: Path) -> Check:
    free = shutil.disk_usage(_nearest(folder)).free
    state, then = "ok", ""
    if free < _ENOUGH:
        state, then = (
            ("fault" if free < _LEAST else "note"),
            "make room; what was made stays, and a run goes on from there",
        )
    return Check(area="disk", what=what, state=state, said=f"{free / 1e9:.1f} GB free", then=then)  # type: ignore[arg-type]
