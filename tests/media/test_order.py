"""In which order pictures are stored."""

from __future__ import annotations

from charkit.media.order import Order


def test_places_are_counted_from_when_packets_are_shown():
    order = Order.of([1000, 4000, 2000, 3000, 5000], [0, 4])
    assert order == Order(shown=(0, 3, 1, 2, 4), entries=frozenset({0, 4}))
    assert order.ahead == 1


def test_a_clip_that_is_stored_as_it_is_shown_runs_ahead_by_nothing():
    assert Order.of(list(range(7)), [0]).ahead == 0
    assert Order.of([], []).ahead == 0


def test_places_are_counted_from_the_first_that_is_shown():
    order = Order.of([1000, 4000, 2000, 3000, 5000, 7000, 6000], [0, 4], hidden=2)
    assert order == Order(shown=(-2, 1, -1, 0, 2, 4, 3), entries=frozenset({-2, 2}))
    assert order.exits == (-1, 2, 3, 5)
    assert order.ahead == 1
