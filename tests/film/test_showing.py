from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from charkit.errors import UsageError
from charkit.film import Card, Cut, CutList, assemble
from charkit.film.showing import cut_pictures, join_pictures, transitions_compared
from charkit.media.frames import exactly


def pictures(shown) -> list[Image.Image]:
    found = re.findall(r"data:image/[a-z]+;base64,([A-Za-z0-9+/=]+)", shown.page)
    return [Image.open(io.BytesIO(base64.b64decode(one))) for one in found]


@pytest.fixture(scope="module")
def cuts(clips) -> CutList:
    return CutList(
        title="The Lantern",
        cuts=(
            Cut(shot="S01", file=str(clips[0]), transition="dissolve"),
            Cut(shot="S02", file=str(clips[1]), start=0.5),
            Cut(shot="S03", file=str(clips[2]), end=1.0),
        ),
    )


def test_each_cut_is_shown_by_its_first_and_last_frame(cuts, clips):
    shown = cut_pictures(cuts)
    assert repr(shown) == "<3 cuts of 'The Lantern' as pictures>"
    assert "0.50 s to 1.50 s" in shown.page
    assert "dissolve, 0.5 s" in shown.page
    second = pictures(shown)[1]
    assert second.size == (2 * 171 + 4, 96)
    first_frame = exactly(clips[1], [12], height=96)[0].rgb.astype(int)
    assert np.abs(np.asarray(second.convert("RGB"))[:, :171].astype(int) - first_frame).mean() < 4


def test_a_card_is_shown_by_its_words(clips):
    cuts = CutList(cuts=(Cut(shot="T", card=Card(text="Night <1>")), Cut(shot="S01", file=str(clips[0]))))
    assert "Night &lt;1&gt;" in cut_pictures(cuts).page


def test_joins_show_the_films_own_frames_on_both_sides(cuts, tmp_path):
    film = assemble(cuts, tmp_path)
    shown = join_pictures(film)
    assert repr(shown) == "<2 joins of 'The Lantern': last and first frames>"
    assert "S02 | S03" in shown.page
    assert "step 0.0" in shown.page
    join = round(film.shots[2].start * film.fps)
    before, after = (one.rgb.astype(int) for one in exactly(film.path, [join - 1, join], height=96))
    strip = np.asarray(pictures(shown)[1].convert("RGB")).astype(int)
    assert np.abs(strip[:, :171] - before).mean() < 4
    assert np.abs(strip[:, -171:] - after).mean() < 4
    assert repr(film.strip()) == repr(shown)


def test_transitions_are_compared_side_by_side_and_leave_nothing(cuts):
    shown = transitions_compared(cuts, "S01")
    assert repr(shown) == "<S01 into S02: cut, dissolve, wipe, dip>"
    moving = pictures(shown)
    assert [one.format for one in moving] == ["WEBP"] * 4
    assert all(one.n_frames > 3 for one in moving)
    assert len(shown.page) < 250_000
    middles = []
    for one in moving[:2]:
        one.seek(one.n_frames // 2)
        middles.append(np.asarray(one.convert("RGB")).astype(int))
    assert np.abs(middles[0] - middles[1]).mean() > 2


def test_what_cannot_be_compared_is_said(cuts, clips):
    with pytest.raises(UsageError, match="no cut follows 'S03'; shots: S01, S02, S03"):
        transitions_compared(cuts, "S03")
    carded = CutList(cuts=(Cut(shot="T", card=Card(text="x")), Cut(shot="S01", file=str(clips[0]))))
    with pytest.raises(UsageError, match="is a card"):
        transitions_compared(carded, "T")


def test_outputs_are_added_by_name_and_shown_with_what_they_lack(cuts, tmp_path):
    film = assemble(cuts.also("poster,edl", "poster"), tmp_path)
    assert [one.kind for one in film.outputs] == ["poster", "edl"]
    shown = film.beside()
    assert repr(shown) == "<2 outputs of 'The Lantern'>"
    assert "film.edl" in shown.page
    assert "does not carry loudness" in shown.page
    with pytest.raises(UsageError, match="no output 'postr'"):
        cuts.also("postr")
    assert film.loudness().target is None
