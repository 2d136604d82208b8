"""One route: its state on a day, and what it carries."""

from __future__ import annotations

import datetime as dt

import pytest

from charkit.errors import RouteClosed, UnsupportedRequest
from charkit.routes import Capabilities, Route
from charkit.routes.facts import Fact, Price, Status
from charkit.routes.route import Endpoint

SAID = {"as_of": dt.date(2026, 11, 1), "source": "a test", "confidence": "convention"}


def route(status: str = "live", **changes: object) -> Route:
    return Route(
        name="r",
        endpoint="e",
        model="m",
        kind="video",
        status=Fact[Status].model_validate({"value": status, **SAID}),
        **changes,  # type: ignore[arg-type]
    )


def day(text: str) -> Fact[dt.date]:
    return Fact[dt.date].model_validate({"value": text, **SAID})


@pytest.mark.parametrize(
    ("on", "state", "live"),
    [("2026-01-01", "not open yet", False), ("2026-02-01", "live", True), ("2026-03-01", "shut down", False)],
)
def test_dates_decide_the_state(on: str, state: str, live: bool) -> None:
    one = route(opens=day("2026-02-01"), ends=day("2026-03-01"))
    assert one.state(dt.date.fromisoformat(on)) == state
    assert one.live(dt.date.fromisoformat(on)) is live


@pytest.mark.parametrize(
    ("status", "live"), [("preview", True), ("deprecated", True), ("self-hosted", True), ("by hand", False)]
)
def test_a_route_by_hand_is_never_chosen_by_a_machine(status: str, live: bool) -> None:
    assert route(status).live(dt.date(2026, 11, 22)) is live


def test_a_route_that_ended_on_an_unknown_day_is_closed_all_the_same() -> None:
    with pytest.raises(RouteClosed, match="not known"):
        route("shut down").check_open(dt.date(2026, 11, 22))


def test_what_is_not_established_counts_as_unsupported_except_that_sound_stays_unknown() -> None:
    bare = route()
    assert (bare.max_references(), bare.max_characters, bare.tags, bare.takes_seed) == (0, 0, "none", False)
    assert bare.sound is None
    assert bare.lengths("720p") == ()
    assert bare.size("720p", "16:9") is None


def test_nothing_is_priced_by_guessing() -> None:
    with pytest.raises(UnsupportedRequest, match="no known price"):
        route().cost(seconds=4, resolution="720p")
    priced = route(price=Fact[Price].model_validate({"value": {"unit": "second", "usd": {"720p": 0.1}}, **SAID}))
    assert priced.cost(seconds=4, resolution="720p") == pytest.approx(0.4)
    with pytest.raises(UnsupportedRequest, match="4k") as caught:
        priced.cost(seconds=4, resolution="4k")
    assert caught.value.source == "a test"


def test_slots_for_any_picture_are_slots_for_characters_too() -> None:
    some = Fact[dict[str, int]].model_validate({"value": {"any": 16}, **SAID})
    assert route(capabilities=Capabilities(references=some)).max_references("character") == 16


@pytest.mark.parametrize(
    ("protocol", "dialect", "mount"),
    [
        ("openai-videos", "openai", "/openai/v1"),
        ("openai-videos", "muse", "/muse/v1"),
        ("openai-images", "", "/openai/v1"),
        ("gemini-omni", "", "/google"),
    ],
)
def test_the_place_on_the_simulator_follows_from_the_wire_format(protocol: str, dialect: str, mount: str) -> None:
    endpoint = Endpoint.model_validate(
        {"protocol": protocol, "dialect": dialect, "base_url": "https://example.org/v1", "key": "A_KEY", **SAID}
    )
    assert endpoint.simulator == mount
