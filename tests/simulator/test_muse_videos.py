from __future__ import annotations

import base64
from typing import Any

import httpx2
import pytest

from tests.simulator.conftest import Server, png, until

KEY = {"Authorization": "Bearer any"}


def post(server: Server, **request: Any) -> httpx2.Response:
    return httpx2.post(f"{server.url}/muse/v1/videos", headers=KEY, **request)


def get(server: Server, path: str, **headers: str) -> httpx2.Response:
    return httpx2.get(f"{server.url}/muse/v1/videos/{path}", headers=headers or KEY)


def finished(server: Server, job_id: str) -> dict[str, Any]:
    return until(lambda: get(server, job_id).json(), lambda job: job["status"] in ("completed", "failed"))


def data_url(colour: str) -> str:
    return f"data:image/png;base64,{base64.b64encode(png(colour=colour)).decode()}"


def test_a_finished_clip_can_be_fetched_without_a_key_from_its_address(server: Server) -> None:
    accepted = post(server, json={"model": "muse-video", "prompt": "Waves.", "seconds": 5, "size": "160x90"}).json()
    assert (accepted["status"], accepted["seconds"]) == ("queued", "5")
    assert "video_url" not in accepted
    done = finished(server, accepted["task_id"])
    anonymous = httpx2.get(done["video_url"])
    assert anonymous.headers["content-type"] == "video/mp4"
    assert anonymous.content == get(server, f"{done['id']}/content").content
    assert httpx2.get(f"{server.url}/muse/v1/videos/{done['id']}").status_code == 401


def test_frames_come_as_data_urls_or_as_files(server: Server) -> None:
    urls = {"prompt": "x", "size": "160x90", "image": data_url("red"), "last_frame": data_url("blue")}
    first = finished(server, post(server, json=urls).json()["id"])
    files = {
        "input_reference": ("first.png", png(colour="red"), "image/png"),
        "last_frame": ("last.png", png(colour="blue"), "image/png"),
    }
    second = finished(server, post(server, data={"prompt": "x", "size": "160x90"}, files=files).json()["id"])
    assert httpx2.get(first["video_url"]).content == httpx2.get(second["video_url"]).content
    sent = {f["name"]: f["digest"] for f in server.last_post("/videos")["fields"] if "digest" in f}
    assert sent.keys() == {"input_reference", "last_frame"}


def test_unknown_fields_are_ignored_as_gateways_do_and_only_the_record_says_so(server: Server) -> None:
    answer = post(server, json={"prompt": "x", "size": "160x90", "reference_images": ["a"], "characters": []})
    assert answer.status_code == 200
    assert server.last_post("/videos")["notes"] == [
        "field 'reference_images' ignored",
        "field 'characters' ignored",
    ]


@pytest.mark.parametrize(
    ("fields", "seconds", "size"),
    [
        ({}, "10", "1280x720"),
        ({"aspect_ratio": "9:16", "seconds": "8"}, "8", "720x1280"),
        ({"model": "muse-video-20s"}, "20", "1280x720"),
        ({"model": "muse-video-60s", "seconds": 60, "size": "720x1280"}, "60", "720x1280"),
    ],
)
def test_length_and_shape_follow_the_gateways_page(
    server: Server, fields: dict[str, Any], seconds: str, size: str
) -> None:
    # The fault keeps the simulator from drawing a minute of film that nobody looks at.
    answer = post(server, json={"prompt": "[[fail]]", **fields}).json()
    assert (answer["seconds"], answer["size"]) == (seconds, size)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"prompt": "x", "seconds": 7}, 400),
        ({"prompt": "x", "model": "muse-video-20s", "seconds": 10}, 400),
        ({"prompt": "x", "model": "sora-2"}, 503),
        ({"prompt": "x", "aspect_ratio": "2:1"}, 400),
        ({"prompt": "x", "size": "wide"}, 400),
        ({"prompt": "x", "last_frame": data_url("red")}, 400),
        ({"prompt": "x", "image": "https://example.org/a.png"}, 400),
        ({"prompt": "x", "image": data_url("red"), "input_reference": data_url("red")}, 400),
        ({"prompt": "[[refuse:input]]"}, 400),
        ({}, 400),
    ],
)
def test_bad_requests_are_refused_before_anything_is_charged(
    server: Server, fields: dict[str, Any], status: int
) -> None:
    before = len(server.control("charges")["charges"])
    answer = post(server, json=fields)
    assert (answer.status_code, answer.json()["error"]["type"]) == (status, "new_api_error")
    assert len(server.control("charges")["charges"]) == before


def test_a_failed_task_is_charged_at_creation_and_refunded(server: Server) -> None:
    failed = finished(
        server, post(server, json={"prompt": "[[refuse:output]]", "model": "muse-video-30s"}).json()["id"]
    )
    assert failed["error"]["code"] == "moderation_blocked"
    assert "video_url" not in failed
    (charge,) = [c for c in server.control("charges")["charges"] if c["job"] == failed["id"]]
    assert (charge["usd"], charge["refunded"]) == (0.80, True)
    assert get(server, f"{failed['id']}/content").status_code == 400
