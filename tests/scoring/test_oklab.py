from __future__ import annotations

import numpy as np
import pytest

from charkit.scoring import oklab


def test_every_srgb_colour_lies_within_the_histograms_edges():
    steps = np.linspace(0, 255, 18).astype(np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)
    lab = oklab.from_srgb(cube)
    assert (lab.min(axis=0) >= np.array(oklab.LOWEST) - 1e-5).all()
    assert (lab.max(axis=0) <= np.array(oklab.HIGHEST) + 1e-5).all()


def test_grey_world_takes_away_exposure_and_cast():
    light = np.random.default_rng(1).uniform(0.02, 0.3, (500, 3)).astype(np.float32)
    tinted = light * np.array([1.4, 1.0, 0.6], dtype=np.float32) * 0.8
    assert oklab.grey_world(tinted) == pytest.approx(oklab.grey_world(light), abs=1e-5)


def test_a_histogram_sums_to_one_and_equals_itself():
    lab = oklab.from_srgb(np.random.default_rng(2).integers(0, 255, (400, 3), dtype=np.uint8))
    histogram = oklab.histogram(lab)
    assert histogram.sum() == pytest.approx(1.0, abs=1e-5)
    assert oklab.bhattacharyya(histogram, histogram) == pytest.approx(1.0, abs=1e-5)


def test_likeness_falls_smoothly_as_a_colour_moves_away():
    def flat(step: float) -> oklab.Floats:
        return oklab.histogram(np.tile(np.array([0.6 + step, 0.05, 0.02], dtype=np.float32), (50, 1)))

    values = [oklab.bhattacharyya(flat(0.0), flat(step)) for step in (0.0, 0.02, 0.05, 0.1, 0.2, 0.4)]
    assert values == sorted(values, reverse=True)
    assert values[1] > 0.9
    assert values[-1] == 0.0
