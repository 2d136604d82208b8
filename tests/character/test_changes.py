"""What differs between two sheets."""

from __future__ import annotations

from charkit.character import CharacterSheet
from charkit.character.changes import changes


def sheet(**more: object) -> CharacterSheet:
    return CharacterSheet.model_validate({"name": "Ada", "description": {"what": "a girl"}, **more})


def test_sheets_that_say_the_same_do_not_differ() -> None:
    assert changes(sheet(), sheet()) == ()
    assert repr(changes(sheet(), sheet())) == "<Changes: none>"


def test_every_difference_is_named_by_its_place_with_both_sides() -> None:
    before = sheet(palette={"red": "#ff0000"}, never=["a hat"], wardrobe={"default": "a coat"})
    after = sheet(palette={"red": "#cc0000"}, never=["a hat", "glasses"], voice="low", wardrobe={"default": "a coat"})
    assert [str(change) for change in changes(before, after)] == [
        "palette.red: #ff0000 → #cc0000",
        "never: a hat → a hat, glasses",
        "voice: nothing → low",
    ]


def test_words_that_changed_are_shown_as_prompts_say_them() -> None:
    after = CharacterSheet.model_validate({"name": "Ada", "description": {"what": "a tall girl"}})
    found = {change.where: change.after for change in changes(sheet(), after)}
    assert found["locked text default"] == "a tall girl."


def test_differences_show_themselves_as_a_table() -> None:
    shown = changes(sheet(), sheet(voice="low"))._repr_mimebundle_()
    assert shown["text/plain"] == "<Changes: voice: nothing → low>"
    assert "voice" in shown["text/html"]
