"""Going on from an earlier clip: path and fields of each way, and what none of them can carry."""

from dataclasses import replace

import pytest

from charkit.errors import UnsupportedRequest
from charkit.providers.base import Blob, BoundCharacter, BoundJob, Change, Outcome, VideoRequest
from charkit.providers.video_changes import compose_change
from charkit.providers.video_dialects import DIALECTS, dialect

MOVE = VideoRequest(model="sora-2", prompt="Mossy waves.", seconds=8, width=1280, height=720)
CLIP = Blob(name="mossy.mp4", media_type="video/mp4", data=b"ftypmp42")


def change(how, **more):
    return replace(MOVE, source=BoundJob(remote_id="video_1", change=how), **more)


@pytest.mark.parametrize(
    ("how", "path", "body"),
    [
        (Change.REMIX, "/v1/videos/video_1/remix", {}),
        (Change.EDIT, "/v1/videos/edits", {"video": {"id": "video_1"}}),
        (Change.EXTEND, "/v1/videos/extensions", {"video": {"id": "video_1"}, "seconds": "8"}),
    ],
)
def test_each_way_has_its_path_and_its_fields_as_json(how, path, body, service, connected):
    service.says({"id": "video_2", "status": "queued", "remixed_from_video_id": "video_1"})
    answer = connected("openai-videos", f"{service.url}/v1").submit(change(how))
    (sent,) = service.posts
    assert sent.path == path
    assert sent.headers["content-type"] == "application/json"
    assert sent.json == {"prompt": "Mossy waves.", **body}
    assert (answer.outcome, answer.remote_id) == (Outcome.QUEUED, "video_2")
    assert [(one.name, one.role) for one in answer.sent] == [("video_1", how)]


def test_an_id_with_slashes_stays_one_piece_of_the_path():
    request = replace(MOVE, source=BoundJob(remote_id="a/../b", change=Change.REMIX))
    assert compose_change(dialect(""), request, request.source).path == "/videos/a%2F..%2Fb/remix"


def test_a_clip_that_the_service_does_not_know_is_uploaded_with_its_model(service, connected):
    service.says({"id": "video_2", "status": "queued"})
    source = BoundJob(remote_id="", change=Change.EDIT, clip=CLIP)
    answer = connected("openai-videos", f"{service.url}/v1").submit(replace(MOVE, source=source))
    parts = {part.name: part for part in service.posts[0].parts}
    assert set(parts) == {"model", "prompt", "video"}
    assert (parts["video"].filename, parts["video"].data) == ("mossy.mp4", CLIP.data)
    assert answer.sent[0].digest == CLIP.digest


def test_an_uploaded_clip_without_a_model_is_refused():
    source = BoundJob(remote_id="", change=Change.EDIT, clip=CLIP)
    with pytest.raises(UnsupportedRequest, match="model"):
        compose_change(dialect(""), replace(MOVE, model="", source=source), source)


@pytest.mark.parametrize("how", list(Change))
@pytest.mark.parametrize(
    ("held", "words"),
    [("references", "reference pictures"), ("characters", "characters"), ("seed", "a seed")],
)
def test_what_no_change_can_carry_is_refused_unsent(how, held, words, service, connected, reference):
    values = {
        "references": (reference(),),
        "characters": (BoundCharacter(id="c", name="Mossy"),),
        "seed": 0,
    }
    with pytest.raises(UnsupportedRequest, match=words):
        connected("openai-videos", service.url).submit(change(how, **{held: values[held]}))
    assert not service.arrived


def test_an_extension_by_more_than_20_seconds_is_refused_with_the_most():
    request = change(Change.EXTEND, seconds=21)
    with pytest.raises(UnsupportedRequest) as caught:
        compose_change(dialect(""), request, request.source)
    assert caught.value.nearest == "20 s"


@pytest.mark.parametrize("name", sorted(set(DIALECTS) - {"openai"}))
def test_other_dialects_have_none_of_the_endpoints(name, service, connected):
    for how in Change:
        with pytest.raises(UnsupportedRequest, match="goes on from nothing"):
            connected("openai-videos", service.url, dialect=name).submit(change(how))
    assert not service.arrived


def test_an_empty_prompt_is_refused():
    request = change(Change.REMIX, prompt="")
    with pytest.raises(UnsupportedRequest, match="prompt"):
        compose_change(dialect(""), request, request.source)
