"""One table over all runs: as rows, as files, as pictures, and in words beside colours."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from charkit.batch.records import RunMoney, RunRecord, RunScore
from charkit.batch.results import Results, read_results
from charkit.errors import BadDocument, UnknownName, UsageError


def record(character: str, seed: int, score: float | None, *, state="done", error="") -> RunRecord:
    scores = (
        RunScore(shot="S02", take=1, character=character, axis="palette", verdict="consistent", score=score),
        RunScore(shot="S02", take=1, character="", axis="clip", verdict="consistent"),
    )
    return RunRecord(
        sweep="trial",
        run=f"trial-{character}-{seed}",
        notebook="92_one_take",
        notebook_digest="sha256:0",
        parameters={"character": character, "seed": seed, "shot": "S02"},
        axes={"character": character, "seed": seed},
        state=state,
        error=error,
        seconds=1.5,
        money=RunMoney(estimated_usd=0.1, charged_usd=0.1, committed_usd=0.1, simulated=True),
        scores=scores if score is not None else (),
    )


@pytest.fixture
def results(tmp_path: Path) -> Results:
    records = (
        record("mira", 1, 0.9),
        record("mira", 2, 0.8),
        record("fenn", 1, 0.7),
        record("fenn", 2, None, state="failed", error="ValueError: <b>no</b> light"),
    )
    return Results(title="trial", folder=tmp_path, records=records, planned=5)


def test_a_row_is_a_verdict_and_a_parameter_never_hides_a_column(results: Results) -> None:
    rows = list(csv.DictReader(io.StringIO(results.csv_text())))
    assert len(rows) == 7
    assert rows[0] == {
        "run": "trial-mira-1",
        "parameter_character": "mira",
        "seed": "1",
        "state": "done",
        "error": "",
        "seconds": "1.5",
        "charged_usd": "0.1",
        "committed_usd": "0.1",
        "simulated": "True",
        "shot": "S02",
        "take": "1",
        "character": "mira",
        "axis": "palette",
        "verdict": "consistent",
        "score": "0.9",
    }
    assert rows[-1]["error"] == "ValueError: <b>no</b> light"
    assert rows[-1]["score"] == ""


def test_parquet_has_types_and_says_unknown_as_null(results: Results, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="PARQUET NOT TESTED: pyarrow is not installed")
    table = parquet.read_table(results.save(tmp_path / "table.parquet"))
    assert table.column_names == list(results.columns())
    assert table.column("seed").to_pylist()[:2] == [1, 1]
    assert table.column("score").to_pylist()[-1] is None
    with pytest.raises(UsageError, match=r"ends in \.csv or \.parquet"):
        results.save(tmp_path / "table.xlsx")


def test_it_shows_itself_and_escapes_what_runs_said(results: Results) -> None:
    assert repr(results) == "Results(trial: 3 of 5 runs done, 1 failed, 1 to do; $0.40, simulated)"
    shown = results._repr_mimebundle_()["text/html"]
    assert "&lt;b&gt;no&lt;/b&gt; light" in shown
    assert "<b>no</b>" not in shown
    for word in ("done", "failed", "consistent", "0.900", "$0.10"):
        assert word in shown
    assert "<script" not in shown
    assert "1.5 s" not in shown  # a saved notebook is compared with the next run


def test_a_run_shows_itself_as_a_card(results: Results) -> None:
    shown = results.records[0]._repr_mimebundle_()["text/html"]
    for words in ("trial-mira-1", "done", "$0.10 simulated", "mira, palette: consistent 0.900"):
        assert words in shown
    failed = results.records[3]._repr_mimebundle_()["text/html"]
    assert "&lt;b&gt;no&lt;/b&gt; light" in failed


def test_a_long_table_folds(results: Results) -> None:
    many = Results(title="t", folder=results.folder, records=results.records * 20, planned=80)
    assert "20 more" in many._repr_mimebundle_()["text/html"]


def test_a_chart_has_a_dot_for_every_run_that_was_measured(results: Results, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="CHARTS NOT TESTED: matplotlib is not installed")
    chart = results.chart(by="seed", split="character")
    assert repr(chart) == "<SweepChart: Palette by seed, by character: 3 runs>"
    plot = chart.figure.axes[0]
    dots = {
        line.get_label(): (line.get_ydata(), line.get_marker()) for line in plot.lines if line.get_marker() != "None"
    }
    assert {name: sorted(ys) for name, (ys, _) in dots.items()} == {"mira": [0.8, 0.9], "fenn": [0.7]}
    assert dots["mira"][1] != dots["fenn"][1]  # told apart without colours
    assert chart.png() == results.chart(by="seed", split="character").png()
    assert chart.save(tmp_path / "chart.svg").read_text().startswith("<?xml")
    with pytest.raises(UsageError, match="ends in one of"):
        chart.save(tmp_path / "chart.gif")
    with pytest.raises(UnknownName, match="varies"):
        results.chart(by="route")
    with pytest.raises(UnknownName, match="palette"):
        results.chart(axis="identity")
    with pytest.raises(UsageError, match="nothing to draw"):
        Results(title="t", folder=tmp_path, records=results.records[3:], planned=1).chart()


def test_a_folder_is_read_while_it_is_being_run(results: Results, tmp_path: Path) -> None:
    for one in results.records:
        one.save(tmp_path / "sweep" / one.run)
    (tmp_path / "sweep" / "under-way").mkdir()
    (tmp_path / "sweep" / ".sweep.lock").touch()
    found = read_results(tmp_path / "sweep")
    assert sorted(one.run for one in found.records) == sorted(one.run for one in results.records)
    assert found["trial-mira-2"].axes == {"character": "mira", "seed": 2}
    with pytest.raises(UnknownName, match=re.escape("trial-mira-2")):
        found["trial-mira-3"]
    with pytest.raises(BadDocument, match="no run in it has ended"):
        read_results(tmp_path / "sweep" / "under-way")
    with pytest.raises(BadDocument, match="no such folder"):
        read_results(tmp_path / "nowhere")
