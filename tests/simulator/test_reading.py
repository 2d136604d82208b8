import numpy as np
import pytest

from charkit.simulator.colours import rgb
from charkit.simulator.looks import Look
from charkit.simulator.reading import sight
from charkit.simulator.seeing import look_at
from charkit.simulator.wardrobe import describe
from tests.simulator.drawn_views import FACE, FULL, drawn, painted
from tests.simulator.stories import FENN, MIRA

GIRL, FOX = describe(MIRA.split(": ")[1], name="Mira"), describe(FENN, name="Fenn")


def seen(text, look, view):
    picture = drawn(text, look, view)
    return look_at(np.dstack((picture, np.full(picture.shape[:2], 255, np.uint8))))


def test_a_large_face_says_nothing_of_coat_leggings_and_boots():
    shown = painted(GIRL, outer=rgb("#3d6fb5"), neck=rgb("#71498f"))
    assert set(sight(GIRL, seen(MIRA, shown, FACE))) == {"skin", "hair", "neck"}


def test_a_whole_figure_shows_every_part_and_its_coat_surely():
    parts = sight(GIRL, seen(MIRA, GIRL, FULL))
    assert set(parts) == {"skin", "hair", "neck", "outer", "bottom", "feet"}
    assert parts["outer"].trust > 0.9
    assert all(0 < part.trust <= 1 for part in parts.values())


def test_from_behind_only_colours_like_the_described_ones_count_and_little():
    parts = sight(GIRL, seen(MIRA, GIRL, "back view, full body"))
    assert {"hair", "outer"} <= set(parts)
    assert max(part.trust for part in parts.values()) <= 0.2


def test_a_creature_shows_fur_belly_and_kerchief():
    assert set(sight(FOX, seen(FENN, FOX, FULL))) == {"skin", "belly", "neck"}


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_a_plain_picture_shows_next_to_nothing(grey):
    plain = look_at(np.full((90, 60, 4), (grey, grey, grey, 255), np.uint8))
    assert all(part.trust <= 0.2 for part in sight(Look(), plain).values())
