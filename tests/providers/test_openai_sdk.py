"""The openai SDK as the adapters use it."""

import warnings

import pytest
from pydantic import SecretStr

from charkit.errors import Ambiguous, Unavailable
from charkit.providers.base import Blob, Connection
from charkit.providers.openai_sdk import OpenAISession, policy_details, policy_word
from charkit.providers.reading import Fields


@pytest.fixture
def session(service):
    return OpenAISession(Connection(endpoint="x", base_url=f"{service.url}/v1", key=SecretStr("sk-0123456789")))


def test_there_is_one_client_of_each_kind_and_it_is_made_when_it_is_needed(session):
    assert not {"paid", "free"} & set(vars(session))
    assert session.paid is session.paid
    assert (session.paid.max_retries, session.free.max_retries) == (0, 2)


def test_videos_are_spoken_without_the_deprecated_methods(service, session):
    service.says({"id": "video_1"})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert session.post("/videos", {"prompt": "x"}).status == 200
        assert session.get("/videos/video_1").status == 200


def test_a_proxy_on_the_way_is_asked_not_to_repeat_what_is_paid(service, session):
    """LiteLLM's proxy sends a POST that met a 500 three times unless it is told otherwise."""
    service.says({})
    session.post("/videos", {"prompt": "x"})
    session.get("/videos/video_1")
    assert [one.headers.get("x-litellm-num-retries") for one in service.arrived] == ["0", None]


def test_no_gateway_is_told_what_machine_this_is(service, session):
    service.says({})
    session.post("/videos", {"prompt": "x"})
    session.get("/videos/video_1")
    for one in service.arrived:
        said = {name.lower() for name in one.headers if name.lower().startswith("x-stainless-")}
        assert said <= {"x-stainless-retry-count", "x-stainless-read-timeout"}
        assert one.headers["user-agent"].startswith("OpenAI/Python")


def test_a_form_without_files_is_still_a_form(service, session):
    service.says({})
    session.post("/videos", {"prompt": "x", "seconds": 4}, multipart=True)
    assert {part.name: part.data for part in service.posts[0].parts} == {"prompt": b"x", "seconds": b"4"}


def test_umlauts_quotes_and_empty_names_survive_the_form(service, session):
    files = [("f", Blob(name='Mü"ller.png', media_type="image/png", data=b"\x00\r\n--x"))]
    service.says({})
    session.post("/videos", {"prompt": 'Zoë says "hi"\nand goes'}, files)
    text, file = service.posts[0].parts
    assert text.data.decode() == 'Zoë says "hi"\nand goes'
    assert file.data == b"\x00\r\n--x"


def test_a_paid_post_uses_a_fresh_connection_each_time(service, session):
    """A connection that the server is just closing would make a request ambiguous that never arrived."""
    service.says({"id": "1"})
    for _ in range(2):
        session.post("/videos", {"prompt": "x"})
        session.get("/videos/1")
    assert len({one.port for one in service.posts}) == 2
    assert len({one.port for one in service.gets}) == 1


def test_a_lost_connection_is_ambiguous_when_paid_and_unavailable_when_free(service, session):
    service.behaves("drop")
    with pytest.raises(Ambiguous):
        session.post("/videos", {"prompt": "x"})
    with pytest.raises(Unavailable):
        session.get("/videos/1")


@pytest.mark.parametrize("code", ["moderation_blocked", "sentinel_block", "content_policy_violation"])
def test_policy_codes_are_matched_whole(code):
    assert policy_word(Fields({"code": code})) == code
    assert policy_word(Fields({"code": f"{code}ed", "message": code})) == ""


def test_the_details_of_a_refusal_are_read_as_far_as_they_are_told():
    told = {
        "code": "moderation_blocked",
        "moderation_details": {"moderation_stage": "output", "categories": ["sexual"]},
    }
    assert policy_details(Fields(told), default_stage="input") == ("output", "sexual")
    assert policy_details(Fields({"code": "sentinel_block"}), default_stage="input") == ("input", "sentinel_block")
    misaligned = {"code": "moderation_blocked", "misalignment": {"error_type": "likeness"}}
    assert policy_details(Fields(misaligned), default_stage="output") == ("output", "likeness")
