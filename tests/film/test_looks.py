"""What a cut list lays over its pictures."""

from __future__ import annotations

import numpy as np
import pytest

from charkit.errors import BadDocument, UsageError
from charkit.film.cuts import Card, Cut, CutList, Title
from charkit.film.looks import card_picture, looks_of, subtitle_touches, title_touches
from charkit.film.subtitles import Cue
from charkit.media.probe import probe

NEGATIVE = "LUT_1D_SIZE 2\n1 1 1\n0 0 0\n"


def cuts_in(folder, *cuts):
    CutList(cuts=cuts).save(folder / "cuts.yaml")
    return CutList.load(folder / "cuts.yaml")


def test_a_table_beside_the_list_changes_the_pictures(clips, tmp_path):
    (tmp_path / "look.cube").write_text(NEGATIVE)
    cuts = cuts_in(tmp_path, Cut(shot="S01", file=str(clips[0]), lut="look.cube"), Cut(shot="S02", file=str(clips[1])))
    look, none = looks_of(cuts, cuts.cuts, [probe(clip) for clip in clips[:2]])
    assert none is None
    assert look is not None
    assert (look.after == 255 - look.before).all()
    assert repr(look) == "Look(S01: through look.cube)"
    assert look._repr_mimebundle_()["text/html"].count("<img") == 2
    assert look.sheet().width > 600


def test_a_cut_is_matched_to_the_one_before_as_the_film_shows_it(clips, tmp_path):
    (tmp_path / "look.cube").write_text(NEGATIVE)
    first = Cut(shot="S01", file=str(clips[0]), lut="look.cube")
    second = Cut(shot="S02", file=str(clips[1]), match=True)
    cuts = cuts_in(tmp_path, first, second)
    facts = [probe(clip) for clip in clips[:2]]
    look = looks_of(cuts, cuts.cuts, facts)[1]
    assert look is not None
    assert look.match is not None
    plain = cuts_in(tmp_path, Cut(shot="S01", file=str(clips[0])), second)
    other = looks_of(plain, plain.cuts, facts)[1]
    assert other is not None
    assert other.match is not None
    assert look.match.wanted.distance(other.match.wanted) > 0.05
    assert "matched" in look.what


def test_what_cannot_be_matched_or_read_is_said(clips, tmp_path):
    facts = [probe(clips[0]), probe(clips[1])]
    first = cuts_in(tmp_path, Cut(shot="S01", file=str(clips[0]), match=True))
    with pytest.raises(UsageError, match="S01 has `match`, but no clip comes before"):
        looks_of(first, first.cuts, facts[:1])
    missing = cuts_in(tmp_path, Cut(shot="S01", file=str(clips[0]), lut="none.cube"))
    with pytest.raises(BadDocument, match="none.cube"):
        looks_of(missing, missing.cuts, facts[:1])


def test_titles_touch_only_their_time():
    one, two = title_touches([Title(text="The River", start=0.5, seconds=1), Title(text="end", start=3.5)], 4.0)
    assert (one.start, one.end) == (0.5, 1.5)
    assert (two.start, two.end) == (3.5, 4.0)
    with pytest.raises(UsageError, match="'late' begins at 5 s, but its cut lasts 4.00 s"):
        title_touches([Title(text="late", start=5)], 4.0)


def test_subtitles_are_drawn_when_the_file_beside_would_show_them():
    cuts = (
        Cut(shot="S01", file="a.mp4", transition="dissolve"),
        Cut(shot="S02", file="b.mp4"),
        Cut(shot="S02", file="b.mp4"),
    )
    cues = [Cue(shot="S02", text="Who goes there?")]
    touches = subtitle_touches(cuts, [4.0, 5.0, 5.0], cues)
    assert [len(of_cut) for of_cut in touches] == [0, 1, 0]
    line = touches[1][0]
    assert line.start >= 0.5  # not while the dissolve shows both
    assert line.end is not None
    assert 1.0 < line.end - line.start <= 4.5
    frame = np.full((180, 320, 3), 90, np.uint8)
    assert (line.make(frame, line.start + 0.1) != frame).any()


def test_a_card_has_its_colours():
    picture = np.asarray(card_picture(Card(text="Two days later", ground="#102040", ink="#ffee00"), 640, 360))
    assert tuple(picture[5, 5]) == (0x10, 0x20, 0x40)
    assert (picture.reshape(-1, 3) == (0xFF, 0xEE, 0)).all(axis=1).any()
