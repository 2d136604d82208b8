"""Lines, ceilings and the shell's way to scores, on a small run of the simulator."""

from __future__ import annotations

import csv
import io
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import charkit as ck
from charkit.cli import app
from charkit.errors import UsageError
from charkit.rehearsal import start_simulator
from charkit.scoring import Axis, Scorecard
from charkit.studio import score_run
from charkit.studio.judging import evidence_of

pytestmark = pytest.mark.usefixtures("on_the_simulator")


def posts(simulator: str) -> int:
    with urllib.request.urlopen(f"{simulator}/control/record", timeout=10) as answer:  # noqa: S310
        found = json.load(answer)
    return sum(entry["method"] == "POST" for entry in (found["requests"] if isinstance(found, dict) else found))


@pytest.fixture
def drawn(on_the_simulator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A simulator that draws figures, where the others paint plain colours, in which nobody is found."""
    simulator = start_simulator(tmp_path / "simulator")
    monkeypatch.setenv("CHARKIT_SIMULATOR_URL", simulator.url)
    yield simulator.url
    simulator.close()


@pytest.mark.slow
def test_a_run_is_scored_calibrated_and_exported_without_making_anything(
    production: Path, drawn: str, tmp_path: Path
) -> None:
    studio = ck.open_studio(production, run="scored", max_spend=5.0, resolution="360p")
    before = studio.score(studio.shoot())
    assert "ceiling not measured" in before.line("Ada")
    asked = evidence_of(studio.takes(), studio.storyboard, studio.references(), studio.cast)
    ada = asked[-1]
    assert (asked[0].character, ada.character, ada.domain) == ("", "Ada", studio.cast["Ada"].domain)
    assert "short black hair" in ada.description
    assert [(member.name, member.references) for member in ada.cast] == [("Ada", ada.references)]
    sent = posts(drawn)

    with pytest.raises(UsageError, match=r"no takes to score. Runs with takes: scored"):
        score_run(production, run="another")
    found = studio.calibrate()
    (palette,) = found  # what needs weights has no line, and says what to get
    assert (palette.calibrated, palette.cast) == (False, 0)  # nobody but Ada: no wrong pair at all
    assert {pair.kind for pair in palette.genuine} >= {"split halves", "re-lit"}
    assert "charkit weights get dinov2-s" in found.without["appearance"]
    assert set(found.without) == {"faces", "anime", "appearance", "copying", "gate", "judge"}
    card = studio.score()
    assert [score.verdict for score in card.scores] == [score.verdict for score in before.scores]
    assert card.ceiling(Axis.PALETTE).trials == len(palette.genuine)
    assert Scorecard.load(studio.place.folder / "scorecard.json") == card

    said = ran("score", production, "--run", "scored", "--csv", tmp_path / "a.csv", "--parquet", tmp_path / "a.parquet")
    assert said.splitlines() == [card.sentence("Ada"), *card.lines_of_takes]
    assert "gate (the clip is whole): 2/2 takes clear." in said
    assert "unknown for Ada, never a pass: dinov2" in said
    assert "charkit weights get dinov2-s" in said
    assert "ceiling" in said
    assert "not measured" not in said
    printed = list(csv.DictReader(io.StringIO(ran("score", production, "--run", "scored", "--csv", "-"))))
    found_by = {(row["shot"], row["axis"]): row["verdict"] for row in printed}
    assert found_by.pop(("A2", "appearance")) == "unverifiable"
    assert found_by.pop(("A2", "palette")) in ("consistent", "drifted")
    assert found_by == {("A1", "gate"): "consistent", ("A2", "gate"): "consistent", ("A2", "variation"): "consistent"}
    assert (tmp_path / "a.parquet").read_bytes()[:4] == b"PAR1"
    facts = json.loads(ran("score", production, "--run", "scored", "--against", "scored", "--json"))
    unknown, palette, _ = facts["rates"]
    assert (unknown["axis"], unknown["passes"], unknown["verifiable"], unknown["expected"]) == ("appearance", 0, 0, 1)
    assert palette["interval"]["high"] <= 1
    assert palette["corrected"] is None  # no impostor in a cast of one: nothing to correct with
    assert facts["unknown"] == list(card.lines_of_takes[1:])
    assert ran("score", production, "--run", "scored", "--first").splitlines()[0] == card.sentence("Ada", takes="first")
    assert facts["against"]["axes"][0]["dropped"] == 0
    assert {row["scorer"] for row in facts["verdicts"]} == {score.scorer for score in card.scores}
    assert posts(drawn) == sent


def test_two_wishes_for_one_output_are_refused(production: Path) -> None:
    result = CliRunner().invoke(app, ["score", str(production), "--csv", "-", "--json"])
    assert isinstance(result.exception, UsageError)
    assert "both want the output" in str(result.exception)


def test_nothing_shot_cannot_be_calibrated(production: Path) -> None:
    with pytest.raises(UsageError, match="shoot first"):
        ck.open_studio(production, run="empty", max_spend=5.0).calibrate()


def ran(*words: object) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_cut_list_follows_what_a_person_decided_also_after_a_restart(production: Path) -> None:
    studio = ck.open_studio(production, run="decided", max_spend=5.0)
    studio.shoot()
    studio.retakes([("A1", "another sky")])
    second = {"A1": 2, "A2": 1}
    studio.decisions.star("A1", 1)
    assert studio.score().best() == {"A1": 1, "A2": 1}
    studio.decisions.reject("A1", 1)
    later = ck.open_studio(production, run="decided", max_spend=5.0)
    assert {cut.shot: cut.take for cut in later.cut_list().cuts} == second
    later.decisions.reject("A2", 1)
    assert [cut.shot for cut in later.cut_list().cuts] == ["A1"]
    assert [take.id for take in later.takes()] == ["A1-t1", "A1-t2", "A2-t1"]
