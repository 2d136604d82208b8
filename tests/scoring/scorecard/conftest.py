"""Scores and scorecards out of hand; lines at 0.6."""

from __future__ import annotations

import io

import pytest

from charkit.scoring import Axis, FrameEvidence, PaletteScorer, Score, Scorecard, ScoredTake, Threshold, Verdict

LINE = Threshold(name="test", value=0.6, calibrated=False)


def jpeg() -> bytes:
    from PIL import Image

    data = io.BytesIO()
    Image.new("RGB", (48, 27), "#446688").save(data, "JPEG")
    return data.getvalue()


@pytest.fixture(scope="session")
def make_score():
    picture = jpeg()

    def make(shot: str, value: float | None, *, take: int = 1, character: str = "Mira", **more) -> Score:
        verdict = Verdict.UNVERIFIABLE if value is None else Verdict.CONSISTENT if value >= 0.6 else Verdict.DRIFTED
        worst = FrameEvidence(time=1.25, score=value, jpeg=picture, digest="sha256:00") if value else None
        said = {"shot": shot, "take": take, "character": character, "axis": Axis.PALETTE, "verdict": verdict}
        said |= {"score": value, "threshold": LINE, "worst": worst, "valid_frames": 8, "sampled_frames": 8}
        return Score(**{**said, **more})

    return make


@pytest.fixture(scope="session")
def make_card():
    def make(*scores: Score, plain: tuple[tuple[str, int], ...] = ()) -> Scorecard:
        seen = dict.fromkeys([(score.shot, score.take) for score in scores] + list(plain))
        takes = tuple(ScoredTake(shot=shot, take=take) for shot, take in sorted(seen))
        return Scorecard(takes=takes, scores=scores, scorers=(PaletteScorer().facts,))

    return make
