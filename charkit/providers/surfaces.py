"""Keys that cannot belong where they are about to go: told before anything is sent, and never shown.

Only a shape that is known to belong elsewhere is refused; gateways give keys of any shape, and are left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from charkit.errors import UnsupportedRequest

if TYPE_CHECKING:
    from charkit.providers.base import Connection

__all__ = ["check_key"]

_SHAPES = {
    "sk-": "a key of OpenAI or of a gateway",
    "AIza": "a Google API key",
    "AQ.": "a Google Cloud express key",
    "ya29.": "a Google OAuth token",
}
"""How keys begin, and whose they are."""


@dataclass(frozen=True, kw_only=True)
class _Surface:
    """A service that takes only keys of its own."""

    host: str
    """The host, or its ending after a dot or a dash."""
    within: str = ""
    """What the base URL's path holds, where the same host takes different keys."""
    refuses: tuple[str, ...]
    wants: str
    source: str


_AUTH = "google-genai 3.4.0: x-goog-api-key on the Developer API, OAuth bearer or express key on Vertex"
_SURFACES = (
    _Surface(
        host="api.openai.com",
        refuses=("AIza", "AQ.", "ya29."),
        wants="a key from platform.openai.com",
        source="openai 3.54.0: Authorization: Bearer with the account's own key",
    ),
    _Surface(
        host="generativelanguage.googleapis.com",
        refuses=("sk-", "AQ.", "ya29."),
        wants="a Gemini API key from AI Studio",
        source=_AUTH,
    ),
    _Surface(
        host="aiplatform.googleapis.com",
        within="/projects/",
        refuses=("sk-", "AIza", "AQ."),
        wants="an OAuth token of the project (or a base URL without the project, and an express key)",
        source=_AUTH,
    ),
    _Surface(
        host="aiplatform.googleapis.com",
        refuses=("sk-", "ya29."),
        wants="an express key (or a base URL with the project, and an OAuth token)",
        source=_AUTH,
    ),
)


def check_key(connection: Connection) -> None:
    """Refuse a key whose shape belongs to another surface than the one it would be sent to.

    Raises:
        UnsupportedRequest: with the rule, its source and which key is wanted; the key itself is not in it.
    """
    address = urlsplit(connection.base_url)
    key = connection.key.get_secret_value()
    for surface in _SURFACES:
        if not _is(address.hostname or "", surface.host) or surface.within not in address.path:
            continue
        for shape in surface.refuses:
            if key.startswith(shape):
                raise UnsupportedRequest(
                    f"the key for {connection.endpoint} is {_SHAPES[shape]}, which {address.hostname} does not take",
                    rule=f"{surface.host} wants {surface.wants}",
                    nearest=surface.wants,
                    source=surface.source,
                )
        return


def _is(hostname: str, host: str) -> bool:
    return hostname == host or hostname.endswith((f".{host}", f"-{host}"))
