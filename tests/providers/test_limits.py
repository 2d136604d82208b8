"""The checks that several wires share."""

from dataclasses import replace

import pytest

from charkit.errors import UnsupportedRequest
from charkit.providers.base import Blob, BoundCharacter, BoundJob, Change, ImageRequest, Role, Turn, VideoRequest
from charkit.providers.limits import (
    GOOGLE_PICTURES,
    OPENAI_PICTURES,
    aspect_word,
    check_earlier,
    check_model,
    check_no_characters,
    check_pictures,
    check_prompt,
    resolution_word,
)


def test_a_model_and_a_prompt_have_to_be_there():
    check_model("m", source="s")
    check_prompt("p", source="s", longest=1)
    with pytest.raises(UnsupportedRequest, match="no model"):
        check_model("", source="s")
    for prompt in ("", "pp"):
        with pytest.raises(UnsupportedRequest, match="1 to 1"):
            check_prompt(prompt, source="s", longest=1)


def test_half_a_character_is_found():
    check_prompt("a whole 🎬", source="s")
    with pytest.raises(UnsupportedRequest, match="position 2"):
        check_prompt("ab\ud83c", source="s")


def test_pictures_have_to_be_of_a_type_that_the_wire_takes(reference):
    one = reference()
    heic = replace(one, blob=replace(one.blob, name="phone.heic", media_type="image/heic"))
    check_pictures((one, heic), GOOGLE_PICTURES, source="s")
    with pytest.raises(UnsupportedRequest, match=r"phone\.heic is image/heic.*jpeg, png, webp"):
        check_pictures((one, heic), OPENAI_PICTURES, source="s")


def test_a_mask_goes_only_where_there_is_a_field_for_it(reference):
    mask = reference(Role.MASK, name="sky.png")
    check_pictures((reference(), mask), GOOGLE_PICTURES, source="s", masks=True)
    with pytest.raises(UnsupportedRequest, match=r"sky\.png is a mask"):
        check_pictures((reference(), mask), GOOGLE_PICTURES, source="s")


def test_only_the_ways_of_going_on_that_the_wire_has_are_let_through():
    clip = VideoRequest(model="m", prompt="p", seconds=4, width=1280, height=720)
    edit = replace(clip, source=BoundJob(remote_id="job-1", change=Change.EDIT))
    check_earlier(clip, source="s")
    check_earlier(edit, source="s", changes=(Change.EDIT, Change.EXTEND))
    with pytest.raises(UnsupportedRequest, match="edit job-1.*goes on from nothing"):
        check_earlier(edit, source="s")
    with pytest.raises(UnsupportedRequest, match="can only remix or extend"):
        check_earlier(edit, source="s", changes=(Change.REMIX, Change.EXTEND))


def test_earlier_turns_are_refused_by_wires_that_take_none():
    turn = Turn(prompt="Mira.", picture=Blob(name="a.png", media_type="image/png", data=b"x"))
    still = ImageRequest(model="m", prompt="p", width=1, height=1, turns=(turn,))
    check_earlier(still, source="s", turns=True)
    with pytest.raises(UnsupportedRequest, match="1 earlier turns"):
        check_earlier(still, source="s")


CLIP = VideoRequest(model="m", prompt="p", seconds=4, width=1280, height=720)


def test_character_ids_are_refused_by_name_where_a_service_knows_none():
    check_no_characters(CLIP, "Veo", source="s")
    named = replace(CLIP, characters=(BoundCharacter(id="1", name="Mira"), BoundCharacter(id="2", name="Fenn")))
    with pytest.raises(UnsupportedRequest, match="Veo has no character ids: Mira, Fenn"):
        check_no_characters(named, "Veo", source="s")


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (720, 1280)])
def test_the_shorter_side_has_a_word_or_the_nearest_is_named(width, height):
    clip = replace(CLIP, width=width, height=height)
    assert resolution_word(clip, {360: "360p", 720: "720p"}, rule="r", source="s") == "720p"
    with pytest.raises(UnsupportedRequest) as caught:
        resolution_word(clip, {360: "360p", 1000: "1k"}, rule="r", source="s")
    assert (caught.value.rule, caught.value.nearest) == ("r", "1k")


@pytest.mark.parametrize(
    ("width", "height", "word", "nearest"),
    [(1280, 720, "16:9", ""), (720, 1280, "9:16", ""), (1281, 720, "", "16:9"), (720, 721, "", "9:16")],
)
def test_two_aspects_exist_to_the_pixel(width, height, word, nearest):
    clip = replace(CLIP, width=width, height=height)
    if word:
        assert aspect_word(clip, source="s") == word
    else:
        with pytest.raises(UnsupportedRequest) as caught:
            aspect_word(clip, source="s")
        assert caught.value.nearest == nearest
