"""A person's own pictures, brought onto a sheet."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from charkit.character import CharacterSheet
from charkit.character.art import add_pictures
from charkit.errors import BadReference, UnknownName, UsageError

SHEET = "# Hers.\nname: Mira\nlocked: a girl  # as ever\nwardrobe:\n  default: a coat\n  at night: a gown\n"


@pytest.fixture
def sheet(tmp_path: Path) -> CharacterSheet:
    folder = tmp_path / "characters"
    folder.mkdir()
    (folder / "mira.yaml").write_text(SHEET, encoding="utf-8")
    return CharacterSheet.load(folder / "mira.yaml")


def picture(folder: Path, name: str = "DSC 001.JPG", colour: str = "teal") -> Path:
    path = folder / name
    Image.new("RGB", (300, 400), colour).save(path)
    return path


def test_pictures_are_copied_beside_the_sheet_with_where_they_come_from(tmp_path: Path, sheet: CharacterSheet) -> None:
    mine = picture(tmp_path)
    found = add_pictures(
        sheet, [mine], view="front", origin="drawing", source="Bo, 2026", licence="CC-BY-4.0", consent="Bo agreed"
    )
    (one,) = found.references
    assert (one.file, one.view, one.origin, one.licence) == ("mira/front.jpg", "front", "drawing", "CC-BY-4.0")
    assert found.path_of(one).read_bytes() == mine.read_bytes()
    assert mine.is_file()
    assert found.digest != sheet.digest
    text = found.file.read_text("utf-8")
    assert text.startswith(SHEET)
    assert "wardrobe: default" not in text


def test_names_that_are_taken_are_left_alone(tmp_path: Path, sheet: CharacterSheet) -> None:
    (tmp_path / "characters" / "mira").mkdir()
    (tmp_path / "characters" / "mira" / "front.jpg").write_bytes(b"something of mine")
    found = add_pictures(sheet, [picture(tmp_path)], view="front")
    assert found.references[0].file == "mira/front-2.jpg"
    assert (tmp_path / "characters" / "mira" / "front.jpg").read_bytes() == b"something of mine"


def test_the_same_picture_again_changes_nothing(tmp_path: Path, sheet: CharacterSheet) -> None:
    mine = picture(tmp_path)
    once = add_pictures(sheet, [mine, mine], view="front")
    again = add_pictures(once, [mine], view="front")
    assert again.digest == once.digest
    assert len(again.references) == 1


def test_a_picture_in_another_outfit_says_so(tmp_path: Path, sheet: CharacterSheet) -> None:
    found = add_pictures(sheet, [picture(tmp_path)], view="face", wardrobe="at night")
    assert (found.references[0].file, found.references[0].wardrobe) == ("mira/face-at-night.jpg", "at night")


def test_one_bad_picture_among_good_ones_and_none_is_copied(tmp_path: Path, sheet: CharacterSheet) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"<html>")
    with pytest.raises(BadReference, match=r"bad\.png"):
        add_pictures(sheet, [picture(tmp_path), bad], view="front")
    assert not (tmp_path / "characters" / "mira").exists()
    assert sheet.file.read_text("utf-8") == SHEET


def test_a_sheet_that_cannot_be_written_keeps_no_stray_pictures(
    tmp_path: Path, sheet: CharacterSheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("charkit.character.art.rewrite", full)
    with pytest.raises(OSError, match="No space"):
        add_pictures(sheet, [picture(tmp_path)], view="front")
    assert list((tmp_path / "characters" / "mira").iterdir()) == []


def test_a_photo_needs_a_consent_here_or_on_the_sheet(tmp_path: Path, sheet: CharacterSheet) -> None:
    mine = picture(tmp_path)
    with pytest.raises(UsageError, match="need a consent"):
        add_pictures(sheet, [mine], view="front", origin="photo")
    found = add_pictures(sheet, [mine], view="front", origin="photo", consent="Ada, 2026-11-01, this film")
    assert found.references[0].consent == "Ada, 2026-11-01, this film"


@pytest.mark.parametrize(
    ("more", "error", "said"),
    [
        ({"view": "frontal"}, UsageError, "Did you mean 'front'"),
        ({"view": "front", "wardrobe": "at nite"}, UnknownName, "'at night'"),
    ],
)
def test_views_and_outfits_that_are_not_there_are_refused(
    tmp_path: Path, sheet: CharacterSheet, more: dict[str, str], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        add_pictures(sheet, [picture(tmp_path)], **more)


def test_a_picture_that_the_simulator_drew_is_known_by_its_comment(tmp_path: Path, sheet: CharacterSheet) -> None:
    clip = pytest.importorskip("charkit.simulator.clip", reason="SKIPPED: the simulator's packages are not installed")
    direction = pytest.importorskip("charkit.simulator.direction")
    drawn = clip.render_still(direction.Direction(prompt="Ada: a girl.", width=320, height=480, seed=1))
    (tmp_path / "x.png").write_bytes(drawn)
    found = add_pictures(sheet, [tmp_path / "x.png", picture(tmp_path)], view="front")
    assert [one.simulated for one in found.references] == [True, False]


def test_a_text_file_is_no_picture_whatever_it_holds(tmp_path: Path, sheet: CharacterSheet) -> None:
    (tmp_path / "a.txt").write_text("hello")
    with pytest.raises(BadReference, match="no picture by its name"):
        add_pictures(sheet, [tmp_path / "a.txt"], view="front")
