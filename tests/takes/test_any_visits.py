"""Any order of visits, kills, cancellations and resumptions: nothing paid twice, nothing lost, never over the cap."""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from scripted_service import Lost, ScriptedProvider, Service, clip_request

from charkit.errors import Ambiguous, CharkitError, RateLimited, SpendLimit, Unavailable
from charkit.ledger import Ledger
from charkit.ledger.states import TERMINAL
from charkit.providers.base import Answer, Billing, Outcome
from charkit.store import Store
from charkit.takes import Floor, Order, Pace

CAP = 1.3
PRICE = 0.4
SUBJECTS = ("S01", "S02", "S03", "S04")
LOST = Ambiguous("silence")
FAULTS = {
    "submit": [Lost(LOST), LOST, RateLimited("busy", retry_after=2.0), Unavailable("down")],
    "poll": [
        Unavailable("down"),
        Answer(outcome=Outcome.RUNNING, progress=50),
        Answer(outcome=Outcome.FAILED, billing=Billing.NOT_CHARGED),
        Answer(outcome=Outcome.REFUSED, billing=Billing.CHARGED),
    ],
    "fetch": [Unavailable("broke off"), b"<html>busy</html>"],
}
STEPS = ("reserved", "sending", "submitted", "recorded", "heard", "fetched", "taken")


class Kill(BaseException):
    """The process dies."""


class Visits(RuleBasedStateMachine):
    """People, processes and a faulty service; the service's own record is the truth."""

    @initialize()
    def open(self) -> None:
        self.root = Path(tempfile.mkdtemp())
        self.now = 1_790_000_000.0
        self.ledger = Ledger.open(self.root / "ledger.sqlite", clock=self.clock)
        self.service = Service(self.root / "service", _clip(), clock=self.clock)

    def teardown(self) -> None:
        if hasattr(self, "root"):
            self.ledger.close()
            shutil.rmtree(self.root)

    def clock(self) -> float:
        self.now += 0.001
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def floor(self, kill: tuple[str, int] | None = None) -> Floor:
        left = Counter({kill[0]: kill[1]} if kill else {})

        def checkpoint(step: str) -> None:
            if kill and step == kill[0]:
                left[step] -= 1
                if left[step] == 0:
                    raise Kill

        return Floor(
            self.ledger, Store(self.root / "store"), lambda _: ScriptedProvider(self.service), production="lantern",
            run="tour", run_cap_usd=CAP, clock=self.clock, sleep=self.sleep, checkpoint=checkpoint,
            pace=Pace(deadline=60.0, fetch_tries=2, send_tries=3),
        )  # fmt: skip

    def order(self, subject: str) -> Order:
        return Order(
            production="lantern", run="tour", subject=subject, route="muse", endpoint="gateway", kind="video",
            request=clip_request(subject), price_usd=PRICE, simulated=False,
        )  # fmt: skip

    @rule(
        subject=st.sampled_from(SUBJECTS),
        when=st.sampled_from(sorted(FAULTS)),
        which=st.integers(0, 3),
    )
    def something_will_go_wrong(self, subject: str, when: str, which: int) -> None:
        faults = FAULTS[when]
        getattr(self.service, f"on_{when}").setdefault(f"Mira in {subject}", []).append(faults[which % len(faults)])

    @rule(
        subjects=st.sets(st.sampled_from(SUBJECTS), min_size=1),
        kill=st.one_of(st.none(), st.tuples(st.sampled_from(STEPS), st.integers(1, 3))),
    )
    def make(self, subjects: set[str], kill) -> None:
        self.visit(lambda: self.floor(kill).make([self.order(subject) for subject in sorted(subjects)]))

    @rule(kill=st.one_of(st.none(), st.tuples(st.sampled_from(STEPS), st.integers(1, 2))))
    def resume(self, kill) -> None:
        posts = len(self.service.posts)
        self.visit(lambda: self.floor(kill).resume())
        assert len(self.service.posts) == posts

    @rule(subject=st.sampled_from(SUBJECTS), can=st.booleans())
    def cancel(self, subject: str, can: bool) -> None:
        self.service.cancels = can
        for job in self.ledger.jobs():
            if job.subject == subject:
                before = self.ledger.held_by(job.id).committed
                try:
                    self.floor().cancel(job.id)
                except CharkitError:
                    assert self.ledger.held_by(job.id).committed == before
                else:
                    assert job.state not in TERMINAL

    @rule(subject=st.sampled_from(SUBJECTS))
    def the_person_looks_it_up(self, subject: str) -> None:
        """Say of each job in doubt what the service's own record says."""
        known = self.ledger.remote_ids("gateway")
        for job in self.ledger.jobs(states={"unknown"}):
            if job.subject == subject and job.remote_id is None:
                there = [j["id"] for j in self.service.accepted if j["prompt"] == f"Mira in {subject}"]
                free = [remote_id for remote_id in there if remote_id not in known]
                if free:
                    self.floor().resolve(job.id, remote_id=free[0])
                else:
                    self.floor().resolve(job.id, accepted=False)

    @rule()
    def another_process_opens_the_ledger(self) -> None:
        self.ledger.close()
        self.ledger = Ledger.open(self.root / "ledger.sqlite", clock=self.clock)

    def visit(self, go) -> None:
        with contextlib.suppress(Kill, SpendLimit):
            go()

    @invariant()
    def nothing_was_accepted_twice(self) -> None:
        if hasattr(self, "root"):
            accepted = Counter(job["prompt"] for job in self.service.accepted)
            assert all(count == 1 for count in accepted.values()), accepted

    @invariant()
    def the_cap_holds_and_no_finished_job_keeps_money_aside(self) -> None:
        if hasattr(self, "root"):
            assert self.ledger.spend().committed <= round(CAP * 1e6)
            for job in self.ledger.jobs():
                if job.state in TERMINAL:
                    assert self.ledger.held_by(job.id).reserved == 0

    @invariant()
    def what_the_service_has_is_on_the_books(self) -> None:
        if hasattr(self, "root"):
            by_prompt = {f"Mira in {job.subject}": job for job in self.ledger.jobs()}
            for accepted in self.service.accepted:
                job = by_prompt[accepted["prompt"]]
                assert job.accepted is not False, job
                assert job.remote_id in (None, accepted["id"])


def _clip() -> bytes:
    import av
    import numpy as np

    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for _ in range(24):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")))
        out.mux(stream.encode(None))
    return buffer.getvalue()


PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
Visits.TestCase.settings = settings(max_examples=25, stateful_step_count=14, deadline=None, phases=PHASES)
TestAnyVisits = Visits.TestCase
