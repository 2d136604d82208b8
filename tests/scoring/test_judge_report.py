"""What a judge's run is worth: its ceiling, and the file in which a report finds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from charkit.errors import BadDocument
from charkit.scoring import Axis
from charkit.scoring.judge_report import Control, Described, JudgeReport


def control(kind: str, right: int, answers: int = 3, who: str = "Mira") -> Control:
    return Control(
        character="Mira", kind=kind, who=who, right=right, answers=answers, passed=2 * right > answers and answers > 0
    )


REPORT = JudgeReport(
    judge="gemini-3.8-flash",
    descriptions=(Described(character="Mira", attributes=(("hair_colour", "copper"),)),),
    controls=(control("duplicate", 3), control("re-lit copy", 2), control("stranger", 2, who="Fenn")),
    flips=0.1,
    models="gemini-3.8-flash-001 on 2026-11-22",
    questions=4,
    answered=4,
    usd=0.004,
)


def test_the_ceiling_is_what_the_judge_says_of_positive_controls_and_strangers_are_its_false_accepts() -> None:
    found = REPORT.ceiling
    assert (found.axis, found.passes, found.trials) == (Axis.ATTRIBUTES, 5, 6)
    assert (found.false_accepts, found.impostors) == (1, 3)
    said = "ceiling: 5 of 6 answers about duplicate and re-lit copy were right; 1 of 3 about strangers let them pass"
    assert REPORT.ceiling_said == said
    assert "5 of 6 answers" in REPORT._repr_mimebundle_()["text/html"]


def test_without_an_answer_about_a_control_there_is_no_ceiling() -> None:
    silent = JudgeReport(judge="j", controls=(control("duplicate", 0, 0), control("stranger", 3)))
    assert silent.ceiling is None
    assert silent.ceiling_said == ""
    assert silent.void


def test_it_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    REPORT.save(tmp_path / "judge.json")
    assert JudgeReport.load(tmp_path / "judge.json") == REPORT
    (tmp_path / "judge.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadDocument):
        JudgeReport.load(tmp_path / "judge.json")
