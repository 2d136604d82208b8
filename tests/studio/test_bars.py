"""Bars where somebody looks, and silence in logs."""

from __future__ import annotations

import io
from contextlib import redirect_stderr
from pathlib import Path

import pytest

from charkit.studio.bars import counting
from charkit.studio.progress import Herald


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Terminal:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CHARKIT_PROGRESS", raising=False)
    return Terminal()


def test_a_terminal_gets_a_bar(screen: Terminal) -> None:
    with redirect_stderr(screen), counting("share") as tell:
        for done in (1, 2, 3):
            tell(done, 3)
    assert "share" in screen.getvalue()


def test_a_log_a_quiet_call_and_a_setting_get_nothing(screen: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    with redirect_stderr(screen), counting("share", quiet=True) as tell:
        tell(1, 1)
    monkeypatch.setenv("CHARKIT_PROGRESS", "off")
    with redirect_stderr(screen), counting("share") as tell:
        tell(1, 1)
    monkeypatch.delenv("CHARKIT_PROGRESS")
    log = io.StringIO()
    with redirect_stderr(log), counting("share") as tell:
        tell(1, 1)
    assert screen.getvalue() + log.getvalue() == ""


def test_a_stage_that_learns_what_is_coming_counts_it(screen: Terminal, tmp_path: Path) -> None:
    with redirect_stderr(screen), Herald(tmp_path / "p.jsonl", bars=True).stage("retake") as stage:
        stage.expect(0)
        assert stage._bar is None
        stage.expect(2)
        stage.step()
        stage.expect(3)
        assert (stage._bar.n, stage._bar.total) == (1, 5)
    assert "retake" in screen.getvalue()


def test_a_stage_that_knew_from_the_beginning_keeps_its_total(screen: Terminal, tmp_path: Path) -> None:
    with redirect_stderr(screen), Herald(tmp_path / "p.jsonl", bars=True).stage("shoot", 4) as stage:
        stage.expect(3)
        assert stage._bar.total == 4


def test_what_has_no_pieces_shows_its_share(screen: Terminal, tmp_path: Path) -> None:
    with redirect_stderr(screen), Herald(tmp_path / "p.jsonl", bars=True).stage("assemble") as stage:
        for share in (0.25, 0.5, 1.0):
            stage.share(share)
        assert stage._bar.n == 100


def test_without_bars_a_stage_draws_nothing(screen: Terminal, tmp_path: Path) -> None:
    with redirect_stderr(screen), Herald(tmp_path / "p.jsonl", bars=False).stage("assemble") as stage:
        stage.expect(2)
        stage.share(0.5)
        stage.step()
    assert screen.getvalue() == ""
