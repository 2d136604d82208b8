"""Files that two programs may have open."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from charkit.documents import held
from charkit.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_held_by_one_at_a_time_and_free_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("charkit.documents.holding.PATIENCE", 0.01)
    file = tmp_path / "new" / "notes.json"
    with held(file), pytest.raises(StorageError, match=r"notes\.json: another program is writing it"), held(file):
        pytest.fail("both held it")
    with held(file):
        assert not file.exists()


def test_a_program_that_failed_inside_lets_go(tmp_path: Path) -> None:
    with pytest.raises(KeyError), held(tmp_path / "notes.json"):
        raise KeyError
    with FileLock(tmp_path / ".notes.json.lock", timeout=0.01):
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes anywhere")
def test_a_place_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match="cannot be written"), held(tmp_path / "notes.json"):
        pytest.fail("held it")


def test_a_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(StorageError, match="cannot be written"), held(tmp_path / "run" / "notes.json"):
        pytest.fail("held it")
