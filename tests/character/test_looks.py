"""Attributes and how they become words."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from charkit.character.looks import Description, Eyes, Hair, View, dressed


def test_attributes_stand_in_a_fixed_order_whatever_the_order_of_the_keys() -> None:
    parts = {
        "marks": "a scar",
        "features": "long ears",
        "hair": "grey hair",
        "eyes": "blue eyes",
        "face": "a thin face",
        "fur": "soft down",
        "skin": "dark skin",
        "build": "a tall build",
        "age": "eighty",
        "what": "an elf",
    }
    assert Description.model_validate(parts).text == (
        "an elf of eighty with a tall build, dark skin, soft down, a thin face, blue eyes, grey hair, "
        "long ears and a scar"
    )


def test_a_noun_alone_is_a_description() -> None:
    assert Description(what="一只白猫").text == "一只白猫"


@pytest.mark.parametrize("hair", [{}, {"text": "a bob", "colour": "red"}])
def test_hair_is_written_one_way_or_the_other(hair: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Hair.model_validate(hair)


@pytest.mark.parametrize(
    ("pronoun", "words"),
    [("she", "She wears a hat, and carries a cane."), ("they", "They wear a hat, and carry a cane.")],
)
def test_verbs_agree_with_the_pronoun(pronoun: str, words: str) -> None:
    assert dressed("somebody", pronoun=pronoun, wears=("a hat",), carries=("a cane",)) == f"somebody. {words}"


def test_what_is_neither_worn_nor_carried_is_not_spoken_of() -> None:
    assert dressed("a fox", pronoun="it", wears=(), carries=()) == "a fox."
    assert dressed("a fox", pronoun="it", wears=(), carries=("a key",)) == "a fox. It carries a key."


@pytest.mark.parametrize("eyes", [{}, {"text": "one eye", "colour": "red"}])
def test_eyes_are_written_one_way_or_the_other(eyes: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Eyes.model_validate(eyes)


def test_eyes_by_their_parts_say_the_same_as_one_phrase() -> None:
    by_parts = Description.model_validate({"what": "a girl", "eyes": {"shape": "big", "colour": "green"}})
    by_phrase = Description.model_validate({"what": "a girl", "eyes": "big green eyes"})
    assert by_parts.text == by_phrase.text


def test_one_phrase_for_eyes_is_kept_as_the_plain_text_that_it_was() -> None:
    dumped = Description.model_validate({"what": "a girl", "eyes": "big green eyes"}).model_dump()
    assert dumped["eyes"] == "big green eyes"
    assert Description.model_validate(dumped).eyes == Eyes(text="big green eyes")


def test_attributes_name_only_what_is_said() -> None:
    said = Description.model_validate({"what": "a girl", "hair": {"colour": "copper"}, "marks": ["a mole", "a scar"]})
    assert [str(attribute) for attribute in said.attributes] == [
        "what: a girl",
        "hair: copper hair",
        "hair.colour: copper",
        "marks: a mole, a scar",
    ]


def test_views_are_the_words_that_people_write() -> None:
    assert View("three-quarter") is View.THREE_QUARTER
    assert str(View.LEFT_PROFILE) == "left-profile"
