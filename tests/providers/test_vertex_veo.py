"""Veo on the wire: what goes out on each surface, how an operation is found again, and where its clip comes from."""

import base64
from dataclasses import replace

import pytest

from charkit.errors import Ambiguous, BadResponse, Rejected, Unavailable, UnsupportedRequest
from charkit.providers.base import Billing, Blob, BoundJob, Change, Outcome, Role, VideoRequest

KEY = "sk-loopback-0123456789"
MODEL = "veo-3.1-generate-001"
CLIP = VideoRequest(model=MODEL, prompt="Mira waves.", seconds=8, width=1280, height=720)
PLACE = "projects/lantern/locations/us-central1"
OPERATION = f"{PLACE}/publishers/google/models/{MODEL}/operations/op-1"
OLD_OPERATION = f"models/{MODEL}/operations/op-1"
DATA = bytes(range(256)) * 2000


def encoded(blob):
    return {"bytesBase64Encoded": base64.b64encode(blob.data).decode(), "mimeType": blob.media_type}


def done(*videos, **more):
    return {"name": OPERATION, "done": True, "response": {"videos": list(videos), **more}}


def old_done(uri):
    samples = [{"video": {"uri": uri}}]
    return {"name": OLD_OPERATION, "done": True, "response": {"generateVideoResponse": {"generatedSamples": samples}}}


@pytest.fixture
def veo(service, connected):
    return connected("vertex-veo", f"{service.url}/{PLACE}")


@pytest.fixture
def express(service, connected):
    return connected("vertex-veo", service.url)


@pytest.fixture
def gateway(service, connected):
    return connected("vertex-veo", f"{service.url}/gw", dialect="gemini-api")


def test_text_goes_out_under_the_project_with_a_bearer_token(service, veo):
    service.says({"name": OPERATION})
    answer = veo.submit(replace(CLIP, seconds=6, seed=7))
    sent = service.posts[0]
    assert sent.path == f"/v1beta1/{PLACE}/publishers/google/models/{MODEL}:predictLongRunning"
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert "x-goog-api-key" not in sent.headers
    assert sent.json == {
        "instances": [{"prompt": "Mira waves."}],
        "parameters": {
            "sampleCount": 1,
            "durationSeconds": 6,
            "seed": 7,
            "aspectRatio": "16:9",
            "resolution": "720p",
            "personGeneration": "allow_adult",
            "generateAudio": True,
        },
    }
    assert (answer.outcome, answer.remote_id) == (Outcome.RUNNING, OPERATION)


def test_an_express_key_goes_out_without_a_project(service, express):
    service.says({"name": f"publishers/google/models/{MODEL}/operations/op-1"})
    express.submit(CLIP)
    sent = service.posts[0]
    assert sent.path == f"/v1beta1/publishers/google/models/{MODEL}:predictLongRunning"
    assert sent.headers["x-goog-api-key"] == KEY
    assert "authorization" not in sent.headers


def test_references_go_out_as_assets_in_order(service, veo, reference):
    shown = (reference(), reference(Role.VIEW, name="b.png", colour="#0000aa"))
    service.says({"name": OPERATION})
    answer = veo.submit(replace(CLIP, references=shown))
    (instance,) = service.posts[0].json["instances"]
    assert instance == {
        "prompt": "Mira waves.",
        "referenceImages": [{"image": encoded(one.blob), "referenceType": "ASSET"} for one in shown],
    }
    assert [(one.field, one.name, one.digest) for one in answer.sent] == [
        (f"instances[0].referenceImages[{n}].image", one.blob.name, one.blob.digest) for n, one in enumerate(shown)
    ]


def test_frames_go_out_beside_the_prompt(service, veo, reference):
    first, last = reference(Role.FIRST_FRAME), reference(Role.LAST_FRAME, colour="#0000aa")
    service.says({"name": OPERATION})
    veo.submit(replace(CLIP, seconds=4, references=(first, last)))
    (instance,) = service.posts[0].json["instances"]
    assert instance == {"prompt": "Mira waves.", "image": encoded(first.blob), "lastFrame": encoded(last.blob)}


