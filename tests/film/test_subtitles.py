from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charkit.film import Cue, FilmShot, subtitles
from charkit.film.subtitles import srt, timed, vtt


def make_shot(name: str, start: float, seconds: float = 4.0) -> FilmShot:
    return FilmShot(shot=name, take=1, start=start, seconds=seconds, frames=round(24 * seconds), action="copied")


def times(text: str) -> list[tuple[float, float]]:
    found = re.findall(r"(\d+):(\d+):(\d+),(\d+) --> (\d+):(\d+):(\d+),(\d+)", text)
    as_seconds = [[int(v) for v in row] for row in found]
    return [
        (a * 3600 + b * 60 + c + d / 1000, e * 3600 + f * 60 + g + h / 1000) for a, b, c, d, e, f, g, h in as_seconds
    ]


def test_a_line_stands_inside_its_shot():
    text = subtitles([make_shot("S01", 0), make_shot("S02", 5)], [Cue(shot="S02", text="The light is out.")])
    assert text == "1\n00:00:05,400 --> 00:00:06,900\nThe light is out.\n"


def test_lines_of_one_shot_follow_each_other_and_are_numbered_through():
    cues = [
        Cue(shot="S01", text="Hold it steady, Fenn.", speaker="Mira"),
        Cue(shot="S01", text="Yip!", speaker="Fenn"),
        Cue(shot="S02", text="It is lit."),
    ]
    text = subtitles([make_shot("S01", 3595.5), make_shot("S02", 3599.5)], cues)
    assert re.findall(r"^(\d+)$", text, re.MULTILINE) == ["1", "2", "3"]
    assert "Mira: Hold it steady, Fenn." in text
    (a, b), (c, d), (e, f) = times(text)
    assert 3595.5 <= a < b <= c < d <= 3599.5 <= e < f <= 3603.5


def test_long_lines_wrap_and_cannot_break_the_format():
    cue = Cue(shot="S01", text="He said: go --> there,\n\nand then he went on talking for a very long time indeed")
    body = subtitles([make_shot("S01", 0)], [cue]).split("\n", 2)[2]
    assert "-->" not in body
    assert all(0 < len(line) <= 42 for line in body.strip().split("\n"))


def test_a_silent_film_has_no_subtitles():
    assert subtitles([make_shot("S01", 0)], []) == ""


def test_a_short_shot_keeps_its_line_inside():
    ((begin, end),) = times(
        subtitles([make_shot("S01", 2, 0.5)], [Cue(shot="S01", text="A rather long line for half a second")])
    )
    assert 2.0 <= begin < end <= 2.5


def test_nobody_speaks_while_a_transition_mixes_two_pictures():
    shots = [make_shot("S01", 0), make_shot("S02", 3), make_shot("S03", 6)]  # each shares a second with the next
    lines = timed(shots, [Cue(shot=name, text="Words, " * 6) for name in ("S01", "S02", "S03")])
    assert [line.end <= 3 for line in lines if line.shot == "S01"] == [True]
    assert all(4 <= line.start < line.end <= 6 for line in lines if line.shot == "S02")
    assert all(line.start >= 7 for line in lines if line.shot == "S03")


def test_a_shot_that_is_never_seen_by_itself_still_has_its_line():
    shots = [make_shot("S01", 0), make_shot("S02", 3, 2.0), make_shot("S03", 4)]
    (line,) = timed(shots, [Cue(shot="S02", text="Now!")])
    assert 3 <= line.start < line.end <= 5


def test_a_shot_that_stands_in_the_film_twice_is_spoken_once():
    shots = [make_shot("S01", 0), make_shot("S02", 4), make_shot("S01", 8)]
    assert len(timed(shots, [Cue(shot="S01", text="Once.")])) == 1


def test_a_long_speech_is_divided_into_what_two_rows_hold():
    speech = "The lamp was lit before anybody asked who had carried the oil up all those stairs in the storm. " * 2
    lines = timed([make_shot("S01", 0, 20)], [Cue(shot="S01", text=speech)])
    assert len(lines) > 2
    for line in lines:
        assert len(line.text.split("\n")) <= 2
        assert all(len(row) <= 42 for row in line.text.split("\n"))
        assert 1.2 <= line.end - line.start <= 7
    assert " ".join(" ".join(line.text.split()) for line in lines) == speech.strip()
    assert all(one.end <= following.start for one, following in pairwise(lines))


def test_what_is_too_fast_to_be_read_is_said_with_its_speed():
    (calm,) = timed([make_shot("S01", 0, 4)], [Cue(shot="S01", text="Hold it steady, Fenn.")])
    assert calm.warning == ""
    (fast,) = timed([make_shot("S02", 0, 1)], [Cue(shot="S02", text="Hold it steady, Fenn, or we both go.")])
    assert fast.reading_speed == pytest.approx(36 / 0.8, rel=0.01)
    assert "S02" in fast.warning
    assert "45 characters a second" in fast.warning


def test_web_subtitles_say_the_same_and_no_markup_gets_in():
    text = vtt(timed([make_shot("S01", 3600)], [Cue(shot="S01", text="<b>Yip</b> & done --> go")]))
    assert text.startswith("WEBVTT\n\n01:00:00.400 --> ")
    assert "&lt;b&gt;Yip&lt;/b&gt; &amp; done → go" in text
    assert vtt(()) == ""


spoken = st.lists(
    st.tuples(st.sampled_from(["S01", "S02", "S03"]), st.text(max_size=200), st.text(max_size=10)), max_size=6
)


@given(spoken, st.lists(st.floats(0.2, 20), min_size=3, max_size=3), st.floats(0, 1))
def test_lines_follow_each_other_inside_the_film_whatever_is_said(cues, lengths, shared):
    shots, at = [], 0.0
    for name, seconds in zip(("S01", "S02", "S03"), lengths, strict=True):
        shots.append(make_shot(name, at, seconds))
        at += seconds * (1 - shared / 2)
    end = max(shot.start + shot.seconds for shot in shots)
    lines = timed(shots, [Cue(shot=shot, text=text, speaker=who) for shot, text, who in cues])
    assert len({line.shot for line in lines}) == len({shot for shot, _, _ in cues})
    for line in lines:
        assert -0.001 <= line.start <= line.end <= end + 0.001
        assert line.text.strip()
    text = srt(lines)
    assert len(re.findall(r"^\d\d:\d\d:\d\d,\d{3} --> \d\d:\d\d:\d\d,\d{3}$", text, re.MULTILINE)) == len(lines)
