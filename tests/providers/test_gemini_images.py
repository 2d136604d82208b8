"""Nano Banana by `generateContent`: parts in order, fixed shapes, three ways to refuse inside HTTP 200."""

import base64
from dataclasses import replace

import pytest

from charkit.errors import Ambiguous, Rejected, UnknownName, UnsupportedRequest
from charkit.providers.base import Billing, Blob, ImageRequest, Outcome, Role, Turn
from charkit.providers.gemini_images import BROKEN, REFUSED

STILL = ImageRequest(model="gemini-nano-banana-2.1", prompt="Image 1 is Mira.", width=1376, height=768)


@pytest.fixture
def banana(service, connected):
    return connected("gemini-images", service.url)


@pytest.fixture
def inline(picture):
    def make(size=(1376, 768), **more):
        data = base64.b64encode(picture(*size)).decode()
        return {"inlineData": {"mimeType": "image/png", "data": data}, **more}

    return make


def candidate(*parts, reason="STOP", **more):
    return {"candidates": [{"content": {"parts": list(parts), "role": "model"}, "finishReason": reason}], **more}


def test_references_go_first_in_order_and_the_prompt_last(service, banana, inline, reference):
    shown = (reference(), reference(Role.VIEW, name="b.png", colour="#0000aa", character="Mira"))
    service.says(candidate(inline()))
    answer = banana.submit(replace(STILL, references=shown))
    sent = service.posts[0]
    assert sent.path == "/v1/models/gemini-nano-banana-2.1:generateContent"
    assert sent.headers["x-goog-api-key"] == "sk-loopback-0123456789"
    (turn,) = sent.json["contents"]
    *pictures, text = turn["parts"]
    assert [base64.urlsafe_b64decode(part["inlineData"]["data"]) for part in pictures] == [
        one.blob.data for one in shown
    ]
    assert text == {"text": "Image 1 is Mira."}
    assert sent.json["generationConfig"] == {
        "responseModalities": ["TEXT", "IMAGE"],
        "imageConfig": {"aspectRatio": "16:9", "imageSize": "1K"},
    }
    assert [(one.field, one.name, one.digest) for one in answer.sent] == [
        ("contents[0].parts[0].inlineData", "Image 1", shown[0].blob.digest),
        ("contents[0].parts[1].inlineData", "Image 2", shown[1].blob.digest),
    ]


def test_more_than_4k_is_refused_unsent(service, banana):
    with pytest.raises(UnsupportedRequest, match="4K"):
        banana.submit(replace(STILL, width=8000, height=8000))
    assert not service.arrived


def test_thoughts_are_passed_over_and_the_signature_stays_in_the_record(service, banana, inline, picture):
    interim = {**inline((640, 360)), "thought": True}
    final = inline(thoughtSignature="c2lnbmF0dXJl" * 50)
    usage = {"promptTokenCount": 12, "candidatesTokenCount": 1120}
    service.says(candidate({"text": "hm", "thought": True}, interim, {"text": "Here."}, final, usageMetadata=usage))
    answer = banana.submit(STILL)
    assert answer.media[0].data == picture(1376, 768)
    assert answer.signature == "c2lnbmF0dXJl" * 50
    assert answer.signature in answer.raw
    assert answer.raw.count("bytes sha256:") == 2
    assert (answer.billing, answer.usage["candidatesTokenCount"]) == (Billing.CHARGED, 1120)


def test_earlier_turns_go_back_with_the_models_picture_and_its_signature(service, banana, inline, reference, picture):
    drawn = Blob(name="a.png", media_type="image/png", data=picture(1376, 768))
    seal = base64.b64encode(bytes(range(200, 256))).decode()
    turns = (
        Turn(prompt="Image 1 is Mira.", picture=drawn, signature=seal, references=(reference(),)),
        Turn(prompt="From behind.", picture=drawn, signature=seal),
    )
    service.says(candidate(inline()))
    shown = reference(Role.VIEW, name="b.png", colour="#0000aa")
    answer = banana.submit(replace(STILL, prompt="Now with a lantern.", turns=turns, references=(shown,)))
    contents = service.posts[0].json["contents"]
    assert [turn["role"] for turn in contents] == ["user", "model", "user", "model", "user"]
    assert [turn["parts"][-1].get("text") for turn in contents[::2]] == [
        "Image 1 is Mira.",
        "From behind.",
        "Now with a lantern.",
    ]
    for model in contents[1::2]:
        (part,) = model["parts"]
        assert base64.urlsafe_b64decode(part["inlineData"]["data"]) == drawn.data
        assert base64.urlsafe_b64decode(part["thoughtSignature"]) == bytes(range(200, 256))
    assert [(one.field, one.name, one.digest) for one in answer.sent] == [
        ("contents[0].parts[0].inlineData", "turn 1, Image 1", reference().blob.digest),
        ("contents[1].parts[0].inlineData", "answer of turn 1", drawn.digest),
        ("contents[3].parts[0].inlineData", "answer of turn 2", drawn.digest),
        ("contents[4].parts[0].inlineData", "Image 1", shown.blob.digest),
    ]


def test_a_turn_without_its_signature_is_refused_before_it_costs_anything(service, banana, picture):
    drawn = Blob(name="a.png", media_type="image/png", data=picture())
    for signature in ("", "not base64!"):
        with pytest.raises(UnsupportedRequest, match="turn 1 comes without its signature"):
            banana.submit(replace(STILL, turns=(Turn(prompt="Mira.", picture=drawn, signature=signature),)))
    assert not service.arrived


