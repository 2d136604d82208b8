from __future__ import annotations

import errno
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from scripted_service import Lost, ScriptedProvider

from charkit.errors import (
    Ambiguous,
    BadResponse,
    LedgerError,
    MissingKey,
    RateLimited,
    Rejected,
    SpendLimit,
    StorageFull,
    Unavailable,
    UnsupportedRequest,
    UsageError,
)
from charkit.ledger import Caps, Spend
from charkit.providers.base import Answer, Billing, Blob, BoundReference, ImageRequest, Outcome, Role
from charkit.takes import Order, Pace
from charkit.takes.orders import intent_of


def spend(studio) -> Spend:
    return studio.ledger.spend()


class TestTheWholeWay:
    def test_an_order_becomes_a_take_and_everything_is_on_record(self, studio, order) -> None:
        mira = BoundReference(
            role=Role.CHARACTER,
            character="Mira",
            view="front",
            blob=Blob(name="a.png", media_type="image/png", data=b"1"),
        )
        (take,) = studio.make(order(references=(mira,), seed=7))
        assert take.ok
        assert take.path.read_bytes() == studio.service.clip_of("Mira in S01")
        assert (take.outcome, take.message, take.model) == (Outcome.SUCCEEDED, "", "muse-video-2026-11-01")
        assert (take.width, take.height, take.seconds, take.media_type) == (64, 64, 1.0, "video/mp4")
        assert (take.price_usd, take.estimated_usd, take.seed, take.simulated) == (0.4, 0.4, 7, False)
        assert [(s.field, s.name, s.digest, s.character) for s in take.sent] == [
            ("input[0]", "a.png", mira.blob.digest, "Mira")
        ]
        assert studio.path_of() == ["intended", "sending", "queued", "running", "succeeded"]
        assert spend(studio) == Spend(estimated=400_000, settled=400_000)
        assert studio.store.verify(take.digest).path == take.path
        assert repr(take) == "Take(S01-t1, succeeded, muse, 64×64, 1.0 s, $0.40)"

    def test_takes_come_back_in_the_order_of_the_orders(self, studio, order) -> None:
        subjects = [f"S{n:02d}" for n in range(12, 0, -1)]
        takes = studio.make(*(order(s) for s in subjects))
        assert [take.subject for take in takes] == subjects
        assert all(take.ok for take in takes)
        assert sorted(studio.service.posts) == sorted(f"Mira in {s}" for s in subjects)

    def test_news_comes_in_the_callers_thread(self, studio, order) -> None:
        threads = set()
        news = []

        def listen(piece) -> None:
            threads.add(threading.current_thread())
            news.append((piece.subject, piece.number, piece.outcome.value, piece.progress))

        studio.floor().make([order()], on_progress=listen)
        assert threads == {threading.current_thread()}
        assert news == [
            ("S01", 1, "running", 40),
            ("S01", 1, "succeeded", 100),
            ("S01", 1, "succeeded", 100),
        ]

    def test_no_orders_make_no_takes(self, studio) -> None:
        assert len(studio.make()) == 0

    def test_an_order_of_another_run_is_refused_before_anything_happens(self, studio, order) -> None:
        with pytest.raises(UsageError, match="other run"):
            studio.make(order("S01"), order("S02", run="other run"))
        assert studio.ledger.jobs() == []

    def test_a_floor_for_nobody_is_refused(self, studio) -> None:
        with pytest.raises(UsageError, match="at least one"):
            studio.floor(parallel=0)
        with pytest.raises(LedgerError, match="amount of money"):
            studio.floor(run_cap_usd=float("nan"))

    def test_a_missing_key_shows_before_anything_is_sent(self, studio, order) -> None:
        def connect(endpoint: str):
            raise MissingKey(endpoint, "MUSE_API_KEY")

        with pytest.raises(MissingKey):
            studio.make(order(), connect=connect)
        assert studio.ledger.jobs() == []

    def test_what_the_service_says_it_cost_is_what_it_cost(self, studio, order) -> None:
        studio.service.on_poll["Mira in S01"] = [
            Answer(outcome=Outcome.SUCCEEDED, billing=Billing.CHARGED, usage={"usd": 0.31, "tokens": 12.0})
        ]
        (take,) = studio.make(order())
        assert (take.price_usd, take.estimated_usd) == (0.31, 0.4)

    def test_polls_wait_as_long_as_the_service_asks(self, studio, order) -> None:
        running = Answer(outcome=Outcome.RUNNING, poll_after=7.0)
        studio.service.on_poll["Mira in S01"] = [running, running]
        studio.make(order())
        assert studio.clock.waited[:3] == pytest.approx([0.5, 7.0, 7.0], abs=0.1)

    def test_polls_come_less_often_the_longer_it_takes(self, studio, order) -> None:
        studio.service.on_poll["Mira in S01"] = [Answer(outcome=Outcome.RUNNING)] * 20
        studio.make(order())
        waited = studio.clock.waited
        assert waited == pytest.approx(sorted(waited), abs=0.1)
        assert waited[0] == pytest.approx(0.5, abs=0.1)
        assert waited[-1] == pytest.approx(15.0, abs=0.1)


