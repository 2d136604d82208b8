"""Every way in which a shot can be made."""

from __future__ import annotations

import pytest

from charkit.errors import UnknownName, UnsupportedRequest
from charkit.plan import ways_of
from tests.plan.test_choosing import BOARD, CAST, MATRIX, TODAY, board, pictures, plan

WAYS = {ways.shot: ways for ways in ways_of(BOARD, CAST, pictures(), MATRIX, on=TODAY)}


def test_the_planners_choice_comes_first_and_every_live_route_is_named_once() -> None:
    planned = plan()
    live = {route.name for route in MATRIX.live(TODAY, "video")}
    for shot, ways in WAYS.items():
        assert ways.able[0].route == planned[shot].route
        assert ways.able[0].price_usd == planned[shot].price_usd
        named = [way.route for way in ways.able] + [other.route for other in ways.unable]
        assert sorted(named) == sorted(live)
        assert all(other.why for other in ways.unable)


def test_a_route_of_another_size_can_be_chosen_on_purpose_and_comes_last() -> None:
    film = {(way.width, way.height) for way in WAYS["S02"].able[:1]}
    sizes = [(way.width, way.height) in film for way in WAYS["S02"].able]
    assert sizes == sorted(sizes, reverse=True)
    other = [way for way in WAYS["S02"].able if (way.width, way.height) not in film]
    assert all(any("re-encoded" in warning for warning in way.warnings) for way in other)


def test_whatever_is_listed_as_able_can_be_planned() -> None:
    for way in WAYS["S02"].able:
        planned = plan(chosen={"S02": way.route})["S02"]
        assert (planned.route, planned.price_usd) == (way.route, way.price_usd)
        assert planned.reasons == ("chosen for this run",)


def test_a_choice_comes_before_the_storyboards_own_route() -> None:
    only = board(route="omni-1.2", characters=["Mira"])
    assert plan(only)["S1"].reasons == ("the storyboard asks for omni-1.2",)
    assert plan(only, chosen={"S1": "omni-1.1", "gone": "omni-1.1"})["S1"].route == "omni-1.1"
    with pytest.raises(UnsupportedRequest, match="muse-video-20s"):
        plan(only, chosen={"S1": "muse-video-20s"})


def test_a_route_that_cannot_says_why_when_it_is_asked_for() -> None:
    cannot = WAYS["S02"].unable[0]
    with pytest.raises(UnknownName, match="route for S02") as caught:
        WAYS["S02"][cannot.route]
    assert cannot.why in str(caught.value)
    assert WAYS["S02"][WAYS["S02"].able[1].route] is WAYS["S02"].able[1]


def test_ways_show_themselves_as_two_tables() -> None:
    bundle = WAYS["S02"]._repr_mimebundle_()
    assert bundle["text/plain"].startswith("<Ways of S02: ")
    assert bundle["text/html"].count("<table") == 2
