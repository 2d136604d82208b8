"""Gemini Omni by Interactions: what goes out, and the outcomes that look like one another."""

import base64
from dataclasses import replace

import pytest

from charkit.errors import Ambiguous, BadResponse, Rejected, Unavailable, UnsupportedRequest
from charkit.providers.base import Billing, BoundCharacter, BoundJob, Change, Outcome, Role, VideoRequest
from charkit.providers.gemini_interactions import STATUSES

CLIP = VideoRequest(model="gemini-omni-1.2-flash", prompt="Mira waves.", seconds=4, width=1280, height=720)
STARTED = {"id": "v1_abc", "object": "interaction", "status": "in_progress", "model": "gemini-omni-1.2-flash"}
VIDEO_TOKENS = {"total_output_tokens": 57920, "output_tokens_by_modality": [{"modality": "video", "tokens": 57920}]}


def uri(file_id):
    return f"https://generativelanguage.googleapis.com/v1beta/files/{file_id}:download?alt=media"


def finished(*content, **more):
    steps = [
        {"type": "user_input", "content": [{"type": "video", "uri": uri("mine")}]},
        {"type": "thought", "signature": "abc"},
        {"type": "model_output", "content": list(content)},
    ]
    return {"id": "v1_abc", "status": "completed", "steps": steps, **more}


@pytest.fixture
def omni(service, connected):
    return connected("gemini-omni", service.url)


def test_text_goes_out_in_the_background_with_a_duration_in_words(service, omni):
    service.says(STARTED)
    answer = omni.submit(replace(CLIP, seed=7))
    sent = service.posts[0]
    assert sent.path == "/v1/interactions"
    assert sent.headers["x-goog-api-key"] == "sk-loopback-0123456789"
    assert sent.json == {
        "model": "gemini-omni-1.2-flash",
        "background": True,
        "input": [{"type": "user_input", "content": [{"type": "text", "text": "Mira waves."}]}],
        "generation_config": {"seed": 7, "video_config": {"task": "text_to_video"}},
        "response_format": {
            "type": "video",
            "resolution": "720p",
            "aspect_ratio": "16:9",
            "duration": "4s",
            "delivery": "uri",
        },
    }
    assert (answer.outcome, answer.remote_id) == (Outcome.RUNNING, "v1_abc")


def test_no_seed_goes_out_where_none_was_asked_for(service, omni):
    service.says(STARTED)
    omni.submit(CLIP)
    assert "seed" not in service.posts[0].json["generation_config"]


def test_pictures_go_out_as_base64_in_order_with_the_tags_that_bind_them(service, omni, reference):
    first = reference(Role.FIRST_FRAME, name="open.png", character="")
    shown = (first, reference(name="mira.png"), reference(Role.PLACE, name="quay.png", character="", colour="#224466"))
    service.says(STARTED)
    header = "[# Sources <FIRST_FRAME>@Image1] [# References <IMAGE_REF_0>@Image2 <IMAGE_REF_1>@Image3]"
    answer = omni.submit(replace(CLIP, references=shown, prompt=f"{header}\nStart from Image1. Mira waves."))
    *pictures, text = service.posts[0].json["input"][0]["content"]
    assert [(part["type"], part["mime_type"]) for part in pictures] == [("image", "image/png")] * 3
    assert [base64.b64decode(part["data"]) for part in pictures] == [one.blob.data for one in shown]
    assert text["type"] == "text"
    assert service.posts[0].json["generation_config"]["video_config"]["task"] == "reference_to_video"
    assert [(one.field, one.name, one.digest) for one in answer.sent] == [
        ("input[0].content[0]", "<FIRST_FRAME>", shown[0].blob.digest),
        ("input[0].content[1]", "<IMAGE_REF_0>", shown[1].blob.digest),
        ("input[0].content[2]", "<IMAGE_REF_1>", shown[2].blob.digest),
    ]


def test_frames_alone_are_image_to_video(service, omni, reference):
    service.says(STARTED)
    omni.submit(replace(CLIP, references=(reference(Role.FIRST_FRAME), reference(Role.LAST_FRAME))))
    assert service.posts[0].json["generation_config"]["video_config"]["task"] == "image_to_video"


