"""`charkit routes` as a person reads it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from charkit.cli import app

RUN = CliRunner()


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("CHARKIT_TODAY", "2026-11-22")
    for name in ("GEMINI_API_KEY", "OPENAI_API_KEY", "LAOZHANG_API_KEY", "CHARKIT_SIMULATOR_URL", "CHARKIT_DATA"):
        monkeypatch.delenv(name, raising=False)


def lines(*arguments: str) -> list[str]:
    result = RUN.invoke(app, ["routes", *arguments])
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def test_it_fits_a_shell_of_a_hundred_columns_and_flags_what_ends_soon() -> None:
    shown = lines()
    assert max(map(len, shown)) <= 100
    text = "\n".join(shown)
    assert "gpt-image-1.5 ends in 9 days; use gpt-image-2.6-sunburst." in text
    assert "sora-2" not in text
    assert "Measured: nothing yet." in text
    assert any("omni-1.2 " in line and "3 to 15 s" in line and "$0.0232–0.2085/s" in line for line in shown)


def test_all_of_it_names_those_that_ended_too() -> None:
    assert any(line.strip().startswith("sora-2 ") and "shut down" in line for line in lines("--all"))


def test_json_holds_a_row_for_each_live_route() -> None:
    (line,) = lines("--json")
    rows = {row["route"]: row for row in json.loads(line)}
    assert rows["omni-1.2"]["model"] == "gemini-omni-1.2-flash"
    assert "sora-2" not in rows


def test_what_was_measured_is_shown_beside_what_is_claimed(tmp_path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "measurements.yaml").write_text(
        "measurements:\n  omni-1.2: {rate: 0.86, n: 36, axis: palette, as_of: 2026-11-20, source: run r1}\n",
        encoding="utf-8",
    )
    assert "Measured: omni-1.2 86% of 36 (palette), 2026-11-20, run r1." in lines()


def test_a_check_without_keys_asks_nobody_and_is_no_failure() -> None:
    shown = lines("--check")
    assert any("google" in line and "not asked" in line and "no key in GEMINI_API_KEY" in line for line in shown)


def test_a_check_on_the_simulator_says_what_differs(simulator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARKIT_SIMULATOR_URL", simulator)
    result = RUN.invoke(app, ["routes", "--check", "--json"])
    assert result.exit_code == 1
    found = {one["endpoint"]: one for one in json.loads(result.output)}
    assert found["openai"]["verdict"] == "differs"
    assert found["apiyi-wan"]["verdict"] == "not asked"
