"""Gives media names that people know: `takes/S02-t1.mp4` beside the run, for the store's file under its digest."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from charkit.takes import Takes

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["named"]


def named(takes: Takes, folder: Path) -> Takes:
    """Return the takes with paths in `folder`, which shares its bytes with the store where the disk can do that.

    Names are for people and players; what a take *is* stays its digest.
    """
    return Takes(replace(take, path=_link(take.path, folder, take.id)) if take.path else take for take in takes)


def _link(stored: Path, folder: Path, name: str) -> Path:
    target = folder / f"{name}{stored.suffix}"
    if target.exists() and target.samefile(stored):
        return target
    folder.mkdir(parents=True, exist_ok=True)
    incoming = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        incoming.hardlink_to(stored)
    except OSError:  # another disk, or one without hard links
        shutil.copyfile(stored, incoming)
    incoming.replace(target)
    return target
