from __future__ import annotations

import base64
import io
from typing import Any

import openai
import pytest
from openai.types import ImagesResponse
from PIL import Image

from tests.simulator.conftest import Server, png


def opened(answer: ImagesResponse, index: int = 0) -> Image.Image:
    assert answer.data is not None
    return Image.open(io.BytesIO(base64.b64decode(answer.data[index].b64_json or "")))


def test_a_generated_picture_has_the_asked_size_format_and_usage(server: Server) -> None:
    answer = server.openai().images.generate(
        model="gpt-image-2.5-flare", prompt="Mira", size="1280x720", quality="high", output_format="webp"
    )
    picture = opened(answer)
    assert (picture.format, picture.size) == ("WEBP", (1280, 720))
    assert (answer.size, answer.quality, answer.output_format) == ("1280x720", "high", "webp")
    assert answer.usage is not None
    assert answer.usage.output_tokens == round(1756 * 1280 * 720 / 1024**2)
    assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens


def test_several_pictures_of_one_request_differ_and_repeat(server: Server) -> None:
    first, again = (
        server.openai().images.generate(model="gpt-image-2", prompt="Two", n=2, size="1024x1024") for _ in range(2)
    )
    assert first.data is not None
    assert first.data[0].b64_json != first.data[1].b64_json
    assert [d.b64_json for d in first.data] == [d.b64_json for d in again.data or []]


@pytest.mark.parametrize("count", [1, 2, 16])
def test_an_edit_takes_one_to_sixteen_pictures(server: Server, count: int) -> None:
    pictures = [(f"{n}.png", png(colour=f"#{n:02x}0000"), "image/png") for n in range(count)]
    answer = server.openai().images.edit(
        model="gpt-image-2.6-flare", image=pictures if count > 1 else pictures[0], prompt="Her back", size="1024x1024"
    )
    assert opened(answer).size == (1024, 1024)
    files = [f["file"] for f in server.last_post("/images/edits")["fields"] if "file" in f]
    assert files == [name for name, _, _ in pictures]


def test_a_json_edit_takes_data_urls_and_a_mask(server: Server) -> None:
    url = f"data:image/png;base64,{base64.b64encode(png()).decode()}"
    body = {"model": "gpt-image-2", "prompt": "x", "images": [{"image_url": url}], "mask": {"image_url": url}}
    assert opened(server.openai().post("/images/edits", body=body, cast_to=ImagesResponse)).size == (1024, 1024)


def test_a_mask_of_another_size_is_refused(server: Server) -> None:
    mask = ("m.png", png(32, 32), "image/png")
    with pytest.raises(openai.BadRequestError, match="size of the first image"):
        server.openai().images.edit(image=("a.png", png(), "image/png"), mask=mask, prompt="x", model="gpt-image-2")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"size": "1920x1080"}, "divisible by 16"),
        ({"size": "768x768"}, "pixels"),
        ({"size": "3200x640"}, "ratio"),
        ({"size": "3856x1600"}, "3840"),
        ({"size": "big"}, "WIDTHxHEIGHT"),
        ({"n": 11}, "between 1 and 10"),
        ({"quality": "ultra"}, "ultra"),
        ({"background": "transparent", "output_format": "jpeg"}, "png or webp"),
        ({"input_fidelity": "high"}, "Unknown parameter: 'input_fidelity'"),
        ({"model": "dall-e-3"}, "dall-e-3"),
    ],
)
def test_bad_requests_are_told_what_is_wrong(server: Server, arguments: dict[str, Any], words: str) -> None:
    body = {"model": "gpt-image-2", "prompt": "x", **arguments}
    with pytest.raises(openai.APIStatusError, match=words):
        server.openai().post("/images/generations", body=body, cast_to=ImagesResponse)


@pytest.mark.parametrize("stage", ["input", "output"])
def test_moderation_is_a_400_that_names_its_stage(server: Server, stage: str) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        server.openai().images.generate(model="gpt-image-2", prompt=f"[[refuse:{stage}]]", size="1024x1024")
    assert refused.value.code == "moderation_blocked"
    assert refused.value.type == "image_generation_user_error"
    body = refused.value.response.json()["error"]
    assert body["moderation_details"]["moderation_stage"] == stage


def test_a_failing_drawing_is_a_500(server: Server) -> None:
    with pytest.raises(openai.InternalServerError, match="the brush broke"):
        server.openai().images.generate(model="gpt-image-2", prompt="[break]", size="1024x1024")


def test_what_is_no_picture_is_refused(server: Server) -> None:
    with pytest.raises(openai.BadRequestError, match="Invalid image file"):
        server.openai().images.edit(image=("a.png", b"text", "image/png"), prompt="x", model="gpt-image-2")
