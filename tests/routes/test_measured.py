"""What was measured of routes, as plain data."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from charkit.errors import BadDocument
from charkit.routes import Measured, RouteMatrix
from charkit.routes.measured import record_measurements

TEXT = """\
measurements:
  omni-1.2: {rate: 0.86, n: 36, axis: palette, as_of: 2026-11-20, source: notebooks/90}
"""


def test_measurements_are_read_beside_the_routes(tmp_path: Path) -> None:
    file = tmp_path / "measurements.yaml"
    file.write_text(TEXT, encoding="utf-8")
    matrix = RouteMatrix.load(measurements=file)
    assert str(matrix.measured["omni-1.2"]) == "86% of 36 (palette)"
    assert RouteMatrix.load(measurements=tmp_path / "none.yaml").measured == {}


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("omni-1.2", "omni-12", 2, "omni-1.2"),
        ("rate: 0.86", "rate: 86", 2, "less than or equal to 1"),
        ("n: 36", "n: 0", 2, "greater than or equal to 1"),
        (", source: notebooks/90", "", 2, "source"),
    ],
)
def test_a_wrong_measurement_is_refused_with_its_line(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    file = tmp_path / "measurements.yaml"
    file.write_text(TEXT.replace(old, new), encoding="utf-8")
    with pytest.raises(BadDocument) as caught:
        RouteMatrix.load(measurements=file)
    assert said in str(caught.value)
    assert caught.value.line == line


def test_few_shots_change_an_assumption_little_and_many_decide() -> None:
    def measured(n: int) -> float:
        about = Measured(rate=1.0, n=n, axis="palette", as_of=dt.date(2026, 11, 20), source="run")
        return about.expected(0.7, 8)

    assert measured(1) == pytest.approx((1 + 5.6) / 9)
    assert measured(1) < 0.74
    assert measured(100) > 0.97


def test_an_axis_that_people_contradict_moves_no_plan_however_many_shots_it_counted() -> None:
    said = {"rate": 1.0, "n": 40, "axis": "palette", "as_of": dt.date(2026, 11, 20), "source": "run"}
    expected = [Measured(**said, people=auc).expected(0.5, 10) for auc in (1.0, 0.8, 0.5, 0.3, None)]
    assert expected == pytest.approx([0.9, 29 / 34, 0.5, 0.5, 0.9])
    assert "AUC 0.80 against people" in str(Measured(**said, people=0.8))


def test_a_newer_measurement_replaces_an_older_one_and_leaves_the_others(tmp_path: Path) -> None:
    file = tmp_path / "measurements.yaml"
    file.write_text(TEXT + "  omni-1.1: {rate: 0.5, n: 8, axis: palette, as_of: 2026-11-01, source: mine}  # by hand\n")
    newer = Measured(
        rate=0.9, n=40, axis="palette", as_of=dt.date(2026, 11, 22), source="notebooks/90", low=0.77, high=0.96
    )
    record_measurements(file, {"omni-1.2": newer})
    found = RouteMatrix.load(measurements=file).measured
    assert found["omni-1.2"] == newer
    assert str(found["omni-1.2"]) == "90% of 40 (palette, 95 % CI 77–96)"
    assert found["omni-1.1"].n == 8
    assert "# by hand" in file.read_text()


def test_what_the_simulator_showed_never_replaces_what_a_service_did(tmp_path: Path) -> None:
    file = tmp_path / "data" / "measurements.yaml"
    said = {"rate": 0.9, "n": 40, "axis": "palette", "as_of": dt.date(2026, 11, 22), "source": "notebooks/90"}
    record_measurements(file, {"omni-1.2": Measured(**said)})
    record_measurements(
        file, {"omni-1.2": Measured(**said, simulated=True), "omni-1.1": Measured(**said, simulated=True)}
    )
    found = RouteMatrix.load(measurements=file).measured
    assert (found["omni-1.2"].simulated, found["omni-1.1"].simulated) == (False, True)
