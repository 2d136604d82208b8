"""How long speaking takes."""

from __future__ import annotations

import pytest

from charkit.prompts.lint.speech import COMFORTABLE, RATES, speaking_seconds
from charkit.prompts.lint.text import syllables


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("The light is out.", 4),
        ("Hold it steady, Fenn.", 5),
        ("lighthouse", 2),
        ("table", 2),
        ("I walked home", 3),
        ("wanted", 2),
    ],
)
def test_syllables_of_english_are_counted_by_their_vowels(text: str, count: int) -> None:
    assert syllables(text, english=True) == count


def test_an_actors_pace_in_english_is_about_150_words_a_minute() -> None:
    text = "When the sunlight strikes raindrops in the air they act as a prism and form a rainbow over the harbour wall"
    seconds = speaking_seconds(text, "en")
    assert seconds is not None
    assert 130 < len(text.split()) / (seconds / COMFORTABLE) * 60 < 180


def test_chinese_counts_a_syllable_a_sign_and_japanese_its_morae() -> None:
    assert speaking_seconds("灯灭了。", "zh") == pytest.approx(3 / RATES["zh"])
    assert speaking_seconds("ひかりがきえた", "ja") == pytest.approx(7 / RATES["ja"])
    assert speaking_seconds("きょう", "ja") == pytest.approx(2 / RATES["ja"])


@pytest.mark.parametrize(("text", "language"), [("Свет погас", "ru"), ("Свет погас", "en"), ("hello", "zh")])
def test_what_is_not_known_is_left_open(text: str, language: str) -> None:
    assert speaking_seconds(text, language) is None
