"""What every adapter promises (`base.Provider`), checked on a real wire: one table of adapters, one of happenings.

Every cell is (adapter, happening): what came out, whether something may have been created, and how many POSTs went out.
"""

import base64
import json
from dataclasses import dataclass, field, replace

import pytest

from charkit.errors import (
    Ambiguous,
    BadResponse,
    ProviderError,
    RateLimited,
    Rejected,
    Unavailable,
    UnsupportedRequest,
    UsageError,
)
from charkit.providers import ADAPTERS
from charkit.providers.base import (
    Billing,
    Blob,
    BoundReference,
    ImageRequest,
    JudgeRequest,
    Outcome,
    Provider,
    Role,
    VideoRequest,
    once,
)
from tests.providers.conftest import SEEN, TABLE

OPENAI_ERROR = {"error": {"message": "no", "type": "some_error", "param": None, "code": "some_code"}}
GOOGLE_ERROR = {"error": {"code": 400, "message": "no", "status": "SOME_STATUS"}}
CLIP = VideoRequest(model="m-1", prompt="Mira waves.", seconds=4, width=1280, height=720)
H3_CLIP = replace(CLIP, model="m-h3", prompt="<Picture 1> is Mira. Mira waves.", width=1344, height=768)
STILL = ImageRequest(model="m-1", prompt="Mira waves.", width=1024, height=1024)
PNG = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000a49444154789c6300010000050001 0d0a2db40000000049454e44ae426082".replace(" ", "")
    )
).decode()
QUESTION = JudgeRequest(
    model="m-1",
    prompt="Image 1: is this Mira?",
    references=(
        BoundReference(
            role=Role.EXHIBIT, blob=Blob(name="S01.png", media_type="image/png", data=base64.b64decode(PNG))
        ),
    ),
    schema='{"properties":{"mira":{"type":"boolean"}},"required":["mira"],"type":"object"}',
)
ANSWERED = b'{"mira": true}'
OMNI_CLIP = {
    "type": "model_output",
    "content": [{"type": "video", "mime_type": "video/mp4", "uri": "https://generativelanguage.googleapis.com/v1beta/files/abc1:download?alt=media"}],
}  # fmt: skip
PICTURE_BY_ADDRESS = {**OMNI_CLIP, "content": [{**OMNI_CLIP["content"][0], "type": "image", "mime_type": "image/jpeg"}]}
OMNI_TEXT = {"type": "model_output", "content": [{"type": "text", "text": "I can't generate that."}]}
VIDEO_TOKENS = {"total_output_tokens": 57920, "output_tokens_by_modality": [{"modality": "video", "tokens": 57920}]}
TEXT_TOKENS = {"total_output_tokens": 12, "output_tokens_by_modality": [{"modality": "text", "tokens": 12}]}
BLOCKED = {"error": {"message": "blocked", "type": "invalid_request_error", "code": "moderation_blocked"}}


@dataclass(frozen=True)
class Wire:
    """One adapter, with what its service says in the documented cases."""

    protocol: str
    request: VideoRequest | ImageRequest | JudgeRequest
    accepted: dict
    """The answer to the POST when all is well."""
    refused: dict
    """The body of a 400 that refuses the input."""
    error: dict
    """The body of any other error."""
    done: dict | None = None
    """A finished job; None where the answer to the POST is already the result."""
    withheld: dict | None = None
    """The answer where the service made something, or tried to, and withheld it."""
    failed: dict | None = None
    """A job that broke down for a technical reason."""
    odd: dict = field(default_factory=dict)
    """An answer with a word that is not documented."""
    dialect: str = ""
    job: str = "job-1"
    """The id of the job in these answers."""
    asks: str = ""
    """How the paths of POSTs end that only ask for a job, where the service wants that; they are free."""
    looks_first: bool = True
    """Whether a download begins with a look at the job."""

    @property
    def has_jobs(self):
        return self.done is not None

    def free(self, arrived):
        """Whether a request only asks."""
        return arrived.method == "GET" or bool(self.asks and arrived.path.endswith(self.asks))

    def __str__(self):
        return f"{self.protocol}{self.dialect and '-' + self.dialect}"


