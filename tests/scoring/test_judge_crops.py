"""Figures on plain ground, and controls that differ from a reference in what they say and in nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from charkit.scoring.judge_crops import SIDE, cut_out, cut_reference, recoloured, relit
from charkit.scoring.palette import colours_of
from charkit.scoring.subject import GrabCut


@pytest.fixture(scope="module")
def cut(bed):
    return cut_reference(bed.references(3)[0], GrabCut())


def test_a_figure_stands_alone_on_grey_ground_with_a_margin_all_round(cut):
    assert max(cut.rgb.shape[:2]) <= SIDE + 4
    border = np.concatenate([cut.rgb[0], cut.rgb[-1], cut.rgb[:, 0], cut.rgb[:, -1]])
    assert (border == 198).all()
    assert 0.1 < cut.mask.mean() < 0.8


def test_nothing_of_the_background_is_left_but_a_rim_around_the_figure():
    rgb = np.zeros((200, 300, 3), np.uint8)
    rgb[:] = (0, 255, 0)
    rgb[50:150, 100:140] = (200, 30, 30)
    mask = np.zeros((200, 300), bool)
    mask[50:150, 100:140] = True
    shown = cut_out(rgb, mask).rgb.astype(int)
    green = (shown[..., 1] > 200) & (shown[..., 0] < 60)
    assert green.mean() < 0.10
    assert shown.shape[0] > 190  # enlarged, but never more than twice
    assert shown.shape[0] < 260


def test_a_picture_has_the_same_bytes_every_time_and_a_name_that_says_nothing(cut):
    assert cut.blob("S03").data == cut.blob("S04").data
    assert cut.blob("S03").name == "S03.jpg"


def test_the_relit_copy_keeps_the_figure_and_its_ground_and_changes_only_light(cut):
    other = relit(cut)
    assert (other.rgb[~cut.mask] == cut.rgb[~cut.mask]).all()
    moved = other.rgb[cut.mask].astype(int) - cut.rgb[cut.mask].astype(int)
    assert moved[:, 0].mean() > moved[:, 2].mean()  # warmer
    plain, balanced = colours_of(cut.rgb, cut.mask).likeness(colours_of(other.rgb, other.mask))
    assert balanced > plain
    assert balanced > 0.6


def test_the_stand_in_for_a_stranger_has_other_colours(cut):
    other = recoloured(cut)
    assert (other.rgb[~cut.mask] == cut.rgb[~cut.mask]).all()
    plain, _ = colours_of(cut.rgb, cut.mask).likeness(colours_of(other.rgb, other.mask))
    assert plain < 0.3


def test_what_is_no_picture_or_shows_nobody_is_a_reason_and_no_error(tmp_path):
    broken, empty = tmp_path / "broken.png", tmp_path / "empty.png"
    broken.write_bytes(b"no picture")
    Image.new("RGB", (200, 200), "white").save(empty)
    assert "cannot be read" in cut_reference(broken, GrabCut())
    assert cut_reference(empty, GrabCut()).startswith("empty.png: ")
