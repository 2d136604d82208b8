"""Identity of drawn characters, with a small model in place of CCIP's weights: the path, not how well CCIP judges."""

from __future__ import annotations

import numpy as np
import pytest

from charkit.scoring import Axis, Scorer, Threshold, Verdict
from charkit.scoring.anime import STOCK_CCIP, AnimeScorer
from charkit.vision import CCIP, Encoder
from charkit.weights import Weights

pytest.importorskip("onnxruntime", reason="SKIPPED: onnxruntime is not installed")


@pytest.fixture(scope="module")
def encoder(small, tmp_path_factory) -> Encoder:
    return Encoder(CCIP, small.shelf(tmp_path_factory.mktemp("weights"), {"ccip": small.layout(384, 768)}))


def score(bed, scorer: AnimeScorer, who: int, number: int, **more):
    framing, pictures, _ = bed.figures.shot(bed.figures.figure(who), seed=7, frames=4, framing="full")
    scorer.update(bed.evidence(framing, bed.references(number), domain="anime", **more), bed.frames(pictures))
    return scorer.compute()[-1]


def test_the_difference_is_half_of_one_minus_the_cosine(encoder) -> None:
    one = AnimeScorer(encoder=encoder)
    assert one.likeness(1) == 1
    assert one.likeness(-1) == 0
    assert 1 - one.likeness(0.643) == pytest.approx(0.1785, abs=1e-4)
    assert STOCK_CCIP.value == pytest.approx(0.8215)
    assert not STOCK_CCIP.calibrated


def test_so_many_references_have_to_agree(encoder) -> None:
    likenesses = [0.95, 0.2, 0.85, 0.4]
    assert [AnimeScorer(encoder=encoder, agreeing=k).frame_score(likenesses) for k in (1, 2, 3)] == [0.95, 0.85, 0.4]
    assert AnimeScorer(encoder=encoder, agreeing=3).frame_score([0.9]) == 0.9
    with pytest.raises(ValueError, match="at least one"):
        AnimeScorer(encoder=encoder, agreeing=0)


@pytest.mark.parametrize("agreeing", [1, 2, 3])
def test_a_frame_reaches_the_line_exactly_when_enough_references_do(encoder, agreeing: int) -> None:
    scorer, rng = AnimeScorer(encoder=encoder, agreeing=agreeing), np.random.default_rng(agreeing)
    for likenesses in rng.uniform(0.7, 0.9, (200, 5)).tolist():
        agree = sum(value >= STOCK_CCIP.value for value in likenesses)
        assert (scorer.frame_score(likenesses) >= STOCK_CCIP.value) == (agree >= agreeing)


def test_the_same_figure_scores_above_another(bed, exact, encoder) -> None:
    line, found = Threshold(name="small", value=0.5, calibrated=False), []
    for who in (2, 8):
        frames, masker = exact(who, seed=12)
        scorer = AnimeScorer(encoder=encoder, threshold=line, masker=masker)
        scorer.update(bed.evidence("full", bed.references(2), domain="anime"), frames)
        found += scorer.compute()
    same, other = found
    assert same.axis is Axis.IDENTITY
    assert same.verdict is Verdict.CONSISTENT
    assert same.score > other.score
    assert same.encoder.startswith("ccip sha256:")
    assert same.worst is not None


def test_it_says_what_it_is_for(bed, encoder) -> None:
    one = AnimeScorer(encoder=encoder)
    assert isinstance(one, Scorer)
    assert one.facts.domains == ("anime",)
    assert "OpenRAIL" in one.facts.licence
    assert "not measured" in one.facts.validity
    framing, pictures, _ = bed.figures.shot(bed.figures.figure(2), seed=7, frames=4, framing="full")
    one.update(bed.evidence(framing, bed.references(2), domain="photoreal"), bed.frames(pictures))
    assert "made for anime characters" in one.compute()[0].reason


def test_without_weights_nothing_passes(bed, tmp_path) -> None:
    found = score(bed, AnimeScorer(weights=Weights.open(tmp_path)), 2, 2)
    assert found.verdict is Verdict.UNVERIFIABLE
    assert "charkit weights get ccip --from FILE" in found.reason
