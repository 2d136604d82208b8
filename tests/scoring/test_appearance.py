"""Appearance of cut-out figures, with a small model in place of DINOv2's weights: the path, not its validity."""

from __future__ import annotations

import pytest

from charkit.scoring import Axis, CastMember, Scorer, Threshold, Verdict
from charkit.scoring.appearance import AppearanceScorer
from charkit.vision import DINOV2_S, Encoder
from charkit.weights import Weights

pytest.importorskip("onnxruntime", reason="SKIPPED: onnxruntime is not installed")
LINE = Threshold(name="small", value=0.3, calibrated=False)


@pytest.fixture(scope="module")
def encoder(small, tmp_path_factory) -> Encoder:
    data = small.layout(224, 384, tokens=3)
    return Encoder(DINOV2_S, small.shelf(tmp_path_factory.mktemp("weights"), {"dinov2-s": data}))


def seen(bed, who: int):
    _, pictures, _ = bed.figures.shot(bed.figures.figure(who), seed=12, frames=4, framing="full")
    return bed.frames(pictures)


def test_the_same_figure_scores_above_another_before_the_same_background(bed, exact, encoder) -> None:
    found = []
    for shot, who, seed in (("S01", 2, 7), ("S02", 2, 12), ("S03", 8, 7), ("S04", 5, 12)):
        frames, masker = exact(who, seed=seed)
        scorer = AppearanceScorer(encoder=encoder, threshold=LINE, masker=masker)
        scorer.update(bed.evidence("full", bed.references(2), shot=shot), frames)
        found += scorer.compute()
    first, second, *strangers = found
    assert min(first.score, second.score) > max(score.score for score in strangers)
    assert first.axis is Axis.APPEARANCE


def test_shots_are_compared_with_each_other_too(bed, encoder) -> None:
    scorer = AppearanceScorer(encoder=encoder, threshold=LINE)
    for shot in ("S01", "S02"):
        scorer.update(bed.evidence("full", bed.references(2), shot=shot), seen(bed, 2))
    first, second = scorer.compute()
    assert first.between_shots == second.between_shots == pytest.approx(1, abs=1e-3)
    assert first.score < 1


def test_until_a_line_is_set_nothing_is_judged(bed, encoder) -> None:
    scorer = AppearanceScorer(encoder=encoder)
    scorer.update(bed.evidence("full", bed.references(2)), seen(bed, 2))
    (score,) = scorer.compute()
    assert score.verdict is Verdict.UNVERIFIABLE
    assert "calibrate it on your own cast" in score.reason
    assert dict(score.variants)["two best references"] > 0


def test_clothes_that_the_script_changes_are_not_drift(bed, encoder) -> None:
    scorer = AppearanceScorer(encoder=encoder, threshold=LINE)
    scorer.update(bed.evidence("full", bed.references(2), intended=(Axis.APPEARANCE,)), seen(bed, 8))
    assert scorer.compute()[0].verdict is Verdict.INTENDED


def test_one_figure_is_not_two_characters(bed, encoder) -> None:
    cast = tuple(CastMember(name=name, references=bed.references(n)) for name, n in (("Mira", 2), ("Tom", 8)))
    scorer, frames = AppearanceScorer(encoder=encoder, threshold=LINE), seen(bed, 2)
    for member in cast:
        said = {"character": member.name, "expected": ("Mira", "Tom"), "cast": cast}
        scorer.update(bed.evidence("full", member.references, **said), frames)
    mira, tom = scorer.compute()
    assert (mira.verdict, tom.verdict) != (Verdict.CONSISTENT, Verdict.CONSISTENT)
    assert Verdict.UNVERIFIABLE in (mira.verdict, tom.verdict)


def test_it_says_what_it_is_and_is_for_everybody(encoder) -> None:
    facts = AppearanceScorer(encoder=encoder).facts
    assert isinstance(AppearanceScorer(encoder=encoder), Scorer)
    assert facts.domains == ("photoreal", "anime", "other")
    assert "not identity" in facts.measures
    assert "not measured" in facts.validity
    assert facts.version == AppearanceScorer(encoder=encoder, threshold=LINE).facts.version, "scores do not change"


def test_without_weights_nothing_passes(bed, tmp_path) -> None:
    scorer = AppearanceScorer(weights=Weights.open(tmp_path), threshold=LINE)
    scorer.update(bed.evidence("full", bed.references(2)), seen(bed, 2))
    assert scorer.compute()[0].verdict is Verdict.UNVERIFIABLE
    assert "charkit weights get dinov2-s --from FILE" in scorer.compute()[0].reason
