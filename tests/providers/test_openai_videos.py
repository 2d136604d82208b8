"""`/v1/videos`: what goes out in each dialect, what is refused before, and what the service's words become."""

import base64
import time
from dataclasses import replace

import pytest

from charkit.errors import (
    Ambiguous,
    BadReference,
    BadResponse,
    Rejected,
    Unavailable,
    UnknownName,
    UnsupportedRequest,
)
from charkit.providers import video_dialects
from charkit.providers.base import Billing, Blob, BoundCharacter, Outcome, Role, VideoRequest
from charkit.providers.video_dialects import DIALECTS, OPENAI_STATUSES, RELAY_STATUSES
from charkit.providers.video_grammar import Dialect, PictureField, Shape

CLIP = VideoRequest(model="sora-2", prompt="Mossy walks through a market.", seconds=8, width=1280, height=720)
MOSSY = BoundCharacter(id="char_1", name="Mossy")
QUEUED = {"id": "video_1", "object": "video", "status": "queued", "progress": 0}


@pytest.fixture
def videos(service, connected):
    return connected("openai-videos", f"{service.url}/v1")


@pytest.fixture
def muse(service, connected):
    return connected("openai-videos", f"{service.url}/v1", dialect="muse")


def test_text_goes_out_as_json_with_seconds_as_text(service, videos):
    service.says(QUEUED, openai_poll_after_ms="12000")
    answer = videos.submit(CLIP)
    sent = service.posts[0]
    assert (sent.method, sent.path) == ("POST", "/v1/videos")
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["authorization"] == "Bearer sk-loopback-0123456789"
    assert sent.json == {
        "model": "sora-2",
        "prompt": "Mossy walks through a market.",
        "seconds": "8",
        "size": "1280x720",
    }
    assert answer.outcome is Outcome.QUEUED
    assert answer.poll_after == 12
    assert answer.progress == 0
    assert answer.sent == ()


def test_nothing_of_the_environment_goes_out(service, videos, monkeypatch):
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-secret")
    service.says(QUEUED)
    videos.submit(CLIP)
    assert not [value for value in service.posts[0].headers.values() if "secret" in value]


def test_a_first_frame_goes_out_as_a_named_file_of_its_own_type(service, videos, reference):
    frame = reference(Role.FIRST_FRAME, name="s02-open.png", size=(1280, 720))
    service.says(QUEUED)
    answer = videos.submit(replace(CLIP, references=(frame,)))
    parts = {part.name: part for part in service.posts[0].parts}
    assert set(parts) == {"model", "prompt", "seconds", "size", "input_reference"}
    assert parts["seconds"].data == b"8"
    sent = parts["input_reference"]
    assert (sent.filename, sent.media_type, sent.data) == ("s02-open.png", "image/png", frame.blob.data)
    (record,) = answer.sent
    assert (record.field, record.name, record.digest) == ("input_reference", "s02-open.png", frame.blob.digest)


def test_characters_go_out_as_ids_in_json(service, videos):
    service.says(QUEUED)
    answer = videos.submit(replace(CLIP, characters=(MOSSY,)))
    assert service.posts[0].json["characters"] == [{"id": "char_1"}]
    (record,) = answer.sent
    assert (record.field, record.name, record.character) == ("characters[0].id", "char_1", "Mossy")


