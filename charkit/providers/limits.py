"""Checks that several wire formats share, made before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.errors import UnsupportedRequest
from charkit.providers.base import Change, ImageRequest, Role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from charkit.providers.base import BoundReference, Request, VideoRequest

OPENAI_PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
"""Media types of pictures that OpenAI's wires take (openai-video-wire.md 2.2, image-models.md 2.2)."""

GOOGLE_PICTURES = frozenset(f"image/{kind}" for kind in ("bmp", "gif", "heic", "heif", "jpeg", "png", "tiff", "webp"))
"""Media types of pictures that Gemini takes (google-genai 3.4.0; google-wire.md 1.4)."""


def check_model(model: str, *, source: str) -> None:
    """Refuse a request that names no model.

    Raises:
        UnsupportedRequest: the name is empty.
    """
    if not model:
        raise UnsupportedRequest("the request names no model", source=source)


def check_prompt(prompt: str, *, source: str, longest: int | None = None) -> None:
    """Refuse a prompt that is empty (services render and bill it all the same), too long, or not text.

    Raises:
        UnsupportedRequest: so it is.
    """
    if not prompt or (longest is not None and len(prompt) > longest):
        rule = f"1 to {longest}" if longest is not None else "not empty"
        raise UnsupportedRequest(f"the prompt has {len(prompt)} characters", rule=rule, source=source)
    try:
        prompt.encode()
    except UnicodeEncodeError as error:
        where = f"the prompt holds half a character at position {error.start}"
        raise UnsupportedRequest(where, rule="text that can be written as UTF-8") from None


def check_pictures(
    references: Iterable[BoundReference], kinds: frozenset[str], *, source: str, masks: bool = False
) -> None:
    """Refuse pictures of media types that the wire does not take, and masks where it has no field for one.

    Raises:
        UnsupportedRequest: one is of another type, or a mask.
    """
    for reference in references:
        if reference.role is Role.MASK and not masks:
            raise UnsupportedRequest(
                f"{reference.blob.name} is a mask",
                rule="this wire has no field for a mask",
                nearest="say in the prompt what may change, or use a gpt-image route",
                source=source,
            )
        if reference.blob.media_type not in kinds:
            names = ", ".join(sorted(kind.removeprefix("image/") for kind in kinds))
            raise UnsupportedRequest(
                f"{reference.blob.name} is {reference.blob.media_type}",
                rule=f"pictures are {names}",
                nearest="the same picture as PNG",
                source=source,
            )


def check_earlier(request: Request, *, source: str, changes: Collection[Change] = (), turns: bool = False) -> None:
    """Refuse a request that goes on from an earlier result in a way that the wire cannot say.

    Args:
        request: What is asked for.
        source: Where the rule is written down.
        changes: The ways to go on from `request.source` that the wire has.
        turns: Whether the wire takes earlier turns of a conversation.

    Raises:
        UnsupportedRequest: it has no field for it.
    """
    if request.source is not None and request.source.change not in changes:
        raise UnsupportedRequest(
            f"the request is to {request.source.change} {request.source.remote_id}",
            rule=f"this wire can only {' or '.join(changes)}" if changes else "this wire goes on from nothing earlier",
            nearest="a request that stands alone, with the earlier result as a picture",
            source=source,
        )
    if isinstance(request, ImageRequest) and request.turns and not turns:
        raise UnsupportedRequest(
            f"the request comes with {len(request.turns)} earlier turns",
            rule="this wire takes no earlier turns",
            nearest="the earlier pictures as references",
            source=source,
        )


def check_no_characters(request: VideoRequest, service: str, *, source: str) -> None:
    """Refuse character ids where a service knows none.

    Raises:
        UnsupportedRequest: the request names some.
    """
    if request.characters:
        names = ", ".join(character.name for character in request.characters)
        raise UnsupportedRequest(
            f"{service} has no character ids: {names}",
            rule="characters are shown by reference pictures",
            nearest="the same characters as pictures",
            source=source,
        )


def resolution_word(request: VideoRequest, offered: Mapping[int, str], *, rule: str, source: str) -> str:
    """Return the word for a clip's shorter side.

    Args:
        request: What is asked for.
        offered: Pixels of the shorter side -> the service's word.
        rule: What to say where there is no such word.
        source: Where the rule is written down.

    Raises:
        UnsupportedRequest: the service has no clips of that size.
    """
    side = min(request.width, request.height)
    if side not in offered:
        near = min(offered, key=lambda known: abs(known - side))
        problem = f"no clips of {request.width}x{request.height}"
        raise UnsupportedRequest(problem, rule=rule, nearest=offered[near], source=source)
    return offered[side]


def aspect_word(request: VideoRequest, *, source: str) -> str:
    """Return `16:9` or `9:16`, the two aspects of Google's clips.

    Raises:
        UnsupportedRequest: it is another one.
    """
    for word, across, down in (("16:9", 16, 9), ("9:16", 9, 16)):
        if request.width * down == request.height * across:
            return word
    raise UnsupportedRequest(
        f"no clips of {request.width}x{request.height}",
        rule="16:9 or 9:16 and nothing else",
        nearest="16:9" if request.width >= request.height else "9:16",
        source=source,
    )


def cannot_cancel(service: str, *, source: str, rule: str = "") -> UnsupportedRequest:
    """Return the error for a wire that has no way to stop a job that was taken on."""
    return UnsupportedRequest(
        f"{service} cannot stop a job that it has taken on",
        rule=rule or "its wire has no cancel",
        nearest="let it finish",
        source=source,
    )
