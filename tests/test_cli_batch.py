"""`charkit batch`, from the shell's side; what a sweep does is tested in tests/batch."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from typer.testing import CliRunner

from charkit import cli
from charkit.batch.kernels import ready


@pytest.fixture
def sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CHARKIT_PROGRESS", "off")
    first = new_code_cell("count: int = 1  # how many", id="parameters", metadata={"tags": ["parameters"]})
    work = new_code_cell("assert count != 2, 'too many'", id="work")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=[first, work], metadata=kernel), tmp_path / "tiny.ipynb")
    path = tmp_path / "trial.yaml"
    path.write_text("notebook: ./tiny.ipynb\noutputs: out\ngrid: {count: [1, 2]}\n", encoding="utf-8")
    return path


def charkit(*words: object):
    return CliRunner().invoke(cli.app, ["batch", *map(str, words)])


def test_a_dry_run_prices_and_starts_nothing(sweep: Path) -> None:
    said = charkit(sweep, "--dry-run")
    assert said.exit_code == 0
    assert "SweepPlan(trial: 2 runs of tiny, 0 done)" in said.output
    assert "at most $0.00" in said.output
    facts = json.loads(charkit(sweep, "--dry-run", "--json").output)
    assert [run["standing"] for run in facts["runs"]] == ["new", "new"]
    assert facts["most_usd"] == 0.0
    assert not (sweep.parent / "out").exists()


def test_results_are_told_and_saved_and_a_failed_run_is_an_exit_code(sweep: Path) -> None:
    said = charkit(sweep, "--executor", "inline", "--save", sweep.parent / "table.csv")
    assert said.exit_code == 1
    assert "AssertionError: too many" in said.output
    assert "1 of 2 runs done, 1 failed" in said.output
    assert "--only-failed" in said.output
    rows = (sweep.parent / "table.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0].startswith("run,count,state,error")
    assert len(rows) == 3
    sweep.write_text(sweep.read_text().replace("[1, 2]", "[1]"), encoding="utf-8")
    facts = json.loads(charkit(sweep, "--executor", "inline", "--json").output)
    assert (facts["done"], facts["failed"], facts["planned"]) == (1, [], 1)
    ready().close()


def test_what_is_wrong_with_a_sweep_is_one_message_on_the_way_out(sweep: Path, monkeypatch, capsys) -> None:
    sweep.write_text(sweep.read_text().replace("count", "cuont"), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["charkit", "batch", str(sweep)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 2
    assert "Did you mean 'count'?" in capsys.readouterr().err


def test_an_interrupt_says_what_stands(sweep: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("charkit.batch.sweeping.run_sweep", interrupted)
    monkeypatch.setattr("charkit.batch.run_sweep", interrupted, raising=False)
    said = charkit(sweep)
    assert said.exit_code == 130
    assert "What is done stands" in said.output
