"""A scripted service on loopback: it records every request to the byte and answers what a test told it to."""

import email.parser
import email.policy
import json
import socket
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest
from pydantic import SecretStr

from charkit.errors import CharkitError
from charkit.providers import connect
from charkit.providers.base import Blob, BoundReference, Connection, Role

KEY = "sk-loopback-0123456789"


@dataclass(frozen=True)
class Part:
    """One part of a form."""

    name: str
    filename: str | None
    media_type: str
    data: bytes


@dataclass(frozen=True)
class Arrived:
    """One request as it came in."""

    method: str
    path: str
    query: dict
    headers: dict
    body: bytes = field(repr=False)
    port: int = 0
    """The client's port: another one is another connection."""

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def parts(self):
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + self.body)
        return [
            Part(
                name=part.get_param("name", header="content-disposition"),
                filename=part.get_filename(),
                media_type=part.get_content_type(),
                data=part.get_payload(decode=True),
            )
            for part in message.iter_parts()
        ]


@dataclass(frozen=True)
class Scripted:
    """One answer, or one way of not answering."""

    status: int = 200
    body: bytes = b""
    headers: dict = field(default_factory=dict)
    manner: str = "answer"
    """`answer`, `drop` (close without a word), `hang` (stay silent), `cut` (close in the middle of the body)."""


class Service:
    """The scripted service. Answers are used up in order; the last one is repeated."""

    def __init__(self):
        self.arrived = []
        self.script = []
        self.released = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def posts(self):
        return [one for one in self.arrived if one.method == "POST"]

    @property
    def gets(self):
        return [one for one in self.arrived if one.method == "GET"]

    def says(self, value, status=200, **headers):
        """Answer with JSON."""
        names = {name.replace("_", "-"): str(text) for name, text in headers.items()}
        body = json.dumps(value).encode()
        self.script.append(Scripted(status, body, {"Content-Type": "application/json", **names}))
        return self

    def sends(self, body, status=200, media_type="text/html; charset=utf-8", **headers):
        """Answer with anything else."""
        names = {name.replace("_", "-"): str(text) for name, text in headers.items()}
        self.script.append(Scripted(status, body, {"Content-Type": media_type, **names}))
        return self

    def behaves(self, manner, body=b""):
        """Misbehave."""
        self.script.append(Scripted(200, body, {"Content-Type": "video/mp4"}, manner))
        return self

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def _next(self):
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def _handler(self):
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                url = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                query = dict(parse_qsl(url.query))
                service.arrived.append(Arrived(self.command, url.path, query, headers, body, self.client_address[1]))
                self.answer(service._next())

            do_POST = do_DELETE = do_GET  # noqa: N815 - the names that http.server looks for

            def answer(self, scripted):
                self.close_connection = scripted.manner != "answer"
                if scripted.manner == "hang":
                    service.released.wait(10)
                if scripted.manner in ("drop", "hang"):
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                extra = 1000 if scripted.manner == "cut" else 0
                self.send_response(scripted.status)
                for name, value in scripted.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(scripted.body) + extra))
                self.end_headers()
                self.wfile.write(scripted.body)

            def log_message(self, *_):
                pass

        return Handler


@pytest.fixture
def service():
    """Yield a fresh scripted service."""
    running = Service()
    yield running
    running.close()


@pytest.fixture
def other_host():
    """Yield a second scripted service: another host, to which no key may go."""
    running = Service()
    yield running
    running.close()


@pytest.fixture
def closed_port():
    """Return a base URL at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


SEEN = pytest.StashKey[set]()
"""What came out of which call of which adapter in this session: (adapter, call, outcome or exception)."""
TABLE = pytest.StashKey[set]()
"""What has to come out: the cells of the contract (`test_contract`)."""


def pytest_configure(config):
    """Begin without a cell."""
    config.stash[SEEN] = set()
    config.stash[TABLE] = set()


def pytest_sessionfinish(session):
    """Hand the count on: to the terminal, or from a worker to the process that has one."""
    table = session.config.stash.get(TABLE, set())
    if table:
        counted = (len(table & session.config.stash[SEEN]), len(table))
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["contract"] = counted
        else:
            session.config.contract = counted


def watched(adapter, name, seen):
    """Return the adapter, writing down what comes out of its calls."""

    def note(call, work):
        def noting(*given, **named):
            try:
                answer = work(*given, **named)
            except CharkitError as error:
                seen.add((name, call, type(error).__name__))
                raise
            seen.add((name, call, str(answer.outcome)))
            return answer

        return noting

    def note_fetch(*given):
        try:
            yield from fetch(*given)
        except CharkitError as error:
            seen.add((name, "fetch", type(error).__name__))
            raise
        seen.add((name, "fetch", "bytes"))

    fetch = adapter.fetch
    adapter.submit, adapter.poll = note("submit", adapter.submit), note("poll", adapter.poll)
    adapter.fetch = note_fetch
    return adapter


@pytest.fixture
def connected(request):
    """Return a maker of adapters: `connected(protocol, base_url, dialect=..., timeout=...)`."""

    def make(protocol, base_url, *, dialect="", timeout=5.0, key=KEY, **more):
        connection = Connection(
            endpoint="loopback", base_url=base_url, key=SecretStr(key), dialect=dialect, timeout=timeout, **more
        )
        name = f"{protocol}{dialect and '-' + dialect}"
        return watched(connect(protocol, connection), name, request.config.stash[SEEN])

    return make


@pytest.fixture
def reference(picture):
    """Return a maker of bound references."""

    def make(role=Role.CHARACTER, *, name="mira-front.png", size=(64, 64), colour="#3a6b35", character="Mira"):
        blob = Blob(name=name, media_type="image/png", data=picture(*size, colour))
        return BoundReference(role=role, blob=blob, character=character)

    return make


@pytest.fixture
def finished():
    """Return a poller: `finished(adapter, remote_id)` is the answer with which a job ended."""

    def poll(adapter, remote_id):
        for _ in range(400):
            answer = adapter.poll(remote_id)
            if answer.outcome.terminal:
                return answer
            time.sleep(0.03)
        pytest.fail(f"{remote_id} never finished")

    return poll
