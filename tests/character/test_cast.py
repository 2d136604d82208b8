"""The characters of a production: look-ups and namesakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from charkit.character import Cast
from charkit.errors import BadDocument, UnknownName

LANTERN = Path(__file__).parents[2] / "data" / "productions" / "lantern" / "characters"


NAMESAKES = [
    ("Mira", "mira"),
    ("Straße", "STRASSE"),
    ("小雪", "小雪"),
    ("Zoe\u0308", "Zo\u00eb"),  # decomposed and composed
    ("Ｍｉｒａ", "Mira"),  # full width
    ("ﾕｷ", "ユキ"),  # half width
    ("Mira", "Мira"),  # a Cyrillic letter
    ("Νικα", "Νικa"),  # a Latin letter among Greek ones
]


def make(folder: Path, **names: str) -> Path:
    for file, name in names.items():
        (folder / f"{file}.yaml").write_text(f"# sheet\nname: {name}\nlocked: somebody\n", encoding="utf-8")
    return folder


def test_a_character_is_found_by_slug_and_by_name_whatever_the_case() -> None:
    cast = Cast.load(LANTERN)
    assert list(cast) == ["fenn", "mira"]
    assert cast["mira"] is cast["MIRA"]
    assert "Fenn" in cast
    assert "Finn" not in cast


def test_a_name_is_the_same_name_however_its_accents_are_encoded(tmp_path: Path) -> None:
    cast = Cast.load(make(tmp_path, zoe="Zoe\u0308"))
    assert cast["Zo\u00eb"].slug == "zoe"


def test_an_unknown_character_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'Mira'"):
        Cast.load(LANTERN)["mirra"]


@pytest.mark.parametrize(("first", "second"), NAMESAKES)
def test_two_characters_of_one_name_are_refused_with_both_files_and_lines(
    tmp_path: Path, first: str, second: str
) -> None:
    with pytest.raises(BadDocument, match=r"b\.yaml:2: .* in .*a\.yaml:2.*own name") as caught:
        Cast.load(make(tmp_path, a=first, b=second))
    assert Path(caught.value.file).name == "b.yaml"
    assert caught.value.line == 2


def test_a_name_that_is_another_ones_file_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadDocument, match="own name"):
        Cast.load(make(tmp_path, mira="Mira Moon", moon="mira"))


@pytest.mark.parametrize(
    ("first", "second"), [("Zoe", "Zoé"), ("ليلى", "ليلا"), ("小雪", "小雷"), ("Ann", "Anna"), ("Mira", "Мила")]
)
def test_names_that_people_can_tell_apart_are_two_names(tmp_path: Path, first: str, second: str) -> None:
    assert len(Cast.load(make(tmp_path, a=first, b=second))) == 2


def test_a_missing_folder_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(BadDocument, match="no such folder"):
        Cast.load(tmp_path / "characters")


def test_hidden_and_other_files_are_no_sheets(tmp_path: Path) -> None:
    make(tmp_path, mira="Mira")
    (tmp_path / ".mira.yaml.swp.yaml").write_text("nonsense: [", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("hello", encoding="utf-8")
    assert list(Cast.load(tmp_path)) == ["mira"]


def test_a_cast_shows_itself_in_one_line_and_as_cards() -> None:
    shown = Cast.load(LANTERN)._repr_mimebundle_()
    assert shown["text/plain"] == "<Cast of 2: Fenn, Mira>"
    assert "Fenn" in shown["text/html"]
    assert "Mira" in shown["text/html"]
