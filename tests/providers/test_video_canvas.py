"""How a size is said in each dialect, and which sizes are refused because something else would come back."""

import pytest

from charkit.errors import UnsupportedRequest
from charkit.providers.minimax_h3 import CANVASES
from charkit.providers.video_canvas import canvas_fields
from charkit.providers.video_dialects import dialect

VLLM, SGLANG = dialect("vllm-omni").h3, dialect("sglang").h3


@pytest.mark.parametrize("name", ["openai", "muse", "vllm-omni", "sglang", "new-api"])
def test_most_say_pixels(name):
    assert canvas_fields(dialect(name), 1280, 720) == {"size": "1280x720"}


@pytest.mark.parametrize(
    ("width", "height", "said"),
    [
        (1280, 720, {"resolution": "720p", "aspect_ratio": "16:9"}),
        (1080, 1920, {"resolution": "1080p", "aspect_ratio": "9:16"}),
        (720, 720, {"resolution": "720p", "aspect_ratio": "1:1"}),
        (1680, 720, {"resolution": "720p", "aspect_ratio": "21:9"}),
        (854, 480, {"size": "854x480"}),
        (1344, 768, {"size": "1344x768"}),
    ],
)
def test_openrouter_is_told_names_where_the_pixels_have_some(width, height, said):
    assert canvas_fields(dialect("openrouter"), width, height) == said


def test_vllm_omni_is_told_the_aspect_that_text_needs_and_the_size_that_decides():
    assert canvas_fields(VLLM, 1344, 768) == {"aspect_ratio": "16:9", "size": "1344x768"}
    assert canvas_fields(VLLM, 640, 384) == {"aspect_ratio": "16:9", "size": "640x384"}


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1344, 760), (31, 32), (3232, 800)])
def test_a_size_that_vllm_omni_would_change_is_refused_with_a_canvas(width, height):
    with pytest.raises(UnsupportedRequest) as caught:
        canvas_fields(VLLM, width, height)
    assert tuple(map(int, caught.value.nearest.split("x"))) in CANVASES.values()
    assert "vllm_omni" in caught.value.source


@pytest.mark.parametrize("aspect", CANVASES)
def test_sglang_is_told_the_aspect_of_each_canvas(aspect):
    said = {"target.short_edge": 768, "target.aspect_ratio": aspect}
    assert canvas_fields(SGLANG, *CANVASES[aspect]) == said


def test_another_size_is_refused_for_sglang_with_the_nearest_canvas():
    with pytest.raises(UnsupportedRequest, match="1536x672") as caught:
        canvas_fields(SGLANG, 1280, 720)
    assert caught.value.nearest == "1344x768"
