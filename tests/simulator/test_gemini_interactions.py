from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import av
import httpx2
import pytest
from google.genai._gaos.lib import compat_errors
from PIL import Image

from tests.simulator.conftest import Server, png, until

if TYPE_CHECKING:
    from google.genai import Client
    from google.genai.interactions import Interaction

MODEL = "gemini-omni-1.2-flash"
DRAFT = {"type": "video", "resolution": "360p", "aspect_ratio": "16:9", "duration": "3s", "delivery": "uri"}


@pytest.fixture
def client(server: Server) -> Client:
    return server.google()


def image(colour: str = "teal") -> dict[str, str]:
    return {"type": "image", "mime_type": "image/png", "data": base64.b64encode(png(colour=colour)).decode()}


def create(client: Client, prompt: str | list[Any], **more: Any) -> Interaction:
    arguments: dict[str, Any] = {"model": MODEL, "response_format": DRAFT, **more}
    return client.interactions.create(input=prompt, **arguments)


def finished(client: Client, interaction: Interaction) -> Interaction:
    return until(lambda: client.interactions.get(interaction.id), lambda i: i.status not in ("in_progress", "queued"))


def video_tokens(interaction: Interaction) -> int:
    assert interaction.usage is not None
    by = interaction.usage.output_tokens_by_modality or []
    return sum(entry.tokens or 0 for entry in by if entry.modality == "video")


def size_of(clip: bytes) -> tuple[int, int]:
    with av.open(io.BytesIO(clip)) as container:
        return container.streams.video[0].width, container.streams.video[0].height


def test_a_background_clip_is_polled_and_downloaded_by_its_address(server: Server, client: Client) -> None:
    begun = create(client, "Waves.", background=True, generation_config={"seed": 7})
    assert begun.status == "in_progress"
    assert not begun.steps
    done = finished(client, begun)
    assert done.status == "completed"
    assert done.output_video is not None
    assert done.output_video.uri is not None
    assert done.output_video.uri.startswith("https://generativelanguage.googleapis.com/v1beta/files/")
    data = client.files.download(file=done.output_video.uri)
    assert size_of(data) == (640, 360)
    assert video_tokens(done) == 3 * 1931
    name = done.output_video.uri.rsplit("/", 1)[1].partition(":")[0]
    assert client.files.get(name=f"files/{name}").state == "ACTIVE"


def test_a_call_in_the_foreground_blocks_and_brings_the_clip_inline(client: Client) -> None:
    done = create(client, "Waves.", response_format={**DRAFT, "aspect_ratio": "9:16", "delivery": "inline"})
    assert done.status == "completed"
    assert done.output_video is not None
    assert size_of(base64.b64decode(done.output_video.data or "")) == (360, 640)


def test_references_arrive_bound_to_the_names_before_their_tags(server: Server, client: Client) -> None:
    prompt = (
        "[# References <IMAGE_REF_0>@Image1 <IMAGE_REF_1>@Image2]\nMira (<IMAGE_REF_0>) meets Fenn (<IMAGE_REF_1>)."
    )
    parts = [image("red"), image("blue"), {"type": "text", "text": prompt}]
    config = {"video_config": {"task": "reference_to_video"}}
    done = create(client, parts, generation_config=config)
    assert done.status == "completed"
    line = server.last_post("/interactions")
    digests = [f["digest"] for f in line["fields"] if f["name"].endswith(".data")]
    assert len(set(digests)) == 2
    assert {"name": "generation_config.video_config.task", "value": "reference_to_video"} in line["fields"]


