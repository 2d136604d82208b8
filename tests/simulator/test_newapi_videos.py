from __future__ import annotations

import base64
from typing import Any

import httpx2
import pytest

from tests.simulator.conftest import Server, png, until

KEY = {"Authorization": "Bearer any"}
BODY = {"model": "sora-2", "prompt": "Waves.", "seconds": "2", "size": "128x96"}
URL = f"data:image/png;base64,{base64.b64encode(png()).decode()}"


def post(server: Server, **request: Any) -> httpx2.Response:
    return httpx2.post(f"{server.url}/newapi/v1/videos", headers=KEY, **request)


def get(server: Server, path: str) -> httpx2.Response:
    return httpx2.get(f"{server.url}/newapi/v1/videos/{path}", headers=KEY)


def ended(server: Server, job_id: str) -> dict[str, Any]:
    return until(lambda: get(server, job_id).json(), lambda job: job["status"] in ("succeeded", "failure"))


def test_words_progress_and_address_are_the_relay_s_own(server: Server) -> None:
    accepted = post(server, json=BODY).json()
    assert (accepted["object"], accepted["status"], accepted["progress"]) == ("video.generation", "SUBMITTED", "0%")
    assert accepted["id"] == accepted["task_id"]
    done = ended(server, accepted["id"])
    assert done["progress"] == "100%"
    assert httpx2.get(done["video_url"]).content == get(server, f"{done['id']}/content").content


def test_length_and_picture_may_have_any_of_their_names(server: Server) -> None:
    bodies = [{**BODY, "image": URL}, {**BODY, "input_reference": URL}]
    jobs = [ended(server, post(server, json=body).json()["id"]) for body in bodies]
    parts = [(name, (None, value)) for name, value in BODY.items()]
    file = ("input_reference", ("a.png", png(), "image/png"))
    jobs.append(ended(server, post(server, files=[*parts, file]).json()["id"]))
    jobs.append(ended(server, post(server, json={**BODY, "seconds": None, "duration": 2, "image": URL}).json()["id"]))
    assert len({httpx2.get(job["video_url"]).content for job in jobs}) == 1
    assert post(server, json={**BODY, "images": [URL, URL]}).status_code == 200


def test_a_strange_status_comes_while_the_job_runs_and_not_after(server: Server) -> None:
    accepted = post(server, json={**BODY, "prompt": "[[status:marinating]] [slow]"}).json()
    assert accepted["status"].lower() == "marinating"
    assert ended(server, accepted["id"])["status"] == "succeeded"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seconds": "61"}, "1 to 60"),
        ({"duration": 5}, "1 to 60"),
        ({"size": "wide"}, "size"),
        ({"image": URL, "images": [URL]}, "give one of"),
        ({"image": {"url": URL}}, "a file, a URL or a data URL"),
        ({"prompt": ""}, "prompt"),
    ],
)
def test_a_bad_request_is_refused_in_the_relay_s_shape(server: Server, change: dict[str, Any], words: str) -> None:
    answer = post(server, json={**BODY, **change})
    assert answer.status_code == 400
    assert words in answer.json()["message"]
    assert "error" not in answer.json()


def test_a_refusal_and_a_failure_are_told_by_their_codes(server: Server) -> None:
    at_once = post(server, json={**BODY, "prompt": "[[refuse:input]]"})
    assert (at_once.status_code, at_once.json()["code"]) == (400, "moderation_blocked")
    failed = ended(server, post(server, json={**BODY, "prompt": "[[refuse:output]]"}).json()["id"])
    assert failed["error"]["code"] == "moderation_blocked"
    assert get(server, f"{failed['id']}/content").status_code == 400
