"""Takes in the order that was wanted, and the one error that is told of several."""

from __future__ import annotations

import pytest

from charkit.errors import SpendLimit, StorageFull
from charkit.takes.endings import takes_in_order
from charkit.takes.means import Interrupted
from charkit.takes.scheduler import Ended

LIMIT = SpendLimit(cap=1.0, committed=1.0, asked=0.1, what="S01, take 1", setting="max_spend")


def test_takes_come_in_the_order_that_was_wanted_without_those_that_brought_none() -> None:
    ended = [Ended(value=word) for word in ("third", "first", None, "second")]
    assert takes_in_order(ended, [7, 0, 1, 3]) == ["first", "second", "third"]


@pytest.mark.parametrize(
    ("errors", "told"),
    [
        ([Interrupted(), LIMIT, StorageFull("no space")], StorageFull),
        ([Interrupted(), LIMIT], SpendLimit),
        ([Interrupted()], Interrupted),
    ],
)
def test_what_makes_work_impossible_is_told_before_a_limit_and_that_before_the_leaving(errors, told) -> None:
    ended = [Ended(value="made"), *(Ended(error=error) for error in errors)]
    with pytest.raises(told):
        takes_in_order(ended, range(len(ended)))
