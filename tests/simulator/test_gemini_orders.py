from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, cast

import pytest
from starlette.requests import Request

from charkit.simulator.gemini_orders import InteractionOrder, read
from charkit.simulator.intake import Arrival, Fields, Refused
from tests.simulator.conftest import png

if TYPE_CHECKING:
    from charkit.simulator.workshop import Workshop

MODEL = "gemini-omni-1.2-flash"


def order(workshop: Workshop, **body: Any) -> InteractionOrder:
    fields = Fields({"model": MODEL, "input": "Waves.", **body})
    return read(workshop, Arrival(request=cast("Request", None), encoding="json", fields=fields))


def part(colour: str) -> dict[str, str]:
    return {"type": "image", "mime_type": "image/png", "data": base64.b64encode(png(colour=colour)).decode()}


def test_an_empty_shape_is_ten_seconds_of_720p_landscape(workshop: Workshop) -> None:
    asked = order(workshop)
    assert (asked.brief.width, asked.brief.height, asked.brief.seconds) == (1280, 720, 10.0)
    assert asked.usd == pytest.approx(0.695)
    assert asked.details == {"resolution": "720p", "delivery": "inline", "billed_seconds": "10"}


def test_steps_and_flat_parts_mean_the_same(workshop: Workshop) -> None:
    parts = [part("red"), {"type": "text", "text": "Mira <IMAGE_REF_0> walks."}]
    flat = order(workshop, input=parts)
    steps = order(workshop, input=[{"type": "user_input", "content": parts}])
    assert flat.brief == steps.brief
    (shown,) = flat.brief.pictures
    assert (shown.role, shown.label) == ("character", "Mira")
    assert workshop.shelf.input(shown.digest).read_bytes() == png(colour="red")
    assert (flat.prompt, flat.brief.prompt) == ("Mira <IMAGE_REF_0> walks.", "Mira walks.")


def test_the_order_of_references_and_their_bytes_are_part_of_the_digest(workshop: Workshop) -> None:
    text = {"type": "text", "text": "Mira <IMAGE_REF_0> <IMAGE_REF_1> walks."}
    one = order(workshop, input=[part("red"), part("blue"), text])
    two = order(workshop, input=[part("blue"), part("red"), text])
    assert one.brief.digest != two.brief.digest


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"input": [part("red")] * 3, "generation_config": {"video_config": {"task": "image_to_video"}}}, "one or two"),
        ({"input": [{"type": "video", "uri": "files/a"}]}, "a video is an MP4 with its bytes inline"),
        ({"input": [{"type": "image", "uri": "files/unknown"}]}, "may not exist"),
        ({"input": [{"type": "image", "data": "%%%"}]}, "Base64"),
        ({"generation_config": {"video_config": {"task": "upscale"}}}, "upscale"),
        ({"response_format": {"type": "video", "delivery": "post"}}, "delivery"),
        ({"response_format": {"type": "video", "duration": "8"}}, "duration string"),
        ({"stream": True}, "does not stream"),
        ({"colour": "red"}, 'Unknown name "colour"'),
    ],
)
def test_what_the_documentation_does_not_allow_is_refused(workshop: Workshop, body: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        order(workshop, **body)


def test_a_picture_needs_a_prompt_and_takes_fourteen_references(workshop: Workshop) -> None:
    with pytest.raises(Refused, match="input is not specified"):
        order(workshop, model="gemini-nano-banana-2.1", input=[part("red")])
    with pytest.raises(Refused, match="At most 14"):
        text = {"type": "text", "text": "x"}
        order(workshop, model="gemini-nano-banana-2.1", input=[*[part("red")] * 15, text])
