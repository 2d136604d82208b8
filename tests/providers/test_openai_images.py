"""`/v1/images`: generation as JSON, edits as a form, the size rule, and refusals by HTTP 400."""

import base64
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charkit.errors import Rejected, UnsupportedRequest
from charkit.providers.base import Billing, ImageRequest, Outcome, Role
from charkit.providers.openai_images import legal_size, nearest_size

STILL = ImageRequest(model="gpt-image-2.6-sunburst", prompt="A teapot.", width=1280, height=720)


@pytest.fixture
def images(service, connected):
    return connected("openai-images", f"{service.url}/v1")


@pytest.fixture
def answer(picture):
    data = picture(1280, 720)
    usage = {
        "input_tokens": 50,
        "input_tokens_details": {"image_tokens": 40, "text_tokens": 10},
        "output_tokens": 439,
        "total_tokens": 489,
    }
    return {
        "created": 1,
        "data": [{"b64_json": base64.b64encode(data).decode()}],
        "size": "1280x720",
        "output_format": "png",
        "usage": usage,
    }


def test_text_alone_is_a_generation_in_json(service, images, answer, picture):
    service.says(answer)
    made = images.submit(STILL)
    sent = service.posts[0]
    assert sent.path == "/v1/images/generations"
    assert sent.json == {"model": "gpt-image-2.6-sunburst", "prompt": "A teapot.", "size": "1280x720"}
    assert (made.outcome, made.billing, made.message) == (Outcome.SUCCEEDED, Billing.CHARGED, "")
    (blob,) = made.media
    assert (blob.data, blob.media_type) == (picture(1280, 720), "image/png")
    assert made.usage["output_tokens"] == 439
    assert made.usage["input_tokens_details.image_tokens"] == 40
    assert made.remote_id is None


def test_references_make_it_an_edit_with_named_files_in_order(service, images, answer, reference):
    shown = tuple(reference(name=f"view-{n}.png", colour=f"#0000{n:02x}") for n in range(16))
    service.says(answer)
    made = images.submit(replace(STILL, references=shown))
    sent = service.posts[0]
    assert sent.path == "/v1/images/edits"
    files = [part for part in sent.parts if part.filename]
    assert [part.name for part in files] == ["image[]"] * 16
    assert [(part.filename, part.media_type) for part in files] == [(f"view-{n}.png", "image/png") for n in range(16)]
    assert [part.data for part in files] == [one.blob.data for one in shown]
    plain = {part.name: part.data.decode() for part in sent.parts if not part.filename}
    assert plain == {"model": "gpt-image-2.6-sunburst", "prompt": "A teapot.", "size": "1280x720"}
    assert [(one.field, one.name, one.digest) for one in made.sent] == [
        ("image[]", one.blob.name, one.blob.digest) for one in shown
    ]


def test_a_mask_has_a_field_of_its_own_beside_sixteen_pictures(service, images, answer, reference):
    mask = reference(Role.MASK, name="mask.png", character="")
    service.says(answer)
    made = images.submit(replace(STILL, references=(mask, *(reference(),) * 16)))
    files = [part for part in service.posts[0].parts if part.filename]
    assert [part.name for part in files] == ["mask", *["image[]"] * 16]
    assert files[0].data == mask.blob.data
    assert (made.sent[0].field, made.sent[0].digest, made.sent[0].role) == ("mask", mask.blob.digest, Role.MASK)


def test_a_mask_that_does_not_fit_is_refused_unsent(service, images, reference):
    mask, first = reference(Role.MASK, name="mask.png"), reference()
    for shown, rule in (
        ((mask,), "first of the pictures"),
        ((first, mask, mask), "one mask"),
        ((first, reference(Role.MASK, size=(64, 32))), "as large as"),
        ((first, replace(mask, blob=replace(mask.blob, media_type="image/webp"))), "PNG"),
        ((first, replace(mask, blob=replace(mask.blob, data=mask.blob.data + bytes(4_000_000)))), "4 MB"),
    ):
        with pytest.raises(UnsupportedRequest) as caught:
            images.submit(replace(STILL, references=shown))
        assert rule in caught.value.rule
    assert not service.arrived


