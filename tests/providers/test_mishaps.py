"""What goes wrong at services, armed in the simulator and met by the real adapters: one table, fault by wire.

Every cell says what comes out, how many paid POSTs went out, and what the simulator's books say about money.
"""

import time
from dataclasses import dataclass, replace

import httpx2
import pytest

from charkit.errors import Ambiguous, BadResponse, ProviderError, RateLimited, Rejected, Unavailable
from charkit.providers.base import Billing, ImageRequest, Outcome, Role, VideoRequest

CLIP = VideoRequest(model="", prompt="Waves.", seconds=4, width=128, height=96)
STILL = ImageRequest(model="", prompt="Waves.", width=1024, height=1024)
H3 = replace(CLIP, model="MiniMaxAI/MiniMax-H3", prompt="<Picture 1> is Mira. Mira walks.", width=1344, height=768)


@dataclass(frozen=True)
class Wire:
    """One adapter at one mount of the simulator."""

    name: str
    protocol: str
    path: str
    request: VideoRequest | ImageRequest
    dialect: str = ""
    mount: str = ""
    orders: str = "/videos"
    """How the paths of its paid POSTs end."""
    role: Role = Role.CHARACTER
    size: tuple[int, int] = (300, 300)
    jobs: bool = True
    lists: bool = False
    faces: Outcome | None = Outcome.REFUSED
    """How a picture of a person ends; None where nobody looks at faces."""
    overload: bool = True
    """Whether the wire has room for the word that says that nothing was created."""
    empty: Outcome | None = None
    """How a job without media ends; None where it is a success whose download is empty."""
    downloads: bool = True

    def __str__(self):
        return self.name


SMALL = (128, 96)
PROJECT = "/google/v1beta1/projects/p-1/locations/us-central1"
WIRES = [
    Wire("openai", "openai-videos", "/openai/v1", replace(CLIP, model="sim-clip"), mount="openai",
         role=Role.FIRST_FRAME, size=SMALL, lists=True),
    Wire("muse", "openai-videos", "/muse/v1", replace(CLIP, model="muse-video", seconds=5), "muse", "muse",
         role=Role.FIRST_FRAME, size=SMALL),
    Wire("openrouter", "openai-videos", "/openrouter/v1", replace(CLIP, model="minimax/h3"), "openrouter",
         "openrouter", overload=False),
    Wire("vllm", "openai-videos", "/vllm/v1", H3, "vllm-omni", "vllm", lists=True, faces=None, overload=False),
    Wire("sglang", "openai-videos", "/sglang/v1", H3, "sglang", "sglang", lists=True, faces=None, overload=False),
    Wire("newapi", "openai-videos", "/newapi/v1", replace(CLIP, model="sora-2"), "new-api", "newapi",
         role=Role.FIRST_FRAME, size=SMALL),
    Wire("veo", "vertex-veo", PROJECT, replace(CLIP, model="veo-3.1-generate-001", seconds=8, width=1280, height=720),
         mount="google", orders=":predictLongRunning", empty=Outcome.FAILED, downloads=False, overload=False),
    Wire("veo-gateway", "vertex-veo", "/google",
         replace(CLIP, model="veo-3.1-generate-preview", seconds=8, width=1280, height=720), "gemini-api", "google",
         orders=":predictLongRunning", empty=Outcome.FAILED, overload=False),
    Wire("omni", "gemini-omni", "/google",
         replace(CLIP, model="gemini-omni-1.2-flash", prompt="Mira (<IMAGE_REF_0>) waves.", width=640, height=360),
         mount="google", orders="/interactions", empty=Outcome.REFUSED, overload=False),
    Wire("gpt-image", "openai-images", "/openai/v1", replace(STILL, model="gpt-image-2.6-flare"), mount="openai",
         orders="/images/edits", jobs=False, empty=Outcome.FAILED),
    Wire("nano-banana", "gemini-images", "/google", replace(STILL, model="gemini-nano-banana-2.1"), mount="google",
         orders=":generateContent", jobs=False, empty=Outcome.FAILED, overload=False),
    Wire("nano-banana-turns", "gemini-image-turns", "/google", replace(STILL, model="gemini-nano-banana-2.1"),
         mount="google", orders="/interactions", jobs=False, empty=Outcome.REFUSED, overload=False),
]  # fmt: skip
JOB_WIRES = [wire for wire in WIRES if wire.jobs]
LIST_WIRES = [wire for wire in WIRES if wire.lists]
DOWNLOAD_WIRES = [wire for wire in JOB_WIRES if wire.downloads]
each_wire = pytest.mark.parametrize("wire", WIRES, ids=str)
each_job_wire = pytest.mark.parametrize("wire", JOB_WIRES, ids=str)
each_list_wire = pytest.mark.parametrize("wire", LIST_WIRES, ids=str)
each_download_wire = pytest.mark.parametrize("wire", DOWNLOAD_WIRES, ids=str)


