from __future__ import annotations

import json
from typing import Any

import httpx2
import openai
import pytest
from openai.types import Video

from tests.simulator.conftest import Server, png, until

KEY = {"Authorization": "Bearer any"}
REF = {"prompt": "<Picture 1> is Mira. Mira walks.", "seconds": "4", "extra_params": '{"task":"ref2va"}'}
SMALL = {"size": "128x96", "aspect_ratio": "4:3"}
MIRA = ("mira.png", png(300, 300), "image/png")


def post(server: Server, **request: Any) -> httpx2.Response:
    return httpx2.post(f"{server.url}/vllm/v1/videos", headers=KEY, **request)


def form(server: Server, files: list[tuple[str, Any]] | None = None, **fields: str) -> httpx2.Response:
    data = {**SMALL, "prompt": "Waves.", "seconds": "4", **fields}
    parts = [(name, (None, value)) for name, value in data.items()]
    return post(server, files=[*parts, *(files or [])])


def get(server: Server, path: str) -> httpx2.Response:
    return httpx2.get(f"{server.url}/vllm/v1/videos{path}", headers=KEY)


def ended(server: Server, job_id: str) -> httpx2.Response:
    return until(lambda: get(server, f"/{job_id}"), lambda r: r.json()["status"] in ("completed", "failed"))


def client(server: Server) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{server.url}/vllm/v1", api_key="any", max_retries=0)


def test_a_clip_lasts_17n_plus_5_frames_and_its_answers_keep_their_quirks(server: Server) -> None:
    accepted = form(server, seed="7").json()
    assert accepted["id"].startswith("video_gen_")
    assert (accepted["progress"], accepted["prompt"], accepted["seconds"]) == (0, "Waves.", "4")
    done = ended(server, accepted["id"]).json()
    assert (done["num_frames"], done["fps"], done["progress"], done["expires_at"]) == (107, 24, 100, None)
    clip = get(server, f"/{done['id']}/content?variant=thumbnail")
    assert clip.headers["content-type"] == "video/mp4"


def test_a_json_body_fails_validation_and_costs_nothing(server: Server) -> None:
    answer = post(server, json={"prompt": "Waves.", "seconds": "4"})
    assert answer.status_code == 400
    assert "Field required" in answer.json()["error"]["message"]


def test_unknown_form_fields_are_ignored_silently_and_recorded(server: Server) -> None:
    answer = form(server, [("image", MIRA)], characters='[{"id":"c"}]')
    assert answer.status_code == 200
    assert server.last_post("/vllm/v1/videos")["notes"] == ["field 'characters' ignored", "field 'image' ignored"]


def test_the_reference_that_the_sdk_sends_as_an_object_never_arrives(server: Server) -> None:
    """openai-video-wire 5: it goes out as `input_reference[image_url]`, and the clip is made from text alone."""
    body = {"input_reference": {"image_url": "data:image/png;base64,AAAA"}, **SMALL}
    with client(server) as sdk, pytest.warns(DeprecationWarning):
        job = sdk.videos.create(prompt="[[fail]]", seconds="4", extra_body=body)
    assert job.status == "queued"
    assert server.last_post("/vllm/v1/videos")["notes"] == ["field 'input_reference[...]' ignored"]


def test_references_bind_to_names_by_their_labels_and_come_back_as_one_clip(server: Server) -> None:
    two = [("input_references", MIRA), ("input_references", ("b.webp", png(300, 310), "image/png"))]
    prompt = "<Picture 1> is Mira. <Picture 2> is Fenn. Mira walks with Fenn."
    first = ended(server, form(server, two, **{**REF, "prompt": prompt}).json()["id"]).json()
    again = ended(server, form(server, two, **{**REF, "prompt": prompt}).json()["id"]).json()
    swapped = ended(server, form(server, two[::-1], **{**REF, "prompt": prompt}).json()["id"]).json()
    clips = [get(server, f"/{job['id']}/content").content for job in (first, again, swapped)]
    assert clips[0] == clips[1] != clips[2]
    sent = [field["file"] for field in server.last_post("/vllm/v1/videos")["fields"] if "file" in field]
    assert sent == ["b.webp", "mira.png"]


def test_pictures_without_the_task_word_are_frames(server: Server) -> None:
    three = [("input_references", MIRA)] * 3
    answer = form(server, three)
    assert (answer.status_code, "one or two images" in answer.text) == (400, True)
    assert form(server, three, **REF).status_code == 200


def test_an_upload_without_a_type_is_taken_for_a_video(server: Server) -> None:
    nameless = [("input_references", ("upload", png(300, 300), "application/octet-stream"))]
    assert "reference video" in form(server, nameless, **REF).json()["error"]["message"]
    named = [("input_references", ("upload.png", png(300, 300), "application/octet-stream"))]
    assert form(server, named, **REF).status_code == 200


