"""The dialects of `/v1/videos`, as data. A server that differs is one more row in `DIALECTS`.

"OpenAI-compatible" means at least five wire formats under one path (openai-video-wire.md, section 4). What differs
between them is written down here; `openai_videos.OpenAIVideos` reads it and knows no server by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from charkit.errors import UnknownName
from charkit.providers.base import Billing, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping


class Shape(StrEnum):
    """How a frame is written into its field."""

    FILE = "file"
    """A multipart file part."""
    URL = "url"
    """A `data:` URL as plain text."""
    URL_OBJECT = "url object"
    """`{"image_url": <data: URL>}`."""


@dataclass(frozen=True, kw_only=True)
class FrameField:
    """Where and how one opening or closing frame travels."""

    name: str
    shape: Shape
    beside_characters: Shape | None = None
    """The shape to use when characters travel too, where the usual one has no documented way to carry both."""


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How one family of servers speaks `/v1/videos`."""

    source: str
    """Where this row is written down; shown with every refusal that it causes."""
    multipart_always: bool = False
    """Whether even a POST without files is a form; otherwise it is JSON then."""
    duration_field: str = "seconds"
    duration_as_text: bool = True
    """Whether the duration is the string `"8"` or the number 8."""
    first_frame: FrameField | None = None
    last_frame: FrameField | None = None
    exact_frame: bool = True
    """Whether frames must have exactly the pixels of `size`."""
    reference_field: str = ""
    """The repeated file field for pictures that show a character or place; empty if the dialect has none."""
    seed_field: str = ""
    max_characters: int = 0
    max_prompt: int = 32_000
    """Characters of prompt."""
    statuses: Mapping[str, Outcome]
    """Every status word, in lower case. A word that is not here is an error that shows it."""
    failed_job_is_http_error: bool = False
    """Whether GET answers a failed job with 4xx or 5xx and the job as its body."""
    url_fields: tuple[str, ...] = ()
    """Fields of a finished job that hold the clip's address, tried before `/content`."""
    listed: bool = True
    """Whether the newest jobs can be listed."""
    accepted_billing: Billing = Billing.NOT_ESTABLISHED
    """What is known about money as soon as a job is accepted."""
    failed_billing: Billing = Billing.NOT_ESTABLISHED
    """What is known about money when a job fails."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """Fields sent with every create, as they are."""


OPENAI_STATUSES: Mapping[str, Outcome] = MappingProxyType(
    {
        "queued": Outcome.QUEUED,
        "in_progress": Outcome.RUNNING,
        "completed": Outcome.SUCCEEDED,
        "failed": Outcome.FAILED,
        "expired": Outcome.EXPIRED,  # the Batch guide's word (section 2.3)
    }
)
"""The words of dialect A."""

RELAY_STATUSES: Mapping[str, Outcome] = MappingProxyType(
    {
        **OPENAI_STATUSES,
        **dict.fromkeys(("pending", "submitted", "not_start", "preparing"), Outcome.QUEUED),
        **dict.fromkeys(("processing", "running", "generating"), Outcome.RUNNING),
        **dict.fromkeys(("success", "succeeded", "finished"), Outcome.SUCCEEDED),
        **dict.fromkeys(("failure", "error"), Outcome.FAILED),
        "cancelled": Outcome.CANCELLED,
    }
)
"""The words that relay gateways use for the same things (section 4.2, the table of new-api)."""

DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {
        "openai": Dialect(
            source="openai/openai-openapi @ f85dbe2 and OpenAI's video guide, 2026-03-12",
            first_frame=FrameField(name="input_reference", shape=Shape.FILE, beside_characters=Shape.URL_OBJECT),
            max_characters=2,
            statuses=OPENAI_STATUSES,
        ),
        # Reference pictures and continuation are offered by Muse too, but their field names are not established.
        "muse": Dialect(
            source="docs.laozhang.ai/en/api-capabilities/muse-video-generation, 2026-10-31",
            first_frame=FrameField(name="image", shape=Shape.URL),
            last_frame=FrameField(name="last_frame", shape=Shape.URL),
            exact_frame=False,
            statuses=RELAY_STATUSES,
            url_fields=("video_url", "url"),
            listed=False,
            accepted_billing=Billing.CHARGED,
            failed_billing=Billing.NOT_CHARGED,
        ),
    }
)
"""Dialect name, as an endpoint's configuration says it -> how it speaks."""


def dialect(name: str) -> Dialect:
    """Return a dialect by name; the empty name is OpenAI's own.

    Raises:
        UnknownName: no such row.
    """
    try:
        return DIALECTS[name or "openai"]
    except KeyError:
        raise UnknownName("dialect of /v1/videos", name, DIALECTS) from None