class Desk:
    """One adapter before the simulator, with the simulator's books since the test began."""

    def __init__(self, url, wire, adapter, request):
        self.url, self.wire, self.adapter, self.request = url, wire, adapter, request
        self.http = httpx2.Client(base_url=f"{url}/control/")
        self.seen = max([line["seq"] for line in self._read("record")["requests"]], default=0)
        self.paid = len(self._read("charges")["charges"])

    def _read(self, what):
        return self.http.get(what).json()

    def arm(self, kind, **values):
        """Let requests of this wire meet a fault."""
        answer = self.http.post("faults", json={"kind": kind, "wire": self.wire.mount, **values})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def disarm(self):
        """Take every fault away."""
        self.http.delete("faults")

    def submit(self, **changes):
        return self.adapter.submit(replace(self.request, **changes))

    def ended(self, remote_id):
        for _ in range(400):
            answer = self.adapter.poll(remote_id)
            if answer.outcome.terminal:
                return answer
            time.sleep(0.02)
        pytest.fail("the simulator never finished")

    @property
    def lines(self):
        return self._read(f"record?since={self.seen}")["requests"]

    @property
    def posts(self):
        return [line for line in self.lines if line["method"] == "POST" and line["path"].endswith(self.wire.orders)]

    @property
    def kept(self):
        """Return for each charge since the test began whether it was kept."""
        return [not charge["refunded"] for charge in self._read("charges")["charges"][self.paid :]]

    def hits(self, kind):
        """Return the requests in the record that met a fault."""
        return [line for line in self.lines if any(fault["kind"] == kind for fault in line["faults"])]


@pytest.fixture
def desk(wire, simulator, connected, reference):
    shown = reference(wire.role, size=wire.size)
    adapter = connected(wire.protocol, simulator + wire.path, dialect=wire.dialect, timeout=20)
    running = Desk(simulator, wire, adapter, replace(wire.request, references=(shown,)))
    yield running
    running.disarm()
    running.http.close()


def outcome_of(desk):
    """Return the answer with which a request ends, wherever the wire says it."""
    answer = desk.submit()
    return desk.ended(answer.remote_id) if desk.wire.jobs and not answer.outcome.terminal else answer


@each_wire
def test_without_a_fault_a_request_succeeds_and_is_charged_once(wire, desk):
    answer = outcome_of(desk)
    assert (answer.outcome, answer.billing) == (Outcome.SUCCEEDED, Billing.CHARGED)
    assert (len(desk.posts), desk.kept) == (1, [True])
    assert not any(line["faults"] for line in desk.lines)


@each_wire
def test_moderation_at_the_input_is_a_refusal_that_creates_nothing(wire, desk):
    desk.arm("refuse:input")
    if wire.faces is None:  # a self-hosted server's own words are not known as a policy
        with pytest.raises(Rejected, match="safety policy"):
            desk.submit()
    else:
        answer = desk.submit()
        assert (answer.outcome, answer.stage) == (Outcome.REFUSED, "input")
        assert answer.billing is not Billing.CHARGED
    assert (len(desk.posts), desk.kept, len(desk.hits("refuse:input"))) == (1, [], 1)


@each_wire
def test_moderation_after_the_render_is_a_refusal_of_the_output(wire, desk):
    desk.arm("refuse:output")
    answer = outcome_of(desk)
    assert (answer.outcome, answer.stage) == (Outcome.REFUSED, "output")
    assert (len(desk.posts), desk.kept) == (1, [False])


@each_wire
def test_a_face_is_refused_in_the_words_of_the_wire(wire, desk):
    desk.arm("refuse:face")
    if wire.faces is None:
        assert outcome_of(desk).outcome is Outcome.SUCCEEDED
        assert not desk.hits("refuse:face")
        return
    answer = outcome_of(desk)
    assert (answer.outcome, answer.stage) == (wire.faces, "input")
    assert answer.category in {"human_likeness", "celebrity", "region", "PROHIBITED_CONTENT", "violence"}
    assert (len(desk.posts), any(desk.kept), len(desk.hits("refuse:face"))) == (1, False, 1)


@each_wire
def test_a_face_is_not_looked_for_where_there_is_no_picture(wire, desk):
    if wire.request is H3:
        pytest.skip("its request is about a picture; nobody looks for faces there anyway")
    desk.arm("refuse:face")
    answer = desk.submit(references=(), prompt="Waves.")
    assert answer.outcome is not Outcome.REFUSED
    assert not desk.hits("refuse:face")


