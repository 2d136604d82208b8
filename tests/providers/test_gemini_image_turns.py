"""Nano Banana by Interactions: JPEG pictures, and turns that the service remembers."""

import base64
from dataclasses import replace

import pytest

from charkit.errors import UnsupportedRequest
from charkit.providers.base import Billing, Blob, BoundJob, Change, ImageRequest, Outcome, Turn

STILL = ImageRequest(model="gemini-nano-banana-2.1", prompt="Image 1 is Mira.", width=1376, height=768)
EARLIER = BoundJob(remote_id="v1_abc", change=Change.EDIT)


@pytest.fixture
def banana(service, connected):
    return connected("gemini-image-turns", service.url)


@pytest.fixture
def drawn(picture):
    def make(size=(1376, 768), status="completed"):
        data = base64.b64encode(picture(*size, kind="JPEG")).decode()
        content = [{"type": "text", "text": "Here."}, {"type": "image", "mime_type": "image/jpeg", "data": data}]
        usage = {"total_output_tokens": 1120, "output_tokens_by_modality": [{"modality": "image", "tokens": 1120}]}
        steps = [{"type": "thought", "signature": "abc"}, {"type": "model_output", "content": content}]
        return {"id": "v1_new", "status": status, "model": STILL.model, "steps": steps, "usage": usage}

    return make


def test_references_go_first_in_order_and_a_jpeg_is_asked_for(service, banana, drawn, picture, reference):
    shown = (reference(), reference(name="b.png", colour="#0000aa"))
    service.says(drawn())
    answer = banana.submit(replace(STILL, references=shown))
    sent = service.posts[0]
    assert sent.path == "/v1/interactions"
    images = [
        {"type": "image", "mime_type": "image/png", "data": base64.b64encode(one.blob.data).decode()} for one in shown
    ]
    assert sent.json == {
        "model": "gemini-nano-banana-2.1",
        "input": [{"type": "user_input", "content": [*images, {"type": "text", "text": "Image 1 is Mira."}]}],
        "response_format": {"type": "image", "aspect_ratio": "16:9", "image_size": "1K", "mime_type": "image/jpeg"},
    }
    assert (answer.outcome, answer.billing, answer.message) == (Outcome.SUCCEEDED, Billing.CHARGED, "")
    assert (answer.remote_id, answer.media[0].media_type) == ("v1_new", "image/jpeg")
    assert answer.media[0].data == picture(1376, 768, kind="JPEG")
    assert [(one.field, one.name, one.digest) for one in answer.sent] == [
        ("input[0].content[0]", "Image 1", shown[0].blob.digest),
        ("input[0].content[1]", "Image 2", shown[1].blob.digest),
    ]


def test_the_next_turn_names_the_interaction_and_carries_nothing(service, banana, drawn):
    service.says(drawn())
    answer = banana.submit(replace(STILL, prompt="From behind.", source=EARLIER))
    body = service.posts[0].json
    assert body["previous_interaction_id"] == "v1_abc"
    assert body["input"] == [{"type": "user_input", "content": [{"type": "text", "text": "From behind."}]}]
    assert body["response_format"]["image_size"] == "1K"  # only history is carried over
    assert [(one.field, one.name, one.role) for one in answer.sent] == [("previous_interaction_id", "v1_abc", "edit")]


def test_what_the_wire_cannot_carry_is_refused_unsent(service, banana, reference, picture):
    turn = Turn(prompt="Mira.", picture=Blob(name="a", media_type="image/png", data=picture()), signature="c2VhbA==")
    for change in (
        {"turns": (turn,)},
        {"source": replace(EARLIER, change=Change.REMIX)},
        {"source": replace(EARLIER, remote_id="")},
        {"references": (reference(),) * 15},
    ):
        with pytest.raises(UnsupportedRequest) as caught:
            banana.submit(replace(STILL, **change))
        assert caught.value.rule
        assert caught.value.source
    assert not service.arrived


def test_a_picture_of_another_size_than_asked_for_is_said(service, banana, drawn):
    service.says(drawn((1024, 1024)))
    assert banana.submit(STILL).message == "asked for 1376x768, came back as 1024x1024"


def test_a_picture_that_takes_longer_is_polled_for(service, banana, drawn, picture):
    service.says({"id": "v1_new", "status": "in_progress"}).says(drawn())
    assert banana.submit(STILL).outcome is Outcome.RUNNING
    answer = banana.poll("v1_new")
    assert (answer.outcome, answer.media[0].data) == (Outcome.SUCCEEDED, picture(1376, 768, kind="JPEG"))
    assert b"".join(banana.fetch("v1_new")) == answer.media[0].data
    assert len(service.posts) == 1


def test_the_simulator_draws_changes_and_refuses(simulator, connected, reference):
    banana = connected("gemini-image-turns", f"{simulator}/google", timeout=30)
    made = banana.submit(replace(STILL, references=(reference(),)))
    assert (made.outcome, made.message, made.media[0].media_type) == (Outcome.SUCCEEDED, "", "image/jpeg")
    source = BoundJob(remote_id=made.remote_id, change=Change.EDIT)
    again = banana.submit(replace(STILL, prompt="From behind.", source=source))
    assert again.outcome is Outcome.SUCCEEDED
    assert again.media[0].data != made.media[0].data
    for word, stage in (("input", "input"), ("output", "output"), ("text", "output")):
        answer = banana.submit(replace(STILL, prompt=f"Mira. [[refuse:{word}]]"))
        assert (answer.outcome, answer.stage) == (Outcome.REFUSED, stage)
