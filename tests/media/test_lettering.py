"""Words over pictures: legible, inside the safe area, in their own script."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charkit.errors import UsageError
from charkit.media.lettering import SAFE, Lettering, broken, shown

GREY = np.full((360, 640, 3), 120, np.uint8)


@pytest.mark.parametrize("place", ["bottom", "middle", "top"])
@pytest.mark.parametrize("size", [(640, 360), (360, 640), (1920, 1080)])
def test_words_stay_inside_the_safe_area(place, size):
    width, height = size
    words = Lettering(text="The lantern that would not go out, and the fox who would not let it", place=place)
    letters = words.drawn(width, height).getchannel("A").point(lambda cover: 255 * (cover > 220))
    left, top, right, bottom = letters.getbbox()  # the soft shadow around them may reach a little further
    assert left >= width * SAFE
    assert right <= width * (1 - SAFE)
    assert top >= height * SAFE
    assert bottom <= height * (1 - SAFE)


def test_words_can_be_read_on_white_and_on_black():
    for ground in (0, 255):
        frame = np.full((360, 640, 3), ground, np.uint8)
        seen = shown(Lettering(text="Mira"), 0.0, 2.0)(frame, 1.0)
        assert seen.max() > 240
        assert seen.min() < 15


def test_only_what_lies_under_words_changes():
    seen = shown(Lettering(text="Mira", place="top"), 0.0, 2.0)(GREY, 1.0)
    assert (seen[180:] == GREY[180:]).all()
    assert (seen != GREY).any()
    assert (GREY == 120).all()


def test_a_title_comes_and_goes_softly():
    title = shown(Lettering(text="Mira"), 1.0, 3.0, fade=0.5)
    far = [int(np.abs(title(GREY, time).astype(int) - GREY).max()) for time in (1.0, 1.25, 2.0, 2.75, 3.0)]
    assert far[0] == far[4] == 0
    assert 0 < far[1] < far[2]
    assert 0 < far[3] < far[2]


def test_long_words_become_smaller_before_they_are_refused():
    words = Lettering(text="word " * 60)
    assert words.drawn(640, 360).getbbox()[1] > 0
    with pytest.raises(UsageError, match="do not fit into 640x360 pixels; use fewer"):
        Lettering(text="word " * 4000).drawn(640, 360)


@given(st.text(st.sampled_from("ab c、漢字（）-"), min_size=1, max_size=60), st.integers(3, 30))
@settings(max_examples=150, deadline=None)
def test_breaking_loses_nothing_and_keeps_to_the_room(text, room):
    lines = broken(text, room, len)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(line == line.strip() and line for line in lines)
    for line in lines[1:]:
        closing = line[0] in "、）" and f" {line[0]}" not in text  # behind a space it stands for itself
        assert not closing or room < 6  # a closing mark stays with what it closes, where there is room for both


def test_lines_are_about_equally_long():
    first, second = broken("one two three four five six seven", 30, len)
    assert abs(len(first) - len(second)) <= 6


def test_ideographs_break_anywhere_but_not_before_their_marks():
    assert broken("漢字漢字", 2, len) == ["漢字", "漢字"]
    assert broken("漢字漢。漢字", 3, len) == ["漢字", "漢。", "漢字"]
