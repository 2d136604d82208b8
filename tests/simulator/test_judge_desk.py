"""Questions about pictures on both of the simulator's wires: answers in the asked form, faults, books."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import httpx2
import openai
import pytest
from google.genai import types

from tests.simulator.conftest import Server, png

if TYPE_CHECKING:
    from collections.abc import Iterator

PROMPT = "Image 1: Mira, face view, a reference.\nImage 2: shot S01.\nMira: a girl in a red coat."
CELL = {"type": "object", "properties": {"verdict": {"type": "string"}, "evidence": {"type": "string"}}}
SHOT = {
    "type": "object",
    "properties": {"shot": {"type": "string"}, "attributes": {"type": "object", "properties": {"top": CELL}}},
}
SCHEMA = {"type": "object", "properties": {"shots": {"type": "array", "items": SHOT}}, "required": ["shots"]}


def by_google(server: Server, **changed: Any) -> types.GenerateContentResponse:
    form = {"response_mime_type": "application/json", "response_schema": SCHEMA, **changed}
    pictures = [types.Part.from_bytes(data=png(), mime_type="image/png") for _ in range(2)]
    client = server.google()  # held on to: its HTTP client closes with it
    return client.models.generate_content(
        model="gemini-3.8-flash", contents=[*pictures, PROMPT], config=types.GenerateContentConfig(**form)
    )


def by_openai(server: Server, **changed: Any) -> Any:
    url = f"data:image/png;base64,{base64.b64encode(png()).decode()}"
    shown = [{"type": "image_url", "image_url": {"url": url}}] * 2
    form = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA}}
    asked: dict[str, Any] = {
        "model": "gpt-5.6-luna",
        "messages": [{"role": "user", "content": [*shown, {"type": "text", "text": PROMPT}]}],
        "response_format": form,
    }
    return server.openai().chat.completions.create(**(asked | changed))


@pytest.fixture
def armed(server: Server) -> Iterator[Any]:
    yield lambda kind: httpx2.post(f"{server.url}/control/faults", json={"kind": kind}).raise_for_status()
    httpx2.delete(f"{server.url}/control/faults")


def test_both_wires_answer_in_the_asked_form_with_the_model_and_the_tokens(server: Server) -> None:
    google, chat = by_google(server), by_openai(server)
    assert google.model_version == "gemini-3.8-flash"
    assert google.usage_metadata is not None
    assert google.usage_metadata.prompt_token_count
    assert chat.usage.completion_tokens
    for text in (google.text, chat.choices[0].message.content):
        (shot,) = json.loads(text)["shots"]
        assert shot["shot"] == "S01"
        assert shot["attributes"]["top"]["verdict"] in ("match", "differs", "not_visible")


def test_an_answer_is_in_the_books_at_its_price_and_nothing_is_drawn_for_it(server: Server) -> None:
    before = len(server.control("charges")["charges"])
    by_google(server)
    charges = server.control("charges")["charges"][before:]
    assert [(one["kind"], one["model"]) for one in charges] == [("answer", "gemini-3.8-flash")]
    assert 0 < charges[0]["usd"] < 0.01


@pytest.mark.parametrize("form", [{"response_mime_type": "text/plain", "response_schema": None}])
def test_gemini_asked_for_prose_is_told_that_this_judge_speaks_json(server: Server, form: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="JSON only"):
        by_google(server, **form)


def test_chat_without_a_schema_is_told_that_this_judge_speaks_json(server: Server) -> None:
    with pytest.raises(openai.BadRequestError, match="JSON only"):
        by_openai(server, response_format={"type": "text"})


def test_armed_refusals_arrive_in_each_wires_own_words(server: Server, armed: Any) -> None:
    armed("refuse:output")
    google = by_google(server)
    assert google.candidates is not None
    assert google.candidates[0].finish_reason == types.FinishReason.SAFETY
    armed("refuse:output")
    assert by_openai(server).choices[0].message.refusal
    armed("refuse:input")
    blocked = by_google(server)
    assert blocked.prompt_feedback is not None
    assert blocked.prompt_feedback.block_reason
    armed("refuse:input")
    with pytest.raises(openai.BadRequestError, match="moderation"):
        by_openai(server)


def test_armed_it_answers_prose_nothing_or_half_a_json(server: Server, armed: Any) -> None:
    said = {}
    for kind in ("refuse:text", "refuse:empty", "judge:malformed"):
        armed(kind)
        said[kind] = by_openai(server).choices[0].message.content
    assert said["refuse:text"].startswith("Sure!")
    assert said["refuse:empty"] == ""
    assert said["judge:malformed"].startswith('{"shots"')
    assert not said["judge:malformed"].endswith("}]}")
