"""What the shell offers, asked for as bash asks: with the words typed so far in its variables."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from charkit.cli import app
from charkit.workspace import new_production

RUN = CliRunner()


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("CHARKIT_DATA", "CHARKIT_ROUTES"):
        monkeypatch.delenv(name, raising=False)
    new_production("mine", "data/productions")
    new_production("other", "data/productions")
    for age, run in enumerate(("newest", "older")):
        folder = tmp_path / "data" / "runs" / run
        folder.mkdir(parents=True)
        os.utime(folder, (1_000_000 - age, 1_000_000 - age))
    return tmp_path


def offered(words: str) -> list[str]:
    """Return what bash is told for a line on which the cursor stands behind the last letter."""
    asked = {"_CHARKIT_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)}
    result = RUN.invoke(app, [], prog_name="charkit", env=asked)
    assert result.exit_code == 0, result.output
    return result.output.split()


@pytest.mark.parametrize("command", ["run", "plan", "score", "lint"])
def test_productions_are_offered_by_name(command: str) -> None:
    assert offered(f"charkit {command} ") == ["data/productions/mine", "data/productions/other"]
    assert offered(f"charkit {command} data/productions/m") == ["data/productions/mine"]


def test_productions_elsewhere_are_offered_under_what_is_typed(here: Path) -> None:
    new_production("far", here / "away")
    assert offered("charkit run away/") == ["away/far"]


def test_runs_are_offered_the_newest_first() -> None:
    assert offered("charkit run data/productions/mine --run ") == ["newest", "older"]
    assert offered("charkit jobs list --run o") == ["older"]


def test_shots_of_the_production_named_so_far_are_offered() -> None:
    shots = offered("charkit by-hand prompt data/productions/mine ")
    assert shots[:2] == ["S01", "S02"]


def test_routes_keys_and_weights_are_offered() -> None:
    assert "omni-1.2" in offered("charkit jobs list --route omni")
    assert "sora-2" not in offered("charkit jobs list --route sora")
    assert offered("charkit keys set GEM") == ["GEMINI_API_KEY"]
    assert offered("charkit weights get yu") == ["yunet"]


def test_a_broken_file_is_no_reason_to_fail_while_somebody_types(here: Path) -> None:
    (here / "data" / "productions" / "mine" / "storyboard.yaml").write_text("title: [", encoding="utf-8")
    assert offered("charkit by-hand prompt data/productions/mine ") == []
    assert offered("charkit jobs list --production data/productions/mine --run ") == ["newest", "older"]


def test_where_there_is_nothing_nothing_is_offered(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "empty").mkdir()
    monkeypatch.chdir(here / "empty")
    assert offered("charkit run x --run ") == []


def test_commands_are_offered_too() -> None:
    assert set(offered("charkit k")) == {"keys"}


def test_the_script_that_the_shell_is_told_to_load_is_bashs(monkeypatch: pytest.MonkeyPatch) -> None:
    result = RUN.invoke(app, [], prog_name="charkit", env={"_CHARKIT_COMPLETE": "source_bash"})
    assert "complete -o default -F" in result.output
    assert "COMP_WORDS" in result.output
