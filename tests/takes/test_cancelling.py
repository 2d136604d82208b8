"""Stopping one job: what becomes of it, and of its money."""

from __future__ import annotations

import socket

import pytest
from scripted_service import Lost

from charkit.errors import Ambiguous, LedgerError, Rejected, Unavailable, UnsupportedRequest, UsageError
from charkit.ledger import Caps, Spend
from charkit.providers.base import Answer, Billing, Outcome
from charkit.takes import Pace
from charkit.takes.orders import intent_of

RUNNING = Answer(outcome=Outcome.RUNNING, progress=40)
PROMPT = "Mira in S01"


@pytest.fixture
def running(studio, order):
    """A job that its service works on."""
    studio.service.on_poll[PROMPT] = [RUNNING] * 500
    studio.make(order(), pace=Pace(deadline=1.0))
    return studio.job()


def test_a_running_job_is_stopped_and_its_money_is_free_where_the_service_says_so(studio, order, running) -> None:
    take = studio.floor().cancel(running.id)
    assert (take.outcome, take.price_usd, take.job_id) == (Outcome.CANCELLED, 0.0, running.id)
    assert studio.service.cancelled == [PROMPT]
    assert studio.path_of()[-2:] == ["running", "cancelled"]
    assert studio.ledger.spend() == Spend(estimated=400_000, released=400_000)
    assert studio.make(order())[0].outcome is Outcome.CANCELLED  # what was taken on is not sent again
    assert len(studio.service.posts) == 1


@pytest.mark.parametrize(
    ("billing", "held"),
    [
        (Billing.CHARGED, Spend(estimated=400_000, settled=400_000)),
        (Billing.NOT_ESTABLISHED, Spend(estimated=400_000, unknown=400_000)),
    ],
)
def test_what_the_service_had_drawn_by_then_may_cost(studio, running, billing, held) -> None:
    studio.service.on_cancel[PROMPT] = [Answer(outcome=Outcome.CANCELLED, billing=billing)]
    assert studio.floor().cancel(running.id).price_usd == 0.4
    assert studio.ledger.spend() == held


def test_a_service_that_cannot_stop_a_job_is_not_asked_and_the_person_learns_what_becomes_of_the_money(
    studio, order, running
) -> None:
    studio.service.cancels = False
    studio.service.calls.clear()
    with pytest.raises(UnsupportedRequest, match=r"\$0\.40 stays set aside until it ends, and is charged") as caught:
        studio.floor().cancel(running.id)
    assert "collects what was paid for" in str(caught.value)
    assert studio.service.calls == []
    assert studio.ledger.spend().reserved == 400_000
    studio.service.on_poll.clear()
    assert studio.make(order())[0].ok


def test_a_clip_that_is_done_by_now_is_collected_and_not_thrown_away(studio, order, running) -> None:
    studio.service.on_poll[PROMPT] = [Answer(outcome=Outcome.SUCCEEDED, billing=Billing.CHARGED)]
    take = studio.floor().cancel(running.id)
    assert (take.outcome, take.ok) == (Outcome.SUCCEEDED, False)
    assert studio.service.cancelled == []
    assert studio.make(order())[0].ok


def test_a_service_that_takes_its_time_to_stop_leaves_the_job_running(studio, order, running) -> None:
    studio.service.on_cancel[PROMPT] = [RUNNING]
    assert studio.floor().cancel(running.id).outcome is Outcome.RUNNING
    studio.service.on_poll[PROMPT] = [Answer(outcome=Outcome.CANCELLED, billing=Billing.NOT_CHARGED)]
    assert studio.make(order())[0].outcome is Outcome.CANCELLED
    assert studio.ledger.spend().committed == 0


@pytest.mark.parametrize("error", [Unavailable("502"), Rejected("it is too late", status_code=409)])
def test_a_service_that_does_not_stop_it_now_changes_nothing(studio, running, error) -> None:
    studio.service.on_cancel[PROMPT] = [error]
    with pytest.raises(type(error)):
        studio.floor().cancel(running.id)
    assert studio.ledger.job(running.id).state == "running"
    assert studio.ledger.spend().reserved == 400_000


def test_what_was_not_sent_yet_is_cancelled_here_and_may_be_ordered_again(studio, order) -> None:
    job = studio.ledger.reserve(intent_of(order()), caps=Caps(run=10_000_000), owner="elsewhere/1/1")
    take = studio.floor().cancel(job.id)
    assert (take.outcome, take.price_usd) == (Outcome.CANCELLED, 0.0)
    assert (studio.service.posts, studio.service.calls) == ([], [])
    assert studio.ledger.spend().committed == 0
    assert studio.ledger.begin_sending(job, owner="elsewhere/1/1") is None  # whoever was about to send it does not
    assert studio.make(order())[0].ok


def test_a_job_that_is_being_sent_is_left_alone_and_one_in_doubt_is_the_persons_to_resolve(studio, order) -> None:
    job = studio.ledger.reserve(intent_of(order()), caps=Caps(run=10_000_000), owner="elsewhere/1/1")
    studio.ledger.begin_sending(job, owner="elsewhere/1/1")
    with pytest.raises(UsageError, match="being sent at this moment"):
        studio.floor().cancel(job.id)
    dead = studio.ledger.reserve(
        intent_of(order("S02")), caps=Caps(run=10_000_000), owner=f"{socket.gethostname()}/999999999/1"
    )
    studio.ledger.begin_sending(dead, owner=dead.owner)
    with pytest.raises(UsageError, match="nobody knows"):
        studio.floor().cancel(dead.id)
    studio.service.lists = False
    studio.service.on_submit["Mira in S03"] = [Lost(Ambiguous("silence"))]
    (lost,) = studio.make(order("S03"))
    with pytest.raises(UsageError, match="nobody knows"):
        studio.floor().cancel(lost.job_id)


def test_what_has_ended_or_never_was_cannot_be_cancelled(studio, order) -> None:
    (take,) = studio.make(order())
    with pytest.raises(UsageError, match="succeeded already"):
        studio.floor().cancel(take.job_id)
    with pytest.raises(LedgerError, match="no job"):
        studio.floor().cancel("job_nobody")


def test_whoever_follows_a_job_learns_that_it_was_cancelled_meanwhile(studio, order) -> None:
    cancelled = []

    def cancel(piece) -> None:
        if not cancelled:
            cancelled.append(studio.floor().cancel(studio.job().id))

    studio.service.on_poll[PROMPT] = [RUNNING] * 3 + [Answer(outcome=Outcome.EXPIRED, message="no such job")]
    (take,) = studio.floor().make([order()], on_progress=cancel)
    assert (take.outcome, take.price_usd) == (Outcome.CANCELLED, 0.0)
    assert studio.path_of()[-1] == "cancelled"
    assert studio.ledger.spend().committed == 0
