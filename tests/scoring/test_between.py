"""Between shots: leave-one-out, each shot once, nothing from a single sighting."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from charkit.scoring import Axis, ShotEvidence
from charkit.scoring.between import Sighting, between_shots, direction, pairs


def seen(shot: str, degrees: float | None, *, take: int = 1, who: str = "Mira", axis=Axis.IDENTITY, **more) -> Sighting:
    vector = None
    if degrees is not None:
        vector = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], np.float32)
    evidence = ShotEvidence(shot=shot, clip=Path("c.mp4"), take=take, character=who, **more)
    return Sighting(evidence=evidence, axis=axis, vector=vector)


def own(value: float) -> float:
    return value


def test_one_sighting_says_nothing() -> None:
    one = seen("S01", 10)
    assert between_shots(one, [one], own) is None
    assert pairs(one, [one], own) == ()


def test_other_takes_of_the_same_shot_and_other_characters_do_not_count() -> None:
    one = seen("S01", 10)
    others = [one, seen("S01", 10, take=2), seen("S02", 10, who="Tom"), seen("S03", None)]
    assert between_shots(one, others, own) is None
    assert pairs(one, others, own) == ()


def test_it_is_the_likeness_to_the_mean_of_the_others_and_not_to_itself() -> None:
    one = seen("S01", 90)
    others = [one, seen("S02", 0), seen("S03", 60)]
    assert between_shots(one, others, own) == pytest.approx(np.cos(np.radians(60)), abs=1e-4)
    assert [round(pair.score, 2) for pair in pairs(one, others, own)] == [0.0, 0.87]


def test_each_shot_counts_once_however_many_takes_it_has() -> None:
    one = seen("S01", 30)
    few = [one, seen("S02", 0), seen("S03", 60)]
    many = [*few, *(seen("S02", 0, take=take) for take in range(2, 9))]
    assert between_shots(one, many, own) == between_shots(one, few, own) == pytest.approx(1, abs=1e-4)
    assert len(pairs(one, many, own)) == 9


@pytest.mark.parametrize(("axis", "compared"), [(Axis.IDENTITY, True), (Axis.APPEARANCE, False), (Axis.PALETTE, False)])
def test_other_clothes_are_compared_only_where_clothes_do_not_matter(axis: Axis, compared: bool) -> None:
    coat = seen("S01", 10, axis=axis, references=(Path("coat.png"),))
    gown = seen("S02", 40, axis=axis, references=(Path("gown.png"),))
    assert (between_shots(coat, [coat, gown], own) is not None) == compared


def test_where_the_script_changes_the_axis_shots_are_not_compared() -> None:
    one, other = seen("S01", 10), seen("S02", 10, intended=(Axis.IDENTITY,))
    assert between_shots(one, [one, other], own) is between_shots(other, [one, other], own) is None


def test_the_direction_of_what_cancels_itself_is_nothing() -> None:
    one, other = seen("S01", 0).vector, seen("S01", 180).vector
    assert np.linalg.norm(direction([one, one])) == pytest.approx(1)
    assert direction([np.array([1, 0], np.float32), np.array([-1, 0], np.float32)]).tolist() == [0, 0]
    assert one @ other == pytest.approx(-1)