def test_the_old_shape_is_written_field_by_field(service, gateway, reference):
    first, last = reference(Role.FIRST_FRAME), reference(Role.LAST_FRAME, colour="#0000aa")
    service.says({"name": OLD_OPERATION})
    gateway.submit(replace(CLIP, references=(first, last)))
    gateway.submit(replace(CLIP, references=(reference(),)))
    sent, shown = service.posts
    assert sent.path == f"/gw/v1beta/models/{MODEL}:predictLongRunning"
    assert sent.headers["x-goog-api-key"] == KEY
    assert sent.json == {
        "instances": [{"prompt": "Mira waves.", "image": encoded(first.blob), "lastFrame": encoded(last.blob)}],
        "parameters": {
            "sampleCount": 1,
            "durationSeconds": 8,
            "aspectRatio": "16:9",
            "resolution": "720p",
            "personGeneration": "allow_adult",
        },
    }
    asset = {"image": encoded(reference().blob), "referenceType": "ASSET"}
    assert shown.json["instances"] == [{"prompt": "Mira waves.", "referenceImages": [asset]}]


def test_a_rule_that_is_broken_costs_nothing(service, veo, gateway):
    with pytest.raises(UnsupportedRequest, match="4 or 6 or 8 s"):
        veo.submit(replace(CLIP, seconds=5))
    with pytest.raises(UnsupportedRequest, match="no seed"):
        gateway.submit(replace(CLIP, seed=7))
    assert not service.arrived


def test_an_operation_is_found_again_by_its_name_alone(service, veo, express, gateway):
    short = f"publishers/google/models/{MODEL}/operations/op-1"
    for adapter, name, path in (
        (veo, OPERATION, f"/v1beta1/{PLACE}/publishers/google/models/{MODEL}:fetchPredictOperation"),
        (express, short, f"/v1beta1/publishers/google/models/{MODEL}:fetchPredictOperation"),
        (gateway, OLD_OPERATION, f"/gw/v1beta/{OLD_OPERATION}"),
    ):
        service.says({"name": name})
        assert adapter.poll(name).outcome is Outcome.RUNNING
        asked = service.arrived[-1]
        assert asked.path == path
        if adapter is not gateway:
            assert asked.json == {"operationName": name}


@pytest.mark.parametrize(
    "name", ["", "op-1", "operations/op-1", "a/../../b/operations/x", "a/operations/", "a b/operations/x"]
)
def test_what_is_no_name_of_an_operation_is_gone_without_a_question(name, service, veo):
    assert veo.poll(name).outcome is Outcome.EXPIRED
    with pytest.raises(Rejected, match="not the name"):
        list(veo.fetch(name))
    assert not service.arrived


def test_a_filtered_operation_is_refused_with_its_category(service, veo):
    reason = "Veo could not generate videos. You will not be charged. Support codes: 42237218"
    service.says(done(raiMediaFilteredCount=1, raiMediaFilteredReasons=[reason]))
    answer = veo.poll(OPERATION)
    assert (answer.outcome, answer.stage, answer.category) == (Outcome.REFUSED, "output", "video safety violation")
    assert (answer.billing, answer.message) == (Billing.NOT_CHARGED, reason)


@pytest.mark.parametrize(
    ("error", "category"),
    [
        ({"code": 400, "message": "The prompt violates. Support codes: 58061214"}, "child"),
        ({"code": 400, "status": "SAFETY", "message": "no"}, "SAFETY"),
        ({"code": 400, "status": "INVALID_ARGUMENT", "message": "Unknown name safety_settings"}, ""),
        ({"code": 400, "status": "INVALID_ARGUMENT", "message": "`inlineData` isn't supported by this model"}, ""),
    ],
)
def test_input_that_is_refused_at_once_is_told_from_a_bad_request(error, category, service, veo):
    service.says([{"error": error}], 400)
    if category:
        answer = veo.submit(CLIP)
        assert (answer.outcome, answer.stage, answer.category) == (Outcome.REFUSED, "input", category)
    else:
        with pytest.raises(Rejected):
            veo.submit(CLIP)


def test_an_operation_without_a_name_is_ambiguous(service, veo):
    service.says({"done": False})
    with pytest.raises(Ambiguous, match="name"):
        veo.submit(CLIP)