@pytest.mark.parametrize(
    ("width", "height", "resolution", "aspect"),
    [
        (640, 360, "360p", "16:9"),
        (360, 640, "360p", "9:16"),
        (720, 1280, "720p", "9:16"),
        (1920, 1080, "1080p", "16:9"),
        (3840, 2160, "4k", "16:9"),
    ],
)
def test_the_size_becomes_a_resolution_and_an_aspect(width, height, resolution, aspect, service, omni):
    service.says(STARTED)
    omni.submit(replace(CLIP, width=width, height=height))
    said = service.posts[0].json["response_format"]
    assert (said["resolution"], said["aspect_ratio"]) == (resolution, aspect)


def test_what_the_wire_cannot_carry_is_refused_unsent(service, omni, reference):
    heic = reference()
    heic = replace(heic, blob=replace(heic.blob, media_type="image/x-raw"))
    for change in (
        {"width": 854, "height": 480},
        {"width": 720, "height": 720},
        {"width": 1024, "height": 720},
        {"characters": (BoundCharacter(id="c", name="Mira"),)},
        {"references": (reference(),) * 11},
        {"references": (heic,)},
        {"references": (reference(Role.LAST_FRAME),)},
        {"references": (reference(Role.FIRST_FRAME),) * 2},
    ):
        with pytest.raises(UnsupportedRequest) as caught:
            omni.submit(replace(CLIP, **change))
        assert caught.value.rule
    assert not service.arrived


@pytest.mark.parametrize("word", sorted(set(STATUSES) - {"completed"}))
def test_every_documented_status_means_something(word, service, omni):
    service.says({"id": "v1_abc", "status": word})
    assert omni.poll("v1_abc").outcome is STATUSES[word]


def test_a_poll_asks_for_the_interaction(service, omni):
    service.says(finished({"type": "video", "uri": uri("abc1")}, usage=VIDEO_TOKENS))
    answer = omni.poll("v1_abc")
    assert service.gets[0].path == "/v1/interactions/v1_abc"
    assert (answer.outcome, answer.billing) == (Outcome.SUCCEEDED, Billing.CHARGED)
    assert answer.usage["total_output_tokens"] == 57920


def test_completed_with_text_alone_is_a_refusal_and_what_it_cost_is_not_invented(service, omni):
    usage = {"total_output_tokens": 12, "output_tokens_by_modality": [{"modality": "text", "tokens": 12}]}
    service.says(finished({"type": "text", "text": "I can't generate that video."}, usage=usage))
    answer = omni.poll("v1_abc")
    assert (answer.outcome, answer.stage) == (Outcome.REFUSED, "output")
    assert answer.message == "I can't generate that video."
    assert answer.billing is Billing.NOT_ESTABLISHED


def test_completed_with_video_tokens_but_no_clip_was_paid_for(service, omni):
    service.says(finished({"type": "film", "where": "elsewhere"}, usage=VIDEO_TOKENS))
    answer = omni.poll("v1_abc")
    assert (answer.outcome, answer.billing) == (Outcome.FAILED, Billing.CHARGED)
    assert "Do not generate it again" in answer.message


def test_completed_with_nothing_at_all_is_the_regional_block(service, omni):
    service.says({"id": "v1_abc", "status": "completed", "usage": {"total_output_tokens": 0}})
    answer = omni.poll("v1_abc")
    assert (answer.outcome, answer.category) == (Outcome.REFUSED, "region")


def test_completed_without_a_word_about_anything_is_a_failure(service, omni):
    service.says({"id": "v1_abc", "status": "completed"})
    assert omni.poll("v1_abc").outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ({"errors": [{"code": "type.googleapis.com/google.rpc.Internal", "message": "broke"}]}, Outcome.FAILED),
        ({"error": {"code": 500, "status": "INTERNAL", "message": "broke"}}, Outcome.FAILED),
        ({"errors": [{"code": "type.googleapis.com/SAFETY", "message": "broke"}]}, Outcome.REFUSED),
        ({"error": {"code": 400, "status": "IMAGE_PROHIBITED_CONTENT", "message": "broke"}}, Outcome.REFUSED),
    ],
)
def test_a_failed_interaction_is_told_from_a_refused_one(said, outcome, service, omni):
    service.says({"id": "v1_abc", "status": "failed", **said})
    answer = omni.poll("v1_abc")
    assert (answer.outcome, answer.message) == (outcome, "broke")


