"""What both judging wires share: a question is pictures, words and a form; an answer is one JSON object or none."""

from dataclasses import replace

import pytest

from charkit.errors import UnsupportedRequest
from charkit.providers.base import Billing, Outcome
from charkit.providers.judging import ANSWER
from tests.providers.test_contract import QUESTION, STILL

JUDGES = ["gemini-judge", "openai-judge"]


def gemini(text, reason="STOP", **usage):
    counted = {"promptTokenCount": 900, "candidatesTokenCount": 40, "thoughtsTokenCount": 10, **usage}
    parts = [{"text": "let me see", "thought": True}, {"text": text}]
    return {
        "candidates": [{"content": {"parts": parts}, "finishReason": reason}],
        "usageMetadata": counted,
        "modelVersion": "m-1-as-answered",
    }


def openai(text, reason="STOP", **usage):
    word = {"STOP": "stop", "MAX_TOKENS": "length"}[reason]
    counted = {"prompt_tokens": 900, "completion_tokens": 50, **usage}
    return {
        "choices": [{"message": {"content": text}, "finish_reason": word}],
        "usage": counted,
        "model": "m-1-as-answered",
    }


SAYS = {"gemini-judge": gemini, "openai-judge": openai}


@pytest.fixture(params=JUDGES)
def wire(request):
    return request.param


@pytest.fixture
def judge(wire, service, connected):
    return connected(wire, service.url)


def test_an_answer_comes_back_as_the_json_that_it_was_with_its_model_and_tokens(wire, service, judge):
    service.says(SAYS[wire]('{"mira": true}'))
    answer = judge.submit(QUESTION)
    assert (answer.outcome, answer.billing, answer.model) == (Outcome.SUCCEEDED, Billing.CHARGED, "m-1-as-answered")
    (blob,) = answer.media
    assert (blob.media_type, blob.data) == (ANSWER, b'{"mira": true}')
    assert (answer.usage["tokens_in"], answer.usage["tokens_out"]) == (900, 50)
    (sent,) = answer.sent
    assert (sent.name, sent.digest, sent.role) == ("Image 1", QUESTION.references[0].blob.digest, "exhibit")


def test_what_it_cost_follows_from_tokens_and_rates_and_is_not_guessed_without_either(wire, service, judge):
    service.says(SAYS[wire]("{}"))
    priced = replace(QUESTION, rates=(0.75, 3.75))
    assert judge.submit(priced).usage["usd"] == pytest.approx((900 * 0.75 + 50 * 3.75) / 1e6)
    assert "usd" not in judge.submit(QUESTION).usage
    service.script.clear()
    service.says({name: value for name, value in SAYS[wire]("{}").items() if not name.startswith("usage")})
    assert "usd" not in judge.submit(priced).usage


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Looks like Mira to me!", "in prose"),
        ("", "answered nothing"),
        ("[1, 2]", "no JSON object"),
        ('```json\n{"mira": true}\n```', "in prose"),
        ("[" * 100_000, "in prose"),
    ],
)
def test_prose_an_empty_answer_and_a_list_are_failures_that_were_paid_for(wire, service, judge, text, said):
    service.says(SAYS[wire](text))
    answer = judge.submit(QUESTION)
    assert (answer.outcome, answer.billing, answer.media) == (Outcome.FAILED, Billing.CHARGED, ())
    assert said in answer.message


def test_an_answer_that_was_cut_off_is_a_failure_even_where_it_can_be_read(wire, service, judge):
    service.says(SAYS[wire]('{"mira": true}', "MAX_TOKENS"))
    answer = judge.submit(QUESTION)
    assert answer.outcome is Outcome.FAILED
    assert "cut off" in answer.message
    assert not answer.media


def test_a_judge_that_repeats_the_key_does_not_get_it_onto_the_disk(wire, service, judge):
    service.says(SAYS[wire]('{"mira": "sk-loopback-0123456789"}'))
    answer = judge.submit(QUESTION)
    assert b"sk-loopback" not in answer.media[0].data
    assert "sk-loopback" not in answer.raw


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (STILL, "answers questions"),
        (replace(QUESTION, references=()), "0 pictures"),
        (replace(QUESTION, references=QUESTION.references * 33), "33 pictures"),
        (replace(QUESTION, schema="no schema"), "no JSON schema"),
        (replace(QUESTION, schema="[]"), "no JSON schema"),
    ],
)
def test_what_is_no_question_is_refused_unsent(service, judge, request_, said):
    with pytest.raises(UnsupportedRequest, match=said):
        judge.submit(request_)
    assert not service.arrived


def test_there_is_nothing_to_poll_fetch_or_list(judge):
    with pytest.raises(UnsupportedRequest):
        judge.poll("x")
    with pytest.raises(UnsupportedRequest):
        list(judge.fetch("x"))
    assert judge.recent() is None
