"""The adapter against the simulator with a LiteLLM proxy between them: code that nobody here wrote judges both ends.

The proxy pins versions of its own, so it wants an environment of its own: install the dependency group `outside` there
and name its program in CHARKIT_LITELLM. Without that the tests are skipped, loudly.

What LiteLLM 1.109.1 does on its Gemini route (`llms/gemini/videos/transformation.py`), which its tests here hold fast:

* a running job is `processing`, a word of relays and not of OpenAI, so the relays' dialects can read it;
* a picture is carried as an uploaded file only, which the relays' dialects do not send;
* a clip is fetched from whatever address the operation names, not from api_base, and the key goes with it;
* a filtered clip is HTTP 500 on every look, with Google's reason cut short in the text; a failed job is `completed`.
"""

import os
import shutil
import socket
import subprocess
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest
from pydantic import SecretStr

from charkit.errors import Ambiguous, Rejected, Unavailable
from charkit.providers import connect
from charkit.providers.base import Connection, Outcome, Role, VideoRequest
from tests.providers.conftest import Service

PROGRAM = os.environ.get("CHARKIT_LITELLM") or shutil.which("litellm")
KEY = "sk-loopback-0123456789"
GOOGLE_KEY = "loopback-google-0123456789"
START = 120.0
"""Seconds that the proxy may take to start; it imports for half a minute."""
# A second entry for one Gemini model would not do: looks and downloads go to the entry that is named like the model.
CONFIG = """
model_list:
  - model_name: sora-2
    litellm_params: {{model: openai/sora-2, api_base: {simulator}/openai/v1, api_key: any}}
  - model_name: minimax-h3
    litellm_params: {{model: hosted_vllm/MiniMaxAI/MiniMax-H3, api_base: {simulator}/vllm/v1, api_key: any}}
  - model_name: veo-3.1-generate-preview
    litellm_params: {{model: gemini/veo-3.1-generate-preview, api_base: {simulator}/google, api_key: any}}
  - model_name: veo-3.1-fast-generate-preview
    litellm_params: {{model: gemini/veo-3.1-fast-generate-preview, api_base: {gateway}/google, api_key: {google_key}}}
  - model_name: broken
    litellm_params: {{model: openai/sora-2, api_base: {broken}, api_key: any}}
general_settings: {{master_key: {key}}}
"""
SORA = VideoRequest(model="sora-2", prompt="Waves.", seconds=4, width=1280, height=720)
H3 = VideoRequest(
    model="minimax-h3", prompt="<Picture 1> is Mira. <Picture 2> is Mira.", seconds=4, width=128, height=96, seed=7
)
VEO = VideoRequest(model="veo-3.1-generate-preview", prompt="Waves.", seconds=4, width=1280, height=720)
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


class Gateway:
    """The simulator's Gemini API under another host, which names a place of its own, outside api_base, for the clips.

    The simulator names Google's host, as Google does; LiteLLM would go there.
    """

    def __init__(self, simulator):
        self.simulator = simulator
        self.downloads = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def passed_on(self, method, path, key, body):
        if path.startswith("/clips/"):
            self.downloads.append((path, key))
        headers = {"Content-Type": "application/json", "x-goog-api-key": key}
        address = self.simulator + path.replace("/clips/", "/google/", 1)
        answer = httpx2.request(method, address, content=body, headers=headers, timeout=30)
        own = f"{self.url}/clips".encode()
        return answer, answer.content.replace(b"https://generativelanguage.googleapis.com", own)

    def _handler(self):
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                key = self.headers.get("x-goog-api-key", "")
                answer, content = gateway.passed_on(self.command, self.path, key, body)
                self.send_response(answer.status_code)
                self.send_header("Content-Type", answer.headers["content-type"])
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET  # noqa: N815 - the names that http.server looks for

            def log_message(self, *_):
                pass

        return Handler


@pytest.fixture(scope="module")
def gateway(simulator):
    """Yield a gateway in front of the simulator's Gemini API."""
    running = Gateway(simulator)
    yield running
    running.close()


@pytest.fixture(scope="module")
def proxy(simulator, sick, gateway, tmp_path_factory):
    """Start the proxy in front of the simulator; yield its base URL."""
    folder = tmp_path_factory.mktemp("litellm")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = folder / "proxy.yaml"
    places = {"simulator": simulator, "broken": f"{sick.url}/v1", "gateway": gateway.url}
    config.write_text(CONFIG.format(**places, key=KEY, google_key=GOOGLE_KEY))
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


