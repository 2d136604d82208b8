"""What the linter knows of English, out of `lexicon.yaml`."""

from __future__ import annotations

from functools import cache, cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from charkit.documents import read_yaml

__all__ = ["Lexicon", "lexicon"]

Groups = dict[str, tuple[str, ...]]


def _turned(groups: Groups) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group, words in groups.items():
        for word in words:
            found.setdefault(word, set()).add(group)
    return {word: frozenset(names) for word, names in found.items()}


class Lexicon(BaseModel):
    """Words by what they mean to a rule; groups are read backwards, from a word to its groups."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    colours: Groups
    shades: Groups
    body: Groups
    covered: frozenset[str]
    lengths: Groups
    styles: Groups
    redheads: Groups
    garments: Groups
    things: frozenset[str]
    matter: frozenset[str]
    others: frozenset[str]
    determiners: frozenset[str]
    adjectives: frozenset[str]
    negations: frozenset[str]
    similes: frozenset[str]
    light: frozenset[str]
    being: frozenset[str]
    verbs: frozenset[str]
    also_nouns: frozenset[str]
    still: frozenset[str]
    moving: frozenset[str]
    numbers: dict[str, int]
    tongues: Groups

    @cached_property
    def colour(self) -> dict[str, frozenset[str]]:
        """The groups of a colour's word."""
        return _turned(self.colours)

    @cached_property
    def shade(self) -> dict[str, frozenset[str]]:
        """The groups of a word that is a colour of hair, fur and eyes only."""
        return _turned(self.shades)

    @cached_property
    def part(self) -> dict[str, str]:
        """The part of the body that a word names: hair, eyes, fur or skin."""
        return {word: part for part, words in self.body.items() for word in words}

    @cached_property
    def length(self) -> dict[str, frozenset[str]]:
        """The lengths of hair that a word may mean."""
        return _turned(self.lengths)

    @cached_property
    def style(self) -> dict[str, frozenset[str]]:
        """The way of wearing hair that a word means."""
        return _turned(self.styles)

    @cached_property
    def garment(self) -> dict[str, frozenset[str]]:
        """The groups of a garment's word."""
        return _turned(self.garments)


@cache
def lexicon() -> Lexicon:
    """Return the lexicon, read once."""
    return read_yaml(Path(__file__).parent / "lexicon.yaml", Lexicon)
