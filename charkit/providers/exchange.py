"""One HTTP exchange, and what its failure means for money: the part that no vendor differs in.

What a failed request means depends on whether it was paid (`openai-video-wire.md`, section 6; `google-wire.md`, 1.7):

    what happened                              paid POST                  poll, download, list
    never connected                            Unavailable                Unavailable
    sent, then silence or a broken connection  Ambiguous                  Unavailable
    429                                        RateLimited                RateLimited
    503 with a documented overload word        RateLimited                RateLimited
    503 because no channel serves the model    Rejected                   Unavailable
    408, any other 5xx                         Ambiguous                  Unavailable
    409, 425                                   Rejected                   Unavailable
    any other 4xx                              Rejected                   Rejected
    a redirect, a web page below 500           BadResponse                BadResponse
    2xx that is not readable JSON              Ambiguous                  BadResponse

A redirect of a paid POST is not followed, because following it sends the POST again. A 408 may come from a gateway that
passed the request on and got tired of waiting, so it is not proof that nothing was created; a 409 is an answer of the
service about the request it refused.
"""

from __future__ import annotations

import email.utils
import functools
import json
import time
import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx2

from charkit.errors import Ambiguous, BadResponse, ProviderError, RateLimited, Rejected, Unavailable, UsageError
from charkit.providers.base import once_key
from charkit.providers.reading import Fields

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

    from charkit.providers.base import Connection

CONNECT_TIMEOUT = 10.0
"""Seconds to wait for a connection; what comes after it waits as long as the endpoint's `Connection.timeout`."""

FREE_SILENCE = 60.0
"""Seconds of silence after which a poll or download counts as failed; asking again costs nothing."""

OVERLOADED = frozenset({"server_is_overloaded", "slow_down"})
"""Words with which a service turns a request away for load, so that nothing was created (openai-python PR #3803)."""

NOT_SERVED = frozenset({"model_not_found"})
"""Words with which a relay says, as 503, that no channel serves the model, before it sends anything on (new-api)."""

_NEVER_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
    httpx2.InvalidURL,
)
_KEY_HEADERS = ("authorization", "x-goog-api-key")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_TOO_MANY_REQUESTS = 429
_SERVICE_UNAVAILABLE = 503
_MAYBE_ACCEPTED = frozenset({408})
_BUSY = frozenset({408, 409, 425})
_SHOWN = 500
"""Characters of a service's own text that go into a message."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An HTTP answer that arrived, whatever its status."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """With names in lower case."""
    text: str = field(repr=False)

    @classmethod
    def of(cls, response: httpx2.Response) -> Reply:
        """Take over an answer whose body was read."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        return cls(status=response.status_code, headers=headers, text=response.text)

    @property
    def ok(self) -> bool:
        """Whether the service accepted the request."""
        return 200 <= self.status < 300

    @property
    def is_page(self) -> bool:
        """Whether it is a web page instead of an answer of an API."""
        start = self.text[:200].lstrip().lower()
        return "html" in self.headers.get("content-type", "") or start.startswith(("<!doctype html", "<html"))

    @property
    def body(self) -> Fields:
        """The body as JSON, empty where it is none. Google's front end wraps errors in a list of one."""
        try:
            value = json.loads(self.text)
        except ValueError:
            return Fields(None)
        return Fields(value[0] if isinstance(value, list) and len(value) == 1 else value)

    @property
    def error(self) -> Fields:
        """The error object of the body: `error`, or FastAPI's `detail`, or the body itself."""
        body = self.body
        for name in ("error", "detail"):
            found = body.raw(name)
            if isinstance(found, dict):
                return Fields(found)
            if isinstance(found, str) and found:
                return Fields({"message": found})
        return body

    @property
    def wait(self) -> float | None:
        """Seconds that the service asks to wait, from `Retry-After-Ms` or `Retry-After`."""
        milliseconds = Fields(dict(self.headers)).number("retry-after-ms")
        if milliseconds is not None:
            return max(0.0, milliseconds / 1000)
        stated = self.headers.get("retry-after", "")
        try:
            return max(0.0, float(stated))
        except ValueError:
            pass
        try:
            return max(0.0, email.utils.parsedate_to_datetime(stated).timestamp() - time.time())
        except (ValueError, TypeError):
            return None

    def seconds(self, header: str) -> float | None:
        """Return a header that holds milliseconds, in seconds."""
        value = Fields(dict(self.headers)).number(header)
        return None if value is None else value / 1000


