"""Clips that a shot names: beside the storyboard, and of somebody who is in it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from charkit.shots import Shot


def shot(clip: dict[str, Any]) -> Shot:
    told = {"id": "S01", "seconds": 4, "place": "a pier", "characters": ["Mira"], "clips": [clip]}
    return Shot.model_validate(told)


def test_a_clip_of_somebody_in_the_shot_is_taken_however_the_name_is_written() -> None:
    (clip,) = shot({"file": "clips/walk.mp4", "character": "mira"}).clips
    assert (clip.file, clip.start, clip.seconds) == ("clips/walk.mp4", 0.0, None)
    assert (
        "mira: clips/walk.mp4" in shot({"file": "clips/walk.mp4", "character": "mira"})._repr_mimebundle_()["text/html"]
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"character": "Fenn"}, "shows 'Fenn', who is not among the characters of this shot"),
        ({"file": "/etc/walk.mp4"}, "must lie beside the storyboard"),
        ({"file": "../walk.mp4"}, "must lie beside the storyboard"),
        ({"start": -1}, "greater than or equal to 0"),
        ({"seconds": 0}, "greater than 0"),
        ({"seconds": float("nan")}, "less than or equal to 600"),
        ({"sound": True}, "Extra inputs"),
    ],
)
def test_what_a_clip_may_not_say_is_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        shot({"file": "walk.mp4", "character": "Mira", **change})
