from __future__ import annotations

import numpy as np
import pytest

from charkit.scoring.agreement import against_people, agreement, krippendorff_alpha

_ = None
FOUR_OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
    [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
]
"""Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), example C."""


@pytest.mark.parametrize(
    ("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_the_published_example_with_four_observers_and_gaps(level, alpha):
    assert krippendorff_alpha(FOUR_OBSERVERS, level) == pytest.approx(alpha, abs=5e-4)


def test_the_published_example_of_two_observers_and_two_values():
    """The same paper, example A: 0.095."""
    meg = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    owen = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert krippendorff_alpha([meg, owen]) == pytest.approx(0.095, abs=5e-4)


def test_the_published_example_of_two_observers_and_five_values():
    """The same paper, example B: 0.692."""
    ben, gerry = "aabbdcccedda", "babbbccceddd"
    assert krippendorff_alpha([[ord(x) for x in ben], [ord(x) for x in gerry]]) == pytest.approx(0.692, abs=5e-4)


def test_full_agreement_is_one_and_chance_is_nothing():
    assert krippendorff_alpha([[0, 1, 0, 1], [0, 1, 0, 1]]) == 1.0
    rng = np.random.default_rng(4)
    assert krippendorff_alpha(rng.integers(0, 2, (3, 4000)).tolist()) == pytest.approx(0, abs=0.03)


def test_raters_who_always_say_the_same_cannot_be_told_from_habit():
    assert krippendorff_alpha([[1, 1, 1], [1, 1, 1]]) is None
    assert krippendorff_alpha([[1, None, 1], [None, 1, None]]) is None
    assert krippendorff_alpha([]) is None
    assert "cannot be told" in str(agreement([[1, 1, 1], [1, 1, 1]]))


def test_every_rater_answers_for_every_unit_or_says_that_not():
    with pytest.raises(ValueError, match="one answer per unit"):
        krippendorff_alpha([[1, 0], [1]])


def test_agreement_comes_with_its_uncertainty():
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 2, 100)
    ratings = [[int(t) if rng.random() > 0.1 else 1 - int(t) for t in truth] for _ in range(3)]
    found = agreement(ratings, seed=1)
    assert found.low < found.alpha < found.high
    assert (found.raters, found.units) == (3, 100)
    assert str(found).startswith("Krippendorff's alpha 0.6")


def test_an_axis_is_held_against_people():
    scores = [0.9, 0.8, None, 0.4, 0.3, 0.7]
    same = [1.0, 2 / 3, 1.0, 1 / 3, 0.0, 0.5]
    found = against_people(scores, same)
    assert (found.auc, found.same, found.different) == (1.0, 2, 2)
    assert found.interval.low < 0.9
    assert against_people([0.9], [1.0]) is None
