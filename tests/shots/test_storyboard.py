"""The storyboard: what may stand in it and what may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from charkit.character import Cast
from charkit.errors import BadDocument, UnknownName
from charkit.shots import Storyboard

ROOT = Path(__file__).parents[2]
LANTERN = ROOT / "data" / "productions" / "lantern"
TEMPLATE = ROOT / "charkit" / "templates" / "production"

BOARD = """\
title: Test
style: ink
shots:
  - id: S01
    seconds: 4
    place: a harbour
    characters:
      - {name: Mira, wardrobe: indoors}
      - Fenn
    dialogue:
      - {character: Mira, text: Hello.}
  - id: S02
    seconds: 5
    place: the sea
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "storyboard.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_demo_film_has_ten_shots_of_43_seconds_and_a_cast_that_can_play_them() -> None:
    storyboard = Storyboard.load(LANTERN / "storyboard.yaml", Cast.load(LANTERN / "characters"))
    assert len(storyboard) == 10
    assert storyboard.seconds == 43
    assert [shot.id for shot in storyboard.each() if shot.is_transition] == ["S01", "S05", "S10"]
    assert {line.text for shot in storyboard.each() for line in shot.dialogue} == {
        "The light is out.",
        "Hold it steady, Fenn.",
    }


def test_the_template_production_runs_as_it_is() -> None:
    storyboard = Storyboard.load(TEMPLATE / "storyboard.yaml", Cast.load(TEMPLATE / "characters"))
    assert any(shot.is_transition for shot in storyboard.each())
    assert any(shot.dialogue for shot in storyboard.each())


def test_a_plain_name_is_enough_for_a_character(tmp_path: Path) -> None:
    shot = Storyboard.load(write(tmp_path, BOARD))["S01"]
    assert [(who.name, who.wardrobe) for who in shot.characters] == [("Mira", "indoors"), ("Fenn", "default")]
    assert shot.has_sound
    assert not shot.is_transition


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("seconds: 5", "seconds: 0", 13, "greater than 0"),
        ("seconds: 5", "seconds: 4.5", 13, "a whole number"),
        ("place: the sea", "place: the sea\n    camra: still", 15, "Did you mean 'camera'?"),
        ("id: S02", "id: s01", 12, "used twice"),
        ("id: S02", "id: ../S02", 12, "files are named after it"),
        ("- Fenn", "- Mira", 7, "more than once"),
        ("character: Mira", "character: Miro", 10, "Did you mean 'Mira'?"),
        ("- Fenn", "- Fen", 9, "Did you mean 'Fenn'?"),
        ("wardrobe: indoors", "wardrobe: indoor", 8, "Did you mean 'indoors'?"),
        ("style: ink", "style: ink\nresolution: 8k", 3, "'720p'"),
        ("place: the sea", "place: ''", 14, "is empty"),
        ("place: the sea", "place: the sea\n    framing: closeup", 15, "'close-up'"),
    ],
)
def test_a_wrong_storyboard_is_refused_with_its_line_and_the_way_out(
    tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    assert old in BOARD
    with pytest.raises(BadDocument) as caught:
        Storyboard.load(write(tmp_path, BOARD.replace(old, new)), Cast.load(LANTERN / "characters"))
    assert said in str(caught.value)
    assert caught.value.line == line


@pytest.mark.parametrize("text", ["", "title: T\nstyle: ink\nshots: []\n"])
def test_an_empty_storyboard_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadDocument, match=r"empty|at least one shot"):
        Storyboard.load(write(tmp_path, text))


def test_a_storyboard_made_in_a_notebook_is_checked_against_the_cast_too() -> None:
    storyboard = Storyboard.model_validate(
        {
            "title": "T",
            "style": "ink",
            "shots": [{"id": "S1", "seconds": 4, "place": "a wood", "characters": ["Nobody"]}],
        }
    )
    with pytest.raises(BadDocument, match="Nobody"):
        storyboard.check(Cast.load(LANTERN / "characters"))


def test_an_unknown_shot_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="S01"):
        Storyboard.load(write(tmp_path, BOARD))["S1"]


def test_a_storyboard_shows_itself_in_one_line_and_as_a_table(tmp_path: Path) -> None:
    storyboard = Storyboard.load(write(tmp_path, BOARD))
    shown = storyboard._repr_mimebundle_()
    assert shown["text/plain"] == "<Storyboard 'Test': 2 shots, 9 s, 16:9 at 720p>"
    assert "Mira (indoors), Fenn" in shown["text/html"]
    card = storyboard["S01"]._repr_mimebundle_()
    assert card["text/plain"] == "<Shot S01: 4 s, medium, Mira, Fenn, a harbour>"
    assert "Hello." in card["text/html"]


def dressed(folder: Path, sheet: str, who: str = "Mira") -> Storyboard:
    (folder / "characters").mkdir()
    (folder / "characters" / "mira.yaml").write_text(
        f"name: Mira\nlocked: a girl\nwardrobe:\n  default: a coat\n{sheet}", encoding="utf-8"
    )
    board = f"title: T\nstyle: ink\nshots:\n  - id: S01\n    seconds: 4\n    place: x\n    characters: [{who}]\n"
    return Storyboard.load(write(folder, board), Cast.load(folder / "characters"))


def test_a_sheet_may_say_in_which_shots_an_outfit_is_worn(tmp_path: Path) -> None:
    board = dressed(tmp_path, "  night: {wears: pyjamas, shots: [S01]}\n")
    assert board["S01"].characters[0].wardrobe == "night"
    assert board.file is not None


def test_sheet_and_storyboard_may_not_dress_a_shot_differently(tmp_path: Path) -> None:
    with pytest.raises(BadDocument, match=r"storyboard\.yaml:7: .*'default'.*'night'.*one place"):
        dressed(tmp_path, "  night: {wears: pyjamas, shots: [S01]}\n", "{name: Mira, wardrobe: default}")


def test_an_outfit_for_a_shot_that_is_not_there_is_refused_at_the_sheets_line(tmp_path: Path) -> None:
    with pytest.raises(BadDocument, match=r"mira\.yaml:5: 'S1' is no shot\. Did you mean 'S01'"):
        dressed(tmp_path, "  night: {wears: pyjamas, shots: [S1]}\n")


def test_the_lead_shot_is_the_first_that_shows_somebody(tmp_path: Path) -> None:
    empty, shown = "{id: A, seconds: 4, place: the sea}", "{id: B, seconds: 4, place: a hill, characters: [Odo]}"
    board = Storyboard.load(write(tmp_path, f"title: T\nstyle: ink\nshots:\n  - {empty}\n  - {shown}\n"))
    assert board.lead_shot.id == "B"
    board = Storyboard.load(write(tmp_path, f"title: T\nstyle: ink\nshots:\n  - {empty}\n"))
    assert board.lead_shot.id == "A"