@each_wire
def test_moderation_as_an_empty_completion_is_never_a_clip(wire, desk):
    desk.arm("refuse:empty")
    answer = outcome_of(desk)
    assert len(desk.posts) == 1
    if wire.empty is not None:
        assert (answer.outcome, answer.media) == (wire.empty, ())
        assert desk.kept == [wire.mount != "google"]  # Google takes money for what was made, sick relays anyway
        return
    assert answer.outcome is Outcome.SUCCEEDED
    with pytest.raises(Unavailable, match="empty"):
        list(desk.adapter.fetch(answer.remote_id))
    assert desk.kept == [True]


@each_wire
def test_a_technical_failure_is_a_failed_job_that_is_refunded(wire, desk):
    desk.arm("fail")
    if wire.jobs or wire.name == "nano-banana-turns":
        assert outcome_of(desk).outcome is Outcome.FAILED
    else:
        with pytest.raises(Ambiguous):
            desk.submit()
    assert (len(desk.posts), desk.kept) == (1, [False])


STATUSES = {
    "408": ({"status": 408, "retry_after": 1}, Ambiguous),
    "409": ({"status": 409, "retry_after": 1}, Rejected),
    "429": ({"status": 429, "retry_after": 7}, RateLimited),
    "429 slow_down": ({"status": 429, "code": "slow_down"}, RateLimited),
    "500": ({"status": 500}, Ambiguous),
    "502": ({"status": 502}, Ambiguous),
    "503": ({"status": 503, "retry_after": 3}, Ambiguous),
    "503 overloaded": ({"status": 503, "code": "server_is_overloaded", "retry_after": 9}, RateLimited),
    "503 slow_down": ({"status": 503, "code": "slow_down"}, RateLimited),
}


@each_wire
@pytest.mark.parametrize("status", STATUSES)
def test_a_status_that_says_no_is_one_post_and_no_charge(wire, status, desk):
    values, expected = STATUSES[status]
    if status.startswith("503 ") and not wire.overload:
        expected = Ambiguous  # its error body has no room for the word, so nothing proves that it did nothing
    desk.arm("status", **values)
    with pytest.raises(ProviderError) as caught:
        desk.submit()
    assert type(caught.value) is expected
    if expected is RateLimited:
        assert caught.value.retry_after == values.get("retry_after")
    assert (len(desk.posts), desk.kept) == (1, [])
    assert [line["status"] for line in desk.hits("status")] == [values["status"]]


@each_wire
@pytest.mark.parametrize("kind", ["drop", "status"])
def test_no_answer_after_the_job_was_accepted_is_ambiguous_and_charged_once(wire, kind, desk):
    desk.arm(kind, accepted=True)
    with pytest.raises(Ambiguous):
        desk.submit()
    assert (len(desk.posts), desk.kept) == (1, [True])
    assert desk.hits(kind)[0]["job"]


@each_wire
def test_a_line_dropped_before_anything_was_accepted_is_ambiguous_and_free(wire, desk):
    desk.arm("drop")
    with pytest.raises(Ambiguous, match="no answer"):
        desk.submit()
    assert (len(desk.posts), desk.kept) == (1, [])
    assert [line["job"] for line in desk.hits("drop")] == [""]


@each_job_wire
@pytest.mark.parametrize("values", [{"status": 500, "retry_after": 0}, {"status": 503, "retry_after": 0}], ids=str)
def test_a_bad_moment_while_polling_costs_nothing(wire, values, desk):
    accepted = desk.submit()
    desk.arm("status", deed="look", count=2, **values)
    assert desk.ended(accepted.remote_id).outcome is Outcome.SUCCEEDED
    assert (len(desk.hits("status")), len(desk.posts), desk.kept) == (2, 1, [True])


@each_job_wire
def test_a_line_dropped_while_polling_is_never_a_second_post(wire, desk):
    accepted = desk.submit()
    desk.arm("drop", deed="look", count=9)
    with pytest.raises(Unavailable):
        desk.adapter.poll(accepted.remote_id)
    desk.disarm()
    assert desk.ended(accepted.remote_id).outcome is Outcome.SUCCEEDED
    assert (len(desk.posts), desk.kept) == (1, [True])


@each_job_wire
def test_a_job_that_is_stuck_stays_running_and_charged(wire, desk):
    desk.arm("stuck")
    accepted = desk.submit()
    said = []
    for _ in range(6):
        time.sleep(0.05)
        said.append(desk.adapter.poll(accepted.remote_id))
    assert {answer.outcome for answer in said} <= {Outcome.RUNNING, Outcome.QUEUED}
    assert said[-1].progress in (99, 0, None)
    if wire.name in ("openai", "muse", "sglang", "newapi"):
        assert said[-1].progress == 99
    assert (len(desk.posts), desk.kept) == (1, [True])


