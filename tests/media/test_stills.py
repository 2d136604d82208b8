"""Still pictures as clips."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from charkit.media.conform import Shape
from charkit.media.fit import fit_together
from charkit.media.frames import sample
from charkit.media.probe import probe
from charkit.media.stills import write_still


@pytest.mark.parametrize(("matrix", "full"), [("bt709", False), ("bt601", False), ("bt709", True)])
def test_a_still_has_its_colours_length_and_shape(tmp_path, matrix, full):
    shape = Shape(
        codec="h264",
        profile="High",
        pixel_format="yuv420p",
        width=160,
        height=90,
        fps=Fraction(24),
        matrix=matrix,
        full_range=full,
    )
    assert write_still(Image.new("RGB", (320, 180), (200, 80, 40)), 1.5, shape, tmp_path / "card.mp4") == 36
    facts = probe(tmp_path / "card.mp4")
    assert (facts.frames, facts.width, facts.height, facts.fps) == (36, 160, 90, 24)
    assert fit_together([facts])[0].reason is None


def test_a_still_stands_among_clips_in_their_colours(clip, tmp_path):
    facts = probe(clip())
    shape = fit_together([facts])[0].shape
    write_still(Image.new("RGB", (160, 90), (200, 80, 40)), 1.0, shape, tmp_path / "card.mp4")
    made = probe(tmp_path / "card.mp4")
    assert [one.reason for one in fit_together([facts, made])] == [None, None]
    assert np.abs(sample(tmp_path / "card.mp4", 1)[0].rgb.astype(int) - (200, 80, 40)).max() <= 3
