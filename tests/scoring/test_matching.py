"""A figure is found where it stands, and explains nothing where it does not."""

from __future__ import annotations

import numpy as np
import pytest

from charkit.scoring.matching import Figure, Match, find


@pytest.fixture(scope="module")
def cut(bed):
    picture = bed.figures.reference(bed.figures.figure(4), seed=0)
    mask = np.abs(picture.astype(int) - picture[0, 0]).max(axis=2) > 2
    return picture, Figure.of(picture, mask)


@pytest.mark.parametrize("framing", ["close-up", "medium", "full"])
def test_a_pasted_figure_is_found_and_covers_the_middle(bed, cut, framing):
    picture, figure = cut
    frame = bed.figures.pasted(picture, framing=framing, seed=2, frames=1)[0]
    match = find(frame, [figure], framing)
    assert match.likeness > 0.8
    found = match.mask(frame.shape)
    assert found.shape == frame.shape[:2]
    assert np.flatnonzero(found.any(axis=0)).mean() == pytest.approx(frame.shape[1] / 2, abs=20)


def test_noise_is_not_explained(cut):
    noise = np.random.default_rng(1).integers(0, 256, (216, 384, 3)).astype(np.uint8)
    assert find(noise, [cut[1]], "medium").likeness < 0.3


def test_nothing_fits_into_a_frame_that_is_too_narrow(cut):
    assert find(np.zeros((400, 16, 3), np.uint8), [cut[1]], "medium") is None


def test_a_frame_that_is_the_reference_is_a_match_as_a_whole():
    assert Match.whole().mask((4, 6)).all()


def test_a_figure_whose_head_begins_low_is_found_though_the_searched_part_goes_on_below_the_frame(cut):
    figure = cut[1]
    part, mask = figure.at(1.6, 216, mirrored=False)
    frame = np.random.default_rng(2).integers(90, 110, (216, 384, 3)).astype(np.uint8)
    top = 216 // 5
    inside, rows = frame[top:, 100 : 100 + part.shape[1]], 216 - top
    inside[mask[:rows] > 0] = part[:rows][mask[:rows] > 0]
    assert part.shape[0] > rows
    assert find(frame, [figure], "medium").likeness > 0.9
