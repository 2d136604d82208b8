"""`charkit plan` and `charkit spend`."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import charkit as ck
from charkit.cli import app
from charkit.errors import UsageError
from tests.studio.pictured import write_pictured

RUN = CliRunner()
STORYBOARD = """\
title: Two
style: flat colours
seed: 3
resolution: 360p
shots:
  - {id: A1, seconds: 3, framing: wide, place: the sea at night}
  - {id: A2, seconds: 3, framing: medium, place: a harbour, characters: [Ada]}
"""


@pytest.fixture
def production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CHARKIT_SIMULATOR_URL", "http://127.0.0.1:9")  # nobody is there: nothing may be asked
    monkeypatch.setenv("CHARKIT_PROGRESS", "off")
    monkeypatch.setenv("CHARKIT_TODAY", "2026-11-22")
    monkeypatch.setenv("COLUMNS", "200")
    for key in ("GEMINI_API_KEY", "OPENAI_API_KEY", "LAOZHANG_API_KEY", "CHARKIT_DATA"):
        monkeypatch.delenv(key, raising=False)
    home = tmp_path / "data" / "productions" / "two"
    (home / "characters").mkdir(parents=True)
    (home / "storyboard.yaml").write_text(STORYBOARD, encoding="utf-8")
    (home / "characters" / "ada.yaml").write_text("name: Ada\nlocked: a woman in a red coat\n", encoding="utf-8")
    return home


def ask(*arguments: str, code: int = 0) -> str:
    result = RUN.invoke(app, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.stdout


@pytest.mark.parametrize("live", [(), ("--live",)])
def test_a_film_is_priced_without_keys_and_without_asking_anybody(production: Path, live: tuple[str, ...]) -> None:
    facts = json.loads(ask("plan", str(production), *live, "--json"))
    lines = {line["what"]: line for line in facts["lines"]}
    assert list(lines) == ["Ada", "A1", "A2"]
    assert lines["Ada"]["asked"] == "3 of 3 pictures"
    assert facts["total_usd"] == facts["left_usd"] == pytest.approx(sum(line["usd"] for line in facts["lines"]))
    assert all(line["usd"] > 0 for line in facts["lines"])
    assert (facts["committed_usd"], facts["simulated"]) == (0.0, not live)


def test_what_does_not_fit_under_the_cap_ends_with_an_error_code(production: Path) -> None:
    text = ask("plan", str(production), "--max-spend", "0.05", code=1)
    assert "does not fit under $0.05" in text
    assert "fits under $5.00" in ask("plan", str(production), "--max-spend", "5")


def test_what_was_paid_for_is_priced_at_nothing(
    production: Path, monkeypatch: pytest.MonkeyPatch, simulator: str
) -> None:
    before = json.loads(ask("plan", str(production), "--run", "one", "--json"))
    monkeypatch.setenv("CHARKIT_SIMULATOR_URL", simulator)
    studio = ck.open_studio(production, run="one", max_spend=5.0)
    studio.shoot()
    monkeypatch.setenv("CHARKIT_SIMULATOR_URL", "http://127.0.0.1:9")
    after = json.loads(ask("plan", str(production), "--run", "one", "--json"))
    assert after["left_usd"] == 0
    assert after["total_usd"] == pytest.approx(before["total_usd"])
    assert all(line["there"] for line in after["lines"])
    assert after["committed_usd"] == pytest.approx(before["total_usd"])
    elsewhere = json.loads(ask("plan", str(production), "--run", "two", "--json"))
    assert (elsewhere["left_usd"], elsewhere["committed_usd"]) == (0, 0)
    repainted = production / "characters" / "ada.yaml"
    repainted.write_text(repainted.read_text("utf-8").replace("red", "blue"), encoding="utf-8")
    changed = {line["what"]: line["there"] for line in json.loads(ask("plan", str(production), "--json"))["lines"]}
    assert changed == {"Ada": False, "A1": True, "A2": False}


def test_spending_is_told_by_day_route_and_shot_for_people_and_programs(
    production: Path, monkeypatch: pytest.MonkeyPatch, simulator: str, tmp_path: Path
) -> None:
    monkeypatch.setenv("CHARKIT_SIMULATOR_URL", simulator)
    studio = ck.open_studio(production, run="one", max_spend=5.0)
    studio.shoot()
    text = ask("spend", str(production))
    for said in ("two by day", "two by route", "two by shot", "simulated, nothing was paid", "A1", "omni-1.2", "UTC"):
        assert said in text, said
    facts = json.loads(ask("spend", str(production), "--json"))
    (total,) = facts["total"]
    assert total["charged_usd"] == pytest.approx(studio.spend.settled / 1e6)
    assert sum(row["charged_usd"] for row in facts["shot"]) == pytest.approx(total["charged_usd"])
    rows = list(csv.DictReader(io.StringIO(ask("spend", str(production), "--csv"))))
    assert {row["by"] for row in rows} == {"day", "route", "shot"}
    pytest.importorskip("matplotlib", reason="SKIPPED: the picture of spending needs matplotlib (the scoring extra)")
    ask("spend", str(production), "--by", "route", "--plot", str(tmp_path / "spend.svg"))
    assert "<svg" in (tmp_path / "spend.svg").read_text("utf-8")


def test_nonsense_is_refused(production: Path) -> None:
    json.loads(ask("plan", str(production), "--json"))  # makes the ledger
    with pytest.raises(UsageError, match="Did you mean 'route'"):
        ask("spend", str(production), "--by", "routes")
    with pytest.raises(UsageError, match="both"):
        ask("spend", str(production), "--csv", "--json")


def test_routes_are_chosen_and_a_plan_is_approved_from_the_shell(production: Path, tmp_path: Path) -> None:
    home = write_pictured(tmp_path / "pictured")
    before = json.loads(ask("plan", str(home), "--run", "one", "--json"))
    assert (before["chosen_routes"], before["approval"]) == ({}, None)
    words = ("--route", "A1=omni-1.1", "--reason", "looks better", "--approve", "--max-spend", "5", "--note", "go")
    facts = json.loads(ask("plan", str(home), "--run", "one", *words, "--json"))
    assert facts["chosen_routes"] == {"A1": "omni-1.1"}
    assert (facts["approval"]["note"], facts["approval"]["cap_usd"], facts["fits"]) == ("go", 5.0, True)
    assert next(line["route"] for line in facts["lines"] if line["what"] == "A1") == "omni-1.1"
    assert "<Approval of 3 shots" in ask("plan", str(home), "--run", "one")
    after = json.loads(ask("plan", str(home), "--run", "one", "--route", "A1=", "--withdraw", "--json"))
    assert (after["chosen_routes"], after["approval"]) == ({}, None)
    assert after["lines"] == before["lines"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--route", "A1"), "write SHOT=ROUTE"),
        (("--route", "=omni-1.2"), "write SHOT=ROUTE"),
        (("--approve",), "--max-spend"),
    ],
)
def test_a_decision_that_says_too_little_is_refused(production: Path, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        ask("plan", str(production), *words)