def test_more_than_fourteen_pictures_are_refused_unsent_earlier_turns_included(service, banana, reference, picture):
    drawn = Blob(name="a.png", media_type="image/png", data=picture())
    turn = Turn(prompt="Mira.", picture=drawn, signature="c2VhbA==", references=(reference(),) * 7)
    with pytest.raises(UnsupportedRequest, match="at most 14"):
        banana.submit(replace(STILL, turns=(turn,), references=(reference(),) * 8))
    assert not service.arrived


def test_a_picture_of_another_size_than_asked_for_is_said(service, banana, inline):
    service.says(candidate(inline((1024, 1024))))
    assert banana.submit(STILL).message == "asked for 1376x768, came back as 1024x1024"


@pytest.mark.parametrize("reason", ["SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY"])
def test_a_blocked_prompt_is_a_refusal_of_the_input(reason, service, banana):
    service.says({"promptFeedback": {"blockReason": reason}, "usageMetadata": {"promptTokenCount": 9}})
    answer = banana.submit(STILL)
    assert (answer.outcome, answer.stage, answer.category) == (Outcome.REFUSED, "input", reason)
    assert answer.billing is Billing.NOT_ESTABLISHED


@pytest.mark.parametrize("reason", sorted(REFUSED))
def test_a_finish_reason_without_a_picture_is_a_refusal_of_the_output(reason, service, banana):
    service.says({"candidates": [{"finishReason": reason, "finishMessage": "Unable to show."}]})
    answer = banana.submit(STILL)
    assert (answer.outcome, answer.stage, answer.category) == (Outcome.REFUSED, "output", reason)
    assert answer.message == "Unable to show."


def test_a_model_that_only_talks_has_declined(service, banana):
    service.says(candidate({"text": "I would rather not."}))
    answer = banana.submit(STILL)
    assert (answer.outcome, answer.category, answer.message) == (Outcome.REFUSED, "declined", "I would rather not.")


@pytest.mark.parametrize("reason", sorted(BROKEN))
def test_a_technical_finish_reason_is_a_failure(reason, service, banana):
    service.says(candidate({"text": "half a"}, reason=reason))
    answer = banana.submit(STILL)
    assert (answer.outcome, answer.category) == (Outcome.FAILED, reason)


def test_a_withheld_picture_that_was_drawn_is_charged(service, banana):
    usage = {"candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}]}
    service.says({"candidates": [{"finishReason": "IMAGE_SAFETY"}], "usageMetadata": usage})
    assert banana.submit(STILL).billing is Billing.CHARGED


@pytest.mark.parametrize("body", [{}, {"candidates": []}, {"candidates": [{"finishReason": "NEW_WORD"}]}])
def test_an_answer_that_says_nothing_known_is_ambiguous(body, service, banana):
    service.says(body)
    with pytest.raises(Ambiguous):
        banana.submit(STILL)


@pytest.mark.parametrize(
    "error",
    [
        {"code": 400, "status": "INVALID_ARGUMENT", "message": "API key not valid."},
        {"code": 403, "status": "PERMISSION_DENIED", "message": "API_KEY_SERVICE_BLOCKED"},
        {"code": 400, "status": "INVALID_ARGUMENT", "message": "Unknown name safety_settings"},
    ],
)
def test_an_error_that_only_mentions_safety_words_is_an_error(error, service, banana):
    service.says([{"error": error}], error["code"])
    with pytest.raises(Rejected):
        banana.submit(STILL)


def test_a_gateway_is_asked_in_its_own_version(service, connected, inline):
    service.says(candidate(inline()))
    connected("gemini-images", f"{service.url}/gw", dialect="v1beta").submit(STILL)
    assert service.posts[0].path == "/gw/v1beta/models/gemini-nano-banana-2.1:generateContent"
    with pytest.raises(UnknownName, match="v1beta"):
        connected("gemini-images", service.url, dialect="v2").submit(STILL)


def test_nothing_of_the_environment_decides_where_it_goes(service, banana, inline, monkeypatch):
    monkeypatch.setenv("GOOGLE_GENAI_USE_ENTERPRISE", "true")
    monkeypatch.setenv("GOOGLE_GENAI_API_VERSION", "v9")
    monkeypatch.setenv("GOOGLE_API_KEY", "another-key")
    service.says(candidate(inline()))
    banana.submit(STILL)
    assert service.posts[0].path.startswith("/v1/models/")
    assert service.posts[0].headers["x-goog-api-key"] == "sk-loopback-0123456789"


def test_the_simulator_draws_and_refuses_in_all_three_ways(simulator, connected, reference):
    banana = connected("gemini-images", f"{simulator}/google", timeout=30)
    made = banana.submit(replace(STILL, references=(reference(),)))
    assert (made.outcome, made.message) == (Outcome.SUCCEEDED, "")
    turn = Turn(prompt=STILL.prompt, picture=made.media[0], signature=made.signature, references=(reference(),))
    again = banana.submit(replace(STILL, prompt="From behind.", turns=(turn,)))
    assert again.outcome is Outcome.SUCCEEDED
    assert again.media[0].data != made.media[0].data
    for word, stage in (("input", "input"), ("output", "output"), ("text", "output")):
        answer = banana.submit(replace(STILL, prompt=f"Mira. [[refuse:{word}]]"))
        assert (answer.outcome, answer.stage) == (Outcome.REFUSED, stage)
