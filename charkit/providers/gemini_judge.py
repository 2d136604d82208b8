"""A Gemini model as judge, by `generateContent`: pictures and a question in, one JSON object out.

Facts and sources: google-wire.md, section 5; scoring.md, section 5. Pictures go before the text. The schema is sent as
`responseSchema`, of which the service keeps only a part, so whoever asked reads the answer with suspicion. Temperature
and its like are deprecated since 2026-07-21 and not sent.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from google.genai import types

from charkit.errors import UnsupportedRequest
from charkit.providers.base import Answer, Outcome
from charkit.providers.gemini_sdk import GoogleSession, answered, refusal_word
from charkit.providers.judging import asked, judgement, pictures_sent
from charkit.providers.limits import GOOGLE_PICTURES, cannot_cancel, check_model, check_pictures, check_prompt
from charkit.providers.reading import Fields, without_media

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.providers.base import Connection, JudgeRequest, Listed, Request

SOURCE = "google-wire.md 5, after google-genai 3.4.0, 2026-11"
"""Where the limits below come from."""

REFUSED = frozenset({"SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION", "MODEL_ARMOR"})
"""Finish reasons that are refusals of the answer (google-wire.md, 6.3)."""

_KEPT = frozenset({"type", "properties", "required", "items", "enum", "description", "minItems", "maxItems"})
"""Words of JSON schema that the service reads (google-wire.md, 5); others it ignores or turns away."""


class GeminiJudge:
    """One Gemini endpoint, asked about pictures."""

    cancels = False

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._session = GoogleSession(connection)

    def submit(self, request: Request) -> Answer:
        """Send the one POST that asks the question; see `base.Provider.submit`."""
        question = asked(request, source=SOURCE)
        check_model(question.model, source=SOURCE)
        check_prompt(question.prompt, source=SOURCE)
        check_pictures(question.references, GOOGLE_PICTURES, source=SOURCE)
        shown = [types.Part.from_bytes(data=r.blob.data, mime_type=r.blob.media_type) for r in question.references]
        contents = types.Content(role="user", parts=[*shown, types.Part.from_text(text=question.prompt)])
        config = types.GenerateContentConfig(
            response_mime_type="application/json",
            response_schema=_known(json.loads(question.schema)),
            max_output_tokens=question.answer_tokens,
            thinking_config=types.ThinkingConfig(thinking_level=types.ThinkingLevel.LOW),
        )
        reply = self._session.send(
            lambda client: answered(
                lambda: client.models.generate_content(model=question.model, contents=[contents], config=config)
            )
        )
        if word := refusal_word(reply.error) if 400 <= reply.status < 500 else "":
            return self._refused(question, reply.body, "input", word, reply.error.text("message"))
        return self._read(question, self._session.document(reply, paid=True))

    def poll(self, remote_id: str) -> Answer:
        """Refuse: the answer comes with `submit`.

        Raises:
            UnsupportedRequest: always.
        """
        raise UnsupportedRequest(f"a judge answers at once; there is no job {remote_id!r} to ask about")

    def fetch(self, remote_id: str) -> Iterator[bytes]:
        """Refuse: the answer comes with `submit`.

        Raises:
            UnsupportedRequest: always.
        """
        raise UnsupportedRequest(f"a judge answers at once; there is nothing to fetch for {remote_id!r}")

    def recent(self, limit: int = 50) -> list[Listed] | None:
        """Return None: the service keeps no list of questions."""
        del limit
        return None

    def cancel(self, remote_id: str) -> Answer:
        """Refuse: there is nothing to stop; see `base.Provider.cancel`."""
        del remote_id
        raise cannot_cancel("generateContent", rule="the answer comes with the question", source=SOURCE)

    def _read(self, question: JudgeRequest, body: Fields) -> Answer:
        feedback = body.child("promptFeedback")
        if reason := feedback.text("blockReason"):
            return self._refused(question, body, "input", reason, feedback.text("blockReasonMessage"))
        candidate = next(iter(body.children("candidates")), Fields(None))
        said = "".join(
            part.text("text") for part in candidate.child("content").children("parts") if not part.raw("thought")
        )
        reason = candidate.text("finishReason")
        if reason in REFUSED:
            return self._refused(question, body, "output", reason, candidate.text("finishMessage") or said)
        usage = body.child("usageMetadata")
        return judgement(
            self._session,
            body,
            said,
            request=question,
            model=body.text("modelVersion"),
            tokens=(
                usage.number("promptTokenCount") or 0.0,
                (usage.number("candidatesTokenCount") or 0.0) + (usage.number("thoughtsTokenCount") or 0.0),
            ),
            cut="" if reason in ("", "STOP") else reason,
        )

    def _refused(self, question: JudgeRequest, body: Fields, stage: str, word: str, message: str) -> Answer:
        return Answer(
            outcome=Outcome.REFUSED,
            model=body.text("modelVersion"),
            message=self._session.scrub(message),
            stage=stage,
            category=word,
            sent=tuple(pictures_sent(question)),
            usage=body.child("usageMetadata").numbers(),
            raw=self._session.without_key(without_media(body.value)),
        )


def _known(schema: object) -> dict[str, object]:
    """Return a JSON schema with only the words that the service reads."""
    if not isinstance(schema, dict):
        return {}
    found: dict[str, object] = {key: value for key, value in schema.items() if key in _KEPT}
    if isinstance(inner := schema.get("properties"), dict):
        found["properties"] = {name: _known(value) for name, value in inner.items()}
    if "items" in schema:
        found["items"] = _known(schema["items"])
    return found
