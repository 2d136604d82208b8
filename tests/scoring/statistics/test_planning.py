from __future__ import annotations

import re

import numpy as np
import pytest

from charkit.scoring.statistics import (
    advise,
    compare_verdicts,
    design_effect,
    detectable,
    paired_shots,
    power,
    shots_per_arm,
)


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


def test_the_paired_number_is_enough_in_a_simulation():
    """Exact McNemar is a little cautious, so a few percent below the planned 80 %."""
    first, second, rho = 0.70, 0.90, 0.3
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
    assert 0.70 <= np.mean(seen) <= 0.90


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
    assert f"${found.cost:,.2f}" in found.lines[-1]
    assert found.lines[-1] in re.sub("</?span>", "", found._repr_mimebundle_()["text/html"])


@pytest.mark.parametrize("rates", [(0.7, 0.7), (0.7, 1.2), (-0.1, 0.5)])
def test_equal_or_impossible_rates_are_refused(rates):
    with pytest.raises(ValueError, match="two different rates"):
        advise(*rates)
