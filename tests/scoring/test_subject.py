from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from charkit.scoring import Box, GrabCut, ShotEvidence
from charkit.scoring.subject import framing_name, prior_box


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / (one | other).sum())


def asked(framing: str = "medium", **more) -> ShotEvidence:
    return ShotEvidence(shot="S01", clip=Path("clip.mp4"), framing=framing, **more)


def test_the_figure_is_cut_out_of_clutter(figures):
    overlaps = []
    for number in range(12):
        framing, (picture,), (truth,) = figures.shot(figures.figure(number), seed=number, frames=1)
        overlaps.append(overlap(GrabCut().in_frame(picture, asked(framing)).mask, truth))
    assert np.median(overlaps) > 0.8
    assert min(overlaps) > 0.4


@pytest.mark.parametrize("place", ["left", "right"])
def test_the_side_tells_two_characters_apart(figures, place):
    framing, (picture,), (truth,) = figures.shot(figures.figure(3), seed=5, frames=1, framing="full", place=place)
    subject = GrabCut().in_frame(picture, asked(framing, position=f"on the {place}"))
    assert overlap(subject.mask, truth) > 0.6
    other = "left" if place == "right" else "right"
    missed = GrabCut().in_frame(picture, asked(framing, position=other))
    assert not (missed.mask & truth).any()


def test_a_box_given_by_a_person_overrides_the_storyboard():
    box = Box(left=0.1, top=0.2, right=0.3, bottom=0.4)
    assert prior_box(asked("close-up", position="right", box=box)) == box


def test_places_follow_from_the_order_of_the_cast():
    pair = ("Mira", "Fenn")
    assert [asked(character=name, expected=pair).place for name in pair] == ["left", "right"]
    three = ("Mira", "Fenn", "Ada")
    assert [asked(character=name, expected=three).place for name in three] == ["left", "centre", "right"]
    assert asked(character="Mira", expected=("Mira",)).place == "centre"


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("close-up", "close-up"),
        ("Extreme close up", "extreme close-up"),
        ("medium shot", "medium"),
        ("long shot", "wide"),
        ("", "medium"),
    ],
)
def test_framings_are_understood_in_a_persons_words(words, name):
    assert framing_name(words) == name


@pytest.mark.parametrize("ground", [(238, 236, 230), (20, 20, 24), (90, 180, 120)])
def test_a_reference_is_cut_from_its_plain_ground(figures, ground):
    who = figures.figure(2)
    picture = figures.reference(who, ground=ground)
    subject = GrabCut().in_reference(picture)
    truth = np.any(picture != np.array(ground, dtype=np.uint8), axis=2)
    assert overlap(subject.mask, truth) > 0.9


def test_a_reference_with_transparency_is_cut_by_it():
    picture = np.random.default_rng(0).integers(0, 255, (200, 100, 3), dtype=np.uint8)
    alpha = np.zeros((200, 100), dtype=np.uint8)
    alpha[40:160, 30:70] = 255
    subject = GrabCut().in_reference(picture, alpha)
    assert overlap(subject.mask, alpha > 127) > 0.97


def test_an_empty_frame_holds_nobody():
    subject = GrabCut().in_frame(np.full((180, 320, 3), 12, dtype=np.uint8), asked())
    assert not subject.found
    assert "empty" in subject.problem
    assert not subject.mask.any()


def test_the_same_frame_gives_the_same_mask(figures):
    framing, (picture,), _ = figures.shot(figures.figure(1), seed=9, frames=1)
    one, other = (GrabCut().in_frame(picture, asked(framing)).mask for _ in range(2))
    assert np.array_equal(one, other)


def test_a_box_outside_the_picture_is_refused():
    with pytest.raises(ValueError, match="a box needs"):
        Box(left=0.5, top=0.0, right=0.4, bottom=1.0)
