"""Names, lines and phrases."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from charkit.character.words import Line, Name, Phrases, article, counted, ended, folded, joined, skeleton, slug_of


def test_white_space_inside_a_line_is_collapsed() -> None:
    assert TypeAdapter(Line).validate_python("  a \n b\t c ") == "a b c"


@pytest.mark.parametrize("text", ["", "  \n", "bell\x07"])
def test_empty_lines_and_control_characters_are_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Line).validate_python(text)


@pytest.mark.parametrize(
    "text",
    [
        "Mira\u202e",
        "Mi\u200bra",
        "\u2066Mira",
        "Mira: the girl",
        "<Mira>",
        "Mira [1]",
        'the "cat"',
        "{{ name }}",
        "x" * 81,
    ],
)
def test_a_name_that_would_break_a_prompts_lines_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Name).validate_python(text)


@pytest.mark.parametrize("text", ["D'Artagnan", "Anne-Marie", "小雪", "ليلى", "K9", "Dr. No", "می\u200cنا", "क्\u200dष"])
def test_names_as_people_have_them_pass(text: str) -> None:
    assert TypeAdapter(Name).validate_python(text) == text


def test_one_phrase_is_a_list_of_one() -> None:
    assert TypeAdapter(Phrases).validate_python("a scarf") == ("a scarf",)


def test_names_are_compared_composed_and_folded() -> None:
    assert folded("ZOE\u0308 ") == folded("zo\u00eb")


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Mira Moon", "mira-moon"),
        ("../etc/passwd", "etc-passwd"),
        ("मीरा", "मीरा"),
        ("!!!", "character"),
        ("a.b", "a-b"),
    ],
)
def test_a_slug_is_safe_in_paths_and_keeps_every_script(text: str, slug: str) -> None:
    assert slug_of(text) == slug


def test_a_slug_leaves_room_in_the_name_of_a_file() -> None:
    assert len(slug_of("雪" * 80).encode()) <= 120
    assert slug_of("雪" * 80) == "雪" * 40


@pytest.mark.parametrize(("one", "other"), [("Мирa", "Mиpa"), ("ＡＮＮ", "ann"), ("pаypal", "paypal")])
def test_lookalike_letters_have_one_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


def test_english_is_put_together_as_people_write_it() -> None:
    assert joined(("a",)) == "a"
    assert joined(("a", "b", "c")) == "a, b and c"
    assert (article("old coat"), article("red coat")) == ("an", "a")
    assert (counted(1, "shot"), counted(2, "shot")) == ("1 shot", "2 shots")
    assert [ended(text) for text in ("Go", "Go!", "走。")] == ["Go.", "Go!", "走。"]
