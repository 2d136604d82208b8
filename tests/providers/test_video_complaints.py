"""The sentences that were seen in the wild (openai-video-wire.md, section 3), told apart."""

import pytest

from charkit.errors import Ambiguous, RateLimited, Rejected
from charkit.providers.base import Billing, Outcome, VideoRequest
from charkit.providers.reading import Fields
from charkit.providers.video_complaints import COMPLAINTS, complaint

CLIP = VideoRequest(model="sora-2", prompt="Mossy.", seconds=8, width=1280, height=720)
SEEN = {
    "Your request was blocked by our moderation system.": "moderation_blocked",
    "Hmmm something didn't look right with your request. Please try again later": "sentinel_block",
    "Hmmm something didn\u2019t look right with your request.": "sentinel_block",
    "Upload may depict a realistic human. Please try again without humans in the frame.": "human_likeness",
    "Inpaint image must match the requested width and height": "size_mismatch",
    "Invalid type for 'input_reference': expected an object, but got a string instead.": "reference_shape",
    "Invalid type for 'input_reference': expected a file, but got a string instead.": "reference_shape",
    "Model mismatch: request specifies 'sora-2' but server is running 'MiniMaxAI/MiniMax-H3'.": "model_mismatch",
    "The API deployment 'sora-2' for this resource does not exist.": "no_deployment",
    "Too many running tasks": "too_many_running",
    "We're experiencing heavy load right now.": "heavy_load",
    "Generation is still in-progress": "in_progress",
    "Video has been uploaded to cloud storage. Please use the cloud URL: https://x/y.mp4": "cloud_only",
}


@pytest.mark.parametrize("text", SEEN)
def test_each_sentence_is_told_apart(text):
    assert complaint(Fields({"message": text})).kind == SEEN[text]


def test_every_row_is_reached_by_a_sentence_that_was_seen():
    assert {each.kind for each in COMPLAINTS} - set(SEEN.values()) == {"several_processes"}


@pytest.mark.parametrize("text", ["", "Invalid seed", "moderation_blocked is mentioned", "Picture of a human face"])
def test_anything_else_is_none_of_them(text):
    assert complaint(Fields({"message": text})) is None


@pytest.mark.parametrize(
    ("status", "error", "kind", "words"),
    [
        (400, "Inpaint image must match the requested width and height", Rejected, "exactly the pixels"),
        (400, "Model mismatch: request specifies 'a' but server is running 'b'.", Rejected, "name that one, or none"),
        (429, "Too many running tasks", RateLimited, "wait until one ends"),
        (500, "We are under heavy load", Ambiguous, "overloaded"),
        (404, "The API deployment 'sora-2' for this resource does not exist", Rejected, "retired"),
        (400, "expected a file, but got a string instead.", Rejected, "another dialect"),
    ],
)
def test_the_service_s_words_come_with_what_to_do(status, error, kind, words, service, connected):
    service.says({"error": {"message": error, "code": None}}, status)
    with pytest.raises(kind) as caught:
        connected("openai-videos", service.url).submit(CLIP)
    assert error in str(caught.value)
    assert words in str(caught.value)
    assert len(service.arrived) == 1


@pytest.mark.parametrize(
    "body", [{"error": {"message": "may depict a realistic human"}}, {"detail": "may depict a realistic human"}]
)
def test_a_face_that_is_refused_without_a_code_is_a_refusal_all_the_same(body, service, connected):
    service.says(body, 400)
    answer = connected("openai-videos", service.url).submit(CLIP)
    assert (answer.outcome, answer.stage, answer.category) == (Outcome.REFUSED, "input", "human_likeness")
    assert answer.billing is Billing.NOT_ESTABLISHED


def test_a_failed_job_whose_error_is_plain_text_is_read(service, connected):
    adapter = connected("openai-videos", service.url, dialect="openrouter")
    service.says({"id": "j", "status": "failed", "error": "Your request was blocked by our moderation system."})
    answer = adapter.poll("j")
    assert (answer.outcome, answer.category) == (Outcome.REFUSED, "moderation_blocked")
    service.script.clear()
    service.says({"id": "j", "status": "failed", "error": "out of memory"})
    answer = adapter.poll("j")
    assert (answer.outcome, answer.message) == (Outcome.FAILED, "out of memory")
