"""Nothing is paid twice, whatever goes wrong: the floor with the real adapters before the simulator, faults armed."""

from __future__ import annotations

from dataclasses import replace

import httpx2
import pytest
from pydantic import SecretStr

from charkit.ledger import Ledger
from charkit.providers import connect
from charkit.providers.base import Connection, Outcome, VideoRequest
from charkit.store import Store
from charkit.takes import Floor, Order, Pace

PACE = Pace(first_poll=0.05, growth=1.0, deadline=20.0, first_retry=0.05, grace=0.3)
DIALECTS = {
    "openai": ("", "sim-clip", 4),
    "muse": ("muse", "muse-video", 5),
    "vllm": ("vllm-omni", "MiniMaxAI/MiniMax-H3", 4),
    "sglang": ("sglang", "Wan-AI/Wan2.2-TI2V-5B-Diffusers", 4),
}


class Gateway:
    """One mount of the simulator as the floor uses it, and the simulator's books since the test began."""

    def __init__(self, simulator, mount, root, request):
        dialect, model, seconds = DIALECTS[mount]
        self.mount, self.http = mount, httpx2.Client(base_url=f"{simulator}/control/")
        self.ledger, self.store = Ledger.open(root / "ledger.sqlite"), Store(root / "store")
        self.connection = Connection(
            endpoint="gateway",
            base_url=f"{simulator}/{mount}/v1",
            key=SecretStr("any-key"),
            dialect=dialect,
            timeout=20,
        )
        # The prompt names the test: a job of an earlier test must not be taken for this one's.
        prompt = f"Mira lifts her lantern in {request.node.name}."
        wanted = VideoRequest(model=model, prompt=prompt, seconds=seconds, width=128, height=96)
        self.order = Order(
            production="lantern", run="tour", subject="S01", route="gateway", endpoint="gateway", kind="video",
            request=wanted, price_usd=0.4, simulated=True,
        )  # fmt: skip
        self.before = len(self.charges)
        self.seen = max((line["seq"] for line in self.http.get("record").json()["requests"]), default=0)

    @property
    def charges(self):
        return self.http.get("charges").json()["charges"]

    @property
    def paid(self):
        return len([one for one in self.charges[self.before :] if not one["refunded"]])

    @property
    def lines(self):
        return self.http.get(f"record?since={self.seen}").json()["requests"]

    @property
    def posts(self):
        return len([line for line in self.lines if line["method"] == "POST"])

    def arm(self, kind, **values):
        assert self.http.post("faults", json={"kind": kind, "wire": self.mount, **values}).status_code == 201

    def disarm(self):
        self.http.delete("faults")

    def make(self, **pace):
        floor = Floor(
            self.ledger, self.store, lambda _: connect("openai-videos", self.connection), production="lantern",
            run="tour", run_cap_usd=5.0, pace=replace(PACE, **pace),
        )  # fmt: skip
        (take,) = floor.make([self.order])
        return take


@pytest.fixture
def gateway(request, simulator, tmp_path):
    mount = request.param if hasattr(request, "param") else "openai"
    running = Gateway(simulator, mount, tmp_path, request)
    yield running
    running.disarm()
    running.http.close()


at = pytest.mark.parametrize


@at("gateway", ["openai"], indirect=True)
@at("fault", [{"kind": "drop"}, {"kind": "status", "status": 500}, {"kind": "status", "status": 408}], ids=str)
def test_a_job_whose_answer_was_lost_is_found_in_the_list_and_not_sent_again(gateway, fault) -> None:
    gateway.arm(accepted=True, **fault)
    first = gateway.make()
    take = first if first.ok else gateway.make()
    assert take.ok
    assert (gateway.posts, gateway.paid) == (1, 1)


@at("gateway", ["openai"], indirect=True)
def test_a_lost_job_that_is_listed_late_and_twice_is_still_found_and_not_sent_again(gateway) -> None:
    gateway.arm("drop", accepted=True)
    gateway.arm("list:lag", seconds=1.5)
    gateway.arm("list:twice")
    in_doubt = gateway.make()
    assert (in_doubt.outcome, in_doubt.price_usd) == (Outcome.UNKNOWN, 0.4)
    gateway.disarm()
    gateway.arm("list:twice")
    assert gateway.make().ok
    assert (gateway.posts, gateway.paid) == (1, 1)


@at("gateway", ["muse", "sglang"], indirect=True)
def test_a_lost_job_of_a_service_that_cannot_tell_stays_in_doubt_and_is_not_sent_again(gateway) -> None:
    gateway.arm("drop", accepted=True)
    for _ in range(3):
        take = gateway.make()
        assert (take.outcome, take.price_usd) == (Outcome.UNKNOWN, 0.4)
    assert (gateway.posts, gateway.paid) == (1, 1)


@at("gateway", ["openai"], indirect=True)
def test_a_line_dropped_before_acceptance_is_in_doubt_and_free(gateway) -> None:
    gateway.arm("drop")
    take = gateway.make()
    assert take.outcome is Outcome.UNKNOWN
    assert (gateway.posts, gateway.paid) == (1, 0)


@at("gateway", ["openai", "muse"], indirect=True)
def test_a_busy_service_is_asked_again_because_nothing_was_created(gateway) -> None:
    gateway.arm("status", status=429, retry_after=0.05, count=2)
    assert gateway.make().ok
    assert (gateway.posts, gateway.paid) == (3, 1)


@at("gateway", ["openai", "vllm"], indirect=True)
def test_a_job_that_is_stuck_is_left_unfinished_and_never_ordered_again(gateway) -> None:
    gateway.arm("stuck")
    for _ in range(2):
        take = gateway.make(deadline=0.5)
        assert not take.ok
        assert not take.outcome.terminal
    assert (gateway.posts, gateway.paid) == (1, 1)


@at("gateway", ["openai", "muse", "sglang"], indirect=True)
@at(
    "fault",
    [
        {"kind": "download:cut", "after_bytes": 700},
        {"kind": "download:cut", "after_bytes": 700, "quiet": True},
        {"kind": "download:empty"},
    ],
    ids=["cut", "quietly cut", "empty"],
)
def test_a_bad_download_is_fetched_again_and_not_made_again(gateway, fault) -> None:
    gateway.arm(**fault)
    take = gateway.make()
    assert take.ok
    fetched = [line for line in gateway.lines if line["path"].endswith(("/content", ".mp4"))]
    assert len(fetched) == 2
    assert (gateway.posts, gateway.paid) == (1, 1)


@at("gateway", ["openai"], indirect=True)
def test_a_token_that_dies_while_a_job_runs_does_not_lose_the_job(gateway) -> None:
    gateway.arm("stuck")
    gateway.make(deadline=0.2)
    gateway.arm("token:dead")
    take = gateway.make(deadline=0.5)
    assert not take.ok
    gateway.disarm()
    assert not gateway.make(deadline=0.2).outcome.terminal
    assert (gateway.posts, gateway.paid) == (1, 1)