class TestNothingIsPaidTwice:
    def test_what_was_made_comes_back_without_a_word_to_the_service(self, studio, order) -> None:
        first = studio.make(order())
        before = list(studio.service.calls)

        def connect(endpoint: str):
            raise AssertionError("nobody needs to be spoken to")

        assert studio.make(order(), connect=connect) == first
        assert studio.service.calls == before
        assert spend(studio).settled == 400_000

    def test_another_run_shares_what_was_made_and_another_number_does_not(self, studio, order) -> None:
        studio.make(order())
        (again,) = studio.make(order(run="second"), run="second")
        assert (again.run, again.ok) == ("second", True)
        assert len(studio.service.posts) == 1
        studio.make(order(number=2))
        assert len(studio.service.posts) == 2

    def test_the_same_request_for_two_shots_is_made_once(self, studio, order) -> None:
        request = order("S01").request
        takes = studio.make(order("S01"), order("S05", request=request))
        assert [take.subject for take in takes] == ["S01", "S05"]
        assert takes[0].digest == takes[1].digest
        assert len(studio.service.posts) == 1

    def test_a_job_that_still_runs_is_polled_on_and_not_sent_again(self, studio, order) -> None:
        studio.service.on_poll["Mira in S01"] = [Answer(outcome=Outcome.RUNNING)] * 500
        (waiting,) = studio.make(order(), pace=Pace(deadline=60))
        assert waiting.outcome is Outcome.RUNNING
        assert "after 1 minutes. It goes on at the service" in waiting.message
        assert spend(studio).reserved == 400_000
        studio.service.on_poll.clear()
        (take,) = studio.make(order())
        assert take.ok
        assert len(studio.service.posts) == 1

    def test_what_expires_soonest_is_collected_first(self, studio, order) -> None:
        subjects = ["S01", "S02", "S03"]
        expires = {"S01": 300.0, "S02": 100.0, "S03": 200.0}
        for subject in subjects:
            prompt = f"Mira in {subject}"
            studio.service.on_fetch[prompt] = [Unavailable("busy")] * 4
            studio.service.on_poll[prompt] = [
                Answer(outcome=Outcome.SUCCEEDED, expires_at=studio.clock() + 3600 + expires[subject])
            ]
        assert not studio.make(*(order(s) for s in subjects)).ok
        studio.service.calls.clear()
        takes = studio.make(order("S00"), *(order(s) for s in subjects), parallel=1)
        assert len(takes.ok) == 4
        fetched = [call for call in studio.service.calls if call.startswith("fetch")]
        assert fetched == [f"fetch Mira in {s}" for s in ("S02", "S03", "S01", "S00")]