class Exchange:
    """How one endpoint is talked to: its HTTP clients, and the translation of everything that can go wrong."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.key = connection.key.get_secret_value().strip()
        if not self.key.isprintable() or not self.key.isascii():
            raise UsageError(f"the key of {connection.endpoint} has characters that cannot be sent in a header")

    def http(self, *, paid: bool) -> httpx2.Client:
        """Return an HTTP client with finite timeouts, closed when this object goes.

        A paid client follows no redirect, because that would send the POST again, and keeps no idle connection, because
        one that the server is just closing makes a request ambiguous that never arrived. Keys only go to the endpoint's
        own host. A loopback server (the simulator) is reached without any proxy.
        """
        home = httpx2.URL(self.connection.base_url)
        client = httpx2.Client(
            verify=trusted(),
            timeout=self.timeout(paid=paid),
            follow_redirects=not paid,
            max_redirects=3,
            limits=httpx2.Limits(max_keepalive_connections=0 if paid else 8),
            trust_env=home.host not in _LOOPBACK,
            event_hooks={
                "request": [_guard(home), *self._marks(paid=paid)],
                "response": [] if paid else [_leave_to_caller],
            },
        )
        weakref.finalize(self, client.close)
        return client

    def _marks(self, *, paid: bool) -> list[Callable[[httpx2.Request], None]]:
        """Return what writes the idempotency key into a paid request, where the endpoint documents a header for it."""
        header = self.connection.idempotency_header if paid else ""

        def mark(request: httpx2.Request) -> None:
            if request.method == "POST" and (key := once_key()):
                request.headers[header] = key

        return [mark] if header else []

    def timeout(self, *, paid: bool) -> httpx2.Timeout:
        """Return ten seconds to connect, then as much silence as the connection allows, a minute where it is free."""
        silence = self.connection.timeout if paid else min(self.connection.timeout, FREE_SILENCE)
        return httpx2.Timeout(silence, connect=min(CONNECT_TIMEOUT, silence))

    def scrub(self, text: str) -> str:
        """Return text without the endpoint's key, shortened for a message; services do repeat keys in errors."""
        return self.without_key(" ".join(text.split()))[:_SHOWN]

    def without_key(self, text: str) -> str:
        """Return text with the endpoint's key blacked out."""
        return text.replace(self.key, "[key]") if len(self.key) >= 6 else text

    def lost(self, error: BaseException, *, paid: bool, remote_id: str | None = None) -> ProviderError:
        """Return what it means that no answer arrived."""
        cause = _root(error)
        what = type(cause).__name__
        where = self.connection.base_url
        if isinstance(cause, _NEVER_SENT):
            problem = f"could not connect to {where} ({what}); nothing was sent"
            return Unavailable(problem, endpoint=self.connection.endpoint, remote_id=remote_id)
        if paid:
            problem = (
                f"the request was sent to {where} but no answer arrived ({what}). It may have been accepted and "
                "charged; reconcile it with the service's list or console before sending it again"
            )
            return Ambiguous(problem, endpoint=self.connection.endpoint, remote_id=remote_id)
        problem = f"no answer from {where} ({what}); asking again is free"
        return Unavailable(problem, endpoint=self.connection.endpoint, remote_id=remote_id)

    def unclear(
        self, problem: str, *, paid: bool, remote_id: str | None = None, status: int | None = None
    ) -> ProviderError:
        """Return what an answer means that nobody can read: unknown for a paid request, an error for a free one."""
        kind = Ambiguous if paid else BadResponse
        return kind(self.scrub(problem), endpoint=self.connection.endpoint, remote_id=remote_id, status_code=status)

    def document(self, reply: Reply, *, paid: bool, remote_id: str | None = None) -> Fields:
        """Return the JSON object of an accepted answer.

        Raises:
            ProviderError: the answer is a failure, a web page, or not a JSON object.
        """
        if not reply.ok or reply.is_page:
            raise self.failure(reply, paid=paid, remote_id=remote_id)
        body = reply.body
        if not isinstance(body.value, dict):
            problem = f"{self.connection.base_url} answered {reply.status} with something that is not a JSON object: "
            raise self.unclear(problem + repr(reply.text[:80]), paid=paid, remote_id=remote_id, status=reply.status)
        return body

    def failure(self, reply: Reply, *, paid: bool, remote_id: str | None = None) -> ProviderError:
        """Return the error that a failed answer stands for; see the table at the top of this module."""
        told = self._told(reply)
        if _turned_away(reply):
            problem = f"{told}; nothing was created"
            return RateLimited(
                problem, endpoint=self.connection.endpoint, status_code=reply.status, retry_after=reply.wait
            )
        kind, problem = self._paid(reply, told) if paid else self._free(reply, told)
        return kind(problem, endpoint=self.connection.endpoint, remote_id=remote_id, status_code=reply.status)

    def _paid(self, reply: Reply, told: str) -> tuple[type[ProviderError], str]:
        not_served = reply.status == _SERVICE_UNAVAILABLE and reply.error.text("code") in NOT_SERVED
        if (reply.status >= 500 or reply.status in _MAYBE_ACCEPTED) and not not_served:
            return Ambiguous, f"{told}; the request may have been accepted and charged"
        if reply.is_page or reply.status < 400:
            return BadResponse, told
        return Rejected, f"{told}; nothing was created"

    def _free(self, reply: Reply, told: str) -> tuple[type[ProviderError], str]:
        if reply.status >= 500 or reply.status in _BUSY:
            return Unavailable, told
        if reply.is_page or reply.status < 400:
            return BadResponse, told
        return Rejected, told

    def _told(self, reply: Reply) -> str:
        base = self.connection.base_url
        if reply.is_page:
            return f"{base} answered {reply.status} with a web page; is the base URL right?"
        if 300 <= reply.status < 400:
            return f"{base} answered {reply.status} and points elsewhere; is the base URL right?"
        error = reply.error
        code = error.text("code", "status", "type")
        message = error.text("message", "detail") or reply.text[:_SHOWN] or "without a word"
        return self.scrub(f"{reply.status} {code}: {message}" if code else f"{reply.status}: {message}")


