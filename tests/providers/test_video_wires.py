"""What each dialect of `/v1/videos` sends and reads, field by field (openai-video-wire.md, section 4)."""

import base64
import json
from dataclasses import replace

import pytest

from charkit.errors import Rejected, Unavailable, UnsupportedRequest
from charkit.providers.base import Billing, BoundCharacter, Outcome, Role, VideoRequest

H3 = VideoRequest(
    model="MiniMaxAI/MiniMax-H3",
    prompt="<Picture 1> is Mira. <Picture 2> is Mira. Mira walks.",
    seconds=5,
    width=1344,
    height=768,
    seed=7,
)
WAN = replace(H3, model="Wan2.2-I2V", prompt="Mira walks.", width=1280, height=720)
QUEUED = {"id": "job-1", "status": "queued"}


@pytest.fixture
def speaking(service, connected):
    return lambda dialect: connected("openai-videos", f"{service.url}/v1", dialect=dialect)


@pytest.fixture
def views(reference):
    return tuple(reference(name=f"mira-{n}.png", size=(300, 400), colour=c) for n, c in enumerate(("#111", "#eee")))


@pytest.fixture
def ends(reference):
    first = reference(Role.FIRST_FRAME, name="a.png", size=(300, 400))
    return (reference(Role.LAST_FRAME, name="z.png", size=(300, 400), colour="#a00"), first)


def form(arrived):
    return {part.name: part.data.decode() for part in arrived.parts if part.filename is None}


def files(arrived):
    return [(p.name, p.filename, p.media_type, p.data) for p in arrived.parts if p.filename is not None]


def url(one):
    return f"data:image/png;base64,{base64.b64encode(one.blob.data).decode()}"


def test_vllm_omni_takes_references_as_named_typed_files_and_is_told_the_task(service, speaking, views):
    service.says(QUEUED)
    answer = speaking("vllm-omni").submit(replace(H3, references=views))
    (sent,) = service.posts
    assert sent.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert form(sent) == {
        "model": "MiniMaxAI/MiniMax-H3",
        "prompt": H3.prompt,
        "seconds": "5",
        "aspect_ratio": "16:9",
        "size": "1344x768",
        "seed": "7",
        "extra_params": '{"task":"ref2va"}',
    }
    assert files(sent) == [("input_references", one.blob.name, "image/png", one.blob.data) for one in views]
    assert [(one.field, one.name, one.character) for one in answer.sent] == [
        ("input_references", "<Picture 1>", "Mira"),
        ("input_references", "<Picture 2>", "Mira"),
    ]


def test_vllm_omni_takes_both_frames_in_order_and_never_beside_references(service, speaking, ends, views):
    service.says(QUEUED)
    speaking("vllm-omni").submit(replace(H3, prompt="Mira walks.", references=ends))
    (sent,) = service.posts
    assert json.loads(form(sent)["extra_params"]) == {"task": "fl2va"}
    assert [name for _, name, _, _ in files(sent)] == ["a.png", "z.png"]
    with pytest.raises(UnsupportedRequest, match="never both"):
        speaking("vllm-omni").submit(replace(H3, references=(*views, ends[1])))
    with pytest.raises(UnsupportedRequest, match="read as the first frame"):
        speaking("vllm-omni").submit(replace(H3, prompt="Mira.", references=ends[:1]))
    assert len(service.arrived) == 1


def test_vllm_omni_is_sent_text_alone_as_a_form_too(service, speaking):
    service.says(QUEUED)
    speaking("vllm-omni").submit(replace(H3, prompt="Mira walks."))
    speaking("vllm-omni").submit(WAN)
    h3, wan = (form(sent) for sent in service.posts)
    assert json.loads(h3["extra_params"]) == {"task": "t2va"}
    assert wan == {
        "model": "Wan2.2-I2V", "prompt": "Mira walks.", "seconds": "5", "size": "1280x720", "seed": "7"
    }  # fmt: skip