def test_a_frame_beside_characters_goes_out_in_the_one_documented_shape_that_carries_both(service, videos, reference):
    frame = reference(Role.FIRST_FRAME, size=(1280, 720))
    service.says(QUEUED)
    answer = videos.submit(replace(CLIP, references=(frame,), characters=(MOSSY,)))
    body = service.posts[0].json
    url = body["input_reference"]["image_url"]
    assert base64.b64decode(url.removeprefix("data:image/png;base64,")) == frame.blob.data
    assert body["characters"] == [{"id": "char_1"}]
    assert {record.field for record in answer.sent} == {"input_reference", "characters[0].id"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seed": 7}, "seed"),
        ({"characters": (MOSSY,) * 3}, "at most 2"),
        ({"characters": (BoundCharacter(id="c", name="Mossy the Great"),)}, "verbatim"),
        ({"characters": (BoundCharacter(id="c", name="mossy"),)}, "verbatim"),
        ({"prompt": "x" * 32_001}, "32000"),
    ],
)
def test_what_dialect_a_cannot_carry_is_refused_unsent(change, words, service, videos):
    with pytest.raises(UnsupportedRequest, match=words) as caught:
        videos.submit(replace(CLIP, **change))
    assert "openai" in caught.value.source.lower()
    assert not service.arrived


@pytest.mark.parametrize("role", [Role.CHARACTER, Role.VIEW, Role.PLACE, Role.LAST_FRAME])
def test_reference_pictures_are_never_dropped_on_the_way_to_dialect_a(role, service, videos, reference):
    with pytest.raises(UnsupportedRequest, match="no field"):
        videos.submit(replace(CLIP, references=(reference(role, size=(1280, 720)),)))
    assert not service.arrived


def test_a_frame_of_another_size_is_refused_with_the_size_that_would_do(service, videos, reference):
    frame = reference(Role.FIRST_FRAME, size=(1280, 704))
    with pytest.raises(UnsupportedRequest, match="1280x704") as caught:
        videos.submit(replace(CLIP, references=(frame,)))
    assert "1280x720" in caught.value.nearest
    assert not service.arrived


def test_a_frame_that_is_no_picture_or_of_a_wrong_type_is_refused(service, videos, reference):
    frame = reference(Role.FIRST_FRAME, size=(1280, 720))
    broken = replace(frame, blob=replace(frame.blob, data=b"not a picture"))
    with pytest.raises(BadReference, match="cannot be read"):
        videos.submit(replace(CLIP, references=(broken,)))
    heic = replace(frame, blob=replace(frame.blob, media_type="image/heic"))
    with pytest.raises(UnsupportedRequest, match="jpeg, png, webp"):
        videos.submit(replace(CLIP, references=(heic,)))
    with pytest.raises(UnsupportedRequest, match="2 pictures"):
        videos.submit(replace(CLIP, references=(frame, frame)))
    assert not service.arrived


def test_a_frame_too_long_for_a_data_url_is_refused(service, videos, reference):
    frame = reference(Role.FIRST_FRAME, size=(1280, 720))
    heavy = replace(frame, blob=replace(frame.blob, data=frame.blob.data + bytes(16_000_000)))
    with pytest.raises(UnsupportedRequest, match="20971520"):
        videos.submit(replace(CLIP, references=(heavy,), characters=(MOSSY,)))
    assert not service.arrived


def test_muse_takes_both_frames_as_data_urls_and_is_charged_at_once(service, muse, reference):
    first = reference(Role.FIRST_FRAME, size=(640, 360))
    last = reference(Role.LAST_FRAME, size=(640, 360), colour="#aa0000", name="end.png")
    service.says({"id": "task_1", "status": "not_start"})
    answer = muse.submit(replace(CLIP, references=(last, first)))
    body = service.posts[0].json
    assert base64.b64decode(body["image"].partition(",")[2]) == first.blob.data
    assert base64.b64decode(body["last_frame"].partition(",")[2]) == last.blob.data
    assert answer.outcome is Outcome.QUEUED
    assert answer.billing is Billing.CHARGED
    assert {record.field for record in answer.sent} == {"image", "last_frame"}


@pytest.mark.parametrize("word", sorted(RELAY_STATUSES))
def test_every_word_of_the_relays_means_something(word, service, muse):
    service.says({"id": "task_1", "status": word.upper()})
    assert muse.poll("task_1").outcome is RELAY_STATUSES[word]


