"""What a person sees of long work, also of a thousand jobs."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr
from pathlib import Path

import pytest

from charkit.errors import RunBusy
from charkit.providers.base import Outcome
from charkit.studio.progress import Herald
from charkit.studio.shift import Shift
from charkit.takes import Progress
from charkit.workspace import Workspace


def news(number: int, outcome: Outcome, progress: int | None = None) -> Progress:
    return Progress(subject=f"S{number:04d}", number=1, outcome=outcome, progress=progress)


def told(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_a_thousand_jobs_are_one_bar_with_counts_and_a_few_lines_each(tmp_path: Path) -> None:
    screen = io.StringIO()
    screen.isatty = lambda: True  # bars are drawn on terminals only
    with redirect_stderr(screen), Herald(tmp_path / "progress.jsonl", bars=True).stage("shoot", 1000) as stage:
        for percent in (10, 10, 10, 60):
            for number in range(1000):
                stage.news(news(number, Outcome.RUNNING, percent))
        for number in range(900):
            stage.news(news(number, Outcome.SUCCEEDED, 100))
        stage.news(news(900, Outcome.REFUSED))
        assert stage.counts == "900 succeeded, 99 running, 1 refused"
    lines = told(tmp_path / "progress.jsonl")
    assert len(lines) == 2 * 1000 + 901 + 1  # what has not changed is not told again
    assert sum(line.get("final", False) for line in lines) == 901
    assert "shoot" in screen.getvalue()
    assert screen.getvalue().count("\n") <= 2  # one line that changes, not a thousand
    assert len(screen.getvalue()) < 20_000


def test_an_end_is_counted_once_however_often_it_is_told(tmp_path: Path) -> None:
    with Herald(tmp_path / "progress.jsonl", bars=False).stage("shoot", 1) as stage:
        for _ in range(3):
            stage.news(news(1, Outcome.SUCCEEDED, 100))
    assert [line["final"] for line in told(tmp_path / "progress.jsonl")[:-1]] == [True]
    assert stage.counts == "1 succeeded"


def test_whoever_listens_is_told_as_it_happens_sees_no_bar_and_cannot_stop_the_work(tmp_path: Path) -> None:
    heard: list[object] = []
    herald = Herald(tmp_path / "progress.jsonl", bars=True)
    herald.listeners += [lambda event: 1 // 0, lambda event: heard.append(event.get("outcome"))]
    screen = io.StringIO()
    with redirect_stderr(screen), herald.stage("shoot", 2) as stage:
        stage.news(news(1, Outcome.RUNNING, 40))
        assert heard == ["running"]
        stage.news(news(1, Outcome.SUCCEEDED))
    assert heard[:2] == ["running", "succeeded"]
    assert screen.getvalue() == ""
    assert len(told(tmp_path / "progress.jsonl")) == 3


def test_another_thread_does_not_join_the_work_unasked(tmp_path: Path) -> None:
    shift = Shift(Workspace(home=tmp_path, data=tmp_path, run="a"), bars=False)
    with shift.working("shoot") as stage:
        with shift.working("references") as inner:
            assert inner is stage
        with ThreadPoolExecutor(1) as pool, pytest.raises(RunBusy):
            pool.submit(lambda: shift.working("retake").__enter__()).result()
