import cv2
import numpy as np
import pytest

from charkit.simulator.paints import distance, find_paints, lab_of, rgb_of


def lab(pixels):
    return cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2LAB)


def test_paints_are_found_with_their_shares_and_their_pixels():
    pixels = np.full((60, 90, 3), (200, 60, 50), np.uint8)
    pixels[:, 60:] = (40, 90, 160)
    paints, labels = find_paints(lab(pixels), np.ones((60, 90), bool))
    assert [p.colour for p in paints] == [pytest.approx((200, 60, 50), abs=3), pytest.approx((40, 90, 160), abs=3)]
    assert paints[0].share == pytest.approx(2 / 3, abs=0.03)
    assert (labels[5, 5], labels[5, 85]) == (0, 1)
    assert labels[30, 60] == -1, "an edge belongs to nobody"


def test_what_is_not_under_the_mask_is_not_seen():
    pixels = np.full((40, 40, 3), (200, 60, 50), np.uint8)
    pixels[:, 20:] = (40, 90, 160)
    mask = np.zeros((40, 40), bool)
    mask[:, :20] = True
    paints, labels = find_paints(lab(pixels), mask)
    assert len(paints) == 1
    assert (labels[:, 20:] == -1).all()


def test_shadows_do_not_dull_the_tone_of_a_paint():
    pixels = np.full((50, 50, 3), (217, 162, 44), np.uint8)
    pixels[:, 40:] = (205, 150, 40)
    assert find_paints(lab(pixels), np.ones((50, 50), bool))[0][0].colour == pytest.approx((217, 162, 44), abs=4)


def test_colours_survive_the_way_to_lab_and_back():
    assert rgb_of(lab_of((184.0, 96.0, 47.0))) == pytest.approx((184, 96, 47), abs=3)
    assert distance((184.0, 96.0, 47.0), (184.0, 96.0, 47.0)) == 0
