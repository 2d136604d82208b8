"""A Gemini judge on the wire: pictures before the text, a schema of known words, four ways to refuse."""

import base64
import json
from dataclasses import replace

import pytest

from charkit.providers.base import Outcome
from tests.providers.test_contract import QUESTION


@pytest.fixture
def judge(service, connected):
    return connected("gemini-judge", service.url)


def test_pictures_go_before_the_text_and_the_form_as_a_response_schema(service, judge):
    service.says({"candidates": [{"content": {"parts": [{"text": "{}"}]}, "finishReason": "STOP"}]})
    schema = {
        "type": "object",
        "properties": {"b": {"type": "string", "enum": ["x"]}, "a": {"type": "array", "items": {"type": "object"}}},
        "required": ["b", "a"],
        "additionalProperties": False,
    }
    judge.submit(replace(QUESTION, schema=json.dumps(schema), answer_tokens=1234))
    (sent,) = service.posts
    assert sent.path == "/v1/models/m-1:generateContent"
    (turn,) = sent.json["contents"]
    picture, text = turn["parts"]
    assert base64.urlsafe_b64decode(picture["inlineData"]["data"]) == QUESTION.references[0].blob.data
    assert text == {"text": QUESTION.prompt}
    config = sent.json["generationConfig"]
    assert config["responseMimeType"] == "application/json"
    assert config["maxOutputTokens"] == 1234
    assert "temperature" not in config
    form = config["responseSchema"]
    assert form["required"] == ["b", "a"]
    assert "additionalProperties" not in json.dumps(form)


@pytest.mark.parametrize(
    ("said", "status", "stage", "category"),
    [
        ({"promptFeedback": {"blockReason": "SAFETY"}}, 200, "input", "SAFETY"),
        ({"candidates": [{"finishReason": "PROHIBITED_CONTENT"}]}, 200, "output", "PROHIBITED_CONTENT"),
        ({"error": {"code": 400, "message": "no", "status": "PROHIBITED_CONTENT"}}, 400, "input", "PROHIBITED_CONTENT"),
    ],
)
def test_a_refusal_is_an_outcome_with_its_word(service, judge, said, status, stage, category):
    service.says(said, status)
    answer = judge.submit(QUESTION)
    assert (answer.outcome, answer.stage, answer.category) == (Outcome.REFUSED, stage, category)
    assert not answer.media
