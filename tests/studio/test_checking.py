"""`charkit routes --check`: does the matrix still say the truth?"""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from charkit.routes import RouteMatrix
from charkit.settings import Settings
from charkit.studio.checking import EndpointCheck, check_routes

TODAY = dt.date(2026, 11, 22)
KEY = "sk-very-secret-key-of-mine"

OWN = """\
sources:
  me: {as_of: 2026-11-20, source: my gateway's page, confidence: third party}
endpoints:
  box: {protocol: openai-videos, base_url: "URL", key: BOX_API_KEY, cite: me}
routes:
  box-a: {endpoint: box, model: model-a, kind: video, status: {value: live, cite: me}}
  box-b: {endpoint: box, model: model-b, kind: video, status: {value: live, cite: me}}
  box-old:
    {endpoint: box, model: old, kind: video, status: {value: shut down, cite: me}, ends: {value: 2026-09-24, cite: me}}
"""


@pytest.fixture
def gateway() -> Iterator[tuple[str, dict[str, object]]]:
    """Yield a server's address and what it answers to everything."""
    answer: dict[str, object] = {"status": 200, "body": {"data": []}, "type": "application/json"}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = answer["body"]
            data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(int(str(answer["status"])))
            self.send_header("Content-Type", str(answer["type"]))
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1", answer
    server.shutdown()
    server.server_close()
    thread.join()


def checked(folder: Path, url: str) -> EndpointCheck:
    file = folder / "routes.yaml"
    file.write_text(OWN.replace("URL", url), encoding="utf-8")
    matrix = RouteMatrix.load(file, day=TODAY).within({"box"})
    (found,) = check_routes(matrix, Settings.load())
    return found


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOX_API_KEY", KEY)


def test_what_is_missing_back_or_ending_is_said(tmp_path: Path, gateway: tuple[str, dict[str, object]]) -> None:
    url, answer = gateway
    answer["body"] = {"data": [{"id": "model-a", "shutdown_date": "2026-12-24"}, {"id": "old"}]}
    found = checked(tmp_path, url)
    assert found.verdict == "differs"
    assert found.said == (
        "box-a ends on 2026-12-24 by the service, not by the matrix",
        "box-b is live by the matrix, and model-b is not in the service's list",
        "box-old is shut down by the matrix, and old is in the service's list",
    )


def test_where_nothing_differs_it_agrees(tmp_path: Path, gateway: tuple[str, dict[str, object]]) -> None:
    url, answer = gateway
    answer["body"] = {"data": [{"id": "model-a"}, {"id": "model-b"}]}
    assert checked(tmp_path, url) == EndpointCheck(endpoint="box", verdict="agrees")


def test_a_wrong_address_and_a_dead_key_are_failures_that_show_no_key(
    tmp_path: Path, gateway: tuple[str, dict[str, object]]
) -> None:
    url, answer = gateway
    answer |= {"body": "<html>Welcome</html>", "type": "text/html"}
    page = checked(tmp_path, url)
    assert (page.verdict, "web page" in page.said[0]) == ("failed", True)
    answer |= {"status": 401, "body": {"error": {"message": f"{KEY} is wrong"}}, "type": "application/json"}
    dead = checked(tmp_path, url)
    assert dead.verdict == "failed"
    assert KEY not in repr(dead)


def test_without_a_key_nobody_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BOX_API_KEY")
    found = checked(tmp_path, "http://127.0.0.1:9/v1")
    assert (found.verdict, found.said) == ("not asked", ("no key in BOX_API_KEY",))


def test_on_the_simulator_it_finds_what_the_simulator_keeps_alive(simulator: str) -> None:
    matrix = RouteMatrix.load(day=TODAY)
    found = {one.endpoint: one for one in check_routes(matrix, Settings.load(), simulator=simulator)}
    assert set(found) == {route.endpoint for route in matrix.routes.values()}
    assert any("sora-2 is shut down by the matrix" in word for word in found["openai"].said)
    assert not any("gemini-omni-1.2-flash" in word for word in found["google"].said)
    assert found["by-hand"].verdict == "not asked"