OPERATION = "publishers/google/models/m-1/operations/job-1"
VEO = Wire(
    protocol="vertex-veo",
    request=CLIP,
    accepted={"name": OPERATION},
    done={
        "name": OPERATION,
        "done": True,
        "response": {"videos": [{"gcsUri": "gs://bucket/o/clip.mp4", "mimeType": "video/mp4"}]},
    },
    withheld={
        "name": OPERATION,
        "done": True,
        "response": {"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": ["Blocked. Support codes: 42237218"]},
    },
    refused={"error": {"code": 400, "message": "The prompt was blocked. Support codes: 58061214"}},
    error=GOOGLE_ERROR,
    failed={"name": OPERATION, "done": True, "error": {"code": 13, "message": "internal"}},
    odd={"name": OPERATION, "done": "marinating"},
    job=OPERATION,
    asks=":fetchPredictOperation",
)
OLD_VIDEO = {"video": {"uri": "https://generativelanguage.googleapis.com/v1beta/files/abc1:download?alt=media"}}
OLD_VEO = replace(
    VEO,
    dialect="gemini-api",
    accepted={"name": "models/m-1/operations/job-1"},
    done={
        "name": "models/m-1/operations/job-1",
        "done": True,
        "response": {"generateVideoResponse": {"generatedSamples": [OLD_VIDEO]}},
    },
    withheld={
        "name": "models/m-1/operations/job-1",
        "done": True,
        "response": {
            "generateVideoResponse": {"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": ["Support codes: 1"]}
        },
    },
    failed={"name": "models/m-1/operations/job-1", "done": True, "error": {"code": 13, "message": "internal"}},
    odd={"name": "models/m-1/operations/job-1", "done": "marinating"},
    job="models/m-1/operations/job-1",
    asks="",
)
VIDEOS = Wire(
    protocol="openai-videos",
    request=CLIP,
    accepted={"id": "job-1", "status": "queued", "model": "m-1", "progress": 0},
    done={"id": "job-1", "status": "completed", "progress": 100, "expires_at": 1758945390},
    withheld={"id": "job-1", "status": "failed", **BLOCKED},
    refused=BLOCKED,
    error=OPENAI_ERROR,
    failed={"id": "job-1", "status": "failed", "error": {"code": "internal_error", "message": "it broke"}},
    odd={"id": "job-1", "status": "marinating"},
    looks_first=False,
)
WIRES = [
    VIDEOS,
    replace(VIDEOS, dialect="muse", looks_first=True),
    replace(VIDEOS, dialect="openrouter", accepted={"id": "job-1", "status": "pending"}, looks_first=True),
    replace(VIDEOS, dialect="vllm-omni"),
    replace(VIDEOS, dialect="vllm-omni", request=H3_CLIP),
    replace(VIDEOS, dialect="hosted-vllm", request=H3_CLIP),
    replace(VIDEOS, dialect="sglang", looks_first=True),
    replace(VIDEOS, dialect="sglang", request=H3_CLIP, looks_first=True),
    replace(VIDEOS, dialect="new-api", looks_first=True),
    replace(VIDEOS, dialect="new-api-images", looks_first=True),
    replace(VIDEOS, dialect="new-api-input-reference", looks_first=True),
    Wire(
        protocol="openai-images",
        request=STILL,
        accepted={"created": 1, "data": [{"b64_json": PNG}], "usage": {"output_tokens": 439}},
        withheld=None,
        refused=BLOCKED,
        error=OPENAI_ERROR,
    ),
    Wire(
        protocol="gemini-images",
        request=STILL,
        accepted={
            "candidates": [
                {
                    "content": {"parts": [{"inlineData": {"data": PNG, "mimeType": "image/png"}}]},
                    "finishReason": "STOP",
                }
            ]
        },
        withheld={"candidates": [{"finishReason": "IMAGE_SAFETY"}]},
        refused={"error": {"code": 400, "message": "no", "status": "PROHIBITED_CONTENT"}},
        error=GOOGLE_ERROR,
        odd={"candidates": [{"finishReason": "MARINATING"}]},
    ),
    Wire(
        protocol="gemini-omni",
        request=CLIP,
        accepted={"id": "job-1", "object": "interaction", "status": "in_progress"},
        done={"id": "job-1", "status": "completed", "steps": [OMNI_CLIP], "usage": VIDEO_TOKENS},
        withheld={"id": "job-1", "status": "completed", "steps": [OMNI_TEXT], "usage": TEXT_TOKENS},
        refused={"error": {"code": "SAFETY", "message": "no", "status": "INVALID_ARGUMENT"}},
        error=GOOGLE_ERROR,
        failed={"id": "job-1", "status": "failed", "errors": [{"code": "Internal", "message": "it broke"}]},
        odd={"id": "job-1", "status": "marinating"},
    ),
    Wire(
        protocol="gemini-image-turns",
        request=STILL,
        accepted={"id": "job-1", "object": "interaction", "status": "in_progress"},
        done={"id": "job-1", "status": "completed", "steps": [PICTURE_BY_ADDRESS]},
        withheld={"id": "job-1", "status": "completed", "steps": [OMNI_TEXT], "usage": TEXT_TOKENS},
        refused={"error": {"code": "SAFETY", "message": "no", "status": "INVALID_ARGUMENT"}},
        error=GOOGLE_ERROR,
        failed={"id": "job-1", "status": "failed", "errors": [{"code": "Internal", "message": "it broke"}]},
        odd={"id": "job-1", "status": "marinating"},
    ),
    Wire(
        protocol="gemini-judge",
        request=QUESTION,
        accepted={"candidates": [{"content": {"parts": [{"text": ANSWERED.decode()}]}, "finishReason": "STOP"}]},
        withheld={"candidates": [{"finishReason": "SAFETY"}]},
        refused={"error": {"code": 400, "message": "no", "status": "PROHIBITED_CONTENT"}},
        error=GOOGLE_ERROR,
    ),
    Wire(
        protocol="openai-judge",
        request=QUESTION,
        accepted={"choices": [{"message": {"content": ANSWERED.decode()}, "finish_reason": "stop"}]},
        withheld={"choices": [{"message": {"refusal": "I can't help with that."}, "finish_reason": "stop"}]},
        refused=BLOCKED,
        error=OPENAI_ERROR,
    ),
    VEO,
    OLD_VEO,
]
JOB_WIRES = [wire for wire in WIRES if wire.has_jobs]
ODD_WIRES = [wire for wire in WIRES if wire.odd]
WITHHOLDING_WIRES = [wire for wire in WIRES if wire.withheld]

