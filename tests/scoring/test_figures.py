"""Whole figures: cut out on both sides in the same way, looked for where the storyboard says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from charkit.scoring import Box, CastMember
from charkit.scoring.figures import FigureEye, cut_out
from charkit.vision import CCIP, DINOV2_S, Encoder

pytest.importorskip("onnxruntime", reason="SKIPPED: onnxruntime is not installed")


@pytest.fixture
def eye(small, tmp_path):
    def make(recipe=DINOV2_S, *, masked=True, kind=None) -> FigureEye:
        data = (kind or small.layout)(*small.INPUTS[recipe.weights])
        return FigureEye(encoder=Encoder(recipe, small.shelf(tmp_path, {recipe.weights: data})), masked=masked)

    return make


def test_the_crop_holds_the_figure_with_a_margin() -> None:
    rgb = np.arange(100 * 100 * 3, dtype=np.uint32).reshape(100, 100, 3).astype(np.uint8)
    mask = np.zeros((100, 100), np.bool_)
    mask[20:60, 30:50] = True
    crop = cut_out(rgb, mask, None)
    assert crop.shape == (44, 22, 3)
    assert (crop == rgb[18:62, 29:51]).all()
    painted = cut_out(rgb, mask, (1, 2, 3))
    assert (painted[2:42, 1:21] == rgb[20:60, 30:50]).all()
    assert (painted[0] == (1, 2, 3)).all()
    assert (painted[:, 0] == (1, 2, 3)).all()


def test_at_the_edge_there_is_no_margin() -> None:
    mask = np.ones((10, 10), np.bool_)
    assert cut_out(np.zeros((10, 10, 3), np.uint8), mask, None).shape == (10, 10, 3)


def test_the_background_does_not_reach_a_masked_encoder(eye, bed) -> None:
    who = bed.figures.figure(3)
    references = [bed.figures.reference(who, ground=ground) for ground in ((238, 236, 230), (60, 160, 90))]
    masked, kept = (
        [one.in_reference(rgb, None).found[0].vector for rgb in references] for one in (eye(), eye(masked=False))
    )
    assert masked[0] @ masked[1] > 0.98
    assert kept[0] @ kept[1] < masked[0] @ masked[1] - 0.05


def test_what_cannot_be_cut_out_says_why(eye) -> None:
    spots = eye().in_reference(np.full((200, 200, 3), 90, np.uint8), None)
    assert not spots.found
    assert spots.problem


def test_with_a_known_cast_it_looks_everywhere_and_else_at_the_characters_place(eye, bed) -> None:
    _, pictures, _ = bed.figures.shot(bed.figures.figure(1), seed=31, framing="full", place="left", frames=1)
    one = eye(CCIP, masked=False)
    left = bed.evidence("full", (), character="Mira", expected=("Mira", "Tom"))
    cast = tuple(CastMember(name=name) for name in ("Mira", "Tom"))
    assert one.certain(left)
    assert len(one.in_frame(pictures[0], left).found) == 1
    known = replace(left, cast=cast)
    assert not one.certain(known)
    assert one.asks(known) == one.asks(replace(known, character="Tom"))
    assert one.asks(left) != one.asks(replace(left, character="Tom"))
    assert one.certain(replace(known, box=Box(left=0.1, top=0.0, right=0.5, bottom=1.0)))