@pytest.mark.parametrize(
    ("fields", "files", "words"),
    [
        ({"model": "sora-2"}, [], "Model mismatch: request specifies 'sora-2'"),
        ({"seconds": "3"}, [], "[4, 15]"),
        ({"seconds": "4.5"}, [], "pattern"),
        ({"aspect_ratio": "2:1"}, [], "aspect_ratio"),
        ({"aspect_ratio": ""}, [], "explicit aspect_ratio"),
        ({"size": "1280x128"}, [], "[1:4, 4:1]"),
        ({"extra_params": "[]"}, [], "JSON object"),
        ({"extra_params": "{"}, [], "Invalid JSON"),
        ({"extra_params": '{"task":"i2v"}'}, [], "unsupported"),
        (REF, [], "at least one"),
        (REF, [("input_references", MIRA)] * 10, "at most 9"),
        (REF, [("input_references", ("a.png", png(768, 256), "image/png"))], "[0.4, 2.5]"),
        (REF, [("input_references", ("a.png", png(128, 128), "image/png"))], "[256, 5760]"),
        (REF, [("input_references", MIRA), ("input_reference", MIRA)], "cannot be combined"),
        ({**REF, "image_reference": '{"file_id":"f"}'}, [], "not supported yet"),
        ({**REF, "image_reference": '{"image_url":"data:,","extra":1}'}, [], "image_url alone"),
        ({"prompt": "[[refuse:input]]"}, [], "refused"),
    ],
)
def test_a_bad_request_is_refused_in_vllm_s_words(
    server: Server, fields: dict[str, str], files: list[tuple[str, Any]], words: str
) -> None:
    before = len(server.control("charges")["charges"])
    answer = form(server, files, **fields)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["type"]) == (400, 400, "Bad Request")
    assert words in error["message"]
    assert len(server.control("charges")["charges"]) == before


def test_pictures_travel_as_a_json_list_of_urls_too(server: Server) -> None:
    import base64

    url = f"data:image/png;base64,{base64.b64encode(png(300, 300)).decode()}"
    answer = form(server, **REF, image_reference=json.dumps([{"image_url": url}]))
    assert answer.status_code == 200


def test_a_failed_job_is_an_http_error_on_get_and_not_in_the_list(server: Server) -> None:
    job_id = form(server, prompt="[[fail]]").json()["id"]
    failed = ended(server, job_id)
    assert failed.status_code == 500
    assert (failed.json()["status"], failed.json()["error"]["code"]) == ("failed", 500)
    with client(server) as sdk, pytest.raises(openai.InternalServerError) as caught:
        sdk.get(f"/videos/{job_id}", cast_to=Video)
    assert caught.value.response.json()["status"] == "failed"
    listed = get(server, "")
    assert listed.status_code == 200
    assert next(job for job in listed.json()["data"] if job["id"] == job_id)["prompt"] == "[[fail]]"
    assert get(server, f"/{job_id}/content").status_code == 422


def test_the_clip_of_a_running_job_is_not_there_yet_and_the_job_can_be_stopped(server: Server) -> None:
    job_id = form(server, prompt="[slow] Waves.").json()["id"]
    early = get(server, f"/{job_id}/content")
    assert (early.status_code, early.json()["error"]["message"]) == (404, "Generation is still in-progress")
    gone = httpx2.delete(f"{server.url}/vllm/v1/videos/{job_id}", headers=KEY)
    assert gone.json() == {"id": job_id, "deleted": True, "object": "video.deleted"}
    assert get(server, f"/{job_id}").status_code == 404


def test_a_page_of_the_list_is_as_long_as_asked_and_goes_on_after_a_job(server: Server) -> None:
    ids = [form(server, prompt=f"[[fail]] {n}").json()["id"] for n in range(3)]
    page = get(server, "?limit=2").json()
    assert [job["id"] for job in page["data"]] == ids[:0:-1]
    assert page["has_more"]
    assert get(server, f"?limit=1&after={ids[1]}").json()["data"][0]["id"] == ids[0]
    assert get(server, "?limit=101").status_code == 422


def test_the_sdk_reads_every_answer_as_its_own_type(server: Server) -> None:
    said = ended(server, form(server).json()["id"]).json()
    job = Video.model_validate({**said, "size": "1280x720"})  # its type knows Sora's four sizes alone
    assert (job.status, job.object) == ("completed", "video")


def test_without_seconds_a_clip_has_the_model_s_own_length_and_says_4(server: Server) -> None:
    accepted = form(server, prompt="[[fail]]", seconds="").json()
    assert accepted["seconds"] == "4"
    (charge,) = [c for c in server.control("charges")["charges"] if c["job"] == accepted["id"]]
    assert (charge["usd"], round(charge["seconds"] * 24)) == (0.0, 209)
