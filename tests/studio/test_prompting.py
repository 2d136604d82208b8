"""The words of a run, as a notebook asks for them."""

from __future__ import annotations

from pathlib import Path

import pytest

import charkit as ck
from charkit.errors import BadDocument, UnknownName, UnsupportedRequest, UsageError
from charkit.prompts.lint import Lint

pytestmark = pytest.mark.usefixtures("on_the_simulator")

OWN = """\
---
about: Mine.
slots:
  style: {kind: text, about: x}
  shot: {kind: text, about: x}
  place: {kind: text, about: x}
  sound: {kind: text, about: x}
---
One single continuous shot. {{ style }}. {{ shot }}. {{ place }}. {{ sound }} Mine.
"""


def test_every_wording_its_take_its_score_and_the_winner_are_on_record(production: Path) -> None:
    studio = ck.open_studio(production, run="history", max_spend=5.0)
    studio.plan()
    assert [str(version.takes) for shot in studio.prompts.history for version in shot] == ["()", "()"]
    card = studio.score(studio.shoot())
    studio.cut_list(card)
    history = studio.prompts.history
    assert set(history.winners) == {"A1", "A2"}
    winner = history["A2"].winner
    assert winner is not None
    assert winner.by == "score"
    assert winner.prompt.text == studio.plan()["A2"].prompt.text
    assert winner.takes[0].simulated
    assert winner.takes[0].verdict
    assert dict(winner.sheets)["Ada"] == studio.cast["Ada"].digest
    before = studio.prompts.file.read_bytes()
    studio.score()
    studio.cut_list()
    studio.plan()
    assert studio.prompts.file.read_bytes() == before


def test_other_words_are_another_version_and_the_difference_to_the_winner_is_told(production: Path) -> None:
    studio = ck.open_studio(production, run="words", max_spend=5.0)
    studio.cut_list(studio.score(studio.shoot()))
    board = production / "storyboard.yaml"
    board.write_text(board.read_text("utf-8").replace("place: ", "place: far out, ", 1), "utf-8")
    again = ck.open_studio(production, run="words", max_spend=5.0)
    again.plan()
    diff = again.prompts.diff("A1")
    assert (diff.old, diff.new) == ("version 1, winner", "version 2")
    assert "{+far out, +}" in diff.text


def test_a_person_who_edits_the_cut_list_is_named_as_who_chose(production: Path) -> None:
    studio = ck.open_studio(production, run="by-person", max_spend=5.0)
    card = studio.score(studio.shoot())
    cuts = studio.cut_list(card)
    again = studio.prompts.chosen(cuts, type("Card", (), {"best": lambda self: {"A1": 2, "A2": 1}})())  # type: ignore[arg-type]
    assert again is cuts
    winners = studio.prompts.history.winners
    assert (winners["A1"].by, winners["A2"].by) == ("a person", "score")
    studio.score()
    assert studio.prompts.history.winners["A1"].by == "a person"


def test_a_shot_reads_side_by_side_on_several_routes_and_who_cannot_says_why(production: Path) -> None:
    prompts = ck.open_studio(production, run="across", max_spend=5.0).prompts
    across = prompts.across("A2", "omni-1.2", "h3-vllm", "nano-banana-2.1")
    assert "<IMAGE_REF_0>" in across["omni-1.2"].text
    assert "<Picture 1> is Ada" in across["h3-vllm"].text
    assert [route for route, _ in across.refused] == ["nano-banana-2.1"]
    assert "makes pictures, no clips" in across._repr_mimebundle_()["text/html"]
    with pytest.raises(UnsupportedRequest, match="cannot make shot A2"):
        prompts.render("A2", "nano-banana-2.1")
    with pytest.raises(UnknownName, match=r"omni-1\.2"):
        prompts.render("A2", "omni-1.22")


def test_a_productions_own_template_is_used_and_shown_as_its_own(production: Path) -> None:
    (production / "prompts").mkdir()
    (production / "prompts" / "transition_shot.txt").write_text(OWN, "utf-8")
    studio = ck.open_studio(production, run="own", max_spend=5.0)
    assert studio.prompts.templates.own == ("transition_shot",)
    planned = studio.plan()["A1"].prompt
    assert planned.own
    assert planned.text.endswith("Mine.")


def test_a_wrong_own_template_is_one_clear_error_with_file_and_line(production: Path) -> None:
    (production / "prompts").mkdir()
    file = production / "prompts" / "transition_shot.txt"
    file.write_text(OWN.replace("{{ place }}", "{{ palce }}"), "utf-8")
    with pytest.raises(BadDocument, match="Did you mean 'place'") as caught:
        ck.open_studio(production, run="wrong", max_spend=5.0).plan()
    assert (caught.value.file, caught.value.line) == (file, 9)


def test_the_storyboard_and_free_text_are_linted(production: Path) -> None:
    prompts = ck.open_studio(production, run="lint", max_spend=5.0).prompts
    assert isinstance(prompts.lint(), Lint)
    assert [one.rule for one in prompts.lint("Ada waves. Cut to the sea")] == ["more-than-one-cut"]


def test_other_words_are_tried_without_touching_the_storyboard(production: Path) -> None:
    prompts = ck.open_studio(production, run="try", max_spend=5.0).prompts
    before = prompts.render("A2", "omni-1.2")
    after = prompts.render("A2", "omni-1.2", light="candle light")
    assert "candle light" in after.compared_with(before).text
    assert prompts.render("A2", "omni-1.2").text == before.text
    with pytest.raises(UnknownName, match="words of a shot"):
        prompts.render("A2", "omni-1.2", seconds="9")
    with pytest.raises(UsageError, match="cannot say that"):
        prompts.render("A2", "omni-1.2", framing="huge")
