from __future__ import annotations

import base64
import uuid
from typing import Any

import httpx2
import openai
import pytest

from tests.simulator.conftest import Server, png, until

KEY = {"Authorization": "Bearer any"}
TARGET = {"short_edge": 96, "aspect_ratio": "16:9", "duration_seconds": 4}
WAN = {"prompt": "Waves.", "seconds": 4, "size": "128x96"}


def post(server: Server, **request: Any) -> httpx2.Response:
    return httpx2.post(f"{server.url}/sglang/v1/videos", headers=KEY, **request)


def get(server: Server, path: str) -> httpx2.Response:
    return httpx2.get(f"{server.url}/sglang/v1/videos{path}", headers=KEY)


def ended(server: Server, job_id: str) -> dict[str, Any]:
    return until(lambda: get(server, f"/{job_id}").json(), lambda job: job["status"] in ("completed", "failed"))


def url(width: int = 300, height: int = 300, colour: str = "teal") -> str:
    return f"data:image/png;base64,{base64.b64encode(png(width, height, colour)).decode()}"


def shown(**change: Any) -> dict[str, Any]:
    return {"type": "image", "uri": url(), "role": "reference", **change}


def h3(server: Server, conditions: list[dict[str, Any]] | None = None, **change: Any) -> httpx2.Response:
    task = "ref2va" if conditions else "t2va"
    body = {"prompt": "<Picture 1> is Mira. Mira walks.", "task": task, "target": TARGET, **change}
    return post(server, json={**body, **({"conditions": conditions} if conditions else {})})


def test_ids_are_bare_and_no_answer_has_a_prompt(server: Server) -> None:
    accepted = post(server, json=WAN).json()
    uuid.UUID(accepted["id"])
    done = ended(server, accepted["id"])
    assert (done["seconds"], done["size"], done["progress"]) == ("4", "128x96", 100)
    listed = get(server, "?limit=1").json()["data"][0]
    assert listed["id"] == accepted["id"]
    assert all("prompt" not in job for job in (accepted, done, listed))


def test_a_variant_is_an_output_s_number(server: Server) -> None:
    job_id = ended(server, post(server, json=WAN).json()["id"])["id"]
    assert get(server, f"/{job_id}/content").headers["content-type"] == "video/mp4"
    assert get(server, f"/{job_id}/content?variant=0").status_code == 200
    answer = get(server, f"/{job_id}/content?variant=video")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Video variant video not found"})
    base = f"{server.url}/sglang/v1"
    with (
        openai.OpenAI(base_url=base, api_key="any", max_retries=0) as sdk,
        pytest.warns(DeprecationWarning),
        pytest.raises(openai.NotFoundError),
    ):
        sdk.videos.download_content(job_id, variant="video")


def test_a_failed_job_is_200_and_its_error_has_no_code(server: Server) -> None:
    failed = ended(server, post(server, json={**WAN, "prompt": "[[fail]]"}).json()["id"])
    assert failed["error"].keys() == {"message"}
    assert get(server, f"/{failed['id']}").status_code == 200
    assert get(server, f"/{failed['id']}/content").status_code == 404


def test_progress_stops_at_99_while_the_job_runs(server: Server) -> None:
    job_id = post(server, json={**WAN, "prompt": "[slow] Waves."}).json()["id"]
    seen = []
    until(lambda: seen.append(get(server, f"/{job_id}").json()) or seen[-1], lambda job: job["status"] == "completed")
    assert all(job["progress"] <= 99 for job in seen if job["status"] != "completed")
    assert seen[-1]["progress"] == 100


def test_a_deleted_job_answers_with_its_own_shape(server: Server) -> None:
    job_id = ended(server, post(server, json=WAN).json()["id"])["id"]
    answer = httpx2.delete(f"{server.url}/sglang/v1/videos/{job_id}", headers=KEY).json()
    assert answer["status"] == "deleted"
    assert "deleted" not in answer
    assert get(server, f"/{job_id}").status_code == 404


