"""One row of identity per character: each domain has its recogniser, and the rest has none."""

from __future__ import annotations

import pytest

from charkit.scoring import Axis, Scorer, Threshold, Verdict
from charkit.scoring.anime import AnimeScorer
from charkit.scoring.identity import IdentityScorer
from charkit.vision import CCIP, Encoder
from charkit.weights import Weights

pytest.importorskip("onnxruntime", reason="SKIPPED: onnxruntime is not installed")


@pytest.fixture
def scorer(small, tmp_path) -> IdentityScorer:
    weights = small.shelf(tmp_path / "weights", {"ccip": small.layout(384, 768)})
    line = Threshold(name="small", value=0.5, calibrated=False)
    return IdentityScorer(weights=weights, anime=AnimeScorer(encoder=Encoder(CCIP, weights), threshold=line))


def test_every_character_is_judged_by_the_recogniser_of_its_domain(bed, scorer) -> None:
    assert isinstance(scorer, Scorer)
    framing, pictures, _ = bed.figures.shot(bed.figures.figure(2), seed=7, frames=4, framing="full")
    frames = bed.frames(pictures)
    for name, domain in (("Ada", "photoreal"), ("Mira", "anime"), ("Fenn", "other"), ("Rin", "anime")):
        scorer.update(bed.evidence(framing, bed.references(2), character=name, expected=(name,), domain=domain), frames)
    ada, mira, fenn, rin = scorer.compute()
    assert [score.character for score in (ada, mira, fenn, rin)] == ["Ada", "Mira", "Fenn", "Rin"]
    assert {score.axis for score in (ada, mira, fenn, rin)} == {Axis.IDENTITY}
    assert (mira.verdict, rin.verdict) == (Verdict.CONSISTENT, Verdict.CONSISTENT)
    assert mira.scorer.startswith("anime")
    assert ada.verdict is fenn.verdict is Verdict.UNVERIFIABLE
    assert "charkit weights get yunet" in ada.reason
    assert "neither photographed nor anime" in fenn.reason


def test_a_clip_that_cannot_be_read_keeps_its_own_reason(bed, scorer) -> None:
    scorer.update(bed.evidence("full", (), domain="other"), [], problem="the clip cannot be decoded")
    assert scorer.compute()[0].reason == "the clip cannot be decoded"


def test_without_any_weights_it_still_says_what_it_needs(tmp_path) -> None:
    facts = IdentityScorer(weights=Weights.open(tmp_path)).facts
    assert facts.encoder == "sface on yunet; ccip"
    assert {"onnxruntime", "opencv-python-headless"} <= set(facts.needs)
    assert facts.domains == ("photoreal", "anime")
