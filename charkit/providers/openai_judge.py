"""A judge behind any OpenAI-compatible `/v1/chat/completions`: pictures and a question in, one JSON object out.

Facts and sources: scoring.md, section 5; openai 3.54.0, `types/chat`. Pictures go as data URLs before the text, the
schema as a strict `json_schema`. Own servers (vLLM, SGLang) and gateways speak the same wire on another base URL.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from charkit.errors import UnsupportedRequest
from charkit.providers.base import Answer, Billing, Outcome
from charkit.providers.judging import asked, judgement, pictures_sent
from charkit.providers.limits import OPENAI_PICTURES, cannot_cancel, check_model, check_pictures, check_prompt
from charkit.providers.openai_sdk import OpenAISession, policy_details, policy_word
from charkit.providers.reading import Fields, data_url, without_media

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.providers.base import Connection, JudgeRequest, Listed, Request

SOURCE = "openai 3.54.0, types/chat/completion_create_params, 2026-11"
"""Where the request's form comes from."""


class OpenAIJudge:
    """One `/v1/chat/completions` endpoint, asked about pictures."""

    cancels = False

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._session = OpenAISession(connection)

    def submit(self, request: Request) -> Answer:
        """Send the one POST that asks the question; see `base.Provider.submit`."""
        question = asked(request, source=SOURCE)
        check_model(question.model, source=SOURCE)
        check_prompt(question.prompt, source=SOURCE)
        check_pictures(question.references, OPENAI_PICTURES, source=SOURCE)
        reply = self._session.post("/chat/completions", _body(question))
        if 400 <= reply.status < 500 and policy_word(reply.error):
            stage, category = policy_details(reply.error, default_stage="input")
            return self._refused(question, reply.body, stage, category, reply.error.text("message"))
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
        raise cannot_cancel("/v1/chat/completions", rule="the answer comes with the question", source=SOURCE)

    def _read(self, question: JudgeRequest, body: Fields) -> Answer:
        choice = next(iter(body.children("choices")), Fields(None))
        message = choice.child("message")
        reason = choice.text("finish_reason")
        if (refusal := message.text("refusal")) or reason == "content_filter":
            return self._refused(question, body, "output", reason if not refusal else "refusal", refusal)
        usage = body.child("usage")
        return judgement(
            self._session,
            body,
            message.text("content"),
            request=question,
            model=body.text("model"),
            tokens=(usage.number("prompt_tokens") or 0.0, usage.number("completion_tokens") or 0.0),
            cut="" if reason in ("", "stop") else reason,
        )

    def _refused(self, question: JudgeRequest, body: Fields, stage: str, word: str, message: str) -> Answer:
        usage = body.child("usage").numbers()
        return Answer(
            outcome=Outcome.REFUSED,
            model=body.text("model"),
            message=self._session.scrub(message),
            stage=stage,
            category=word,
            billing=Billing.CHARGED if usage.get("completion_tokens") else Billing.NOT_ESTABLISHED,
            sent=tuple(pictures_sent(question)),
            usage=usage,
            raw=self._session.without_key(without_media(body.value)),
        )


def _body(question: JudgeRequest) -> dict[str, object]:
    shown: list[dict[str, object]] = [
        {"type": "image_url", "image_url": {"url": data_url(reference.blob), "detail": "high"}}
        for reference in question.references
    ]
    return {
        "model": question.model,
        "messages": [{"role": "user", "content": [*shown, {"type": "text", "text": question.prompt}]}],
        "max_completion_tokens": question.answer_tokens,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": True, "schema": json.loads(question.schema)},
        },
    }
