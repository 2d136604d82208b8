"""Going on from an earlier clip on `/v1/videos`: remix, edit, extension (openai-video-wire.md 2.1 and 2.5).

All three take the prompt and the earlier clip; none of them takes pictures, characters or a seed, so a request that
has some is refused. Model and size are the earlier clip's; only an extension says how many seconds it adds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from charkit.errors import UnsupportedRequest
from charkit.providers.base import Change, SentField
from charkit.providers.limits import check_earlier, check_prompt
from charkit.providers.video_form import Form, text_digest

if TYPE_CHECKING:
    from charkit.providers.base import BoundJob, VideoRequest
    from charkit.providers.video_grammar import Dialect

LONGEST_EXTENSION = 20
"""Seconds that one extension may add; six of them and 120 seconds are the end (openai-video-wire.md 2.5)."""


def compose_change(row: Dialect, request: VideoRequest, source: BoundJob) -> Form:
    """Write a request that goes on from an earlier clip.

    Raises:
        UnsupportedRequest: the dialect has no such endpoint, or the endpoint cannot carry all of it.
    """
    check_prompt(request.prompt, longest=row.max_prompt, source=row.source)
    check_earlier(request, source=row.source, changes=sorted(row.changes))
    _check_alone(row, request, source)
    body: dict[str, object] = {"prompt": request.prompt}
    if source.change is Change.REMIX:
        return Form(
            path=f"/videos/{quote(source.remote_id, safe='')}/remix", body=body, files=(), sent=(_cited(source),)
        )
    if source.change is Change.EDIT and source.clip and not source.remote_id:
        return _uploaded(request, body, source)
    body["video"] = {"id": source.remote_id}
    if source.change is Change.EDIT:
        return Form(path="/videos/edits", body=body, files=(), sent=(_cited(source),))
    if request.seconds > LONGEST_EXTENSION:
        raise UnsupportedRequest(
            f"an extension by {request.seconds} s",
            rule=f"at most {LONGEST_EXTENSION} s at a time",
            nearest=f"{LONGEST_EXTENSION} s",
            source=row.source,
        )
    body["seconds"] = str(request.seconds) if row.duration_as_text else request.seconds
    return Form(path="/videos/extensions", body=body, files=(), sent=(_cited(source),))


def _uploaded(request: VideoRequest, body: dict[str, object], source: BoundJob) -> Form:
    """An edit of a clip that the service does not know; unlike the others it has to name the model."""
    if source.clip is None or not request.model:
        raise UnsupportedRequest("an uploaded clip is edited without a model", rule="an uploaded edit names its model")
    record = SentField(field="video", name=source.clip.name, digest=source.clip.digest, role=source.change)
    return Form(
        path="/videos/edits",
        body={"model": request.model, **body},
        files=(("video", source.clip),),
        sent=(record,),
    )


def _cited(source: BoundJob) -> SentField:
    field = "id" if source.change is Change.REMIX else "video.id"
    return SentField(field=field, name=source.remote_id, digest=text_digest(source.remote_id), role=source.change)


def _check_alone(row: Dialect, request: VideoRequest, source: BoundJob) -> None:
    held = {
        "reference pictures": len(request.references),
        "characters": len(request.characters),
        "a seed": request.seed is not None,
    }
    if lost := [what for what, count in held.items() if count]:
        raise UnsupportedRequest(
            f"the request to {source.change} {source.remote_id} has {' and '.join(lost)}",
            rule=f"{source.change} takes the prompt and the earlier clip alone",
            nearest="a clip of its own with them, or the change without them",
            source=row.source,
        )
