"""`charkit advise`, as a person types it; `charkit score` is tested with a run in studio/test_score_verbs.py."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from charkit.cli import app
from charkit.errors import UsageError


def test_advice_is_given_before_money_is_spent() -> None:
    result = CliRunner().invoke(app, ["advise", "70", "82.5", "--have", "20", "--price", "0.4"])
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0] == "To tell 70 % from 82.5 % at 80 % power, two-sided 5 %: 181 independent shots per arm."
    assert "design effect 2.8" in lines[1]
    assert lines[3].startswith("20 shots per arm would show this difference ")
    assert "$" in lines[4]


def test_advice_comes_as_json_too() -> None:
    result = CliRunner().invoke(app, ["advise", "70", "95", "--json"])
    found = json.loads(result.output)
    assert (found["first"], found["second"], found["independent"]) == (0.7, 0.95, 36)
    assert found["cost"] is None


@pytest.mark.parametrize("words", [("70", "70"), ("70", "120")])
def test_rates_that_cannot_be_told_apart_are_refused(words: tuple[str, str]) -> None:
    result = CliRunner().invoke(app, ["advise", *words])
    assert result.exit_code != 0
    assert isinstance(result.exception, UsageError | SystemExit)
