"""JupyterLab and a browser of this machine, for tests that look at notebooks the way a person does.

Everything is JupyterLab's and Chromium's own: the server comes from the environment that the tests run in, the browser
is the one that is installed. Both listen on loopback only and write to a folder of their own.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType
    from typing import IO

VARIABLE = "CHARKIT_CHROMIUM"
HOW_TO_GET_IT = (
    "install Debian's package `chromium`, or run `python -m playwright install chromium`, or name a Chromium or Chrome "
    f"in {VARIABLE}"
)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
)
"""What keeps Chromium from asking the network for anything, and lets it run in a container."""

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_STARTS_WITHIN = 120.0
_ENDS_WITHIN = 15.0
# A test run that is killed must not leave a server behind: the kernel of Linux ends it with its parent.
_START = """
import ctypes, os, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
from jupyterlab.labapp import main
sys.exit(main())
"""
_SETTINGS = {
    # All cells are drawn at once, and nothing is saved, fetched or announced on its own.
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none", "recordTiming": False},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
    "@jupyterlab/apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
}


def find_chromium(own: str = "") -> Path | None:
    """Return the browser to drive: the one that is named, else one on the path, else playwright's own.

    Args:
        own: Where playwright would have put its own.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None and own and Path(own).is_file():
        return Path(own)
    return Path(found) if found else None


@dataclass(kw_only=True)
class Lab:
    """A JupyterLab on loopback that is gone, kernels and all, when the block ends."""

    root: Path
    """What it serves."""
    home: Path
    """Where it keeps its settings and its log."""
    variables: dict[str, str] = field(default_factory=dict)
    """For its kernels, beside this process's own."""
    port: int = 0
    token: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    _process: subprocess.Popen[bytes] | None = None
    _log: IO[bytes] | None = None

    @property
    def base(self) -> str:
        """The address under which all that it serves lies."""
        return f"http://127.0.0.1:{self.port}"

    def address(self, path: str) -> str:
        """Return where a notebook opens in a workspace that remembers nothing."""
        return f"{self.base}/lab/tree/{path}?reset&token={self.token}"

    def __enter__(self) -> Self:
        self.port = _free_port()
        self._write_settings()
        self._log = (self.home / "lab.log").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START, *self._options()],
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            self._wait()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the server and whatever it started: asked first, then made to."""
        process = self._process
        if process is None or self._log is None:
            return
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_ENDS_WITHIN)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._log.close()
        self._process = None

    @property
    def last_words(self) -> str:
        """The end of its log."""
        return (self.home / "lab.log").read_text(encoding="utf-8", errors="replace")[-3000:]

    def _options(self) -> list[str]:
        return [
            "--no-browser",
            "--allow-root",
            "--ip=127.0.0.1",
            f"--port={self.port}",
            "--ServerApp.port_retries=0",
            f"--IdentityProvider.token={self.token}",
            f"--ServerApp.root_dir={self.root}",
            "--ServerApp.terminals_enabled=False",
            "--LabApp.expose_app_in_browser=True",
            "--LabApp.news_url=None",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            "--LanguageServerManager.autodetect=False",
        ]

    def _environment(self) -> dict[str, str]:
        places = {
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTER_DATA_DIR": "data",
            "IPYTHONDIR": "ipython",
        }
        return {**os.environ, **{name: str(self.home / folder) for name, folder in places.items()}, **self.variables}

    def _write_settings(self) -> None:
        for plugin, said in _SETTINGS.items():
            file = self.home / "settings" / f"{plugin}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(said), encoding="utf-8")

    def _wait(self) -> None:
        end = time.monotonic() + _STARTS_WITHIN
        while True:
            if self._process is None or self._process.poll() is not None:
                raise RuntimeError(f"JupyterLab ended before it listened:\n{self.last_words}")
            with suppress(OSError):
                urllib.request.urlopen(f"{self.base}/api?token={self.token}", timeout=2).close()  # noqa: S310
                return
            if time.monotonic() > end:
                raise TimeoutError(f"JupyterLab does not listen after {_STARTS_WITHIN:g} s:\n{self.last_words}")
            time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def major(version: str) -> str:
    """Return a browser's main version, as in `chromium 156`."""
    found = re.match(r"\d+", version)
    return f"chromium {found[0] if found else version}"