@pytest.mark.parametrize("word", sorted(set(RELAY_STATUSES) - set(OPENAI_STATUSES)))
def test_a_word_of_the_relays_is_unknown_to_dialect_a(word, service, videos):
    service.says({"id": "video_1", "status": word})
    with pytest.raises(BadResponse, match=word):
        videos.poll("video_1")


def test_a_job_without_any_status_is_an_error(service, videos):
    service.says({"id": "video_1"})
    with pytest.raises(BadResponse, match="''"):
        videos.poll("video_1")


def test_a_job_accepted_without_an_id_is_ambiguous(service, videos):
    service.says({"status": "queued"})
    with pytest.raises(Ambiguous, match="id"):
        videos.submit(CLIP)


def test_missing_fields_and_odd_types_are_read_as_far_as_they_go(service, videos):
    service.says({"id": "video_1", "status": "in_progress", "progress": "50%", "quality": "standard"})
    answer = videos.poll("video_1")
    assert (answer.outcome, answer.progress, answer.expires_at) == (Outcome.RUNNING, 50, None)
    service.script.clear()
    service.says({"id": "video_1", "status": "in_progress"})
    assert videos.poll("video_1").progress is None


def test_a_job_stopped_by_moderation_is_refused_and_what_it_cost_is_not_invented(service, videos):
    error = {
        "code": "moderation_blocked",
        "message": "Your request was blocked by our moderation system.",
        "moderation_details": {"moderation_stage": "output", "categories": ["violence", "sexual"]},
    }
    service.says({"id": "video_1", "status": "failed", "error": error})
    answer = videos.poll("video_1")
    assert (answer.outcome, answer.stage, answer.category) == (Outcome.REFUSED, "output", "violence, sexual")
    assert answer.billing is Billing.NOT_ESTABLISHED


def test_a_broken_job_is_failed_and_muse_gives_the_money_back(service, videos, muse):
    service.says({"id": "v", "status": "failed", "error": {"code": "server_error", "message": "it broke"}})
    assert (videos.poll("v").outcome, videos.poll("v").billing) == (Outcome.FAILED, Billing.NOT_ESTABLISHED)
    assert (muse.poll("v").message, muse.poll("v").billing) == ("it broke", Billing.NOT_CHARGED)


def test_a_sentinel_block_costs_nothing(service, videos):
    service.says({"error": {"code": "sentinel_block", "message": "Hmmm something didn't look right"}}, 400)
    answer = videos.submit(CLIP)
    assert (answer.outcome, answer.stage, answer.billing) == (Outcome.REFUSED, "input", Billing.NOT_CHARGED)


@pytest.mark.parametrize("code", ["moderation_blocked_maybe", "invalid_type", "safety_settings"])
def test_a_code_that_only_resembles_a_refusal_is_an_error(code, service, videos):
    service.says({"error": {"code": code, "message": "moderation_blocked is mentioned"}}, 400)
    with pytest.raises(Rejected, match=code):
        videos.submit(CLIP)


def test_an_id_with_slashes_stays_one_piece_of_the_path(service, videos):
    service.says({"id": "a/../b", "status": "queued"})
    videos.poll("a/../b?x=1")
    assert service.gets[0].path == "/v1/videos/a%2F..%2Fb%3Fx%3D1"


def test_the_clip_of_dialect_a_comes_from_content_with_the_key(service, videos):
    service.sends(b"ftypmp42", media_type="video/mp4")
    assert b"".join(videos.fetch("video_1")) == b"ftypmp42"
    (asked,) = service.gets
    assert asked.path == "/v1/videos/video_1/content"
    assert asked.headers["authorization"].startswith("Bearer ")


def test_the_clip_of_muse_comes_from_its_address_and_the_key_stays_at_home(service, other_host, muse):
    service.says({"id": "t", "status": "completed", "video_url": f"{other_host.url}/files/t.mp4?sig=1"})
    other_host.sends(b"ftypmp42", media_type="video/mp4")
    assert b"".join(muse.fetch("t")) == b"ftypmp42"
    (asked,) = other_host.gets
    assert (asked.path, asked.query) == ("/files/t.mp4", {"sig": "1"})
    assert "authorization" not in asked.headers


