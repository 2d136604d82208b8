from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charkit.providers.base import (
    Blob,
    BoundCharacter,
    BoundJob,
    BoundReference,
    Change,
    ImageRequest,
    Role,
    Turn,
    VideoRequest,
)
from charkit.takes import Order, request_key
from charkit.takes.orders import intent_of, prompt_in, request_text


def reference(**changes) -> BoundReference:
    data = changes.pop("data", b"front")
    blob = Blob(name=changes.pop("name", "front.png"), media_type="image/png", data=data)
    return BoundReference(**({"role": Role.CHARACTER, "character": "Mira", "view": "front", "blob": blob} | changes))


REQUEST = VideoRequest(
    model="h3",
    prompt="Mira lifts her lantern.",
    seconds=4,
    width=1280,
    height=720,
    references=(reference(), reference(view="back", data=b"back")),
    characters=(BoundCharacter(id="char_1", name="Fenn"),),
    seed=7,
)
ORDER = Order(
    production="lantern",
    run="tour",
    subject="S02",
    route="h3",
    endpoint="gateway",
    kind="video",
    request=REQUEST,
    price_usd=0.288,
    simulated=False,
)


def with_request(**changes) -> Order:
    return replace(ORDER, request=replace(REQUEST, **changes))


@pytest.mark.parametrize(
    "other",
    [
        replace(ORDER, endpoint="another gateway"),
        replace(ORDER, simulated=True),
        with_request(model="h4"),
        with_request(prompt="Mira lifts her lantern!"),
        with_request(seconds=5),
        with_request(width=720, height=1280),
        with_request(seed=8),
        with_request(seed=None),
        with_request(references=()),
        with_request(references=REQUEST.references[::-1]),
        with_request(references=(reference(data=b"fronT"), REQUEST.references[1])),
        with_request(references=(reference(role=Role.FIRST_FRAME), REQUEST.references[1])),
        with_request(references=(reference(character="Fenn"), REQUEST.references[1])),
        with_request(references=(reference(view="face"), REQUEST.references[1])),
        with_request(characters=()),
        with_request(characters=(BoundCharacter(id="char_2", name="Fenn"),)),
        with_request(characters=(BoundCharacter(id="char_1", name="Finn"),)),
        with_request(source=BoundJob(remote_id="v1_a", change=Change.EDIT)),
        replace(ORDER, kind="image", request=ImageRequest(model="h3", prompt=REQUEST.prompt, width=1280, height=720)),
    ],
)
def test_whatever_changes_the_result_changes_the_key(other: Order) -> None:
    assert request_key(other) != request_key(ORDER)


def test_what_a_request_goes_on_from_is_part_of_its_key() -> None:
    clip = Blob(name="a.mp4", media_type="video/mp4", data=b"clip")
    sources = [
        BoundJob(remote_id="v1_a", change=Change.EDIT),
        BoundJob(remote_id="v1_b", change=Change.EDIT),
        BoundJob(remote_id="v1_a", change=Change.EXTEND),
        BoundJob(remote_id="v1_a", change=Change.EDIT, clip=clip),
    ]
    assert len({request_key(with_request(source=source)) for source in sources}) == len(sources)


def test_every_earlier_turn_of_a_picture_is_part_of_its_key() -> None:
    still = ImageRequest(model="banana", prompt="From behind.", width=1024, height=1024)
    turn = Turn(prompt="Mira.", picture=reference().blob, signature="seal", references=(reference(),))
    turned = [
        (),
        (turn,),
        (turn, turn),
        (replace(turn, prompt="Fenn."),),
        (replace(turn, picture=reference(data=b"other").blob),),
        (replace(turn, signature="another seal"),),
        (replace(turn, references=()),),
    ]
    orders = [replace(ORDER, kind="image", request=replace(still, turns=turns)) for turns in turned]
    assert len({request_key(order) for order in orders}) == len(orders)


@pytest.mark.parametrize(
    "same",
    [
        replace(ORDER, production="other", run="other", subject="S09"),
        replace(ORDER, route="the same by another name"),
        replace(ORDER, price_usd=9.0),
        replace(ORDER, number=2),  # stands beside the key
        with_request(references=(reference(name="IMG_0001.png"), REQUEST.references[1])),
    ],
)
def test_whatever_does_not_change_the_result_leaves_the_key(same: Order) -> None:
    assert request_key(same) == request_key(ORDER)


def test_keys_stay_what_they_are_so_that_nothing_is_paid_again_after_an_update() -> None:
    assert request_key(ORDER) == "request-1:sha256:6a5448cf224e8948e08e559c1b4b60388563ae215ca03c518be6638ff6be9db3"


def test_the_intent_says_what_the_order_says() -> None:
    intent = intent_of(ORDER)
    assert (intent.request_key, intent.take_number, intent.price) == (request_key(ORDER), 1, 288_000)
    assert (intent.subject, intent.endpoint, intent.model, intent.simulated) == ("S02", "gateway", "h3", False)
    assert intent.request == request_text(ORDER)
    assert prompt_in(intent.request) == REQUEST.prompt
    assert repr(ORDER) == "Order(S02 take 1, h3, $0.288)"


REQUESTS = st.builds(
    VideoRequest,
    model=st.sampled_from(["h3", "h4"]),
    prompt=st.sampled_from(["Mira lifts her lantern.", "Mira lifts her lantern!", "Mira lifts the lantern."]),
    seconds=st.integers(4, 6),
    width=st.just(1280),
    height=st.just(720),
    seed=st.none() | st.integers(0, 2),
    references=st.lists(
        st.builds(
            lambda data, name, view: reference(data=data, name=name, view=view),
            st.binary(min_size=1, max_size=2),
            st.sampled_from(["a.png", "b.png"]),
            st.sampled_from(["front", "back"]),
        ),
        max_size=2,
    ).map(tuple),
)


def told(request: VideoRequest) -> tuple:
    """What a service would be told, without what files are called."""
    pictures = [(one.role, one.character, one.view, one.blob.data) for one in request.references]
    return request.model, request.prompt, request.seconds, request.seed, pictures


@given(REQUESTS, REQUESTS, st.sampled_from(["S01", "S02"]), st.sampled_from(["tour", "second"]))
def test_two_orders_are_the_same_request_exactly_if_a_service_would_be_told_the_same(
    one: VideoRequest, other: VideoRequest, subject: str, run: str
) -> None:
    first = replace(ORDER, request=one)
    second = replace(ORDER, request=other, subject=subject, run=run)
    assert (request_key(first) == request_key(second)) == (told(one) == told(other))


@given(st.binary(min_size=1, max_size=64), st.data())
def test_one_changed_byte_of_a_reference_is_another_request(data: bytes, draw) -> None:
    at = draw.draw(st.integers(0, len(data) - 1))
    changed = bytes([*data[:at], data[at] ^ 1, *data[at + 1 :]])
    keys = {request_key(with_request(references=(reference(data=one),))) for one in (data, changed)}
    assert len(keys) == 2
