"""Words, tongues, and names in every script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charkit.prompts.lint.text import is_english, named_in, words_of


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("Mira", "Mira's hand, Mira, and Miraculous light", 2),
        ("Mira", "美羽がMiraに手を振る", 1),
        ("美羽", "美羽が灯りを上げる", 1),
        ("ليلى", "ترفع ليلى الفانوس وليلى تنظر", 2),
        ("Зоя", "Зоя и Зоянка", 1),
        ("Zoë Ray", "Zoë Ray waves; Zoë waits", 1),
        ("Mira", "mira", 0),
        ("", "anything", 0),
    ],
)
def test_names_are_found_as_their_script_writes_them(name: str, text: str, count: int) -> None:
    assert len(named_in(name, text)) == count


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("Mira lifts the lantern", True),
        ("Mira smiles", True),
        ("Das Mädchen hebt die Laterne", False),
        ("La niña levanta la linterna en el puerto", False),
        ("美羽が灯りを上げる", False),
        ("ترفع الفانوس", False),
        ("", False),
    ],
)
def test_english_is_told_from_its_neighbours(text: str, english: bool) -> None:
    assert is_english(text) is english


@given(st.text(max_size=200))
def test_every_word_stands_where_it_says(text: str) -> None:
    for word in words_of(text):
        assert text[word.start : word.end] == word.text


def test_hyphens_part_words_and_an_apostrophe_s_is_a_word() -> None:
    assert [word.text for word in words_of("Mira's blue-eyed cat doesn't")] == [
        "Mira",
        "'s",
        "blue",
        "eyed",
        "cat",
        "does",
        "n't",
    ]
