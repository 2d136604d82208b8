"""Whether what is said can be said in the time there is.

Rates of speech are those of people reading aloud at their own pace, in syllables a second (Pellegrino, Coupé and
Marsico, "A cross-language perspective on speech information rate", Language 87(3), 2011, table 1). Nobody acts at that
pace: a comfortable line takes 60 % of it, which for English comes to about 150 words a minute.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from charkit.prompts.lint.hits import Hit
from charkit.prompts.lint.text import syllables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from charkit.prompts.lint.people import Scene
    from charkit.prompts.lint.text import Passage

__all__ = ["COMFORTABLE", "RATES", "dialogue", "speaking_seconds"]

RATES: Mapping[str, float] = {"en": 6.19, "fr": 7.18, "de": 5.97, "it": 6.99, "ja": 7.84, "zh": 5.18, "es": 7.82}
"""Syllables a second; of Japanese, morae."""

COMFORTABLE = 0.6
"""The share of that rate at which a line can be acted; charkit's own figure."""


def speaking_seconds(text: str, language: str) -> float | None:
    """Return how long a text takes at the pace of reading aloud; None where that is not known for its language."""
    tongue = language.partition("-")[0]
    if tongue not in RATES:
        return None
    scripts = {unicodedata.name(c, "").partition(" ")[0] for c in text if c.isalpha()}
    if tongue in ("zh", "ja"):
        known = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"}
        if not scripts or not scripts <= known:
            return None
        return sum(_morae(c, tongue) for c in text) / RATES[tongue]
    if scripts - {"LATIN"}:
        return None
    return syllables(text, english=tongue == "en") / RATES[tongue]


def _morae(letter: str, tongue: str) -> float:
    name = unicodedata.name(letter, "")
    if name.startswith("CJK"):
        return 1.0 if tongue == "zh" else 2.0  # a kanji is read with about two morae
    small = "SMALL" in name and "TU" not in name
    return 0.0 if small or not letter.isalpha() else 1.0


def dialogue(lines: list[Passage], scene: Scene) -> Iterator[tuple[Passage, Hit]]:
    """Yield the line with which a shot's dialogue runs over its seconds."""
    if scene.seconds is None:
        return
    total, hurried = 0.0, False
    for line in lines:
        needed = speaking_seconds(line.text, scene.language)
        if needed is None:
            return
        total += needed
        if total > scene.seconds:
            yield line, _over(line, "dialogue-too-long", total, scene.seconds, "even without a pause")
            return
        if total / COMFORTABLE > scene.seconds and not hurried:
            hurried = True
            yield line, _over(line, "dialogue-hurried", total / COMFORTABLE, scene.seconds, "at an actor's pace")


def _over(line: Passage, rule: str, needed: float, seconds: float, how: str) -> Hit:
    return Hit(
        rule=rule,
        start=0,
        end=len(line.text),
        why=f"the lines of this shot take about {needed:.1f} s {how}; it has {seconds:g} s",
        suggestion="Shorten the line, lengthen the shot, or go on in the next one.",
        source="Pellegrino et al. 2011",
    )
