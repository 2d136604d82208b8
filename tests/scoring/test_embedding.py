"""From frames to a shot: which find is the character, what it scores, and all that makes it unverifiable."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from charkit.errors import BadWeights
from charkit.media.frames import Frame
from charkit.scoring import Axis, CastMember, Scorer, ScorerFacts, ShotEvidence, Threshold, Verdict
from charkit.scoring.embedding import ANY, EmbeddingScorer, Spot, Spots, two_best

LINE = Threshold(name="own", value=0.8, calibrated=True, far=0.01, cast=12)


def vector(degrees: float) -> np.ndarray:
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], np.float32)


@dataclass
class Eye:
    """Reads its finds from a picture's pixels: each value of the first row but 0 is a find at so many degrees."""

    problem: str = ""
    label: str = "eye sha256:0123456789ab"
    alone: bool = True
    looks: list[int] = field(default_factory=list)

    def certain(self, evidence):
        return self.alone and len(evidence.expected) < 2

    def asks(self, evidence):
        return ()

    def in_reference(self, rgb, alpha):
        return self._found(rgb)

    def in_frame(self, rgb, evidence):
        self.looks.append(id(rgb))
        return self._found(rgb)

    def _found(self, rgb):
        finds = sorted({int(value) for value in rgb[0, :, 0]} - {0})
        if 255 in finds:
            raise BadWeights("could not run: out of numbers", file=self.label)
        mask = np.zeros(rgb.shape[:2], np.bool_)
        mask[8:] = True
        return Spots(found=tuple(Spot(vector=vector(d), shown=mask) for d in finds), problem="" if finds else "nobody")


def pixels(*degrees: int) -> np.ndarray:
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[0, : len(degrees)] = np.array(degrees, np.uint8)[:, None]
    return picture


def frames(*finds: tuple[int, ...]) -> list[Frame]:
    return [Frame(index=i, time=i / 2, rgb=pixels(*found)) for i, found in enumerate(finds)]


@pytest.fixture
def reference(tmp_path):
    def make(*degrees: int) -> Path:
        path = tmp_path / f"{'-'.join(map(str, degrees)) or 'nobody'}.png"
        Image.fromarray(pixels(*degrees)).save(path)
        return path

    return make


def scorer(eye=None, *, threshold: Threshold | None = LINE, axis=Axis.IDENTITY, **more) -> EmbeddingScorer:
    facts = ScorerFacts(
        name="eye",
        version="1",
        axis=axis,
        measures="degrees",
        blind_to=(),
        needs=(),
        licence="MIT",
        sensitivity="",
        domains=more.pop("domains", ("photoreal",)),
    )
    return EmbeddingScorer(eye or Eye(), facts, threshold=threshold, min_valid_frames=more.pop("min_valid_frames", 2))


def evidence(*references: Path, **more) -> ShotEvidence:
    said = {"shot": "S01", "clip": Path("clip.mp4"), "character": "Mira", "expected": ("Mira",), "domain": "photoreal"}
    return ShotEvidence(**{**said, "references": references, **more})


def test_it_is_a_scorer() -> None:
    assert isinstance(scorer(), Scorer)


def test_a_frame_scores_the_median_of_its_two_best_references() -> None:
    assert two_best([0.1, 0.9, 0.7]) == pytest.approx(0.8)
    assert two_best([0.4]) == 0.4


def test_a_shot_scores_the_median_of_its_frames_and_shows_the_worst(reference) -> None:
    one = scorer()
    one.update(evidence(reference(10), reference(10)), frames((10,), (40,), (70,)))
    (score,) = one.compute()
    assert score.score == pytest.approx(np.cos(np.radians(30)), abs=1e-4)
    assert score.verdict is Verdict.CONSISTENT
    assert [time for time, _ in score.frame_scores] == [0.0, 0.5, 1.0]
    assert score.worst.time == 1.0
    assert score.worst.score == pytest.approx(0.5, abs=1e-4)
    assert (score.valid_frames, score.sampled_frames, score.needed_frames) == (3, 3, 2)
    assert score.encoder == "eye sha256:0123456789ab"
    assert dict(score.variants)["best reference"] == pytest.approx(score.score, abs=1e-4)


