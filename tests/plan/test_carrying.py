"""Whether one route can carry one shot."""

from __future__ import annotations

from pathlib import Path

import pytest

from charkit.character import Cast
from charkit.plan.carrying import Carried, Need, Refused, carry, film_size
from charkit.routes import Fact, RouteMatrix
from charkit.shots import Storyboard

LANTERN = Path(__file__).parents[2] / "data" / "productions" / "lantern"
CAST = Cast.load(LANTERN / "characters")
BOARD = Storyboard.load(LANTERN / "storyboard.yaml", CAST)
ROUTES = RouteMatrix.load().routes


def need(shot: str = "S01", resolution: str = "720p") -> Need:
    return Need(
        shot=BOARD[shot],
        storyboard=BOARD,
        cast=CAST,
        references=(),
        resolution=resolution,
        size=film_size(resolution, BOARD.aspect),
    )


@pytest.mark.parametrize(
    ("resolution", "aspect", "size"),
    [
        ("720p", "16:9", (1280, 720)),
        ("360p", "16:9", (640, 360)),
        ("1080p", "9:16", (1080, 1920)),
        ("720p", "1:1", (720, 720)),
        ("720p", "3:4", (720, 960)),
        ("360p", "21:9", (840, 360)),
    ],
)
def test_the_resolution_is_the_shorter_side(resolution: str, aspect: str, size: tuple[int, int]) -> None:
    assert tuple(film_size(resolution, aspect)) == size


def test_a_route_that_makes_the_films_pixels_carries_the_shot() -> None:
    tried = carry(ROUTES["omni-1.2"], need())
    assert isinstance(tried, Carried)
    assert (tried.resolution, tuple(tried.size), tried.means) == ("720p", (1280, 720), 0)


def test_another_size_will_do_only_where_a_person_chose_the_route() -> None:
    tried = carry(ROUTES["h3-saygm"], need())
    assert isinstance(tried, Refused)
    assert "1344x768" in tried.why
    forced = carry(ROUTES["h3-saygm"], need(), forced=True)
    assert isinstance(forced, Carried)
    assert forced.resolution == "768p"


def test_the_nearest_resolution_is_taken_where_a_person_chose_the_route() -> None:
    forced = carry(ROUTES["muse-video"], need(resolution="360p"), forced=True)
    assert isinstance(forced, Carried)
    assert tuple(forced.size) == (1280, 720)


def test_a_route_whose_clips_are_silent_is_refused_for_a_shot_with_sound() -> None:
    capabilities = ROUTES["omni-1.2"].capabilities
    assert capabilities.sound is not None
    silent = Fact[bool].model_validate({**capabilities.sound.model_dump(), "value": False})
    route = ROUTES["omni-1.2"].model_copy(update={"capabilities": capabilities.model_copy(update={"sound": silent})})
    tried = carry(route, need())
    assert isinstance(tried, Refused)
    assert tried.why == "its clips have no sound"


def test_a_route_without_a_price_or_for_pictures_is_refused() -> None:
    for route in (ROUTES["omni-1.2"].model_copy(update={"price": None}), ROUTES["nano-banana-2.1"]):
        assert isinstance(carry(route, need()), Refused)