@functools.cache
def trusted() -> ssl.SSLContext:
    """Return the one set of trusted certificates of this process; loading it costs 30 ms each time."""
    return httpx2.create_ssl_context()


def _turned_away(reply: Reply) -> bool:
    overloaded = reply.status == _SERVICE_UNAVAILABLE and reply.error.text("code") in OVERLOADED
    return reply.status == _TOO_MANY_REQUESTS or overloaded


def _root(error: BaseException) -> BaseException:
    """Return the transport's own error under what an SDK made of it."""
    seen = error
    while not isinstance(seen, httpx2.HTTPError | httpx2.InvalidURL) and seen.__cause__ is not None:
        seen = seen.__cause__
    return seen


def _guard(home: httpx2.URL) -> Callable[[httpx2.Request], None]:
    def guard(request: httpx2.Request) -> None:
        if (request.url.scheme, request.url.host, request.url.port) != (home.scheme, home.host, home.port):
            for name in _KEY_HEADERS:
                request.headers.pop(name, None)
        limits = request.extensions.get("timeout")
        if isinstance(limits, dict):  # google-genai sets one number for all phases
            limits["connect"] = min(limits.get("connect") or CONNECT_TIMEOUT, CONNECT_TIMEOUT)

    return guard


def _leave_to_caller(response: httpx2.Response) -> None:
    """Keep the openai SDK from sleeping through a 429: how long to wait is the caller's to weigh against other jobs."""
    if response.status_code == _TOO_MANY_REQUESTS:
        response.headers["x-should-retry"] = "false"
