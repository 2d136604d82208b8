"""The shapes of Nano Banana, and how much it looks at."""

import pytest

from charkit.errors import UnsupportedRequest
from charkit.providers.base import Role
from charkit.providers.nano_banana import MAX_PICTURES, check_shown, covering_size, nearest_aspect


@pytest.mark.parametrize(
    ("width", "height", "aspect", "size"),
    [
        (1376, 768, "16:9", "1K"),
        (1280, 720, "16:9", "1K"),
        (768, 1376, "9:16", "1K"),
        (512, 512, "1:1", "1K"),
        (1024, 1024, "1:1", "1K"),
        (1920, 1080, "16:9", "2K"),
        (2752, 1536, "16:9", "2K"),
        (3840, 2160, "16:9", "4K"),
        (1536, 672, "21:9", "1K"),
        (1024, 3072, "1:4", "2K"),
    ],
)
def test_the_nearest_documented_shape_is_asked_for_and_never_512(width, height, aspect, size):
    assert (nearest_aspect(width, height), covering_size(width, height)) == (aspect, size)


def test_more_than_4k_does_not_exist():
    with pytest.raises(UnsupportedRequest, match="at most 4K") as caught:
        covering_size(8000, 8000)
    assert caught.value.nearest == "4K"


def test_fourteen_pictures_are_looked_at_and_no_mask(reference):
    check_shown([reference()] * MAX_PICTURES)
    with pytest.raises(UnsupportedRequest, match="at most 14"):
        check_shown([reference()] * (MAX_PICTURES + 1))
    with pytest.raises(UnsupportedRequest, match="mask"):
        check_shown([reference(Role.MASK)])