def ordered(simulator):
    """Return the Veo orders that the simulator got."""
    lines = httpx2.get(f"{simulator}/control/record").json()["requests"]
    return [line for line in lines if line["method"] == "POST" and line["path"].endswith(":predictLongRunning")]


def told(line):
    return {field["name"]: field.get("digest", field.get("value")) for field in line["fields"]}


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


def test_a_clip_from_text_goes_through_to_the_retired_shape_of_veo(simulator, through):
    adapter = through("new-api")
    before = len(ordered(simulator))
    job = adapter.submit(VEO)
    (line,) = ordered(simulator)[before:]
    assert line["path"] == "/google/v1beta/models/veo-3.1-generate-preview:predictLongRunning"
    assert (line["keyed"], line["notes"]) == (True, [])
    assert told(line) == {
        "instances[0].prompt": "Waves.",
        "parameters.aspectRatio": "16:9",
        "parameters.durationSeconds": 4,
        "parameters.resolution": "720p",
    }
    assert job.outcome is Outcome.RUNNING
    assert finished(adapter, job.remote_id).outcome is Outcome.SUCCEEDED


def test_the_clip_of_veo_comes_from_the_address_that_the_operation_names_and_the_key_goes_there(gateway, through):
    adapter = through("new-api")
    job = adapter.submit(replace(VEO, model="veo-3.1-fast-generate-preview"))
    assert finished(adapter, job.remote_id).outcome is Outcome.SUCCEEDED
    assert b"".join(adapter.fetch(job.remote_id))[4:8] == b"ftyp"
    ((path, key),) = gateway.downloads
    assert path.startswith("/clips/v1beta/files/")
    assert key == GOOGLE_KEY


def test_a_first_frame_reaches_veo_from_openais_dialect_which_then_cannot_read_the_answer(
    simulator, through, reference
):
    """The order stands and its id is kept, so the clip is not lost and not ordered twice."""
    frame = reference(Role.FIRST_FRAME, size=(1280, 720))
    before = len(ordered(simulator))
    with pytest.raises(Ambiguous, match="processing") as unclear:
        through("openai").submit(replace(VEO, references=(frame,)))
    (line,) = ordered(simulator)[before:]
    assert told(line) == {
        "instances[0].prompt": "Waves.",
        "instances[0].image.bytesBase64Encoded": frame.blob.digest,
        "instances[0].image.mimeType": frame.blob.media_type,
        "parameters.aspectRatio": "16:9",
        "parameters.durationSeconds": 4,
        "parameters.resolution": "720p",
    }
    assert finished(through("new-api"), unclear.value.remote_id).outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize("dialect", ["new-api", "new-api-input-reference"])
def test_a_frame_that_is_no_file_stops_at_the_proxy_and_no_clip_is_made_without(simulator, through, reference, dialect):
    frame = reference(Role.FIRST_FRAME, size=(1280, 720))
    before = len(ordered(simulator))
    with pytest.raises(Rejected, match="no attribute 'read'"):
        through(dialect).submit(replace(VEO, references=(frame,)))
    assert len(ordered(simulator)) == before


def test_a_prompt_that_veo_refuses_is_rejected_in_googles_words(through):
    with pytest.raises(Rejected, match=r"violates the usage guidelines.*58061214"):
        through("new-api").submit(replace(VEO, prompt="Waves. [[refuse:input]]"))


def test_a_clip_that_veo_filtered_is_never_a_success_and_says_googles_code(through):
    """The proxy cannot read an operation without a clip: every look is an error, with the cause inside."""
    adapter = through("new-api")
    job = adapter.submit(replace(VEO, prompt="Waves. [[refuse:output]]"))
    with pytest.raises(Unavailable, match=r"raiMediaFilteredCount.*42237218") as lost:
        finished(adapter, job.remote_id)
    assert lost.value.remote_id == job.remote_id


def test_a_failed_job_of_veo_that_the_proxy_calls_completed_gives_no_clip(through):
    adapter = through("new-api")
    job = adapter.submit(replace(VEO, prompt="Waves. [[fail]]"))
    assert finished(adapter, job.remote_id).outcome is Outcome.SUCCEEDED
    with pytest.raises(Unavailable, match="No response data in completed operation"):
        next(adapter.fetch(job.remote_id))
