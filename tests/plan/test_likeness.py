"""Whose pictures may go where."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest

from charkit.character import Cast, CharacterSheet, View
from charkit.plan import Plan, plan_film
from charkit.plan.likeness import forbidden, unsaid
from charkit.references import Reference
from charkit.routes import RouteMatrix
from charkit.shots import Storyboard

MATRIX = RouteMatrix.load()
TODAY = dt.date(2026, 11, 22)

CHILD = {"description": {"what": "a girl", "age_band": "child"}}
REAL = {"locked": "a man", "kind": "photoreal", "likeness": {"real_person": True, "consent": "he, in writing, 2026"}}


def sheet(**said: object) -> CharacterSheet:
    return CharacterSheet.model_validate({"name": "Mira", **said})


@pytest.mark.parametrize(
    ("route", "who", "region", "said"),
    [
        ("omni-1.2", CHILD, "EEA", "minors in EEA"),
        ("omni-1.2", CHILD, "US", ""),
        ("omni-1.2", CHILD, None, ""),
        ("omni-1.2", {"description": {"what": "a girl", "age_band": "teen"}}, "UK", "minors in UK"),
        ("omni-1.2", {"description": {"what": "a fox", "age_band": "ageless"}}, "EEA", ""),
        ("omni-1.2", REAL, None, "real people"),
        ("veo-3.1-vertex", CHILD, "US", "adults only"),
        ("sora-2", {"locked": "a woman", "kind": "photoreal"}, None, "photoreal human faces"),
        ("sora-2", {"locked": "a woman", "kind": "drawn"}, None, ""),
        ("muse-video", REAL, "EEA", ""),
        ("by-hand", REAL, "EEA", ""),
    ],
)
def test_a_policy_forbids_what_it_says_and_nothing_else(
    route: str, who: dict[str, object], region: str | None, said: str
) -> None:
    why = forbidden(MATRIX.routes[route], sheet(**who), region)  # type: ignore[arg-type]
    assert (said in why) if said else why == ""


def test_what_nobody_says_is_warned_of() -> None:
    assert list(unsaid(MATRIX.routes["omni-1.2"], sheet(**CHILD), "EEA")) == []
    assert "minors" in next(unsaid(MATRIX.routes["omni-1.2"], sheet(**CHILD), None))
    assert "not established" in next(unsaid(MATRIX.routes["muse-video"], sheet(**REAL), None))


def planned(region: str | None) -> Plan:
    cast = Cast((sheet(**CHILD), sheet(name="Fenn", locked="a fox")))
    references = [
        Reference(
            character=who.slug,
            name=who.name,
            view=View.FULL,
            path=Path("x.png"),
            digest=f"sha256:{hashlib.sha256(who.slug.encode()).hexdigest()}",
            width=512,
            height=512,
            sheet=who.digest,
        )
        for who in cast.values()
    ]
    shot = {"id": "S1", "seconds": 5, "place": "a harbour", "characters": ["Mira", "Fenn"]}
    board = Storyboard.model_validate({"title": "T", "style": "ink", "shots": [shot]})
    return plan_film(board, cast, references, MATRIX, on=TODAY, region=region)  # type: ignore[arg-type]


def test_a_picture_that_a_policy_forbids_stays_here_and_the_plan_says_so() -> None:
    shot = planned("EEA")["S1"]
    assert [r.name for r in shot.references] == ["Fenn"]
    assert any("Mira" in left and "no pictures of minors in EEA" in left for left in shot.left_out)
    assert any("nothing but words carries Mira" in warning for warning in shot.warnings)


def test_elsewhere_the_same_picture_goes_along() -> None:
    assert [r.name for r in planned("US")["S1"].references] == ["Mira", "Fenn"]
    assert not any("minors" in warning for warning in planned("US")["S1"].warnings)
    assert any("minors" in warning for warning in planned(None)["S1"].warnings)
