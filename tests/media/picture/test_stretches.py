from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from charkit.media.order import Order
from charkit.media.picture.stretches import Stretch, stretches


def stored(groups: list[int], reorder: int) -> Order:
    """Groups of so many frames, each begun by a picture that decodes by itself, with B-frames stored late."""
    shown: list[int] = []
    entries = set()
    for size in groups:
        base = len(shown)
        entries.add(base)
        shown.append(base)
        rest = list(range(base + 1, base + size))
        while rest:
            run, rest = rest[: reorder + 1], rest[reorder + 1 :]
            shown += [run[-1], *run[:-1]]
    return Order(shown=tuple(shown), entries=frozenset(entries))


orders = st.builds(stored, st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(0, 3))


@given(orders, st.data())
def test_every_frame_comes_once_and_copies_begin_and_end_where_a_decoder_can(order, data):
    count = len(order.shown)
    first = data.draw(st.integers(0, count - 1))
    last = data.draw(st.integers(first + 1, count))
    touched = data.draw(st.lists(st.tuples(st.integers(0, count), st.integers(0, count)), max_size=3))
    parts = stretches(order, first, last, touched)
    assert [n for part in parts for n in range(part.first, part.last)] == list(range(first, last))
    changed = {n for a, b in touched for n in range(a, b)}
    for part in parts:
        if part.kind == "copy":
            assert part.first in order.entries
            assert not changed & set(range(part.first, part.last))
            packets = [n for n in order.shown if part.first <= n < part.last]
            begin = order.shown.index(part.first)
            assert list(order.shown[begin : begin + part.frames]) == packets


@given(orders)
def test_an_untouched_clip_is_one_copy(order):
    assert stretches(order, 0, len(order.shown)) == (Stretch(kind="copy", first=0, last=len(order.shown)),)


def test_an_in_point_renders_up_to_the_next_picture_that_decodes_by_itself():
    order = stored([24, 24, 24], 2)
    assert stretches(order, 10, 72) == (
        Stretch(kind="render", first=10, last=24),
        Stretch(kind="copy", first=24, last=72),
    )


def test_an_out_point_renders_only_what_cannot_be_parted():
    order = stored([72], 2)  # shown in runs of three behind the first
    assert stretches(order, 0, 50) == (
        Stretch(kind="copy", first=0, last=49),
        Stretch(kind="render", first=49, last=50),
    )


def test_words_in_the_middle_of_a_long_group_render_from_there_to_its_end():
    order = stored([48, 24], 0)
    assert stretches(order, 0, 72, [(10, 20)]) == (
        Stretch(kind="copy", first=0, last=10),
        Stretch(kind="render", first=10, last=48),
        Stretch(kind="copy", first=48, last=72),
    )


def test_exits_are_counted_from_the_order_in_which_packets_are_stored():
    assert Order(shown=(0, 3, 1, 2, 4), entries=frozenset({0})).exits == (1, 4, 5)
    shuffled = list(range(50))
    random.Random(1).shuffle(shuffled)  # noqa: S311
    assert Order(shown=tuple(shuffled), entries=frozenset()).exits[-1] == 50
