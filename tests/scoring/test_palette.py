from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from charkit.scoring import Axis, PaletteScorer, Scorer, Threshold, Verdict, palette


def test_it_is_a_scorer_and_says_what_it_cannot_see():
    scorer = PaletteScorer()
    assert isinstance(scorer, Scorer)
    assert "not identity" in scorer.facts.measures
    assert {"face", "hairstyle"} <= set(scorer.facts.blind_to)
    assert not scorer.threshold.calibrated


def test_the_same_figure_in_another_light_is_consistent(bed):
    verdicts = [bed.score(bed.figures.figure(n), n, seed=50 + n).verdict for n in range(6)]
    assert verdicts.count(Verdict.CONSISTENT) >= 5
    assert Verdict.UNVERIFIABLE not in verdicts


def test_another_figure_is_caught(bed):
    scores = [bed.score(bed.figures.figure(n + 10), n, seed=50 + n) for n in range(6)]
    assert all(score.verdict is Verdict.DRIFTED for score in scores)


def test_a_recoloured_wardrobe_scores_clearly_lower(bed):
    drops = []
    for n in range(5):
        who = bed.figures.figure(n)
        redressed = bed.figures.recoloured(bed.figures.recoloured(who, "top", n), "bottom", n)
        drops.append(bed.score(who, n, seed=80 + n).score - bed.score(redressed, n, seed=80 + n).score)
    assert min(drops) > 0.0
    assert np.median(drops) > 0.1


@pytest.mark.parametrize("change", ["with_other_face", "with_other_hairstyle"])
def test_it_is_blind_to_faces_and_hairstyles_as_it_says(bed, change):
    moved = []
    for n in range(5):
        who = bed.figures.figure(n)
        other = getattr(bed.figures, change)(who)
        moved.append(abs(bed.score(other, n, seed=90 + n).score - bed.score(who, n, seed=90 + n).score))
    assert np.median(moved) < 0.08


def test_the_third_in_which_colours_changed_falls_farthest():
    tall = np.zeros((90, 40, 3), np.uint8)
    tall[:30], tall[30:60], tall[60:] = (180, 90, 40), (60, 120, 200), (40, 60, 40)
    other = tall.copy()
    other[30:60] = (200, 40, 60)
    whole = np.ones((90, 40), np.bool_)
    found = palette._by_stripe(palette.colours_of(tall, whole), palette.colours_of(other, whole))
    assert found[0] == found[2] == pytest.approx(1.0)
    assert found[1] < 0.5
    flat = palette.colours_of(tall[:3], whole[:3])
    assert len(flat.stripes) == 3


def test_both_variants_and_the_worst_frame_are_kept(bed):
    score = bed.score(bed.figures.figure(2), 2)
    thirds = ["upper third", "middle third", "lower third"]
    assert [name for name, _ in score.variants] == ["as it is", "grey-world", *thirds]
    picture = Image.open(io.BytesIO(score.worst.jpeg))
    assert picture.height == 120
    assert len(score.worst.jpeg) < 20_000
    assert score.worst.score <= score.score
    assert score.worst.digest.startswith("sha256:")


def test_the_same_take_scores_the_same_twice(bed):
    assert bed.score(bed.figures.figure(4), 4) == bed.score(bed.figures.figure(4), 4)


def test_a_change_that_the_script_wants_is_not_drift(bed):
    other = bed.figures.recoloured(bed.figures.figure(1), "top", 3)
    score = bed.score(other, 1, intended=(Axis.PALETTE,))
    assert score.verdict is Verdict.INTENDED
    assert score.score is not None


def unverifiable(scorer, evidence, frames=(), **more):
    scorer.update(evidence, frames, **more)
    score = scorer.compute()[-1]
    assert score.verdict is Verdict.UNVERIFIABLE
    assert score.score is None
    assert score.worst is None
    return score.reason


def test_without_references_nothing_passes(bed):
    _, pictures, _ = bed.figures.shot(bed.figures.figure(0), seed=1, frames=4)
    assert unverifiable(PaletteScorer(), bed.evidence("medium", ()), bed.frames(pictures)) == "no reference"


