"""Downloads over a loopback server that answers well, badly, or breaks off."""

import contextlib
import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from charkit.errors import BadWeights, StorageError, Unavailable
from charkit.weights import Weight, Weights
from charkit.weights.fetching import fetch

MODEL = b"\x08\x07onnx" + bytes(range(256)) * 1000
SHA256 = hashlib.sha256(MODEL).hexdigest()


class Files(BaseHTTPRequestHandler):
    """Sends the model under `/model`, honours ranges there, and misbehaves elsewhere."""

    asked: ClassVar[list[tuple[str, str]]] = []

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        type(self).asked.append((self.path, wanted))
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/model")
            self.end_headers()
            return
        if self.path == "/gone":
            self.send_error(404)
            return
        body = {"/page": b"<!DOCTYPE html><html>sign in", "/altered": b"X" + MODEL[1:], "/more": MODEL * 3}.get(
            self.path, MODEL
        )
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.path == "/model" else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        end = len(body) // 2 if self.path == "/breaks" else len(body)
        with contextlib.suppress(ConnectionError):  # the client had enough
            self.wfile.write(body[start:end])
        self.close_connection = True


@pytest.fixture
def server() -> Iterator[str]:
    Files.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Files) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{http.server_address[1]}"
        http.shutdown()
        thread.join()


def get(url: str, target: Path, on_progress=None) -> None:
    fetch(url, target, sha256=SHA256, size=len(MODEL), on_progress=on_progress)


@pytest.mark.parametrize("path", ["/model", "/moved"])
def test_a_file_arrives_whole_and_says_how_far_it_is(server: str, tmp_path: Path, path: str) -> None:
    seen: list[tuple[int, int]] = []
    get(server + path, tmp_path / "w" / "toy.onnx", lambda have, size: seen.append((have, size)))
    assert (tmp_path / "w" / "toy.onnx").read_bytes() == MODEL
    assert seen[-1] == (len(MODEL), len(MODEL))
    assert [file.name for file in (tmp_path / "w").iterdir()] == ["toy.onnx"]


@pytest.mark.parametrize(("path", "said"), [("/page", "web page"), ("/altered", "altered"), ("/more", "more than")])
def test_what_is_not_the_pinned_file_never_gets_its_name(server: str, tmp_path: Path, path: str, said: str) -> None:
    with pytest.raises(BadWeights, match=said):
        get(server + path, tmp_path / "toy.onnx")
    assert list(tmp_path.iterdir()) == []


def test_a_download_that_broke_off_goes_on_where_it_stopped(server: str, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="broke off.*ask again"):
        get(f"{server}/breaks", tmp_path / "toy.onnx")
    half = (tmp_path / ".toy.onnx.part").stat().st_size
    assert 0 < half < len(MODEL)
    assert not (tmp_path / "toy.onnx").exists()
    get(f"{server}/model", tmp_path / "toy.onnx")
    assert Files.asked[-1] == ("/model", f"bytes={half}-")
    assert (tmp_path / "toy.onnx").read_bytes() == MODEL


def test_a_half_of_another_file_is_thrown_away_and_all_of_it_fetched(server: str, tmp_path: Path) -> None:
    (tmp_path / ".toy.onnx.part").write_bytes(b"another file entirely")
    get(f"{server}/model", tmp_path / "toy.onnx")
    assert (tmp_path / "toy.onnx").read_bytes() == MODEL
    assert [wanted for _, wanted in Files.asked] == ["bytes=21-", ""]


def test_a_server_that_cannot_go_on_sends_all_of_it(server: str, tmp_path: Path) -> None:
    (tmp_path / ".toy.onnx.part").write_bytes(MODEL[:1000])
    get(f"{server}/moved-not", tmp_path / "toy.onnx")
    assert (tmp_path / "toy.onnx").read_bytes() == MODEL


def test_a_refusal_is_said_with_its_number(server: str, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="answered 404") as caught:
        get(f"{server}/gone", tmp_path / "toy.onnx")
    assert caught.value.status_code == 404


def test_nobody_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="broke off"):
        get("http://127.0.0.1:9/model", tmp_path / "toy.onnx")


def test_a_place_that_cannot_be_written_is_said(server: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="cannot be written"):
        get(f"{server}/model", tmp_path / "file" / "toy.onnx")


def test_the_shelf_downloads_once_and_only_when_asked(server: str, tmp_path: Path) -> None:
    toy = Weight(
        name="toy",
        what="nothing",
        file="toy.onnx",
        bytes=len(MODEL),
        sha256=SHA256,
        url=f"{server}/model",
        licence="MIT",
        as_of="2026-11-22",
        source="made for this test",
    )
    weights = Weights(tmp_path / "weights", {"toy": toy})
    weights.held("toy")
    weights.verify()
    assert Files.asked == []
    assert weights.find("toy") if weights.get("toy") else None
    weights.get("toy")
    assert len(Files.asked) == 1
