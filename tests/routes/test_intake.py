"""What routes take in."""

from __future__ import annotations

import pytest

from charkit.providers.minimax_h3 import KINDS, MOST
from charkit.providers.veo_request import MAX_PICTURE, PICTURES
from charkit.routes import PictureLimits, RouteMatrix, tag_of

ROUTES = RouteMatrix.load().routes


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"formats": ["jpeg"]}, "it is png, the route takes jpeg"),
        ({"max_bytes": 999}, "it has 1,000 bytes, the route takes 999"),
        ({"min_side": 500}, "it is 800x400, the route wants 500 or more"),
        ({"max_side": 700}, "it is 800x400, the route takes sides to 700"),
        ({"max_ratio": 1.5}, "it is 2.00 times as wide as high, the route takes 1.5"),
        ({"min_ratio": 2.5}, "it is 2.00 times as wide as high, the route wants 2.5"),
    ],
)
def test_each_limit_is_said_in_words_and_holds_to_its_edge(limits: dict[str, object], said: str) -> None:
    asked = PictureLimits.model_validate(limits)
    assert asked.faults(width=800, height=400, size=1000, media_type="image/png") == (said,)
    edge = PictureLimits(formats=("png",), max_bytes=1000, min_side=400, max_side=800, min_ratio=2.0, max_ratio=2.0)
    assert edge.faults(width=800, height=400, size=1000, media_type="image/png") == ()


def test_a_route_of_which_nothing_is_known_takes_everything() -> None:
    assert PictureLimits().faults(width=9, height=90_000, size=10**10, media_type="image/x") == ()
    assert str(PictureLimits()) == "nothing is said"
    assert ROUTES["muse-video"].picture_limits == PictureLimits()


@pytest.mark.parametrize("name", ["h3-vllm", "h3-sglang"])
def test_the_data_are_no_wider_than_what_the_adapter_lets_out(name: str) -> None:
    can = ROUTES[name].capabilities
    assert can.pictures is not None
    kinds, heaviest = KINDS["image"]
    assert {f"image/{kind}" for kind in can.pictures.value.formats} <= kinds
    assert can.pictures.value.max_bytes == heaviest
    assert can.clips is not None
    assert (can.clips.value.max_bytes, can.clips.value.most) == (KINDS["video"][1], MOST["video"])
    veo = ROUTES["veo-3.1-vertex"].picture_limits
    assert {f"image/{kind}" for kind in veo.formats} == PICTURES
    assert veo.max_bytes == MAX_PICTURE


def test_limits_read_well_on_a_route_card() -> None:
    assert "ratio 0.4 to 2.5" in ROUTES["h3-vllm"]._repr_mimebundle_()["text/html"]  # type: ignore[operator]
    assert str(ROUTES["sora-2"].frame_limits) == "jpeg/png/webp, pixels of what is asked for"
    clips = ROUTES["omni-1.2"].capabilities.clips
    assert clips is not None
    assert str(clips.value) == "3 clips, at most 3 s each, its sound is ignored"


def test_tags_count_as_each_service_counts() -> None:
    assert [tag_of(style, 1) for style in ("omni", "index", "picture", "none", "handle")] == [  # type: ignore[arg-type]
        "<IMAGE_REF_1>",
        "Image 2",
        "<Picture 2>",
        "",
        "",
    ]