def test_h3_takes_conditions_in_order_and_lasts_17n_plus_5_frames(server: Server) -> None:
    two = [shown(), shown(uri=url(colour="red"))]
    prompt = "<Picture 1> is Mira. <Picture 2> is Fenn. Mira walks with Fenn."
    jobs = [ended(server, h3(server, order, prompt=prompt, seed=7).json()["id"]) for order in (two, two, two[::-1])]
    clips = [get(server, f"/{job['id']}/content").content for job in jobs]
    assert clips[0] == clips[1] != clips[2]
    charge = next(c for c in server.control("charges")["charges"] if c["job"] == jobs[0]["id"])
    assert (round(charge["seconds"] * 24), charge["size"]) == (107, "160x96")


def test_h3_may_be_asked_for_with_the_fields_in_extra_body(server: Server) -> None:
    body = {"prompt": "Waves.", "extra_body": {"task": "t2va", "target": TARGET}}
    assert post(server, json=body).status_code == 200
    missing = post(server, json={"prompt": "Waves.", "model": "MiniMaxAI/MiniMax-H3"})
    assert (missing.status_code, "task is required" in missing.json()["detail"]) == (400, True)


@pytest.mark.parametrize(
    ("conditions", "change", "words"),
    [
        (None, {"target": None}, "target is required"),
        (None, {"target": {**TARGET, "duration_seconds": 3}}, "[4, 15]"),
        (None, {"target": {**TARGET, "duration_seconds": "5"}}, "must be a number"),
        (None, {"target": {**TARGET, "aspect_ratio": "2:1"}}, "aspect_ratio"),
        (None, {"task": "i2v"}, "supported tasks"),
        (None, {"fps": 24}, "fps is not supported"),
        (None, {"negative_prompt": "rain"}, "negative_prompt is not supported"),
        (None, {"task": "ref2va"}, "at least one entry"),
        ([shown()], {"task": "t2va"}, "must be empty"),
        ([shown()], {"task": "fl2va"}, "does not allow"),
        ([shown(role="keyframe", frame_index=0)], {}, "at least one reference"),
        ([shown(role="keyframe", frame_index=5)], {"task": "fl2va"}, "frame_index"),
        ([shown(role="subject")], {}, "keyframe or reference"),
        ([shown(name="Mira")], {}, "unknown fields"),
        ([shown(uri=url(1280, 300))], {}, "[0.25, 4]"),
        ([shown(uri="https://example.org/a.png")], {}, "data URL"),
        ([shown()] * 10, {}, "at most 9"),
        (None, {"prompt": "[[refuse:input]]"}, "refused"),
    ],
)
def test_what_h3_refuses_is_a_400_with_a_detail(
    server: Server, conditions: list[dict[str, Any]] | None, change: dict[str, Any], words: str
) -> None:
    answer = h3(server, conditions, **change)
    assert answer.status_code == 400
    assert words in answer.json()["detail"]


def test_a_wide_sheet_that_vllm_omni_refuses_is_taken_here(server: Server) -> None:
    assert h3(server, [shown(uri=url(768, 256))]).status_code == 200


def test_keyframes_may_stand_alone_at_either_end(server: Server) -> None:
    for indices in ([0], [-1], [0, -1]):
        frames = [shown(role="keyframe", frame_index=index) for index in indices]
        assert h3(server, frames, task="fl2va", prompt="Mira.").status_code == 200


def test_the_other_model_takes_one_opening_frame_as_a_string_or_a_file(server: Server) -> None:
    assert post(server, json={**WAN, "reference_url": url()}).status_code == 200
    assert post(server, json={**WAN, "input_reference": {"image_url": url()}}).status_code == 400
    parts = [(name, (None, str(value))) for name, value in WAN.items()]
    two = [("input_reference", ("a.png", png(), "image/png")), ("input_reference", ("b.png", png(), "image/png"))]
    assert post(server, files=[*parts, *two]).status_code == 200
    assert "only the first image" in server.last_post("/sglang/v1/videos")["notes"][0]


def test_unknown_fields_are_ignored_and_recorded(server: Server) -> None:
    assert post(server, json={**WAN, "characters": [{"id": "c"}]}).status_code == 200
    assert server.last_post("/sglang/v1/videos")["notes"] == ["field 'characters' ignored"]
