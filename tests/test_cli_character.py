"""`charkit character` as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from charkit.cli import app
from charkit.errors import UsageError

RUN = CliRunner()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CHARKIT_TODAY", "2026-11-22")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "film" / "characters").mkdir(parents=True)
    (tmp_path / "film" / "characters" / "yuki.yaml").write_text(
        'name: ゆき\ndescription: {what: a girl, hair: {colour: black}}\npalette: {red: "#cc0000"}\n', encoding="utf-8"
    )
    return tmp_path


SHEET = "film/characters/yuki.yaml"


def said(*words: str) -> str:
    found = RUN.invoke(app, ["character", *words], catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return found.output


def facts(*words: str) -> dict:
    return json.loads(said(*words, "--json"))


def test_a_cast_is_listed_with_versions_and_states(home: Path) -> None:
    assert "ゆき" in said("list", "film")
    assert "not locked, no own pictures" in said("list", "film/characters")
    (one,) = facts("list", "film")["characters"]
    assert (one["slug"], one["state"], one["attributes"]["hair.colour"]) == ("yuki", "not locked", ["black"])


def test_a_sheet_is_shown_attribute_by_attribute(home: Path) -> None:
    text = said("show", SHEET)
    assert "hair.colour    black" in text
    assert "words, default: a girl with black hair." in text
    assert facts("show", SHEET)["palette"] == {"red": "#cc0000"}


def test_locking_listing_and_comparing_versions(home: Path) -> None:
    assert "version 1 is locked" in said("lock", SHEET, "--note", "approved")
    assert facts("lock", SHEET)["number"] == 1
    file = home / SHEET
    file.write_text(file.read_text("utf-8").replace("black", "white"), encoding="utf-8")
    assert "changed since version 1" in said("versions", SHEET)
    assert "description.hair.colour: black → white" in said("diff", SHEET)
    assert facts("diff", SHEET)["changes"][0]["after"] == "white"
    said("lock", SHEET)
    assert said("diff", SHEET).strip() == "no difference"
    assert facts("diff", SHEET, "2", "1")["changes"][0]["before"] == "white"
    assert [one["number"] for one in facts("versions", SHEET)["versions"]] == [1, 2]
    assert "black" in said("show", SHEET, "--version", "1")


def test_comparing_what_was_never_locked_says_how_to_lock(home: Path) -> None:
    with pytest.raises(UsageError, match="charkit character lock"):
        said("diff", SHEET)


def test_pictures_are_added_and_the_character_goes_out_and_comes_in(home: Path) -> None:
    Image.new("RGB", (300, 400), "teal").save(home / "me.png")
    added = facts("import", SHEET, "me.png", "--view", "front", "--origin", "drawing", "--licence", "CC0-1.0")
    assert added["added"] == ["yuki/front.png"]
    assert added["digest"] != added["before"]
    assert "nothing new" in said("import", SHEET, "me.png", "--view", "front")
    assert "1 picture\n" in said("export", SHEET, "yuki.char", "--licence", "CC0-1.0")
    taken = facts("import", "yuki.char", "--into", "theirs")
    assert (taken["how"], taken["digest"]) == ("new", added["digest"])
    assert "there already" in said("import", "yuki.char", "--into", "theirs")
    assert (home / "theirs" / "yuki" / "01-front.png").is_file()


def test_a_changed_character_comes_in_as_a_version_when_asked(home: Path) -> None:
    said("export", SHEET, "yuki.char")
    file = home / SHEET
    file.write_text(file.read_text("utf-8").replace("black", "white"), encoding="utf-8")
    with pytest.raises(UsageError, match="Nothing is written over"):
        said("import", "yuki.char", "--into", "film/characters")
    assert "kept as a version 1" in said("import", "yuki.char", "--into", "film/characters", "--as-version")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["import", SHEET], "which pictures"),
        (["import", SHEET, "me.png"], "what they show"),
        (["import", "x.char", "me.png", "--view", "front"], "brings its own pictures"),
        (["import", SHEET, "me.png", "--view", "front", "--origin", "scan"], "--origin 'scan'"),
    ],
)
def test_a_wrong_call_is_answered_with_the_right_one(home: Path, words: list[str], reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        said(*words)
