"""The adapter against the simulated servers of `/v1/videos`: whole jobs, and what arrived beside what was sent."""

import time
from dataclasses import dataclass, replace

import httpx2
import pytest

from charkit.errors import Ambiguous, BadResponse, Rejected, UnsupportedRequest
from charkit.providers.base import Billing, Outcome, Role, VideoRequest

WAVES = VideoRequest(model="", prompt="Waves.", seconds=4, width=128, height=96)
LABELLED = "<Picture 1> is Mira. <Picture 2> is Mira. Mira walks."


@dataclass(frozen=True)
class Server:
    """One simulated server and a request that it takes with references, or else with a first frame."""

    mount: str
    dialect: str
    request: VideoRequest
    roles: tuple[Role, ...] = (Role.CHARACTER, Role.CHARACTER)
    lists: bool = False
    refuses: bool = True

    def __str__(self):
        return self.dialect


H3 = replace(WAVES, model="MiniMaxAI/MiniMax-H3", prompt=LABELLED)
SERVERS = [
    Server("openrouter", "openrouter", replace(WAVES, model="minimax/h3", seed=7)),
    Server("vllm", "vllm-omni", replace(H3, seed=7), lists=True, refuses=False),
    Server("vllm", "hosted-vllm", replace(H3, seed=7), refuses=False),
    Server("sglang", "sglang", replace(H3, seed=7, width=1344, height=768), lists=True, refuses=False),
    Server("newapi", "new-api", replace(WAVES, model="sora-2"), (Role.FIRST_FRAME,)),
    Server("newapi", "new-api-input-reference", replace(WAVES, model="sora-2"), (Role.FIRST_FRAME,)),
    Server("newapi", "new-api-images", replace(WAVES, model="sora-2")),
]
each_server = pytest.mark.parametrize("server", SERVERS, ids=str)


@pytest.fixture
def adapter(server, simulator, connected):
    return connected("openai-videos", f"{simulator}/{server.mount}/v1", dialect=server.dialect, timeout=30)


@pytest.fixture
def arrived(server, simulator):
    """Return the record of the newest POST to the server."""

    def newest():
        lines = httpx2.get(f"{simulator}/control/record").json()["requests"]
        return [line for line in lines if line["method"] == "POST" and f"/{server.mount}/" in line["path"]][-1]

    return newest


def finished(adapter, remote_id):
    for _ in range(400):
        answer = adapter.poll(remote_id)
        if answer.outcome.terminal:
            return answer
        time.sleep(0.05)
    pytest.fail("the simulator never finished")


@each_server
def test_a_whole_job_with_pictures_all_of_which_arrive(server, adapter, arrived, reference):
    colours = ("#123456", "#fedcba")
    shown = tuple(
        reference(role, size=(300, 300), colour=colour, name=f"{index}.png")
        for index, (role, colour) in enumerate(zip(server.roles, colours, strict=False))
    )
    submitted = adapter.submit(replace(server.request, references=shown))
    line = arrived()
    assert [field["digest"] for field in line["fields"] if "digest" in field] == [one.blob.digest for one in shown]
    assert [one.digest for one in submitted.sent] == [one.blob.digest for one in shown]
    assert line["notes"] == []
    done = finished(adapter, submitted.remote_id)
    assert (done.outcome, done.billing) == (Outcome.SUCCEEDED, Billing.CHARGED)
    assert b"".join(adapter.fetch(submitted.remote_id))[4:8] == b"ftyp"
    listed = adapter.recent()
    assert (listed[0].remote_id if server.lists else listed) == (submitted.remote_id if server.lists else None)


@each_server
def test_every_field_of_a_text_request_arrives_and_none_is_ignored(server, adapter, arrived):
    adapter.submit(replace(server.request, prompt="Waves. [[fail]]"))
    line = arrived()
    assert line["notes"] == []
    assert line["status"] in (200, 202)
    values = {field["name"]: field.get("value") for field in line["fields"]}
    assert str(values.get("seed", "")) == ("7" if server.request.seed else "")


@each_server
def test_a_failed_job_is_failed_however_its_server_says_so(server, adapter):
    job = adapter.submit(replace(server.request, prompt="Waves. [[fail]]"))
    answer = finished(adapter, job.remote_id)
    assert (answer.outcome, "internal reason" in answer.message) == (Outcome.FAILED, True)
    with pytest.raises(Rejected):
        list(adapter.fetch(job.remote_id))


@each_server
def test_a_withheld_clip_is_a_refusal_where_the_server_says_why(server, adapter):
    job = adapter.submit(replace(server.request, prompt="Waves. [[refuse:output]]"))
    answer = finished(adapter, job.remote_id)
    assert (answer.outcome, answer.stage) == (Outcome.REFUSED, "output")


@pytest.mark.parametrize("server", [each for each in SERVERS if each.refuses], ids=str)
def test_refused_input_is_an_answer(server, adapter):
    answer = adapter.submit(replace(server.request, prompt="Waves. [[refuse:input]]"))
    assert (answer.outcome, answer.stage) == (Outcome.REFUSED, "input")


@each_server
def test_a_job_that_the_server_does_not_know_is_expired(server, adapter):
    assert adapter.poll("nobody").outcome is Outcome.EXPIRED


@pytest.mark.parametrize("server", SERVERS[4:5], ids=str)
def test_a_relay_s_strange_word_is_shown_and_not_taken_for_running(server, adapter):
    with pytest.raises(Ambiguous, match="MARINATING") as caught:
        adapter.submit(replace(server.request, prompt="[[status:marinating]] [slow]"))
    with pytest.raises(BadResponse, match="marinating"):
        adapter.poll(caught.value.remote_id)


@pytest.mark.parametrize("server", SERVERS[1:2], ids=str)
def test_a_model_that_the_server_does_not_run_is_refused_with_what_to_do(server, adapter):
    with pytest.raises(Rejected, match="name that one, or none"):
        adapter.submit(replace(WAVES, model="sora-2"))


@pytest.mark.parametrize("server", SERVERS[1:2], ids=str)
def test_a_running_job_of_vllm_omni_is_stopped_and_gone(server, adapter):
    job = adapter.submit(replace(server.request, prompt="[slow] Waves."))
    assert adapter.cancel(job.remote_id).outcome is Outcome.CANCELLED
    assert adapter.poll(job.remote_id).outcome is Outcome.EXPIRED


@pytest.mark.parametrize("server", SERVERS[3:4], ids=str)
def test_sglang_forgets_a_job_and_a_wide_sheet_goes_there(server, adapter, reference):
    sheet = reference(size=(900, 300))
    job = adapter.submit(replace(server.request, prompt="<Picture 1> is Mira. [[fail]]", references=(sheet,)))
    finished(adapter, job.remote_id)
    adapter.delete(job.remote_id)
    assert adapter.poll(job.remote_id).outcome is Outcome.EXPIRED
    with pytest.raises(UnsupportedRequest, match="lets the work go on"):
        adapter.cancel(job.remote_id)
