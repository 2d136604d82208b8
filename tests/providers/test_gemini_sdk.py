"""The google-genai SDK as the adapters use it."""

import pytest
from google.genai import types
from pydantic import SecretStr

from charkit.errors import Ambiguous, Unavailable
from charkit.providers.base import Connection
from charkit.providers.exchange import Reply
from charkit.providers.gemini_sdk import GoogleSession, refusal_word, tokens_of
from charkit.providers.reading import Fields


def session(base_url, timeout=5.0):
    return GoogleSession(Connection(endpoint="x", base_url=base_url, key=SecretStr("AIza-0123456789"), timeout=timeout))


def generate(client):
    config = types.GenerateContentConfig(should_return_http_response=True)
    client.models.generate_content(model="m", contents="x", config=config)
    return Reply(status=200, headers={}, text="")


def interact(client):
    return Reply.of(client.interactions.with_raw_response.create(model="m", input="x", background=True).http_response)


def test_seconds_are_told_to_the_sdk_in_milliseconds(service):
    """The SDK passes its timeout on to the server, in seconds: 90, and neither 0.09 nor 90000."""
    service.says({})
    session(service.url, timeout=90).send(generate)
    assert service.posts[0].headers["x-server-timeout"] == "90"


@pytest.mark.parametrize("call", [generate, interact])
@pytest.mark.parametrize("manner", ["drop", "hang"])
def test_both_ways_of_losing_a_connection_are_ambiguous_when_paid(call, manner, service):
    service.behaves(manner)
    with pytest.raises(Ambiguous):
        session(service.url, timeout=0.3).send(call)
    assert len(service.posts) == 1


@pytest.mark.parametrize("call", [generate, interact])
def test_a_lost_connection_is_unavailable_where_asking_is_free(call, service):
    service.behaves("drop")
    with pytest.raises(Unavailable):
        session(service.url).ask(call)


@pytest.mark.parametrize("call", [generate, interact])
def test_a_place_where_nobody_listens_is_unavailable(call, closed_port):
    with pytest.raises(Unavailable, match="nothing was sent"):
        session(closed_port).send(call)


@pytest.mark.parametrize("call", [generate, interact])
@pytest.mark.parametrize("status", [400, 404, 409, 429, 500, 503])
def test_every_error_status_comes_back_as_an_answer_after_one_post(call, status, service):
    service.says([{"error": {"code": status, "message": "no", "status": "X"}}], status, retry_after="7")
    reply = session(service.url).send(call)
    assert (reply.status, reply.wait, reply.error.text("message")) == (status, 7, "no")
    assert len(service.posts) == 1


@pytest.mark.parametrize(
    ("error", "word"),
    [
        ({"code": "SAFETY"}, "SAFETY"),
        ({"code": "safety"}, "SAFETY"),
        ({"code": 400, "status": "BLOCKLIST"}, "BLOCKLIST"),
        ({"code": "type.googleapis.com/IMAGE_PROHIBITED_CONTENT"}, "IMAGE_PROHIBITED_CONTENT"),
        ({"message": "Request blocked for\nviolating our policies"}, "SAFETY"),
        ({"message": "API_KEY_SERVICE_BLOCKED by organisation policy"}, ""),
        ({"message": "safety_settings has an unknown field"}, ""),
        ({"status": "SAFETY_SETTINGS"}, ""),
        ({}, ""),
    ],
)
def test_a_refusal_is_known_by_whole_words(error, word):
    assert refusal_word(Fields(error)) == word


def test_tokens_are_counted_in_either_spelling():
    usage = Fields(
        {
            "a": [{"modality": "video", "tokens": 5}, {"modality": "text", "tokens": 9}],
            "b": [{"modality": "IMAGE", "tokenCount": 7}],
        }
    )
    assert (tokens_of(usage, "a", "video"), tokens_of(usage, "b", "image"), tokens_of(usage, "c", "x")) == (5, 7, 0)