def test_references_that_cannot_be_read_are_named(bed, tmp_path):
    broken = tmp_path / "mira.png"
    broken.write_bytes(b"not a picture")
    _, pictures, _ = bed.figures.shot(bed.figures.figure(0), seed=1, frames=4)
    paths = (broken, tmp_path / "gone.png")
    reason = unverifiable(PaletteScorer(), bed.evidence("medium", paths), bed.frames(pictures))
    assert "mira.png cannot be read" in reason
    assert "gone.png cannot be read" in reason
    assert str(tmp_path) not in reason


def test_black_frames_cannot_be_judged(bed):
    black = bed.frames([np.zeros((180, 320, 3), dtype=np.uint8)] * 8)
    reason = unverifiable(PaletteScorer(), bed.evidence("medium", bed.references(0)), black)
    assert "0 of 8 frames usable" in reason


def test_a_single_frame_is_too_little(bed):
    _, pictures, _ = bed.figures.shot(bed.figures.figure(0), seed=1, frames=1)
    reason = unverifiable(PaletteScorer(), bed.evidence("medium", bed.references(0)), bed.frames(pictures))
    assert "too short" in reason


def test_a_clip_that_cannot_be_decoded_keeps_its_reason(bed):
    reason = unverifiable(PaletteScorer(), bed.evidence("medium", bed.references(0)), problem="the clip is truncated")
    assert reason == "the clip is truncated"


def test_shots_are_compared_with_each_other_leaving_themselves_out(bed):
    scorer = PaletteScorer()
    for number, shot in ((5, "S01"), (5, "S02"), (17, "S03")):
        framing, pictures, _ = bed.figures.shot(bed.figures.figure(number), seed=3, frames=4, framing="medium")
        scorer.update(bed.evidence(framing, bed.references(5), shot=shot), bed.frames(pictures))
    first, second, stranger = scorer.compute()
    assert stranger.between_shots < min(first.between_shots, second.between_shots)


def test_one_sighting_says_nothing_about_consistency_between_shots(bed):
    assert bed.score(bed.figures.figure(5), 5).between_shots is None


def test_the_line_can_be_set_by_the_person(bed):
    strict = PaletteScorer(threshold=Threshold(name="own cast", value=1.0, calibrated=True))
    framing, pictures, _ = bed.figures.shot(bed.figures.figure(0), seed=2, frames=4)
    strict.update(bed.evidence(framing, bed.references(0)), bed.frames(pictures))
    assert strict.compute()[0].verdict is Verdict.DRIFTED


def test_every_frame_and_every_pair_of_shots_is_kept_apart(bed):
    """For the curve against the distance in shots; shots in another outfit are not compared."""
    from charkit.scoring import PaletteScorer

    scorer = PaletteScorer()
    for shot, number in (("S01", 3), ("S02", 3), ("S03", 4)):
        framing, pictures, _ = bed.figures.shot(bed.figures.figure(number), seed=7, light=bed.figures.MILD, frames=4)
        scorer.update(bed.evidence(framing, bed.references(number), shot=shot), bed.frames(pictures))
    first, second, dressed_otherwise = scorer.compute()
    assert [(pair.shot, pair.take) for pair in first.pairs] == [("S02", 1)]
    assert first.pairs[0].score == second.pairs[0].score
    assert (dressed_otherwise.pairs, dressed_otherwise.between_shots) == ((), None)
    assert len(first.frame_scores) == first.valid_frames
    assert first.frame_scores[1][0] == 0.5
    assert first.needed_frames == 3


def test_a_take_whose_character_is_found_nowhere_is_given_up_before_every_frame_was_cut(bed):
    from charkit.scoring import GrabCut, PaletteScorer

    class Counting(GrabCut):
        cuts = 0

        def in_frame(self, rgb, evidence):
            Counting.cuts += 1
            return super().in_frame(rgb, evidence)

    scorer = PaletteScorer(masker=Counting())
    flat = [np.full((216, 384, 3), 90, dtype=np.uint8)] * 8
    scorer.update(bed.evidence("medium", bed.references(5)), bed.frames(flat))
    (score,) = scorer.compute()
    assert score.verdict is Verdict.UNVERIFIABLE
    assert score.reason.startswith("0 of 8 frames usable, 4 needed")
    assert Counting.cuts == 5
