from __future__ import annotations

import numpy as np
import pytest

from charkit.scoring.statistics import Rate, corrected, pooled


def rate(passes: int, trials: int) -> Rate:
    return Rate(passes=passes, verifiable=trials, expected=trials)


def test_few_characters_get_a_rate_but_no_interval():
    found = pooled({"Mira": rate(4, 5), "Fenn": rate(5, 5)})
    assert (found.value, found.interval, found.characters) == (0.9, None, 2)
    assert "2 of the 10 characters" in str(found)


def test_nothing_judged_is_no_rate():
    found = pooled({"Mira": Rate(passes=0, verifiable=0, expected=4)})
    assert found.value is None
    assert str(found) == "not verifiable"


@pytest.mark.parametrize("characters", [10, 20])
def test_the_interval_over_characters_covers_the_truth(characters):
    """Ten shots of each character, correlated at 0.2 within it; all shots as one sample would cover far less."""
    rng = np.random.default_rng(characters)
    truth, weight = 0.8, 1 / 0.2 - 1
    covered = []
    for turn in range(200):
        shares = rng.beta(truth * weight, (1 - truth) * weight, characters)
        found = pooled({str(i): rate(int(rng.binomial(10, p)), 10) for i, p in enumerate(shares)}, seed=turn)
        covered.append(found.interval.low <= truth <= found.interval.high)
    assert np.mean(covered) >= 0.93


def test_a_perfect_cast_keeps_some_doubt():
    found = pooled({str(i): rate(5, 5) for i in range(10)})
    assert found.value == found.interval.high == 1.0
    assert found.interval.low < 0.95


def test_rogan_gladen_undoes_the_scorers_errors():
    """(0.60 − 0.01) / (0.75 − 0.01) = 0.797, the example of the notes on scoring."""
    found = corrected(rate(12, 20), positives=rate(30, 40), false_accepts=3, impostors=300)
    assert found.value == pytest.approx(0.797, abs=1e-3)
    assert found.interval.high - found.interval.low > 0.4


def test_the_correction_covers_the_truth():
    rng = np.random.default_rng(6)
    covered, values = [], []
    for turn in range(300):
        passes = int(rng.binomial(20, 0.8 * 0.75 + 0.2 * 0.01))
        found = corrected(
            rate(passes, 20),
            positives=rate(int(rng.binomial(40, 0.75)), 40),
            false_accepts=int(rng.binomial(300, 0.01)),
            impostors=300,
            seed=turn,
        )
        covered.append(found.interval.low <= 0.8 <= found.interval.high)
        values.append(found.value)
    assert np.mean(covered) >= 0.92
    assert np.mean(values) == pytest.approx(0.79, abs=0.02)


def test_controls_that_say_nothing_correct_nothing():
    seen = rate(12, 20)
    assert corrected(seen, positives=rate(0, 0), false_accepts=0, impostors=100) is None
    assert corrected(seen, positives=rate(30, 40), false_accepts=0, impostors=0) is None
    assert corrected(seen, positives=rate(1, 40), false_accepts=10, impostors=100) is None
    assert corrected(rate(0, 0), positives=rate(30, 40), false_accepts=0, impostors=100) is None
    with pytest.raises(ValueError, match="false accepts"):
        corrected(seen, positives=rate(30, 40), false_accepts=4, impostors=3)