def test_a_server_that_runs_one_model_needs_no_name_to_be_taken_for_h3(service, speaking, views):
    service.says(QUEUED)
    speaking("vllm-omni").submit(replace(H3, model="", references=views))
    assert json.loads(form(service.posts[0])["extra_params"]) == {"task": "ref2va"}
    assert "model" not in form(service.posts[0])


@pytest.mark.parametrize("name", ["vllm-omni", "sglang", "hosted-vllm"])
def test_another_model_takes_no_references_and_it_is_said_which_does(name, service, speaking, views):
    with pytest.raises(UnsupportedRequest) as caught:
        speaking(name).submit(replace(WAN, references=views))
    assert "MiniMax H3" in caught.value.nearest
    assert not service.arrived


def test_the_other_models_of_both_servers_take_an_opening_frame(service, speaking, ends):
    service.says(QUEUED)
    speaking("vllm-omni").submit(replace(WAN, references=ends[1:]))
    assert files(service.posts[0]) == [("input_reference", "a.png", "image/png", ends[1].blob.data)]
    speaking("sglang").submit(replace(WAN, references=ends[1:]))
    assert service.posts[1].json == {
        "model": "Wan2.2-I2V", "prompt": "Mira walks.", "seconds": 5, "size": "1280x720", "seed": 7,
        "reference_url": url(ends[1]),
    }  # fmt: skip


def test_sglang_takes_references_as_conditions_in_order(service, speaking, views):
    service.says(QUEUED)
    answer = speaking("sglang").submit(replace(H3, references=views))
    assert service.posts[0].json == {
        "model": "MiniMaxAI/MiniMax-H3",
        "prompt": H3.prompt,
        "task": "ref2va",
        "target": {"short_edge": 768, "aspect_ratio": "16:9", "duration_seconds": 5},
        "conditions": [{"type": "image", "uri": url(one), "role": "reference"} for one in views],
        "seed": 7,
    }
    assert [one.field for one in answer.sent] == ["conditions[0]", "conditions[1]"]
    assert [one.name for one in answer.sent] == ["<Picture 1>", "<Picture 2>"]


def test_sglang_takes_frames_as_keyframes_also_the_last_one_alone(service, speaking, ends):
    service.says(QUEUED)
    speaking("sglang").submit(replace(H3, prompt="Mira.", references=ends))
    speaking("sglang").submit(replace(H3, prompt="Mira.", references=ends[:1]))
    both, last = (sent.json for sent in service.posts)
    assert both["task"] == last["task"] == "fl2va"
    assert [one["frame_index"] for one in both["conditions"]] == [0, -1]
    assert last["conditions"] == [{"type": "image", "role": "keyframe", "frame_index": -1, "uri": url(ends[0])}]


def test_behind_litellm_references_are_a_json_list_of_urls_in_the_form(service, speaking, views):
    service.says(QUEUED)
    speaking("hosted-vllm").submit(replace(H3, references=views))
    sent = form(service.posts[0])
    assert json.loads(sent["image_reference"]) == [{"image_url": url(one)} for one in views]
    assert json.loads(sent["extra_params"]) == {"task": "ref2va"}
    assert not files(service.posts[0])


@pytest.mark.parametrize("name", ["vllm-omni", "sglang", "hosted-vllm"])
@pytest.mark.parametrize("change", [{"seconds": 3}, {"seconds": 16}, {"height": 760}, {"prompt": "Mira."}])
def test_what_h3_would_refuse_or_change_is_refused_unsent_with_its_source(name, change, service, speaking, views):
    with pytest.raises(UnsupportedRequest) as caught:
        speaking(name).submit(replace(H3, references=views, **change))
    assert caught.value.rule
    assert caught.value.nearest
    assert "0.30.0" in caught.value.source or "0.5.23" in caught.value.source
    assert not service.arrived