def test_below_the_line_it_drifted_and_below_zero_it_is_nothing(reference) -> None:
    one = scorer()
    one.update(evidence(reference(10)), frames((70,), (70,)))
    one.update(evidence(reference(10), shot="S02"), frames((190,), (190,)))
    drifted, opposite = one.compute()
    assert drifted.verdict is opposite.verdict is Verdict.DRIFTED
    assert opposite.score == 0.0


def reason(one: EmbeddingScorer, what: ShotEvidence, seen, **more) -> str:
    """Return why a verdict is unverifiable, having checked that it is."""
    one.update(what, seen, **more)
    score = one.compute()[-1]
    assert score.verdict is Verdict.UNVERIFIABLE
    assert score.score is None
    return score.reason


def test_what_cannot_be_judged_says_why(reference) -> None:
    good, here = frames((10,), (10,), (10,)), reference(10)
    assert reason(scorer(), evidence(here), [], problem="the clip cannot be decoded") == "the clip cannot be decoded"
    assert reason(scorer(), evidence(here), []) == "no frame could be read"
    assert reason(scorer(), evidence(), good) == "no reference"
    assert reason(scorer(), evidence(reference()), good) == "no usable reference: nobody.png: nobody"
    assert "shows 2 where one is needed" in reason(scorer(), evidence(reference(10, 50)), good)
    assert "declared anime" in reason(scorer(), evidence(here, domain="anime"), good)
    assert reason(scorer(Eye(problem="sface: is not there")), evidence(here), good) == "sface: is not there"
    assert "out of numbers" in reason(scorer(), evidence(here), frames((255,), (10,)))


def test_a_reference_that_is_no_picture_is_named(reference, tmp_path) -> None:
    (tmp_path / "notes.png").write_text("not a picture")
    said = reason(scorer(), evidence(tmp_path / "notes.png"), frames((10,), (10,)))
    assert said == "no usable reference: notes.png cannot be read (BadReference)"
    one = scorer()
    one.update(evidence(tmp_path / "notes.png", reference(10)), frames((10,), (10,)))
    assert one.compute()[0].verdict is Verdict.CONSISTENT


def test_too_few_valid_frames_are_no_verdict_and_the_number_needed_is_said(reference) -> None:
    said = reason(scorer(), evidence(reference(10)), frames((10,), (), (), ()))
    assert said == "1 of 4 frames usable, 2 needed: nobody"
    assert reason(scorer(min_valid_frames=4), evidence(reference(10)), frames((10,), (10,))).startswith("2 of 2 frames")


def test_without_a_line_nothing_passes_and_the_likeness_is_kept(reference) -> None:
    one = scorer(threshold=None)
    one.update(evidence(reference(10)), frames((10,), (10,)))
    (score,) = one.compute()
    assert score.verdict is Verdict.UNVERIFIABLE
    assert score.score is None
    assert "calibrate it on your own cast" in score.reason
    assert dict(score.variants)["two best references"] == 1.0


def cast(reference, *members: tuple[str, int], domain="photoreal") -> tuple[CastMember, ...]:
    return tuple(CastMember(name=name, references=(reference(at),), domain=domain) for name, at in members)


def of_two(scorer: EmbeddingScorer, members, seen):
    """Score two characters in the same take; return the scores by name."""
    for member in members:
        names = tuple(one.name for one in members)
        said = {"character": member.name, "domain": member.domain, "expected": names, "cast": members}
        what = evidence(*member.references, **said)
        scorer.update(what, seen)
    return {score.character: score for score in scorer.compute()}