HTML = b"<!DOCTYPE html><html><body>Welcome to nginx</body></html>"
FAILURES = {
    "400": (lambda s, w: s.says(w.error, 400), Rejected),
    "401": (lambda s, w: s.says(w.error, 401), Rejected),
    "402": (lambda s, w: s.says(w.error, 402), Rejected),
    "403": (lambda s, w: s.says(w.error, 403), Rejected),
    "404": (lambda s, w: s.says(w.error, 404), Rejected),
    "404 in a list": (lambda s, w: s.says([w.error], 404), Rejected),
    "408": (lambda s, w: s.says(w.error, 408, retry_after="0.01"), Ambiguous),
    "409": (lambda s, w: s.says(w.error, 409, retry_after="0.01"), Rejected),
    "422 of FastAPI": (lambda s, w: s.says({"detail": [{"msg": "field required"}]}, 422), Rejected),
    "429": (lambda s, w: s.says(w.error, 429, retry_after="7"), RateLimited),
    "429 as a page": (lambda s, w: s.sends(HTML, 429), RateLimited),
    "500": (lambda s, w: s.says(w.error, 500, retry_after="0.01"), Ambiguous),
    "502 as a page": (lambda s, w: s.sends(HTML, 502), Ambiguous),
    "503": (lambda s, w: s.says(w.error, 503, retry_after="0.01"), Ambiguous),
    "503 overloaded": (
        lambda s, w: s.says({"error": {"code": "server_is_overloaded", "message": "busy"}}, 503, retry_after="9"),
        RateLimited,
    ),
    "503 without a channel": (
        lambda s, w: s.says({"error": {"code": "model_not_found", "message": "no available channel"}}, 503),
        Rejected,
    ),
    "504": (lambda s, w: s.says(w.error, 504, retry_after="0.01"), Ambiguous),
    "dropped": (lambda s, w: s.behaves("drop"), Ambiguous),
    "silence": (lambda s, w: s.behaves("hang"), Ambiguous),
    "cut": (lambda s, w: s.behaves("cut", b'{"id": "job-1"'), Ambiguous),
    "a page": (lambda s, w: s.sends(HTML), BadResponse),
    "a page with 404": (lambda s, w: s.sends(HTML, 404), BadResponse),
    "a redirect": (lambda s, w: s.sends(b"", 307, Location="/elsewhere"), BadResponse),
    "half of a JSON": (
        lambda s, w: s.sends(json.dumps(w.accepted).encode()[:-9], media_type="application/json"),
        Ambiguous,
    ),
    "an empty body": (lambda s, w: s.sends(b"", media_type="application/json"), Ambiguous),
    "a JSON list": (lambda s, w: s.says([1, 2]), Ambiguous),
}
FREE_FAILURES = {
    "401": (lambda s, w: s.says(w.error, 401), Rejected, 1),
    "403": (lambda s, w: s.says(w.error, 403), Rejected, 1),
    "429": (lambda s, w: s.says(w.error, 429, retry_after="7"), RateLimited, 1),
    "500": (lambda s, w: s.says(w.error, 500, retry_after="0.01"), Unavailable, 3),
    "503": (lambda s, w: s.says(w.error, 503, retry_after="0.01"), Unavailable, 3),
    "a page": (lambda s, w: s.sends(HTML), BadResponse, 1),
    "a page with 404": (lambda s, w: s.sends(HTML, 404), BadResponse, 1),
    "half of a JSON": (lambda s, w: s.sends(b'{"id": "jo', media_type="application/json"), BadResponse, 1),
    "dropped": (lambda s, w: s.behaves("drop"), Unavailable, None),
}
each_wire = pytest.mark.parametrize("wire", WIRES, ids=str)
each_job_wire = pytest.mark.parametrize("wire", JOB_WIRES, ids=str)


