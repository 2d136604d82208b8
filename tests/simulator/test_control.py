from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2
import pytest

from tests.simulator.conftest import Server

if TYPE_CHECKING:
    from collections.abc import Callable


def test_health_says_the_version_and_counts_jobs(server: Server) -> None:
    health = server.control("health")
    assert health["ok"] is True
    assert health["version"]
    assert isinstance(health["jobs"], dict)


def test_the_total_leaves_refunds_out(server: Server) -> None:
    books = server.control("charges")
    kept = sum(charge["usd"] for charge in books["charges"] if not charge["refunded"])
    assert abs(books["total_usd"] - kept) < 1e-6


def test_a_place_in_the_record_is_a_number(server: Server) -> None:
    assert httpx2.get(f"{server.url}/control/record?since=x").status_code == 400


def test_faults_are_armed_shown_and_taken_away(make_server: Callable[..., Server]) -> None:
    server = make_server()
    control = f"{server.url}/control/faults"
    armed = httpx2.post(control, json={"kind": "status", "wire": "muse", "status": 429, "retry_after": 7})
    assert (armed.status_code, armed.json()["id"], armed.json()["left"]) == (201, 1, 1)
    answer = httpx2.post(f"{server.url}/muse/v1/videos", headers={"authorization": "Bearer k"}, json={"prompt": "x"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    (standing,) = httpx2.get(control).json()["faults"]
    assert (standing["kind"], standing["met"], standing["left"]) == ("status", 1, 0)
    assert server.last_post("/videos")["faults"] == [{"id": 1, "kind": "status"}]
    assert httpx2.delete(f"{control}?id=x").status_code == 400
    assert httpx2.delete(f"{control}?id=1").json() == {"taken_away": 1}
    assert httpx2.get(control).json() == {"faults": []}


@pytest.mark.parametrize(
    ("body", "words"),
    [(b"nonsense", "JSON"), (b'{"kind": "boom"}', "refuse:input"), (b'{"kind": "drop", "odd": 1}', "odd")],
)
def test_a_fault_that_nobody_knows_is_refused_with_its_name(server: Server, body: bytes, words: str) -> None:
    answer = httpx2.post(f"{server.url}/control/faults", content=body)
    assert answer.status_code == 400
    assert words in answer.json()["error"]
