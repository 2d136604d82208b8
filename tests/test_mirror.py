"""A store that machines share: on disk, in memory, and on an S3 server where one can be started."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from pathlib import Path

import pytest

from charkit.errors import CorruptObject, StorageError, UnknownName, UsageError
from charkit.mirror import Mirror, checked_url, open_store
from charkit.settings import Settings
from charkit.store import Store

pytest.importorskip("fsspec", reason="SHARED STORES NOT TESTED: fsspec is not installed (extra `cluster`)")

NO_S3 = [name for name in ("s3fs", "moto", "flask", "flask_cors") if importlib.util.find_spec(name) is None]


@pytest.fixture(scope="module")
def s3():
    """A bucket on a server of its own, on loopback."""
    if NO_S3:
        pytest.skip(f"S3 NOT TESTED: {', '.join(NO_S3)} not installed (dependency group `dev`, extra `cluster`)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], stdout=-3, stderr=-3
    )
    told = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
    before = {name: os.environ.get(name) for name in (*told, "AWS_ENDPOINT_URL")}
    os.environ |= {**told, "AWS_ENDPOINT_URL": url}
    try:
        _until_it_answers(url, server)
        request = urllib.request.Request(f"{url}/shared", method="PUT")  # noqa: S310  # loopback
        urllib.request.urlopen(request, timeout=10).close()  # noqa: S310  # the same
        yield "s3://shared/film"
    finally:
        server.kill()
        server.wait()
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _until_it_answers(url: str, server: subprocess.Popen) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            return urllib.request.urlopen(url, timeout=5).close()  # noqa: S310  # loopback
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the S3 server did not come up")


@pytest.fixture(params=["file", "memory", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "s3":
        return f"{request.getfixturevalue('s3')}/{uuid.uuid4().hex}"
    return f"file://{tmp_path}/shared" if request.param == "file" else f"memory://{uuid.uuid4().hex}"


def test_what_one_machine_files_another_finds(place: str, tmp_path: Path) -> None:
    here, there = (Store(tmp_path / name, mirror=Mirror(place)) for name in ("here", "there"))
    stored = here.put(b"a clip", ".mp4")
    assert there.has(stored.digest)
    found = there.path(stored.digest)
    assert found.read_bytes() == b"a clip"
    assert found.suffix == ".mp4"
    assert found.is_relative_to(tmp_path / "there")
    assert here.put(b"a clip", ".mp4") == stored
    absent = "sha256:" + "0" * 64
    assert not there.has(absent)
    with pytest.raises(StorageError, match="no object"):
        there.path(absent)


def test_an_object_that_was_altered_there_does_not_come_in(place: str, tmp_path: Path) -> None:
    mirror = Mirror(place)
    stored = Store(tmp_path / "here", mirror=mirror).put(b"a clip", ".mp4")
    mirror._files.pipe_file(mirror._name(stored.digest) + ".mp4", b"another")
    there = Store(tmp_path / "there", mirror=Mirror(place))
    with pytest.raises(CorruptObject, match="other bytes"):
        there.path(stored.digest)
    assert not list((tmp_path / "there").rglob("*.mp4"))


def test_a_shared_store_that_cannot_be_reached_is_said_and_the_object_is_safe_here(tmp_path: Path) -> None:
    (tmp_path / "in-the-way").write_text("a file")
    store = Store(tmp_path / "here", mirror=Mirror(f"file://{tmp_path}/in-the-way"))
    with pytest.raises(StorageError, match="cannot be used"):
        store.put(b"a clip", ".mp4")
    assert [path.read_bytes() for path in (tmp_path / "here" / "sha256").rglob("*.mp4")] == [b"a clip"]


def test_the_settings_name_it_and_without_one_nothing_is_shared(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("CHARKIT_STORE", f"file://{tmp_path}/shared")
    stored = open_store(tmp_path / "here", Settings.load()).put(b"a clip", ".mp4")
    assert Store(tmp_path / "shared").path(stored.digest).read_bytes() == b"a clip"  # laid out alike
    monkeypatch.setenv("CHARKIT_STORE", "")
    open_store(tmp_path / "here", Settings.load()).put(b"another", ".mp4")
    assert len(list((tmp_path / "shared").rglob("*.mp4"))) == 1


@pytest.mark.parametrize(
    "url", ["s3://me:secret@bucket/x", "https://host/x?api_key=1", "s3://bucket/x?X-Amz-Signature=1"]
)
def test_a_url_with_credentials_is_refused_without_repeating_them(url: str) -> None:
    with pytest.raises(UsageError, match="holds credentials") as caught:
        checked_url(url)
    assert "secret@" not in str(caught.value)
    assert "=1" not in str(caught.value)


def test_an_unknown_kind_of_place_is_named() -> None:
    with pytest.raises(UnknownName, match="no kind of place called 's33'"):
        checked_url("s33://bucket/x")
