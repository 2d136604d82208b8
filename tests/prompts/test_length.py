"""Prompts that are too long: by how much, and what could go."""

from __future__ import annotations

import datetime as dt

import pytest

from charkit.errors import UnsupportedRequest
from charkit.prompts import Appearing, video_prompt
from charkit.prompts.length import fewest_tokens
from charkit.routes import Fact, Route, RouteMatrix
from charkit.shots import Shot

OMNI = RouteMatrix.load().routes["omni-1.2"]
SHOT = Shot.model_validate(
    {"id": "S1", "seconds": 4, "place": "a quay", "characters": ["Mira"], "action": "Mira waves at every boat",
     "light": "dusk", "camera": "slow push in", "sound": "gulls"}
)  # fmt: skip
LOCKED = "a girl with a chin-length copper bob."


def limited(**limits: int) -> Route:
    facts = {
        name: Fact[int](value=value, as_of=dt.date(2026, 11, 22), source="a test", confidence="convention")
        for name, value in limits.items()
    }
    return OMNI.model_copy(update={"capabilities": OMNI.capabilities.model_copy(update=facts)})


def refused(route: Route) -> UnsupportedRequest:
    with pytest.raises(UnsupportedRequest) as caught:
        video_prompt(SHOT, [Appearing(name="Mira", locked=LOCKED)], style="ink", route=route)
    return caught.value


def length() -> int:
    return len(video_prompt(SHOT, [Appearing(name="Mira", locked=LOCKED)], style="ink", route=OMNI).text)


def test_a_prompt_that_just_fits_is_sent_whole() -> None:
    route = limited(prompt_limit=length())
    assert len(video_prompt(SHOT, [Appearing(name="Mira", locked=LOCKED)], style="ink", route=route).text) == length()


def test_one_letter_too_many_is_refused_with_what_to_drop_and_never_locked_text() -> None:
    error = refused(limited(prompt_limit=length() - 1))
    assert error.nearest == "1 characters fewer: drop or shorten action (24)"
    assert error.source == "a test"


def test_where_the_sheet_itself_is_too_long_the_sheet_is_named() -> None:
    error = refused(limited(prompt_limit=30))
    assert "drop or shorten action (24), camera (12), light (4)" in error.nearest
    assert error.nearest.endswith("so shorten the sheet (Mira 37)")


def test_a_limit_in_tokens_is_held_by_a_count_that_no_tokenizer_undercuts() -> None:
    error = refused(limited(prompt_tokens=20))
    assert "has at least " in str(error)
    assert error.rule == "at most 20 tokens"
    assert "fewer: drop or shorten" in error.nearest


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("a girl waves", 3), ("internationalisation", 2), ("少女が手を振る", 2), ("girl, waves!", 2)],
)
def test_tokens_are_counted_from_below(text: str, tokens: int) -> None:
    assert fewest_tokens(text) == tokens
