from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charkit.errors import LedgerError
from charkit.ledger import Spend, micro, usd


@pytest.mark.parametrize(
    ("dollars", "amount"),
    [
        (0, 0),
        (0.1, 100_000),
        (0.1 + 0.2, 300_000),  # 0.30000000000000004
        (0.0695 * 4, 278_000),
        (0.0232, 23_200),
        (1234.567891, 1_234_567_891),
        (0.0000004, 0),
    ],
)
def test_dollars_become_the_nearest_micro_dollars(dollars: float, amount: int) -> None:
    assert micro(dollars) == amount


@pytest.mark.parametrize("nonsense", [-0.01, float("nan"), float("inf"), -float("inf"), "many"])
def test_what_is_not_an_amount_is_refused(nonsense: float) -> None:
    with pytest.raises(LedgerError, match="not an amount"):
        micro(nonsense)


@given(st.integers(min_value=0, max_value=10**12))
def test_amounts_survive_the_way_to_dollars_and_back(amount: int) -> None:
    assert micro(usd(amount)) == amount


def test_released_and_refunded_money_is_not_committed() -> None:
    assert Spend(estimated=64, reserved=1, settled=2, unknown=4, released=8, refunded=16).committed == 7
