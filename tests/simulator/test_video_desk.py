from __future__ import annotations

import pytest

from charkit.simulator.intake import FilePart, Refused
from charkit.simulator.video_desk import picture_in, pixels
from tests.simulator.conftest import png


@pytest.mark.parametrize(("size", "sides"), [("1280x720", (1280, 720)), ("32x3840", (32, 3840))])
def test_a_size_is_two_numbers(size: str, sides: tuple[int, int]) -> None:
    assert pixels(size) == sides


@pytest.mark.parametrize("size", ["", "1280", "1280x", "1280x721", "30x720", "4000x720", "1280X720", "1280x720x3"])
def test_anything_else_is_refused(size: str) -> None:
    with pytest.raises(Refused, match="not supported"):
        pixels(size)


def test_a_picture_comes_as_a_file_or_a_data_url_and_as_nothing_else() -> None:
    part = FilePart(name="a.png", media_type="image/png", data=png(70, 80))
    assert picture_in(part, "image").width == 70
    for value in ({"url": "x"}, 7, ["data:,"]):
        with pytest.raises(Refused, match="must be a file"):
            picture_in(value, "image")
