from __future__ import annotations

import re

from charkit.film import Cue, FilmShot, subtitles


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
