"""A judge on the floor: real adapters and SDKs to the simulator, money in the ledger, and no question paid twice."""

from __future__ import annotations

import json

import httpx2
import numpy as np
import pytest
from pydantic import SecretStr

from charkit.errors import SpendLimit, UnsupportedRequest
from charkit.ledger import Ledger, micro, usd
from charkit.providers import connect
from charkit.providers.base import Connection
from charkit.providers.judging import Judge
from charkit.routes import RouteMatrix
from charkit.scoring.judge_crops import Cut
from charkit.scoring.judge_questions import CONTROLS, Asking
from charkit.store import Store
from charkit.takes import Floor, Pace
from charkit.takes.asking import PaidJudge

ROUTES = RouteMatrix.load()
GEMINI, CHAT = ROUTES.routes["gemini-3.8-flash"], ROUTES.routes["gpt-5.6-luna"]


@pytest.fixture
def stage(simulator, tmp_path):
    """A floor whose lines lead to the simulator, and what was written down."""

    class Stage:
        ledger = Ledger.open(tmp_path / "ledger.sqlite")
        timeout = 30.0

        def floor(self, cap=1.0):
            def reach(name):
                endpoint = ROUTES.endpoints[name]
                return connect(
                    endpoint.protocol,
                    Connection(
                        endpoint=name,
                        base_url=simulator + endpoint.simulator,
                        key=SecretStr("any key will do"),
                        timeout=self.timeout,
                    ),
                )

            return Floor(
                self.ledger,
                Store(tmp_path / "store"),
                reach,
                production="lantern",
                run="tour",
                run_cap_usd=cap,
                pace=Pace(first_poll=0.05, longest_poll=0.3, grace=0.1),
            )

        def judge(self, route=GEMINI, cap=1.0, **more):
            return PaidJudge(
                self.floor(cap).make, route=route, production="lantern", run="tour", simulated=True, **more
            )

        @property
        def jobs(self):
            return self.ledger.jobs(production="lantern", run="tour")

        @property
        def committed(self):
            return self.ledger.spend(production="lantern", run="tour").committed

        def control(self, path, body=None, method="GET"):
            return httpx2.request(method, f"{simulator}/control/{path}", json=body, timeout=10).json()

        def arm(self, kind, path="Content"):
            self.control("faults", {"kind": kind, "path": path}, "POST")

    made = Stage()
    yield made
    made.control("faults", method="DELETE")


def figure(colour, seed=0):
    rgb = np.full((256, 160, 3), 198, np.uint8)
    mask = np.zeros((256, 160), bool)
    mask[20:240, 40:120] = True
    rgb[mask] = colour
    rgb[seed % 8, seed // 8] = (190, 190, 190)
    return Cut(rgb=rgb, mask=mask)


@pytest.fixture
def asking(request):
    return Asking(
        name="Mira",
        words=f"a girl in a red coat, of the test {request.node.name}",
        references=(figure((200, 40, 40)),),
        route=GEMINI,
    )


@pytest.fixture
def question(asking):
    shown = {"S1/1/0/0": figure((60, 60, 200)), **{kind: figure((200, 40, 40), n) for n, kind in enumerate(CONTROLS)}}
    return asking.lineup(shown, {"top": "a red coat", "skin": "peach"}, repeat=0, batch=0).question


def test_a_question_is_a_job_with_its_price_set_aside_its_answer_in_the_store_and_its_real_cost_booked(stage, question):
    judge = stage.judge()
    assert isinstance(judge, Judge)
    (said,) = judge.ask([question])
    assert {shot["shot"] for shot in json.loads(said.text)["shots"]} == {"S01", "S02", "S03", "S04"}
    (job,) = stage.jobs
    assert (job.kind, job.subject, job.state, job.model) == ("judge", "Mira, judged 1.1", "succeeded", GEMINI.model)
    assert usd(job.price) == judge.price(question)
    booked = [one for one in stage.control("charges")["charges"] if one["kind"] == "answer"][-1]["usd"]
    assert 0 < booked < judge.price(question) / 5
    assert stage.committed == micro(booked)
    assert said.usd == pytest.approx(booked)
    assert (said.model, said.job_id) == (GEMINI.model, job.id)
    assert [sent.digest for sent in stage.ledger.sent(job.id)] == [shown.blob.digest for shown in question.pictures]


def test_the_same_question_is_answered_from_disk_and_another_attempt_is_paid_anew(stage, question):
    first = stage.judge().ask([question, question])
    before = len(stage.control("record")["requests"])
    assert stage.judge().ask([question]) == first[:1]
    assert len(stage.control("record")["requests"]) == before
    assert len(stage.jobs) == 1
    stage.judge(attempt=2).ask([question])
    assert [job.take_number for job in stage.jobs] == [1, 2]


def test_what_does_not_fit_under_the_cap_is_not_asked(stage, question):
    before = len(stage.control("record")["requests"])
    with pytest.raises(SpendLimit):
        stage.judge(cap=0.001).ask([question])
    assert len(stage.control("record")["requests"]) == before


def test_a_judge_without_a_price_is_asked_at_the_persons_own_figure_or_not_at_all(stage, question):
    with pytest.raises(UnsupportedRequest, match="no known price") as caught:
        stage.judge(CHAT)
    assert "routes file" in str(caught.value)
    (said,) = stage.judge(CHAT, usd_per_question=0.02).ask([question])
    assert json.loads(said.text)["shots"]
    assert stage.committed == micro(0.02)


def test_a_route_that_makes_pictures_is_no_judge(stage):
    with pytest.raises(UnsupportedRequest, match="judges nothing"):
        stage.judge(ROUTES.routes["nano-banana-2.1"])


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("refuse:text", "in prose"),
        ("refuse:empty", "answered nothing"),
        ("judge:malformed", "in prose"),
        ("refuse:input", "refused (PROHIBITED_CONTENT)"),
        ("refuse:output", "refused (SAFETY)"),
    ],
)
def test_a_judge_that_does_not_answer_is_a_problem_with_its_reason_and_is_not_asked_again_by_itself(
    stage, question, fault, said
):
    stage.arm(fault)
    (first,) = stage.judge().ask([question])
    assert first.text == ""
    assert said in first.problem
    before = len(stage.control("record")["requests"])
    (again,) = stage.judge().ask([question])
    assert again.problem == first.problem
    assert len(stage.control("record")["requests"]) == before


def test_a_judge_that_is_late_leaves_a_job_in_doubt_that_counts_and_is_not_sent_again(stage, question):
    stage.arm("stuck")
    stage.timeout = 1.0
    (said,) = stage.judge().ask([question])
    assert said.text == ""
    assert said.problem
    (job,) = stage.jobs
    assert job.state == "unknown"
    assert stage.committed == job.price
    posts = [one for one in stage.control("record")["requests"] if one["method"] == "POST"]
    stage.judge().ask([question])
    assert [one for one in stage.control("record")["requests"] if one["method"] == "POST"] == posts
