"""Nano Banana: pictures by `generateContent`, with up to 14 reference pictures in front of the prompt.

Facts and sources: google-wire.md, section 6; image-models.md, section 3. The answer comes with the POST.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from google.genai import types

from charkit.errors import UnsupportedRequest
from charkit.providers.base import Answer, Billing, Blob, ImageRequest, Outcome, SentField
from charkit.providers.exchange import Reply
from charkit.providers.gemini_sdk import GoogleSession, refusal_word, tokens_of
from charkit.providers.limits import GOOGLE_PICTURES, check_earlier, check_model, check_pictures, check_prompt
from charkit.providers.reading import Fields, decode, shape_note, without_media

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google import genai

    from charkit.providers.base import Connection, Listed, Request

SOURCE = "google-wire.md 6, after Google's changelog of 2026-10-06 and google-genai 3.4.0"
"""Where the limits below come from."""

ASPECTS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9", "1:4", "4:1", "1:8", "8:1")
"""Aspect ratios; Pro and Lite have the first ten."""

SIZES = {"1K": 1024, "2K": 2048, "4K": 4096}
"""Size word -> the side of the square with as many pixels. 512 is left out: Nano Banana 2.1 answers it with 400."""

SLACK = 1.03
"""A size word gives a little more than its square: 1K at 16:9 is 1376x768, 0.8 per cent more."""

REFUSED = frozenset(
    {
        *("SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION", "MODEL_ARMOR"),
        *("IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "IMAGE_OTHER", "NO_IMAGE"),
    }
)
"""Finish reasons that are refusals of the output (google-wire.md, 6.3; image-models.md, 4.1)."""

BROKEN = frozenset(
    {
        *("MAX_TOKENS", "LANGUAGE", "MISSING_THOUGHT_SIGNATURE", "MALFORMED_RESPONSE", "MALFORMED_FUNCTION_CALL"),
        *("UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "ESCALATION", "PUP_LIMITED_DISABLED", "CONTINUATION", "OTHER"),
    }
)
"""Finish reasons that are failures (the same)."""


class GeminiImages:
    """One Gemini endpoint, asked for pictures."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._session = GoogleSession(connection)

    def submit(self, request: Request) -> Answer:
        """Send the one POST that makes a picture; see `base.Provider.submit`.

        The service knows only fixed sizes: the nearest aspect ratio and the smallest size that covers the request are
        asked for, and `Answer.message` says where the picture came back in other pixels.
        """
        if not isinstance(request, ImageRequest):
            raise UnsupportedRequest("generateContent makes pictures, not clips", nearest="a video route")
        check_model(request.model, source=SOURCE)
        check_prompt(request.prompt, source=SOURCE)
        check_pictures(request.references, GOOGLE_PICTURES, source=SOURCE)
        check_earlier(request, source=SOURCE)
        config = types.GenerateContentConfig(
            response_modalities=["TEXT", "IMAGE"],
            image_config=types.ImageConfig(
                aspect_ratio=nearest_aspect(request.width, request.height),
                image_size=covering_size(request.width, request.height),
            ),
            should_return_http_response=True,
        )
        parts = [
            types.Part.from_bytes(data=reference.blob.data, mime_type=reference.blob.media_type)
            for reference in request.references
        ]
        content = types.Content(role="user", parts=[*parts, types.Part.from_text(text=request.prompt)])
        reply = self._session.send(lambda client: _generate(client, request.model, content, config))
        sent = tuple(_sent(request))
        return self._blocked(reply, sent) or self._read(reply, request, sent)

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

    def _blocked(self, reply: Reply, sent: tuple[SentField, ...]) -> Answer | None:
        word = refusal_word(reply.error) if 400 <= reply.status < 500 else ""
        if not word:
            return None
        message = self._session.scrub(reply.error.text("message"))
        return self._answer(Outcome.REFUSED, reply.body, sent, stage="input", category=word, message=message)

    def _read(self, reply: Reply, request: ImageRequest, sent: tuple[SentField, ...]) -> Answer:
        """Read the answer: a picture, or one of the three ways to refuse, or a failure."""
        body = self._session.document(reply, paid=True)
        feedback = body.child("promptFeedback")
        if reason := feedback.text("blockReason"):
            message = self._session.scrub(feedback.text("blockReasonMessage"))
            return self._answer(Outcome.REFUSED, body, sent, stage="input", category=reason, message=message)
        candidate = next(iter(body.children("candidates")), Fields(None))
        parts = [one for one in candidate.child("content").children("parts") if not one.raw("thought")]
        if (picture := _picture(parts)) is not None:
            note = shape_note(picture.data, request.width, request.height)
            return self._answer(Outcome.SUCCEEDED, body, sent, message=note, media=(picture,))
        return self._without_picture(reply, body, candidate, parts, sent)

    def _without_picture(
        self, reply: Reply, body: Fields, candidate: Fields, parts: list[Fields], sent: tuple[SentField, ...]
    ) -> Answer:
        reason = candidate.text("finishReason")
        said = " ".join(one.text("text") for one in parts).strip()
        message = self._session.scrub(candidate.text("finishMessage") or said)
        if reason in REFUSED or (reason == "STOP" and said):
            category = reason if reason in REFUSED else "declined"
            return self._answer(Outcome.REFUSED, body, sent, stage="output", category=category, message=message)
        if reason in BROKEN or reason == "STOP":
            message = message or f"no picture came back; finish reason {reason}"
            return self._answer(Outcome.FAILED, body, sent, category=reason, message=message)
        problem = f"no picture came back, and the finish reason {reason!r} is not documented"
        raise self._session.unclear(problem, paid=True, status=reply.status)

    def _answer(
        self,
        outcome: Outcome,
        body: Fields,
        sent: tuple[SentField, ...],
        *,
        stage: str = "",
        category: str = "",
        message: str = "",
        media: tuple[Blob, ...] = (),
    ) -> Answer:
        usage = body.child("usageMetadata")
        drawn = outcome is Outcome.SUCCEEDED or tokens_of(usage, "candidatesTokensDetails", "image") > 0
        return Answer(
            outcome=outcome,
            model=body.text("modelVersion"),
            message=message,
            stage=stage,
            category=category,
            billing=Billing.CHARGED if drawn else Billing.NOT_ESTABLISHED,
            media=media,
            sent=sent,
            usage=usage.numbers(),
            raw=self._session.without_key(without_media(body.value)),
        )


