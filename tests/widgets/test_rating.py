from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from charkit.errors import MissingDependency
from charkit.scoring.people import HumanCheck
from charkit.widgets.rating import RatingPanel
from tests.scoring.test_people import question

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def check(tmp_path: Path) -> HumanCheck:
    check = HumanCheck(folder=tmp_path, seed=1, questions=tuple(question(n, 0.5) for n in range(3)))
    check.save()
    return check


def test_a_click_answers_the_shown_question_and_brings_the_next(check: HumanCheck) -> None:
    panel = RatingPanel(check, "ana")
    first, second, third = (q.id for q in check.order_for("ana"))
    assert "Question 1 of 3" in panel._words.value
    panel.buttons["same"].click()
    panel.buttons["different"].click()
    assert dict(check.rating("ana").answers) == {first: "same", second: "different"}
    panel.buttons["cannot tell"].click()
    assert check.rating("ana").answers[third] == "cannot tell"
    assert all(button.disabled for button in panel.buttons.values())
    assert "all 3 questions are answered" in panel._repr_mimebundle_()["text/html"]


def test_going_back_lets_an_answer_be_changed_and_loses_none(check: HumanCheck) -> None:
    panel = RatingPanel(check, "ana")
    first = check.order_for("ana")[0].id
    panel.back.click()
    panel.buttons["same"].click()
    panel.back.click()
    assert check.rating("ana").answers == {first: "same"}
    panel.buttons["different"].click()
    assert check.rating("ana").answers == {first: "different"}
    assert "Question 2 of 3" in panel._words.value


def test_a_reopened_panel_goes_on_where_the_rater_stopped(check: HumanCheck) -> None:
    RatingPanel(check, "ana").buttons["same"].click()
    assert repr(RatingPanel(HumanCheck.load(check.folder), "ana")) == "RatingPanel(ana: 1 of 3 answered)"


def test_nothing_on_the_panel_tells_who_or_where(check: HumanCheck) -> None:
    panel = RatingPanel(check, "ana")
    page = panel._repr_mimebundle_()["text/html"]
    for told in ("Mira", "S0", "S1", "S2", "own", "stranger", "palette"):
        assert told not in page.replace("shown", "")
    assert page.count("<img") == 2


def test_a_saved_notebook_holds_a_still_picture_of_it(check: HumanCheck) -> None:
    bundle = RatingPanel(check, "ana")._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert "<script" not in str(bundle["text/html"])


def test_an_answer_that_cannot_be_written_is_said_and_the_question_stays(check: HumanCheck) -> None:
    panel = RatingPanel(check, "ana")
    before = panel._words.value
    (check.folder / "ratings").write_text("in the way")
    panel.buttons["same"].click()
    assert "✗" in panel.line.value
    assert panel.failure is None
    assert panel._words.value == before


def test_without_ipywidgets_it_says_what_to_install(check: HumanCheck, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(MissingDependency, match="notebooks"):
        RatingPanel(check, "ana")
