"""A judge of /v1/chat/completions on the wire: data URLs, a strict schema, refusals in three places."""

import base64

import pytest

from charkit.providers.base import Billing, Outcome
from tests.providers.test_contract import BLOCKED, QUESTION


@pytest.fixture
def judge(service, connected):
    return connected("openai-judge", service.url + "/v1")


def test_pictures_go_as_data_urls_before_the_text_with_a_strict_form(service, judge):
    service.says({"choices": [{"message": {"content": "{}"}, "finish_reason": "stop"}]})
    judge.submit(QUESTION)
    (sent,) = service.posts
    assert sent.path == "/v1/chat/completions"
    (message,) = sent.json["messages"]
    picture, text = message["content"]
    kind, _, data = picture["image_url"]["url"].partition(",")
    assert kind == "data:image/png;base64"
    assert base64.b64decode(data) == QUESTION.references[0].blob.data
    assert text == {"type": "text", "text": QUESTION.prompt}
    form = sent.json["response_format"]
    assert form["type"] == "json_schema"
    assert form["json_schema"]["strict"] is True
    assert form["json_schema"]["schema"]["required"] == ["mira"]
    assert sent.json["max_completion_tokens"] == 8192


@pytest.mark.parametrize(
    ("said", "status", "stage", "category"),
    [
        ({"choices": [{"message": {"refusal": "no"}, "finish_reason": "stop"}]}, 200, "output", "refusal"),
        ({"choices": [{"message": {}, "finish_reason": "content_filter"}]}, 200, "output", "content_filter"),
        (BLOCKED, 400, "input", "moderation_blocked"),
    ],
)
def test_a_refusal_is_an_outcome_with_its_word(service, judge, said, status, stage, category):
    service.says(said, status)
    answer = judge.submit(QUESTION)
    assert (answer.outcome, answer.stage, answer.category) == (Outcome.REFUSED, stage, category)


def test_a_refusal_that_took_tokens_was_charged(service, judge):
    service.says(
        {
            "choices": [{"message": {"refusal": "no"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 9, "completion_tokens": 3},
        }
    )
    assert judge.submit(QUESTION).billing is Billing.CHARGED
