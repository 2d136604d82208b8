"""What goes out in the POST that creates a clip on `/v1/videos`, and what is refused before it goes.

Nothing may be lost silently: self-hosted servers drop fields they do not know and answer 200 with a text-only clip
(openai-video-wire.md, section 0). So whatever a dialect has no field for is refused here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.errors import UnsupportedRequest
from charkit.providers.base import Role, SentField
from charkit.providers.limits import OPENAI_PICTURES, check_earlier, check_pictures, check_prompt
from charkit.providers.reading import data_url, measured
from charkit.providers.video_dialects import Shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from charkit.providers.base import Blob, BoundReference, VideoRequest
    from charkit.providers.video_dialects import Dialect, FrameField

MAX_DATA_URL = 20_971_520
"""Characters of one `data:` URL (openai-openapi @ f85dbe2)."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """One POST: its fields, its files, and the record of what they carry."""

    body: dict[str, object]
    files: tuple[tuple[str, Blob], ...]
    sent: tuple[SentField, ...]


@dataclass(frozen=True, kw_only=True)
class _Part:
    """One field that carries a picture."""

    record: SentField
    file: tuple[str, Blob] | None = None
    value: object = None


def compose(dialect: Dialect, request: VideoRequest) -> Form:
    """Write a request in a dialect.

    Raises:
        UnsupportedRequest: the dialect cannot carry all of it.
        BadReference: a frame cannot be read as a picture.
    """
    check_prompt(request.prompt, longest=dialect.max_prompt, source=dialect.source)
    check_earlier(request, source=dialect.source)
    _check_characters(dialect, request)
    body = _plain_fields(dialect, request)
    parts = _frames(dialect, request) + _references(dialect, request)
    for part in parts:
        if part.file is None:
            body[part.record.field] = part.value
    if request.characters:
        body["characters"] = [{"id": character.id} for character in request.characters]
    sent = tuple(part.record for part in parts) + tuple(_characters_sent(request))
    return Form(body=body, files=tuple(part.file for part in parts if part.file), sent=sent)


def _plain_fields(dialect: Dialect, request: VideoRequest) -> dict[str, object]:
    body: dict[str, object] = {"model": request.model} if request.model else {}
    body["prompt"] = request.prompt
    body[dialect.duration_field] = str(request.seconds) if dialect.duration_as_text else request.seconds
    body["size"] = f"{request.width}x{request.height}"
    if request.seed is not None:
        if not dialect.seed_field:
            raise UnsupportedRequest(
                "this server takes no seed, so the same request gives another clip",
                rule="no seed field",
                nearest="the same request without a seed",
                source=dialect.source,
            )
        body[dialect.seed_field] = request.seed
    body.update(dialect.extra)
    return body


def _check_characters(dialect: Dialect, request: VideoRequest) -> None:
    count = len(request.characters)
    if count > dialect.max_characters:
        raise UnsupportedRequest(
            f"the request has {count} character ids",
            rule=f"at most {dialect.max_characters}" if dialect.max_characters else "this server has no characters",
            source=dialect.source,
        )
    for character in request.characters:
        if character.name not in request.prompt:
            raise UnsupportedRequest(
                f"the prompt does not contain the name {character.name!r}",
                rule="a character's name must stand verbatim in the prompt; the id alone does nothing",
                nearest=f"write {character.name} exactly so",
                source=dialect.source,
            )


def _frames(dialect: Dialect, request: VideoRequest) -> list[_Part]:
    parts = []
    for role, place in ((Role.FIRST_FRAME, dialect.first_frame), (Role.LAST_FRAME, dialect.last_frame)):
        frames = [reference for reference in request.references if reference.role is role]
        if not frames:
            continue
        if place is None or len(frames) > 1:
            raise UnsupportedRequest(
                f"the request has {len(frames)} pictures as {role}",
                rule=f"no field for a {role}" if place is None else f"one {role}",
                source=dialect.source,
            )
        parts.append(_frame(dialect, request, place, frames[0]))
    return parts


def _frame(dialect: Dialect, request: VideoRequest, place: FrameField, frame: BoundReference) -> _Part:
    check_pictures((frame,), OPENAI_PICTURES, source=dialect.source)
    size = measured(frame.blob)
    if dialect.exact_frame and size != (request.width, request.height):
        raise UnsupportedRequest(
            f"the {frame.role} {frame.blob.name} has {size[0]}x{size[1]} pixels, "
            f"the clip {request.width}x{request.height}",
            rule=f"the pixels of {place.name} must equal size exactly",
            nearest=f"the same picture fitted to {request.width}x{request.height}",
            source=dialect.source,
        )
    shape = place.beside_characters or place.shape if request.characters else place.shape
    record = _record(place.name, frame)
    if shape is Shape.FILE:
        return _Part(record=record, file=(place.name, frame.blob))
    url = data_url(frame.blob)
    if len(url) > MAX_DATA_URL:
        raise UnsupportedRequest(
            f"{frame.blob.name} makes a data URL of {len(url)} characters",
            rule=f"at most {MAX_DATA_URL}",
            nearest="the same picture as JPEG",
            source=dialect.source,
        )
    return _Part(record=record, value=url if shape is Shape.URL else {"image_url": url})


def _references(dialect: Dialect, request: VideoRequest) -> list[_Part]:
    shown = [one for one in request.references if one.role not in (Role.FIRST_FRAME, Role.LAST_FRAME)]
    if shown and not dialect.reference_field:
        names = ", ".join(f"{one.blob.name} ({one.role})" for one in shown)
        raise UnsupportedRequest(
            f"this server has no field for reference pictures: {names}",
            rule="sending them anyway would give a clip from text alone",
            nearest="a first frame, a character id, or a route with references",
            source=dialect.source,
        )
    check_pictures(shown, OPENAI_PICTURES, source=dialect.source)
    field = dialect.reference_field
    return [_Part(record=_record(field, one), file=(field, one.blob)) for one in shown]


def _record(field: str, reference: BoundReference) -> SentField:
    return SentField(
        field=field,
        name=reference.blob.name,
        digest=reference.blob.digest,
        role=reference.role,
        character=reference.character,
    )


def _characters_sent(request: VideoRequest) -> Sequence[SentField]:
    return [
        SentField(
            field=f"characters[{index}].id",
            name=character.id,
            digest=f"sha256:{hashlib.sha256(character.id.encode()).hexdigest()}",
            role=Role.CHARACTER,
            character=character.name,
        )
        for index, character in enumerate(request.characters)
    ]