def test_two_characters_are_told_apart_and_each_frame_is_looked_at_once(reference) -> None:
    eye, members, seen = Eye(), cast(reference, ("Mira", 10), ("Tom", 80)), frames((15, 85), (5, 75), (10, 80))
    found = of_two(scorer(eye), members, seen)
    assert {score.verdict for score in found.values()} == {Verdict.CONSISTENT}
    assert found["Mira"].score == pytest.approx(np.cos(np.radians(5)), abs=1e-4)
    assert len(eye.looks) == 3


def test_a_stranger_beside_a_character_is_nobody(reference) -> None:
    found = of_two(scorer(), cast(reference, ("Mira", 10), ("Tom", 80)), frames((10, 150), (10, 150), (10, 150)))
    assert found["Mira"].verdict is Verdict.CONSISTENT
    assert found["Tom"].verdict is Verdict.UNVERIFIABLE
    assert "not found among 2 in the frame; none reaches the line" in found["Tom"].reason


def test_one_find_is_not_both_of_two_look_alikes(reference) -> None:
    found = of_two(scorer(), cast(reference, ("Mira", 10), ("Tom", 20)), frames((10,), (10,), (10,)))
    assert found["Mira"].verdict is Verdict.CONSISTENT
    assert "the nearest is somebody else" in found["Tom"].reason


def test_a_single_find_where_two_are_expected_has_to_reach_the_line(reference) -> None:
    what = evidence(reference(10), expected=("Mira", "Tom"))
    assert "none reaches the line" in reason(scorer(), what, frames((80,), (80,)))


def test_for_calibration_everybody_found_is_scored_however_unlike(reference) -> None:
    members = cast(reference, ("Mira", 10), ("Tom", 80))
    found = of_two(scorer(threshold=ANY), members, frames((60, 85), (60, 85)))
    assert {score.verdict for score in found.values()} == {Verdict.CONSISTENT}
    assert found["Mira"].score == pytest.approx(np.cos(np.radians(50)), abs=1e-4)


def test_others_of_another_domain_are_not_compared(reference) -> None:
    members = (*cast(reference, ("Mira", 10)), *cast(reference, ("Fenn", 12), domain="other"))
    found = of_two(scorer(), members, frames((10, 12), (10, 12)))
    assert found["Mira"].verdict is Verdict.CONSISTENT
    assert "declared other" in found["Fenn"].reason


def test_several_finds_without_a_line_are_no_verdict(reference) -> None:
    said = reason(scorer(threshold=None), evidence(reference(10)), frames((10, 50), (10, 50)))
    assert "no line to tell them apart" in said


def test_a_change_that_the_script_wants_is_not_drift_and_no_sighting_for_others(reference) -> None:
    one = scorer(axis=Axis.APPEARANCE)
    for shot, at, intended in (("S01", 10, ()), ("S02", 80, (Axis.APPEARANCE,)), ("S03", 10, ())):
        one.update(evidence(reference(10), shot=shot, intended=intended), frames((at,), (at,)))
    first, changed, third = one.compute()
    assert changed.verdict is Verdict.INTENDED
    assert changed.between_shots is None
    assert first.between_shots == third.between_shots == 1.0


def test_likeness_to_references_and_between_shots_are_kept_apart(reference) -> None:
    one = scorer()
    for shot in ("S01", "S02"):
        one.update(evidence(reference(10), shot=shot), frames((90,), (90,)))
    wrong, again = one.compute()
    assert wrong.score < 0.2
    assert wrong.between_shots == again.between_shots == 1.0
    assert [(pair.shot, pair.score) for pair in wrong.pairs] == [("S02", 1.0)]


def test_scores_come_in_the_order_of_the_updates_also_for_what_failed(reference) -> None:
    one = scorer()
    one.update(evidence(reference(10), shot="S01"), frames((10,), (10,)))
    one.update(evidence(shot="S02"), frames((10,), (10,)))
    one.update(replace(evidence(reference(10), shot="S03"), take=2), frames((10,), (10,)))
    assert [(score.shot, score.take) for score in one.compute()] == [("S01", 1), ("S02", 1), ("S03", 2)]
