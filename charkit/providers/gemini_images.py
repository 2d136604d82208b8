"""Nano Banana: pictures by `generateContent`, with up to 14 reference pictures in front of the prompt.

Facts and sources: google-wire.md, section 6; image-models.md, section 3. The answer comes with the POST. The service
remembers nothing: who wants to change a picture sends the turns that made it, signatures included. Where it is to
remember, `gemini_image_turns` is the adapter.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from google.genai import types

from charkit.errors import UnsupportedRequest
from charkit.providers.base import Answer, Billing, Blob, ImageRequest, Outcome, Role, SentField
from charkit.providers.exchange import Reply
from charkit.providers.gemini_sdk import GoogleSession, refusal_word, tokens_of
from charkit.providers.limits import cannot_cancel, check_earlier, check_model, check_prompt
from charkit.providers.nano_banana import SOURCE, check_shown, covering_size, nearest_aspect
from charkit.providers.reading import Fields, decode, shape_note, without_media

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from google import genai

    from charkit.providers.base import BoundReference, Connection, Listed, Request

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

    cancels = False

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
        _check_pictures(request)
        config = types.GenerateContentConfig(
            response_modalities=["TEXT", "IMAGE"],
            image_config=types.ImageConfig(
                aspect_ratio=nearest_aspect(request.width, request.height),
                image_size=covering_size(request.width, request.height),
            ),
            should_return_http_response=True,
        )
        contents = _contents(request)
        reply = self._session.send(lambda client: _generate(client, request.model, contents, config))
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

    def cancel(self, remote_id: str) -> Answer:
        """Refuse: there is nothing to stop; see `base.Provider.cancel`."""
        del remote_id
        raise cannot_cancel(
            "generateContent", rule="a picture comes with the answer to its request", source="google-wire.md 6.1"
        )

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
        if (found := _picture(parts)) is not None:
            picture, signature = found
            note = shape_note(picture.data, request.width, request.height)
            made = self._answer(Outcome.SUCCEEDED, body, sent, message=note, media=(picture,))
            return replace(made, signature=signature)
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


def _generate(
    client: genai.Client, model: str, contents: list[types.Content], config: types.GenerateContentConfig
) -> Reply:
    """Send it and take the answer as it came: the SDK's own reading warns about words that it does not know."""
    answer = client.models.generate_content(model=model, contents=list(contents), config=config)
    http = answer.sdk_http_response
    headers = {name.lower(): value for name, value in ((http and http.headers) or {}).items()}
    return Reply(status=200, headers=headers, text=(http and http.body) or "")


def _picture(parts: list[Fields]) -> tuple[Blob, str] | None:
    """Return the first picture and the signature that came with it."""
    for part in parts:
        inline = part.child("inlineData", "inline_data")
        data = decode(inline.text("data"))
        if data is not None:
            kind = inline.text("mimeType", "mime_type") or "image/png"
            blob = Blob(name=f"picture.{kind.rpartition('/')[2]}", media_type=kind, data=data)
            return blob, part.text("thoughtSignature", "thought_signature")
    return None


def _check_pictures(request: ImageRequest) -> None:
    check_earlier(request, source=SOURCE, turns=True)
    shown = [*(reference for turn in request.turns for reference in turn.references), *request.references]
    check_shown(shown)
    for number, turn in enumerate(request.turns, start=1):
        if decode(turn.signature) is None:
            raise UnsupportedRequest(
                f"turn {number} comes without its signature",
                rule="the model's own picture goes back with the signature that came with it",
                nearest="the earlier picture as a reference",
                source="google-wire.md 6.1",
            )


def _contents(request: ImageRequest) -> list[types.Content]:
    """Return the conversation: every earlier turn with the model's picture and its signature, then what is asked."""
    contents: list[types.Content] = []
    for turn in request.turns:
        contents.append(_asked(turn.prompt, turn.references))
        inline = types.Blob(data=turn.picture.data, mime_type=turn.picture.media_type)
        sealed = types.Part(inline_data=inline, thought_signature=decode(turn.signature))
        contents.append(types.Content(role="model", parts=[sealed]))
    return [*contents, _asked(request.prompt, request.references)]


def _asked(prompt: str, references: Sequence[BoundReference]) -> types.Content:
    pictures = [types.Part.from_bytes(data=one.blob.data, mime_type=one.blob.media_type) for one in references]
    return types.Content(role="user", parts=[*pictures, types.Part.from_text(text=prompt)])


def _sent(request: ImageRequest) -> Iterator[SentField]:
    """List the pictures by the number under which prompts speak of them, and the model's own by their turn."""
    for number, turn in enumerate(request.turns):
        yield from _pictures_sent(turn.references, f"contents[{2 * number}]", f"turn {number + 1}, ")
        yield SentField(
            field=f"contents[{2 * number + 1}].parts[0].inlineData",
            name=f"answer of turn {number + 1}",
            digest=turn.picture.digest,
            role=Role.VIEW,
        )
    yield from _pictures_sent(request.references, f"contents[{2 * len(request.turns)}]", "")


def _pictures_sent(references: Sequence[BoundReference], content: str, turn: str) -> Iterator[SentField]:
    for index, reference in enumerate(references):
        yield SentField(
            field=f"{content}.parts[{index}].inlineData",
            name=f"{turn}Image {index + 1}",
            digest=reference.blob.digest,
            role=reference.role,
            character=reference.character,
        )