class TestTheServiceSaysNo:
    def test_turned_away_for_now_is_sent_again_after_the_time_asked_for(self, studio, order) -> None:
        studio.service.on_submit["Mira in S01"] = [
            RateLimited("slow down", retry_after=20.0),
            Unavailable("connection refused"),
        ]
        (take,) = studio.make(order())
        assert take.ok
        assert len(studio.service.posts) == 3
        assert len(studio.service.accepted) == 1
        assert studio.path_of()[:6] == ["intended", "sending", "intended", "sending", "intended", "sending"]
        assert 19.9 <= studio.clock.waited[0] <= 25.1
        assert spend(studio) == Spend(estimated=400_000, settled=400_000)

    def test_nobody_waits_an_hour_because_a_service_asks_for_it(self, studio, order) -> None:
        studio.service.on_submit["Mira in S01"] = [RateLimited("come back later", retry_after=3600.0)]
        (take,) = studio.make(order())
        assert take.outcome is Outcome.FAILED
        assert "come back later" in take.message
        assert studio.clock.waited == []
        assert spend(studio).committed == 0

    def test_a_service_that_stays_away_is_tried_a_few_times_and_then_on_the_next_visit(self, studio, order) -> None:
        studio.service.on_submit["Mira in S01"] = [Unavailable("down")] * 6
        (take,) = studio.make(order())
        assert take.outcome is Outcome.FAILED
        assert len(studio.service.posts) == 6
        assert spend(studio) == Spend(estimated=400_000, released=400_000)
        (take,) = studio.make(order())
        assert take.ok
        assert spend(studio).settled == 400_000

    @pytest.mark.parametrize(
        "error", [Rejected("no credit", status_code=402), UnsupportedRequest("no seeds here"), BadResponse("what?")]
    )
    def test_one_order_turned_down_stops_no_other_and_costs_nothing(self, studio, order, error) -> None:
        studio.service.on_submit["Mira in S02"] = [error]
        takes = studio.make(order("S01"), order("S02"), order("S03"))
        assert [take.outcome.value for take in takes] == ["succeeded", "failed", "succeeded"]
        assert str(error) in takes[1].message
        assert takes[1].price_usd == 0
        assert spend(studio).committed == 800_000
        assert studio.ledger.job(takes[1].job_id).accepted is False
        assert studio.make(order("S02"))[0].ok  # the person mended it

    @pytest.mark.parametrize(
        ("billing", "price", "held"),
        [
            (Billing.CHARGED, 0.4, Spend(estimated=400_000, settled=400_000)),
            (Billing.NOT_CHARGED, 0.0, Spend(estimated=400_000, released=400_000)),
            (Billing.NOT_ESTABLISHED, 0.4, Spend(estimated=400_000, unknown=400_000)),
        ],
    )
    @pytest.mark.parametrize("when", ["submit", "poll"])
    def test_a_refusal_is_a_result_and_is_not_sent_again(self, studio, order, billing, price, held, when) -> None:
        refused = Answer(
            outcome=Outcome.REFUSED, message="not this", stage="output", category="likeness", billing=billing
        )
        getattr(studio.service, f"on_{when}")["Mira in S01"] = [refused]
        (take,) = studio.make(order())
        assert (take.outcome, take.message, take.stage, take.category, take.price_usd) == (
            Outcome.REFUSED,
            "not this",
            "output",
            "likeness",
            price,
        )
        assert spend(studio) == held
        assert studio.make(order())[0] == take
        assert len(studio.service.posts) == 1

    @pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.EXPIRED, Outcome.CANCELLED])
    def test_a_job_that_ends_badly_is_a_take_without_media(self, studio, order, outcome) -> None:
        studio.service.on_poll["Mira in S01"] = [Answer(outcome=outcome, message="heavy load")]
        takes = studio.make(order())
        assert takes == takes.failed
        assert (takes[0].outcome, takes[0].message, takes[0].path) == (outcome, "heavy load", None)
        assert studio.make(order()) == takes
        assert len(studio.service.posts) == 1


