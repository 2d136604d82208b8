from __future__ import annotations

from pathlib import Path

import pytest

from charkit.errors import UsageError
from charkit.media.fit import fit_together
from charkit.media.picture.pieces import Join, Piece, lay_out
from charkit.media.probe import probe


@pytest.fixture
def facts(clip):
    return probe(clip(frames=48))


def laid(facts, *pieces):
    return lay_out(pieces, fit_together([facts])[0].shape)


def piece(facts, first=0, last=48, join=None):
    return Piece(name="S01", facts=facts, first=first, last=last, join=join)


def test_transitions_let_clips_overlap_and_shorten_the_film(facts):
    made = laid(facts, piece(facts, join=Join(kind="dissolve", frames=12)), piece(facts), piece(facts, 8, 20))
    assert [(p.start, p.head, p.tail) for p in made.pieces] == [(0, 0, 12), (36, 12, 0), (84, 0, 0)]
    assert made.frames == 96
    assert float(made.seconds) == 4.0
    assert made.pieces[1].body == (12, 48)


@pytest.mark.parametrize(("first", "last"), [(0, 49), (-1, 5), (5, 5), (9, 3)])
def test_frames_that_a_clip_does_not_have_are_refused(facts, first, last):
    with pytest.raises(UsageError, match=r"S01 shows frames .* which has 48"):
        laid(facts, piece(facts, first, last))


def test_transitions_that_are_longer_than_their_clip_are_refused_with_both_lengths(facts):
    long = Join(kind="dissolve", frames=30)
    with pytest.raises(UsageError, match=r"lasts 2.00 s, but the transitions on both its sides take 2.50 s"):
        laid(facts, piece(facts, join=long), piece(facts, join=long), piece(facts))


def test_a_film_of_nothing_is_refused(facts):
    with pytest.raises(UsageError, match="no clips"):
        laid(facts)
    assert isinstance(facts.path, Path)
