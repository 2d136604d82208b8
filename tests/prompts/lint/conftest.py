"""The cast of the test bed: five scripts, three pronouns, one creature."""

from __future__ import annotations

import pytest

from charkit.character import Cast, CharacterSheet

SHEETS = (
    {
        "name": "Mira",
        "description": {
            "what": "a girl", "age": "about ten", "age_band": "child", "pronoun": "she",
            "face": ["a round face", "freckles"], "eyes": "big green eyes",
            "hair": {"length": "chin-length", "colour": "copper", "style": "bob"},
        },
        "wardrobe": {
            "default": ["a mustard-yellow raincoat", "a teal scarf", "navy leggings", "brown boots"],
            "indoors": ["a cream jumper", "a teal scarf", "navy leggings", "brown boots"],
        },
        "accessories": "a round paper lantern",
        "never": ["glasses", "a hat"],
    },
    {
        "name": "Fenn",
        "description": {
            "what": "a small fox-like forest creature", "age_band": "ageless", "pronoun": "he",
            "fur": ["moss-green fur", "a cream belly"], "eyes": "amber eyes",
            "features": ["very large ears", "a leaf at the tip of his tail"],
        },
        "wardrobe": {"default": "a red neckerchief"},
        "never": ["clothes other than the neckerchief"],
    },
    {
        "name": "Otto",
        "description": {
            "what": "a tall man", "age": "forty", "age_band": "adult", "pronoun": "he", "eyes": "brown eyes",
            "hair": "short black hair",
        },
        "wardrobe": {"default": ["a navy jacket", "a white shirt", "black trousers", "black shoes"]},
    },
    {
        "name": "Zoya",
        "description": {"what": "a girl", "age_band": "child", "pronoun": "she", "hair": "long brown braids"},
        "wardrobe": {"default": "a blue dress"},
    },
    {"name": "Зоя", "locked": "девочка с длинными косами", "description": None},
    {"name": "美羽", "locked": "長い黒髪の女性", "description": None},
    {"name": "ليلى", "locked": "امرأة ذات شعر أسود طويل", "description": None},
)  # fmt: skip


@pytest.fixture
def cast() -> Cast:
    """Everybody."""
    return Cast(tuple(CharacterSheet.model_validate(sheet) for sheet in SHEETS))
