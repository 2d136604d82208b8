"""Nano Banana by the Interactions API: pictures as JPEG, changed turn by turn while the service remembers.

Facts and sources: google-wire.md, 6.2. The picture comes with the answer to the POST; should the service answer with a
job that still runs, it can be polled. The next turn names the interaction (`ImageRequest.source`) and nothing has to be
carried along.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from charkit.errors import UnsupportedRequest
from charkit.providers.base import Change, ImageRequest, SentField
from charkit.providers.gemini_interactions import Interactions, going_on
from charkit.providers.limits import check_earlier, check_model, check_prompt
from charkit.providers.nano_banana import SOURCE, check_shown, covering_size, nearest_aspect
from charkit.providers.reading import encode, shape_note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.providers.base import Answer, Connection, Listed, Request


class GeminiImageTurns:
    """One Gemini endpoint, asked for pictures that it remembers."""

    cancels = True
    """`POST interactions/{id}/cancel` (google-wire.md 1.4)."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._interactions = Interactions(connection, "image")

    def submit(self, request: Request) -> Answer:
        """Send the one POST that makes a picture; see `base.Provider.submit`.

        `Answer.remote_id` is what the next turn goes on from. As with `gemini_images`, the nearest aspect ratio and
        size are asked for, and `Answer.message` says where the picture came back in other pixels.
        """
        if not isinstance(request, ImageRequest):
            raise UnsupportedRequest("Nano Banana makes pictures, not clips", nearest="a video route")
        check_model(request.model, source=SOURCE)
        check_prompt(request.prompt, source=SOURCE)
        check_shown(request.references)
        check_earlier(request, source=SOURCE, changes=(Change.EDIT,))
        sent = tuple(_sent(request))
        answer = self._interactions.create(_body(request), sent)
        if not answer.media:
            return answer
        return replace(answer, message=shape_note(answer.media[0].data, request.width, request.height))

    def poll(self, remote_id: str) -> Answer:
        """Ask for an interaction again, picture included; see `Interactions.ask`."""
        return self._interactions.ask(remote_id)

    def fetch(self, remote_id: str) -> Iterator[bytes]:
        """Stream the picture of an interaction; see `Interactions.fetch`."""
        return self._interactions.fetch(remote_id)

    def cancel(self, remote_id: str) -> Answer:
        """Ask the service to stop a job; see `Interactions.cancel`."""
        return self._interactions.cancel(remote_id)

    def recent(self, limit: int = 50) -> list[Listed] | None:
        """Return None: the Interactions API has no list."""
        del limit
        return None


def _body(request: ImageRequest) -> dict[str, object]:
    content: list[object] = [
        {"type": "image", "mime_type": reference.blob.media_type, "data": encode(reference.blob)}
        for reference in request.references
    ]
    content.append({"type": "text", "text": request.prompt})
    body: dict[str, object] = {
        "model": request.model,
        "input": [{"type": "user_input", "content": content}],
        "response_format": {
            "type": "image",
            "aspect_ratio": nearest_aspect(request.width, request.height),
            "image_size": covering_size(request.width, request.height),
            "mime_type": "image/jpeg",
        },
        "automatic_continuation": False,  # the SDK would make several billed calls of one (google-wire.md, 4.1)
    }
    if request.source is not None:
        body["previous_interaction_id"] = request.source.remote_id
    return body


def _sent(request: ImageRequest) -> Iterator[SentField]:
    """List the pictures by the number under which prompts speak of them, and what they change by its id's digest."""
    for index, reference in enumerate(request.references):
        yield SentField(
            field=f"input[0].content[{index}]",
            name=f"Image {index + 1}",
            digest=reference.blob.digest,
            role=reference.role,
            character=reference.character,
        )
    if request.source is not None:
        yield going_on(request.source)
