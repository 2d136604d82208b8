"""Which models an endpoint says it serves: free of charge, over the same sessions as everything else.

Not every service lists all that it serves, and a relay may list what its channels no longer reach; so a list is a hint
that something changed, and no proof.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from charkit.errors import UnsupportedRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from charkit.providers.base import Connection
    from charkit.providers.exchange import Exchange
    from charkit.providers.reading import Fields

__all__ = ["ListedModel", "listable", "models"]

_PAGES = 20
"""How many pages of a list are read at most."""


@dataclass(frozen=True, kw_only=True)
class ListedModel:
    """One model of an endpoint's list."""

    id: str
    ends: dt.date | None = None
    """`shutdown_date`, where the service says one (openai 3.54.0, `types/model.py`)."""


def listable(protocol: str) -> bool:
    """Whether endpoints of a wire format can be asked for their models."""
    return protocol in _LISTS


def models(protocol: str, connection: Connection) -> list[ListedModel]:
    """Return what an endpoint lists.

    Raises:
        UnsupportedRequest: this wire format has no such list.
        Rejected: the service refused the key.
        BadResponse: what answers there is no such service.
        Unavailable: it could not be asked.
    """
    if not listable(protocol):
        raise UnsupportedRequest(f"endpoints that speak {protocol} have no list of models that is free to read")
    return _LISTS[protocol](connection)


def _openai(connection: Connection) -> list[ListedModel]:
    from charkit.providers.openai_sdk import OpenAISession

    session = OpenAISession(connection)
    path = "/videos/models" if connection.dialect == "openrouter" else "/models"
    body = session.document(session.get(path), paid=False)
    return [ListedModel(id=one.text("id"), ends=_day(one)) for one in _entries(session, body, "data", path)]


def _gemini(connection: Connection) -> list[ListedModel]:
    """Read Google's list page by page.

    The SDK's pager lets the bare HTTP client's errors and a web page's JSON error through, so the list is read over the
    session's own client instead.
    """
    import httpx2

    from charkit.providers.exchange import Reply
    from charkit.providers.gemini_sdk import API_VERSIONS, GoogleSession

    session = GoogleSession(connection)
    address = f"{connection.base_url.rstrip('/')}/{API_VERSIONS[connection.dialect]}/models"
    found: list[ListedModel] = []
    page = ""
    with session.http(paid=False) as client:
        for _ in range(_PAGES):
            query = {"pageSize": "1000", **({"pageToken": page} if page else {})}
            try:
                answer = client.get(address, params=query, headers={"x-goog-api-key": session.key})
            except httpx2.HTTPError as error:
                raise session.lost(error, paid=False) from None
            body = session.document(Reply.of(answer), paid=False)
            listed = _entries(session, body, "models", address)
            found += [ListedModel(id=one.text("name").removeprefix("models/")) for one in listed]
            page = body.text("nextPageToken")
            if not page:
                break
    return found


def _entries(session: Exchange, body: Fields, name: str, path: str) -> list[Fields]:
    if not isinstance(body.raw(name), list):
        raise session.unclear(f"{path} answered without a list of models", paid=False)
    return body.children(name)


def _day(one: Fields) -> dt.date | None:
    stated = one.text("shutdown_date")
    try:
        return dt.date.fromisoformat(stated[:10]) if stated else None
    except ValueError:
        return None


_LISTS: Mapping[str, Callable[[Connection], list[ListedModel]]] = MappingProxyType(
    {
        "openai-videos": _openai,
        "openai-images": _openai,
        "openai-judge": _openai,
        "gemini-omni": _gemini,
        "gemini-images": _gemini,
        "gemini-judge": _gemini,
    }
)
"""Wire format -> how its list is read. Vertex lists publisher models in another API, with another permission."""
