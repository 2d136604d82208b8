"""Whose likeness it is, and for how long it may be used."""

from __future__ import annotations

import datetime as dt

import pytest
from pydantic import ValidationError

from charkit.character.likeness import Likeness

DAY = dt.date(2026, 11, 22)


def test_a_real_person_needs_consent() -> None:
    with pytest.raises(ValidationError, match="consent"):
        Likeness(real_person=True)
    assert Likeness(real_person=True, consent="Ada Byron, for this film, 2026-11-01").real_person


@pytest.mark.parametrize(
    ("given", "until", "lapsed"),
    [
        (None, None, False),
        ("2026-11-22", "2026-11-22", False),
        ("2026-11-01", "2026-11-21", True),
        ("2026-11-23", None, True),
    ],
)
def test_a_consent_holds_from_its_first_day_to_its_last(given: str | None, until: str | None, lapsed: bool) -> None:
    found = Likeness.model_validate({"real_person": True, "consent": "Ada", "given": given, "until": until})
    assert found.lapsed(DAY) is lapsed


def test_the_dates_of_an_invented_person_bind_nobody() -> None:
    assert not Likeness.model_validate({"until": "2020-01-01"}).lapsed(DAY)


def test_a_consent_cannot_end_before_it_was_given() -> None:
    with pytest.raises(ValidationError, match="ends on 2026-01-01, before"):
        Likeness.model_validate({"given": "2026-02-01", "until": "2026-01-01"})


def test_what_is_agreed_is_said_in_one_line() -> None:
    likeness = Likeness.model_validate(
        {
            "real_person": True,
            "person": "Ada Byron",
            "consent": "by e-mail",
            "uses": ["this film", "trailers"],
            "given": "2026-11-01",
            "until": "2027-11-01",
            "statement": "played by an actor",
        }
    )
    assert likeness.said == (
        "likeness of Ada Byron; by e-mail; for this film, trailers; given 2026-11-01; until 2027-11-01; "
        "played by an actor"
    )
