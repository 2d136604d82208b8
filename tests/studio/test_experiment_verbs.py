"""The studio's retake loop: score, retake what failed, report what it brought."""

from __future__ import annotations

from pathlib import Path

import pytest

import charkit as ck
from charkit.errors import UsageError


def test_a_studio_retakes_blindly_only_on_request_and_pays_for_no_take_twice(
    production: Path, on_the_simulator: str
) -> None:
    assert on_the_simulator
    studio = ck.open_studio(production, run="loop", max_spend=9.0, resolution="360p")
    studio.shoot()
    assert studio.improve().usd == 0.0  # the artist of the tests paints flat colours: nobody can be judged
    report = studio.improve(rounds=1, unverifiable=True)
    assert [r.takes for r in report.rounds] == [2, 1]
    assert report.usd == pytest.approx(studio.plan()["A2"].price_usd)
    spent = studio.spend.committed
    assert studio.improve(rounds=1, unverifiable=True) == report
    assert studio.spend.committed == spent
    assert [take.number for take in studio.takes().of("A2")] == [1, 2]
    assert list(report.left) == ["A2"]


def test_a_budget_for_retakes_is_kept_and_said(production: Path, on_the_simulator: str) -> None:
    assert on_the_simulator
    studio = ck.open_studio(production, run="budget", max_spend=9.0, resolution="360p")
    studio.shoot()
    spent = studio.spend.committed
    report = studio.improve(rounds=1, budget_usd=0.001, unverifiable=True)
    assert studio.spend.committed == spent
    assert "are left" in report.left["A2"]
    with pytest.raises(UsageError):
        studio.improve(budget_usd=-1.0)
