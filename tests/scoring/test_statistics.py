from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charkit.scoring.statistics import Rate, auc, wilson


@pytest.mark.parametrize(
    ("passes", "trials", "low", "high"),
    [
        (14, 17, 0.590, 0.938),  # the example of the notes on scoring: 59 to 94
        (0, 10, 0.0, 0.278),
        (10, 10, 0.722, 1.0),
        (33, 40, 0.680, 0.913),
    ],
)
def test_wilson_gives_the_published_values(passes, trials, low, high):
    interval = wilson(passes, trials)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=1e-3)


def test_nothing_judged_means_nothing_known():
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0.0, 1.0)


@pytest.mark.parametrize("passes", [-1, 6])
def test_impossible_counts_are_refused(passes):
    with pytest.raises(ValueError, match="between 0 and 5"):
        wilson(passes, 5)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_always_holds_the_share_and_mirrors(pair):
    passes, trials = pair
    interval, mirrored = wilson(passes, trials), wilson(trials - passes, trials)
    assert 0.0 <= interval.low <= passes / trials <= interval.high <= 1.0
    assert interval.low == pytest.approx(1.0 - mirrored.high, abs=1e-12)


@pytest.mark.parametrize("shots", [5, 10, 20, 40])
def test_the_interval_covers_the_truth_at_least_93_percent_of_the_time(shots):
    """Averaged over the rates that matter, as exact binomial sums would also fall below at single points."""
    rng = np.random.default_rng(shots)
    covered = []
    for truth in rng.uniform(0.6, 0.97, 40):
        draws = rng.binomial(shots, truth, 500)
        covered += [wilson(int(k), shots).low <= truth <= wilson(int(k), shots).high for k in draws]
    assert np.mean(covered) >= 0.93


def test_a_rate_says_what_it_could_not_judge():
    rate = Rate(passes=14, verifiable=17, expected=20)
    assert str(rate) == "14/17 shots (82 %, 95 % CI 59–94), coverage 17/20, bounds 70–85"


def test_a_rate_without_any_verdict_is_no_number():
    rate = Rate(passes=0, verifiable=0, expected=4)
    assert rate.value is None
    assert (rate.bounds.low, rate.bounds.high) == (0.0, 1.0)
    assert str(rate) == "not verifiable (0/4 shots could be judged)"


def test_a_rate_cannot_pass_more_than_it_judged():
    with pytest.raises(ValueError, match="must rise"):
        Rate(passes=3, verifiable=2, expected=4)


def test_auc_counts_ties_half_and_agrees_with_counting_pairs():
    rng = np.random.default_rng(4)
    right, wrong = rng.integers(2, 9, 40).tolist(), rng.integers(0, 7, 60).tolist()
    pairs = [(r > w) + 0.5 * (r == w) for r in right for w in wrong]
    assert auc(right, wrong) == pytest.approx(np.mean(pairs))
