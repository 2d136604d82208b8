"""A person at the workbench: opens the notebooks in JupyterLab, runs them, and decides by clicking.

What a click did is read from disk, where it counts. The tests go on from each other's work, as a person does, and run
in this order; one module, so that one server and one browser on one worker serve them all.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from charkit.film import CutList, Film
from charkit.takes.decisions import TakeDecisions
from tests.browser.notebook import until

RUN = "tour"


@pytest.fixture
def run(workspace) -> Path:
    return workspace / "data" / "runs" / RUN


def took(run: Path) -> list[tuple[str, int]]:
    """The takes on disk, by shot and number."""
    file = run / "takes.json"
    if not file.is_file():
        return []
    return sorted((one["subject"], one["number"]) for one in json.loads(file.read_text(encoding="utf-8"))["takes"])


def words(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def test_a_candidate_is_made_kept_and_the_sheet_locked(opened, run, workspace, artefacts):
    book = opened("01_character_design")
    for cell in ("production: str", "ck.open_studio"):
        book.run(cell)
    board = book.run("CastingBoard(")
    board.get_by_role("button", name=re.compile(r"^make 3 more, \$")).click()
    keep = board.get_by_role("button", name="keep", exact=True)
    until("three candidates are there", lambda: keep.count() == 3)
    keep.nth(1).click()
    until("the second one is kept", lambda: json.loads(words(run / "casting.json") or "{}"))
    assert json.loads(words(run / "casting.json"))["anchors"] == {"mira": 2}
    board.get_by_role("button", name="lock the sheet").click()
    sheets = workspace / "data" / "productions" / "lantern" / "characters"
    until("a version lies beside the sheet", (sheets / "mira.versions" / "v1" / "mira.yaml").is_file)
    book.picture(board, artefacts / "01_casting_board.png")


def test_other_words_are_tried_and_used_and_the_plan_is_approved(opened, run, artefacts):
    book = opened("03_storyboard_and_plan")
    book.run_all()
    lab = book.output("PromptLab(")
    lab.get_by_label("light").fill("first stars, a warm lamp in her hand")
    until("the draft is kept", lambda: "first stars" in words(run / "drafts.json"))
    lab.get_by_role("button", name="use in this run").click()
    until("the run uses the words", lambda: "first stars" in words(run / "wording.yaml"))
    book.picture(lab, artefacts / "03_prompt_lab.png")
    plan = book.output("PlanTable(")
    plan.get_by_role("button", name="read again").click()
    plan.get_by_role("button", name=re.compile("^approve")).click()
    until("the approval is kept", lambda: json.loads(words(run / "approval.json") or "{}"))
    book.picture(plan, artefacts / "03_plan_table.png")


def test_shots_are_shot_starred_and_retaken_from_the_board(opened, run, artefacts):
    book = opened("04_shoot")
    for cell in ("production: str", "ck.open_studio", "studio.quote()"):
        book.run(cell)
    board = book.run("ShotBoard(studio")
    board.get_by_role("button", name=re.compile(r"^shoot 3 missing, \$")).click()
    until("three takes are there", lambda: len(took(run)) == 3, patience=180)
    star = board.get_by_role("button", name="★ star").nth(1)
    star.click()
    decisions = TakeDecisions(run / "decisions.json")
    until("a take is starred", lambda: decisions.starred == {("S03", 1)})
    board.get_by_role("button", name=re.compile(r"^retake \$")).last.click()
    until("there is another take of S06", lambda: ("S06", 2) in took(run), patience=180)
    until("both are shown", lambda: board.get_by_role("button", name="★ star").count() == 3)
    board.get_by_role("button", name="side by side").last.click()
    player = board.locator(".charkit-player")
    player.wait_for()
    player.focus()
    book.page.keyboard.press("2")
    until("the second one is starred", lambda: ("S06", 2) in decisions.starred)
    book.picture(board, artefacts / "04_shot_board.png")
    with book.seen(width=1920, dark=True):
        book.picture(board, artefacts / "04_shot_board_1920_dark.png")


def test_the_cut_is_changed_tried_and_assembled(opened, run, artefacts):
    book = opened("06_film")
    saved = book.output("CutEditor(")  # from the repository: no kernel ever ran it here, and nobody trusts it
    assert "S10" in saved.inner_text()
    assert saved.locator("img").count() == 10
    assert "model not found" not in saved.inner_text()
    book.picture(saved, artefacts / "06_cut_editor_saved.png")
    for cell in ("production: str", "ck.open_studio", "studio.cut_list()"):
        book.run(cell)
    editor = book.run("CutEditor(")
    editor.get_by_role("listbox").focus()
    cell = book.active_cell
    for key in ("ArrowDown", "ArrowUp", "ArrowDown"):  # which JupyterLab would take for itself, to go to another cell
        book.page.keyboard.press(key)
    until("the second cut is chosen", lambda: editor.get_by_label("place").input_value() == "2")
    assert book.active_cell == cell
    editor.get_by_label("then").select_option("dissolve")
    file = run / "cutlist.yaml"
    until("the transition is on disk", lambda: CutList.load(file).cuts[1].transition)
    editor.get_by_role("button", name="earlier").click()
    until("the order is on disk", lambda: CutList.load(file).cuts[0].shot == "S03")
    editor.get_by_role("button", name="this cut into the next").click()
    editor.locator("video").wait_for()
    book.picture(editor, artefacts / "06_cut_editor.png")
    book.run("studio.assemble(")
    film = Film.load(run)
    assert [shot.shot for shot in film.shots] == ["S03", "S02", "S06"]
    assert film.seconds == pytest.approx(sum(shot.seconds for shot in film.shots) - 0.5, abs=0.05)
