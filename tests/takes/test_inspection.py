from __future__ import annotations

import struct
from pathlib import Path

import pytest
from slating import slate

from charkit.errors import UnreadableMedia
from charkit.providers.base import Blob
from charkit.takes.inspection import MediaFacts, differences, inspect_clip, inspect_picture, measured


def test_a_clip_is_measured(tmp_path: Path, clip: bytes) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(clip)
    facts = inspect_clip(path)
    assert facts == MediaFacts(width=64, height=64, seconds=1.0, fps=24.0, sound=False)
    assert measured(facts.text()) == facts


@pytest.mark.parametrize("missing", [1, 40, 0.25, 0.6, 0.99])
@pytest.mark.parametrize("index", ["in front", "at the end"])
def test_a_clip_without_its_end_is_found_out_wherever_its_index_stands(
    tmp_path: Path, clip: bytes, early_index_clip: bytes, missing: float, index: str
) -> None:
    whole = early_index_clip if index == "in front" else clip
    cut = len(whole) - (int(missing) if missing >= 1 else int(len(whole) * missing))
    path = tmp_path / "clip.mp4"
    path.write_bytes(whole[:cut])
    with pytest.raises(UnreadableMedia, match=r"^the clip ") as caught:
        inspect_clip(path)
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"<html>busy</html>", b"\x00" * 5000])
def test_what_is_no_clip_is_found_out(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(data)
    with pytest.raises(UnreadableMedia):
        inspect_clip(path)


def test_boxes_of_any_form_are_followed(tmp_path: Path, clip: bytes) -> None:
    path = tmp_path / "clip.mp4"
    to_the_end = struct.pack(">I4s", 0, b"free") + b"x" * 50
    long = struct.pack(">I4sQ", 1, b"free", 16 + 50) + b"x" * 50
    for tail in (to_the_end, long, long + to_the_end):
        path.write_bytes(clip + tail)
        assert inspect_clip(path).seconds == 1.0
    path.write_bytes(clip + long[:-1])
    with pytest.raises(UnreadableMedia, match="cut off"):
        inspect_clip(path)


def test_a_picture_is_measured(picture) -> None:
    blob = Blob(name="o.png", media_type="image/png", data=picture(30, 20))
    facts = inspect_picture(blob)
    assert (facts.width, facts.height, facts.seconds) == (30, 20, None)
    assert measured(facts.text()) == facts


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_cut_off_picture_is_found_out(picture, share: float) -> None:
    data = picture(64, 64, "#3a6b35", "JPEG")
    with pytest.raises(UnreadableMedia, match=r"o\.jpg cannot be decoded"):
        inspect_picture(Blob(name="o.jpg", media_type="image/jpeg", data=data[: int(len(data) * share)]))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (MediaFacts(width=1280, height=720, seconds=8.0), ""),
        (MediaFacts(width=1280, height=720, seconds=7.905), ""),  # a service's habit
        (MediaFacts(width=1280, height=720, seconds=9.42), ""),  # 17n + 5 frames
        (MediaFacts(width=1280, height=720, seconds=7.5), "7.5 s came, 8 s were asked for"),
        (MediaFacts(width=1280, height=720, seconds=10.1), "10.1 s came, 8 s were asked for"),
        (MediaFacts(width=1280, height=704, seconds=8.0), "1280×704 pixels came, 1280×720 were asked for"),
    ],
)
def test_what_differs_from_what_was_asked_for_is_said(facts: MediaFacts, words: str) -> None:
    assert differences(facts, slate()) == words


def test_a_picture_has_no_length_to_differ_in() -> None:
    asked = slate(kind="image", width=10, height=10, seconds=None)
    assert differences(MediaFacts(width=10, height=10), asked) == ""


def test_a_judges_answer_has_no_pixels_and_what_is_no_json_is_found_out() -> None:
    def answer(data: bytes) -> Blob:
        return Blob(name="answer.json", media_type="application/json", data=data)

    assert inspect_picture(answer(b'{"shots": []}')) == MediaFacts(width=0, height=0)
    for broken in (b"prose", b"", b"[" * 100_000):
        with pytest.raises(UnreadableMedia, match=r"answer\.json"):
            inspect_picture(answer(broken))
