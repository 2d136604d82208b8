from __future__ import annotations

import base64
import io
import math
from typing import TYPE_CHECKING, Any

import av
import httpx2
import openai
import pytest
from openai.types import Video
from PIL import Image

from tests.simulator.conftest import Server, png, until

if TYPE_CHECKING:
    from openai import OpenAI

pytestmark = pytest.mark.filterwarnings("ignore:The Sora API is scheduled:DeprecationWarning")


@pytest.fixture
def client(server: Server) -> OpenAI:
    return server.openai()


def finished(client: OpenAI, video: Video) -> Video:
    return until(lambda: client.videos.retrieve(video.id), lambda v: v.status in ("completed", "failed"))


def made(client: OpenAI, prompt: str, **more: Any) -> Video:
    """Make a clip; of a size that only simulated models make, to be quick."""
    body = {"prompt": prompt, "model": "sim-1", "size": "128x72", "seconds": "4", **more}
    return finished(client, client.post("/videos", body=body, cast_to=Video))


def body_of(error: openai.APIStatusError) -> dict[str, Any]:
    return error.response.json()["error"]


def test_a_text_clip_goes_from_queued_to_an_mp4_of_the_asked_shape(client: OpenAI) -> None:
    video = client.videos.create(prompt="A lantern.", model="sora-2", seconds="8", size="1280x720")
    assert (video.object, video.status, video.progress) == ("video", "queued", 0)
    assert video.to_dict().keys() >= {"completed_at", "expires_at", "error", "remixed_from_video_id"}
    done = finished(client, video)
    assert (done.status, done.progress, done.seconds, done.size) == ("completed", 100, "8", "1280x720")
    assert done.prompt == "A lantern."
    assert done.completed_at is not None
    assert done.expires_at == done.completed_at + 3600
    with av.open(io.BytesIO(client.videos.download_content(video.id).read())) as clip:
        stream = clip.streams.video[0]
        assert (stream.width, stream.height) == (1280, 720)


def test_the_sdk_polls_to_the_end_by_itself(client: OpenAI) -> None:
    assert client.videos.create_and_poll(prompt="Quick.", seconds="4").status == "completed"


def test_defaults_are_those_of_the_documentation(client: OpenAI) -> None:
    video = client.videos.create(prompt="Only words.")
    assert (video.model, video.seconds, video.size) == ("sora-2", "4", "720x1280")


def test_every_variant_has_its_own_format(client: OpenAI) -> None:
    video = made(client, "Variants.")
    formats = {}
    for variant in ("thumbnail", "spritesheet"):
        data = client.videos.download_content(video.id, variant=variant).read()
        formats[variant] = Image.open(io.BytesIO(data)).format
    assert formats == {"thumbnail": "WEBP", "spritesheet": "JPEG"}


def test_the_same_request_gives_the_same_bytes_and_another_seed_of_words_does_not(client: OpenAI) -> None:
    first, again, other = (
        client.videos.download_content(made(client, prompt).id).read() for prompt in ("Same.", "Same.", "Other.")
    )
    assert first == again
    assert first != other


def test_a_file_of_the_exact_size_becomes_the_opening_frame_and_is_recorded(server: Server, client: OpenAI) -> None:
    data = png(1280, 720)
    client.videos.create(prompt="A picture.", size="1280x720", input_reference=("open.png", data, "image/png"))
    line = server.last_post("/videos")
    (reference,) = [f for f in line["fields"] if f["name"] == "input_reference"]
    assert line["encoding"] == "multipart"
    assert (reference["file"], reference["type"], reference["size"]) == ("open.png", "image/png", len(data))
    assert reference["digest"].startswith("sha256:")


@pytest.mark.parametrize("where", ["data URL", "file id"])
def test_json_references_work_as_documented(client: OpenAI, where: str) -> None:
    data = png(1280, 720)
    if where == "data URL":
        reference = {"image_url": f"data:image/png;base64,{base64.b64encode(data).decode()}"}
    else:
        reference = {"file_id": client.files.create(file=("a.png", data, "image/png"), purpose="vision").id}
    body = {"prompt": "Json.", "size": "1280x720", "input_reference": reference}
    assert client.post("/videos", body=body, cast_to=Video).status == "queued"