def test_a_download_that_is_sent_elsewhere_goes_there_without_the_key(service, other_host, videos):
    service.sends(b"", 302, Location=f"{other_host.url}/cdn/clip.mp4")
    other_host.sends(b"ftypmp42", media_type="video/mp4")
    assert b"".join(videos.fetch("video_1")) == b"ftypmp42"
    assert "authorization" not in other_host.gets[0].headers


def test_a_redirected_post_is_not_sent_again(service, other_host, videos):
    service.sends(b"", 307, Location=f"{other_host.url}/v1/videos")
    with pytest.raises(BadResponse, match="base URL"):
        videos.submit(CLIP)
    assert not other_host.arrived


def test_the_newest_jobs_are_listed_as_far_as_the_service_tells(service, videos):
    full = {
        "id": "a", "created_at": 1758941485, "prompt": "Mossy.", "model": "sora-2", "seconds": "8", "size": "1280x720",
        "status": "queued",
    }  # fmt: skip
    service.says({"object": "list", "data": [full, {"id": "b", "status": "failed", "seconds": 4}, {"status": "x"}]})
    first, second = videos.recent(20)
    assert service.gets[0].query == {"limit": "20", "order": "desc"}
    assert (first.remote_id, first.prompt, first.created_at) == ("a", "Mossy.", 1758941485)
    assert (second.remote_id, second.prompt, second.seconds) == ("b", None, "4")


@pytest.mark.parametrize("status", [404, 405])
def test_a_server_without_a_list_has_none(status, service, videos, muse):
    service.says({"error": {"message": "no such route"}}, status)
    assert videos.recent() is None
    assert muse.recent() is None
    assert len(service.arrived) == 1


def test_a_list_that_cannot_be_read_now_is_unavailable_and_not_none(service, videos):
    service.says({"error": {"message": "busy"}}, 503, retry_after="0.01")
    with pytest.raises(Unavailable):
        videos.recent()


def test_a_character_is_made_from_a_clip(service, videos):
    clip = Blob(name="mossy.mp4", media_type="video/mp4", data=b"ftypmp42")
    service.says({"id": "char_9", "name": "Mossy", "created_at": 1})
    assert videos.create_character("Mossy", clip) == BoundCharacter(id="char_9", name="Mossy")
    (sent,) = service.posts
    assert sent.path == "/v1/videos/characters"
    parts = {part.name: part for part in sent.parts}
    assert parts["name"].data == b"Mossy"
    assert (parts["video"].filename, parts["video"].media_type) == ("mossy.mp4", "video/mp4")


def test_a_character_that_cannot_be_made_is_refused(service, videos, muse):
    clip = Blob(name="mossy.mp4", media_type="video/mp4", data=b"ftypmp42")
    for adapter, name in ((muse, "Mossy"), (videos, ""), (videos, "M" * 81)):
        with pytest.raises(UnsupportedRequest):
            adapter.create_character(name, clip)
    assert not service.arrived
    service.says({"error": {"message": "Upload may depict a realistic human."}}, 400)
    with pytest.raises(Rejected, match="realistic human"):
        videos.create_character("Mossy", clip)
    service.script.clear()
    service.behaves("drop")
    with pytest.raises(Ambiguous):
        videos.create_character("Mossy", clip)
    assert len(service.posts) == 2


def test_an_unknown_dialect_is_named_with_the_known_ones(service, connected):
    with pytest.raises(UnknownName, match="muse"):
        connected("openai-videos", service.url, dialect="mose")


