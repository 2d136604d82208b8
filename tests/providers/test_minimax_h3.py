"""MiniMax H3: its real lengths, its canvases, and every rule about references, each refused with its source."""

from dataclasses import replace

import pytest

from charkit.errors import BadReference, UnsupportedRequest
from charkit.providers import minimax_h3
from charkit.providers.base import Blob, BoundReference, Role
from charkit.providers.minimax_h3 import CANVASES, ReferenceRules, check_references

VLLM = ReferenceRules(source="vllm_omni", aspects=(0.4, 2.5))
SGLANG = ReferenceRules(source="sglang", aspects=(0.25, 4.0))


def cited(count, word="Picture"):
    return " ".join(f"<{word} {n}> is Mira." for n in range(1, count + 1))


@pytest.fixture
def shown(picture):
    def make(count=1, size=(300, 300), **changes):
        blob = Blob(name="mira.png", media_type="image/png", data=picture(*size))
        return [BoundReference(role=Role.CHARACTER, blob=replace(blob, **changes), character="Mira")] * count

    return make


def other(kind, count=1, size=8):
    blob = Blob(name=f"a.{kind}", media_type=kind, data=bytes(size))
    return [BoundReference(role=Role.CHARACTER, blob=blob)] * count


@pytest.mark.parametrize(
    ("asked", "lasts"),
    [
        (4, 4.46), (5, 5.17), (6, 6.58), (7, 7.29), (8, 8.00), (9, 9.42), (10, 10.13), (11, 11.54), (12, 12.25),
        (13, 13.67), (14, 14.38), (15, 15.08),
    ],
)  # fmt: skip
def test_a_clip_lasts_as_long_as_the_servers_make_it(asked, lasts):
    """The table of openai-video-wire.md 4.3."""
    assert minimax_h3.clip_seconds(asked) == pytest.approx(lasts, abs=0.006)


def test_frames_are_the_next_17n_plus_5_and_never_fewer_than_asked():
    for seconds in (tenths / 10 for tenths in range(1, 3000)):
        frames = minimax_h3.clip_frames(seconds)
        assert frames % 17 == 5
        assert 0 <= frames - round(seconds * 24) < 17


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("MiniMaxAI/MiniMax-H3", True), ("minimax/h3", True), ("h3", True), ("FastH3", True), ("VDN-H3", True),
        ("minimax-h3-ref2va", True), ("Wan2.2-T2V", False), ("h30", False), ("bath3", False), ("", False),
        ("minimax/hailuo-3", False),
    ],
)  # fmt: skip
def test_its_name_is_known_where_it_stands(name, known):
    assert minimax_h3.is_h3(name) is known


@pytest.mark.parametrize("seconds", [0, 3, 16, 30])
def test_another_length_is_refused_with_the_nearest(seconds):
    with pytest.raises(UnsupportedRequest, match="4 to 15") as caught:
        minimax_h3.check_length(seconds, source="here")
    assert caught.value.nearest == f"{4 if seconds < 4 else 15} s"
    assert caught.value.source == "here"


@pytest.mark.parametrize("aspect", CANVASES)
def test_every_canvas_is_nearest_to_itself_and_made_of_blocks_of_32(aspect):
    width, height = CANVASES[aspect]
    assert minimax_h3.nearest_aspect(width, height) == aspect
    assert width % minimax_h3.MULTIPLE == height % minimax_h3.MULTIPLE == 0


def test_1280x720_is_nearest_to_16_9():
    assert minimax_h3.nearest_aspect(1280, 720) == "16:9"
    assert minimax_h3.nearest_aspect(720, 1280) == "9:16"


def test_labels_count_each_kind_on_its_own(shown):
    mixed = [*shown(2), *other("video/mp4"), *shown(1), *other("audio/mpeg")]
    assert minimax_h3.labels(mixed) == ["<Picture 1>", "<Picture 2>", "<Video 1>", "<Picture 3>", "<Audio 1>"]


def test_the_task_follows_what_the_pictures_are_for(shown):
    first = [replace(shown()[0], role=Role.FIRST_FRAME)]
    assert minimax_h3.task([]) == "t2va"
    assert minimax_h3.task(first) == "fl2va"
    assert minimax_h3.task([*first, *shown()]) == "ref2va"