ERRORS = ("Rejected", "RateLimited", "Unavailable", "BadResponse")
FETCHED = ("bytes", *ERRORS)
POLLED = ("succeeded", "refused", "failed", "expired", *ERRORS)
SUBMITTED = ("refused", "Ambiguous", "UnsupportedRequest", *ERRORS)


def cells(wire):
    """Return everything that has to come out of an adapter's calls somewhere in this suite."""
    begun = "succeeded"
    if wire.has_jobs:
        begun = "queued" if wire.accepted.get("status") in ("queued", "pending") else "running"
    name = str(wire)
    found = {(name, "submit", out) for out in (begun, *SUBMITTED)}
    if wire.has_jobs:
        found |= {(name, "poll", out) for out in (begun, *POLLED)} | {(name, "fetch", out) for out in FETCHED}
    return found


@pytest.fixture(scope="module", autouse=True)
def table(request):
    """Lay the table, so that the end of the session says how much of it was covered."""
    laid = set().union(*(cells(wire) for wire in WIRES))
    request.config.stash[TABLE] |= laid
    return laid


def test_every_adapter_is_in_the_table():
    assert {wire.protocol for wire in WIRES} == set(ADAPTERS) - {"by-hand"}  # a person is no wire


@pytest.fixture
def adapter(wire, service, connected):
    return connected(wire.protocol, service.url, dialect=wire.dialect)