def test_another_dialect_is_one_row_of_data(service, connected, reference, monkeypatch):
    """A server after vLLM-Omni: forms only, seeds, repeated reference files, a failed job as HTTP 500."""
    row = Dialect(
        source="a test",
        multipart_always=True,
        duration_as_text=False,
        references=PictureField(name="input_references", shape=Shape.FILE),
        seed_field="seed",
        statuses=OPENAI_STATUSES,
        failed_job_is_http_error=True,
        extra={"extra_params": '{"task":"ref2va"}'},
    )
    monkeypatch.setattr(video_dialects, "DIALECTS", {**DIALECTS, "omni": row})
    adapter = connected("openai-videos", f"{service.url}/v1", dialect="omni")
    service.says({"id": "video_gen_1", "status": "queued"})
    adapter.submit(replace(CLIP, seed=7))
    assert {part.name: part.data for part in service.posts[0].parts} == {
        "model": b"sora-2",
        "prompt": b"Mossy walks through a market.",
        "seconds": b"8",
        "size": b"1280x720",
        "seed": b"7",
        "extra_params": b'{"task":"ref2va"}',
    }
    shown = (reference(name="a.png"), reference(name="b.png", colour="#0000aa"))
    answer = adapter.submit(replace(CLIP, references=shown))
    files = [part for part in service.posts[1].parts if part.name == "input_references"]
    assert [(part.filename, part.media_type) for part in files] == [("a.png", "image/png"), ("b.png", "image/png")]
    assert [part.data for part in files] == [one.blob.data for one in shown]
    assert [record.digest for record in answer.sent] == [one.blob.digest for one in shown]
    service.script.clear()
    failed = {"id": "video_gen_1", "status": "failed", "error": {"code": 500, "message": "out of memory"}}
    service.says(failed, 500, retry_after="0.01")
    answer = adapter.poll("video_gen_1")
    assert (answer.outcome, answer.message) == (Outcome.FAILED, "out of memory")


def _finished(adapter, remote_id):
    for _ in range(200):
        answer = adapter.poll(remote_id)
        if answer.outcome.terminal:
            return answer
        time.sleep(min(answer.poll_after or 0.05, 0.1))
    pytest.fail("the simulator never finished")


@pytest.mark.parametrize(
    ("mount", "dialect", "request_"),
    [
        ("openai", "", replace(CLIP, model="sim-clip", seconds=4, width=320, height=180)),
        ("muse", "muse", replace(CLIP, model="muse-video", seconds=5, width=320, height=180)),
    ],
)
def test_the_simulator_takes_it_makes_a_clip_and_hands_it_over(
    mount, dialect, request_, simulator, connected, reference
):
    adapter = connected("openai-videos", f"{simulator}/{mount}/v1", dialect=dialect, timeout=30)
    frame = reference(Role.FIRST_FRAME, size=(320, 180))
    submitted = adapter.submit(replace(request_, references=(frame,)))
    done = _finished(adapter, submitted.remote_id)
    assert (done.outcome, done.billing) == (Outcome.SUCCEEDED, Billing.CHARGED)
    clip = b"".join(adapter.fetch(submitted.remote_id))
    assert clip[4:8] == b"ftyp"
    listed = adapter.recent()
    assert listed is None if dialect else listed[0].remote_id == submitted.remote_id


@pytest.mark.parametrize(("mount", "dialect"), [("openai", ""), ("muse", "muse")])
def test_the_simulator_refuses_at_both_stages(mount, dialect, simulator, connected):
    adapter = connected("openai-videos", f"{simulator}/{mount}/v1", dialect=dialect, timeout=30)
    model = "muse-video" if dialect else "sim-clip"
    small = replace(CLIP, model=model, seconds=5, width=320, height=180)
    at_once = adapter.submit(replace(small, prompt="Mossy [[refuse:input]]"))
    assert (at_once.outcome, at_once.stage) == (Outcome.REFUSED, "input")
    later = adapter.submit(replace(small, prompt="Mossy [[refuse:output]]"))
    assert _finished(adapter, later.remote_id).outcome is Outcome.REFUSED
    broken = adapter.submit(replace(small, prompt="Mossy [[fail]]"))
    assert _finished(adapter, broken.remote_id).outcome is Outcome.FAILED
