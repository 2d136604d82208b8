"""How designs end, and what is said of it."""

from __future__ import annotations

import pytest

from charkit.casting.designs import ADVICE, Designs, ViewCheck, ending, why_not
from charkit.errors import UnknownName
from charkit.providers.base import Outcome
from charkit.takes import Take


def take(outcome: Outcome, **more: object) -> Take:
    told = {"production": "p", "run": "r", "subject": "ada.face", "number": 1, "kind": "image", "route": "x"}
    return Take(**{**told, "endpoint": "e", "model": "m", "simulated": True, "outcome": outcome, **more})


@pytest.mark.parametrize(
    ("outcome", "more", "how"),
    [
        (Outcome.REFUSED, {"stage": "input"}, "refused"),
        (Outcome.FAILED, {}, "failed"),
        (Outcome.FAILED, {"category": "NO_IMAGE"}, "empty"),
        (Outcome.SUCCEEDED, {}, "empty"),
        (Outcome.EXPIRED, {}, "failed"),
        (Outcome.UNKNOWN, {}, "open"),
        (Outcome.RUNNING, {}, "open"),
    ],
)
def test_refusals_failures_and_empty_answers_are_told_apart(
    outcome: Outcome, more: dict[str, object], how: str
) -> None:
    found = take(outcome, **more)
    assert ending(found) == how
    assert why_not(found).endswith(f"{ADVICE[ending(found)]}.")


def test_a_check_says_itself_in_a_line() -> None:
    assert str(ViewCheck(verdict="drifted", score=0.614)) == "drifted 0.614"
    assert str(ViewCheck(verdict="unverifiable", reason="too small")) == "unverifiable (too small)"


def test_what_only_colours_speak_for_says_so_on_its_badge() -> None:
    assert ViewCheck(verdict="consistent", score=0.93).badge == "colours consistent"
    assert ViewCheck(verdict="consistent", score=0.93, identity="same").badge == "consistent"
    assert ViewCheck(verdict="drifted", score=0.93, identity="other").badge == "drifted"


def test_a_view_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnknownName, match="'face'"):
        Designs().view("face")
