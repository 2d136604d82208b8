"""`charkit lint`: findings in file:line, and what the shell is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from charkit.cli import app
from charkit.errors import UsageError

RUN = CliRunner()
LANTERN = Path(__file__).parents[1] / "data" / "productions" / "lantern"


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    (tmp_path / "characters").mkdir()
    (tmp_path / "characters" / "mira.yaml").write_text("name: Mira\nlocked: a girl with green eyes\n", "utf-8")
    board = (
        "title: T\nstyle: ink\nshots:\n"
        "  - id: S1\n    seconds: 4\n    place: a quay\n    characters: [Mira]\n"
        "    action: Mira's [blue] blue eyes widen\n    camera: pan left, then pan right\n"
    )
    (tmp_path / "storyboard.yaml").write_text(board, "utf-8")
    return tmp_path


def test_an_error_is_told_with_file_line_words_and_rule_and_the_shell_is_told_1(faulty: Path) -> None:
    result = RUN.invoke(app, ["lint", str(faulty / "storyboard.yaml")])
    assert result.exit_code == 1
    first = result.stdout.splitlines()[0]
    assert first == f"{faulty / 'storyboard.yaml'}:8: error S1 action: Mira's [blue] blue eyes widen"
    assert "[wrong-eyes]" in result.stdout
    assert "S1 camera" in result.stdout
    assert "Lint 'T': 1 error, 1 warning" in result.stdout


def test_the_same_by_folder_as_one_json_object(faulty: Path) -> None:
    result = RUN.invoke(app, ["lint", str(faulty), "--json"])
    facts = json.loads(result.stdout)
    assert result.exit_code == 1
    assert facts["ok"] is False
    assert [(one["rule"], one["level"], one["line"]) for one in facts["findings"]] == [
        ("wrong-eyes", "error", 8),
        ("camera-contradiction", "warning", 9),
    ]
    start, end = facts["findings"][0]["span"]
    assert "Mira's [blue] blue eyes widen"[start:end] == facts["findings"][0]["words"] == "blue eyes"


def test_the_demo_passes_and_says_what_is_allowed_and_why() -> None:
    result = RUN.invoke(app, ["lint", str(LANTERN), "--rules"])
    assert result.exit_code == 0
    assert "allowed competing-actions: the lamp lights up, and both answer it: one beat" in result.stdout
    assert "wrong-hair" in result.stdout


def test_no_production_there_is_one_clear_error(tmp_path: Path) -> None:
    result = RUN.invoke(app, ["lint", str(tmp_path / "nothing")])
    assert isinstance(result.exception, UsageError)
