"""Any order of steps, by anybody: the ledger refuses what it must, and its sums stay true."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from charkit.errors import LedgerError, SpendLimit
from charkit.ledger import Caps, Intent, Ledger, Spend, Step, owners
from charkit.ledger.states import STEPS, TERMINAL

CAP = 1_000_000
STATES = sorted(STEPS)
ME = owners.current()
OWNERS = [ME, "elsewhere/1/1"]


class Jobs(RuleBasedStateMachine):
    """Plays people, processes and services that do whatever they like, and keeps the truth in plain variables."""

    jobs = Bundle("jobs")

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000.0
        self.place = self.new_place()
        self.ledger = Ledger.open(self.place, clock=lambda: self.now)
        self.histories: dict[str, tuple] = {}
        self.entries: dict[str, tuple] = {}
        self.posts: dict[str, int] = {}
        self.released: dict[str, int] = {}

    new_place: Callable[[], str]
    """Set by the test: returns an empty place on the database it is for."""

    def teardown(self) -> None:
        found = self.ledger.verify()
        assert all(fault.promise == "remote id" for fault in found.faults), str(found)
        ids = [job.remote_id for job in self.ledger.jobs() if job.remote_id]
        assert found.ok == (len(ids) == len(set(ids)))  # a service that answers two POSTs with one id is found out
        self.ledger.close()

    @rule(
        target=jobs,
        subject=st.sampled_from(["S01", "S02", "S03"]),
        take=st.integers(1, 2),
        price=st.sampled_from([0, 1, 150_000, 400_000]),
        owner=st.sampled_from(OWNERS),
        simulated=st.booleans(),
    )
    def reserve(self, subject: str, take: int, price: int, owner: str, simulated: bool):
        intent = Intent(
            request_key=f"{subject}{simulated}",
            take_number=take,
            request=f'{{"prompt": "{subject}{simulated}"}}',
            production="lantern",
            run="tour",
            subject=subject,
            kind="video",
            route="r",
            endpoint="e",
            model="m",
            price=price,
            simulated=simulated,
        )
        before = self.ledger.spend(simulated=simulated).committed
        try:
            job = self.ledger.reserve(intent, caps=Caps(run=CAP), owner=owner, lease=10)
        except SpendLimit:
            assert before + price > CAP
            return multiple()
        if job.state == "intended" and job.owner == owner:
            held = self.ledger.held_by(job.id)
            assert held.reserved == price
            assert held.unknown == 0
        return job.id

    @rule(job=jobs, owner=st.sampled_from(OWNERS))
    def begin_sending(self, job: str, owner: str) -> None:
        before = self.ledger.job(job)
        begun = self.ledger.begin_sending(before, owner=owner)
        may = before.state == "intended" and before.owner == owner
        assert (begun is not None) == may
        if begun is not None:
            assert before.accepted is not True
            self.posts[job] = self.posts.get(job, 0) + 1

    @rule(
        job=jobs,
        to=st.sampled_from(STATES),
        money=st.sampled_from(["keep", "settle", "release", "doubt"]),
        accepted=st.sampled_from([None, True, False]),
        remote_id=st.sampled_from([None, "a", "b", "c"]),
        charged=st.sampled_from([None, 0, 100_000]),
    )
    def advance(self, job: str, to: str, money: str, accepted: bool | None, remote_id: str | None, charged) -> None:
        before = self.ledger.job(job)
        held = self.ledger.held_by(job)
        step = Step(to=to, money=money, accepted=accepted, remote_id=remote_id, charged=charged)
        try:
            after = self.ledger.advance(before, step)
        except LedgerError:
            assert self.ledger.job(job) == before
            assert self.ledger.held_by(job) == held
            return
        assert to in STEPS[before.state]
        assert after.state == to
        if to == "intended":
            assert after.accepted is False
        if before.remote_id is not None:
            assert after.remote_id == before.remote_id

    @rule(job=jobs, seen=st.sampled_from(STATES))
    def advance_from_an_old_view(self, job: str, seen: str) -> None:
        from dataclasses import replace

        now = self.ledger.job(job)
        if seen == now.state or now.state not in TERMINAL:
            return
        assert self.ledger.advance(replace(now, state=seen), Step(to="running", remote_id="late")) == now

    @rule(job=jobs, charged=st.sampled_from([None, 0, 50_000]))
    def resolve_money(self, job: str, charged: int | None) -> None:
        before = self.ledger.job(job)
        doubtful = before.state in TERMINAL and self.ledger.held_by(job).unknown > 0
        try:
            self.ledger.resolve_money(before, charged=charged)
        except LedgerError:
            assert not doubtful
        else:
            assert doubtful
            assert self.ledger.held_by(job).unknown == 0

    @rule(job=consumes(jobs))
    def refund(self, job: str) -> None:
        settled = self.ledger.held_by(job).settled
        try:
            self.ledger.refund(self.ledger.job(job))
        except LedgerError:
            assert settled == 0
        else:
            assert settled > 0
            assert self.ledger.held_by(job).settled == 0

    @rule(seconds=st.sampled_from([1.0, 20.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def another_process_opens_the_ledger(self) -> None:
        self.ledger.close()
        self.ledger = Ledger.open(self.place, clock=lambda: self.now)

    @invariant()
    def nothing_is_over_the_cap_but_by_what_services_charged_beyond_their_price(self) -> None:
        for simulated in (True, False):
            entries = [e for job in self.ledger.jobs() if job.simulated == simulated for e in self.ledger.money(job.id)]
            beyond = sum(
                max(0, self.ledger.held_by(job.id).settled - job.price)
                for job in self.ledger.jobs()
                if job.simulated == simulated
            )
            spend = self.ledger.spend(simulated=simulated)
            assert spend.committed <= CAP + beyond
            assert spend.committed == sum(e.amount for e in entries if e.bucket in ("reserved", "settled", "unknown"))

    @invariant()
    def no_bucket_of_any_job_is_negative_and_their_sum_is_the_whole(self) -> None:
        total = dict.fromkeys(("estimated", "reserved", "settled", "unknown", "released", "refunded"), 0)
        for job in self.ledger.jobs():
            held = self.ledger.held_by(job.id)
            for bucket in total:
                amount = getattr(held, bucket)
                assert amount >= 0
                total[bucket] += amount
            if job.state in TERMINAL:
                assert held.reserved == 0
            if job.state in ("unknown", "sending", "queued", "running"):
                assert held.committed == job.price
        assert self.ledger.spend() == Spend(**total)

    @invariant()
    def history_and_money_only_ever_grow(self) -> None:
        for job in self.ledger.jobs():
            for kept, now in (
                (self.histories, self.ledger.history(job.id)),
                (self.entries, self.ledger.money(job.id)),
            ):
                before = kept.get(job.id, ())
                assert now[: len(before)] == before
                kept[job.id] = now
            history = self.histories[job.id]
            assert history[-1].after == job.state
            assert all(a.after == b.before for a, b in itertools.pairwise(history))
            assert sum(step.after == "sending" for step in history) == self.posts.get(job.id, 0)

    @invariant()
    def what_was_accepted_was_sent_once_after_that(self) -> None:
        for job in self.ledger.jobs():
            words = [step.after for step in self.histories.get(job.id, ())]
            if job.remote_id is not None and job.accepted is not False and "running" in words:
                assert "sending" not in words[words.index("running") :]


# Not shrunk: each step is a few durable commits, so that shrinking takes minutes, and 25 steps can be read.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


def test_any_order_of_steps(ledger_places: Callable[[], str]) -> None:
    class Here(Jobs):
        new_place = staticmethod(ledger_places)

    examples = 12 if "://" in ledger_places() else 30  # the rules are the same code; a server adds its round trips
    run_state_machine_as_test(
        Here, settings=settings(max_examples=examples, stateful_step_count=25, deadline=None, phases=PHASES)
    )
