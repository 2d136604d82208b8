"""The google-genai SDK as its adapters use it: no retries on paid requests, finite timeouts, errors that are ours.

Its defaults bite (google-wire.md, section 4): an Interactions POST is sent up to five times, no timeout is set,
`HttpOptions.timeout` counts milliseconds, and three unrelated families of exceptions come out of it, one of them the
bare HTTP client's. Here they all become a plain HTTP answer or one of our errors.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

import httpx2
from google import genai
from google.genai import errors, types
from google.genai._gaos.lib import compat_errors  # the SDK exports these exceptions nowhere else

from charkit.errors import UnknownName
from charkit.providers.exchange import Exchange, Reply, trusted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from charkit.errors import ProviderError
    from charkit.providers.reading import Fields

API_VERSIONS: Mapping[str, str] = MappingProxyType({"": "v1", "v1beta": "v1beta"})
"""Dialect of the endpoint -> API version. Gateways usually want v1beta (google-wire.md, section 3)."""

FREE_RETRIES = types.HttpRetryOptions(
    attempts=3, initial_delay=0.5, max_delay=4.0, http_status_codes=[408, 500, 502, 503, 504]
)
"""For polls and downloads. A 429 is left to the caller, who knows the other jobs and how long to wait."""

REFUSALS = frozenset({"BLOCKLIST", "PROHIBITED_CONTENT", "SAFETY", "SPII"})
"""Error codes that mean a refusal by content policy, also with the prefix IMAGE_ (google-wire.md, 1.7)."""

_ODD_BODY = (ValueError, TypeError, AttributeError, KeyError, RecursionError)
"""What the SDK raises when the body of an accepted answer is not what it expects."""

_heard: ContextVar[list[httpx2.Response] | None] = ContextVar("heard", default=None)
"""The answers that come in while `answered` listens."""

_BLOCKED = re.compile(r"\bblocked\b.*\b(safety|policy|policies)\b", re.IGNORECASE | re.DOTALL)


class _HasResponse(Protocol):
    response: object


class GoogleSession(Exchange):
    """The two google-genai clients of one endpoint: one that never repeats itself, one that may."""

    @cached_property
    def paid(self) -> genai.Client:
        """For POSTs that cost money: one attempt, no redirects."""
        return self._client(paid=True)

    @cached_property
    def free(self) -> genai.Client:
        """For polls and downloads, which may be repeated."""
        return self._client(paid=False)

    def _client(self, *, paid: bool) -> genai.Client:
        name = self.connection.dialect
        if name not in API_VERSIONS:
            raise UnknownName("dialect of the Gemini API", name, [known for known in API_VERSIONS if known])
        options = self.options(self.connection.base_url, API_VERSIONS[name], paid=paid)
        return genai.Client(api_key=self.key, enterprise=False, http_options=options)

    def options(self, base_url: str, version: str, *, paid: bool) -> types.HttpOptions:
        """Return how the SDK is to talk: where to, in which version, how often, with whose HTTP client."""
        http = self.http(paid=paid)
        http.event_hooks["response"].append(_hear)
        return types.HttpOptions(
            base_url=base_url,
            api_version=version,
            timeout=round((self.timeout(paid=paid).read or 0.0) * 1000),  # milliseconds
            retry_options=types.HttpRetryOptions(attempts=1) if paid else FREE_RETRIES,
            httpx_client=http,
            async_client_args={
                "ssl": trusted(),
                "verify": trusted(),
            },  # never used, but the SDK makes it and would load its own
        )

    def send(self, call: Callable[[genai.Client], Reply]) -> Reply:
        """Send one paid POST.

        Raises:
            Unavailable: the service was not reached.
            Ambiguous: it was sent and no answer arrived.
        """
        return self._through(lambda: call(self.paid), paid=True)

    def ask(self, call: Callable[[genai.Client], Reply], *, remote_id: str | None = None) -> Reply:
        """Ask for something free.

        Raises:
            Unavailable: no answer; asking again is free.
        """
        return self._through(lambda: call(self.free), paid=False, remote_id=remote_id)

    def _through(self, call: Callable[[], Reply], *, paid: bool, remote_id: str | None = None) -> Reply:
        problem: ProviderError
        try:
            return call()
        except (compat_errors.APIError, errors.APIError) as error:
            if (reply := _reply_of(error)) is not None:
                return reply
            problem = self.lost(error, paid=paid, remote_id=remote_id)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:  # generate_content and files let them through
            problem = self.lost(error, paid=paid, remote_id=remote_id)
        raise problem  # outside of the handler, so that no SDK object travels along as its context


def answered(call: Callable[[], object]) -> Reply:
    """Make a call of the SDK that hands back objects, and return the HTTP answer that it made them from.

    What the SDK makes of an odd body (an exception of its own, or nothing) does not matter once the body is here.
    """
    responses: list[httpx2.Response] = []
    token = _heard.set(responses)
    try:
        call()
    except _ODD_BODY:
        if not responses:
            raise
    finally:
        _heard.reset(token)
    return Reply.of(responses[-1])


def _hear(response: httpx2.Response) -> None:
    responses = _heard.get()
    if responses is not None:
        responses.append(response)


def _reply_of(error: _HasResponse | Exception) -> Reply | None:
    response = getattr(error, "response", None)
    if not isinstance(response, httpx2.Response):
        return None
    response.read()
    return Reply.of(response)


def refusal_word(error: Fields) -> str:
    """Return the word of a content-policy refusal, or nothing if the error is another one.

    Whole words are compared: a rejected key carries API_KEY_SERVICE_BLOCKED, and an error about a parameter may name
    safety_settings. The code may be a URI, whose last part counts.
    """
    for stated in (error.text("code"), error.text("status")):
        word = stated.rsplit("/", 1)[-1].upper()
        if word.removeprefix("IMAGE_") in REFUSALS:
            return word
    return "SAFETY" if _BLOCKED.search(error.text("message")) else ""


def tokens_of(usage: Fields, listing: str, modality: str) -> float:
    """Return how many tokens of a modality a `usage` lists under a name, for either spelling of the fields."""
    return sum(
        one.number("tokens") or one.number("tokenCount") or 0.0
        for one in usage.children(listing)
        if one.text("modality").lower() == modality
    )
