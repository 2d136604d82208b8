from __future__ import annotations

import base64
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import openai
import psutil
import pytest
from openai.types import Video

from tests.simulator.conftest import Server, png, until

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.filterwarnings("ignore:The Sora API is scheduled:DeprecationWarning")

KEY = {"Authorization": "Bearer any"}


def create(server: Server, prompt: str) -> Video:
    body = {"prompt": prompt, "model": "sim-1", "size": "128x72", "seconds": "2"}
    return server.openai().post("/videos", body=body, cast_to=Video)


def finished(server: Server, video: Video) -> Video:
    client = server.openai()
    return until(lambda: client.videos.retrieve(video.id), lambda v: v.status in ("completed", "failed"))


def test_a_killed_servers_jobs_are_finished_by_the_next_one(make_server: Callable[..., Server]) -> None:
    first = make_server("--latency", "1")
    accepted = [create(first, f"Job {number}.") for number in range(3)]
    first.kill()
    second = make_server("--latency", "1")
    for video in accepted:
        done = finished(second, video)
        assert done.status == "completed"
        assert second.openai().videos.download_content(video.id).read()
    charges = second.control("charges")["charges"]
    assert [charge["job"] for charge in charges] == [video.id for video in accepted]
    assert second.control("health")["jobs"] == {"succeeded": 3}


def test_a_restarted_server_draws_the_same_bytes(make_server: Callable[..., Server]) -> None:
    first = make_server()
    video = finished(first, create(first, "The same."))
    before = first.openai().videos.download_content(video.id).read()
    assert first.stop() == 0
    for clip in (first.state / "results").glob("*.mp4"):
        clip.unlink()
    assert make_server().openai().videos.download_content(video.id).read() == before


def test_workers_do_not_outlive_a_killed_server(make_server: Callable[..., Server]) -> None:
    server = make_server()
    finished(server, create(server, "Workers are up."))
    workers = psutil.Process(server.process.pid).children(recursive=True)
    assert workers
    server.kill()
    assert psutil.wait_procs(workers, timeout=10)[1] == []


def test_a_server_leaves_with_its_parent_and_takes_its_workers_along(make_server: Callable[..., Server]) -> None:
    server = make_server()
    create(server, "[slow] Still being drawn.")
    time.sleep(0.3)
    workers = psutil.Process(server.process.pid).children(recursive=True)
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 5
    assert psutil.wait_procs(workers, timeout=5)[1] == []


def test_two_servers_do_not_share_a_state_directory(make_server: Callable[..., Server]) -> None:
    first = make_server()
    command = [sys.executable, "-m", "charkit.simulator", "--state", str(first.state), "--lock-timeout", "0"]
    second = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert second.returncode == 2
    assert "another simulator works in" in second.stderr


def test_a_taken_port_is_said_and_not_traced(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "charkit.simulator", "--state", str(tmp_path), "--port", port]
        outcome = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert outcome.returncode == 2
    assert "Traceback" not in outcome.stderr
    assert "in use" in outcome.stderr


def test_latency_is_a_least_time_during_which_progress_grows(make_server: Callable[..., Server]) -> None:
    server = make_server("--latency", "0.6")
    began = time.monotonic()
    video = create(server, "Slow on purpose.")
    seen = []
    client = server.openai()
    until(lambda: seen.append(client.videos.retrieve(video.id)) or seen[-1], lambda v: v.status == "completed")
    assert time.monotonic() - began >= 0.6
    progress = [video.progress for video in seen]
    assert progress == sorted(progress)
    assert any(0 < each < 100 for each in progress)
    assert progress[-1] == 100


def test_drift_knobs_reach_the_artist_and_do_not_share_a_cache(make_server: Callable[..., Server]) -> None:
    clips = []
    for drift in ("0.1", "0.9"):
        server = make_server("--drift-text", drift)
        clips.append(server.openai().videos.download_content(finished(server, create(server, "Drifting.")).id).read())
        server.stop()
    assert clips[0] != clips[1]


def test_identical_requests_are_drawn_once(make_server: Callable[..., Server]) -> None:
    server = make_server()
    videos = [create(server, "[slow] The same.") for _ in range(4)]
    began = time.monotonic()
    assert {finished(server, video).status for video in videos} == {"completed"}
    assert time.monotonic() - began < 3
    assert len(list((server.state / "results").glob("*.mp4"))) == 1