@pytest.mark.parametrize(
    ("error", "refused"),
    [
        ({"code": "SAFETY", "message": "no"}, True),
        ({"code": 400, "status": "SPII", "message": "no"}, True),
        ({"code": 400, "status": "IMAGE_SAFETY", "message": "no"}, True),
        ({"code": "invalid_request", "message": "The input was blocked by our safety filters."}, True),
        ({"code": 403, "status": "PERMISSION_DENIED", "message": "API_KEY_SERVICE_BLOCKED"}, False),
        ({"code": 400, "status": "INVALID_ARGUMENT", "message": "safety_settings are not supported"}, False),
        ({"code": 400, "status": "UNSAFETY", "message": "no"}, False),
    ],
)
@pytest.mark.parametrize("wrapped", [False, True])
def test_blocked_input_is_matched_by_whole_words(error, refused, wrapped, service, omni):
    body = {"error": error}
    service.says([body] if wrapped else body, 400)
    if refused:
        answer = omni.submit(CLIP)
        assert (answer.outcome, answer.stage) == (Outcome.REFUSED, "input")
    else:
        with pytest.raises(Rejected):
            omni.submit(CLIP)


def test_an_invalid_name_is_a_job_that_is_gone_and_any_other_400_passes(service, omni):
    service.says({"error": {"code": 400, "message": "Invalid interaction name."}}, 400)
    assert omni.poll("nonsense").outcome is Outcome.EXPIRED
    service.script.clear()
    service.says({"error": {"code": 400, "message": "Request had invalid credentials."}}, 400)
    with pytest.raises(Unavailable, match="asking again is free"):
        omni.poll("v1_abc")


def test_a_job_accepted_without_an_id_is_ambiguous(service, omni):
    service.says({"status": "in_progress"})
    with pytest.raises(Ambiguous, match="id"):
        omni.submit(CLIP)


def test_the_last_clip_is_fetched_from_the_endpoints_own_host(service, omni):
    clip = bytes(range(256)) * 9000
    service.says(finished({"type": "video", "uri": uri("first1")}, {"type": "video", "uri": uri("last2")}))
    service.sends(clip, media_type="video/mp4")
    pieces = list(omni.fetch("v1_abc"))
    assert b"".join(pieces) == clip
    assert len(pieces) > 1
    download = service.gets[-1]
    assert (download.path, download.query) == ("/v1/files/last2:download", {"alt": "media"})
    assert download.headers["x-goog-api-key"] == "sk-loopback-0123456789"


def test_a_clip_inside_the_answer_needs_no_download(service, omni):
    data = base64.b64encode(b"ftypmp42" * 100).decode()
    service.says(finished({"type": "video", "data": data}))
    assert b"".join(omni.fetch("v1_abc")) == b"ftypmp42" * 100
    assert len(service.arrived) == 1


def test_a_download_that_is_sent_elsewhere_goes_there_without_the_key(service, other_host, omni):
    service.says(finished({"type": "video", "uri": uri("abc1")}))
    service.sends(b"", 302, Location=f"{other_host.url}/cdn/clip.mp4")
    other_host.sends(b"ftypmp42", media_type="video/mp4")
    assert b"".join(omni.fetch("v1_abc")) == b"ftypmp42"
    assert "x-goog-api-key" not in other_host.gets[0].headers


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        ({"id": "v1_abc", "status": "in_progress"}, Unavailable),
        ({"id": "v1_abc", "status": "failed"}, Rejected),
        (finished({"type": "video", "uri": "http://elsewhere.example/clip.mp4"}), BadResponse),
        (finished({"type": "video", "uri": "https://elsewhere.example/clip.mp4"}), BadResponse),
        (finished({"type": "video", "uri": "https://elsewhere.example/files/---"}), BadResponse),
    ],
)
def test_what_cannot_be_fetched_is_said(job, expected, service, omni):
    service.says(job)
    with pytest.raises(expected):
        list(omni.fetch("v1_abc"))


def test_a_job_is_cancelled_by_its_id_and_it_costs_nothing_to_ask(service, omni):
    service.says({"id": "v1_abc", "status": "cancelled"})
    answer = omni.cancel("v1_abc")
    assert service.posts[0].path == "/v1/interactions/v1_abc/cancel"
    assert (answer.outcome, answer.billing) == (Outcome.CANCELLED, Billing.NOT_ESTABLISHED)


