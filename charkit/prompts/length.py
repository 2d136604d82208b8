"""How long a prompt may be, and what to drop from one that is too long. Nothing is ever cut here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from charkit.errors import UnsupportedRequest

if TYPE_CHECKING:
    from charkit.prompts.template import Prompt
    from charkit.routes import Route

__all__ = ["fewest_tokens", "too_long", "within"]

_WORDS = re.compile(r"[A-Za-z]+|[^\W\d_A-Za-z]|\d|[^\w\s]")
_LETTERS_A_TOKEN = 12
"""Longer runs of Latin letters are taken for several tokens. A cautious figure: tokenizers of today's models hold the
common words of English whole, and seldom more than this many letters in one token."""
_OTHERS_A_TOKEN = 4
"""Letters of other scripts that may share one token."""


def fewest_tokens(text: str) -> int:
    """Return how many tokens a text has at least, by any tokenizer in common use.

    Services do not publish a tokenizer for their video models, so this is a lower bound from letters: every word of
    Latin letters is one token or more, and of other scripts up to four letters share one. A text that is over a limit
    by this count is over it for certain; one below may still be over.
    """
    found = _WORDS.findall(text)
    latin = sum(1 + (len(word) - 1) // _LETTERS_A_TOKEN for word in found if word[0].isascii() and word[0].isalpha())
    others = sum(1 for word in found if not word[0].isascii() and word[0].isalpha())
    return latin + -(-others // _OTHERS_A_TOKEN)


def within(prompt: Prompt, route: Route, what: str) -> Prompt:
    """Return a prompt that its route can take.

    Raises:
        UnsupportedRequest: it is longer than the route allows; says by how much and what could go.
    """
    found = too_long(prompt, route, what)
    if found is not None:
        raise found
    return prompt


def too_long(prompt: Prompt, route: Route, what: str) -> UnsupportedRequest | None:
    """Return why a route cannot take a prompt of this length, or None where it can."""
    limits = (
        (route.capabilities.prompt_limit, "characters", len(prompt.text)),
        (route.capabilities.prompt_tokens, "tokens", fewest_tokens(prompt.text)),
    )
    for limit, unit, has in limits:
        if limit is not None and has > limit.value:
            at_least = "at least " if unit == "tokens" else ""
            return UnsupportedRequest(
                f"the prompt of {what} has {at_least}{has:,} {unit}, too many for route {route.name!r}",
                rule=f"at most {limit.value:,} {unit}",
                nearest=_to_drop(prompt, has - limit.value, unit),
                source=limit.source,
            )
    return None


def _to_drop(prompt: Prompt, over: int, unit: str) -> str:
    """Return by how much to shorten, and which optional parts, longest first, would do it; never locked text."""
    count = fewest_tokens if unit == "tokens" else len
    parts = sorted((slot for slot in prompt.slots if slot.optional), key=lambda slot: -count(slot.text))
    chosen, saved = [], 0
    for part in parts:
        if saved >= over:
            break
        chosen.append(f"{part.name} ({count(part.text):,})")
        saved += count(part.text)
    said = f"{over:,} {unit} fewer"
    if chosen:
        said += f": drop or shorten {', '.join(chosen)}"
    if saved < over:
        locked = ", ".join(f"{name} {count(text):,}" for name, text in prompt.locked)
        said += (
            f"; that is not enough, so shorten the sheet{'s' if len(prompt.locked) > 1 else ''} ({locked})"
            if locked
            else ""
        )
    return said
