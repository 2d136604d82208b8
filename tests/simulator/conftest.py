"""A simulator in a process of its own, drawn by `plain_artist`, so that tests of the server take milliseconds."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from PIL import Image

from charkit.simulator.workshop import Conduct, Workshop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from google.genai import Client
    from openai import OpenAI

HERE = Path(__file__).parent
DEADLINE = 20.0


@dataclass
class Server:
    """A running simulator and the official clients that talk to it."""

    state: Path
    options: tuple[str, ...] = ()
    process: subprocess.Popen[str] = field(init=False)
    url: str = field(init=False)

    def start(self) -> Server:
        command = [sys.executable, "-m", "charkit.simulator", "--state", str(self.state), "--exit-with-parent"]
        self.process = subprocess.Popen(
            [*command, "--artist", "plain_artist", "--workers", "1", *self.options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parents[1])])},
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read() if self.process.stderr else ""
        self.url = json.loads(line)["url"]
        return self

    def stop(self) -> int:
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self._gone()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        if self.process.stdin:
            self.process.stdin.close()
        self._gone()

    def _gone(self) -> int:
        status = self.process.wait(DEADLINE)
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()
        return status

    def control(self, path: str) -> Any:
        return httpx2.get(f"{self.url}/control/{path}").json()

    def last_post(self, path: str) -> dict[str, Any]:
        """Return the record of the newest POST to a path that ends so."""
        posts = [r for r in self.control("record")["requests"] if r["method"] == "POST" and r["path"].endswith(path)]
        return posts[-1]

    def openai(self) -> OpenAI:
        from openai import OpenAI

        return OpenAI(base_url=f"{self.url}/openai/v1", api_key="any", max_retries=0)

    def google(self) -> Client:
        from google import genai
        from google.genai import types

        options = types.HttpOptions(
            base_url=f"{self.url}/google", retry_options=types.HttpRetryOptions(attempts=1), timeout=20_000
        )
        return genai.Client(api_key="any", http_options=options)


def until(fetch: Callable[[], Any], ended: Callable[[Any], bool]) -> Any:
    """Poll until `ended` says so; fail after a deadline."""
    deadline = time.monotonic() + DEADLINE
    while not ended(value := fetch()):
        assert time.monotonic() < deadline, f"still {value}"
        time.sleep(0.03)
    return value


def png(width: int = 64, height: int = 64, colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that do not look at its life."""
    running = Server(tmp_path_factory.mktemp("simulator")).start()
    yield running
    running.stop()


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Servers of one's own, on one state directory, to be killed and started again."""
    started: list[Server] = []

    def make(*options: str) -> Server:
        started.append(Server(tmp_path / "state", options).start())
        return started[-1]

    yield make
    for each in started:
        if each.process.poll() is None:
            each.kill()


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """A workshop without a server around it; its drawing processes start when something is drawn."""
    monkeypatch.syspath_prepend(str(HERE))
    shop = Workshop(Conduct(state=tmp_path / "state", workers=1, artist="plain_artist"))
    yield shop
    shop.renderer.close()
    shop.jobs.close()
