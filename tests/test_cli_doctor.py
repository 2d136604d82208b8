"""`charkit doctor` as a person uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from charkit.cli import app
from charkit.weights import Weights

RUN = CliRunner()


def test_it_prints_areas_states_and_what_to_do_and_fails_where_something_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GEMINI_API_KEY", "AIza-very-secret")
    monkeypatch.setenv("CHARKIT_WEIGHTS", str(tmp_path))
    (tmp_path / "digests.json").write_text("{}", encoding="utf-8")
    (tmp_path / Weights.open().where("yunet").name).write_bytes(b"<!doctype html>")
    result = RUN.invoke(app, ["doctor"])
    assert result.exit_code == 1, result.output
    assert "GEMINI_API_KEY" in result.output
    assert "very-secret" not in result.output
    assert "fault" in result.output
    assert "-> replace it with: charkit weights get yunet --replace" in result.output
    told = json.loads(RUN.invoke(app, ["doctor", "--json"]).output)
    assert told["ok"] is False
    assert {"area", "what", "state", "said", "then"} == set(told["checks"][0])