class TestNobodyKnows:
    LOST = Ambiguous("the connection broke after the request was sent")

    def test_an_accepted_job_is_found_in_the_list(self, studio, order) -> None:
        studio.service.on_submit["Mira in S02"] = [Lost(self.LOST)]
        takes = studio.make(order("S01"), order("S02"), order("S03"))
        assert len(takes.ok) == 3
        assert len(studio.service.accepted) == 3
        assert studio.path_of("S02") == ["intended", "sending", "unknown", "running", "succeeded"]
        assert spend(studio) == Spend(estimated=1_200_000, settled=1_200_000)

    def test_a_list_that_lags_is_waited_for(self, studio, order) -> None:
        studio.service.lag = 20.0
        studio.service.on_submit["Mira in S01"] = [Lost(self.LOST)]
        (take,) = studio.make(order())
        assert take.ok
        assert len(studio.service.posts) == 1
        assert 20.0 <= sum(studio.clock.waited) < 35.0

    def test_an_id_that_came_with_the_doubt_ends_it(self, studio, order) -> None:
        remote_id = studio.service.accept(order().request)
        studio.service.on_submit["Mira in S01"] = [Ambiguous("odd status", remote_id=remote_id)]
        (take,) = studio.make(order())
        assert take.ok
        assert "recent" not in studio.service.calls

    @pytest.mark.parametrize("script", ["absent", "no list", "no prompts", "list down"])
    def test_what_is_not_found_stays_in_doubt_is_counted_and_never_sent_again(self, studio, order, script) -> None:
        studio.service.lists = script != "no list"
        studio.service.lists_prompts = script != "no prompts"
        studio.service.on_submit["Mira in S01"] = [self.LOST if script == "absent" else Lost(self.LOST)]
        if script == "list down":
            studio.service.accepted_before = studio.service.accepted
            ScriptedProvider.recent, kept = _down, ScriptedProvider.recent
        try:
            for _ in range(3):
                (take,) = studio.make(order())
                assert take.outcome is Outcome.UNKNOWN
                assert "resolve(" in take.message
                assert "$0.40, which stays counted" in take.message
                assert take.price_usd == 0.4
        finally:
            if script == "list down":
                ScriptedProvider.recent = kept
        assert len(studio.service.posts) == 1
        assert spend(studio) == Spend(estimated=400_000, unknown=400_000)
        with pytest.raises(SpendLimit):
            studio.make(order("S02"), run_cap_usd=0.7)

    def test_the_person_says_it_is_there(self, studio, order) -> None:
        studio.service.lists = False
        studio.service.on_submit["Mira in S01"] = [Lost(self.LOST)]
        (take,) = studio.make(order())
        floor = studio.floor()
        floor.resolve(take.job_id, remote_id=studio.service.accepted[0]["id"])
        assert spend(studio).reserved == 400_000
        assert studio.make(order())[0].ok
        assert len(studio.service.posts) == 1

    def test_the_person_says_it_is_not_there(self, studio, order) -> None:
        studio.service.on_submit["Mira in S01"] = [self.LOST]
        (take,) = studio.make(order())
        studio.floor().resolve(take.job_id, accepted=False)
        assert spend(studio).committed == 0
        assert studio.make(order())[0].ok
        assert len(studio.service.posts) == 2
        assert len(studio.service.accepted) == 1

    def test_a_word_that_says_nothing_or_comes_too_late_is_refused(self, studio, order) -> None:
        (take,) = studio.make(order("S01"))
        studio.service.on_submit["Mira in S02"] = [self.LOST]
        (lost,) = studio.make(order("S02"))
        floor = studio.floor()
        for said in ({}, {"remote_id": "x", "accepted": False}, {"remote_id": "x", "accepted": True}):
            with pytest.raises(UsageError, match="say either"):
                floor.resolve(lost.job_id, **said)
        with pytest.raises(LedgerError, match="not in doubt"):
            floor.resolve(take.job_id, accepted=False)
        with pytest.raises(LedgerError, match="already"):
            floor.resolve(lost.job_id, remote_id=studio.ledger.job(take.job_id).remote_id)

    def test_a_list_known_to_be_complete_may_end_the_doubt(self, studio, order) -> None:
        studio.service.lag = 20.0
        studio.service.on_submit["Mira in S01"] = [self.LOST]
        studio.service.on_submit["Mira in S02"] = [Lost(self.LOST)]
        takes = studio.make(order("S01"), order("S02"), pace=Pace(resend_absent=True, grace=60))
        assert len(takes.ok) == 2
        assert sorted(studio.service.posts) == ["Mira in S01", "Mira in S01", "Mira in S02"]
        assert len(studio.service.accepted) == 2
        assert spend(studio).settled == 800_000

    def test_two_jobs_with_the_same_words_in_doubt_are_not_guessed_apart(self, studio, order) -> None:
        studio.service.on_submit["Mira in S01"] = [Lost(self.LOST), self.LOST]
        studio.service.lists = False
        orders = order(number=1, seed=1), order(number=2, seed=2)
        studio.make(*orders)
        studio.service.lists = True
        takes = studio.make(*orders)
        assert [take.outcome for take in takes] == [Outcome.UNKNOWN] * 2
        assert "not say enough" in takes[0].message
        assert len(studio.service.posts) == 2

    def test_a_job_without_an_id_is_in_doubt(self, studio, order) -> None:
        studio.service.lists = False
        studio.service.on_submit["Mira in S01"] = [Answer(outcome=Outcome.QUEUED)]
        (take,) = studio.make(order())
        assert take.outcome is Outcome.UNKNOWN

    def test_a_bug_in_the_middle_of_a_post_is_raised_and_leaves_doubt(self, studio, order) -> None:
        studio.service.on_submit["Mira in S01"] = [ZeroDivisionError("a bug")]
        with pytest.raises(ZeroDivisionError):
            studio.make(order())
        assert studio.job().state == "unknown"
        assert spend(studio).unknown == 400_000


