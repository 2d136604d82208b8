"""Run a command with a PostgreSQL server of its own, which is gone when the command ends.

    python tests/with_postgres.py make test

The command finds the server's URL in CHARKIT_TEST_POSTGRES. The server listens on a socket in a folder of its own and
on no network, asks for a password made for the occasion, and syncs to disk as a real one does. PostgreSQL refuses to
run as root, so root hands it to an unprivileged user. Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE = "CHARKIT_TEST_POSTGRES"
MISSING = 69
"""Exit status (EX_UNAVAILABLE) that says that there is no PostgreSQL here."""

_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/pgsql/bin")
_USER = "charkit"
_STARTS_WITHIN = 60.0


def programs() -> Path | None:
    """Return the folder with `initdb` and `postgres`, the newest version's; None if PostgreSQL is not installed."""
    found = [Path(on_path).resolve().parent] if (on_path := shutil.which("initdb")) else []
    for pattern in _PLACES:
        found += [folder for folder in Path("/").glob(pattern.lstrip("/")) if (folder / "initdb").is_file()]
    return max(found, key=_version, default=None)


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", str(folder)))


@contextmanager
def server(binaries: Path) -> Iterator[str]:
    """Start a server on a cluster made for it; yield its URL, stop it and remove everything at the end."""
    root = Path(tempfile.mkdtemp(prefix="charkit-pg-"))
    who = _unprivileged()
    try:
        if who:
            shutil.chown(root, who)
        password = secrets.token_hex(16)
        _make_cluster(binaries, root, password, who)
        process = _start(binaries, root, who)
        try:
            _wait_until_it_answers(binaries, root, process)
            yield f"postgresql://{_USER}:{password}@/postgres?host={root}"
        finally:
            _stop(process)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _unprivileged() -> str | None:
    """Return the user to hand the server to; None where this process may run it itself."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    sys.exit("PostgreSQL refuses to run as root, and there is neither a user 'postgres' nor 'nobody'")


def _as(who: str | None) -> dict[str, object]:
    return {} if who is None else {"user": who, "group": pwd.getpwnam(who).pw_gid, "extra_groups": ()}


def _make_cluster(binaries: Path, root: Path, password: str, who: str | None) -> None:
    words = root / "password"
    words.touch(mode=0o600)
    words.write_text(password, encoding="ascii")
    if who:
        shutil.chown(words, who)
    command = [str(binaries / "initdb"), "-D", str(root / "data"), f"--username={_USER}", f"--pwfile={words}"]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"]
    made = subprocess.run(command, check=False, cwd=root, capture_output=True, text=True, **_as(who))
    words.unlink()
    if made.returncode:
        sys.exit(f"initdb failed:\n{made.stderr}")


def _start(binaries: Path, root: Path, who: str | None) -> subprocess.Popen[bytes]:
    options = {"listen_addresses": "", "unix_socket_directories": str(root), "max_connections": "200", "fsync": "on"}
    command = [str(binaries / "postgres"), "-D", str(root / "data")]
    command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    # A session of its own: Ctrl-C is for the command, and the server goes after it.
    with (root / "log").open("wb") as log:
        return subprocess.Popen(command, cwd=root, stdout=log, stderr=log, start_new_session=True, **_as(who))


def _wait_until_it_answers(binaries: Path, root: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _STARTS_WITHIN
    ready = [str(binaries / "pg_isready"), "--quiet", "-h", str(root)]
    while subprocess.run(ready, check=False, cwd=root).returncode:
        if process.poll() is not None or time.monotonic() > until:
            sys.exit(f"PostgreSQL did not start:\n{(root / 'log').read_text(encoding='utf-8', errors='replace')}")
        time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes]) -> None:
    for patience, word in ((20, signal.SIGINT), (10, signal.SIGQUIT), (10, signal.SIGKILL)):
        process.send_signal(word)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            return


def main(command: list[str]) -> int:
    """Run the command beside a server; return its exit status."""
    if not command:
        sys.exit(__doc__)
    binaries = programs()
    if binaries is None:
        sys.stderr.write("PostgreSQL is not installed here (Debian: apt-get install postgresql; macOS: brew).\n")
        return MISSING
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server goes too
    with server(binaries) as url:
        child = subprocess.Popen(command, env={**os.environ, VARIABLE: url})
        try:
            return child.wait()
        except BaseException:
            with suppress(subprocess.TimeoutExpired):
                child.wait(10)  # Ctrl-C reaches it too
            child.terminate()
            raise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