@pytest.mark.parametrize(("pictures", "clips", "sounds"), [(9, 0, 0), (1, 3, 3), (6, 3, 3), (9, 3, 0), (0, 1, 3)])
def test_as_many_references_as_the_model_takes_are_accepted(pictures, clips, sounds, shown):
    prompt = " ".join([cited(pictures), cited(clips, "Video"), cited(sounds, "Audio")])
    given = [*shown(pictures), *other("video/mp4", clips), *other("audio/mpeg", sounds)]
    check_references(given, prompt, VLLM)


@pytest.mark.parametrize(
    ("pictures", "clips", "sounds", "rule"),
    [
        (10, 0, 0, "at most 9"),
        (1, 4, 0, "at most 3"),
        (1, 0, 4, "at most 3"),
        (9, 3, 3, "at most 12 in all"),
        (0, 0, 1, "at least one picture or clip"),
    ],
)
def test_one_reference_too_many_or_none_to_look_at_is_refused(pictures, clips, sounds, rule, shown):
    given = [*shown(pictures), *other("video/mp4", clips), *other("audio/mpeg", sounds)]
    with pytest.raises(UnsupportedRequest, match=rule) as caught:
        check_references(given, "", VLLM)
    assert caught.value.source == "vllm_omni"


@pytest.mark.parametrize("kind", ["image/gif", "image/tiff", "video/webm", "audio/ogg", "text/plain"])
def test_a_kind_of_file_that_the_server_does_not_take_is_refused(kind):
    with pytest.raises(UnsupportedRequest, match="references are"):
        check_references([*other("video/mp4"), *other(kind)], "<Video 1>", VLLM)


@pytest.mark.parametrize(("kind", "mib"), [("image/png", 30), ("video/mp4", 50), ("audio/mpeg", 15)])
def test_a_file_above_the_limit_is_refused_and_the_limit_is_said(kind, mib, shown):
    heavy = other(kind, size=mib * 2**20 + 1)
    with pytest.raises(UnsupportedRequest, match=f"{mib} MiB"):
        check_references([*heavy, *shown()], cited(2), VLLM)


@pytest.mark.parametrize("size", [(255, 300), (300, 255), (5761, 5000), (256, 5761)])
def test_a_side_outside_256_to_5760_is_refused(size, shown):
    with pytest.raises(UnsupportedRequest, match="256 to 5760"):
        check_references(shown(size=size), cited(1), SGLANG)


@pytest.mark.parametrize(
    ("size", "rules", "taken"),
    [
        ((640, 256), VLLM, True), ((256, 640), VLLM, True), ((768, 256), VLLM, False), ((256, 768), VLLM, False),
        ((1024, 256), SGLANG, True), ((256, 1024), SGLANG, True), ((1056, 256), SGLANG, False),
    ],
)  # fmt: skip
def test_the_aspect_that_a_server_takes_is_its_own(size, rules, taken, shown):
    """A character sheet of 3:1 passes at SGLang and is refused at vLLM-Omni."""
    if taken:
        check_references(shown(size=size), cited(1), rules)
    else:
        with pytest.raises(UnsupportedRequest, match="width to height") as caught:
            check_references(shown(size=size), cited(1), rules)
        assert "one view per picture" in caught.value.nearest


def test_a_picture_that_cannot_be_read_is_no_reference(shown):
    with pytest.raises(BadReference, match="cannot be read"):
        check_references(shown(data=b"not a picture"), cited(1), VLLM)


def test_a_reference_that_the_prompt_does_not_cite_is_refused_with_the_line_to_write(shown):
    for prompt in ("Mira waves.", "Picture 1 is Mira.", "<picture 1> is Mira.", "<Picture 2> is Mira."):
        with pytest.raises(UnsupportedRequest) as caught:
            check_references(shown(), prompt, VLLM)
        assert caught.value.nearest == "the line '<Picture 1> is Mira.'"


def test_a_label_without_a_reference_is_refused(shown):
    with pytest.raises(UnsupportedRequest, match=r"cites <Picture 2>"):
        check_references(shown(), cited(2), VLLM)
