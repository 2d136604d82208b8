from __future__ import annotations

import numpy as np
import pytest

from charkit.scoring import Axis, Pair


def made(make_card, make_score, likeness, shots: int = 6, character: str = "Mira"):
    """A card in which the likeness of two shots is a function of their places."""
    names = [f"S{place:02}" for place in range(1, shots + 1)]
    scores = [
        make_score(
            name,
            0.8,
            character=character,
            pairs=tuple(
                Pair(shot=other, take=1, score=likeness(i, j)) for j, other in enumerate(names) if other != name
            ),
        )
        for i, name in enumerate(names)
    ]
    return make_card(*scores)


def test_pairs_are_counted_once_by_their_distance(make_card, make_score):
    curve = made(make_card, make_score, lambda i, j: 0.9 - 0.02 * abs(i - j)).curve()
    assert [(p.gap, p.pairs) for p in curve.points] == [(1, 5), (2, 4), (3, 3), (4, 2), (5, 1)]
    assert curve.points[2].mean == pytest.approx(0.84)
    assert curve.slopes[0].value == pytest.approx(-0.02)
    assert curve.slopes[0].error == pytest.approx(0, abs=1e-12)


def test_one_odd_shot_makes_the_slope_unsure(make_card, make_score):
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 0.05, (6, 6))
    curve = made(make_card, make_score, lambda i, j: 0.9 - 0.3 * (5 in (i, j)) + noise[min(i, j), max(i, j)]).curve()
    assert curve.slopes[0].error > 0.02


def test_a_character_seen_once_has_no_curve(make_card, make_score):
    curve = make_card(make_score("S01", 0.8)).curve()
    assert (curve.points, curve.slopes) == ((), ())
    assert repr(curve) == "GapCurve(palette: no two sightings of anybody)"
    assert "data:image" not in curve._repr_mimebundle_()["text/html"]


def test_takes_that_are_not_in_the_film_leave_the_curve(make_card, make_score):
    card = make_card(
        make_score("S01", 0.8, pairs=(Pair(shot="S02", take=1, score=0.2), Pair(shot="S02", take=2, score=0.9))),
        make_score("S02", 0.1),
        make_score("S02", 0.9, take=2),
    )
    assert [p.mean for p in card.curve(Axis.PALETTE).points] == [0.9]
    assert [p.mean for p in card.curve(Axis.PALETTE, takes="first").points] == [0.2]


def test_the_picture_is_the_same_every_time(make_card, make_score):
    curve = made(make_card, make_score, lambda i, j: 0.9 - 0.02 * abs(i - j)).curve()
    assert curve.png() == curve.png()
    assert curve.png().startswith(b"\x89PNG")
    assert "data:image/png" in curve._repr_mimebundle_()["text/html"]
