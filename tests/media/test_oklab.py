"""OKLab, there and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as hnp

from charkit.media import oklab


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ((255, 255, 255), (1.0, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
        ((255, 0, 0), (0.62796, 0.22486, 0.12585)),  # CSS Color 4: oklab of red
        ((0, 255, 0), (0.86644, -0.23389, 0.17950)),
        ((0, 0, 255), (0.45201, -0.03246, -0.31153)),
    ],
)
def test_known_colours_have_their_published_oklab(rgb, lab):
    assert oklab.from_srgb(np.array(rgb, dtype=np.uint8)) == pytest.approx(lab, abs=2e-4)


@given(hnp.arrays(np.uint8, (16, 3)))
@settings(max_examples=60, deadline=None)
def test_code_values_and_bytes_say_the_same_and_come_back(rgb):
    codes = rgb.astype(np.float32) / np.float32(255)
    assert np.allclose(oklab.from_codes(codes), oklab.from_srgb(rgb), atol=1e-5)
    assert np.abs(oklab.to_codes(oklab.from_srgb(rgb)) * 255 - rgb).max() < 0.1


def test_colours_outside_of_srgb_come_back_as_its_edge():
    lab = np.array([[0.6, 0.4, 0.0], [1.2, 0.0, 0.0], [-0.1, 0.0, 0.0]], np.float32)
    back = oklab.to_codes(lab)
    assert back.min() == 0
    assert back.max() == 1
