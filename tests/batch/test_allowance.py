"""The cap on all runs of a sweep holds, whatever runs commit within theirs and in whichever order they end."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charkit.batch import allowance
from charkit.batch.allowance import Allowance

money = st.integers(min_value=0, max_value=3_000_000).map(lambda micro: micro / 1_000_000)


@given(
    cap=st.integers(min_value=1, max_value=8_000_000).map(lambda micro: micro / 1_000_000),
    runs=st.lists(st.tuples(money, money, st.floats(0, 1)), min_size=1, max_size=8),
    order=st.randoms(),
    places=st.integers(1, 4),
)
def test_nothing_goes_beyond_the_cap(cap, runs, order, places) -> None:
    purse = Allowance(cap, committed=dict.fromkeys(map(str, range(len(runs))), 0.0))
    waiting, at_work, spent = list(range(len(runs))), {}, {}
    while waiting or at_work:
        while waiting and len(at_work) < places:
            most, needs, _ = runs[waiting[0]]
            allowed = purse.grant(str(waiting[0]), most=most, needs=min(needs, most))
            if allowed is None:
                break
            assert allowed <= most
            assert allowed >= min(needs, most) - 1e-6
            at_work[waiting.pop(0)] = allowed
        assert sum(at_work.values()) + sum(spent.values()) <= cap + 1e-6
        if not at_work:
            break
        run = order.choice(sorted(at_work))
        spent[run] = round(at_work.pop(run) * runs[run][2], 6)  # the ledger keeps a run under its own cap
        purse.settle(str(run), spent[run])
    assert sum(spent.values()) <= cap + 1e-6


def test_a_run_that_is_gone_on_with_may_use_what_it_has_committed() -> None:
    purse = Allowance(1.0, committed={"a": 0.4, "b": 0.3})
    assert purse.grant("a", most=1.0, needs=0.1) == pytest.approx(0.7)
    assert purse.grant("b", most=1.0, needs=0.1) is None
    purse.settle("a", 0.4)
    assert purse.grant("b", most=1.0, needs=0.1) == pytest.approx(0.6)


def test_without_a_cap_every_run_has_its_own() -> None:
    assert Allowance(None, committed={}).grant("a", most=2.5, needs=1.0) == 2.5


def test_a_run_that_buys_nothing_never_waits() -> None:
    assert Allowance(0.0, committed={}).grant("a", most=None, needs=0.0) == 0.0


def test_its_example_holds() -> None:
    assert doctest.testmod(allowance).failed == 0