def test_a_reference_of_another_size_is_refused_in_the_documented_words(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        client.videos.create(prompt="x", size="1280x720", input_reference=("a.png", png(1280, 704), "image/png"))
    assert body_of(refused.value) == {
        "message": "Inpaint image must match the requested width and height",
        "type": "invalid_request_error",
        "param": None,
        "code": None,
    }


@pytest.mark.parametrize(
    ("body", "status", "code", "words"),
    [
        ({"prompt": "x", "input_reference": "http://a/b.png"}, 400, "invalid_type", "expected an object"),
        ({"prompt": "x", "input_reference": {}}, 400, "invalid_value", "exactly one"),
        ({"prompt": "x", "seconds": 8}, 400, "invalid_type", "an integer"),
        ({"prompt": "x", "seconds": "5"}, 400, "invalid_value", "'4', '8'"),
        ({"prompt": "x", "size": "640x360"}, 400, "invalid_value", "1280x720"),
        ({"prompt": "x", "model": "sora-2", "size": "1920x1080"}, 400, "invalid_value", "Supported values"),
        ({"prompt": "x", "model": "veo-3"}, 404, "model_not_found", "veo-3"),
        ({"prompt": "x", "seed": 7}, 400, "unknown_parameter", "seed"),
        ({"prompt": ""}, 400, "missing_required_parameter", "prompt"),
        ({"prompt": "x" * 32_001}, 400, "string_above_max_length", "32000"),
        ({"prompt": "x", "characters": [{"id": "char_none"}]}, 400, None, "char_none"),
        ({"prompt": "x", "characters": [{"id": "a"}] * 3}, 400, "array_above_max_length", "2"),
    ],
)
def test_bad_requests_are_told_what_is_wrong(
    client: OpenAI, body: dict[str, Any], status: int, code: str | None, words: str
) -> None:
    with pytest.raises(openai.APIStatusError) as refused:
        client.post("/videos", body=body, cast_to=Video)
    assert (refused.value.status_code, body_of(refused.value)["code"]) == (status, code)
    assert words in body_of(refused.value)["message"]


def test_pro_models_make_1080p_and_simulated_models_make_drafts(client: OpenAI) -> None:
    body = {"prompt": "x", "model": "sora-2-pro", "size": "1920x1080", "seconds": "20"}
    assert client.post("/videos", body=body, cast_to=Video).size == "1920x1080"
    draft = {"prompt": "x", "model": "sim-1", "size": "640x360", "seconds": "5"}
    assert client.post("/videos", body=draft, cast_to=Video).seconds == "5"


def test_remix_edit_and_extension_go_on_from_a_finished_clip(client: OpenAI) -> None:
    source = made(client, "The source.")
    remix = finished(client, client.videos.remix(source.id, prompt="At night."))
    assert remix.remixed_from_video_id == source.id
    edit = client.post("/videos/edits", body={"prompt": "Rain.", "video": {"id": source.id}}, cast_to=Video)
    assert finished(client, edit).seconds == "4"
    body = {"prompt": "She runs.", "seconds": "8", "video": {"id": source.id}}
    longer = finished(client, client.post("/videos/extensions", body=body, cast_to=Video))
    assert (longer.status, longer.seconds) == ("completed", "12")


@pytest.mark.thorough
def test_a_clip_cannot_be_extended_beyond_120_seconds(client: OpenAI) -> None:
    clip = made(client, "Long.", seconds="20")
    for total in ("40", "60", "80", "100", "120"):
        body = {"prompt": "On.", "seconds": "20", "video": {"id": clip.id}}
        clip = finished(client, client.post("/videos/extensions", body=body, cast_to=Video))
        assert clip.seconds == total
    with pytest.raises(openai.BadRequestError, match="120 seconds"):
        client.post("/videos/extensions", body={**body, "video": {"id": clip.id}}, cast_to=Video)


def test_the_list_pages_newest_first_and_can_be_turned_round(client: OpenAI) -> None:
    ids = [client.videos.create(prompt=f"Listed {number}.").id for number in range(3)]
    newest = client.videos.list(limit=3)
    assert [video.id for video in newest.data] == ids[::-1]
    assert newest.has_more
    assert newest.data[0].prompt == "Listed 2."
    assert [video.id for video in client.videos.list(after=ids[2], limit=2).data] == [ids[1], ids[0]]
    assert client.videos.list(order="asc", limit=1).data[0].id not in ids


def test_a_deleted_clip_is_gone_and_a_running_one_cannot_be_deleted(client: OpenAI) -> None:
    video = made(client, "To be deleted.")
    gone = client.videos.delete(video.id)
    assert (gone.deleted, gone.object) == (True, "video.deleted")
    with pytest.raises(openai.NotFoundError):
        client.videos.retrieve(video.id)
    running = client.videos.create(prompt="[slow] Still running.")
    with pytest.raises(openai.BadRequestError):
        client.videos.delete(running.id)
    with pytest.raises(openai.NotFoundError):
        client.videos.download_content(running.id)


def test_refusals_and_failures_on_request_come_in_their_documented_shapes(server: Server, client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        client.videos.create(prompt="[[refuse:input]]")
    assert body_of(refused.value)["code"] == "sentinel_block"
    blocked = made(client, "[[refuse:output]]")
    assert (blocked.status, blocked.error and blocked.error.code) == ("failed", "moderation_blocked")
    failed = made(client, "[[fail]]")
    assert (failed.status, failed.error and failed.error.code) == ("failed", "internal_error")
    refunded = {c["job"]: c["refunded"] for c in server.control("charges")["charges"]}
    assert refunded[blocked.id]
    assert refunded[failed.id]


def test_a_failing_drawing_fails_the_job_and_not_the_server(client: OpenAI) -> None:
    failed = made(client, "[break]")
    assert failed.error is not None
    assert "the brush broke" in failed.error.message
    full = made(client, "[full]")
    assert full.error is not None
    assert "no space left" in full.error.message


def test_a_dying_worker_fails_only_its_own_job(client: OpenAI) -> None:
    dying, other = client.videos.create(prompt="[die]"), client.videos.create(prompt="An innocent.")
    assert finished(client, dying).status == "failed"
    assert finished(client, other).status == "completed"


def test_charges_carry_the_list_price(server: Server, client: OpenAI) -> None:
    video = client.videos.create(prompt="Priced.", model="sora-2-pro", seconds="12", size="1792x1024")
    (charge,) = [c for c in server.control("charges")["charges"] if c["job"] == video.id]
    assert math.isclose(charge["usd"], 12 * 0.50)
    assert (charge["model"], charge["seconds"], charge["size"]) == ("sora-2-pro", 12.0, "1792x1024")


def test_no_key_no_answer_and_no_key_in_the_record(server: Server) -> None:
    answer = httpx2.post(f"{server.url}/openai/v1/videos", json={"prompt": "x"})
    assert (answer.status_code, answer.json()["error"]["type"]) == (401, "invalid_request_error")
    httpx2.get(f"{server.url}/openai/v1/models", headers={"Authorization": "Bearer sk-secret"})
    assert "sk-secret" not in (server.state / "record.jsonl").read_text()
