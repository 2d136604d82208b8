"""A against B: only what is preferred in both orders is a preference."""

from __future__ import annotations

import json

import numpy as np
import pytest

from charkit.providers.judging import Said
from charkit.routes import RouteMatrix
from charkit.scoring.judge_crops import Cut
from charkit.scoring.judge_pairs import prefer

ROUTE = RouteMatrix.load().routes["gemini-3.8-flash"]


def cut(level):
    return Cut(rgb=np.full((32, 24, 3), level, np.uint8), mask=np.ones((32, 24), bool))


FIRST, SECOND, REFERENCE = [cut(10), cut(20)], [cut(110), cut(120)], [cut(15)]


class Judge:
    name = "judge"

    def __init__(self, choose):
        self.choose = choose
        self.questions = []

    def ask(self, questions):
        self.questions += questions
        return tuple(self.said(question) for question in questions)

    def said(self, question):
        left = next(one for one in question.pictures if one.view == "A").blob.digest
        said = self.choose(left == FIRST[0].blob("x").digest)
        return Said(text=json.dumps({"choice": said, "evidence": "its hair"}) if said in ("A", "B", "tie") else said)


def asked(choose, first=FIRST, second=SECOND):
    judge = Judge(choose)
    return prefer(judge, first, second, name="Mira", words="a girl", references=REFERENCE, route=ROUTE), judge


@pytest.mark.parametrize(
    ("choose", "winner"),
    [
        (lambda first_is_a: "A" if first_is_a else "B", "first"),
        (lambda first_is_a: "B" if first_is_a else "A", "second"),
        (lambda _: "tie", "tie"),
    ],
)
def test_what_is_preferred_on_either_side_wins(choose, winner):
    found, judge = asked(choose)
    assert found.winner == winner
    assert found.evidence == ("its hair", "its hair")
    shown = [[(one.view, one.blob.digest) for one in q.pictures if one.role == "exhibit"] for q in judge.questions]
    assert [side for side, _ in shown[0]] == ["A", "A", "B", "B"]
    assert [digest for _, digest in shown[0]] == [digest for _, digest in shown[1][2:] + shown[1][:2]]


@pytest.mark.parametrize(
    ("choose", "reason"),
    [
        (lambda _: "A", "chose A"),
        (lambda first_is_a: "A" if first_is_a else "tie", "tie"),
        (lambda _: "They are both lovely.", "not in the asked form"),
        (lambda _: '{"choice": "C", "evidence": ""}', "not in the asked form"),
        (lambda _: "", "not in the asked form"),
    ],
)
def test_a_preference_for_a_place_or_no_answer_is_no_preference(choose, reason):
    found, _ = asked(choose)
    assert found.winner is None
    assert reason in found.reason
    assert "unverifiable" in repr(found)


def test_sets_are_equally_large_and_small_enough_to_be_looked_at():
    for first, second in (([], []), (FIRST, SECOND[:1]), ([cut(1)] * 9, [cut(2)] * 9)):
        with pytest.raises(ValueError, match="equally many"):
            asked(lambda _: "tie", first, second)
