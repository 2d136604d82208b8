"""The HTTP side of `/v1/videos`: the openai session, with DELETE and with advice behind known complaints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import httpx2

from charkit.providers.openai_sdk import OpenAISession
from charkit.providers.reading import Fields
from charkit.providers.video_complaints import complaint

if TYPE_CHECKING:
    from charkit.providers.exchange import Reply
    from charkit.providers.video_grammar import Dialect


class VideoSession(OpenAISession):
    """The openai clients of one `/v1/videos` endpoint."""

    def delete(self, path: str, *, remote_id: str) -> Reply:
        """Send one DELETE, which costs nothing.

        Raises:
            Unavailable: no answer; asking again is free.
        """
        return self._through(lambda: self.free.delete(path, cast_to=httpx2.Response), paid=False, remote_id=remote_id)

    def _told(self, reply: Reply) -> str:
        told = super()._told(reply)
        known = None if reply.is_page else complaint(reply.error)
        return f"{told} ({known.kind}: {known.advice})" if known and known.advice else told


def failed_job(reply: Reply) -> Fields:
    """Return the job that an HTTP error holds, or nothing: as its body, or quoted in the message of a proxy.

    LiteLLM answers `Hosted_vllmException - {job}` where vLLM-Omni answered the job (seen with litellm 1.109.1).
    """
    if _is_job(reply.body):
        return reply.body
    message = reply.error.text("message", "detail")
    try:
        quoted, _ = json.JSONDecoder().raw_decode(message[message.index("{") :])
    except ValueError:
        return Fields(None)
    return Fields(quoted) if _is_job(Fields(quoted)) else Fields(None)


def _is_job(body: Fields) -> bool:
    return bool(body.text("id") and body.text("status"))


def problem_of(job: Fields) -> Fields:
    """Return the error of a job, also where a server writes it as plain text."""
    found = job.raw("error")
    return Fields({"message": found}) if isinstance(found, str) else Fields(found)


def address_of(job: Fields, dialect: Dialect, base_url: str) -> str:
    """Return where a finished job's clip lies by its own word, or nothing; a path without a host is the endpoint's."""
    for name in dialect.url_fields:
        found = job.raw(name)
        several = found if isinstance(found, list) else [found]
        for address in several:
            if isinstance(address, str) and address:
                return urljoin(base_url, address) if address.startswith("/") else address
    return ""
