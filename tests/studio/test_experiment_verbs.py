"""The studio's retake loop: score, retake what failed, report what it brought."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import charkit as ck
from charkit.errors import UsageError
from charkit.media.frames import Frame
from charkit.scoring import PaletteScorer, ShotEvidence
from charkit.scoring.retakes import Standing


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


def test_a_scorer_that_breaks_fails_closed_and_nothing_is_bought(
    production: Path, on_the_simulator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert on_the_simulator
    studio = ck.open_studio(production, run="broken", max_spend=9.0, resolution="360p")
    studio.shoot()
    spent, update = studio.spend.committed, PaletteScorer.update

    def breaks(self: PaletteScorer, evidence: ShotEvidence, frames: Sequence[Frame], *, problem: str = "") -> None:
        if not problem:
            raise ValueError("out of shape")
        update(self, evidence, frames, problem=problem)

    monkeypatch.setattr(PaletteScorer, "update", breaks)
    report = studio.improve(rounds=2)
    assert (report.usd, studio.spend.committed) == (0.0, spent)
    assert report.standing["A2"] is Standing.UNVERIFIABLE
    assert "palette failed on it (ValueError: out of shape)" in {score.reason for score in studio.score().scores}


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
