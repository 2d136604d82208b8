"""A judge in the studio: off until it is named, paid once, shown by every later score."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING

import numpy as np
import pytest

import charkit as ck
from charkit.errors import SpendLimit, UnknownName, UnsupportedRequest
from charkit.scoring import Axis, Box, Subject, Verdict

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("on_the_simulator", "middle")


class Middle:
    """Cuts out the middle of every picture: the flat artist of these tests draws nobody who could be found."""

    name = "middle"

    def in_frame(self, rgb, _evidence):
        return self._middle(rgb)

    def in_reference(self, rgb, _alpha=None):
        return self._middle(rgb)

    def _middle(self, rgb):
        mask = np.zeros(rgb.shape[:2], dtype=np.bool_)
        height, width = mask.shape
        mask[height // 5 : -height // 5, width // 3 : -width // 3] = True
        return Subject(mask=mask, box=Box(left=0.0, top=0.0, right=1.0, bottom=1.0))


@pytest.fixture
def middle(monkeypatch):
    monkeypatch.setattr("charkit.scoring.judge.GrabCut", Middle)


def posts(simulator: str) -> int:
    with urllib.request.urlopen(f"{simulator}/control/record", timeout=10) as answer:  # noqa: S310
        return sum(entry["method"] == "POST" for entry in json.load(answer)["requests"])


@pytest.fixture
def studio(production: Path):
    opened = ck.open_studio(production, run="judged", max_spend=5.0)
    opened.shoot()
    return opened


def test_nobody_is_asked_without_a_name_and_with_one_every_question_is_a_job_under_the_cap(studio, on_the_simulator):
    before = posts(on_the_simulator)
    card = studio.score()
    assert (posts(on_the_simulator), Axis.ATTRIBUTES in card.axes) == (before, False)
    spent = studio.spend.committed
    judged = studio.score(judge="gemini-3.8-flash")
    assert posts(on_the_simulator) > before
    assert studio.spend.committed > spent
    assert Axis.ATTRIBUTES in judged.axes
    assert Axis.PALETTE in judged.axes
    jobs = [job for job in studio._ledger.jobs(run="judged") if job.kind == "judge"]
    assert "Ada, described" in {job.subject for job in jobs}
    assert len(jobs) == studio.judge_report.questions
    assert {job.route for job in jobs} == {"gemini-3.8-flash"}


def test_what_was_answered_is_paid_once_and_shown_by_every_later_score(studio, production, on_the_simulator):
    judged = studio.score(judge="gemini-3.8-flash")
    before = posts(on_the_simulator)
    again = ck.open_studio(production, run="judged", max_spend=5.0)
    assert again.score(again.takes()).scores == judged.scores
    assert again.score(judge="gemini-3.8-flash").scores == judged.scores
    assert posts(on_the_simulator) == before


def test_a_judge_that_fails_its_controls_passes_nobody(studio):
    """Flat pictures show nobody: the simulated judge can see neither match nor stranger in them."""
    judged = studio.score(judge="gemini-3.8-flash")
    said = [score for score in judged.scores if score.axis is Axis.ATTRIBUTES]
    assert said
    assert {score.verdict for score in said} == {Verdict.UNVERIFIABLE}
    assert all(score.reason for score in said)


@pytest.mark.parametrize(
    ("route", "error"),
    [("nobody", UnknownName), ("nano-banana-2.1", UnsupportedRequest), ("gpt-5.6-luna", UnsupportedRequest)],
)
def test_what_is_no_judge_or_has_no_price_is_refused_before_anything_is_sent(studio, route, error, on_the_simulator):
    before = posts(on_the_simulator)
    with pytest.raises(error):
        studio.score(judge=route)
    assert posts(on_the_simulator) == before


def test_a_cap_stops_the_judge_and_the_takes_and_scores_stay(studio, production):
    studio.score()
    poor = ck.open_studio(production, run="judged", max_spend=studio.spend.committed / 1e6)
    with pytest.raises(SpendLimit):
        poor.judge()
    assert poor.score(poor.takes()).scores
