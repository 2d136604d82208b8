from __future__ import annotations

import httpx2

from tests.simulator.conftest import Server


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
