"""Every scorer gets its own line from the same cast, with a small model in place of DINOv2's weights."""

from __future__ import annotations

from dataclasses import replace

import pytest

from charkit.errors import BadDocument, UnknownName
from charkit.scoring import Axis, PaletteScorer, Verdict, score_takes
from charkit.scoring.appearance import AppearanceScorer
from charkit.scoring.base import Lined
from charkit.scoring.calibration import Calibration, Calibrations, calibrate_cast
from charkit.scoring.palette import STOCK
from charkit.vision import DINOV2_S, Encoder

pytest.importorskip("onnxruntime", reason="SKIPPED: onnxruntime is not installed")


@pytest.fixture(scope="module")
def appearance(small, tmp_path_factory) -> AppearanceScorer:
    data = small.layout(224, 384, tokens=3, centre=0.0)
    shelf = small.shelf(tmp_path_factory.mktemp("weights"), {"dinov2-s": data})
    scorer = AppearanceScorer(encoder=Encoder(DINOV2_S, shelf), min_valid_frames=1)
    scorer.frames = 2  # enough to see which pairs there are
    return scorer


@pytest.fixture(scope="module")
def palette() -> PaletteScorer:
    scorer = PaletteScorer(min_valid_frames=1)
    scorer.frames = 2
    return scorer


@pytest.fixture(scope="module")
def own(shots, appearance, palette, tmp_path_factory) -> Calibrations:
    """The lines of three figures, as if three were enough."""
    scorers = (appearance, palette)
    folder = tmp_path_factory.mktemp("halves")
    return calibrate_cast(shots, scorers, folder, least_cast=3, strangers=False, without={"gate": "compares nobody"})


def verdicts(scorer, entries) -> list[Verdict]:
    return [score.verdict for score in score_takes(entries, scorers=[scorer]).scores]


def test_scorers_with_a_line_take_another_and_forget_what_they_saw(appearance, own):
    assert isinstance(appearance, Lined)
    assert isinstance(PaletteScorer(), Lined)
    assert set(own.lines) == {appearance.facts.label, PaletteScorer().facts.label}
    line = own.lines[appearance.facts.label]
    ruled = appearance.under(line)
    assert (ruled.threshold, ruled.facts, ruled.compute()) == (line, appearance.facts, ())
    assert appearance.threshold is None
    assert PaletteScorer().under(None).threshold == STOCK


def test_a_scorer_without_a_published_line_judges_once_the_cast_has_set_one(shots, appearance, own):
    other = replace(shots[0], references=shots[1].references)
    assert verdicts(appearance.under(None), shots[:1]) == [Verdict.UNVERIFIABLE]
    ruled = appearance.under(own.lines[appearance.facts.label])
    assert verdicts(ruled, [other]) == [Verdict.DRIFTED]
    line = ruled.threshold
    assert (line.name, line.calibrated, line.far, line.cast) == ("appearance-cast-1", True, 0.01, 3)
    assert verdicts(ruled.under(replace(line, value=0.0)), shots[:1]) == [Verdict.CONSISTENT]
    assert own.of(Axis.APPEARANCE).ceiling.expected == 3


def test_a_card_that_lacked_a_line_is_judged_under_the_one_that_was_set(shots, appearance, palette, own):
    before = score_takes(shots[:1], scorers=[appearance.under(None), palette.under(None)])
    assert before.lacking(Axis.APPEARANCE)
    after = own.over(before)
    ruled = score_takes(shots[:1], scorers=[appearance.under(own.lines[appearance.facts.label])])
    assert [s.verdict for s in after.scores if s.axis is Axis.APPEARANCE] == [s.verdict for s in ruled.scores]
    assert [s.score for s in after.scores if s.axis is Axis.APPEARANCE] == [s.score for s in ruled.scores]
    assert not after.lacking(Axis.APPEARANCE)
    assert after.ceiling(Axis.APPEARANCE, "c0").scorer == appearance.facts.label
    assert after.ceiling(Axis.PALETTE).trials == len(own.of("palette").genuine)


def test_too_small_a_cast_leaves_every_line_as_it_was_and_judges_nothing_else(shots, appearance, palette, tmp_path):
    found = calibrate_cast(shots[:1], (appearance, palette), tmp_path)
    assert found.lines == {}
    assert found.of("appearance").threshold is None
    assert found.of("palette").threshold.value == STOCK.value
    assert {pair.kind for pair in found.of("palette").genuine} == {"split halves", "re-lit", "turnaround"}
    card = found.over(score_takes(shots[:1], scorers=[appearance.under(None)]))
    assert card.scores[0].verdict is Verdict.UNVERIFIABLE
    assert "too small" in found._repr_mimebundle_()["text/html"]


def test_what_has_no_line_on_the_cast_says_why(own):
    page = own._repr_mimebundle_()["text/html"]
    assert "compares nobody" in page
    assert "appearance: line at" in repr(own)
    with pytest.raises(UnknownName, match="palette"):
        own.of("palete")
    with pytest.raises(UnknownName, match="appearance"):
        own.of("appearance", "faces")


def test_lines_read_back_what_was_written_and_the_palettes_alone_from_before(own, tmp_path):
    file = tmp_path / "calibration.json"
    own.save(file)
    assert Calibrations.load(file) == own
    file.write_text(
        """{"format": "charkit calibration 1", "axis": "palette", "scorer": "palette 2+grabcut-1+palette-stock-1",
        "threshold": {"name": "t", "value": 0.6, "calibrated": true}, "impostors": [], "genuine": []}"""
    )
    (old,) = Calibrations.load(file)
    assert isinstance(old, Calibration)
    assert (old.scorer, old.threshold.value) == (PaletteScorer().facts.label, 0.6)
    file.write_text("{}")
    with pytest.raises(BadDocument, match=r"calibration\.json"):
        Calibrations.load(file)
