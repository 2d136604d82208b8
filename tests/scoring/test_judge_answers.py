"""Reading a judge: whatever text comes, it is an answer in the asked form or a reason, never an error or a pass."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from charkit.scoring.judge_answers import Cell, Heard, flip_rate, read_description, read_shots, vote

LABELS, NAMES = ("S01", "S02"), ("top", "skin")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)
CELL = st.fixed_dictionaries(
    {"verdict": st.sampled_from(["match", "differs", "not_visible", "MATCH", ""]), "evidence": st.text(max_size=500)}
)
SHOT = st.fixed_dictionaries(
    {
        "shot": st.sampled_from([*LABELS, "S99", ""]),
        "attributes": st.dictionaries(st.sampled_from([*NAMES, "soul"]), CELL, max_size=3),
        "is_outlier": st.sampled_from([True, False, "no", 1]),
    }
)
ANSWERS = (
    st.text(max_size=80) | JSON.map(json.dumps) | st.lists(SHOT, max_size=3).map(lambda s: json.dumps({"shots": s}))
)


@given(ANSWERS)
def test_an_answer_speaks_only_of_what_was_asked_or_is_none(text):
    read = read_shots(text, LABELS, NAMES)
    if isinstance(read, str):
        assert read.startswith("the judge")
        return
    assert set(read) <= set(LABELS)
    for heard in read.values():
        assert set(heard.cells) <= set(NAMES)
        assert {cell.word for cell in heard.cells.values()} <= {"match", "differs", "not_visible"}
        assert all(len(cell.evidence) <= 120 and "\n" not in cell.evidence for cell in heard.cells.values())


@given(
    ANSWERS
    | st.dictionaries(st.sampled_from(NAMES), st.text(max_size=200)).map(lambda d: json.dumps({"description": d}))
)
def test_a_description_is_short_lines_of_asked_attributes_or_none(text):
    read = read_description(text, NAMES)
    if isinstance(read, dict):
        assert read
        assert set(read) <= set(NAMES)
        assert all(line and len(line) <= 120 and "\n" not in line for line in read.values())


HEARD = st.builds(
    Heard,
    cells=st.dictionaries(
        st.sampled_from(NAMES), st.builds(Cell, word=st.sampled_from(["match", "differs", "not_visible", None]))
    ),
    outlier=st.booleans(),
)


@given(st.lists(HEARD, max_size=5), st.randoms())
def test_a_vote_needs_more_than_half_and_does_not_depend_on_the_order(answers, luck):
    elected = vote(answers, NAMES)
    for name in NAMES:
        said = [one.cells[name].word if name in one.cells else None for one in answers]
        winner = elected.cells[name].word
        assert winner is None or 2 * said.count(winner) > len(said)
    shuffled = list(answers)
    luck.shuffle(shuffled)
    again = vote(shuffled, NAMES)
    assert ([c.word for c in again.cells.values()], again.outlier) == (
        [c.word for c in elected.cells.values()],
        elected.outlier,
    )


@given(st.lists(st.lists(HEARD, max_size=4), max_size=4))
def test_a_flip_rate_is_a_share_or_unknown(answers):
    rate = flip_rate(answers)
    assert rate is None or 0.0 <= rate <= 1.0


def test_nothing_visible_has_no_score_and_one_difference_in_four_is_three_quarters():
    assert Heard(cells={"top": Cell(word="not_visible")}).score() is None
    four = {str(n): Cell(word="differs" if n == 0 else "match") for n in range(4)}
    assert Heard(cells=four).score() == 0.75
    assert Heard(cells=four).score(but=["0"]) == 1.0
