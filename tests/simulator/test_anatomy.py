import numpy as np
import pytest

from charkit.simulator.anatomy import find_face, find_skull, zones_of
from charkit.simulator.seeing import look_at
from charkit.simulator.wardrobe import describe
from tests.simulator.drawn_views import FACE, FULL, VIEWS, drawn
from tests.simulator.stories import FENN, MIRA

GIRL, FOX = describe(MIRA.split(": ")[1], name="Mira"), describe(FENN, name="Fenn")


def seen(text, look, view):
    picture = drawn(text, look, view)
    return look_at(np.dstack((picture, np.full(picture.shape[:2], 255, np.uint8))))


def face_of(view):
    picture = seen(MIRA, GIRL, view)
    return picture, find_face(picture.lab, picture.mask, picture.paints, picture.labels)


@pytest.mark.parametrize("view", VIEWS)
def test_a_face_is_found_in_every_view(view):
    picture, head = face_of(view)
    height, width = picture.mask.shape
    assert head.x == pytest.approx(width / 2, abs=0.12 * width)
    assert 0.1 * height < head.crown < head.chin < 0.85 * height
    assert head.trust > 0.8


def test_the_face_fills_the_large_view_and_not_the_full_one():
    assert face_of(FACE)[1].radius > 1.8 * face_of(FULL)[1].radius


def test_legs_and_feet_are_sought_only_where_the_figure_ends_in_the_picture():
    full, face = (zones_of(head, picture.mask, human=True) for picture, head in (face_of(FULL), face_of(FACE)))
    assert {"hair", "neck", "torso", "legs", "feet"} <= set(full)
    assert {"hair", "neck"} <= set(face)
    assert not {"torso", "legs", "feet"} & set(face)
    assert full["neck"].bottom <= full["torso"].top < full["legs"].top < full["feet"].top


def test_no_face_is_seen_from_behind_or_on_a_plain_wall():
    picture = seen(MIRA, GIRL, "back view, full body")
    assert find_face(picture.lab, picture.mask, picture.paints, picture.labels) is None
    wall = look_at(np.full((200, 150, 4), (240, 200, 165, 255), np.uint8))
    assert find_face(wall.lab, wall.mask, wall.paints, wall.labels) is None


@pytest.mark.parametrize("view", VIEWS)
def test_a_creatures_head_is_found_beside_a_large_tail_and_under_large_ears(view):
    picture = seen(FENN, FOX, view)
    height, width = picture.mask.shape
    head = find_skull(picture.mask)
    assert head.x == pytest.approx(width / 2, abs=0.12 * width)
    assert 0.5 * height < head.chin < 0.75 * height
    assert {"neck", "torso"} <= set(zones_of(head, picture.mask, human=False))


def test_an_empty_picture_has_no_head():
    assert find_skull(np.zeros((40, 40), bool)) is None
