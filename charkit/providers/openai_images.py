"""Pictures by `/v1/images`: one anchor from text, every later picture as an edit of what is approved.

Facts and sources: image-models.md, section 2. The answer comes with the POST; there is no job to poll.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.errors import UnsupportedRequest
from charkit.providers.base import Answer, Billing, Blob, ImageRequest, Outcome, Role, SentField
from charkit.providers.limits import (
    OPENAI_PICTURES,
    cannot_cancel,
    check_earlier,
    check_model,
    check_pictures,
    check_prompt,
)
from charkit.providers.openai_sdk import OpenAISession, policy_details, policy_word
from charkit.providers.reading import decode, measured, shape_note, without_media

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.providers.base import BoundReference, Connection, Listed, Request
    from charkit.providers.exchange import Reply
    from charkit.providers.reading import Fields

SOURCE = "image-models.md 2.1 and 2.2, after openai 3.54.0 and docs.comfy.org, 2026-11"
"""Where the limits below come from."""

SIDE_STEP = 16
"""Both sides of a picture are divisible by this many pixels."""
PIXELS = (655_360, 8_294_400)
"""Least and most pixels of a picture."""
LONGEST_SIDE = 3840
"""Pixels of the longest side at most."""
STEEPEST = 3.0
"""Longest side over shortest side at most."""
MAX_PROMPT = 32_000
"""Characters of prompt."""
MAX_INPUTS = 16
"""Input pictures of one edit."""
MAX_INPUT_BYTES = 50_000_000
"""Bytes of one input picture."""
MAX_MASK_BYTES = 4_000_000
"""Bytes of a mask."""


class OpenAIImages:
    """One `/v1/images` endpoint."""

    cancels = False

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._session = OpenAISession(connection)

    def submit(self, request: Request) -> Answer:
        """Send the one POST that makes a picture: a generation, or an edit where there are references.

        `input_fidelity` is never sent: the current models do not document it (image-models.md, section 0).
        See `base.Provider.submit`.
        """
        if not isinstance(request, ImageRequest):
            raise UnsupportedRequest("/v1/images makes pictures, not clips", nearest="a video route")
        _check(request)
        body: dict[str, object] = {
            "model": request.model,
            "prompt": request.prompt,
            "size": f"{request.width}x{request.height}",
        }
        if request.references:
            files = [(_field(reference), reference.blob) for reference in request.references]
            reply = self._session.post("/images/edits", body, files)
        else:
            reply = self._session.post("/images/generations", body)
        sent = tuple(_sent(request))
        return self._refused(reply, sent) or self._made(reply, request, sent)

    def poll(self, remote_id: str) -> Answer:
        """Refuse: pictures come with the answer to `submit`.

        Raises:
            UnsupportedRequest: always.
        """
        raise UnsupportedRequest(f"pictures come at once; there is no job {remote_id!r} to ask about")

    def fetch(self, remote_id: str) -> Iterator[bytes]:
        """Refuse: pictures come with the answer to `submit`.

        Raises:
            UnsupportedRequest: always.
        """
        raise UnsupportedRequest(f"pictures come at once; there is nothing to fetch for {remote_id!r}")

    def recent(self, limit: int = 50) -> list[Listed] | None:
        """Return None: the service keeps no list of pictures."""
        del limit
        return None

    def cancel(self, remote_id: str) -> Answer:
        """Refuse: there is nothing to stop; see `base.Provider.cancel`."""
        del remote_id
        raise cannot_cancel(
            "/v1/images", rule="a picture comes with the answer to its request", source="image-models.md 2.1"
        )

    def _refused(self, reply: Reply, sent: tuple[SentField, ...]) -> Answer | None:
        if not (400 <= reply.status < 500 and policy_word(reply.error)):
            return None
        stage, category = policy_details(reply.error, default_stage="unknown")
        return Answer(
            outcome=Outcome.REFUSED,
            message=self._session.scrub(reply.error.text("message")),
            stage=stage,
            category=category,
            sent=sent,
            raw=self._raw(reply.body),
        )

    def _made(self, reply: Reply, request: ImageRequest, sent: tuple[SentField, ...]) -> Answer:
        answer = self._session.document(reply, paid=True)
        data = next((found for one in answer.children("data") if (found := decode(one.text("b64_json")))), None)
        usage = answer.child("usage").numbers()
        if data is None:
            return Answer(
                outcome=Outcome.FAILED,
                message="the service answered without a readable picture",
                billing=Billing.CHARGED if usage.get("output_tokens") else Billing.NOT_ESTABLISHED,
                usage=usage,
                sent=sent,
                raw=self._raw(answer),
            )
        kind = answer.text("output_format") or "png"
        return Answer(
            outcome=Outcome.SUCCEEDED,
            model=answer.text("model"),
            message=shape_note(data, request.width, request.height),
            billing=Billing.CHARGED,
            media=(Blob(name=f"picture.{kind}", media_type=f"image/{kind}", data=data),),
            usage=usage,
            sent=sent,
            raw=self._raw(answer),
        )

    def _raw(self, body: Fields) -> str:
        return self._session.without_key(without_media(body.value))


def nearest_size(width: int, height: int) -> tuple[int, int]:
    """Return the smallest legal size with about the same ratio that covers a size, where there is one.

    Sides are rounded up to the step, so that what is too much can be cropped (image-models.md, 4.3).
    """
    ratio = min(max(width / height, 1 / STEEPEST), STEEPEST)
    pixels = min(max(width * height, PIXELS[0]), PIXELS[1])
    wide = min((pixels * ratio) ** 0.5, LONGEST_SIDE, LONGEST_SIDE * ratio)
    sides = [wide, wide / ratio]
    stepped = [int(-(-round(side, 6) // SIDE_STEP)) * SIDE_STEP for side in sides]
    while stepped[0] * stepped[1] > PIXELS[1]:
        stepped[stepped.index(max(stepped))] -= SIDE_STEP
    return stepped[0], stepped[1]


def legal_size(width: int, height: int) -> bool:
    """Return whether the service makes pictures of this size."""
    longest, shortest = max(width, height), min(width, height)
    return (
        width % SIDE_STEP == 0
        and height % SIDE_STEP == 0
        and PIXELS[0] <= width * height <= PIXELS[1]
        and longest <= LONGEST_SIDE
        and longest <= STEEPEST * shortest
    )


def _check(request: ImageRequest) -> None:
    check_model(request.model, source=SOURCE)
    check_prompt(request.prompt, longest=MAX_PROMPT, source=SOURCE)
    check_pictures(request.references, OPENAI_PICTURES, source=SOURCE, masks=True)
    check_earlier(request, source=SOURCE)
    if not legal_size(request.width, request.height):
        near = nearest_size(request.width, request.height)
        raise UnsupportedRequest(
            f"no picture of {request.width}x{request.height} pixels",
            rule=f"sides divisible by {SIDE_STEP}, {PIXELS[0]} to {PIXELS[1]} pixels, "
            f"ratio up to 3:1, longest side {LONGEST_SIDE}",
            nearest=f"{near[0]}x{near[1]}",
            source=SOURCE,
        )
    inputs = [reference for reference in request.references if reference.role is not Role.MASK]
    if len(inputs) > MAX_INPUTS:
        raise UnsupportedRequest(f"the request has {len(inputs)} pictures", rule=f"at most {MAX_INPUTS}", source=SOURCE)
    _check_mask(inputs, [reference for reference in request.references if reference.role is Role.MASK])
    for blob in (reference.blob for reference in request.references):
        if len(blob.data) >= MAX_INPUT_BYTES:
            raise UnsupportedRequest(f"{blob.name} has {len(blob.data)} bytes", rule="below 50 MB", source=SOURCE)


def _check_mask(inputs: list[BoundReference], masks: list[BoundReference]) -> None:
    """Refuse a mask that does not fit: it is for the first picture, as large as that, and a small PNG."""
    if not masks:
        return
    blob = masks[0].blob
    if len(masks) > 1 or not inputs:
        raise UnsupportedRequest(
            f"the request has {len(masks)} masks and {len(inputs)} pictures",
            rule="one mask, for the first of the pictures",
            source=SOURCE,
        )
    if blob.media_type != "image/png" or len(blob.data) >= MAX_MASK_BYTES:
        raise UnsupportedRequest(
            f"the mask {blob.name} is {blob.media_type} of {len(blob.data)} bytes", rule="PNG below 4 MB", source=SOURCE
        )
    size, wanted = measured(blob), measured(inputs[0].blob)
    if size != wanted:
        raise UnsupportedRequest(
            f"the mask {blob.name} has {size[0]}x{size[1]} pixels, the first picture {wanted[0]}x{wanted[1]}",
            rule="a mask is as large as the first picture",
            nearest=f"the same mask at {wanted[0]}x{wanted[1]}",
            source=SOURCE,
        )


def _field(reference: BoundReference) -> str:
    return "mask" if reference.role is Role.MASK else "image[]"


def _sent(request: ImageRequest) -> Iterator[SentField]:
    for reference in request.references:
        yield SentField(
            field=_field(reference),
            name=reference.blob.name,
            digest=reference.blob.digest,
            role=reference.role,
            character=reference.character,
        )