@each_wire
def test_it_is_made_from_a_connection_alone_and_speaks_the_protocol(wire, adapter):
    assert isinstance(adapter, Provider)
    assert adapter.connection.endpoint == "loopback"


@each_wire
def test_a_wire_that_cannot_stop_a_job_says_so_in_its_data_and_sends_nothing(wire, service, adapter):
    if adapter.cancels:
        service.says({"error": {"code": 404, "message": "no such job"}}, 404)
        assert adapter.cancel("job-1").outcome is Outcome.EXPIRED
        assert len(service.arrived) == 1
    else:
        with pytest.raises(UnsupportedRequest, match="stop"):
            adapter.cancel("job-1")
        assert service.arrived == []


@each_wire
def test_a_key_against_double_orders_goes_out_where_the_endpoint_documents_a_header_and_nowhere_else(
    wire, service, connected
):
    for header, sent in (("", {}), ("x-request-key", {"x-request-key": "job_1"})):
        adapter = connected(wire.protocol, service.url, dialect=wire.dialect, idempotency_header=header)
        service.says(wire.accepted)
        with once("job_1"):
            adapter.submit(wire.request)
        arrived = service.posts[-1].headers
        assert {name: text for name, text in arrived.items() if "job_1" in text} == sent


@each_wire
def test_one_request_is_one_post(wire, service, adapter):
    service.says(wire.accepted)
    answer = adapter.submit(wire.request)
    assert len(service.posts) == len(service.arrived) == 1
    if wire.has_jobs:
        assert answer.remote_id == wire.job
        assert not answer.outcome.terminal
    else:
        assert answer.outcome is Outcome.SUCCEEDED
        assert answer.billing is Billing.CHARGED
        assert answer.media[0].data == (ANSWERED if wire.request is QUESTION else base64.b64decode(PNG))


@each_wire
@pytest.mark.parametrize("happening", FAILURES)
def test_a_failed_submit_says_whether_something_may_exist_and_sends_one_post(wire, happening, service, connected):
    arrange, expected = FAILURES[happening]
    arrange(service, wire)
    timeout = 0.3 if happening == "silence" else 5.0
    adapter = connected(wire.protocol, service.url, dialect=wire.dialect, timeout=timeout)
    with pytest.raises(ProviderError) as caught:
        adapter.submit(wire.request)
    assert type(caught.value) is expected
    assert len(service.arrived) == 1
    assert caught.value.endpoint == "loopback"
    if expected is BadResponse:
        assert service.url in str(caught.value)


@each_wire
def test_a_submit_that_was_never_sent_is_unavailable(wire, closed_port, connected):
    with pytest.raises(Unavailable, match="nothing was sent"):
        connected(wire.protocol, closed_port, dialect=wire.dialect).submit(wire.request)


@each_wire
def test_how_long_to_wait_is_passed_on(wire, service, adapter):
    service.says(wire.error, 429, retry_after="7")
    with pytest.raises(RateLimited) as caught:
        adapter.submit(wire.request)
    assert caught.value.retry_after == 7
    assert caught.value.retryable


@each_wire
def test_refused_input_is_an_answer_and_not_an_exception(wire, service, adapter):
    service.says(wire.refused, 400)
    answer = adapter.submit(wire.request)
    assert answer.outcome is Outcome.REFUSED
    assert answer.stage in ("input", "unknown")
    assert answer.category
    assert answer.billing is not Billing.CHARGED
    assert len(service.posts) == 1


@pytest.mark.parametrize("wire", WITHHOLDING_WIRES, ids=str)
def test_a_withheld_result_is_a_refusal_of_the_output(wire, service, adapter):
    service.says(wire.withheld)
    answer = adapter.poll(wire.job) if wire.has_jobs else adapter.submit(wire.request)
    assert answer.outcome is Outcome.REFUSED
    assert answer.stage == "output"
    assert answer.category


