"""Veo's rules, checked before anything is sent."""

from dataclasses import replace

import pytest

from charkit.errors import UnknownName, UnsupportedRequest
from charkit.providers.base import BoundCharacter, BoundJob, Change, Role, VideoRequest
from charkit.providers.veo_request import DIALECTS, compose, dialect

STANDARD, FAST, LITE = "veo-3.1-generate-001", "veo-3.1-fast-generate-001", "veo-3.1-lite-generate-001"
CLIP = VideoRequest(model=STANDARD, prompt="Mira waves.", seconds=8, width=1280, height=720)
VERTEX = dialect("")
LONGER = BoundJob(remote_id="a/operations/b", change=Change.EXTEND)


def refusal(request, spoken=VERTEX):
    with pytest.raises(UnsupportedRequest) as caught:
        compose(spoken, request)
    assert caught.value.rule
    assert caught.value.source
    return caught.value


@pytest.mark.parametrize("model", [STANDARD, FAST, LITE])
@pytest.mark.parametrize("seconds", [4, 6, 8])
def test_three_lengths_at_720p_in_both_aspects(model, seconds):
    for width, height, aspect in ((1280, 720, "16:9"), (720, 1280, "9:16")):
        form = compose(VERTEX, replace(CLIP, model=model, seconds=seconds, width=width, height=height))
        assert (form.seconds, form.aspect, form.resolution) == (seconds, aspect, "720p")


@pytest.mark.parametrize(("seconds", "nearest"), [(1, "4 s"), (5, "4 s"), (7, "6 s"), (15, "8 s")])
def test_other_lengths_are_refused_with_the_nearest(seconds, nearest):
    assert refusal(replace(CLIP, seconds=seconds)).nearest == nearest


@pytest.mark.parametrize(
    ("model", "width", "height", "resolution"),
    [
        (STANDARD, 1920, 1080, "1080p"),
        (FAST, 1080, 1920, "1080p"),
        (LITE, 1920, 1080, "1080p"),
        (STANDARD, 3840, 2160, "4k"),
        (FAST, 3840, 2160, "4k"),
    ],
)
def test_more_than_720p_is_eight_seconds_long(model, width, height, resolution):
    large = replace(CLIP, model=model, width=width, height=height)
    assert compose(VERTEX, large).resolution == resolution
    caught = refusal(replace(large, seconds=6))
    assert (caught.rule, caught.nearest) == (f"8 s at {resolution}", "8 s")


@pytest.mark.parametrize(
    ("change", "nearest"),
    [
        ({"width": 640, "height": 360}, "720p"),
        ({"width": 3840, "height": 2160, "model": LITE}, "1080p"),
        ({"width": 1024, "height": 720}, "16:9"),
        ({"width": 720, "height": 720}, "16:9"),
        ({"width": 720, "height": 1000}, "9:16"),
    ],
)
def test_a_size_that_does_not_exist_is_refused_with_the_nearest(change, nearest):
    assert refusal(replace(CLIP, **change)).nearest == nearest


def test_references_are_up_to_three_of_one_subject_for_eight_seconds(reference):
    one, view, place = reference(), reference(Role.VIEW), reference(Role.PLACE, character="")
    fenn = reference(character="Fenn")
    form = compose(VERTEX, replace(CLIP, references=(one, view, one)))
    assert form.references == (one.blob, view.blob, one.blob)
    assert [(sent.field, sent.digest, sent.character) for sent in form.sent] == [
        (f"instances[0].referenceImages[{n}].image", shown.blob.digest, "Mira")
        for n, shown in enumerate((one, view, one))
    ]
    assert "8 s" in refusal(replace(CLIP, references=(one,), seconds=6)).rule
    assert "at most 3" in refusal(replace(CLIP, references=(one,) * 4)).rule
    assert "all of one" in refusal(replace(CLIP, references=(one, fenn))).rule
    assert "all of one" in refusal(replace(CLIP, references=(one, place))).rule
    assert "none" in refusal(replace(CLIP, references=(one,), model=LITE)).rule
    assert compose(VERTEX, replace(CLIP, references=(place,))).references == (place.blob,)


def test_frames_stand_alone_and_a_last_one_needs_a_first(reference):
    first, last = reference(Role.FIRST_FRAME, character=""), reference(Role.LAST_FRAME, character="")
    for model in (STANDARD, FAST, LITE):
        form = compose(VERTEX, replace(CLIP, model=model, seconds=4, references=(last, first)))
        assert (form.first, form.last, form.references) == (first.blob, last.blob, ())
    assert [sent.field for sent in form.sent] == ["instances[0].lastFrame", "instances[0].image"]
    assert "needs a first" in refusal(replace(CLIP, references=(last,))).rule
    assert "one first" in refusal(replace(CLIP, references=(first, first))).rule
    assert "cannot be combined" in refusal(replace(CLIP, references=(first, reference()))).rule


def test_an_extension_adds_seven_seconds_at_720p_and_brings_nothing_else(reference):
    longer = replace(CLIP, seconds=7, source=LONGER)
    assert compose(VERTEX, longer).seconds == 8
    assert compose(VERTEX, replace(longer, model=FAST)).resolution == "720p"
    assert refusal(replace(longer, seconds=8)).nearest == "7 s"
    assert refusal(replace(longer, width=1920, height=1080)).nearest == "720p"
    assert "extends none" in refusal(replace(longer, model=LITE)).rule
    assert "clip alone" in refusal(replace(longer, references=(reference(Role.FIRST_FRAME),))).rule
    assert "extend" in refusal(replace(longer, source=replace(LONGER, change=Change.EDIT))).rule


def test_what_veo_has_no_field_for_is_refused(reference):
    webp = reference()
    webp = replace(webp, blob=replace(webp.blob, media_type="image/webp"))
    large = replace(webp, blob=replace(webp.blob, media_type="image/png", data=bytes(20_000_001)))
    assert "pictures" in refusal(replace(CLIP, characters=(BoundCharacter(id="c", name="Mira"),))).rule
    assert "jpeg, png" in refusal(replace(CLIP, references=(webp,))).rule
    assert "20 MB" in refusal(replace(CLIP, references=(large,))).rule


@pytest.mark.parametrize(
    ("name", "words", "pictured", "extended"),
    [
        ("", "allow_adult", "allow_adult", "allow_adult"),
        ("vertex-allow-all", "allow_all", "allow_all", "allow_all"),
        ("gemini-api", "allow_all", "allow_adult", "allow_all"),
        ("gemini-api-adults", "allow_adult", "allow_adult", "allow_adult"),
    ],
)
def test_who_may_be_shown_follows_from_the_surface_and_the_pictures(name, words, pictured, extended, reference):
    spoken = dialect(name)
    assert compose(spoken, CLIP).person == words
    for role in (Role.CHARACTER, Role.FIRST_FRAME):
        assert compose(spoken, replace(CLIP, references=(reference(role),))).person == pictured
    assert compose(spoken, replace(CLIP, seconds=7, source=LONGER)).person == extended


def test_seed_and_sound_are_said_where_the_surface_has_fields_for_them():
    for name, spoken in DIALECTS.items():
        assert compose(spoken, CLIP).sound is name.startswith("vertex")
        if spoken.seed:
            assert compose(spoken, replace(CLIP, seed=7)).seed == 7
        else:
            assert "no seed" in refusal(replace(CLIP, seed=7), spoken).rule


def test_an_unknown_dialect_is_named_with_the_known_ones():
    with pytest.raises(UnknownName, match="gemini-api"):
        dialect("gemini-app")
