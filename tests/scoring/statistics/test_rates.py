from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from charkit.scoring.statistics import Rate, frame_rate, wilson


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


def test_wilson_is_what_scipy_says_for_every_count_of_up_to_40_shots():
    for shots in range(1, 41):
        for passes in range(shots + 1):
            theirs = binomtest(passes, shots).proportion_ci(0.95, "wilson")
            mine = wilson(passes, shots)
            assert (mine.low, mine.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def held(shots: int, truth: float) -> float:
    """Return exactly how often the interval holds a true rate."""
    inside = [one.low <= truth <= one.high for one in (wilson(passes, shots) for passes in range(shots + 1))]
    return float(binom.pmf(np.arange(shots + 1), shots, truth)[inside].sum())


@pytest.mark.parametrize("shots", range(5, 41))
def test_the_interval_covers_the_truth_at_least_93_percent_of_the_time(shots):
    """Averaged over the rates that matter; at single rates it wavers, see below."""
    assert np.mean([held(shots, truth) for truth in np.linspace(0.6, 1.0, 81)]) >= 0.93


def test_near_a_perfect_rate_it_holds_on_average_wavers_with_the_count_and_never_misses_a_perfect_one():
    nearly = [held(shots, 0.95) for shots in range(5, 41)]
    assert np.mean(nearly) >= 0.93
    assert min(nearly) == pytest.approx(0.898, abs=0.001)
    assert held(10, 0.95) == pytest.approx(0.914, abs=0.001)
    assert [held(shots, 1.0) for shots in (5, 10, 40)] == [1.0, 1.0, 1.0]


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


def drawn_shots(rng, *, shots: int, frames: int, rate: float, correlation: float):
    """Frames that pass, shot by shot: beta-binomial with a correlation within the shot."""
    weight = 1 / correlation - 1
    shares = rng.beta(rate * weight, (1 - rate) * weight, shots)
    return [(int(k), frames) for k in rng.binomial(frames, shares)]


@pytest.mark.parametrize(("shots", "rate"), [(5, 0.8), (10, 0.8), (20, 0.8), (40, 0.8), (10, 0.95), (20, 0.95)])
def test_frames_counted_for_what_they_are_worth_cover_the_truth(shots, rate):
    rng = np.random.default_rng(shots)
    draws = [frame_rate(drawn_shots(rng, shots=shots, frames=8, rate=rate, correlation=0.6)) for _ in range(600)]
    honest = [found.interval.low <= rate <= found.interval.high for found in draws]
    naive = [(w := wilson(found.passes, found.frames)).low <= rate <= w.high for found in draws]
    assert np.mean(honest) >= 0.92  # the notes on scoring found 93 to 96 %; 600 draws leave a percent of noise
    assert np.mean(naive) < 0.75


def test_frames_that_say_the_same_count_as_shots():
    found = frame_rate([(8, 8)] * 5)
    assert (found.correlation, found.effective) == (1.0, 5.0)
    assert (found.interval.low, found.interval.high) == (wilson(5, 5).low, 1.0)


def test_the_correlation_of_unequal_shots_is_that_of_the_analysis_of_variance():
    """Written out for 3, 4 and 5 frames of which 3, 2 and 1 passed: half of all."""
    found = frame_rate([(3, 3), (2, 4), (1, 5)])
    between = (3 * 0.25 + 4 * 0 + 5 * 0.09) / 2
    within = (0 + 1 + 0.8) / 9
    n0 = (12 - 50 / 12) / 2
    assert found.correlation == pytest.approx((between - within) / (between + (n0 - 1) * within))


def test_one_frame_a_shot_is_wilsons_interval():
    found = frame_rate([(1, 1)] * 14 + [(0, 1)] * 3)
    assert (found.interval.low, found.interval.high) == (wilson(14, 17).low, wilson(14, 17).high)


def test_no_frames_say_nothing_and_impossible_ones_are_refused():
    assert frame_rate([]) is None
    for bad in ([(9, 8)], [(0, 0)]):
        with pytest.raises(ValueError, match="at least one frame"):
            frame_rate(bad)
