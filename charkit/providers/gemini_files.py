"""Clips that a Google endpoint hands over by address: saved whole before a byte of them is passed on.

Only the id is taken from the address of a file, and the endpoint's own base URL is asked for it, so the key stays at
home. The SDK would take the id itself, but cuts it at a dash (google-wire.md, 4.3).
"""

from __future__ import annotations

import re
import tempfile
from typing import TYPE_CHECKING

import httpx2

from charkit.errors import Unavailable
from charkit.providers.exchange import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from google import genai

    from charkit.errors import ProviderError
    from charkit.providers.exchange import Exchange
    from charkit.providers.gemini_sdk import GoogleSession

CHUNK = 1 << 18
"""Bytes per piece of a download."""

IN_MEMORY = 1 << 24
"""Bytes of a download that are kept in memory before it goes through a temporary file."""

_LOOK = 80
_FILE = re.compile(r"(?:^|/)files/([A-Za-z0-9_-]*[A-Za-z0-9])(?=$|[:/?])")


def pieces(save: Callable[[tempfile.SpooledTemporaryFile[bytes]], None]) -> Iterator[bytes]:
    """Yield in pieces what `save` writes; nothing before all of it is there."""
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        save(file)
        while piece := file.read(CHUNK):
            yield piece


def file_name(uri: str) -> str:
    """Return the name of a file of the service that an address holds, such as `files/abc`, or nothing."""
    named = _FILE.search(uri)
    return f"files/{named[1]}" if named else ""


def download(session: GoogleSession, uri: str, file: tempfile.SpooledTemporaryFile[bytes], *, remote_id: str) -> None:
    """Save a file of the service through the SDK, ready to be read.

    Raises:
        Unavailable: the download failed, broke off or was empty; it may be repeated.
        Rejected: the file is gone.
        BadResponse: the address is not one of the service's files, or what came is no clip.
    """
    name = file_name(uri)
    if not name:
        raise session.unclear(f"{uri!r} is not the address of a file", paid=False, remote_id=remote_id)

    def call(client: genai.Client) -> Reply:
        client.files.download(file=name, destination=file)
        return Reply(status=200, headers={}, text="")

    reply = session.ask(call, remote_id=remote_id)
    if not reply.ok:
        raise session.failure(reply, paid=False, remote_id=remote_id)
    _look(session, file, remote_id)


def stream(
    exchange: Exchange,
    address: str,
    file: tempfile.SpooledTemporaryFile[bytes],
    *,
    remote_id: str,
    headers: Mapping[str, str],
) -> None:
    """Save what lies at an address, ready to be read; keys among the headers go to the exchange's own host only.

    Raises:
        Unavailable: the download failed, broke off or was empty; it may be repeated.
        Rejected: there is nothing.
        BadResponse: what came is no clip.
    """
    problem: ProviderError
    try:
        with exchange.http(paid=False).stream("GET", address, headers=dict(headers)) as response:
            if response.is_success:
                for piece in response.iter_bytes(CHUNK):
                    file.write(piece)
                return _look(exchange, file, remote_id)
            response.read()
            problem = exchange.failure(Reply.of(response), paid=False, remote_id=remote_id)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        problem = exchange.lost(error, paid=False, remote_id=remote_id)
    raise problem


def _look(exchange: Exchange, file: tempfile.SpooledTemporaryFile[bytes], remote_id: str) -> None:
    """Look at the start of what was saved, and leave it ready to be read."""
    if not file.tell():
        raise Unavailable("the clip came back empty", endpoint=exchange.connection.endpoint, remote_id=remote_id)
    file.seek(0)
    start = file.read(_LOOK)
    if start.lstrip().startswith((b"<", b"{")):
        problem = f"{exchange.connection.base_url} sent text instead of a clip: {start!r}"
        raise exchange.unclear(problem, paid=False, remote_id=remote_id)
    file.seek(0)
