from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from charkit.media.picture.schedule import schedule


def test_a_lone_piece_gets_all_processors_and_pairs_get_one_each():
    assert schedule([5.0], 2) == [(0, 2)]
    assert schedule([5.0, 5.0], 2) == [(0, 1), (1, 1)]
    assert [threads for _, threads in schedule([5.0] * 12, 2)] == [1] * 12


def test_the_piece_that_is_left_over_gets_the_processors_that_would_idle():
    assert [threads for _, threads in schedule([5.0] * 11, 2)] == [1] * 10 + [2]
    assert [threads for _, threads in schedule([5.0] * 6, 4)] == [1] * 4 + [2] * 2


def test_a_short_piece_beside_the_last_long_one_does_not_hide_that_it_ends_alone():
    plan = schedule([1.0, *[5.0] * 11], 2)
    assert plan[-2:] == [(11, 2), (0, 1)]


def test_the_longest_begin_first():
    assert [number for number, _ in schedule([1.0, 3.0, 0.0, 2.0], 2)] == [1, 3, 0, 2]


@given(st.lists(st.floats(0, 1e6), max_size=30), st.integers(1, 9))
def test_every_piece_is_worked_on_once_with_as_many_threads_as_there_are_processors_at_most(efforts, workers):
    plan = schedule(efforts, workers)
    assert sorted(number for number, _ in plan) == list(range(len(efforts)))
    assert all(1 <= threads <= workers for _, threads in plan)
