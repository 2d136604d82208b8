from __future__ import annotations

from charkit.scoring import Axis, Threshold, Verdict


def cards(make_card, make_score, first: list[float | None], second: list[float | None], **more):
    return tuple(
        make_card(*(make_score(f"S{place:02}", value, **more) for place, value in enumerate(values)))
        for values in (first, second)
    )


def test_a_better_run_is_shown_to_be_better(make_card, make_score):
    a, b = cards(make_card, make_score, [0.5] * 10 + [0.9] * 2, [0.8] * 10 + [0.9] * 2)
    found = a.against(b, names=("text only", "three references"))
    axis = found.axes[0]
    assert (axis.passes.only_first, axis.passes.only_second, axis.dropped) == (0, 10, 0)
    assert axis.passes.p == 2 / 2**10
    assert found.lines[0].endswith("three references keeps the character more often.")
    assert "three references" in found._repr_mimebundle_()["text/html"]


def test_no_difference_shown_is_not_said_to_be_none(make_card, make_score):
    a, b = cards(make_card, make_score, [0.5, 0.9, 0.9], [0.9, 0.9, 0.9])
    assert "no difference shown, which is not the same as none" in a.against(b).lines[0]


def test_what_one_side_could_not_judge_is_dropped_and_counted(make_card, make_score):
    a, b = cards(make_card, make_score, [None, 0.9, 0.9], [0.9, None, 0.4])
    found = a.against(b).axes[0]
    assert (found.dropped, found.passes.pairs) == (2, 1)
    a, b = cards(make_card, make_score, [None], [0.9])
    assert a.against(b).axes[0].passes is None
    assert "no pair could be judged" in a.against(b).lines[0]
    assert a.against(b)._repr_mimebundle_()["text/html"]


def test_verdicts_by_different_lines_do_not_compare(make_card, make_score):
    a, _ = cards(make_card, make_score, [0.9] * 3, [0.9] * 3)
    _, b = cards(
        make_card, make_score, [0.9], [0.9] * 3, threshold=Threshold(name="other", value=0.8, calibrated=False)
    )
    found = a.against(b)
    assert not found.axes[0].same_line
    assert "different lines" in found.lines[0]


def test_axes_are_corrected_for_being_several(make_card, make_score):
    def card(palette: float, identity: float):
        scores = [make_score(f"S{i}", palette) for i in range(6)]
        return make_card(*scores, *(make_score(f"S{i}", identity, axis=Axis.IDENTITY) for i in range(6)))

    found = card(0.5, 0.9).against(card(0.9, 0.9))
    by_axis = {item.axis: item for item in found.axes}
    assert by_axis[Axis.PALETTE].passes.p == 2 / 2**6
    assert by_axis[Axis.PALETTE].adjusted == 2 * 2 / 2**6
    assert by_axis[Axis.IDENTITY].adjusted == 1.0


def test_runs_without_a_shot_in_common_say_so(make_card, make_score):
    found = make_card(make_score("S01", 0.9)).against(make_card(make_score("S02", 0.9)))
    assert (found.pairs, found.alone) == (0, 2)
    assert repr(found) == "Comparison(A against B: no shot in common)"


def test_by_default_the_first_takes_are_compared(make_card, make_score):
    a = make_card(make_score("S01", 0.1), make_score("S01", 0.9, take=2))
    b = make_card(make_score("S01", 0.9))
    assert a.against(b).axes[0].passes.only_second == 1
    assert a.against(b, takes="chosen").axes[0].passes.only_second == 0
    assert [s.verdict for s in a.drifted] == []
    assert a.standing()[0].verdict is Verdict.CONSISTENT
