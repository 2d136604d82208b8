"""What goes out in the POST that creates an Omni interaction, and what is refused before it goes.

Facts and sources: google-wire.md, 1.1 and 1.4. Only what the wire itself cannot carry is refused here; what one
model or region allows is the route's to know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from charkit.errors import UnsupportedRequest
from charkit.providers.base import Change, Role, SentField, VideoRequest
from charkit.providers.gemini_interactions import going_on
from charkit.providers.limits import (
    GOOGLE_PICTURES,
    aspect_word,
    check_earlier,
    check_model,
    check_no_characters,
    check_pictures,
    check_prompt,
    resolution_word,
)
from charkit.providers.reading import encode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from charkit.providers.base import BoundReference, Request

SOURCE = "google-wire.md 1, after Google's Omni page of 2026-09-14 and google-genai 3.4.0"
"""Where the limits below come from."""

RESOLUTIONS: Mapping[int, str] = MappingProxyType({360: "360p", 720: "720p", 1080: "1080p", 2160: "4k"})
"""Shortest side in pixels -> resolution word; the last two are upscaled."""

MAX_IMAGES = 10
"""Pictures per prompt, the hard cap of the model card."""

MAX_CLIPS = 3
"""Clips per prompt, of at most 3 s each (google-wire.md 1.1)."""

CLIP_TYPE = "video/mp4"
"""The one kind of clip that charkit sends; the service documents no list."""

MAX_INLINE = 90 << 20
"""Bytes of clips that go inline (google-wire.md 1.4: about 90 MiB)."""

ADDED = range(3, 11)
"""Seconds that one extension may add; the whole clip may last 40."""

_FRAMES = (Role.FIRST_FRAME, Role.LAST_FRAME)


@dataclass(frozen=True, kw_only=True)
class Form:
    """One POST: its fields, and the record of what they carry."""

    body: dict[str, object]
    sent: tuple[SentField, ...]


def compose(request: Request) -> Form:
    """Write a request as an interaction.

    Raises:
        UnsupportedRequest: the wire cannot carry all of it.
    """
    if not isinstance(request, VideoRequest):
        raise UnsupportedRequest("Omni makes clips, not pictures", nearest="an image route")
    _check(request)
    went_on = (going_on(request.source),) if request.source is not None else ()
    content: list[object] = [
        {
            "type": "video" if _moving(reference) else "image",
            "mime_type": reference.blob.media_type,
            "data": encode(reference.blob),
        }
        for reference in request.references
    ]
    content.append({"type": "text", "text": request.prompt})
    generation: dict[str, object] = {"video_config": {"task": _task(request)}}
    if request.seed is not None:
        generation["seed"] = request.seed
    body: dict[str, object] = {
        "model": request.model,
        "background": True,
        "input": [{"type": "user_input", "content": content}],
        "generation_config": generation,
        "response_format": _format(request),
    }
    if request.source is not None:
        body["previous_interaction_id"] = request.source.remote_id
    return Form(body=body, sent=(*_sent(request), *went_on))


def _format(request: VideoRequest) -> dict[str, object]:
    """Return what shape the clip is to have. An edit is as long as its source, so it names no length."""
    rule = f"the shorter side has {', '.join(map(str, RESOLUTIONS))} pixels"
    shape: dict[str, object] = {
        "type": "video",
        "resolution": resolution_word(request, RESOLUTIONS, rule=rule, source=SOURCE),
        "aspect_ratio": aspect_word(request, source=SOURCE),
        "delivery": "uri",
    }
    if request.source is None or request.source.change is not Change.EDIT:
        shape["duration"] = f"{request.seconds}s"  # a bare number is a 400
    return shape


def _task(request: VideoRequest) -> str:
    if request.source is not None:
        return str(request.source.change)
    roles = {reference.role for reference in request.references}
    if roles - set(_FRAMES):
        return "reference_to_video"
    return "image_to_video" if roles else "text_to_video"


def _check(request: VideoRequest) -> None:
    check_model(request.model, source=SOURCE)
    check_prompt(request.prompt, source=SOURCE)
    check_no_characters(request, "Omni", source=SOURCE)
    pictures = [reference for reference in request.references if not _moving(reference)]
    if len(pictures) > MAX_IMAGES:
        raise UnsupportedRequest(
            f"the request has {len(pictures)} pictures", rule=f"at most {MAX_IMAGES}", source=SOURCE
        )
    check_pictures(pictures, GOOGLE_PICTURES, source=SOURCE)
    _check_clips([reference for reference in request.references if _moving(reference)])
    _check_frames(request)
    _check_binding(request)
    _check_source(request)


def _moving(reference: BoundReference) -> bool:
    """Whether it is a clip; as a frame it would be a picture of the wrong kind."""
    return reference.blob.media_type == CLIP_TYPE and reference.role not in (*_FRAMES, Role.MASK)


def _check_clips(clips: Sequence[BoundReference]) -> None:
    if len(clips) > MAX_CLIPS:
        raise UnsupportedRequest(f"the request has {len(clips)} clips", rule=f"at most {MAX_CLIPS}", source=SOURCE)
    size = sum(len(clip.blob.data) for clip in clips)
    if size > MAX_INLINE:
        raise UnsupportedRequest(
            f"the request's clips have {size:,} bytes",
            rule=f"at most {MAX_INLINE:,} inline",
            nearest="shorter or smaller clips",
            source=SOURCE,
        )


def _check_frames(request: VideoRequest) -> None:
    roles = [reference.role for reference in request.references]
    for role in _FRAMES:
        if roles.count(role) > 1:
            raise UnsupportedRequest(f"the request has {roles.count(role)} pictures as {role}", rule=f"one {role}")
    if Role.LAST_FRAME in roles and Role.FIRST_FRAME not in roles:
        raise UnsupportedRequest(
            "the request has a last frame without a first frame", rule="a last frame needs a first frame", source=SOURCE
        )


def _check_binding(request: VideoRequest) -> None:
    """Refuse frames beside references without the header that tells them apart (google-wire.md, 1.6)."""
    roles = {reference.role for reference in request.references}
    if not (roles & set(_FRAMES) and roles - set(_FRAMES)):
        return
    bindings = list(_bindings(request))
    missing = [binding for binding in bindings if binding not in re.sub(r"\s*@\s*", "@", request.prompt)]
    if missing:
        frames = " ".join(binding for binding in bindings if "FRAME" in binding)
        others = " ".join(binding for binding in bindings if "FRAME" not in binding)
        raise UnsupportedRequest(
            f"the prompt does not bind {', '.join(missing)}",
            rule="frames beside references are told apart by a header at the start of the prompt",
            nearest=f"[# Sources {frames}] [# References {others}]",
            source=SOURCE,
        )


def _check_source(request: VideoRequest) -> None:
    check_earlier(request, source=SOURCE, changes=(Change.EDIT, Change.EXTEND))
    if request.source is None:
        return
    if any(reference.role in _FRAMES for reference in request.references):
        raise UnsupportedRequest(
            f"to {request.source.change} a clip, it comes with a frame",
            rule="first and last frames are for clips of their own",
            source=SOURCE,
        )
    if request.source.change is Change.EXTEND and request.seconds not in ADDED:
        raise UnsupportedRequest(
            f"no extension by {request.seconds} s",
            rule=f"an extension adds {ADDED[0]} to {ADDED[-1]} s",
            nearest=f"{min(max(request.seconds, ADDED[0]), ADDED[-1])} s",
            source=SOURCE,
        )


def _tags(request: VideoRequest) -> Iterator[str]:
    """Yield the tag with which the prompt binds each medium: frames by role, pictures and clips numbered from 0."""
    seen = {True: 0, False: 0}
    for reference in request.references:
        if reference.role in _FRAMES:
            yield "<FIRST_FRAME>" if reference.role is Role.FIRST_FRAME else "<LAST_FRAME>"
            continue
        moving = _moving(reference)
        yield f"<{'VIDEO' if moving else 'IMAGE'}_REF_{seen[moving]}>"
        seen[moving] += 1


def _bindings(request: VideoRequest) -> Iterator[str]:
    """Yield what the header has to say of each picture and clip; each kind is counted on its own, from 1."""
    seen = {True: 0, False: 0}
    for reference, tag in zip(request.references, _tags(request), strict=True):
        moving = _moving(reference)
        seen[moving] += 1
        yield f"{tag}@{'Video' if moving else 'Image'}{seen[moving]}"


def _sent(request: VideoRequest) -> Iterator[SentField]:
    for index, (reference, tag) in enumerate(zip(request.references, _tags(request), strict=True)):
        yield SentField(
            field=f"input[0].content[{index}]",
            name=tag,
            digest=reference.blob.digest,
            role=reference.role,
            character=reference.character,
        )
