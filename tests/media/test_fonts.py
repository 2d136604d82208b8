"""Fonts: one with all letters, or a word about which are missing; never empty boxes."""

from __future__ import annotations

import pytest
from PIL import ImageFont

from charkit.errors import MissingDependency, UsageError
from charkit.media import fonts


@pytest.fixture
def nothing_installed(monkeypatch):
    monkeypatch.setattr(fonts, "_installed", tuple)
    for known in (fonts.font_for, fonts.legible):
        known.cache_clear()
    yield
    for known in (fonts.font_for, fonts.legible):
        known.cache_clear()


def test_without_installed_fonts_plain_words_are_drawn_by_the_one_that_comes_along(nothing_installed):
    assert fonts.font_for("Mira said: 12 %", 20).getname() == ImageFont.load_default(size=20).getname()


def test_letters_that_no_font_has_are_named(nothing_installed):
    with pytest.raises(UsageError, match=r"can draw 漢 \(U\+6F22\); install one"):
        fonts.font_for("漢 a", 21)


def test_an_installed_font_is_found_for_another_script():
    try:
        font = fonts.font_for("Привет, Мира", 20)
    except UsageError:
        pytest.skip("needs an installed font with Cyrillic letters, and there is none")
    assert fonts.lacking(font, "Привет, Мира") == ""


def test_letters_that_join_are_refused_without_raqm(monkeypatch):
    monkeypatch.setattr(fonts.features, "check", lambda name: False)
    with pytest.raises(MissingDependency, match="Raqm"):
        fonts.font_for("مرحبا", 22)


def test_a_font_that_cannot_be_read_or_lacks_letters_is_named(tmp_path):
    (tmp_path / "no.ttf").write_bytes(b"not a font")
    with pytest.raises(UsageError, match="no.ttf is no font"):
        fonts.font_for("a", 20, tmp_path / "no.ttf")


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Mira, face", "Mira, face"),
        ("\u5c0f\u96ea, face", "U+5C0F U+96EA, face"),
        ("Ms \u96ea (full)", "Ms U+96EA (full)"),
        ("\u092e\u0940, face", "U+092E U+0940, face"),  # a vowel sign alone would stand on a box
    ],
)
def test_a_label_in_letters_that_no_font_has_is_written_by_their_numbers(nothing_installed, text, drawn):
    font, said = fonts.legible(text, 18)
    assert said == drawn
    assert fonts.lacking(font, said) == ""


@pytest.mark.parametrize("text", ["\u041c\u0438\u0440\u0430, face", "\u0645\u064a\u0646\u0627, face", "\ubbfc, full"])
def test_a_label_is_never_drawn_with_boxes_whatever_is_installed(text):
    font, said = fonts.legible(text, 18)
    assert fonts.lacking(font, said) == ""
    assert said == text or "U+" in said
