from __future__ import annotations

import errno
import hashlib
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charkit.errors import CorruptObject, StorageError, StorageFull
from charkit.store import Store, digest_of

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "a store")


def everything_in(store: Store) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file()]


def test_bytes_are_filed_under_their_digest(store: Store) -> None:
    stored = store.put(b"a clip", ".mp4")
    content = hashlib.sha256(b"a clip").hexdigest()
    assert stored.digest == f"sha256:{content}" == digest_of(b"a clip")
    assert stored.path == store.root / "sha256" / content[:2] / f"{content[2:]}.mp4"
    assert stored.path.read_bytes() == b"a clip"
    assert stored.size == 6
    assert store.path(stored.digest) == stored.path
    assert store.has(stored.digest)
    assert everything_in(store) == [stored.path]


def test_the_same_bytes_are_one_file_whatever_the_suffix(store: Store) -> None:
    first = store.put(b"a picture", ".png")
    assert store.put_stream(iter([b"a pic", b"ture"]), ".jpg") == first
    assert everything_in(store) == [first.path]


def test_an_object_that_is_not_there_says_so(store: Store) -> None:
    digest = digest_of(b"never put")
    assert not store.has(digest)
    with pytest.raises(StorageError, match="no object"):
        store.path(digest)
    with pytest.raises(StorageError, match="no object"):
        store.verify(digest)


@pytest.mark.parametrize(
    "digest",
    [
        "",
        "sha256:",
        "sha256:../../../../etc/passwd",
        "sha256:" + "A" * 64,  # upper case would be a second name for the same bytes
        "sha256:" + "a" * 63,
        "sha256:" + "a" * 64 + "\n",
        "md5:" + "a" * 32,
        "a" * 64,
        "sha256:" + "*" * 64,
    ],
)
def test_what_is_not_a_digest_never_becomes_a_path(store: Store, digest: str) -> None:
    for ask in (store.path, store.has, store.verify):
        with pytest.raises(StorageError, match="not a digest"):
            ask(digest)


@pytest.mark.parametrize("suffix", ["", "mp4", ".", ".MP4", "./x", ".mp4/..", ".tar.gz", ".a\n"])
def test_what_is_not_a_suffix_never_becomes_a_path(store: Store, suffix: str) -> None:
    with pytest.raises(StorageError, match="not a file suffix"):
        store.put(b"x", suffix)
    assert not store.root.exists()


def test_changed_bytes_are_found_out(store: Store) -> None:
    stored = store.put(b"precious", ".mp4")
    assert store.verify(stored.digest) == stored
    stored.path.write_bytes(b"precioux")
    with pytest.raises(CorruptObject, match="other bytes") as caught:
        store.verify(stored.digest)
    assert caught.value.path == stored.path


def test_putting_the_good_bytes_again_heals_a_cut_off_file(store: Store) -> None:
    stored = store.put(b"precious", ".mp4")
    stored.path.write_bytes(b"prec")
    assert store.put(b"precious", ".mp4") == stored
    assert store.verify(stored.digest) == stored


def test_a_discarded_object_is_gone_and_can_be_put_again(store: Store) -> None:
    stored = store.put(b"precious", ".mp4")
    store.discard(stored.digest)
    store.discard(stored.digest)
    assert not store.has(stored.digest)
    assert store.put(b"precious", ".mp4") == stored


def test_a_stream_that_breaks_leaves_nothing_and_its_error_comes_through(store: Store) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half of "
        raise ConnectionResetError("gone")  # an OSError, and not the disk's

    with pytest.raises(ConnectionResetError, match="gone"):
        store.put_stream(broken(), ".mp4")
    assert everything_in(store) == []


def test_a_check_that_fails_leaves_nothing(store: Store) -> None:
    seen: list[bytes] = []

    def check(path: Path) -> NoReturn:
        seen.append(path.read_bytes())
        raise ValueError("cut off")

    with pytest.raises(ValueError, match="cut off"):
        store.put_stream([b"some", b"thing"], ".mp4", check=check)
    assert seen == [b"something"]
    assert everything_in(store) == []


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_leaves_nothing_half_written(
    store: Store, monkeypatch: pytest.MonkeyPatch, step: str, code: int
) -> None:
    kept = store.put(b"made before", ".mp4")

    def full(*_: object, **__: object) -> NoReturn:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        if step == "fsync":
            patch.setattr(os, "fsync", full)
        elif step == "replace":
            patch.setattr(Path, "replace", full)
        else:
            patch.setattr("charkit.store._opened", FullFile.opened)
        with pytest.raises(StorageFull, match="no space") as caught:
            store.put(b"x" * 100_000, ".mp4")
    assert caught.value.path is not None
    assert everything_in(store) == [kept.path]
    assert store.put(b"x" * 100_000, ".mp4").size == 100_000


class FullFile:
    """A file on a disk that fills up while it is being written."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def opened(cls, path: Path) -> FullFile:
        path.write_bytes(b"what fitted")
        return cls(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def write(self, data: bytes) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_disk_that_refuses_is_a_storage_error(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="file"):
        Store(tmp_path / "file" / "store").put(b"x", ".mp4")


def test_many_writers_of_the_same_bytes_end_with_one_file(store: Store) -> None:
    data = os.urandom(300_000)
    barrier = threading.Barrier(8)
    failures: list[Exception] = []

    def put() -> None:
        try:
            barrier.wait(10)
            Store(store.root).put(data, ".mp4")
        except Exception as error:  # noqa: BLE001  (a thread must not swallow it)
            failures.append(error)

    threads = [threading.Thread(target=put) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert len(everything_in(store)) == 1
    store.verify(digest_of(data))


def test_what_a_dead_process_left_is_swept_away_after_a_day(store: Store) -> None:
    incoming = store.root / "incoming"
    incoming.mkdir(parents=True)
    old, new = incoming / "old.mp4", incoming / "new.mp4"
    for path in (old, new):
        path.write_bytes(b"half")
    yesterday = time.time() - 25 * 3600
    os.utime(old, (yesterday, yesterday))
    store.put(b"x", ".mp4")
    assert not old.exists()
    assert new.exists()  # another process may be writing it now


@given(st.lists(st.binary(max_size=50), max_size=8))
def test_any_stream_comes_back_whole(tmp_path_factory: pytest.TempPathFactory, chunks: list[bytes]) -> None:
    store = Store(tmp_path_factory.getbasetemp() / "streams")
    stored = store.put_stream(chunks, ".bin")
    assert stored.path.read_bytes() == b"".join(chunks)
    assert store.verify(stored.digest).size == sum(map(len, chunks))


def test_every_name_that_leads_to_an_object_is_on_disk_before_put_returns(tmp_path, monkeypatch) -> None:
    synced = []
    monkeypatch.setattr("charkit.store._sync_folder", synced.append)
    root = tmp_path / "workspace" / "store"
    stored = Store(root).put(b"a clip", ".mp4")
    leading = [folder for folder in stored.path.parents if folder.is_relative_to(tmp_path)]
    assert set(leading) <= set(synced)
    # Made by another process, which may have been cut off before its names were on disk.
    synced.clear()
    Store(root).put(b"another clip", ".mp4")
    assert {root.parent, root, root / "sha256"} <= set(synced)
