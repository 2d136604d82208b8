"""Which pairs are wrong and which are right by construction, and which are neither."""

from __future__ import annotations

from dataclasses import replace

from charkit.scoring import GrabCut, PaletteScorer
from charkit.scoring.calibration import cast_pairs, of_controls, split_halves
from charkit.scoring.controls import make_controls

CAST = ("c0", "c1", "c2")


class Quick(PaletteScorer):
    """The palette on two frames: enough to see which pairs there are."""

    frames = 2

    def __init__(self) -> None:
        super().__init__(min_valid_frames=1)


def test_every_character_is_held_against_every_other_and_halves_against_each_other(shots, tmp_path):
    wrong = cast_pairs(shots, Quick)
    right = split_halves(shots, Quick, GrabCut(), tmp_path)
    assert {(pair.claimed, pair.actual) for pair in wrong} == {(a, b) for a in CAST for b in CAST if a != b}
    assert len(right) == 3
    assert min(pair.score for pair in right) > max(pair.score for pair in wrong)


def test_a_take_that_shows_both_is_no_wrong_pair(shots):
    both = [replace(entry, expected=CAST) for entry in shots]
    assert cast_pairs(both, Quick) == ()


def test_a_clip_that_cannot_be_read_gives_no_pair(shots, tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"nothing")
    entries = [replace(entry, clip=broken) for entry in shots]
    assert cast_pairs(entries, Quick) == ()
    assert split_halves(entries, Quick, GrabCut(), tmp_path) == ()


class OfAnime(Quick):
    """One that was made for anime alone, as a recogniser would be."""

    def __init__(self) -> None:
        super().__init__()
        self.facts = replace(self.facts, domains=("anime",))


def test_only_characters_that_a_scorer_was_made_for_are_put_before_it(shots, tmp_path):
    mixed = [replace(shots[0], domain="anime"), replace(shots[1], domain="photoreal")]
    assert cast_pairs(mixed, OfAnime) == ()
    assert [pair.character for pair in split_halves(mixed, OfAnime, GrabCut(), tmp_path)] == ["c0"]
    controls = make_controls(mixed, OfAnime)
    assert {(control.character, control.stranger) for control in controls} == {("c0", "")}


def test_a_stranger_on_the_same_background_is_a_pair_of_two_names(shots):
    wrong, right = of_controls(make_controls(shots[:2], Quick))
    assert {(pair.claimed, pair.actual) for pair in wrong} == {("c0", "c1"), ("c1", "c0")}
    assert all(pair.same_background for pair in wrong)
    assert {pair.kind for pair in right} == {"re-lit", "turnaround"}