def _down(self, limit: int = 50):
    raise Unavailable("the list is down")


class TestPollingAndFetching:
    def test_a_poll_that_fails_is_repeated(self, studio, order) -> None:
        studio.service.on_poll["Mira in S01"] = [
            Unavailable("502"),
            RateLimited("429", retry_after=9.0),
            BadResponse("?"),
        ]
        (take,) = studio.make(order())
        assert take.ok
        assert sum(studio.clock.waited[:4]) == pytest.approx(0.5 + 0.75 + 9.0, abs=0.2)  # the whole endpoint rests

    @pytest.mark.parametrize(("errors", "polls"), [([BadResponse("?")] * 5, 5), ([Rejected("401")], 1)])
    def test_answers_that_nobody_understands_leave_the_job_for_the_next_visit(
        self, studio, order, errors, polls
    ) -> None:
        studio.service.on_poll["Mira in S01"] = list(errors)  # the service takes them off one by one
        (take,) = studio.make(order())
        assert take.outcome is Outcome.QUEUED
        assert "run again" in take.message
        assert studio.service.calls.count("poll Mira in S01") == polls
        assert studio.make(order())[0].ok
        assert len(studio.service.posts) == 1

    def test_a_clip_that_came_cut_off_is_fetched_again(self, studio, order, early_index_clip) -> None:
        whole = studio.service.clip_of("Mira in S01")
        studio.service.on_fetch["Mira in S01"] = [whole[:700], b"", early_index_clip[:-5]]
        (take,) = studio.make(order())
        assert take.path.read_bytes() == whole
        assert studio.service.calls.count("fetch Mira in S01") == 4
        assert [path for path in (studio.root / "store").rglob("*") if path.is_file()] == [take.path]

    def test_a_clip_that_cannot_be_fetched_now_is_paid_for_and_fetched_on_the_next_visit(self, studio, order) -> None:
        studio.service.on_fetch["Mira in S01"] = [b"<html>busy</html>"] * 4
        (take,) = studio.make(order())
        assert not take.ok
        assert take.status == "succeeded without media"
        assert "paid for" in take.message
        assert str(studio.root) not in take.message
        assert take.price_usd == 0.4
        assert studio.make(order())[0].ok
        assert len(studio.service.posts) == 1

    def test_a_clip_that_is_gone_has_expired(self, studio, order) -> None:
        studio.service.on_fetch["Mira in S01"] = [Rejected("gone", status_code=404)]
        (take,) = studio.make(order())
        assert (take.outcome, take.price_usd) == (Outcome.EXPIRED, 0.4)
        assert "gone at the service" in take.message
        assert len(studio.make(order()).failed) == 1
        assert len(studio.service.posts) == 1

    def test_a_clip_of_another_size_or_length_is_kept_with_a_note(self, studio, order) -> None:
        (take,) = studio.make(order(width=1280, height=720, seconds=8))
        assert take.ok
        assert take.message == "64×64 pixels came, 1280×720 were asked for; 1.0 s came, 8 s were asked for"
        assert studio.make(order(width=1280, height=720, seconds=8))[0] == take

    @pytest.mark.parametrize("damage", ["changed", "deleted"])
    def test_a_file_that_was_damaged_since_is_fetched_again(self, studio, order, damage) -> None:
        (take,) = studio.make(order())
        if damage == "deleted":
            take.path.unlink()
        else:
            take.path.write_bytes(b"x" * take.path.stat().st_size)
        (again,) = studio.make(order())
        assert again == take
        assert again.path.read_bytes() == studio.service.clip_of("Mira in S01")
        assert len(studio.service.posts) == 1