def test_the_seed_of_1_2_counts_and_1_1_refuses_it(client: Client) -> None:
    def clip(seed: int) -> bytes:
        done = create(client, "Seeded.", generation_config={"seed": seed})
        assert done.output_video is not None
        return client.files.download(file=done.output_video.uri or "")

    assert clip(7) == clip(7)
    assert clip(7) != clip(8)
    with pytest.raises(compat_errors.BadRequestError, match="seed is not supported"):
        create(client, "x", model="gemini-omni-1.1-flash", generation_config={"seed": 7})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"response_format": {**DRAFT, "duration": "2s"}}, "use 3s to 15s"),
        ({"model": "gemini-omni-1.1-flash", "response_format": {**DRAFT, "duration": "12s"}}, "use 3s to 10s"),
        ({"response_format": {**DRAFT, "aspect_ratio": "1:1"}}, "aspect_ratio"),
        ({"response_format": {**DRAFT, "resolution": "480p"}}, "resolution"),
        ({"background": True, "store": False}, "store=false"),
        ({"generation_config": {"video_config": {"task": "edit"}}}, "previous_interaction_id"),
        ({"generation_config": {"video_config": {"task": "reference_to_video"}}}, "at least one reference"),
        ({"previous_interaction_id": "v1_unknown"}, "not found"),
        ({"model": "gemini-omni-flash-preview"}, "no longer available"),
    ],
)
def test_bad_requests_are_told_what_is_wrong(client: Client, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(compat_errors.APIStatusError) as refused:
        create(client, "x", **changes)
    assert words in str(refused.value.body)


def test_a_bare_number_as_duration_is_a_400(server: Server) -> None:
    body = {"model": MODEL, "input": "x", "response_format": {"type": "video", "duration": 8}}
    answer = httpx2.post(f"{server.url}/google/v1beta/interactions", json=body, headers={"x-goog-api-key": "k"})
    assert answer.status_code == 400
    assert answer.json()["error"]["status"] == "INVALID_ARGUMENT"
    assert "duration" in answer.json()["error"]["message"]


def test_more_than_ten_references_are_refused(client: Client) -> None:
    with pytest.raises(compat_errors.BadRequestError, match="At most 10"):
        create(client, [*[image()] * 11, {"type": "text", "text": "x"}])


def test_role_shaped_input_is_ignored_yet_billed_and_only_the_record_says_so(server: Server) -> None:
    body = {"model": MODEL, "input": [{"role": "user", "content": "Mira"}], "response_format": DRAFT}
    answer = httpx2.post(f"{server.url}/google/v1/interactions", json=body, headers={"x-goog-api-key": "k"}, timeout=20)
    assert answer.json()["status"] == "completed"
    line = server.last_post("/interactions")
    assert "ignored" in line["notes"][0]
    assert line["job"] in [charge["job"] for charge in server.control("charges")["charges"]]


def test_an_output_refusal_is_completed_with_text_only_and_costs_nothing(server: Server, client: Client) -> None:
    done = create(client, "[[refuse:output]]")
    assert (done.status, done.output_video) == ("completed", None)
    assert done.output_text
    assert video_tokens(done) == 0
    assert [c["refunded"] for c in server.control("charges")["charges"] if c["job"] == done.id] == [True]


def test_an_input_refusal_is_a_400_with_a_safety_word_and_no_job(server: Server, client: Client) -> None:
    before = len(server.control("charges")["charges"])
    with pytest.raises(compat_errors.BadRequestError) as refused:
        create(client, "[[refuse:input]]")
    assert refused.value.body["error"]["status"] == "PROHIBITED_CONTENT"
    assert len(server.control("charges")["charges"]) == before


def test_a_failure_names_its_reason(client: Client) -> None:
    done = create(client, "[break]")
    assert done.status == "failed"
    assert done.errors is not None
    assert "the brush broke" in (done.errors[0].message or "")


def test_edits_and_extensions_go_on_from_an_earlier_interaction(server: Server, client: Client) -> None:
    source = create(client, "The source.")
    edit = create(
        client,
        "Turn the scarf green.",
        previous_interaction_id=source.id,
        generation_config={"video_config": {"task": "edit"}},
        response_format={"type": "video", "delivery": "uri"},
    )
    assert edit.status == "completed"
    assert edit.previous_interaction_id == source.id
    assert size_of(client.files.download(file=edit.output_video.uri if edit.output_video else "")) == (640, 360)
    longer = create(
        client, "She runs on.", previous_interaction_id=edit.id, generation_config={"video_config": {"task": "extend"}}
    )
    assert longer.status == "completed"
    charges = {c["job"]: c for c in server.control("charges")["charges"]}
    assert (charges[longer.id]["seconds"], charges[longer.id]["usd"]) == (6.0, round(3 * 0.0232, 6))
    assert video_tokens(longer) == 3 * 1931


def test_a_cancelled_clip_stays_cancelled(client: Client) -> None:
    begun = create(client, "[slow] Cancelled.", background=True)
    assert client.interactions.cancel(begun.id).status == "cancelled"
    assert client.interactions.get(begun.id).status == "cancelled"


def test_a_deleted_interaction_is_unknown_and_a_malformed_name_invalid(client: Client) -> None:
    done = create(client, "Deleted.")
    client.interactions.delete(done.id)
    with pytest.raises(compat_errors.NotFoundError):
        client.interactions.get(done.id)
    with pytest.raises(compat_errors.BadRequestError, match="Invalid interaction name"):
        client.interactions.get("nonsense")


def test_nano_banana_makes_jpegs_and_remembers_turns(server: Server, client: Client) -> None:
    shape = {"type": "image", "aspect_ratio": "9:16", "image_size": "1K", "mime_type": "image/jpeg"}
    model = "gemini-nano-banana-2.1"
    first = create(client, [image(), {"type": "text", "text": "Mira"}], model=model, response_format=shape)
    assert first.output_image is not None
    picture = Image.open(io.BytesIO(base64.b64decode(first.output_image.data or "")))
    assert (picture.format, picture.size) == ("JPEG", (768, 1376))
    second = create(client, "From behind.", model=model, response_format=shape, previous_interaction_id=first.id)
    assert second.output_image is not None
    assert second.output_image.data != first.output_image.data
    (charge,) = [c for c in server.control("charges")["charges"] if c["job"] == second.id]
    assert charge["usd"] == 0.0336
