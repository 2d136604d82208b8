from __future__ import annotations

import errno
import os

import av
import pytest

from charkit.errors import EncodingFailed, StorageError, StorageFull, UsageError
from charkit.media.workshop import put_in_place, workshop


def test_a_film_moves_from_its_workshop_to_its_place_and_nothing_else_stays(tmp_path):
    out = tmp_path / "new" / "films" / "film.mp4"
    with workshop(out) as folder:
        assert folder.stat().st_dev == tmp_path.stat().st_dev
        assert folder.parent == out.parent
        assert folder.name.startswith(".")
        (folder / "raw").write_bytes(b"frames")
        (folder / "film.mp4").write_bytes(b"film")
        put_in_place(folder / "film.mp4", out)
    assert [path.name for path in out.parent.iterdir()] == ["film.mp4"]
    assert out.read_bytes() == b"film"


@pytest.mark.parametrize(
    ("problem", "kind", "said"),
    [
        (OSError(errno.ENOSPC, "x"), StorageFull, "no space left"),
        (OSError(errno.EDQUOT, "x"), StorageFull, "no space left"),
        (av.error.OSError(errno.ENOSPC, "x"), StorageFull, "no space left"),
        (OSError(errno.EIO, os.strerror(errno.EIO)), StorageError, "cannot be written: Input/output error"),
        (av.error.ExternalError(1, "the encoder died"), EncodingFailed, "cannot be written: the encoder died"),
        (UsageError("as it is"), UsageError, "as it is"),
        (KeyboardInterrupt(), KeyboardInterrupt, None),
    ],
)
def test_what_fails_is_named_and_only_what_was_there_before_stays(tmp_path, problem, kind, said):
    old = tmp_path / "old" / "film.mp4"
    old.parent.mkdir()
    old.write_bytes(b"old")
    for out in (old, tmp_path / "new" / "films" / "film.mp4"):
        with pytest.raises(kind, match=said), workshop(out) as folder:
            (folder / "film.mp4").write_bytes(b"half")
            raise problem
    assert old.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["film.mp4", "old"]


def test_a_place_below_a_file_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="file is no folder"), workshop(tmp_path / "file" / "a.mp4"):
        pass
