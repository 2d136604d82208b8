from __future__ import annotations

import re

import numpy as np
import pytest
from scipy.stats import binom

from charkit.money import dollars
from charkit.scoring.statistics import (
    advise,
    compare_verdicts,
    design_effect,
    detectable,
    mcnemar,
    paired_shots,
    power,
    shots_per_arm,
)
from charkit.scoring.statistics.planning import paired_power


@pytest.mark.parametrize(
    ("first", "second", "independent", "clustered"),
    [(0.70, 0.825, 181, 506), (0.825, 0.95, 99, 278), (0.70, 0.95, 35, 98)],
)
def test_the_briefs_contrasts_need_what_the_notes_on_scoring_say(first, second, independent, clustered):
    """The notes round to the nearest; a part of a shot needs a whole one."""
    found = advise(first, second)
    assert independent <= found.independent <= independent + 1
    assert clustered <= found.clustered <= clustered + 3
    assert found.paired < found.clustered


def test_ten_shots_of_a_character_are_worth_fewer():
    assert design_effect(10, 0.2) == pytest.approx(2.8)
    assert design_effect(1, 0.9) == 1.0
    for bad in ((0, 0.2), (10, 1.2)):
        with pytest.raises(ValueError, match="design effect"):
            design_effect(*bad)


def test_power_is_the_inverse():
    needed = shots_per_arm(0.7, 0.95)
    assert power(0.7, 0.95, needed) >= 0.8 > power(0.7, 0.95, needed - 1)


@pytest.mark.parametrize(("first", "second", "rho"), [(0.70, 0.90, 0.3), (0.70, 0.95, 0.0), (0.4, 0.9, 0.2)])
def test_the_paired_number_is_enough_in_a_simulation(first, second, rho):
    count = paired_shots(first, second, correlation=rho)
    both = first * second + rho * np.sqrt(first * (1 - first) * second * (1 - second))
    chances = [first - both, second - both, both, 1 - first - second + both]
    rng = np.random.default_rng(1)
    seen = []
    for _ in range(400):
        lost, won, shared, neither = rng.multinomial(count, chances)
        a = [True] * lost + [False] * won + [True] * shared + [False] * neither
        b = [False] * lost + [True] * won + [True] * shared + [False] * neither
        seen.append(compare_verdicts(a, b).p < 0.05)
    assert 0.76 <= np.mean(seen) <= 0.87  # 80 % was planned; two standard errors of 400 turns are 4 %


def test_the_power_of_exact_mcnemar_is_summed_as_scipy_sums_it():
    pairs, split, step = 30, 0.4, 0.2
    ahead = (split + step) / (2 * split)
    theirs = sum(
        binom.pmf(parted, pairs, split)
        * sum(binom.pmf(k, parted, ahead) for k in range(parted + 1) if mcnemar(k, parted - k) <= 0.05)
        for parted in range(pairs + 1)
    )
    assert paired_power(pairs, split, step) == pytest.approx(theirs, abs=1e-6)
    assert paired_power(4, 1.0, 1.0) == 0.0  # four pairs that all split the same way still have p of 1/8


@pytest.mark.parametrize(("first", "second"), [(0.70, 0.825), (0.70, 0.95)])
def test_the_unpaired_number_is_enough_in_a_simulation(first, second):
    count, rng = shots_per_arm(first, second), np.random.default_rng(2)
    one, other = (rng.binomial(count, rate, 4000) / count for rate in (first, second))
    mean = (one + other) / 2
    z = np.abs(one - other) / np.sqrt(np.maximum(2 * mean * (1 - mean) / count, 1e-12))
    assert 0.78 <= np.mean(z > 1.96) <= 0.86


def test_a_five_shot_demo_can_tell_nothing():
    found = advise(0.70, 0.95, have=5)
    assert found.smallest is None
    assert found.chance < 0.2
    assert any("no rate at all" in line for line in found.lines)


def test_what_can_be_told_is_the_least_that_has_the_power():
    lowest = detectable(0.70, 60)
    assert power(0.70, lowest, 60) >= 0.8 > power(0.70, lowest - 0.01, 60)


def test_the_price_is_said_before_it_is_paid():
    found = advise(0.70, 0.95, price=0.40, arms=3)
    assert found.cost == pytest.approx(found.paired * 3 * 0.40)
    assert dollars(found.cost) in found.lines[-1]
    assert found.lines[-1] in re.sub("</?span>", "", found._repr_mimebundle_()["text/html"])


@pytest.mark.parametrize("rates", [(0.7, 0.7), (0.7, 1.2), (-0.1, 0.5)])
def test_equal_or_impossible_rates_are_refused(rates):
    with pytest.raises(ValueError, match="two different rates"):
        advise(*rates)