@pytest.mark.parametrize("wire", ODD_WIRES, ids=str)
def test_an_unknown_word_after_a_paid_post_is_ambiguous_and_shown(wire, service, adapter):
    service.says(wire.odd)
    with pytest.raises(Ambiguous, match="(?i)marinating") as caught:
        adapter.submit(wire.request)
    assert caught.value.remote_id == (wire.job if wire.has_jobs else None)


@each_wire
def test_the_key_is_in_no_message_and_in_no_record(wire, service, adapter):
    key = adapter.connection.key.get_secret_value()
    echo = {"error": {"message": f"Incorrect API key provided: {key}", "code": "invalid_api_key"}}
    service.says(echo, 401)
    with pytest.raises(Rejected) as caught:
        adapter.submit(wire.request)
    assert key not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    service.script.clear()
    service.says({**wire.accepted, "note": f"for {key}"})
    assert key not in adapter.submit(wire.request).raw


@each_wire
def test_a_key_that_no_header_can_carry_is_refused_at_once(wire, service, connected):
    with pytest.raises(UsageError, match="key"):
        connected(wire.protocol, service.url, key="ключ\u2026")
    assert not service.arrived


@each_wire
def test_the_record_of_the_answer_has_no_media_bytes(wire, service, adapter):
    data = base64.b64encode(bytes(range(256)) * 8).decode()
    service.says({**wire.accepted, "echo": {"b64_json": data, "image_url": f"data:image/png;base64,{data}"}})
    raw = adapter.submit(wire.request).raw
    assert data not in raw
    assert raw.count("<2048 bytes sha256:") == 2
    json.loads(raw)


@each_wire
def test_the_kind_of_request_it_does_not_make_is_refused(wire, service, adapter):
    with pytest.raises(UnsupportedRequest):
        adapter.submit(CLIP if wire.request is STILL else STILL)
    assert not service.arrived


@each_wire
def test_an_empty_prompt_is_refused_before_it_costs_anything(wire, service, adapter):
    with pytest.raises(UnsupportedRequest, match="prompt"):
        adapter.submit(replace(wire.request, prompt=""))
    assert not service.arrived


@each_wire
def test_half_a_character_in_the_prompt_is_refused_before_it_costs_anything(wire, service, adapter):
    with pytest.raises(UnsupportedRequest, match="position 5"):
        adapter.submit(replace(wire.request, prompt="Mira \ud83d"))
    assert not service.arrived


@each_wire
def test_whatever_is_accepted_carries_every_reference(wire, service, adapter, reference):
    """For each role: either it is refused unsent, or its bytes are in the request and its digest in the record."""
    service.says(wire.accepted)
    for role in Role:
        shown = reference(role, size=(64, 64) if wire.request is STILL else (1280, 720))
        before = len(service.arrived)
        try:
            answer = adapter.submit(replace(wire.request, references=(shown,)))
        except UnsupportedRequest:
            assert len(service.arrived) == before
            continue
        body = service.arrived[-1].body
        forms = (shown.blob.data, base64.b64encode(shown.blob.data), base64.urlsafe_b64encode(shown.blob.data))
        assert any(form in body for form in forms)
        assert [(one.digest, one.role, one.character) for one in answer.sent] == [(shown.blob.digest, role, "Mira")]


@each_job_wire
def test_a_finished_job_is_a_success(wire, service, adapter):
    service.says(wire.done)
    answer = adapter.poll(wire.job)
    assert answer.outcome is Outcome.SUCCEEDED
    assert answer.billing is Billing.CHARGED
    assert answer.remote_id == wire.job


@each_job_wire
def test_a_job_that_broke_down_is_a_failure(wire, service, adapter):
    service.says(wire.failed)
    answer = adapter.poll(wire.job)
    assert answer.outcome is Outcome.FAILED
    assert answer.message
    assert answer.billing is not Billing.CHARGED


@each_job_wire
def test_a_job_that_is_not_finished_is_under_way(wire, service, adapter):
    service.says(wire.accepted)
    answer = adapter.poll(wire.job)
    assert answer.outcome in (Outcome.QUEUED, Outcome.RUNNING)
    assert not answer.outcome.terminal


