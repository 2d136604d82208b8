"""What a request for a clip becomes as an interaction."""

from dataclasses import replace

import pytest

from charkit.errors import UnsupportedRequest
from charkit.providers.base import Role, VideoRequest
from charkit.providers.omni_request import MAX_IMAGES, compose

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
    form = compose(replace(CLIP, references=shown))
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
    form = compose(replace(CLIP, references=tuple(reference(role) for role in roles)))
    assert form.body["generation_config"]["video_config"]["task"] == task


@pytest.mark.parametrize(
    ("width", "height", "nearest"),
    [(854, 480, "360p"), (1000, 1000, "1080p"), (1080, 1080, "16:9"), (720, 900, "9:16")],
)
def test_a_size_that_does_not_exist_is_refused_with_the_nearest(width, height, nearest):
    with pytest.raises(UnsupportedRequest) as caught:
        compose(replace(CLIP, width=width, height=height))
    assert caught.value.nearest == nearest
