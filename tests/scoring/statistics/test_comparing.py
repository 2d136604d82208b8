from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charkit.scoring.statistics import adjusted, compare_scores, compare_verdicts, mcnemar


def pairs(lost: int, won: int, both: int = 0, neither: int = 0) -> tuple[list[bool], list[bool]]:
    cells = [(True, False)] * lost + [(False, True)] * won + [(True, True)] * both + [(False, False)] * neither
    return [a for a, _ in cells], [b for _, b in cells]


@pytest.mark.parametrize(
    ("lost", "won", "p"),
    [(0, 0, 1.0), (0, 5, 0.0625), (1, 9, 22 / 1024), (5, 5, 1.0), (12, 2, 0.012939453125)],
)
def test_mcnemar_is_a_coin_tossed_for_each_split_pair(lost, won, p):
    assert mcnemar(lost, won) == pytest.approx(p)
    assert mcnemar(won, lost) == pytest.approx(p)


def test_routes_are_compared_shot_by_shot():
    found = compare_verdicts(*pairs(1, 9, both=8, neither=2))
    assert (found.pairs, found.only_first, found.only_second) == (20, 1, 9)
    assert (found.first, found.second) == (0.45, 0.85)
    assert found.difference.value == pytest.approx(0.4)
    assert found.difference.low < 0.4 < found.difference.high
    assert found.difference.low > 0
    assert found.p == pytest.approx(22 / 1024)


def test_few_characters_are_not_drawn_again_and_many_are():
    first, second = pairs(3, 12, both=20, neither=5)
    few = compare_verdicts(first, second, clusters=["Mira", "Fenn"] * 20)
    many = compare_verdicts(first, second, clusters=[f"c{i % 10}" for i in range(40)])
    assert few.difference.how == "Tango's score interval on pairs"
    assert many.difference.how == "bootstrap on 10 characters"


def test_no_difference_still_has_an_interval():
    found = compare_verdicts([True] * 10, [True] * 10)
    assert (found.difference.value, found.p) == (0.0, 1.0)
    assert found.difference.low < 0 < found.difference.high


@pytest.mark.parametrize("count", [10, 20, 40])
def test_the_interval_of_a_difference_covers_the_truth(count):
    rng = np.random.default_rng(count)
    chances = [0.15, 0.35, 0.4, 0.1]
    covered = []
    for _ in range(500):
        lost, won, both, neither = rng.multinomial(count, chances)
        found = compare_verdicts(*pairs(lost, won, both, neither)).difference
        covered.append(found.low <= 0.2 <= found.high)
    assert np.mean(covered) >= 0.93


def test_clustered_shots_get_a_wider_interval():
    """Whole characters differ: drawing shots alone would say that ten of them are a hundred."""
    rng = np.random.default_rng(2)
    names = [f"c{i}" for i in range(12) for _ in range(10)]
    shift = np.repeat(rng.normal(0.05, 0.1, 12), 10)
    first = rng.normal(0.6, 0.02, 120)
    clustered = compare_scores(first, first + shift, clusters=names).difference
    loose = compare_scores(first, first + shift).difference
    assert clustered.high - clustered.low > 2 * (loose.high - loose.low)
    assert clustered.value == pytest.approx(loose.value)


def test_scores_are_compared_by_ranks():
    first = [0.70, 0.65, 0.72, 0.60, 0.66, 0.71, 0.69, 0.64]
    second = [a + step for a, step in zip(first, (0.05, 0.08, 0.02, 0.11, 0.04, 0.07, 0.03, 0.09), strict=True)]
    found = compare_scores(first, second)
    assert found.p == pytest.approx(2 / 2**8)  # all eight rise: one of 256 ways, on either side
    assert found.only_second == 8
    assert compare_scores(first, first).p == 1.0


def test_no_pairs_compare_nothing_and_sides_must_match():
    assert compare_verdicts([], []) is None
    assert compare_scores([], []) is None
    with pytest.raises(ValueError, match="two sides"):
        compare_verdicts([True], [])
    with pytest.raises(ValueError, match="clusters"):
        compare_scores([0.1], [0.2], clusters=["a", "b"])


def test_corrections_give_the_textbook_values():
    raw = (0.01, 0.04, 0.03, 0.005)
    assert adjusted(raw, method="holm") == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert adjusted(raw) == pytest.approx((0.02, 0.04, 0.04, 0.02))
    assert adjusted(()) == ()
    with pytest.raises(ValueError, match="between 0 and 1"):
        adjusted((1.2,))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.sampled_from(["bh", "holm"]))
def test_a_correction_never_makes_a_finding_stronger_and_keeps_the_order(raw, method):
    found = adjusted(raw, method=method)
    assert all(p - 1e-12 <= a <= 1 for p, a in zip(raw, found, strict=True))
    order = np.argsort(raw, kind="stable")
    assert all(found[a] <= found[b] + 1e-12 for a, b in pairwise(order))