def test_an_unwritable_disk_is_an_error_in_the_wires_own_shape(make_server: Callable[..., Server]) -> None:
    server = make_server()
    inputs = server.state / "inputs"
    inputs.rmdir()
    inputs.write_text("in the way")
    body = {
        "model": "gpt-image-2",
        "prompt": "x",
        "images": [{"image_url": f"data:image/png;base64,{base64.b64encode(png()).decode()}"}],
    }
    answer = httpx2.post(f"{server.url}/openai/v1/images/edits", json=body, headers=KEY)
    assert answer.status_code == 500
    assert "could not store the request" in answer.json()["error"]["message"]
    assert server.control("charges")["charges"] == []


CONTRADICTION = (
    b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    b'--x\r\nContent-Disposition: form-data; name="a[b]"\r\n\r\n2\r\n--x--\r\n'
)


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b"{", "application/json", "could not parse the JSON"),
        (b"[]", "application/json", "expected an object"),
        (b"\xff\xfe", "application/json", "could not parse the JSON"),
        (b"[" * 100_000, "application/json", "could not parse the JSON"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=y", "multipart"),
        (b"anything", "multipart/form-data", "multipart"),
        (b"a", "text/plain", "prompt"),
        (
            CONTRADICTION,
            "multipart/form-data; boundary=x",
            "contradicts",
        ),
    ],
)
def test_a_bad_body_is_a_400_in_the_wires_own_shape(server: Server, content: bytes, kind: str, words: str) -> None:
    headers = {**KEY, "content-type": kind}
    answer = httpx2.post(f"{server.url}/openai/v1/videos", content=content, headers=headers)
    assert answer.status_code == 400
    assert words in answer.json()["error"]["message"]


def test_a_body_over_the_limit_is_a_413(server: Server) -> None:
    chunk = b"x" * 2**20
    headers = {**KEY, "content-type": "application/json"}
    answer = httpx2.post(
        f"{server.url}/openai/v1/videos", content=(chunk for _ in range(101)), headers=headers, timeout=20
    )
    assert answer.status_code == 413
    assert answer.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/openai/v1/nowhere", {"type": "invalid_request_error"}),
        ("/muse/v1/nowhere", {"type": "new_api_error"}),
        ("/google/v1/nowhere", {"status": "NOT_FOUND"}),
    ],
)
def test_an_unknown_path_is_a_404_in_the_wires_own_shape(server: Server, path: str, error: dict[str, str]) -> None:
    answer = httpx2.get(server.url + path, headers=KEY)
    assert answer.status_code == 404
    assert error.items() <= answer.json()["error"].items()


def test_only_loopback_names_are_answered(server: Server) -> None:
    answer = httpx2.get(f"{server.url}/control/health", headers={"host": "evil.example"})
    assert answer.status_code == 400


def test_the_record_counts_on_across_restarts_and_can_be_read_from_a_place(make_server: Callable[..., Server]) -> None:
    first = make_server()
    create(first, "One.")
    first.stop()
    second = make_server()
    create(second, "Two.")
    lines = second.control("record")["requests"]
    assert [line["seq"] for line in lines] == [1, 2]
    (newer,) = second.control("record?since=1")["requests"]
    assert {"name": "prompt", "value": "Two."} in newer["fields"]
    assert newer["job"].startswith("video_")


def test_standard_output_is_one_line_and_the_log_is_a_file(make_server: Callable[..., Server]) -> None:
    server = make_server()
    assert finished(server, create(server, "[break]")).status == "failed"
    out, err = server.process.communicate(timeout=10)  # closes standard input, so the server leaves
    assert (out, err, server.process.returncode) == ("", "", 0)
    assert "the brush broke" in (server.state / "simulator.log").read_text()


def test_a_client_that_hangs_up_leaves_the_job_running(make_server: Callable[..., Server]) -> None:
    server = make_server()
    body: dict[str, Any] = {"model": "gpt-image-2", "prompt": "[slow] Hung up.", "size": "1024x1024"}
    with pytest.raises(httpx2.TimeoutException):
        httpx2.post(f"{server.url}/openai/v1/images/generations", json=body, headers=KEY, timeout=0.3)
    assert until(lambda: server.control("health")["jobs"], lambda jobs: "running" not in jobs) == {"succeeded": 1}
    assert len(server.control("charges")["charges"]) == 1


def test_the_clients_error_classes_fit_the_answers(server: Server) -> None:
    with pytest.raises(openai.NotFoundError):
        server.openai().videos.retrieve("video_unknown")
