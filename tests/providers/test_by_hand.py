"""The adapter without a wire."""

from __future__ import annotations

import json

import pytest
from pydantic import SecretStr

from charkit.errors import Rejected, UnsupportedRequest
from charkit.providers import connect
from charkit.providers.base import (
    Billing,
    Blob,
    BoundCharacter,
    BoundJob,
    Change,
    Connection,
    ImageRequest,
    Outcome,
    Provider,
    VideoRequest,
)
from charkit.providers.by_hand import ByHand

NOWHERE = Connection(endpoint="by-hand", base_url="https://by-hand.invalid", key=SecretStr("none"))
CLIP = Blob(name="a.mp4", media_type="video/mp4", data=b"clip")


def request(**changes) -> VideoRequest:
    values = {"model": "by-hand", "prompt": "Ada waves.", "seconds": 4, "width": 640, "height": 360}
    return VideoRequest(**(values | changes))


def test_the_clip_that_was_brought_is_the_answer_and_costs_nothing_here() -> None:
    hand = ByHand(NOWHERE, CLIP, {"app": "some-app 2.1"})
    answer = hand.submit(request(characters=(BoundCharacter(id="@ada", name="Ada"),)))
    assert (answer.outcome, answer.billing, answer.media, answer.model) == (
        Outcome.SUCCEEDED,
        Billing.NOT_CHARGED,
        (CLIP,),
        "some-app 2.1",
    )
    (cited,) = answer.sent
    assert (cited.field, cited.name, cited.character, cited.digest[:7]) == ("prompt", "@ada", "Ada", "sha256:")
    assert json.loads(answer.raw) == {"by hand": {"app": "some-app 2.1"}}


def test_without_a_clip_it_says_what_a_person_has_to_do() -> None:
    hand = connect("by-hand", NOWHERE)
    assert isinstance(hand, Provider)
    with pytest.raises(UnsupportedRequest, match="charkit by-hand prompt"):
        hand.submit(request())


@pytest.mark.parametrize("what", ["reference", "seed", "source"])
def test_what_no_prompt_can_carry_is_refused(what, reference) -> None:
    changes = {
        "reference": {"references": (reference(),)},
        "seed": {"seed": 7},
        "source": {"source": BoundJob(remote_id="v1", change=Change.EXTEND)},
    }
    with pytest.raises(UnsupportedRequest):
        ByHand(NOWHERE, CLIP).submit(request(**changes[what]))


def test_pictures_are_not_made_by_hand() -> None:
    with pytest.raises(UnsupportedRequest, match="pictures"):
        ByHand(NOWHERE, CLIP).submit(ImageRequest(model="m", prompt="p", width=64, height=64))


def test_nothing_runs_and_nothing_is_listed_anywhere() -> None:
    hand = ByHand(NOWHERE)
    assert hand.recent() is None
    with pytest.raises(Rejected):
        hand.poll("v1")
    with pytest.raises(Rejected):
        hand.fetch("v1")
