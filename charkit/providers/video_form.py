"""What goes out in the POST that creates a clip on `/v1/videos`, and what is refused before it goes.

Nothing may be lost silently: self-hosted servers drop fields they do not know and answer 200 with a text-only clip
(openai-video-wire.md, section 0). So whatever a dialect has no field for is refused here.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.errors import UnsupportedRequest
from charkit.providers import minimax_h3
from charkit.providers.base import Role, SentField
from charkit.providers.limits import OPENAI_PICTURES, check_earlier, check_pictures, check_prompt
from charkit.providers.reading import data_url, measured
from charkit.providers.video_canvas import canvas_fields
from charkit.providers.video_dialects import spoken_for
from charkit.providers.video_grammar import Shape, put

if TYPE_CHECKING:
    from collections.abc import Sequence

    from charkit.providers.base import Blob, BoundReference, VideoRequest
    from charkit.providers.video_grammar import Dialect, PictureField

MAX_DATA_URL = 20_971_520
"""Characters of one `data:` URL (openai-openapi @ f85dbe2)."""

FRAMES = (Role.FIRST_FRAME, Role.LAST_FRAME)


@dataclass(frozen=True, kw_only=True)
class Form:
    """One POST: its path, its fields, its files, and the record of what they carry."""

    path: str = "/videos"
    body: dict[str, object]
    files: tuple[tuple[str, Blob], ...]
    sent: tuple[SentField, ...]


class _Writer:
    """A form that is being written."""

    def __init__(self) -> None:
        self.body: dict[str, object] = {}
        self.files: list[tuple[str, Blob]] = []
        self.sent: list[SentField] = []

    def picture(self, place: PictureField, one: BoundReference, shape: Shape, *, label: str = "") -> None:
        """Write one picture into its field and note it."""
        field = place.name
        if shape is Shape.FILE:
            self.files.append((field, one.blob))
        else:
            field = put(self.body, field, _written(place, one.blob, shape))
        self.sent.append(
            SentField(
                field=field,
                name=label or one.blob.name,
                digest=one.blob.digest,
                role=one.role,
                character=one.character,
            )
        )


def compose(dialect: Dialect, request: VideoRequest) -> Form:
    """Write a request for a clip of its own in a dialect.

    Raises:
        UnsupportedRequest: the dialect cannot carry all of it.
        BadReference: a frame cannot be read as a picture.
    """
    row = spoken_for(dialect, request)
    check_prompt(request.prompt, longest=row.max_prompt, source=row.source)
    check_earlier(request, source=row.source)
    check_characters(row, request)
    form = _Writer()
    _write_plain(form.body, row, request)
    frames, shown = _sorted(row, request)
    _write_frames(form, row, request, frames)
    _write_references(form, row, request, shown)
    if request.characters:
        form.body["characters"] = [{"id": character.id} for character in request.characters]
        form.sent += _characters_sent(request)
    for name in row.json_text & form.body.keys():
        form.body[name] = json.dumps(form.body[name], separators=(",", ":"))
    return Form(body=form.body, files=tuple(form.files), sent=tuple(form.sent))


def _write_plain(body: dict[str, object], row: Dialect, request: VideoRequest) -> None:
    if request.model:
        body["model"] = request.model
    body["prompt"] = request.prompt
    if row.task_field:
        minimax_h3.check_length(request.seconds, source=row.source)
        put(body, row.task_field, minimax_h3.task(request.references))
    put(body, row.duration_field, str(request.seconds) if row.duration_as_text else request.seconds)
    for name, value in canvas_fields(row, request.width, request.height).items():
        put(body, name, value)
    if request.seed is not None:
        if not row.seed_field:
            raise UnsupportedRequest(
                "this server takes no seed, so the same request gives another clip",
                rule="no seed field",
                nearest="the same request without a seed",
                source=row.source,
            )
        body[row.seed_field] = request.seed
    body.update(row.extra)


def check_characters(row: Dialect, request: VideoRequest) -> None:
    """Refuse character ids that the server does not take or the prompt does not name.

    Raises:
        UnsupportedRequest: so it is.
    """
    count = len(request.characters)
    if count > row.max_characters:
        raise UnsupportedRequest(
            f"the request has {count} character ids",
            rule=f"at most {row.max_characters}" if row.max_characters else "this server has no characters",
            source=row.source,
        )
    for character in request.characters:
        if character.name not in request.prompt:
            raise UnsupportedRequest(
                f"the prompt does not contain the name {character.name!r}",
                rule="a character's name must stand verbatim in the prompt; the id alone does nothing",
                nearest=f"write {character.name} exactly so",
                source=row.source,
            )


def _sorted(row: Dialect, request: VideoRequest) -> tuple[list[BoundReference], list[BoundReference]]:
    """Return the frames, the first one first, and the references in their order."""
    check_pictures((one for one in request.references if one.role is Role.MASK), frozenset(), source=row.source)
    frames = [one for role in FRAMES for one in request.references if one.role is role]
    shown = [one for one in request.references if one.role not in FRAMES]
    if frames and shown and not row.frames_beside_references:
        raise UnsupportedRequest(
            f"the request has {len(frames)} frames and {len(shown)} references",
            rule="frames or references, never both: the server would drop or misread one of them",
            nearest="the references alone, or the frames alone",
            source=row.source,
        )
    return frames, shown


def _write_frames(form: _Writer, row: Dialect, request: VideoRequest, frames: Sequence[BoundReference]) -> None:
    for role, place in zip(FRAMES, (row.first_frame, row.last_frame), strict=True):
        here = [frame for frame in frames if frame.role is role]
        if not here:
            continue
        if place is None or len(here) > 1:
            raise UnsupportedRequest(
                f"the request has {len(here)} pictures as {role}",
                rule=f"no field for a {role}" if place is None else f"one {role}",
                source=row.source,
            )
        if role is Role.LAST_FRAME and row.last_needs_first and len(frames) == 1:
            raise UnsupportedRequest(
                f"{here[0].blob.name} is a last frame without a first one",
                rule="a single picture is read as the first frame",
                nearest="a first frame beside it",
                source=row.source,
            )
        _check_frame(row, request, place, here[0])
        shape = place.beside_characters or place.shape if request.characters else place.shape
        form.picture(place, here[0], shape)


def _check_frame(row: Dialect, request: VideoRequest, place: PictureField, frame: BoundReference) -> None:
    check_pictures((frame,), OPENAI_PICTURES, source=row.source)
    size = measured(frame.blob)
    if row.exact_frame and size != (request.width, request.height):
        raise UnsupportedRequest(
            f"the {frame.role} {frame.blob.name} has {size[0]}x{size[1]} pixels, "
            f"the clip {request.width}x{request.height}",
            rule=f"the pixels of {place.name} must equal size exactly",
            nearest=f"the same picture fitted to {request.width}x{request.height}",
            source=row.source,
        )


def _write_references(form: _Writer, row: Dialect, request: VideoRequest, shown: Sequence[BoundReference]) -> None:
    if not shown:
        return
    place = row.references
    if place is None:
        names = ", ".join(f"{one.blob.name} ({one.role})" for one in shown)
        raise UnsupportedRequest(
            f"this server has no field for reference pictures: {names}",
            rule="sending them anyway would give a clip from text alone",
            nearest="MiniMax H3, whose name the request's model has to say, takes them here"
            if row.h3
            else "a first frame, a character id, or a route with references",
            source=row.source,
        )
    if row.reference_rules:
        minimax_h3.check_references(shown, request.prompt, row.reference_rules)
        labels = minimax_h3.labels(shown)
    else:
        check_pictures(shown, OPENAI_PICTURES, source=row.source)
        labels = [""] * len(shown)
    for one, label in zip(shown, labels, strict=True):
        form.picture(place, one, place.shape, label=label)


def _written(place: PictureField, blob: Blob, shape: Shape) -> object:
    url = data_url(blob)
    if len(url) > MAX_DATA_URL and not blob.media_type.startswith("video/"):
        raise UnsupportedRequest(
            f"{blob.name} makes a data URL of {len(url)} characters",
            rule=f"at most {MAX_DATA_URL}",
            nearest="the same picture as JPEG",
            source="openai/openai-openapi @ f85dbe2",
        )
    if shape is Shape.URL:
        return url
    kind = minimax_h3.kind(blob)
    entry: dict[str, object] = {
        name: value.format(kind=kind) if isinstance(value, str) else value for name, value in place.entry.items()
    }
    put(entry, place.url_at.format(kind=kind), url)
    return entry


def _characters_sent(request: VideoRequest) -> list[SentField]:
    return [
        SentField(
            field=f"characters[{index}].id",
            name=character.id,
            digest=text_digest(character.id),
            role=Role.CHARACTER,
            character=character.name,
        )
        for index, character in enumerate(request.characters)
    ]


def text_digest(text: str) -> str:
    """Return the tagged digest of a text, for what goes out by its id."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
