"""The adapter against the simulator with a LiteLLM proxy between them: code that nobody here wrote judges both ends.

The proxy pins versions of its own, so it wants an environment of its own: install `litellm[proxy]` (1.109) there and
name its program in CHARKIT_LITELLM. Without that the tests are skipped, loudly.
"""

import os
import shutil
import socket
import subprocess
import time
from dataclasses import replace

import httpx2
import pytest
from pydantic import SecretStr

from charkit.errors import Ambiguous, Rejected
from charkit.providers import connect
from charkit.providers.base import Connection, Outcome, Role, VideoRequest
from tests.providers.conftest import Service

PROGRAM = os.environ.get("CHARKIT_LITELLM") or shutil.which("litellm")
KEY = "sk-loopback-0123456789"
START = 120.0
"""Seconds that the proxy may take to start; it imports for half a minute."""
CONFIG = """
model_list:
  - model_name: sora-2
    litellm_params: {{model: openai/sora-2, api_base: {simulator}/openai/v1, api_key: any}}
  - model_name: minimax-h3
    litellm_params: {{model: hosted_vllm/MiniMaxAI/MiniMax-H3, api_base: {simulator}/vllm/v1, api_key: any}}
  - model_name: broken
    litellm_params: {{model: openai/sora-2, api_base: {broken}, api_key: any}}
general_settings: {{master_key: {key}}}
"""
SORA = VideoRequest(model="sora-2", prompt="Waves.", seconds=4, width=1280, height=720)
H3 = VideoRequest(
    model="minimax-h3", prompt="<Picture 1> is Mira. <Picture 2> is Mira.", seconds=4, width=128, height=96, seed=7
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        PROGRAM is None,
        reason="SKIPPED: no LiteLLM proxy. Install litellm[proxy] and set CHARKIT_LITELLM to its program",
    ),
]


@pytest.fixture(scope="module")
def sick():
    """Yield a server that answers everything with 500 and counts."""
    running = Service()
    running.says({"error": {"message": "busy", "code": "server_error"}}, 500)
    yield running
    running.close()


@pytest.fixture(scope="module")
def proxy(simulator, sick, tmp_path_factory):
    """Start the proxy in front of the simulator; yield its base URL."""
    folder = tmp_path_factory.mktemp("litellm")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = folder / "proxy.yaml"
    config.write_text(CONFIG.format(simulator=simulator, broken=f"{sick.url}/v1", key=KEY))
    command = [PROGRAM, "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    base = f"http://127.0.0.1:{port}"
    try:
        _await(base, process)
        yield f"{base}/v1"
    finally:
        process.terminate()
        process.wait(20)


def _await(base, process):
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx2.get(f"{base}/health/liveliness", timeout=2)
        except httpx2.HTTPError:
            time.sleep(0.5)
        else:
            return
    pytest.fail("the proxy did not start")


@pytest.fixture
def through(proxy):
    def make(dialect):
        return connect(
            "openai-videos",
            Connection(endpoint="litellm", base_url=proxy, key=SecretStr(KEY), dialect=dialect, timeout=60),
        )

    return make


def arrived(simulator, mount):
    lines = httpx2.get(f"{simulator}/control/record").json()["requests"]
    return [line for line in lines if line["method"] == "POST" and line["path"] == f"/{mount}/v1/videos"]


def finished(adapter, remote_id):
    for _ in range(200):
        answer = adapter.poll(remote_id)
        if answer.outcome.terminal:
            return answer
        time.sleep(0.1)
    pytest.fail("the job never finished")


def test_a_first_frame_goes_through_to_dialect_a_and_the_clip_comes_back(simulator, through, reference):
    frame = reference(Role.FIRST_FRAME, size=(1280, 720))
    adapter = through("openai")
    job = adapter.submit(replace(SORA, references=(frame,)))
    assert [f["digest"] for f in arrived(simulator, "openai")[-1]["fields"] if "digest" in f] == [frame.blob.digest]
    assert finished(adapter, job.remote_id).outcome is Outcome.SUCCEEDED
    assert b"".join(adapter.fetch(job.remote_id))[4:8] == b"ftyp"


def test_refusals_keep_their_meaning_through_the_proxy(through):
    adapter = through("openai")
    at_once = adapter.submit(replace(SORA, prompt="Waves. [[refuse:input]]"))
    assert (at_once.outcome, at_once.stage) == (Outcome.REFUSED, "input")
    later = adapter.submit(replace(SORA, prompt="Waves. [[refuse:output]]"))
    assert finished(adapter, later.remote_id).outcome is Outcome.REFUSED


def test_every_reference_of_h3_goes_through_to_vllm_omni(simulator, through, reference):
    shown = tuple(reference(size=(300, 300), colour=colour) for colour in ("#111111", "#eeeeee"))
    adapter = through("hosted-vllm")
    job = adapter.submit(replace(H3, references=shown))
    line = arrived(simulator, "vllm")[-1]
    values = {field["name"]: field.get("value", field.get("digest")) for field in line["fields"]}
    assert [values[f"image_reference[{n}].image_url"] for n in (0, 1)] == [one.blob.digest for one in shown]
    assert values["extra_params"] == '{"task":"ref2va"}'
    assert (values["seed"], values["seconds"], values["size"], line["notes"]) == ("7", "4", "128x96", [])
    assert finished(adapter, job.remote_id).outcome is Outcome.SUCCEEDED
    assert b"".join(adapter.fetch(job.remote_id))[4:8] == b"ftyp"


def test_a_failed_job_of_vllm_omni_is_failed_through_the_proxy_and_not_asked_for_ever(through):
    adapter = through("hosted-vllm")
    job = adapter.submit(replace(H3, prompt="Waves. [[fail]]"))
    answer = finished(adapter, job.remote_id)
    assert (answer.outcome, answer.remote_id) == (Outcome.FAILED, job.remote_id)
    assert "internal reason" in answer.message


def test_files_that_the_proxy_would_lose_are_refused_by_the_server_and_not_drawn_without(through, reference):
    """The plain vLLM-Omni dialect sends repeated files, of which LiteLLM keeps one, as a word: hence hosted-vllm."""
    shown = tuple(reference(size=(300, 300), colour=colour) for colour in ("#111111", "#eeeeee"))
    with pytest.raises(Rejected, match="UploadFile"):
        through("vllm-omni").submit(replace(H3, references=shown))


def test_a_paid_post_that_meets_a_500_behind_the_proxy_is_sent_once(sick, through):
    """Without `x-litellm-num-retries: 0` the proxy sends it three times."""
    with pytest.raises(Ambiguous):
        through("openai").submit(replace(SORA, model="broken"))
    assert len(sick.posts) == 1
