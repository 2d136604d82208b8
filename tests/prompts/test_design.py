"""Prompts that design a character."""

from __future__ import annotations

from pathlib import Path

import pytest

from charkit.character import Cast, View
from charkit.errors import UnsupportedRequest
from charkit.prompts import anchor_prompt, view_prompt
from charkit.routes import RouteMatrix

CAST = Cast.load(Path(__file__).parents[2] / "data" / "productions" / "lantern" / "characters")
NANO = RouteMatrix.load().routes["nano-banana-2.1"]


def test_the_anchor_is_made_from_the_locked_words_and_what_must_not_show() -> None:
    text = anchor_prompt(CAST["mira"], route=NANO).text
    assert f"\nMira: {CAST['mira'].locked_text()}\n" in text
    assert "\nView: front view, full body, head to foot, facing the camera.\n" in text
    assert text.endswith("Avoid: glasses, a hat, text, a watermark, a frame, other characters.")


def test_a_further_view_numbers_its_pictures_and_repeats_what_must_stay() -> None:
    text = view_prompt(CAST["fenn"], View.PROFILE, inputs=["full", "three-quarter"], route=NANO).text
    assert text.startswith("References: Image 1: Fenn, full figure. Image 2: Fenn, three-quarter view.\n")
    assert CAST["fenn"].locked_text() in text
    assert (
        "\nContinuity: keep face, hair, proportions, outfit, accessories and colours exactly as in Image 1.\n" in text
    )


def test_every_view_has_words_of_its_own() -> None:
    texts = {view_prompt(CAST["mira"], view, inputs=["full"], route=NANO).text for view in View}
    assert len(texts) == len(View)


def test_an_outfit_is_designed_in_its_own_words() -> None:
    assert "a cream jumper" in anchor_prompt(CAST["mira"], route=NANO, wardrobe="indoors").text


def test_in_another_outfit_what_is_worn_changes_and_the_body_stays() -> None:
    text = view_prompt(CAST["mira"], View.FULL, inputs=["full"], route=NANO, wardrobe="indoors").text
    assert "a cream jumper" in text
    assert "what is worn in Image 1 is gone" in text
    assert "\nContinuity: keep face, hair, skin or fur and proportions exactly as in Image 1.\n" in text


def test_an_expression_is_named_and_is_all_that_changes_besides_the_view() -> None:
    text = view_prompt(CAST["mira"], View.EXPRESSION, inputs=["full"], route=NANO, expression="crying").text
    assert "\nView: front view, large close-up of the face, crying.\n" in text
    assert "Only the view and the expression change." in text


def test_a_further_view_without_a_picture_is_refused() -> None:
    with pytest.raises(UnsupportedRequest, match="kept first"):
        view_prompt(CAST["mira"], View.BACK, inputs=[], route=NANO)
