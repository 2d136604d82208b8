from __future__ import annotations

import pytest

from charkit.simulator.gemini_wire import image_pixels, image_size, say
from charkit.simulator.intake import Refused
from charkit.simulator.pictures import Arrived


@pytest.mark.parametrize(
    ("aspect", "size", "pixels"),
    [
        ("16:9", "1K", (1376, 768)),
        ("9:16", "1K", (768, 1376)),
        ("16:9", "2K", (2752, 1536)),
        ("1:1", "4K", (4096, 4096)),
    ],
)
def test_documented_shapes_have_their_documented_pixels(aspect: str, size: str, pixels: tuple[int, int]) -> None:
    assert image_pixels(aspect, size, None) == pixels


@pytest.mark.parametrize("aspect", ["2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "21:9", "1:4", "4:1", "1:8", "8:1"])
def test_other_shapes_keep_ratio_and_area(aspect: str) -> None:
    width, height = image_pixels(aspect, "1K", None)
    across, down = map(int, aspect.split(":"))
    assert width % 16 == height % 16 == 0
    assert width / height == pytest.approx(across / down, rel=0.04)
    assert width * height == pytest.approx(1024**2, rel=0.05)


def test_the_nearest_shape_to_the_last_picture_is_taken() -> None:
    photo = Arrived(data=b"", media_type="image/jpeg", width=3024, height=4032)
    assert image_pixels("", "1K", photo) == image_pixels("3:4", "1K", None)


def test_a_size_that_the_model_does_not_make_is_refused() -> None:
    assert image_size("gemini-nano-banana-2.1", "") == "1K"
    with pytest.raises(Refused, match="512"):
        image_size("gemini-nano-banana-2.1", "512")


def test_an_error_body_has_googles_three_fields() -> None:
    assert say(Refused("No.", status=404)) == {"error": {"code": 404, "message": "No.", "status": "NOT_FOUND"}}
    assert say(Refused("No.", kind="SAFETY")) == {"error": {"code": 400, "message": "No.", "status": "SAFETY"}}
