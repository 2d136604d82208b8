"""A pasted reference is flagged, straight or mirrored; another character is not; what cannot be judged never passes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from charkit.media import frames as sampling
from charkit.scoring import Axis, ShotEvidence, Verdict
from charkit.scoring.base import Scorer
from charkit.scoring.copying import STOCK_COPY, CopyingScorer

WHO = 4


@pytest.fixture(scope="module")
def judge(bed):
    def judge(pictures, *, framing="medium", references=None, problem=""):
        scorer = CopyingScorer()
        evidence = bed.evidence(framing, bed.references(WHO) if references is None else references)
        scorer.update(evidence, bed.frames(pictures), problem=problem)
        return scorer.compute()[0]

    return judge


def pasted(bed, **more):
    reference = np.asarray(Image.open(bed.references(WHO)[0]))
    return bed.figures.pasted(reference, framing="medium", seed=3, **more)


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_pasted_reference_is_flagged_with_its_frame_and_second(bed, judge, mirrored):
    score = judge(pasted(bed, mirrored=mirrored))
    (finding,) = score.findings
    assert (score.axis, score.verdict, score.word) == (Axis.VARIATION, Verdict.DRIFTED, "flagged")
    assert finding.name == "pasted reference"
    assert ("mirrored" in finding.says) is mirrored
    assert finding.time in {time for time, _ in score.frame_scores}
    assert finding.frame.jpeg.startswith(b"\xff\xd8")
    rate = dict(score.variants)["copy-paste rate"]
    assert rate < 0.1 if mirrored else rate > 0.9


def test_the_reference_itself_as_the_frame_is_flagged(bed, judge):
    reference = np.asarray(Image.open(bed.references(WHO)[0]))
    score = judge([reference, reference])
    assert (score.verdict, score.score) == (Verdict.DRIFTED, 0.0)


def test_another_character_is_clear(bed, judge):
    _, pictures, _ = bed.figures.shot(bed.figures.figure(8), seed=5, framing="medium", frames=3)
    score = judge(pictures)
    assert (score.verdict, score.word) == (Verdict.CONSISTENT, "clear")
    assert score.score > 0.4


def test_a_paste_under_another_light_is_still_one_and_noise_over_it_moves_the_score_away(bed, judge):
    rng = np.random.default_rng(1)
    plain = judge(pasted(bed))
    noisy = [np.clip(p + rng.normal(0, 45, p.shape), 0, 255).astype(np.uint8) for p in pasted(bed)]
    darker = [(0.8 * p).astype(np.uint8) for p in pasted(bed)]
    assert judge(darker).verdict is Verdict.DRIFTED
    assert judge(noisy).score > plain.score


@pytest.mark.media
@pytest.mark.parametrize("name", ["veo3_24fps_stereo48k_b.mp4", "sora2_30fps_portrait_audio_longer.mp4"])
def test_a_real_clip_is_not_flagged_for_other_pictures_nor_for_its_own_earlier_moment(tmp_path, name):
    media = Path(__file__).resolve().parents[3] / "shared" / "media"
    clip, face = media / "clips" / name, media / "images" / "face_photo.png"
    if not clip.is_file():
        pytest.skip(f"needs the real clip {name} in ../shared/media/clips, which is not there")
    frames = sampling.sample(clip, 8, height=240)
    earlier = tmp_path / "earlier.png"
    Image.fromarray(frames[0].rgb).save(earlier)
    scorer = CopyingScorer()
    for reference in (face, earlier):
        said = {"shot": "S", "clip": clip, "character": "M", "framing": "full", "references": (reference,)}
        scorer.update(ShotEvidence(**said), frames[3:])
    other, moment = scorer.compute()
    assert (other.verdict, moment.verdict) == (Verdict.CONSISTENT, Verdict.CONSISTENT)
    assert other.score > 0.5
    assert moment.score > STOCK_COPY.value


def test_what_cannot_be_judged_never_passes(bed, judge, tmp_path):
    _, pictures, _ = bed.figures.shot(bed.figures.figure(WHO), seed=5, framing="medium", frames=3)
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    said = {
        "the clip cannot be decoded": judge([], problem="the clip cannot be decoded"),
        "no frame could be read": judge([]),
        "single frame": judge(pictures[:1]),
        "no reference": judge(pictures, references=()),
        "broken.png cannot be read": judge(pictures, references=(broken,)),
        "empty": judge([np.zeros((216, 384, 3), np.uint8)] * 3),
    }
    for reason, score in said.items():
        assert (score.verdict, score.score) == (Verdict.UNVERIFIABLE, None)
        assert reason in score.reason


def test_it_is_a_scorer_that_says_what_it_needs_and_cannot_see():
    scorer = CopyingScorer()
    assert isinstance(scorer, Scorer)
    assert scorer.facts.axis is Axis.VARIATION
    assert scorer.facts.blind_to
    assert scorer.facts.sensitivity == "python tests/benchmarks/bench_copying.py"