@pytest.mark.parametrize(
    ("width", "height", "nearest"),
    [
        (1920, 1080, "1920x1088"),
        (768, 768, "816x816"),
        (1000, 700, "1008x704"),
        (3200, 800, "2784x928"),
        (16, 16, "816x816"),
    ],
)
def test_an_illegal_size_is_refused_unsent_with_the_nearest_legal_one(width, height, nearest, service, images):
    with pytest.raises(UnsupportedRequest, match="16") as caught:
        images.submit(replace(STILL, width=width, height=height))
    assert nearest in caught.value.nearest
    assert caught.value.source
    assert not service.arrived


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (1344, 768), (768, 1344), (1536, 672), (1024, 768)])
def test_the_keyframe_sizes_of_the_video_routes_are_legal(size):
    assert legal_size(*size)


@given(st.integers(16, 9000), st.integers(16, 9000))
@settings(deadline=None)
def test_the_nearest_size_is_always_legal(width, height):
    assert legal_size(*nearest_size(width, height))


def test_too_many_or_unfit_inputs_are_refused_unsent(service, images, reference):
    one = reference()
    for shown in (
        (one,) * 17,
        (replace(one, blob=replace(one.blob, media_type="image/heic")),),
        (replace(one, blob=replace(one.blob, data=bytes(50_000_000))),),
    ):
        with pytest.raises(UnsupportedRequest):
            images.submit(replace(STILL, references=shown))
    with pytest.raises(UnsupportedRequest, match="32000"):
        images.submit(replace(STILL, prompt="x" * 32_001))
    assert not service.arrived


@pytest.mark.parametrize(
    ("details", "stage", "category"),
    [
        ({"moderation_stage": "input", "categories": ["sexual"]}, "input", "sexual"),
        ({"moderation_stage": "output", "categories": ["violence", "sexual"]}, "output", "violence, sexual"),
        (None, "unknown", "moderation_blocked"),
    ],
)
def test_moderation_is_told_with_its_stage_and_category(details, stage, category, service, images):
    error = {"message": "Rejected by safety.", "type": "image_generation_user_error", "code": "moderation_blocked"}
    service.says({"error": {**error, **({"moderation_details": details} if details else {})}}, 400)
    answer = images.submit(STILL)
    assert (answer.outcome, answer.stage, answer.category) == (Outcome.REFUSED, stage, category)
    assert answer.message == "Rejected by safety."
    assert answer.billing is Billing.NOT_ESTABLISHED


def test_a_picture_of_another_size_than_asked_for_is_said(service, images, answer, picture):
    other = base64.b64encode(picture(1024, 1024)).decode()
    service.says({**answer, "data": [{"b64_json": other}]})
    assert images.submit(STILL).message == "asked for 1280x720, came back as 1024x1024"


@pytest.mark.parametrize("data", [[], [{}], [{"b64_json": "!!!"}], None])
def test_an_answer_without_a_picture_is_a_failure_that_was_charged(data, service, images, answer):
    service.says({**answer, "data": data})
    made = images.submit(STILL)
    assert (made.outcome, made.billing, made.media) == (Outcome.FAILED, Billing.CHARGED, ())
    service.script.clear()
    service.says({"created": 1, "data": data})
    assert images.submit(STILL).billing is Billing.NOT_ESTABLISHED


def test_a_closed_model_is_rejected_and_not_refused(service, images):
    service.says({"error": {"message": "The model does not exist.", "code": "model_not_found"}}, 404)
    with pytest.raises(Rejected, match="model_not_found"):
        images.submit(STILL)


def test_the_simulator_draws_from_text_and_from_references(simulator, connected, reference):
    images = connected("openai-images", f"{simulator}/openai/v1", timeout=30)
    request = replace(STILL, model="gpt-image-2.6-flare")
    anchor = images.submit(request)
    assert (anchor.outcome, anchor.message) == (Outcome.SUCCEEDED, "")
    view = images.submit(replace(request, references=(reference(), reference(name="b.png", colour="#123456"))))
    assert view.outcome is Outcome.SUCCEEDED
    assert len(view.sent) == 2
    assert view.usage["output_tokens"] > 0
    masked = images.submit(replace(request, references=(reference(), reference(Role.MASK, name="mask.png"))))
    assert masked.outcome is Outcome.SUCCEEDED
    refused = images.submit(replace(request, prompt="A teapot. [[refuse:input]]"))
    assert (refused.outcome, refused.stage) == (Outcome.REFUSED, "input")
    withheld = images.submit(replace(request, prompt="A teapot. [[refuse:output]]"))
    assert (withheld.outcome, withheld.stage) == (Outcome.REFUSED, "output")