@pytest.mark.parametrize(
    ("status", "said", "expected"),
    [
        (400, {"error": {"code": 400, "message": "Interaction is already completed."}}, Rejected),
        (403, {"error": {"code": 403, "message": "no"}}, Rejected),
        (500, {"error": {"code": 500, "message": "no"}}, Unavailable),
    ],
)
def test_a_job_that_cannot_be_cancelled_says_why(status, said, expected, service, omni):
    service.says(said, status)
    with pytest.raises(expected):
        omni.cancel("v1_abc")


def test_a_job_that_nobody_knows_has_nothing_to_cancel(service, omni):
    service.says({"error": {"code": 404, "message": "Requested entity was not found."}}, 404)
    assert omni.cancel("v1_abc").outcome is Outcome.EXPIRED


def test_there_is_no_list(service, omni):
    assert omni.recent() is None
    assert not service.arrived


def test_the_simulator_takes_it_makes_a_clip_and_hands_it_over(simulator, connected, reference, finished):
    omni = connected("gemini-omni", f"{simulator}/google", timeout=30)
    prompt = "Mira (<IMAGE_REF_0>) waves. One single continuous shot, no cuts."
    request = replace(CLIP, prompt=prompt, width=640, height=360, references=(reference(),), seed=7)
    submitted = omni.submit(request)
    done = finished(omni, submitted.remote_id)
    assert (done.outcome, done.billing) == (Outcome.SUCCEEDED, Billing.CHARGED)
    assert b"".join(omni.fetch(submitted.remote_id))[4:8] == b"ftyp"
    assert omni.poll("v1_" + "0" * 8).outcome is Outcome.EXPIRED


def test_the_simulator_refuses_at_both_stages(simulator, connected, finished):
    omni = connected("gemini-omni", f"{simulator}/google", timeout=30)
    small = replace(CLIP, width=640, height=360)
    at_once = omni.submit(replace(small, prompt="Mira. [[refuse:input]]"))
    assert (at_once.outcome, at_once.stage) == (Outcome.REFUSED, "input")
    later = omni.submit(replace(small, prompt="Mira. [[refuse:output]]"))
    assert finished(omni, later.remote_id).stage == "output"
    broken = omni.submit(replace(small, prompt="Mira. [[fail]]"))
    assert finished(omni, broken.remote_id).outcome is Outcome.FAILED


def test_the_simulator_edits_and_extends_what_it_made(simulator, connected, reference, finished):
    omni = connected("gemini-omni", f"{simulator}/google", timeout=30)
    small = replace(CLIP, width=640, height=360)
    first = omni.submit(small)
    assert finished(omni, first.remote_id).outcome is Outcome.SUCCEEDED
    source = BoundJob(remote_id=first.remote_id, change=Change.EDIT)
    edited = omni.submit(replace(small, prompt="Turn the scarf green. Leave the rest unchanged.", source=source))
    assert finished(omni, edited.remote_id).usage["total_output_tokens"] == 4 * 1931
    source = BoundJob(remote_id=edited.remote_id, change=Change.EXTEND)
    prompt = "Fenn (<IMAGE_REF_0>) joins her."
    longer = omni.submit(replace(small, prompt=prompt, seconds=3, source=source, references=(reference(),)))
    done = finished(omni, longer.remote_id)
    assert (done.outcome, done.usage["total_output_tokens"]) == (Outcome.SUCCEEDED, 3 * 1931)
    assert b"".join(omni.fetch(edited.remote_id)) != b"".join(omni.fetch(first.remote_id))
    assert len(b"".join(omni.fetch(longer.remote_id))) > len(b"".join(omni.fetch(edited.remote_id)))


def test_the_simulator_opens_and_closes_on_the_frames(simulator, connected, reference, finished):
    omni = connected("gemini-omni", f"{simulator}/google", timeout=30)
    first, last = reference(Role.FIRST_FRAME, character=""), reference(Role.LAST_FRAME, character="", colour="#224466")
    prompt = "[# Sources <FIRST_FRAME>@Image1 <LAST_FRAME>@Image2] [# References <IMAGE_REF_0>@Image3]\nMira waves."
    for shown in ((first,), (first, last), (first, last, reference())):
        text = prompt if len(shown) == 3 else "Mira waves."
        begun = omni.submit(replace(CLIP, width=640, height=360, prompt=text, references=shown))
        assert finished(omni, begun.remote_id).outcome is Outcome.SUCCEEDED
