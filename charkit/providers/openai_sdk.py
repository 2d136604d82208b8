"""The openai SDK as its two adapters use it: no retries on paid requests, no environment, errors that are ours.

The SDK's own defaults send a paid POST up to three times without an idempotency key (openai-video-wire.md, section 6),
and `client.videos` cannot express half of what the servers need (section 5), so requests go through `client.post` and
`client.get` and come back as plain HTTP answers.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import httpx2
import openai

from charkit.errors import Unavailable
from charkit.providers.exchange import Exchange, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from charkit.errors import ProviderError
    from charkit.providers.base import Blob
    from charkit.providers.reading import Fields

FREE_RETRIES = 2
"""How often a poll or download is sent again by the SDK; its own default."""

ONCE = {"x-litellm-num-retries": "0"}
"""Asks a LiteLLM proxy on the way not to repeat a paid POST. Left alone it sends one that met a 500 up to three times
(seen with the proxy of litellm 1.109.1); other servers do not know the header."""

_ABOUT_THE_MACHINE = ("Lang", "Package-Version", "OS", "Arch", "Runtime", "Runtime-Version", "Async")
"""`X-Stainless-` headers with which the SDK tells every gateway what machine and Python it runs on. No server asks for
them; left out, a poll also takes an eighth less time (openai 3.54.0). `User-Agent` still names the SDK."""

POLICY = frozenset({"content_policy_violation", "moderation_blocked", "sentinel_block"})
"""Error codes that mean a refusal by content policy (openai-video-wire.md 3, image-models.md 2.4)."""

_UNSAID: dict[str, Any] = {f"X-Stainless-{name}": openai.Omit() for name in _ABOUT_THE_MACHINE}


class OpenAISession(Exchange):
    """The two openai clients of one endpoint: one that never repeats itself, one that may."""

    @cached_property
    def paid(self) -> openai.OpenAI:
        """For POSTs that cost money: no retries, no redirects."""
        return self._client(paid=True)

    @cached_property
    def free(self) -> openai.OpenAI:
        """For polls and lists, which may be repeated."""
        return self._client(paid=False)

    def _client(self, *, paid: bool) -> openai.OpenAI:
        client = openai.OpenAI(
            api_key=self.key,
            base_url=self.connection.base_url,
            timeout=self.timeout(paid=paid),
            max_retries=0 if paid else FREE_RETRIES,
            http_client=self.http(paid=paid),
            default_headers=(ONCE if paid else {}) | _UNSAID,
        )
        client.organization = None  # the SDK takes both from the environment, which is not its business here
        client.project = None
        return client

    def post(
        self,
        path: str,
        body: Mapping[str, object],
        files: Sequence[tuple[str, Blob]] = (),
        *,
        multipart: bool = False,
    ) -> Reply:
        """Send one paid POST: as JSON, or as a form where there are files or the server wants nothing else.

        Raises:
            Unavailable: the service was not reached.
            Ambiguous: it was sent and no answer arrived.
        """
        parts = [(name, (blob.name, blob.data, blob.media_type)) for name, blob in files]
        # Without this header the form fields vanish and the type says JSON (openai-video-wire.md, section 5).
        headers = {"Content-Type": "multipart/form-data"} if parts or multipart else {}
        return self._through(
            lambda: self.paid.post(
                path, cast_to=httpx2.Response, body=dict(body), files=parts or None, options={"headers": headers}
            ),
            paid=True,
        )

    def get(self, path: str, query: Mapping[str, object] | None = None, *, remote_id: str | None = None) -> Reply:
        """Ask for something free.

        Raises:
            Unavailable: no answer; asking again is free.
        """
        return self._through(
            lambda: self.free.get(path, cast_to=httpx2.Response, options={"params": dict(query or {})}),
            paid=False,
            remote_id=remote_id,
        )

    def download(self, address: str, *, remote_id: str) -> Iterator[bytes]:
        """Stream a clip from a path of this endpoint, or from a full address that the service gave.

        The key goes to the endpoint's own host only.

        Raises:
            Unavailable: it failed, broke off or was empty; it may be repeated.
            Rejected: the service says no: gone, not finished, not allowed.
            BadResponse: what came is a text or a web page.
        """
        problem: ProviderError
        try:
            with self._stream(address) as stream:
                yield from self._clip(stream.response, remote_id)
                return
        except openai.APIStatusError as error:
            problem = self.failure(Reply.of(error.response), paid=False, remote_id=remote_id)
        except (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL) as error:
            problem = self.lost(error, paid=False, remote_id=remote_id)
        raise problem

    def _stream(self, address: str) -> openai.Stream[object]:
        return self.free.get(
            address,
            cast_to=object,
            stream=True,
            stream_cls=openai.Stream[object],
            options={"headers": {"Accept": "application/binary"}},
        )

    def _clip(self, response: httpx2.Response, remote_id: str) -> Iterator[bytes]:
        kind = response.headers.get("content-type", "")
        if kind.startswith(("text/", "application/json")):
            response.read()
            problem = f"{self.connection.base_url} sent {kind} instead of a clip: {response.text[:80]!r}"
            raise self.unclear(problem, paid=False, remote_id=remote_id, status=response.status_code)
        count = 0
        for piece in response.iter_bytes():  # as they come: gathering them costs as much as receiving them
            count += len(piece)
            yield piece
        if not count:
            raise Unavailable("the clip came back empty", endpoint=self.connection.endpoint, remote_id=remote_id)

    def _through(self, call: Callable[[], httpx2.Response], *, paid: bool, remote_id: str | None = None) -> Reply:
        problem: ProviderError
        try:
            return Reply.of(call())
        except openai.APIStatusError as error:
            return Reply.of(error.response)
        except (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL) as error:
            problem = self.lost(error, paid=paid, remote_id=remote_id)
        raise problem  # outside of the handler, so that no SDK object travels along as its context


def policy_word(error: Fields) -> str:
    """Return the code of a content-policy refusal, or nothing if the error is another one."""
    code = error.text("code")
    return code if code in POLICY else ""


def policy_details(error: Fields, *, default_stage: str) -> tuple[str, str]:
    """Return the stage and the category of a refusal as far as the service tells them."""
    details = error.child("moderation_details")
    categories = details.raw("categories")
    named = ", ".join(str(one) for one in categories) if isinstance(categories, list) else ""
    stage = details.text("moderation_stage")
    return stage or default_stage, named or error.child("misalignment").text("error_type") or policy_word(error)
