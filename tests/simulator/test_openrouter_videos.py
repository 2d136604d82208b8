from __future__ import annotations

import base64
from typing import Any

import httpx2
import pytest

from tests.simulator.conftest import Server, png, until

KEY = {"Authorization": "Bearer any"}
BODY = {"model": "minimax/h3", "prompt": "Waves.", "duration": 4, "size": "128x96"}


def post(server: Server, **request: Any) -> httpx2.Response:
    return httpx2.post(f"{server.url}/openrouter/v1/videos", headers=KEY, **request)


def ended(address: str) -> dict[str, Any]:
    return until(lambda: httpx2.get(address, headers=KEY).json(), lambda job: job["status"] in ("completed", "failed"))


def picture(**more: str) -> dict[str, Any]:
    url = f"data:image/png;base64,{base64.b64encode(png()).decode()}"
    return {"type": "image_url", "image_url": {"url": url}, **more}


def test_a_job_is_accepted_with_202_polled_at_its_address_and_fetched_with_the_key(server: Server) -> None:
    answer = post(server, json=BODY)
    accepted = answer.json()
    assert (answer.status_code, accepted["status"]) == (202, "pending")
    done = ended(accepted["polling_url"])
    assert done["usage"]["cost"] == pytest.approx(0.288)
    (address,) = done["unsigned_urls"]
    assert address.endswith("/content?index=0")
    assert httpx2.get(address).status_code == 401
    assert httpx2.get(address, headers=KEY).headers["content-type"] == "video/mp4"


def test_frames_win_over_references_without_a_word(server: Server) -> None:
    frames, references = [picture(frame_type="first_frame")], [picture(), picture()]
    alone = ended(post(server, json={**BODY, "frame_images": frames}).json()["polling_url"])
    both = ended(
        post(server, json={**BODY, "frame_images": frames, "input_references": references}).json()["polling_url"]
    )
    clips = [httpx2.get(job["unsigned_urls"][0], headers=KEY).content for job in (alone, both)]
    assert clips[0] == clips[1]
    assert server.last_post("/openrouter/v1/videos")["notes"] == ["2 input_references ignored beside frame_images"]


def test_names_of_resolution_and_aspect_become_pixels(server: Server) -> None:
    body = {name: value for name, value in BODY.items() if name != "size"}
    job = post(server, json={**body, "prompt": "[[fail]]", "resolution": "480p", "aspect_ratio": "9:16"}).json()
    charge = next(c for c in server.control("charges")["charges"] if c["job"] == job["id"])
    assert charge["size"] == "480x854"


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"duration": "4"}, 400, "expected number"),
        ({"duration": 3}, 400, "duration must be one of"),
        ({"model": "openai/sora-2"}, 400, "not a valid model"),
        ({"size": "", "resolution": "4K"}, 400, "not supported"),
        ({"frame_images": [picture(frame_type="middle")]}, 400, "first_frame or last_frame"),
        ({"input_references": [{"type": "video_url", "video_url": {"url": "x"}}]}, 400, "image_url"),
        ({"prompt": ""}, 400, "prompt"),
        ({"prompt": "[[refuse:input]]"}, 403, "moderation"),
    ],
)
def test_a_bad_request_is_refused_with_the_status_as_code(
    server: Server, change: dict[str, Any], status: int, words: str
) -> None:
    answer = post(server, json={**BODY, **change})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, status)
    assert words in answer.json()["error"]["message"]


def test_a_form_is_not_read(server: Server) -> None:
    assert post(server, files={"prompt": (None, "Waves.")}).status_code == 415


def test_a_failed_job_says_why_as_plain_text_and_there_is_no_list(server: Server) -> None:
    failed = ended(post(server, json={**BODY, "prompt": "[[refuse:output]]"}).json()["polling_url"])
    assert failed["error"] == "Your request was blocked by our moderation system."
    assert httpx2.get(f"{server.url}/openrouter/v1/videos", headers=KEY).status_code == 404


def test_the_models_say_what_they_take(server: Server) -> None:
    models = httpx2.get(f"{server.url}/openrouter/v1/videos/models", headers=KEY).json()["data"]
    assert {model["id"] for model in models} >= {"minimax/h3"}
    assert models[0]["supported_durations"] == list(range(4, 16))
