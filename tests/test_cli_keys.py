"""`charkit keys` as a person uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from charkit.cli import app
from charkit.errors import UnknownName

RUN = CliRunner()
SECRET = "AIza-very-secret"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    for name in ("GEMINI_API_KEY", "CHARKIT_ROUTES"):
        monkeypatch.delenv(name, raising=False)


def run(*arguments: str, given: str = "") -> str:
    result = RUN.invoke(app, ["keys", *arguments], input=given)
    assert result.exit_code == 0, (result.output, result.exception)
    assert SECRET not in result.output
    return result.output


def test_a_key_is_asked_for_unseen_kept_listed_and_forgotten(kept_keys) -> None:
    assert "kept in keys in memory" in run("set", "GEMINI_API_KEY", given=f"{SECRET}\n")
    assert kept_keys.passwords == {("charkit", "GEMINI_API_KEY"): SECRET}
    (line,) = [line for line in run("list").splitlines() if "GEMINI_API_KEY" in line.split()]
    assert line.split()[1] == "keyring"
    facts = {key["name"]: key for key in json.loads(run("list", "--json"))["keys"]}
    assert facts["GEMINI_API_KEY"]["source"] == "keyring"
    assert facts["OPENROUTER_API_KEY"]["endpoints"]
    assert json.loads(run("forget", "GEMINI_API_KEY", "--json")) == {"key": "GEMINI_API_KEY", "forgotten": True}
    assert "was not in the keyring" in run("forget", "GEMINI_API_KEY")


def test_a_key_is_never_an_argument_of_the_command(kept_keys) -> None:
    result = RUN.invoke(app, ["keys", "set", "GEMINI_API_KEY", SECRET])
    assert result.exit_code == 2
    assert kept_keys.passwords == {}


def test_a_name_that_is_mistyped_is_answered_with_the_nearest(kept_keys) -> None:
    result = RUN.invoke(app, ["keys", "set", "OPENAI_KEY"], input="x-very-secret\n")
    assert isinstance(result.exception, UnknownName)
    assert "OPENAI_API_KEY" in str(result.exception)
