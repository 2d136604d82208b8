from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from google.genai import errors, types
from PIL import Image

from tests.simulator.conftest import Server, png

if TYPE_CHECKING:
    from google.genai import Client

MODEL = "gemini-nano-banana-2.1"


@pytest.fixture
def client(server: Server) -> Client:
    return server.google()


def generate(client: Client, *contents: Any, model: str = MODEL, **config: Any) -> types.GenerateContentResponse:
    chosen = types.GenerateContentConfig(response_modalities=["TEXT", "IMAGE"], **config)
    return client.models.generate_content(model=model, contents=list(contents), config=chosen)


def shaped(aspect: str | None, size: str | None = "1K") -> types.ImageConfig:
    return types.ImageConfig(aspect_ratio=aspect, image_size=size)


def picture(answer: types.GenerateContentResponse) -> Image.Image:
    (part,) = [p for p in answer.parts or [] if p.inline_data]
    assert part.inline_data is not None
    return Image.open(io.BytesIO(part.inline_data.data or b""))


def reference(width: int = 64, height: int = 64, colour: str = "teal") -> types.Part:
    return types.Part.from_bytes(data=png(width, height, colour), mime_type="image/png")


@pytest.mark.parametrize(
    ("aspect", "size", "pixels"),
    [
        ("16:9", "1K", (1376, 768)),
        ("9:16", "1K", (768, 1376)),
        ("1:1", "1K", (1024, 1024)),
        ("16:9", "2K", (2752, 1536)),
    ],
)
def test_pictures_have_the_documented_pixels(client: Client, aspect: str, size: str, pixels: tuple[int, int]) -> None:
    assert picture(generate(client, "Mira", image_config=shaped(aspect, size))).size == pixels


def test_without_an_aspect_the_last_picture_decides(client: Client) -> None:
    assert picture(generate(client, reference(), reference(90, 160), "Mira")).size == (768, 1376)
    assert picture(generate(client, "Mira")).size == (1024, 1024)


def test_an_answer_has_thoughts_signature_usage_and_finish_reason(client: Client) -> None:
    answer = generate(client, reference(), "Mira", thinking_config=types.ThinkingConfig(include_thoughts=True))
    thought, shown = answer.parts or []
    assert thought.thought
    assert shown.thought_signature
    assert answer.candidates is not None
    assert answer.candidates[0].finish_reason == types.FinishReason.STOP
    assert answer.usage_metadata is not None
    assert answer.usage_metadata.candidates_token_count == 1120
    assert answer.model_version == MODEL


def test_every_picture_arrives_with_its_bytes(server: Server, client: Client) -> None:
    generate(client, reference(colour="red"), reference(colour="blue"), "Image 1: Mira. Image 2: Fenn.")
    fields = server.last_post(":generateContent")["fields"]
    pictures = [f for f in fields if f["name"].endswith("inlineData.data")]
    assert [p["size"] for p in pictures] == [len(png(colour="red")), len(png(colour="blue"))]


def test_an_uploaded_file_can_be_cited(client: Client) -> None:
    file = client.files.upload(file=io.BytesIO(png(90, 160)), config={"mime_type": "image/png"})
    assert file.state == types.FileState.ACTIVE
    assert picture(generate(client, file, "Mira")).size == (768, 1376)


def test_a_second_turn_needs_the_signature_of_the_first(client: Client) -> None:
    first = generate(client, "Mira")
    assert first.candidates is not None
    said = first.candidates[0].content
    assert said is not None
    asked = types.Content(role="user", parts=[types.Part(text="From behind.")])
    assert picture(generate(client, said, asked))
    bare = types.Content(role="model", parts=[reference()])
    with pytest.raises(errors.ClientError, match="thought_signature"):
        generate(client, bare, asked)


def test_the_three_refusal_channels(client: Client) -> None:
    blocked = generate(client, "[[refuse:input]]")
    assert blocked.candidates is None
    assert blocked.prompt_feedback is not None
    assert blocked.prompt_feedback.block_reason == types.BlockedReason.PROHIBITED_CONTENT
    withheld = generate(client, "[[refuse:output]]")
    assert withheld.candidates is not None
    assert withheld.candidates[0].finish_reason == types.FinishReason.IMAGE_SAFETY
    assert withheld.parts is None
    declined = generate(client, "[[refuse:text]]")
    assert declined.candidates is not None
    assert declined.candidates[0].finish_reason == types.FinishReason.STOP
    assert declined.text
    assert not [p for p in declined.parts or [] if p.inline_data]


@pytest.mark.parametrize(
    ("model", "config", "words"),
    [
        (MODEL, {"image_config": shaped("16:9", "512")}, "512"),
        ("gemini-3.1-flash-lite-image", {"image_config": shaped("16:9", "2K")}, "2K"),
        (MODEL, {"image_config": shaped("2:1")}, "2:1"),
        ("gemini-omni-1.2-flash", {}, "only supports Interactions API"),
        ("imagen-4", {}, "not found"),
    ],
)
def test_bad_requests_are_told_what_is_wrong(client: Client, model: str, config: dict[str, Any], words: str) -> None:
    with pytest.raises(errors.ClientError, match=words):
        generate(client, "x", model=model, **config)


def test_fifteen_pictures_are_too_many(client: Client) -> None:
    with pytest.raises(errors.ClientError, match="At most 14"):
        generate(client, *[reference()] * 15, "x")


def test_a_failing_drawing_is_a_500(client: Client) -> None:
    with pytest.raises(errors.ServerError, match="the brush broke"):
        generate(client, "[break]")


def test_without_a_key_google_says_403(server: Server) -> None:
    answer = httpx2.get(f"{server.url}/google/v1/models")
    assert (answer.status_code, answer.json()["error"]["status"]) == (403, "PERMISSION_DENIED")


def test_models_are_listed(client: Client) -> None:
    assert f"models/{MODEL}" in [model.name for model in client.models.list()]
