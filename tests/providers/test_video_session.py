"""Where a finished clip lies, and how jobs are forgotten and stopped."""

import pytest

from charkit.errors import BadResponse, Rejected, Unavailable, UnsupportedRequest
from charkit.providers.base import Outcome
from charkit.providers.reading import Fields
from charkit.providers.video_dialects import DIALECTS, dialect
from charkit.providers.video_session import address_of, problem_of

BASE = "https://example.org/api/v1"


@pytest.mark.parametrize(
    ("job", "address"),
    [
        ({"urls": ["https://cdn/a.mp4"], "unsigned_urls": [f"{BASE}/videos/j/content?index=0"]}, "https://cdn/a.mp4"),
        ({"unsigned_urls": ["/api/v1/videos/j/content?index=0"]}, f"{BASE}/videos/j/content?index=0"),
        ({"urls": [None, ""], "unsigned_urls": ["https://cdn/b.mp4"]}, "https://cdn/b.mp4"),
        ({"urls": "https://cdn/c.mp4"}, "https://cdn/c.mp4"),
        ({}, ""),
    ],
)
def test_the_address_is_the_first_that_the_job_says(job, address):
    assert address_of(Fields(job), dialect("openrouter"), BASE) == address


def test_a_dialect_that_knows_no_addresses_looks_for_none():
    assert not address_of(Fields({"url": "https://cdn/a.mp4"}), dialect("vllm-omni"), BASE)


def test_an_error_is_an_object_a_text_or_nothing():
    assert problem_of(Fields({"error": {"message": "a"}})).text("message") == "a"
    assert problem_of(Fields({"error": "a"})).text("message") == "a"
    assert not problem_of(Fields({"error": None}))


@pytest.fixture
def adapters(service, connected):
    return {name: connected("openai-videos", f"{service.url}/v1", dialect=name) for name in DIALECTS}


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("openai", {"id": "j", "deleted": True, "object": "video.deleted"}),
        ("vllm-omni", {"id": "j", "deleted": True, "object": "video.deleted"}),
        ("sglang", {"id": "j", "object": "video", "status": "deleted"}),
    ],
)
def test_a_job_is_deleted_in_either_shape(name, answer, service, adapters):
    service.says(answer)
    adapters[name].delete("j/1")
    (sent,) = service.arrived
    assert (sent.method, sent.path) == ("DELETE", "/v1/videos/j%2F1")


def test_a_job_that_is_gone_is_as_good_as_deleted_and_one_that_still_runs_is_not(service, adapters):
    service.says({"error": {"message": "no such job"}}, 404)
    adapters["openai"].delete("j")
    service.script.clear()
    service.says({"error": {"message": "Only completed or failed videos can be deleted."}}, 400)
    with pytest.raises(Rejected, match="Only completed"):
        adapters["openai"].delete("j")
    service.script.clear()
    service.says({"id": "j", "status": "in_progress"})
    with pytest.raises(BadResponse, match="not deleted"):
        adapters["openai"].delete("j")


def test_vllm_omni_stops_a_running_job(service, adapters):
    service.says({"id": "j", "deleted": True, "object": "video.deleted"})
    assert adapters["vllm-omni"].cancel("j").outcome is Outcome.CANCELLED
    service.script.clear()
    service.says({"error": {"message": "Cancellation in progress"}}, 409, retry_after="0.01")
    with pytest.raises(Unavailable):
        adapters["vllm-omni"].cancel("j")
    service.script.clear()
    service.says({"error": {"message": "Video not found"}}, 404)
    assert adapters["vllm-omni"].cancel("j").outcome is Outcome.EXPIRED


@pytest.mark.parametrize("name", sorted(set(DIALECTS) - {"vllm-omni"}))
def test_where_nothing_stops_a_job_it_is_said_unsent(name, service, adapters):
    with pytest.raises(UnsupportedRequest, match="cannot be stopped"):
        adapters[name].cancel("j")
    assert not service.arrived


@pytest.mark.parametrize("name", sorted(set(DIALECTS) - {"openai", "vllm-omni", "sglang"}))
def test_where_jobs_cannot_be_deleted_it_is_said_unsent(name, service, adapters):
    with pytest.raises(UnsupportedRequest, match="cannot be deleted"):
        adapters[name].delete("j")
    assert not service.arrived


def test_thumbnail_and_spritesheet_are_dialect_a_s_alone(service, adapters):
    service.sends(b"RIFFwebp", media_type="image/webp")
    assert b"".join(adapters["openai"].fetch_variant("j", "thumbnail")) == b"RIFFwebp"
    (sent,) = service.gets
    assert (sent.path, sent.query) == ("/v1/videos/j/content", {"variant": "thumbnail"})
    for name in sorted(set(DIALECTS) - {"openai"}):
        with pytest.raises(UnsupportedRequest, match="thumbnail"):
            list(adapters[name].fetch_variant("j", "thumbnail"))
    with pytest.raises(UnsupportedRequest, match="spritesheet, thumbnail"):
        list(adapters["openai"].fetch_variant("j", "poster"))
    assert len(service.arrived) == 1


def test_a_character_is_looked_up_with_the_name_that_prompts_must_say(service, adapters):
    service.says({"id": "char_1", "name": "Mossy", "created_at": 1})
    assert adapters["openai"].get_character("char_1").name == "Mossy"
    assert service.gets[0].path == "/v1/videos/characters/char_1"
    service.script.clear()
    service.says({"id": "char_1"})
    with pytest.raises(BadResponse, match="without a name"):
        adapters["openai"].get_character("char_1")
    with pytest.raises(UnsupportedRequest, match="no characters"):
        adapters["sglang"].get_character("char_1")
