from __future__ import annotations

import os
from typing import TYPE_CHECKING

from charkit.simulator.shelf import Shelf

if TYPE_CHECKING:
    from pathlib import Path


def kept(shelf: Shelf, key: str, size: int, used: int) -> Path:
    path = shelf.result(key, ".mp4")
    path.write_bytes(b"x" * size)
    os.utime(path, (used, used))
    return path


def test_inputs_are_kept_once_by_digest(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    digest = shelf.put(b"picture")
    assert shelf.put(b"picture") == digest
    assert shelf.input(digest).read_bytes() == b"picture"
    assert len(list((tmp_path / "inputs").iterdir())) == 1


def test_the_least_recently_used_results_go_first(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, limit=250)
    old, used, new = kept(shelf, "old", 100, 1), kept(shelf, "used", 100, 2), kept(shelf, "new", 100, 3)
    assert shelf.touch(old)
    shelf.trim()
    assert (old.exists(), used.exists(), new.exists()) == (True, False, True)
    assert not shelf.touch(used)


def test_a_sweep_removes_the_drafts_of_a_crash(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    draft = shelf.draft(".mp4")
    draft.write_bytes(b"half")
    shelf.sweep()
    assert not draft.exists()