def test_a_clip_inside_the_answer_needs_no_download_and_leaves_no_bytes_in_the_record(service, veo):
    service.says(done({"bytesBase64Encoded": base64.b64encode(DATA).decode(), "mimeType": "video/mp4"}))
    answer = veo.poll(OPERATION)
    assert (answer.outcome, answer.billing) == (Outcome.SUCCEEDED, Billing.CHARGED)
    assert f"<{len(DATA)} bytes sha256:" in answer.raw
    pieces = list(veo.fetch(OPERATION))
    assert b"".join(pieces) == DATA
    assert len(pieces) > 1
    assert len(service.arrived) == 2


def test_a_clip_in_a_bucket_is_asked_of_the_endpoint_itself(service, veo):
    service.says(done({"gcsUri": "gs://reels/lantern/sample 0.mp4"})).sends(DATA, media_type="video/mp4")
    assert b"".join(veo.fetch(OPERATION)) == DATA
    asked = service.gets[0]
    assert (asked.path, asked.query) == ("/storage/v1/b/reels/o/lantern%2Fsample%200.mp4", {"alt": "media"})
    assert asked.headers["authorization"] == f"Bearer {KEY}"


def test_the_old_shapes_clip_is_a_file_of_the_endpoint_or_lies_elsewhere_without_the_key(service, other_host, gateway):
    service.says(old_done("https://generativelanguage.googleapis.com/v1beta/files/abc1:download?alt=media"))
    service.sends(DATA, media_type="video/mp4")
    assert b"".join(gateway.fetch(OLD_OPERATION)) == DATA
    assert (service.gets[-1].path, service.gets[-1].headers["x-goog-api-key"]) == (
        "/gw/v1beta/files/abc1:download",
        KEY,
    )
    service.script.clear()
    service.says(old_done(f"{other_host.url}/cdn/clip.mp4"))
    other_host.sends(DATA, media_type="video/mp4")
    assert b"".join(gateway.fetch(OLD_OPERATION)) == DATA
    assert "x-goog-api-key" not in other_host.gets[0].headers


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"name": OPERATION}, Unavailable),
        ({"name": OPERATION, "done": True, "error": {"code": 13, "message": "broke"}}, Rejected),
        (done({"gcsUri": "https://elsewhere.example/clip.mp4"}), BadResponse),
        (done({"gcsUri": "gs://bucket"}), BadResponse),
    ],
)
def test_what_cannot_be_fetched_is_said(said, expected, service, veo):
    service.says(said)
    with pytest.raises(expected):
        list(veo.fetch(OPERATION))
    assert len(service.arrived) == 1


def test_an_extension_brings_the_clip_of_the_earlier_operation(service, veo):
    service.says(done({"bytesBase64Encoded": base64.b64encode(DATA).decode()})).says({"name": OPERATION})
    request = replace(CLIP, seconds=7, source=BoundJob(remote_id=OPERATION, change=Change.EXTEND))
    answer = veo.submit(request)
    asked, sent = service.posts
    assert asked.path.endswith(":fetchPredictOperation")
    blob = Blob(name="x", media_type="video/mp4", data=DATA)
    assert sent.json["instances"] == [{"prompt": "Mira waves.", "video": encoded(blob)}]
    assert (sent.json["parameters"]["durationSeconds"], sent.json["parameters"]["resolution"]) == (8, "720p")
    assert [(one.field, one.digest, one.role) for one in answer.sent] == [("instances[0].video", blob.digest, "extend")]


def test_an_extension_brings_the_clip_that_the_request_holds_and_asks_nothing(service, veo, gateway):
    blob = Blob(name="a.mp4", media_type="video/mp4", data=DATA)
    request = replace(CLIP, seconds=7, source=BoundJob(remote_id=OPERATION, change=Change.EXTEND, clip=blob))
    service.says({"name": OPERATION})
    for adapter in (veo, gateway):
        adapter.submit(request)
        assert service.posts[-1].json["instances"][0]["video"] == encoded(blob)
    assert len(service.arrived) == 2


