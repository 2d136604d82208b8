"""Fallbacks: they take over only for an order that nobody took on, and nobody forgets why."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scripted_service import Lost, ScriptedProvider, Service, clip_request

from charkit.errors import (
    Ambiguous,
    BadResponse,
    MissingKey,
    RateLimited,
    Rejected,
    RouteClosed,
    SpendLimit,
    Unavailable,
    UnsupportedRequest,
    UsageError,
)
from charkit.providers.base import Answer, Billing, Outcome
from charkit.takes import Health, Pace
from charkit.takes.breaker import LIMITS, Sign

PROMPT = "Mira in S01"


@pytest.fixture
def other(studio, clip) -> Service:
    return Service(studio.root / "other", clip, clock=studio.clock)


@pytest.fixture
def make(studio, other):
    """Make orders at two endpoints, `gateway` and `other`."""

    def go(*orders, **changes):
        services = {"gateway": studio.service, "other": other}
        connect = changes.pop("connect", lambda endpoint: ScriptedProvider(services[endpoint]))
        return studio.make(*orders, connect=connect, **changes)

    return go


@pytest.fixture
def with_fallback(order):
    def build(subject: str = "S01", **changes):
        first = order(subject, **changes)
        second = replace(
            first,
            route="omni",
            endpoint="other",
            request=clip_request(subject, model="omni-1.1", prompt=first.request.prompt),
            price_usd=0.7,
        )
        return replace(first, fallbacks=(second,))

    return build


def state(studio, endpoint: str):
    return [(job.state, job.accepted) for job in studio.ledger.jobs(endpoint=endpoint)]


DOWN = [
    RateLimited("slow down", endpoint="gateway", retry_after=500.0),
    Rejected("401 invalid key", endpoint="gateway", status_code=401),
    Rejected("402 no credit", endpoint="gateway", status_code=402),
    Rejected("404 no such model", endpoint="gateway", status_code=404),
    BadResponse("answered 200 with a web page", endpoint="gateway", status_code=200),
]


@pytest.mark.parametrize("error", DOWN, ids=lambda e: type(e).__name__ + str(e.status_code))
def test_where_the_endpoint_takes_nothing_on_the_fallback_makes_the_take_at_its_own_price(
    studio, other, make, with_fallback, error
) -> None:
    studio.service.on_submit[PROMPT] = [error]
    (take,) = make(with_fallback())
    assert take.ok
    assert (take.route, take.endpoint, take.planned_route) == ("omni", "other", "muse")
    assert take.message == f"instead of muse ({error})"
    assert (take.price_usd, take.estimated_usd) == (0.7, 0.7)
    assert (len(studio.service.posts), len(other.posts)) == (1, 1)
    assert studio.service.accepted == []
    assert state(studio, "gateway") == [("failed", False)]
    assert studio.ledger.spend().committed == 700_000
    assert "instead of muse" in "".join(step.note for step in studio.ledger.history(take.job_id))
    assert "omni instead of muse" in take.card()


def test_it_is_tried_as_often_as_the_bounds_allow_before_the_fallback(studio, other, make, with_fallback) -> None:
    studio.service.on_submit[PROMPT] = [Unavailable("nobody there", endpoint="gateway")] * 3
    (take,) = make(with_fallback(), pace=Pace(send_tries=4))
    assert (take.route, len(studio.service.posts)) == ("muse", 4)
    studio.service.on_submit["Mira in S02"] = [Unavailable("nobody there", endpoint="gateway")] * 4
    (take,) = make(with_fallback("S02"), pace=Pace(send_tries=4))
    assert take.planned_route == "muse"


@pytest.mark.parametrize(
    "error",
    [Rejected("400 bad size", endpoint="gateway", status_code=400), UnsupportedRequest("no seeds here")],
    ids=["Rejected", "Unsupported"],
)
def test_a_request_that_is_itself_wrong_goes_nowhere_else(studio, other, make, with_fallback, error) -> None:
    studio.service.on_submit[PROMPT] = [error]
    (take,) = make(with_fallback())
    assert (take.outcome, take.route, take.planned_route) == (Outcome.FAILED, "muse", "")
    assert other.posts == []


@pytest.mark.parametrize(
    "answer",
    [
        Answer(outcome=Outcome.REFUSED, stage="input", billing=Billing.NOT_CHARGED),
        Lost(Ambiguous("silence", endpoint="gateway")),
        Ambiguous("silence", endpoint="gateway"),
    ],
    ids=["refused", "lost", "ambiguous"],
)
def test_what_was_taken_on_or_may_have_been_never_goes_elsewhere(studio, other, make, with_fallback, answer) -> None:
    studio.service.on_submit[PROMPT] = [answer]
    for _ in range(2):
        (take,) = make(with_fallback())
        assert take.planned_route == ""
        assert other.posts == []
    assert len(studio.service.posts) == 1


def test_a_job_that_fails_after_it_was_taken_on_stays_failed(studio, other, make, with_fallback) -> None:
    studio.service.on_poll[PROMPT] = [Answer(outcome=Outcome.FAILED, billing=Billing.NOT_CHARGED, message="no GPU")]
    (take,) = make(with_fallback())
    assert (take.outcome, take.message) == (Outcome.FAILED, "no GPU")
    assert other.posts == []


def test_a_fallback_that_made_the_take_is_remembered_and_nothing_is_sent_again(
    studio, other, make, with_fallback
) -> None:
    studio.service.on_submit[PROMPT] = [DOWN[0]]
    first = make(with_fallback())

    def connect(endpoint: str):
        raise AssertionError("nobody needs to be spoken to")

    again = make(with_fallback(), connect=connect)
    assert again == first
    assert (len(studio.service.posts), len(other.posts)) == (1, 1)


def test_a_fallback_that_was_interrupted_is_gone_on_with_though_the_first_choice_is_back(
    studio, other, make, with_fallback
) -> None:
    studio.service.on_submit[PROMPT] = [DOWN[0]]

    def kill(step: str) -> None:
        if step == "submitted" and other.posts:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(with_fallback(), checkpoint=kill)
    other.lists = True
    (take,) = make(with_fallback())
    assert (take.ok, take.planned_route) == (True, "muse")
    assert (len(studio.service.posts), len(other.posts)) == (1, 1)


def test_the_money_of_a_fallback_that_was_never_sent_is_not_left_behind(studio, other, make, with_fallback) -> None:
    studio.service.on_submit[PROMPT] = [DOWN[0]]
    reserved = []

    def kill(step: str) -> None:
        reserved.append(step)
        if reserved.count("reserved") == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(with_fallback(), checkpoint=kill)
    assert state(studio, "other") == [("intended", None)]
    health = Health()
    for _ in range(LIMITS[Sign.SILENT]):
        health.hear("other", Sign.SILENT, studio.clock())
    (take,) = make(with_fallback(), health=health)
    assert not take.ok
    assert state(studio, "other") == [("cancelled", False)]
    assert studio.ledger.spend().committed == 0


def test_a_fallback_that_does_not_fit_under_the_cap_is_not_sent(studio, other, make, with_fallback) -> None:
    studio.service.on_submit[PROMPT] = [DOWN[0]]
    with pytest.raises(SpendLimit):
        make(with_fallback(), run_cap_usd=0.5)
    assert other.posts == []
    assert studio.ledger.spend().committed == 0


def test_a_route_that_ended_since_the_plan_is_left_out_before_anything_is_set_aside(
    studio, other, make, with_fallback, order
) -> None:
    def gate(order) -> None:
        if order.route == "muse":
            raise RouteClosed("muse", "2026-11-20", "omni")

    takes = make(with_fallback(), order("S02"), gate=gate)
    assert takes[0].ok
    assert "was shut down on 2026-11-20" in takes[0].message
    assert (takes[1].outcome, takes[1].job_id) == (Outcome.FAILED, "")
    assert takes[1].message.startswith("nothing was sent: muse (route 'muse' was shut down")
    assert studio.service.posts == []
    assert state(studio, "gateway") == []


def test_a_fallback_without_a_key_is_none_and_the_first_choice_s_missing_key_shows_at_once(
    studio, make, with_fallback
) -> None:
    def only_gateway(endpoint: str):
        if endpoint == "other":
            raise MissingKey(endpoint, "OTHER_KEY")
        return ScriptedProvider(studio.service)

    studio.service.on_submit[PROMPT] = [DOWN[1]]
    (take,) = make(with_fallback(), connect=only_gateway)
    assert take.outcome is Outcome.FAILED
    assert "OTHER_KEY" in take.message
    assert "401 invalid key" in take.message

    def only_other(endpoint: str):
        if endpoint == "gateway":
            raise MissingKey(endpoint, "GATEWAY_KEY")
        raise AssertionError

    with pytest.raises(MissingKey, match="GATEWAY_KEY"):
        make(with_fallback("S09"), connect=only_other)


class TestTheBreaker:
    def test_after_dead_tokens_nothing_more_is_sent_there(self, studio, other, make, with_fallback) -> None:
        for n in range(1, 7):
            studio.service.on_submit[f"Mira in S0{n}"] = [DOWN[1]]
        takes = make(*(with_fallback(f"S0{n}") for n in range(1, 7)), parallel=1)
        assert all(take.ok and take.planned_route == "muse" for take in takes)
        assert len(studio.service.posts) == LIMITS[Sign.KEY_REFUSED]
        assert "gateway is left alone until" in takes[5].message
        assert len(other.posts) == 6

    def test_stuck_jobs_open_it_and_what_was_taken_on_is_followed_all_the_same(
        self, studio, other, make, with_fallback
    ) -> None:
        almost = Answer(outcome=Outcome.RUNNING, progress=99)
        for n in (1, 2):
            studio.service.on_poll[f"Mira in S0{n}"] = [almost] * 160
        orders = [with_fallback(f"S0{n}") for n in (1, 2, 3)]
        takes = make(*orders, parallel=1, pace=Pace(deadline=650.0))
        assert [take.planned_route for take in takes] == ["", "", "muse"]
        assert [take.outcome for take in takes[:2]] == [Outcome.RUNNING, Outcome.RUNNING]
        assert "left jobs unfinished" in takes[2].message
        studio.service.on_poll.clear()
        assert all(take.ok for take in make(*orders))
        assert len(studio.service.posts) == 2

    def test_empty_results_open_it(self, studio, other, make, with_fallback) -> None:
        for n in (1, 2, 3):
            studio.service.on_fetch[f"Mira in S0{n}"] = [b"not a clip"] * 4
        takes = make(*(with_fallback(f"S0{n}") for n in (1, 2, 3, 4)), parallel=1)
        assert [take.planned_route for take in takes] == ["", "", "", "muse"]
        assert "sent empty or broken results" in takes[3].message

    def test_without_a_fallback_the_take_says_why_nothing_was_sent_and_the_next_visit_sends_it(
        self, studio, order, make
    ) -> None:
        health = Health()
        for _ in range(LIMITS[Sign.SILENT]):
            health.hear("gateway", Sign.SILENT, studio.clock(), "connection refused")
        (take,) = make(order(), health=health)
        assert (take.outcome, take.job_id, take.price_usd) == (Outcome.FAILED, "", 0.0)
        assert "connection refused" in take.message
        assert studio.service.posts == []
        studio.clock.now += 200.0
        (take,) = make(order(), health=health)
        assert take.ok
        assert repr(health) == "Health(all well)"

    def test_a_refusal_of_content_is_no_sickness(self, studio, order, make) -> None:
        refused = Answer(outcome=Outcome.REFUSED, stage="input", billing=Billing.NOT_CHARGED)
        for n in range(1, 9):
            studio.service.on_submit[f"Mira in S0{n}"] = [refused]
        makes = make(*(order(f"S0{n}") for n in range(1, 9)), order("S10"), parallel=1)
        assert makes[-1].ok


def test_a_fallback_must_be_the_same_take(order) -> None:
    with pytest.raises(UsageError, match="stand in"):
        replace(order("S01"), fallbacks=(order("S02"),))
    with pytest.raises(UsageError, match="stand in"):
        replace(order(), fallbacks=(replace(order(), fallbacks=(order(),)),))
