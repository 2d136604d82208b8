"""How amounts are written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charkit.money import dollars

PACKAGE = Path(__file__).parents[1] / "charkit"


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0, "$0.00"),
        (0.07, "$0.07"),
        (0.0928, "$0.0928"),
        (0.116, "$0.116"),
        (4.0, "$4.00"),
        (0.000123, "$0.000123"),
        (0.1 + 0.2, "$0.30"),
        (-0.02, "-$0.02"),
        (-0.0000001, "$0.00"),
        (1234.5, "$1,234.50"),
    ],
)
def test_amounts_are_cents_and_what_is_beyond_them_only_where_it_is_something(amount: float, said: str) -> None:
    assert dollars(amount) == said


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_no_micro_dollar_is_rounded_away(micro: int) -> None:
    said = dollars(micro / 1_000_000)
    assert re.fullmatch(r"-?\$\d{1,3}(,\d{3})*\.\d{2,6}", said)
    assert round(float(said.replace("$", "").replace(",", "")) * 1_000_000) == micro


def test_nothing_writes_amounts_in_a_way_of_its_own() -> None:
    own = re.compile(r"\$\{[^{}]*:,?\.[0-9]f\}")
    allowed = {"spending_chart.py", "audit_money.py"}  # an axis; an audit, which shows every place
    found = [path.name for path in PACKAGE.rglob("*.py") if path.name not in allowed and own.search(path.read_text())]
    assert not found
