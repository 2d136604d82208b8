from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charkit.scoring.statistics import auc, auc_interval, discrimination, eer, line_at, tpr_at
from charkit.scoring.statistics.discrimination import _found

SCORES = st.lists(st.integers(0, 20).map(float), min_size=1, max_size=40)


@given(SCORES, SCORES)
def test_auc_counts_ties_half_and_agrees_with_counting_pairs(right, wrong):
    pairs = [(r > w) + 0.5 * (r == w) for r in right for w in wrong]
    assert auc(right, wrong) == pytest.approx(np.mean(pairs))


def test_auc_agrees_with_scipy():
    from scipy.stats import mannwhitneyu

    rng = np.random.default_rng(3)
    right, wrong = rng.normal(1, 1, 60), rng.normal(0, 1, 90)
    assert auc(right, wrong) == pytest.approx(mannwhitneyu(right, wrong).statistic / (60 * 90))


@pytest.mark.parametrize(("apart", "count"), [(0.8, 25), (1.8, 25), (2.5, 40)])
def test_the_interval_of_an_auc_covers_the_truth(apart, count):
    from scipy.stats import norm

    rng = np.random.default_rng(int(10 * apart))
    truth = norm.cdf(apart / np.sqrt(2))
    covered = []
    for _ in range(400):
        found = auc_interval(auc(rng.normal(apart, 1, count), rng.normal(0, 1, count)), count, count)
        covered.append(found.low <= truth <= found.high)
    assert np.mean(covered) >= 0.93


def test_a_perfect_auc_of_few_pairs_is_not_certain():
    found = auc_interval(1.0, 10, 10)
    assert found.high == 1.0
    assert 0.6 < found.low < 0.9
    mirrored = auc_interval(0.0, 10, 10)
    assert mirrored.high == pytest.approx(1 - found.low)


@given(SCORES, st.sampled_from([0.0, 0.01, 0.1, 0.5]))
def test_the_line_is_the_lowest_that_keeps_its_promise(wrong, far):
    line = line_at(wrong, far)
    values = np.asarray(wrong)
    assert (values >= line).mean() <= far + 1e-9
    lower = values[values < line]
    if len(lower):
        assert (values >= lower.max()).mean() > far


def test_weights_let_a_pair_of_characters_count_once():
    wrong, weights = [0.9] * 50 + [0.1] * 50, [0.01 / 50] * 50 + [0.99 / 50] * 50
    assert 0.1 < line_at(wrong, 0.02, weights=weights) < 0.9
    assert line_at(wrong, 0.02) > 0.9


def test_a_small_rate_cannot_be_told_from_few_pairs():
    assert tpr_at([0.9], [0.1] * 99, 0.01) is None
    assert tpr_at([0.9, 0.05], [0.1] * 100, 0.01) == 0.5


@given(SCORES, st.integers(0, 2**32), st.integers(100, 250))
def test_sorted_counting_agrees_with_the_plain_way(right, seed, count):
    wrong = np.random.default_rng(seed).integers(0, 21, count).astype(float)
    assert _found(np.sort(right), np.sort(wrong), 0.01) == pytest.approx(tpr_at(right, wrong, 0.01))


def test_equal_error_rate_of_two_bells():
    """For two normal scores of equal spread the errors meet half way: Φ(−d/2)."""
    from scipy.stats import norm

    rng = np.random.default_rng(8)
    assert eer(rng.normal(2, 1, 20000), rng.normal(0, 1, 20000)) == pytest.approx(norm.cdf(-1), abs=0.01)
    assert eer([1.0, 2.0], [0.0]) == 0.0
    assert eer([0.0], [1.0]) == 1.0


def test_a_scorer_is_described_with_its_uncertainty():
    rng = np.random.default_rng(1)
    found = discrimination(rng.normal(2, 1, 80), rng.normal(0, 1, 200), seed=5)
    assert found.auc_interval.low < found.auc < found.auc_interval.high
    assert found.eer_interval.low < found.eer < found.eer_interval.high
    assert found.tpr_1_interval.low < found.tpr_1 < found.tpr_1_interval.high
    assert found.tpr_01 is None
    page = found._repr_mimebundle_()["text/html"]
    assert "needs 1,000 wrong pairs" in page
    assert repr(found).startswith("Discrimination(AUC 0.9")
    assert discrimination(rng.normal(2, 1, 5), [0.0, 0.1]).tpr_1 is None


def test_perfect_scores_keep_some_doubt():
    found = discrimination([0.9] * 10, [0.1] * 100)
    assert (found.tpr_1, found.eer) == (1.0, 0.0)
    assert found.tpr_1_interval.low == pytest.approx(0.722, abs=1e-3)
    assert found.eer_interval.high > 0.2


@pytest.mark.parametrize("call", [auc, eer, discrimination])
def test_nothing_against_nothing_is_refused(call):
    with pytest.raises(ValueError, match="at least one score"):
        call([], [0.1])


def test_a_rate_of_false_accepts_is_a_share():
    with pytest.raises(ValueError, match="between 0 and 1"):
        line_at([0.1], 1.5)