def test_openrouter_is_json_with_a_whole_number_of_seconds(service, speaking, views):
    service.says({"id": "job-1", "polling_url": "/api/v1/videos/job-1", "status": "pending"}, 202)
    answer = speaking("openrouter").submit(replace(WAN, model="minimax/h3", references=views))
    assert service.posts[0].headers["content-type"] == "application/json"
    assert service.posts[0].json == {
        "model": "minimax/h3",
        "prompt": "Mira walks.",
        "duration": 5,
        "resolution": "720p",
        "aspect_ratio": "16:9",
        "seed": 7,
        "input_references": [{"type": "image_url", "image_url": {"url": url(one)}} for one in views],
    }
    assert (answer.outcome, answer.remote_id) == (Outcome.QUEUED, "job-1")
    assert [one.field for one in answer.sent] == ["input_references[0]", "input_references[1]"]


def test_openrouter_takes_frames_with_their_type_and_never_beside_references(service, speaking, ends, views):
    service.says({"id": "job-1", "status": "pending"}, 202)
    speaking("openrouter").submit(replace(WAN, references=ends))
    assert service.posts[0].json["frame_images"] == [
        {"type": "image_url", "image_url": {"url": url(ends[1])}, "frame_type": "first_frame"},
        {"type": "image_url", "image_url": {"url": url(ends[0])}, "frame_type": "last_frame"},
    ]
    with pytest.raises(UnsupportedRequest, match="never both"):
        speaking("openrouter").submit(replace(WAN, references=(*views, ends[1])))
    assert len(service.arrived) == 1


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("new-api", {"seconds": "5", "image": "URL"}),
        ("new-api-input-reference", {"seconds": "5", "input_reference": "URL"}),
        ("new-api-images", {"duration": 5, "images": ["URL"]}),
    ],
)
def test_a_relay_is_sent_the_fields_that_its_page_names(name, fields, service, speaking, ends):
    service.says({"task_id": "task_1", "status": "not_start"})
    answer = speaking(name).submit(replace(WAN, seed=None, references=ends[1:]))
    sent = json.loads(json.dumps(service.posts[0].json).replace(url(ends[1]), "URL"))
    assert sent == {"model": "Wan2.2-I2V", "prompt": "Mira walks.", "size": "1280x720", **fields}
    assert answer.remote_id == "task_1"


def test_a_relay_with_one_list_for_all_pictures_takes_several_references(service, speaking, views):
    service.says(QUEUED)
    answer = speaking("new-api-images").submit(replace(WAN, seed=None, references=views))
    assert service.posts[0].json["images"] == [url(one) for one in views]
    assert [one.field for one in answer.sent] == ["images[0]", "images[1]"]


@pytest.mark.parametrize("name", ["openrouter", "vllm-omni", "sglang", "hosted-vllm", "new-api"])
def test_character_ids_are_never_dropped_on_the_way_to_a_server_without_them(name, service, speaking):
    with pytest.raises(UnsupportedRequest, match="no characters"):
        speaking(name).submit(replace(WAN, characters=(BoundCharacter(id="c", name="Mira"),)))
    assert not service.arrived


@pytest.mark.parametrize("code", [400, 422, 500, 503, 599])
def test_a_failed_job_of_vllm_omni_is_an_answer_whatever_its_http_status(code, service, speaking):
    job = {"id": "job-1", "object": "video", "status": "failed", "error": {"code": code, "message": "out of memory"}}
    service.says(job, code, retry_after_ms="1")
    answer = speaking("vllm-omni").poll("job-1")
    assert (answer.outcome, answer.message) == (Outcome.FAILED, "out of memory")
    assert not service.posts


def test_a_failed_job_that_litellm_quotes_in_its_own_error_is_an_answer_too(service, speaking):
    job = {"id": "video_gen_1", "status": "failed", "error": {"code": 500, "message": "out of memory"}}
    text = f"litellm.InternalServerError: Hosted_vllmException - {json.dumps(job)}\nLiteLLM: no fallback was attempted."
    service.says({"error": {"message": text, "type": None, "param": None, "code": "500"}}, 500, retry_after_ms="1")
    answer = speaking("hosted-vllm").poll("video_abc")
    assert (answer.outcome, answer.remote_id, answer.message) == (Outcome.FAILED, "video_abc", "out of memory")
    service.script.clear()
    service.says({"error": {"message": "InternalServerError: {broken"}}, 500, retry_after_ms="1")
    with pytest.raises(Unavailable):
        speaking("hosted-vllm").poll("video_abc")


