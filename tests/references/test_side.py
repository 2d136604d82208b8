"""From which side a shot sees its characters."""

from __future__ import annotations

import pytest

from charkit.character import View
from charkit.references.side import side_of, views_for
from charkit.shots import Shot


def shot(**words: object) -> Shot:
    return Shot.model_validate({"id": "S1", "seconds": 4, "place": "a wood", "characters": ["Mira", "Fenn"], **words})


@pytest.mark.parametrize(
    ("words", "side"),
    [
        ({"angle": "from behind"}, "back"),
        ({"angle": "Seen From Behind, low"}, "back"),
        ({"angle": "at eye level"}, ""),
        ({"camera": "tracking shot to the right"}, ""),
        ({"camera": "follows from behind"}, "back"),
        ({"angle": "in profile"}, "side"),
        ({"angle": "left profile"}, "left"),
        ({"angle": "from her right"}, "right"),
        ({"angle": "three-quarter"}, "three-quarter"),
        ({"action": "she walks away into the fog"}, "back"),
        ({"action": "Mira turns around"}, "around"),
        ({"action": "his ears turn, and he yips"}, ""),
        ({"angle": "後ろ姿"}, "back"),
        ({"angle": "侧面"}, "side"),
        ({"angle": "뒷모습"}, "back"),
        ({"angle": "von hinten"}, "back"),
        ({}, ""),
    ],
)
def test_the_words_of_a_shot_say_it(words: dict[str, str], side: str) -> None:
    assert side_of(shot(**words), "Mira", ["Fenn"]) == side


def test_a_part_of_the_action_holds_for_whom_it_names() -> None:
    both = shot(action="Mira walks away; Fenn looks into the camera")
    assert side_of(both, "Mira", ["Fenn"]) == "back"
    assert side_of(both, "Fenn", ["Mira"]) == ""
    all_of_them = shot(action="they run away")
    assert side_of(all_of_them, "Fenn", ["Mira"]) == "back"
    assert side_of(shot(action="Mira stands in profile while Fenn walks away"), "Fenn", ["Mira"]) == "back"


def test_from_behind_the_back_comes_first_and_the_face_last() -> None:
    usual = (View.FACE, View.FRONT, View.FULL, View.BACK)
    order = views_for("back", usual)
    assert (order[0], order[-1]) == (View.BACK, View.FACE)
    assert set(order) >= set(usual)
    assert views_for("", usual) == usual
    assert views_for("around", usual)[:2] == (View.FACE, View.BACK)
    assert views_for("left", usual)[:2] == (View.LEFT_PROFILE, View.PROFILE)