@each_job_wire
def test_a_job_that_nobody_knows_is_expired(wire, service, adapter):
    service.says(wire.error, 404)
    answer = adapter.poll(wire.job)
    assert answer.outcome is Outcome.EXPIRED
    assert answer.outcome.terminal


@each_job_wire
def test_an_unknown_word_in_a_poll_is_an_error_that_shows_it(wire, service, adapter):
    service.says(wire.odd)
    with pytest.raises(BadResponse, match="marinating") as caught:
        adapter.poll(wire.job)
    assert caught.value.remote_id == wire.job


@each_job_wire
@pytest.mark.parametrize("happening", FREE_FAILURES)
def test_a_failed_poll_is_told_apart_and_never_becomes_a_post(wire, happening, service, adapter):
    arrange, expected, gets = FREE_FAILURES[happening]
    arrange(service, wire)
    with pytest.raises(ProviderError) as caught:
        adapter.poll(wire.job)
    assert type(caught.value) is expected
    asked = [one for one in service.arrived if wire.free(one)]
    assert asked == service.arrived
    assert gets is None or len(asked) == gets
    if expected is RateLimited:
        assert caught.value.retry_after == 7


@each_job_wire
def test_a_poll_survives_one_bad_moment(wire, service, adapter):
    service.says(wire.error, 500, retry_after="0.01").says(wire.done)
    assert adapter.poll(wire.job).outcome is Outcome.SUCCEEDED


@each_job_wire
def test_a_poll_of_a_service_that_is_not_there_is_unavailable(wire, closed_port, connected):
    adapter = connected(wire.protocol, closed_port, dialect=wire.dialect)
    with pytest.raises(Unavailable):
        adapter.poll(wire.job)


@each_job_wire
def test_a_clip_comes_back_byte_for_byte(wire, service, adapter):
    clip = bytes(range(256)) * 4096
    if wire.looks_first:
        service.says(wire.done)
    service.sends(clip, media_type="video/mp4")
    assert b"".join(adapter.fetch(wire.job)) == clip
    assert all(wire.free(one) for one in service.arrived)


@each_job_wire
@pytest.mark.parametrize(
    ("arrange", "expected"),
    [
        (lambda s: s.sends(b"", media_type="video/mp4"), Unavailable),
        (lambda s: s.behaves("cut", b"ftyp"), Unavailable),
        (lambda s: s.sends(HTML), BadResponse),
        (lambda s: s.says(OPENAI_ERROR, 404), Rejected),
        (lambda s: s.says(OPENAI_ERROR, 410), Rejected),
        (lambda s: s.says(OPENAI_ERROR, 429, retry_after="7"), RateLimited),
    ],
    ids=["empty", "broken off", "a page", "404", "410", "429"],
)
def test_a_failed_download_is_told_apart(wire, arrange, expected, service, adapter):
    if wire.looks_first:
        service.says(wire.done)
    arrange(service)
    with pytest.raises(ProviderError) as caught:
        list(adapter.fetch(wire.job))
    assert type(caught.value) is expected
    assert caught.value.remote_id == (None if expected is RateLimited else wire.job)


@pytest.mark.parametrize("wire", [wire for wire in WIRES if not wire.has_jobs], ids=str)
def test_pictures_have_no_jobs(wire, service, adapter):
    for call in (lambda: adapter.poll("x"), lambda: list(adapter.fetch("x"))):
        with pytest.raises(UnsupportedRequest):
            call()
    assert adapter.recent() is None
    assert not service.arrived


def test_every_cell_of_the_table_was_covered(request, table):
    """Stands last in this file: what it looks at is what the tests above made come out."""
    config = request.config
    if config.getoption("keyword") or any("::" in each for each in config.args):
        pytest.skip("only some of this file's tests were asked for, so the table cannot be full")
    assert table - config.stash[SEEN] == set()
