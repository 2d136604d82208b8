"""Views against their anchor: the same figure holds, a recoloured one does not, what cannot be judged is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from charkit.scoring import Verdict
from charkit.scoring.views import STOCK_VIEW, ViewEvidence, ViewScorer

pytest.importorskip("cv2", reason="SKIPPED: OpenCV (extra scoring) is not installed")


@pytest.fixture
def pair(figures, tmp_path: Path):
    """Return a maker of evidence: an anchor of figure 3, and a view that a function may change."""

    def made(change=lambda rgb: rgb, who=None, **more: object) -> ViewEvidence:
        anchor, view = tmp_path / "anchor.png", tmp_path / "view.png"
        Image.fromarray(figures.reference(figures.figure(3), seed=0)).save(anchor)
        Image.fromarray(change(figures.reference(who or figures.figure(3), seed=1))).save(view)
        return ViewEvidence(subject="x.front", character="X", picture=view, anchor=anchor, **more)

    return made


def close(rgb: np.ndarray) -> np.ndarray:
    """Cut to the head, so large that the figure crosses most of the border."""
    ground = np.linalg.norm(rgb.astype(float) - rgb[0, 0], axis=2) < 12
    rows, columns = np.flatnonzero(~ground.all(axis=1)), np.flatnonzero(~ground.all(axis=0))
    height = round((rows[-1] - rows[0]) * 0.36)
    middle, half = (columns[0] + columns[-1]) // 2, round(height * 0.42)
    part = rgb[max(0, rows[0] - 6) : rows[0] + height, max(0, middle - half) : middle + half]
    return np.asarray(Image.fromarray(part).resize((part.shape[1] * 4, part.shape[0] * 4)))


def test_the_same_figure_in_another_view_holds(pair) -> None:
    score = ViewScorer().score(pair(digest="sha256:ab", take=2))
    assert score.verdict is Verdict.CONSISTENT
    assert (score.shot, score.take, score.clip_digest) == ("x.front", 2, "sha256:ab")
    assert score.score is not None
    assert score.score > STOCK_VIEW.value


@pytest.mark.parametrize("part", ["top", "hair"])
def test_a_recoloured_figure_scores_less_and_a_recoloured_top_drifts(pair, figures, part: str) -> None:
    right = ViewScorer().score(pair()).score
    wrong = ViewScorer().score(pair(who=figures.recoloured(figures.figure(3), part, 1)))
    assert wrong.score < right
    if part == "top":
        assert wrong.verdict is Verdict.DRIFTED


def test_another_figure_drifts(pair, figures) -> None:
    assert ViewScorer().score(pair(who=figures.figure(9))).verdict is Verdict.DRIFTED


def test_a_large_face_that_covers_most_of_the_border_is_compared_with_the_upper_part(pair) -> None:
    score = ViewScorer().score(pair(change=close))
    assert score.verdict is Verdict.CONSISTENT


def test_another_outfit_is_meant_to_have_other_colours(pair) -> None:
    score = ViewScorer().score(pair(same_outfit=False))
    assert (score.verdict, score.score) == (Verdict.INTENDED, None)


def test_noise_is_no_pass(pair) -> None:
    noise = np.random.default_rng(1)
    score = ViewScorer().score(pair(change=lambda rgb: noise.integers(0, 255, rgb.shape, dtype=np.uint8)))
    assert score.verdict in (Verdict.UNVERIFIABLE, Verdict.DRIFTED)


def test_an_empty_view_and_a_broken_file_are_unverifiable_with_the_reason(pair) -> None:
    evidence = pair(change=lambda rgb: np.full_like(rgb, 120))
    empty = ViewScorer().score(evidence)
    assert (empty.verdict, empty.score) == (Verdict.UNVERIFIABLE, None)
    assert empty.reason
    evidence.picture.write_bytes(b"nothing")
    assert "cannot be read" in ViewScorer().score(evidence).reason
    evidence.anchor.write_bytes(b"nothing")
    assert ViewScorer().score(evidence).reason.startswith("the anchor: cannot be read")


def test_from_behind_the_line_is_lower(pair) -> None:
    assert ViewScorer().score(pair(from_behind=True)).threshold.value < STOCK_VIEW.value
