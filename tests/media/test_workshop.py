from __future__ import annotations

import errno
import os
import subprocess
import sys

import av
import pytest

from charkit.errors import EncodingFailed, StorageError, StorageFull, UsageError
from charkit.media.workshop import clear_away, put_in_place, workshop


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


def test_a_film_takes_no_device_s_and_no_folder_s_place(tmp_path):
    (tmp_path / "folder.mp4").mkdir()
    os.mkfifo(tmp_path / "pipe.mp4")
    for name, kind in (("folder.mp4", "a folder"), ("pipe.mp4", "a device or a pipe")):
        with pytest.raises(StorageError, match=f"cannot be written: is {kind}"), workshop(tmp_path / name):
            raise AssertionError("nothing is made that has no place")
    assert (tmp_path / "pipe.mp4").is_fifo()
    assert names(tmp_path) == ["folder.mp4", "pipe.mp4"]


MAKING = """
import sys, time
from pathlib import Path
from charkit.media.workshop import workshop
with workshop(Path(sys.argv[1])) as folder:
    (folder / "raw").write_bytes(b"frames")
    print(folder.name, flush=True)
    time.sleep(60)
"""


def making(out):
    """A process in the middle of making a film, and the name of its folder."""
    process = subprocess.Popen([sys.executable, "-c", MAKING, str(out)], stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline().strip()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_what_a_killed_process_left_goes_with_the_next_film_and_what_a_living_one_has_stays(tmp_path):
    out = tmp_path / "film.mp4"
    (dead, left), (living, kept) = making(out), making(out)
    other, beside = making(tmp_path / "other.mp4")
    try:
        assert names(tmp_path) == sorted([left, kept, beside])
        for process in (dead, other):
            process.kill()  # SIGKILL: it cannot clear up
            process.wait()
        assert names(tmp_path) == sorted([left, kept, beside])
        with workshop(out) as folder:
            assert names(tmp_path) == sorted([kept, beside, folder.name])  # another film's are not its business
            with workshop(out) as within:  # its own process's are not a dead one's either
                assert names(tmp_path) == sorted([kept, beside, folder.name, within.name])
        assert names(tmp_path) == sorted([kept, beside])
        assert (tmp_path / kept / "raw").read_bytes() == b"frames"
    finally:
        for process in (dead, living, other):
            process.kill()
            process.wait()
            process.stdout.close()


def test_folders_that_only_look_like_a_workshop_stay(tmp_path):
    out = tmp_path / "film.mp4"
    (tmp_path / ".film.mp4.mine.part").mkdir()
    (tmp_path / ".film.mp4.mine.part" / "notes.txt").write_text("mine")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "in-use.lock").write_text("")
    (tmp_path / ".film.mp4.link.part").symlink_to(tmp_path / "elsewhere")
    assert clear_away(out) == ()
    assert clear_away(tmp_path / "no such folder" / "film.mp4") == ()
    assert names(tmp_path) == [".film.mp4.link.part", ".film.mp4.mine.part", "elsewhere"]
