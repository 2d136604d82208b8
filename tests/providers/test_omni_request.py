"""What a request for a clip becomes as an interaction."""

from dataclasses import replace

import pytest

from charkit.errors import UnsupportedRequest
from charkit.providers.base import BoundJob, Change, Role, VideoRequest
from charkit.providers.omni_request import MAX_IMAGES, compose

MIXED = (
    "[# Sources <FIRST_FRAME>@Image2 <LAST_FRAME> @Image4] [# References <IMAGE_REF_0>@Image1 <IMAGE_REF_1>@Image3]\n"
    "Start from Image2. Mira <IMAGE_REF_0> walks."
)
CLIP = VideoRequest(model="m", prompt="Mira waves.", seconds=12, width=640, height=360)


def test_the_duration_is_never_a_bare_number():
    assert compose(CLIP).body["response_format"]["duration"] == "12s"


def test_as_many_pictures_as_the_wire_takes_and_not_one_more(reference):
    one = reference()
    form = compose(replace(CLIP, references=(one,) * MAX_IMAGES))
    assert [record.name for record in form.sent] == [f"<IMAGE_REF_{n}>" for n in range(MAX_IMAGES)]
    with pytest.raises(UnsupportedRequest, match="at most 10"):
        compose(replace(CLIP, references=(one,) * (MAX_IMAGES + 1)))


def test_frames_do_not_take_a_number_from_the_references(reference):
    shown = (reference(), reference(Role.FIRST_FRAME), reference(Role.PLACE), reference(Role.LAST_FRAME))
    form = compose(replace(CLIP, references=shown, prompt=MIXED))
    assert [record.name for record in form.sent] == ["<IMAGE_REF_0>", "<FIRST_FRAME>", "<IMAGE_REF_1>", "<LAST_FRAME>"]
    assert [record.field for record in form.sent] == [f"input[0].content[{n}]" for n in range(4)]


@pytest.mark.parametrize(
    ("roles", "task"),
    [
        ((), "text_to_video"),
        ((Role.FIRST_FRAME,), "image_to_video"),
        ((Role.FIRST_FRAME, Role.LAST_FRAME), "image_to_video"),
        ((Role.CHARACTER,), "reference_to_video"),
        ((Role.FIRST_FRAME, Role.CHARACTER), "reference_to_video"),
        ((Role.PLACE,), "reference_to_video"),
    ],
)
def test_the_task_follows_from_the_roles(roles, task, reference):
    prompt = "[# Sources <FIRST_FRAME>@Image1] [# References <IMAGE_REF_0>@Image2] Mira <IMAGE_REF_0> waves."
    form = compose(replace(CLIP, prompt=prompt, references=tuple(reference(role) for role in roles)))
    assert form.body["generation_config"]["video_config"]["task"] == task


@pytest.mark.parametrize(
    ("width", "height", "nearest"),
    [(854, 480, "360p"), (1000, 1000, "1080p"), (1080, 1080, "16:9"), (720, 900, "9:16")],
)
def test_a_size_that_does_not_exist_is_refused_with_the_nearest(width, height, nearest):
    with pytest.raises(UnsupportedRequest) as caught:
        compose(replace(CLIP, width=width, height=height))
    assert caught.value.nearest == nearest


@pytest.mark.parametrize("lost", ["<FIRST_FRAME>@Image2", "<IMAGE_REF_1>@Image3", "[# Sources"])
def test_frames_beside_references_need_the_header_that_tells_them_apart(lost, reference):
    shown = (reference(), reference(Role.FIRST_FRAME), reference(Role.PLACE), reference(Role.LAST_FRAME))
    compose(replace(CLIP, references=shown, prompt=MIXED))
    prompt = MIXED.split("] ", 1)[1] if lost.startswith("[") else MIXED.replace(lost, "")
    with pytest.raises(UnsupportedRequest) as caught:
        compose(replace(CLIP, references=shown, prompt=prompt))
    assert caught.value.nearest == (
        "[# Sources <FIRST_FRAME>@Image2 <LAST_FRAME>@Image4] [# References <IMAGE_REF_0>@Image1 <IMAGE_REF_1>@Image3]"
    )


EDIT = BoundJob(remote_id="v1_abc", change=Change.EDIT)
EXTEND = replace(EDIT, change=Change.EXTEND)


def test_an_edit_names_its_source_and_no_length(reference):
    form = compose(replace(CLIP, source=EDIT, seed=7))
    assert form.body == {
        "model": "m",
        "background": True,
        "previous_interaction_id": "v1_abc",
        "input": [{"type": "user_input", "content": [{"type": "text", "text": "Mira waves."}]}],
        "generation_config": {"seed": 7, "video_config": {"task": "edit"}},
        "response_format": {"type": "video", "resolution": "360p", "aspect_ratio": "16:9", "delivery": "uri"},
    }
    assert [(one.field, one.name, one.role) for one in form.sent] == [("previous_interaction_id", "v1_abc", "edit")]
    shown = compose(replace(CLIP, source=EDIT, references=(reference(),)))
    assert [one.name for one in shown.sent] == ["<IMAGE_REF_0>", "v1_abc"]


@pytest.mark.parametrize(("seconds", "nearest"), [(2, "3 s"), (3, ""), (10, ""), (11, "10 s")])
def test_an_extension_says_what_it_adds(seconds, nearest):
    request = replace(CLIP, source=EXTEND, seconds=seconds)
    if nearest:
        with pytest.raises(UnsupportedRequest, match="3 to 10 s") as caught:
            compose(request)
        assert caught.value.nearest == nearest
    else:
        body = compose(request).body
        assert body["response_format"]["duration"] == f"{seconds}s"
        assert body["generation_config"]["video_config"]["task"] == "extend"


def test_what_cannot_go_on_is_refused(reference):
    for source, shown, rule in (
        (replace(EDIT, change=Change.REMIX), (), "edit or extend"),
        (replace(EDIT, remote_id=""), (), "the service keeps"),
        (EXTEND, (reference(Role.FIRST_FRAME),), "clips of their own"),
    ):
        with pytest.raises(UnsupportedRequest) as caught:
            compose(replace(CLIP, seconds=5, source=source, references=shown))
        assert rule in caught.value.rule