def test_an_extension_names_the_address_where_there_is_one(service, veo, gateway):
    uri = "https://generativelanguage.googleapis.com/v1beta/files/abc1:download?alt=media"
    longer = replace(CLIP, seconds=7, source=BoundJob(remote_id=OLD_OPERATION, change=Change.EXTEND))
    service.says(old_done(uri)).says({"name": OLD_OPERATION})
    answer = gateway.submit(longer)
    assert service.posts[-1].json["instances"][0]["video"] == {"uri": uri}
    assert (answer.sent[0].field, answer.sent[0].name) == ("instances[0].video", uri)
    service.script.clear()
    service.says(done({"gcsUri": "gs://b/o.mp4"})).says({"name": OPERATION})
    veo.submit(replace(longer, source=BoundJob(remote_id=OPERATION, change=Change.EXTEND)))
    assert service.posts[-1].json["instances"][0]["video"] == {"gcsUri": "gs://b/o.mp4", "mimeType": "video/mp4"}


@pytest.mark.parametrize(
    ("said", "status", "expected"),
    [
        ({"name": OPERATION}, 200, Unavailable),
        ({"error": {"code": 404, "message": "gone"}}, 404, Rejected),
        ({"error": {"code": 500, "message": "no"}}, 500, Unavailable),
    ],
)
def test_an_extension_of_what_is_not_there_is_never_sent(said, status, expected, service, veo):
    service.says(said, status)
    with pytest.raises(expected):
        veo.submit(replace(CLIP, seconds=7, source=BoundJob(remote_id=OPERATION, change=Change.EXTEND)))
    assert not [one for one in service.posts if one.path.endswith(":predictLongRunning")]


def test_there_is_no_list(service, veo):
    assert veo.recent() is None
    assert not service.arrived


SURFACES = {
    "project": (f"/google/{PLACE}", "", MODEL),
    "express": ("/google", "", MODEL),
    "gateway": ("/google", "gemini-api", "veo-3.1-generate-preview"),
}


@pytest.mark.parametrize("surface", SURFACES)
def test_the_simulator_makes_a_clip_and_extends_it_on_every_surface(surface, simulator, connected, reference, finished):
    path, dialect, model = SURFACES[surface]
    veo = connected("vertex-veo", simulator + path, dialect=dialect, timeout=30)
    submitted = veo.submit(replace(CLIP, model=model, references=(reference(),)))
    done = finished(veo, submitted.remote_id)
    assert (done.outcome, done.billing) == (Outcome.SUCCEEDED, Billing.CHARGED)
    first = b"".join(veo.fetch(submitted.remote_id))
    assert first[4:8] == b"ftyp"
    source = BoundJob(remote_id=submitted.remote_id, change=Change.EXTEND)
    longer = veo.submit(replace(CLIP, model=model, prompt="She runs.", seconds=7, source=source))
    assert finished(veo, longer.remote_id).outcome is Outcome.SUCCEEDED
    assert len(b"".join(veo.fetch(longer.remote_id))) > len(first)
    assert veo.poll(submitted.remote_id[:-32] + "0" * 32).outcome is Outcome.EXPIRED


@pytest.mark.parametrize("surface", SURFACES)
def test_the_simulator_refuses_and_fails_on_every_surface(surface, simulator, connected, finished):
    path, dialect, model = SURFACES[surface]
    veo = connected("vertex-veo", simulator + path, dialect=dialect, timeout=30)
    short = replace(CLIP, model=model, seconds=4)
    at_once = veo.submit(replace(short, prompt="Mira. [[refuse:input]]"))
    assert (at_once.outcome, at_once.stage, at_once.category) == (Outcome.REFUSED, "input", "child")
    later = finished(veo, veo.submit(replace(short, prompt="Mira. [[refuse:output]]")).remote_id)
    assert (later.outcome, later.stage, later.billing) == (Outcome.REFUSED, "output", Billing.NOT_CHARGED)
    broken = finished(veo, veo.submit(replace(short, prompt="Mira. [[fail]]")).remote_id)
    assert (broken.outcome, broken.category) == (Outcome.FAILED, "13")
    with pytest.raises(Rejected, match="404"):
        veo.submit(replace(short, model="veo-2.0-generate-001"))
