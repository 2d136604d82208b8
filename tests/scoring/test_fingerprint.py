"""Copies of a picture are known by their fingerprint; other pictures are not taken for them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from charkit.scoring.fingerprint import Fingerprint


def drawn(bed, number: int) -> np.ndarray:
    return bed.figures.reference(bed.figures.figure(number), seed=number)


@pytest.mark.parametrize("change", ["smaller", "mirrored", "padded", "darker"])
def test_a_copy_is_known(bed, change):
    picture = drawn(bed, 5)
    changed = {
        "smaller": lambda: np.asarray(Image.fromarray(picture).resize((120, 160))),
        "mirrored": lambda: np.ascontiguousarray(picture[:, ::-1]),
        "padded": lambda: np.pad(picture, ((20, 30), (90, 80), (0, 0)), mode="edge"),
        "darker": lambda: (0.9 * picture).astype(np.uint8),
    }[change]()
    assert Fingerprint.of(changed).is_copy_of(Fingerprint.of(picture))


@pytest.mark.parametrize("number", [1, 8, 20])
def test_another_figure_is_no_copy(bed, number):
    assert not Fingerprint.of(drawn(bed, number)).is_copy_of(Fingerprint.of(drawn(bed, 5)))


def test_an_empty_picture_is_no_copy_of_another_colour():
    white, black = (np.full((60, 80, 3), value, np.uint8) for value in (250, 5))
    assert not Fingerprint.of(white).is_copy_of(Fingerprint.of(black))


def test_a_plain_frame_is_no_copy_of_a_plain_reference():
    one, other = (np.full((60, 80, 3), value, np.uint8) for value in (120, 122))
    assert not Fingerprint.of(one).is_copy_of(Fingerprint.of(other))
