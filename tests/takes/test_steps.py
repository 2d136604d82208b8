"""Every outcome with every word about money."""

from __future__ import annotations

import pytest

from charkit.providers.base import Answer, Billing, Outcome
from charkit.takes.steps import money_of, step_of

ENDED = [o for o in Outcome if o.terminal]


@pytest.mark.parametrize("billing", Billing)
@pytest.mark.parametrize("outcome", [o for o in Outcome if not o.terminal])
def test_the_money_of_what_goes_on_stays_set_aside(outcome: Outcome, billing: Billing) -> None:
    assert money_of(Answer(outcome=outcome, billing=billing)) == "keep"


@pytest.mark.parametrize("outcome", ENDED)
def test_what_the_service_says_about_money_is_what_counts(outcome: Outcome) -> None:
    assert money_of(Answer(outcome=outcome, billing=Billing.CHARGED)) == "settle"
    assert money_of(Answer(outcome=outcome, billing=Billing.NOT_CHARGED)) == "release"


@pytest.mark.parametrize("outcome", ENDED)
def test_where_nothing_is_established_a_result_was_paid_for_and_anything_else_is_in_doubt(outcome: Outcome) -> None:
    expected = "settle" if outcome is Outcome.SUCCEEDED else "doubt"
    assert money_of(Answer(outcome=outcome)) == expected


def test_a_step_takes_over_what_the_service_charged() -> None:
    step = step_of(Answer(outcome=Outcome.SUCCEEDED, usage={"usd": 0.31}, remote_id="v1"))
    assert (step.to, step.charged, step.accepted, step.remote_id) == ("succeeded", 310_000, True, "v1")
