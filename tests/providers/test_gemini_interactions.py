"""What an interaction says, for clips and pictures alike: one table of answers, one of errors."""

import base64

import pytest
from pydantic import SecretStr

from charkit.errors import Rejected, UnsupportedRequest
from charkit.providers.base import Billing, BoundJob, Change, Connection, Outcome
from charkit.providers.gemini_interactions import Interactions, going_on

DATA = base64.b64encode(b"result").decode()
TEXT = {"type": "text", "text": "I would rather not."}


def said(*content, status="completed", tokens=None, **more):
    usage = {} if tokens is None else {"usage": tokens}
    return {
        "id": "v1_a",
        "status": status,
        "steps": [{"type": "user_input", "content": []}, {"type": "model_output", "content": list(content)}],
        **usage,
        **more,
    }


def used(made, count):
    return {"total_output_tokens": count, "output_tokens_by_modality": [{"modality": made, "tokens": count}]}


@pytest.fixture(params=["video", "image"])
def made(request):
    return request.param


@pytest.fixture
def interactions(made, service):
    connection = Connection(endpoint="x", base_url=service.url, key=SecretStr("AIza-0123456789"), timeout=5.0)
    return Interactions(connection, made)


@pytest.fixture
def other(made):
    return {"video": "image", "image": "video"}[made]


def test_a_result_is_a_success_and_only_pictures_come_along(made, interactions, service):
    service.says(said({"type": made, "data": DATA, "mime_type": f"{made}/x"}, tokens=used(made, 1120)))
    answer = interactions.create({"model": "m", "input": "x"}, ())
    assert (answer.outcome, answer.billing, answer.remote_id) == (Outcome.SUCCEEDED, Billing.CHARGED, "v1_a")
    assert [blob.data for blob in answer.media] == ([b"result"] if made == "image" else [])
    assert b"".join(interactions.fetch("v1_a")) == b"result"


@pytest.mark.parametrize("way", ["submit", "poll"])
def test_every_way_to_come_back_empty_is_told_apart(made, other, interactions, service, way):
    table = [
        (said(TEXT, tokens=used("text", 12)), Outcome.REFUSED, "output", "declined", Billing.NOT_ESTABLISHED),
        (said(TEXT), Outcome.REFUSED, "output", "declined", Billing.NOT_ESTABLISHED),
        (said(tokens=used(made, 0)), Outcome.REFUSED, "input", "region", Billing.NOT_ESTABLISHED),
        (said({"type": "new", "data": DATA}, tokens=used(made, 9)), Outcome.FAILED, "", "billed", Billing.CHARGED),
        (said(TEXT, tokens=used(made, 9)), Outcome.FAILED, "", "billed", Billing.CHARGED),
        (said({"type": other, "data": DATA}), Outcome.FAILED, "", "empty", Billing.NOT_ESTABLISHED),
        (said(), Outcome.FAILED, "", "empty", Billing.NOT_ESTABLISHED),
        (
            said(status="failed", errors=[{"code": "x/SAFETY", "message": "no"}]),
            Outcome.REFUSED,
            "unknown",
            "SAFETY",
            Billing.NOT_ESTABLISHED,
        ),
        (said(status="failed"), Outcome.FAILED, "", "failed", Billing.NOT_ESTABLISHED),
        (said(status="budget_exceeded"), Outcome.FAILED, "", "budget_exceeded", Billing.NOT_ESTABLISHED),
    ]
    for body, outcome, stage, category, billing in table:
        service.script.clear()
        service.says(body)
        answer = interactions.ask("v1_a") if way == "poll" else interactions.create({"model": "m", "input": "x"}, ())
        assert (answer.outcome, answer.stage, answer.billing) == (outcome, stage, billing), body
        assert answer.category.startswith(category)
        assert not answer.media


@pytest.mark.parametrize(
    ("error", "category"),
    [
        ({"code": "SAFETY", "message": "no"}, "SAFETY"),
        ({"code": 400, "status": "IMAGE_PROHIBITED_CONTENT", "message": "no"}, "IMAGE_PROHIBITED_CONTENT"),
        ({"code": 400, "message": "The input was blocked by our safety policy."}, "SAFETY"),
        ({"code": 400, "status": "INVALID_ARGUMENT", "message": "safety_settings"}, ""),
    ],
)
def test_input_that_is_blocked_is_told_from_a_bad_request(error, category, interactions, service):
    service.says([{"error": error}], 400)
    if category:
        answer = interactions.create({"model": "m", "input": "x"}, ())
        assert (answer.outcome, answer.stage, answer.category) == (Outcome.REFUSED, "input", category)
    else:
        with pytest.raises(Rejected):
            interactions.create({"model": "m", "input": "x"}, ())


def test_what_a_turn_goes_on_from_is_recorded_by_its_id():
    source = BoundJob(remote_id="v1_a", change=Change.EDIT)
    sent = going_on(source)
    assert (sent.field, sent.name, sent.role) == ("previous_interaction_id", "v1_a", "edit")
    with pytest.raises(UnsupportedRequest, match="no id"):
        going_on(BoundJob(remote_id="", change=Change.EDIT))
