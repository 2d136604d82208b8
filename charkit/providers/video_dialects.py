"""The dialects of `/v1/videos`, as data. A server that differs is one more row in `DIALECTS`.

"OpenAI-compatible" means at least five wire formats under one path (openai-video-wire.md, section 4). What differs
between them is written down here; `openai_videos.OpenAIVideos` reads it and knows no server by name.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from charkit.errors import UnknownName
from charkit.providers.base import Billing, Change, Outcome, Role
from charkit.providers.minimax_h3 import ReferenceRules, is_h3
from charkit.providers.video_grammar import Canvas, Dialect, PictureField, Shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from charkit.providers.base import VideoRequest

__all__ = ["DIALECTS", "OPENAI_STATUSES", "RELAY_STATUSES", "dialect", "spoken_for"]

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

ROUTER_STATUSES: Mapping[str, Outcome] = MappingProxyType(
    {
        "pending": Outcome.QUEUED,
        "in_progress": Outcome.RUNNING,
        "completed": Outcome.SUCCEEDED,
        "failed": Outcome.FAILED,
        "cancelled": Outcome.CANCELLED,
        "expired": Outcome.EXPIRED,
    }
)
"""The words of dialect B."""

_OPENAI = Dialect(
    source="openai/openai-openapi @ f85dbe2 and OpenAI's video guide, 2026-03-12",
    first_frame=PictureField(name="input_reference", shape=Shape.FILE, beside_characters=Shape.URL_OBJECT),
    max_characters=2,
    changes=frozenset({Change.EDIT, Change.EXTEND, Change.REMIX}),
    variants=frozenset({"thumbnail", "spritesheet"}),
    deletes=True,
    statuses=OPENAI_STATUSES,
)

# Reference pictures and continuation are offered by Muse too, but their field names are not established.
_MUSE = Dialect(
    source="docs.laozhang.ai/en/api-capabilities/muse-video-generation, 2026-10-31",
    first_frame=PictureField(name="image", shape=Shape.URL),
    last_frame=PictureField(name="last_frame", shape=Shape.URL),
    exact_frame=False,
    statuses=RELAY_STATUSES,
    url_fields=("video_url", "url"),
    listed=False,
    accepted_billing=Billing.CHARGED,
    failed_billing=Billing.NOT_CHARGED,
)


def _router_picture(name: str, **entry: str) -> PictureField:
    return PictureField(
        name=name, shape=Shape.URL_OBJECT, url_at="{kind}_url.url", entry={"type": "{kind}_url", **entry}
    )


_OPENROUTER = Dialect(
    source="openrouter.ai/docs/api/api-reference/video-generation/create-videos, 2026-11",
    duration_field="duration",
    duration_as_text=False,
    canvas=Canvas.NAMED,
    first_frame=_router_picture("frame_images[]", frame_type="first_frame"),
    last_frame=_router_picture("frame_images[]", frame_type="last_frame"),
    exact_frame=False,
    references=_router_picture("input_references[]"),
    frames_beside_references=False,  # both given, frame_images win and the references are gone
    seed_field="seed",
    statuses=ROUTER_STATUSES,
    url_fields=("urls", "unsigned_urls"),
    listed=False,
)

_VLLM_SOURCE = "vllm_omni 0.30.0, entrypoints/openai and model_executor/models/minimax_h3"
_VLLM_FILES = PictureField(name="input_references", shape=Shape.FILE)
_VLLM = Dialect(
    source=_VLLM_SOURCE,
    multipart_always=True,
    json_text=frozenset({"extra_params", "image_reference"}),
    first_frame=PictureField(name="input_reference", shape=Shape.FILE),
    exact_frame=False,
    seed_field="seed",
    statuses=OPENAI_STATUSES,
    failed_job_is_http_error=True,
    deletes=True,
    cancels=True,
)
# Without the task word a server reads picture uploads as first and last frames (openai-video-wire.md, 0.8).
_VLLM_H3 = replace(
    _VLLM,
    canvas=Canvas.H3_SIZE,
    first_frame=_VLLM_FILES,
    last_frame=_VLLM_FILES,
    last_needs_first=True,
    references=_VLLM_FILES,
    reference_rules=ReferenceRules(source=_VLLM_SOURCE, aspects=(0.4, 2.5)),
    frames_beside_references=False,
    task_field="extra_params.task",
)

# LiteLLM forwards one uploaded file and no `input_references`; several pictures travel as a JSON list of URLs (4.2).
_HOSTED_PICTURES = PictureField(name="image_reference[]", shape=Shape.URL_OBJECT)
_HOSTED_SOURCE = "litellm 1.109.1, hosted_vllm videos, in front of vllm_omni 0.30.0"
# Its list wants to be told a provider, and it has no DELETE route (seen with the proxy of litellm 1.109.1).
_HOSTED_VLLM = replace(_VLLM, source=_HOSTED_SOURCE, listed=False, deletes=False, cancels=False)
_HOSTED_VLLM_H3 = replace(
    _VLLM_H3,
    source=_HOSTED_SOURCE,
    first_frame=_HOSTED_PICTURES,
    last_frame=_HOSTED_PICTURES,
    references=_HOSTED_PICTURES,
    reference_rules=ReferenceRules(source=_HOSTED_SOURCE, aspects=(0.4, 2.5), kinds=frozenset({"image"})),
)

_SGLANG_SOURCE = "sglang 0.5.23, multimodal_gen/runtime/entrypoints/openai and stages/model_specific_stages/minimax_h3"
_SGLANG = Dialect(
    source=_SGLANG_SOURCE,
    duration_as_text=False,
    first_frame=PictureField(name="reference_url", shape=Shape.URL),
    exact_frame=False,
    seed_field="seed",
    statuses=OPENAI_STATUSES,
    url_fields=("url", "urls"),
    deletes=True,
)


def _condition(**entry: str | int) -> PictureField:
    return PictureField(name="conditions[]", shape=Shape.URL_OBJECT, url_at="uri", entry={"type": "{kind}", **entry})


_SGLANG_H3 = replace(
    _SGLANG,
    duration_field="target.duration_seconds",
    canvas=Canvas.H3_TARGET,
    first_frame=_condition(role="keyframe", frame_index=0),
    last_frame=_condition(role="keyframe", frame_index=-1),
    references=_condition(role="reference"),
    reference_rules=ReferenceRules(source=_SGLANG_SOURCE, aspects=(0.25, 4.0)),
    task_field="task",
)

_NEW_API = Dialect(
    source="QuantumNous/new-api @ 05393ff, relay/channel/task/sora; each gateway has its own page",
    first_frame=PictureField(name="image", shape=Shape.URL),
    exact_frame=False,
    statuses=RELAY_STATUSES,
    url_fields=("video_url", "url"),
    listed=False,
)

DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {
        "openai": _OPENAI,
        "openrouter": _OPENROUTER,
        "vllm-omni": replace(_VLLM, h3=_VLLM_H3),
        "hosted-vllm": replace(_HOSTED_VLLM, h3=_HOSTED_VLLM_H3),
        "sglang": replace(_SGLANG, h3=_SGLANG_H3),
        "muse": _MUSE,
        # The family keeps the path and differs in the fields: which of these a gateway takes, its own page says.
        "new-api": _NEW_API,
        "new-api-input-reference": replace(_NEW_API, first_frame=PictureField(name="input_reference", shape=Shape.URL)),
        "new-api-images": replace(
            _NEW_API,
            duration_field="duration",
            duration_as_text=False,
            first_frame=PictureField(name="images[]", shape=Shape.URL),
            references=PictureField(name="images[]", shape=Shape.URL),
            frames_beside_references=False,  # one list for both: nobody could tell them apart
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


def spoken_for(row: Dialect, request: VideoRequest) -> Dialect:
    """Return the row for one request: MiniMax H3's where the server has one and the request is for that model.

    A request that names no model goes to whatever the server runs; it is taken for H3 if it has references, because no
    other model there takes any.
    """
    if row.h3 is None:
        return row
    unnamed = not request.model and any(
        one.role not in (Role.FIRST_FRAME, Role.LAST_FRAME) for one in request.references
    )
    return row.h3 if unnamed or is_h3(request.model) else row