class TestMoneyRunsOut:
    def test_what_does_not_fit_is_not_sent_and_what_was_sent_is_finished(self, studio, order) -> None:
        orders = [order(f"S{n:02d}") for n in range(1, 7)]
        with pytest.raises(SpendLimit) as caught:
            studio.make(*orders, run_cap_usd=1.3, parallel=2)
        assert (caught.value.cap, caught.value.asked) == (1.3, 0.4)
        assert len(studio.service.posts) == 3
        assert spend(studio) == Spend(estimated=1_200_000, settled=1_200_000)
        assert {job.state for job in studio.ledger.jobs()} == {"succeeded"}
        assert len(studio.make(*orders, run_cap_usd=2.4).ok) == 6
        assert len(studio.service.posts) == 6

    def test_a_cap_of_nothing_lets_nothing_out_and_gives_back_what_was_made(self, studio, order) -> None:
        studio.make(order("S01"))
        assert studio.make(order("S01"), run_cap_usd=0.0)[0].ok
        with pytest.raises(SpendLimit):
            studio.make(order("S02"), run_cap_usd=0.0)
        assert studio.service.posts == ["Mira in S01"]

    def test_the_production_has_a_cap_too(self, studio, order) -> None:
        studio.make(order("S01"))
        with pytest.raises(SpendLimit, match="production"):
            studio.make(order("S02", run="second"), run="second", production_cap_usd=0.7)

    @pytest.mark.parametrize("price", [float("nan"), float("inf"), -0.01])
    def test_an_order_without_a_price_that_is_one_never_gets_as_far_as_the_floor(self, order, price) -> None:
        with pytest.raises(UsageError, match="nothing is sent without one"):
            order(price_usd=price)

    @pytest.mark.parametrize("cap", [float("nan"), float("inf"), -1.0, "plenty"])
    def test_a_cap_that_is_no_amount_lets_nothing_out(self, studio, order, cap) -> None:
        for name in ("run_cap_usd", "production_cap_usd"):
            with pytest.raises(LedgerError, match="amount of money"):
                studio.make(order(), **{name: cap})
        assert studio.service.posts == []

    def test_a_cap_that_somebody_lowered_since_holds_for_what_is_not_sent_yet(self, studio, order) -> None:
        studio.make(order("S01"), order("S02"), run_cap_usd=10.0)
        with pytest.raises(SpendLimit):
            studio.make(order("S01"), order("S02"), order("S03"), run_cap_usd=0.5)
        assert sorted(studio.service.posts) == ["Mira in S01", "Mira in S02"]

    def test_a_take_that_costs_nothing_needs_no_money(self, studio, order) -> None:
        (take,) = studio.make(order(price_usd=0.0), run_cap_usd=0.0)
        assert take.ok
        assert take.price_usd == 0.0


