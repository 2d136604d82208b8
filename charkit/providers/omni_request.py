"""What goes out in the POST that creates an Omni interaction, and what is refused before it goes.

Facts and sources: google-wire.md, 1.1 and 1.4. Only what the wire itself cannot carry is refused here; what one
model or region allows is the route's to know.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from charkit.errors import UnsupportedRequest
from charkit.providers.base import Role, SentField, VideoRequest
from charkit.providers.limits import GOOGLE_PICTURES, check_earlier, check_model, check_pictures, check_prompt
from charkit.providers.reading import encode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from charkit.providers.base import Request

SOURCE = "google-wire.md 1, after Google's Omni page of 2026-09-14 and google-genai 3.4.0"
"""Where the limits below come from."""

RESOLUTIONS: Mapping[int, str] = MappingProxyType({360: "360p", 720: "720p", 1080: "1080p", 2160: "4k"})
"""Shortest side in pixels -> resolution word; the last two are upscaled."""

MAX_IMAGES = 10
"""Pictures per prompt, the hard cap of the model card."""

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
    content: list[object] = [
        {"type": "image", "mime_type": reference.blob.media_type, "data": encode(reference.blob)}
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
        "response_format": {
            "type": "video",
            "resolution": _resolution(request),
            "aspect_ratio": _aspect(request),
            "duration": f"{request.seconds}s",  # a bare number is a 400
            "delivery": "uri",
        },
    }
    return Form(body=body, sent=tuple(_sent(request)))


def _task(request: VideoRequest) -> str:
    roles = {reference.role for reference in request.references}
    if roles - set(_FRAMES):
        return "reference_to_video"
    return "image_to_video" if roles else "text_to_video"


def _resolution(request: VideoRequest) -> str:
    side = min(request.width, request.height)
    if side not in RESOLUTIONS:
        near = min(RESOLUTIONS, key=lambda known: abs(known - side))
        raise UnsupportedRequest(
            f"no clips of {request.width}x{request.height}",
            rule=f"the shorter side has {', '.join(map(str, RESOLUTIONS))} pixels",
            nearest=RESOLUTIONS[near],
            source=SOURCE,
        )
    return RESOLUTIONS[side]


def _aspect(request: VideoRequest) -> str:
    for word, across, down in (("16:9", 16, 9), ("9:16", 9, 16)):
        if request.width * down == request.height * across:
            return word
    raise UnsupportedRequest(
        f"no clips of {request.width}x{request.height}",
        rule="16:9 or 9:16 and nothing else",
        nearest="16:9" if request.width >= request.height else "9:16",
        source=SOURCE,
    )


def _check(request: VideoRequest) -> None:
    check_model(request.model, source=SOURCE)
    check_prompt(request.prompt, source=SOURCE)
    if request.characters:
        names = ", ".join(character.name for character in request.characters)
        raise UnsupportedRequest(
            f"Omni has no character ids: {names}",
            rule="characters are shown by reference pictures",
            nearest="the same characters as pictures",
            source=SOURCE,
        )
    if len(request.references) > MAX_IMAGES:
        raise UnsupportedRequest(
            f"the request has {len(request.references)} pictures", rule=f"at most {MAX_IMAGES}", source=SOURCE
        )
    check_pictures(request.references, GOOGLE_PICTURES, source=SOURCE)
    check_earlier(request, source=SOURCE)
    _check_frames(request)


def _check_frames(request: VideoRequest) -> None:
    roles = [reference.role for reference in request.references]
    for role in _FRAMES:
        if roles.count(role) > 1:
            raise UnsupportedRequest(f"the request has {roles.count(role)} pictures as {role}", rule=f"one {role}")
    if Role.LAST_FRAME in roles and Role.FIRST_FRAME not in roles:
        raise UnsupportedRequest(
            "the request has a last frame without a first frame", rule="a last frame needs a first frame", source=SOURCE
        )


def _sent(request: VideoRequest) -> Iterator[SentField]:
    """List the pictures by the tag with which the prompt binds them: frames by role, the others numbered from 0."""
    number = 0
    for index, reference in enumerate(request.references):
        if reference.role in _FRAMES:
            tag = "<FIRST_FRAME>" if reference.role is Role.FIRST_FRAME else "<LAST_FRAME>"
        else:
            tag, number = f"<IMAGE_REF_{number}>", number + 1
        yield SentField(
            field=f"input[0].content[{index}]",
            name=tag,
            digest=reference.blob.digest,
            role=reference.role,
            character=reference.character,
        )
