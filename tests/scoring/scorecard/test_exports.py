from __future__ import annotations

import csv
import io
import json

import pytest

from charkit.scoring import Axis, Finding, Threshold, Verdict
from charkit.scoring.scorecard import csv_text, rows, write_csv, write_parquet


@pytest.fixture
def card(make_card, make_score):
    line = Threshold(name="cast", value=0.123456789, calibrated=True, far=0.01, cast=12, impostors=264)
    return make_card(
        make_score("S01", 0.1 + 0.2, between_shots=0.5, threshold=line, variants=(("as it is", 0.25),)),
        make_score("S02", 0.2, character='Zoë, "the\nfox"'),
        make_score("S02", 0.9, take=2, character='Zoë, "the\nfox"'),
        make_score("S03", None, reason="too small"),
        make_score(
            "S03",
            None,
            character="",
            axis=Axis.GATE,
            verdict=Verdict.DRIFTED,
            findings=(Finding(name="frozen", says="nothing moves", time=1.5),),
        ),
    )


def test_csv_reads_back_to_the_last_digit(card, tmp_path):
    path = write_csv(card, tmp_path / "scores.csv")
    read = list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))
    assert [row["shot"] for row in read] == ["S01", "S02", "S02", "S03", "S03"]
    assert float(read[0]["score"]) == 0.1 + 0.2
    assert float(read[0]["threshold"]) == 0.123456789
    assert read[1]["character"] == 'Zoë, "the\nfox"'
    assert [row["chosen"] for row in read] == ["True", "False", "True", "True", "True"]
    assert (read[3]["score"], read[3]["verdict"], read[3]["reason"]) == ("", "unverifiable", "too small")
    assert json.loads(read[4]["findings"]) == [
        {"name": "frozen", "says": "nothing moves", "time": 1.5, "flagged": True}
    ]


def test_parquet_reads_back_with_types_and_nulls(card, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow (extra `data`) is not installed")
    read = parquet.read_table(write_parquet(card, tmp_path / "scores.parquet"))
    assert [dict(row) for row in read.to_pylist()] == [
        {name: getattr(row, name) for name in read.column_names} for row in rows(card)
    ]
    types = {field.name: str(field.type) for field in read.schema}
    assert (types["take"], types["chosen"], types["score"], types["shot"]) == ("int64", "bool", "double", "string")
    assert read.column("score").null_count == 2


def test_an_empty_card_keeps_its_headings(make_card, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow (extra `data`) is not installed")
    card = make_card()
    assert csv_text(card).startswith("shot,take,chosen,character,axis,verdict,score")
    assert parquet.read_table(write_parquet(card, tmp_path / "empty.parquet")).num_rows == 0