def nearest_aspect(width: int, height: int) -> str:
    """Return the documented aspect ratio that is nearest on a logarithmic scale."""

    def distance(aspect: str) -> float:
        across, _, down = aspect.partition(":")
        return abs(math.log(width / height) - math.log(int(across) / int(down)))

    return min(ASPECTS, key=distance)


def covering_size(width: int, height: int) -> str:
    """Return the smallest size word whose picture has at least as many pixels as asked for.

    Raises:
        UnsupportedRequest: more than 4K.
    """
    for word, side in SIZES.items():
        if width * height <= side * side * SLACK:
            return word
    raise UnsupportedRequest(
        f"no picture of {width}x{height} pixels", rule="at most 4K, about 16.8 megapixels", nearest="4K", source=SOURCE
    )


def _generate(client: genai.Client, model: str, content: types.Content, config: types.GenerateContentConfig) -> Reply:
    """Send it and take the answer as it came: the SDK's own reading warns about words that it does not know."""
    answer = client.models.generate_content(model=model, contents=content, config=config)
    http = answer.sdk_http_response
    headers = {name.lower(): value for name, value in ((http and http.headers) or {}).items()}
    return Reply(status=200, headers=headers, text=(http and http.body) or "")


def _picture(parts: list[Fields]) -> Blob | None:
    for part in parts:
        inline = part.child("inlineData", "inline_data")
        data = decode(inline.text("data"))
        if data is not None:
            kind = inline.text("mimeType", "mime_type") or "image/png"
            return Blob(name=f"picture.{kind.rpartition('/')[2]}", media_type=kind, data=data)
    return None


def _sent(request: ImageRequest) -> Iterator[SentField]:
    """List the pictures by the number under which prompts speak of them."""
    for index, reference in enumerate(request.references):
        yield SentField(
            field=f"contents[0].parts[{index}].inlineData",
            name=f"Image {index + 1}",
            digest=reference.blob.digest,
            role=reference.role,
            character=reference.character,
        )