def test_the_content_of_an_unfinished_or_failed_job_of_vllm_omni_is_refused(service, speaking):
    service.says({"error": {"message": "Generation is still in-progress", "code": 404}}, 404)
    with pytest.raises(Rejected, match="Poll the job"):
        list(speaking("vllm-omni").fetch("job-1"))
    service.script.clear()
    service.says({"error": {"message": "Video generation failed. Check job status for error details."}}, 422)
    with pytest.raises(Rejected, match="Check job status"):
        list(speaking("vllm-omni").fetch("job-1"))


def test_a_failed_job_of_sglang_has_no_code_and_no_prompt(service, speaking):
    service.says({"id": "job-1", "status": "failed", "progress": 99, "error": {"message": "no storage"}})
    answer = speaking("sglang").poll("job-1")
    assert (answer.outcome, answer.message, answer.progress) == (Outcome.FAILED, "no storage", 99)
    service.script.clear()
    service.says({"data": [{"id": "job-1", "created_at": 5, "seconds": 4, "size": "1280x720", "status": "failed"}]})
    (listed,) = speaking("sglang").recent()
    assert (listed.prompt, listed.seconds, listed.size) == (None, "4", "1280x720")


def test_the_clip_of_sglang_is_at_its_address_or_at_content_never_with_a_variant(service, other_host, speaking):
    service.says({"id": "job-1", "status": "completed", "url": f"{other_host.url}/bucket/job-1.mp4"})
    other_host.sends(b"ftypmp42", media_type="video/mp4")
    assert b"".join(speaking("sglang").fetch("job-1")) == b"ftypmp42"
    assert "authorization" not in other_host.gets[0].headers
    service.script.clear()
    service.says({"id": "job-1", "status": "completed", "url": None, "urls": [None]})
    service.sends(b"ftypmp42", media_type="video/mp4")
    assert b"".join(speaking("sglang").fetch("job-1")) == b"ftypmp42"
    assert (service.gets[-1].path, service.gets[-1].query) == ("/v1/videos/job-1/content", {})


def test_the_clip_of_openrouter_is_signed_or_behind_the_key(service, other_host, speaking):
    own = f"{service.url}/v1/videos/job-1/content?index=0"
    done = {"id": "job-1", "status": "completed", "unsigned_urls": [own], "usage": {"cost": 0.25, "is_byok": False}}
    service.says(done)
    assert speaking("openrouter").poll("job-1").usage == {"cost": 0.25}
    service.sends(b"ftypmp42", media_type="video/mp4")
    assert b"".join(speaking("openrouter").fetch("job-1")) == b"ftypmp42"
    assert service.gets[-1].headers["authorization"].startswith("Bearer ")
    assert service.gets[-1].query == {"index": "0"}
    service.script.clear()
    service.says({**done, "urls": [f"{other_host.url}/signed.mp4?sig=1"]})
    other_host.sends(b"ftypmp42", media_type="video/mp4")
    assert b"".join(speaking("openrouter").fetch("job-1")) == b"ftypmp42"
    assert "authorization" not in other_host.gets[0].headers


@pytest.mark.parametrize("word", ["cancelled", "expired"])
def test_openrouter_s_other_ends_are_told_apart(word, service, speaking):
    service.says({"id": "job-1", "status": word})
    answer = speaking("openrouter").poll("job-1")
    assert answer.outcome == word
    assert answer.billing is Billing.NOT_ESTABLISHED


@pytest.mark.parametrize("name", ["openrouter", "new-api", "hosted-vllm"])
def test_where_no_list_is_documented_none_is_asked_for(name, service, speaking):
    assert speaking(name).recent() is None
    assert not service.arrived
