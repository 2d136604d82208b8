"""The breaker's states, whatever happens in whatever order."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from pydantic import TypeAdapter

from charkit.takes.breaker import FIRST_REST, LIMITS, LONGEST_REST, PATIENCE, Breaker, Sign, State

BAD = sorted(LIMITS)
DOOR = [Sign.SILENT, Sign.TURNED_AWAY, Sign.KEY_REFUSED]
BEHIND = [sign for sign in BAD if sign not in DOOR]


def opened(sign: Sign = Sign.SILENT, now: float = 0.0) -> Breaker:
    breaker = Breaker()
    for _ in range(LIMITS[sign]):
        breaker = breaker.hear(sign, now, "boom")
    return breaker


@pytest.mark.parametrize("sign", BAD)
def test_it_opens_at_the_limit_of_each_sign_and_not_before(sign: Sign) -> None:
    breaker = Breaker()
    for _ in range(LIMITS[sign] - 1):
        breaker = breaker.hear(sign, 0.0)
    assert breaker.ask(0.0)[1]
    breaker = breaker.hear(sign, 7.0, "boom")
    assert (breaker.state, breaker.why, breaker.said, breaker.until) == (State.OPEN, sign, "boom", 7.0 + FIRST_REST)
    assert not breaker.ask(7.0 + FIRST_REST - 0.1)[1]


@pytest.mark.parametrize("sign", DOOR)
def test_being_taken_on_makes_good_what_happened_at_the_door(sign: Sign) -> None:
    breaker = Breaker()
    for _ in range(3 * LIMITS[sign]):
        breaker = breaker.hear(sign, 0.0).hear(Sign.TAKEN_ON, 0.0)
    assert breaker.state is (State.OPEN if LIMITS[sign] == 1 else State.CLOSED)


@pytest.mark.parametrize("sign", BEHIND)
def test_a_channel_that_takes_everything_on_and_finishes_nothing_opens_it_all_the_same(sign: Sign) -> None:
    breaker = Breaker()
    for _ in range(LIMITS[sign]):
        breaker = breaker.hear(Sign.TAKEN_ON, 0.0).hear(sign, 0.0)
    assert breaker.state is State.OPEN


def test_one_trial_at_a_time_goes_out_after_the_rest() -> None:
    breaker, allowed = opened().ask(FIRST_REST)
    assert (breaker.state, allowed) == (State.HALF_OPEN, True)
    assert breaker.ask(FIRST_REST + 1) == (breaker, False)
    assert breaker.ask(FIRST_REST + PATIENCE)[1]  # the first one was lost with its process


def test_a_trial_that_is_taken_on_ends_what_was_wrong_at_the_door_and_nothing_else() -> None:
    trial, _ = opened(Sign.SILENT).ask(FIRST_REST)
    assert trial.hear(Sign.TAKEN_ON, FIRST_REST) == Breaker()
    trial, _ = opened(Sign.STUCK).ask(FIRST_REST)
    assert trial.hear(Sign.TAKEN_ON, FIRST_REST).state is State.HALF_OPEN
    assert trial.hear(Sign.WORKS, FIRST_REST) == Breaker()


def test_rests_double_up_to_an_hour_and_begin_anew_after_a_result() -> None:
    breaker, now, rests = opened(), 0.0, []
    for _ in range(8):
        now = breaker.until
        breaker, allowed = breaker.ask(now)
        assert allowed
        breaker = breaker.hear(Sign.SILENT, now)
        rests.append(breaker.rest)
    assert rests[:3] == [240.0, 480.0, 960.0]
    assert rests[-1] == LONGEST_REST
    trial, _ = breaker.ask(breaker.until)
    assert trial.hear(Sign.WORKS, now).rest == FIRST_REST


class Endpoint(RuleBasedStateMachine):
    """One endpoint that does anything at any time, in a run that is restarted now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.breaker = Breaker()
        self.in_a_row = dict.fromkeys(BAD, 0)

    @rule(seconds=st.floats(0, 4000))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(sign=st.sampled_from(BAD))
    def something_goes_wrong(self, sign: Sign) -> None:
        before = self.breaker
        self.breaker = before.hear(sign, self.now)
        self.in_a_row[sign] += 1
        if before.state is State.OPEN:
            assert self.breaker == before
        elif before.state is State.HALF_OPEN:
            assert self.breaker.state is State.OPEN
            assert self.breaker.until >= self.now + min(2 * before.rest, LONGEST_REST)
        else:
            assert (self.breaker.state is State.OPEN) == (self.in_a_row[sign] >= LIMITS[sign])
        if self.breaker.state is State.OPEN:
            self.in_a_row = dict.fromkeys(BAD, 0)

    @rule()
    def a_result_comes(self) -> None:
        before = self.breaker
        self.breaker = before.hear(Sign.WORKS, self.now)
        if before.state is State.OPEN:
            assert self.breaker == before
        else:
            assert self.breaker == Breaker()
            self.in_a_row = dict.fromkeys(BAD, 0)

    @precondition(lambda self: self.breaker.state is State.CLOSED)
    @rule()
    def a_request_is_taken_on(self) -> None:
        self.breaker = self.breaker.hear(Sign.TAKEN_ON, self.now)
        self.in_a_row |= dict.fromkeys(DOOR, 0)

    @rule()
    def somebody_asks(self) -> None:
        before = self.breaker
        self.breaker, allowed = before.ask(self.now)
        if before.state is State.CLOSED:
            assert allowed
        elif before.state is State.OPEN:
            assert allowed == (self.now >= before.until)
        else:
            assert allowed == (self.now >= before.trial_since + PATIENCE)
        assert allowed or self.breaker == before
        if allowed and before.state is not State.CLOSED:
            assert not self.breaker.ask(self.now)[1]

    @rule()
    def the_run_is_restarted(self) -> None:
        kept = TypeAdapter(Breaker)
        assert kept.validate_json(kept.dump_json(self.breaker)) == self.breaker

    @invariant()
    def it_is_in_one_of_its_states(self) -> None:
        assert FIRST_REST <= self.breaker.rest <= LONGEST_REST
        if self.breaker.state is State.CLOSED:
            assert all(n < LIMITS[sign] for sign, n in self.breaker.counts.items())
        else:
            assert self.breaker.why in LIMITS


TestEndpoint = Endpoint.TestCase
TestEndpoint.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