class TestInterrupted:
    def test_an_interrupt_leaves_the_jobs_running_and_the_next_visit_goes_on(self, studio, order) -> None:
        orders = [order(f"S{n:02d}") for n in range(1, 9)]

        def impatient(piece) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            studio.floor(parallel=3).make(orders, on_progress=impatient)
        posts = len(studio.service.posts)
        assert 1 <= posts <= 8
        states = {job.state for job in studio.ledger.jobs()}
        assert states <= {"intended", "queued", "running", "succeeded"}
        takes = studio.make(*orders)
        assert len(takes.ok) == 8
        assert sorted(studio.service.posts) == sorted(f"Mira in S{n:02d}" for n in range(1, 9))
        assert spend(studio) == Spend(estimated=3_200_000, settled=3_200_000)

    def test_a_post_under_way_is_recorded_although_nobody_waits_for_it(self, studio, order) -> None:
        posting, answer, interrupted = threading.Event(), threading.Event(), threading.Event()

        def slow() -> None:
            posting.set()
            assert answer.wait(20)

        studio.service.on_submit["Mira in S01"] = [slow]

        def checkpoint(step: str) -> None:
            if step == "recorded":
                interrupted.wait(20)

        floor = studio.floor(pace=Pace(let_go=0.05, first_poll=0.01), checkpoint=checkpoint, sleep=None)
        outcome: list[BaseException] = []

        def listen(piece) -> None:
            assert posting.wait(20)
            raise KeyboardInterrupt

        def visit() -> None:
            try:
                floor.make([order("S01"), order("S02")], on_progress=listen)
            except BaseException as error:  # noqa: BLE001
                outcome.append(error)

        visitor = threading.Thread(target=visit)
        visitor.start()
        interrupted.set()
        visitor.join(20)
        assert [type(error) for error in outcome] == [KeyboardInterrupt]
        assert studio.job("S01").state == "sending"
        done: list = []
        again = threading.Thread(
            target=lambda: done.append(studio.make(order("S01"), sleep=None, pace=Pace(first_poll=0.01)))
        )
        again.start()
        again.join(0.3)
        assert studio.job("S01").state == "sending"  # it is being sent, and nobody takes it for lost
        answer.set()
        again.join(20)
        assert done[0][0].ok
        assert studio.service.posts.count("Mira in S01") == 1

    def test_a_full_disk_stops_the_work_and_the_next_visit_goes_on(self, studio, order, monkeypatch) -> None:
        def full(descriptor: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        orders = [order(f"S{n:02d}") for n in range(1, 5)]
        with monkeypatch.context() as patch:
            patch.setattr("charkit.store.os.fsync", full)
            with pytest.raises(StorageFull, match="no space"):
                studio.make(*orders, parallel=2)
        assert [path for path in (studio.root / "store").rglob("*") if path.is_file()] == []
        assert {job.state for job in studio.ledger.jobs()} <= {"intended", "queued", "running", "succeeded"}
        takes = studio.make(*orders)
        assert len(takes.ok) == 4
        assert len(studio.service.posts) == len(studio.service.accepted) == 4
        assert spend(studio) == Spend(estimated=1_600_000, settled=1_600_000)

    def test_a_ledger_without_room_after_the_post_is_made_good_by_the_list(self, studio, order, monkeypatch) -> None:
        advance = studio.ledger.advance

        def full(job, step):
            raise StorageFull("no space left for the ledger")

        with monkeypatch.context() as patch:
            patch.setattr(studio.ledger, "advance", full)
            with pytest.raises(StorageFull):
                studio.make(order())
        assert studio.job().state == "sending"
        assert studio.ledger.advance == advance
        (take,) = studio.make(order())
        assert take.ok
        assert len(studio.service.posts) == 1


class TestOthersAtWork:
    def other(self, studio, order, owner: str):
        job = studio.ledger.reserve(intent_of(order), caps=Caps(run=10_000_000), owner=owner)
        return studio.ledger.begin_sending(job, owner=owner)

    def test_a_job_that_another_machine_is_sending_is_left_to_it_until_its_claim_ends(self, studio, order) -> None:
        begun = self.other(studio, order(), "elsewhere/1/1")
        studio.service.accept(order().request)
        (take,) = studio.make(order())
        assert take.ok
        assert studio.service.posts == []
        assert studio.clock.now > begun.claimed_until
        assert studio.path_of() == ["intended", "sending", "unknown", "running", "succeeded"]

    def test_a_job_that_a_dead_process_was_sending_is_looked_for_at_once(self, studio, order) -> None:
        import socket

        self.other(studio, order(), f"{socket.gethostname()}/999999999/1")
        studio.service.accept(order().request)
        (take,) = studio.make(order())
        assert take.ok
        assert studio.service.posts == []
        assert sum(studio.clock.waited) < 30

    def test_an_intent_of_a_living_process_elsewhere_is_waited_for(self, studio, order) -> None:
        job = studio.ledger.reserve(intent_of(order()), caps=Caps(run=10_000_000), owner="elsewhere/1/1", lease=100)
        (take,) = studio.make(order())
        assert take.ok
        assert studio.clock.now > job.claimed_until
        assert len(studio.service.posts) == 1


class TestPictures:
    def order(self, subject: str = "mira-front") -> Order:
        return Order(
            production="lantern",
            run="tour",
            subject=subject,
            route="nano",
            endpoint="gateway",
            kind="image",
            request=ImageRequest(model="nano-banana", prompt=subject, width=64, height=64),
            price_usd=0.0336,
            simulated=True,
        )

    def answer(self, *media: Blob) -> Answer:
        return Answer(outcome=Outcome.SUCCEEDED, billing=Billing.CHARGED, media=media, model="nano-banana-2.1")

    def test_a_picture_comes_with_the_answer_and_is_kept_at_once(self, studio, picture) -> None:
        data = picture(64, 64)
        studio.service.on_submit["mira-front"] = [self.answer(Blob(name="o.png", media_type="image/png", data=data))]
        (take,) = studio.make(self.order())
        assert take.ok
        assert take.path.suffix == ".png"
        assert take.path.read_bytes() == data
        assert (take.width, take.height, take.seconds, take.price_usd) == (64, 64, None, 0.0336)
        assert repr(take) == "Take(mira-front-t1, succeeded, nano, 64×64, $0.0336, simulated)"
        assert studio.make(self.order())[0] == take
        assert studio.path_of("mira-front") == ["intended", "sending", "succeeded"]

    def test_a_picture_of_another_size_is_kept_with_a_note(self, studio, picture) -> None:
        blob = Blob(name="o.png", media_type="image/png", data=picture(32, 64))
        studio.service.on_submit["mira-front"] = [self.answer(blob)]
        assert studio.make(self.order())[0].message == "32×64 pixels came, 64×64 were asked for"

    def test_a_picture_that_cannot_be_decoded_is_kept_and_said(self, studio) -> None:
        blob = Blob(name="o.png", media_type="image/png", data=b"not a picture")
        studio.service.on_submit["mira-front"] = [self.answer(blob)]
        (take,) = studio.make(self.order())
        assert not take.ok
        assert "cannot be decoded" in take.message
        assert studio.store.has(take.digest)
        assert studio.make(self.order())[0] == take

    def test_a_picture_that_was_lost_cannot_be_fetched_again(self, studio, picture) -> None:
        blob = Blob(name="o.png", media_type="image/png", data=picture())
        studio.service.on_submit["mira-front"] = [self.answer(blob)]
        (take,) = studio.make(self.order())
        take.path.unlink()
        (again,) = studio.make(self.order())
        assert not again.ok
        assert "Make another take" in again.message
        assert len(studio.service.posts) == 1

    def test_an_order_carries_a_request_of_its_kind(self) -> None:
        with pytest.raises(UsageError, match="cannot carry"):
            replace(self.order(), kind="video")
        with pytest.raises(UsageError, match="begin at 1"):
            replace(self.order(), number=0)


def test_keys_in_a_services_answer_reach_neither_ledger_nor_take(studio, order, tmp_path: Path) -> None:
    key = "sk-abcdefghijklmnopqrstuvwx"
    studio.service.on_submit["Mira in S01"] = [Rejected(f"Incorrect API key provided: {key}", status_code=401)]
    (take,) = studio.make(order())
    assert key not in take.message
    assert "Incorrect API key" in take.message
    assert all(key not in step.note + step.raw for step in studio.ledger.history(take.job_id))