@pytest.mark.parametrize("wire", [wire for wire in WIRES if not wire.jobs and "turns" not in wire.name], ids=str)
def test_a_picture_that_never_comes_is_ambiguous(wire, desk, connected):
    desk.adapter = connected(wire.protocol, desk.url + wire.path, timeout=0.4)
    desk.arm("stuck")
    with pytest.raises(Ambiguous, match="no answer"):
        desk.submit()
    assert desk.kept == [True]


@each_download_wire
def test_an_empty_download_is_asked_for_again_at_no_cost(wire, desk):
    done = outcome_of(desk)
    desk.arm("download:empty")
    with pytest.raises(Unavailable):
        list(desk.adapter.fetch(done.remote_id))
    assert b"".join(desk.adapter.fetch(done.remote_id))[4:8] == b"ftyp"
    assert (len(desk.hits("download:empty")), len(desk.posts), desk.kept) == (1, 1, [True])


@each_download_wire
def test_a_download_that_breaks_off_is_asked_for_again_at_no_cost(wire, desk):
    done = outcome_of(desk)
    desk.arm("download:cut", after_bytes=500, count=9)
    with pytest.raises(Unavailable):
        list(desk.adapter.fetch(done.remote_id))
    desk.disarm()
    assert b"".join(desk.adapter.fetch(done.remote_id))[4:8] == b"ftyp"
    assert (len(desk.posts), desk.kept) == (1, [True])


@each_download_wire
def test_a_download_that_is_quietly_short_comes_as_it_is(wire, desk):
    """Nothing on the wire betrays it: the floor looks into the clip."""
    done = outcome_of(desk)
    desk.arm("download:cut", after_bytes=500, quiet=True)
    assert len(b"".join(desk.adapter.fetch(done.remote_id))) == 500
    assert len(b"".join(desk.adapter.fetch(done.remote_id))) > 500


@each_wire
@pytest.mark.parametrize("status", [401, 403])
def test_a_dead_token_is_refused_from_then_on(wire, status, desk):
    accepted = desk.submit()
    desk.arm("token:dead", status=status)
    for _ in range(2):
        with pytest.raises(Rejected) as caught:
            desk.submit()
        assert caught.value.status_code == status
    if wire.jobs:
        with pytest.raises(Rejected):
            desk.adapter.poll(accepted.remote_id)
    assert (len(desk.posts), desk.kept) == (3, [True])


@each_list_wire
@pytest.mark.parametrize("seconds", [-7200, 7200])
def test_a_wrong_clock_is_passed_on_as_it_is_said(wire, seconds, desk):
    true = desk.submit()
    (told,) = [one.created_at for one in desk.adapter.recent() if one.remote_id == true.remote_id]
    desk.arm("clock:skew", seconds=seconds)
    (wrong,) = [one.created_at for one in desk.adapter.recent() if one.remote_id == true.remote_id]
    assert wrong == told + seconds


@pytest.mark.parametrize("wire", [WIRES[0]], ids=str)
def test_a_wrong_clock_shifts_the_end_of_a_result_too(wire, desk):
    done = outcome_of(desk)
    desk.arm("clock:skew", seconds=-7200)
    assert desk.adapter.poll(done.remote_id).expires_at == done.expires_at - 7200


@each_list_wire
def test_a_job_listed_twice_is_listed_twice(wire, desk):
    accepted = desk.submit()
    desk.arm("list:twice")
    assert [one.remote_id for one in desk.adapter.recent()].count(accepted.remote_id) == 2
    desk.disarm()
    assert [one.remote_id for one in desk.adapter.recent()].count(accepted.remote_id) == 1


@each_list_wire
def test_a_new_job_shows_up_in_the_list_late(wire, desk):
    accepted = desk.submit()
    desk.arm("list:lag", seconds=2.0)
    assert accepted.remote_id not in {one.remote_id for one in desk.adapter.recent()}
    deadline = time.monotonic() + 10
    while accepted.remote_id not in {one.remote_id for one in desk.adapter.recent()}:
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.mark.parametrize("wire", [WIRES[0]], ids=str)
def test_a_page_instead_of_a_poll_is_not_taken_for_a_job(wire, desk):
    accepted = desk.submit()
    desk.arm("status", deed="look", status=502, count=9)
    with pytest.raises((Unavailable, BadResponse)):
        desk.adapter.poll(accepted.remote_id)
