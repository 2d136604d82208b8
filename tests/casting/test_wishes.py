"""Which views are wanted, and in which order they help each other."""

from __future__ import annotations

import pytest

from charkit.casting.wishes import ANCHOR, EVERY_VIEW, VIEWS, Wish, neighbours, rounds, wished
from charkit.character import CharacterSheet, View
from charkit.errors import UnknownName, UsageError

SHEET = CharacterSheet.model_validate(
    {"name": "Ada", "locked": "a girl", "wardrobe": {"default": "a coat", "night dress": "a gown"}}
)


def names(asked: tuple[str, ...]) -> list[list[str]]:
    return [[wish.name for wish in together] for together in rounds(wished(asked, SHEET))]


def test_the_default_views_are_made_from_the_anchor_all_at_once() -> None:
    assert names(VIEWS) == [["three-quarter", "face"]]


def test_views_that_show_more_of_a_side_wait_for_what_helps_them() -> None:
    assert names(EVERY_VIEW) == [
        ["three-quarter", "face"],
        ["front", "left-profile", "expression-laughing"],
        ["right-profile", "back"],
    ]


def test_another_outfit_begins_with_the_full_figure_in_it() -> None:
    assert names(("face@night dress", "full@night dress", "face")) == [
        ["face"],
        ["full-night-dress"],
        ["face-night-dress"],
    ]


def test_no_more_than_two_neighbours_go_along_and_only_those_that_are_there() -> None:
    wishes = wished(EVERY_VIEW, SHEET)
    back = Wish(view=View.BACK)
    assert [near.view for near in neighbours(back, wishes)] == [View.LEFT_PROFILE, View.THREE_QUARTER]
    assert neighbours(back, [ANCHOR]) == ()


def test_the_anchor_is_always_among_them() -> None:
    assert wished(["back"], SHEET) == (ANCHOR, Wish(view=View.BACK))


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("face", Wish(view=View.FACE)),
        ("expression", Wish(view=View.EXPRESSION, expression="laughing")),
        ("expression:  in   tears ", Wish(view=View.EXPRESSION, expression="in tears")),
        ("expression: sad @ night dress", Wish(view=View.EXPRESSION, expression="sad", wardrobe="night dress")),
    ],
)
def test_a_choice_is_written_in_a_word_or_two_and_reads_back(text: str, wish: Wish) -> None:
    assert wished([text], SHEET)[1] == wish
    assert wished([str(wish)], SHEET)[1] == wish


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        (["fase"], UsageError, "Did you mean 'face'"),
        (["face: sad"], UsageError, "only the view `expression`"),
        (["face@nigt dress"], UnknownName, "'night dress'"),
        (["back", "back"], UsageError, "twice"),
        (["expression: sad", "expression: SAD"], UsageError, "twice"),
    ],
)
def test_a_choice_that_cannot_be_made_is_refused(asked: list[str], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        wished(asked, SHEET)
