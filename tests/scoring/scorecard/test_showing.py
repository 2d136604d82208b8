from __future__ import annotations

import pytest

from charkit.scoring import Axis, Finding, Verdict


@pytest.fixture
def card(make_card, make_score):
    return make_card(
        make_score("S01", 0.82),
        make_score("S01", 0.61, character="Fenn"),
        make_score("S02", 0.20),
        make_score("S03", None, reason="mask too small"),
        make_score("S03", 0.10, character="Fenn", verdict=Verdict.INTENDED),
        plain=(("S04", 1),),
    )


def test_the_heat_map_says_each_verdict_in_words_marks_and_colour(card):
    shown = card.heat_map()
    assert repr(shown) == "<heat map: palette>"
    page = shown._repr_mimebundle_()["text/html"]
    for said in ("✓ 0.82", "✗ 0.20", ">?<", "≠ 0.10", "S03: unverifiable, mask too small", "Fenn"):
        assert said in page
    assert "S04" not in page  # a shot without characters is no column


def test_the_farther_from_the_line_the_deeper_the_colour(card):
    page = card.heat_map().html
    assert "rgba(23, 120, 74, 0.60)" in page  # 0.82 is more than 0.2 above the line
    assert "rgba(23, 120, 74, 0.17)" in page  # 0.61 hardly is


def test_strips_show_the_frame_that_proves_each_verdict(card):
    page = card.strips().html
    assert page.count("data:image/jpeg") == 4
    assert "S02 ✗ 1.25 s, 0.200" in page
    assert "S03 ? mask too small" in page


def test_likeness_to_references_and_between_shots_stand_apart(make_card, make_score):
    page = make_card(make_score("S01", 0.91, between_shots=0.37))._repr_mimebundle_()["text/html"]
    assert "to references" in page
    assert "between shots" in page
    assert "0.910" in page
    assert "0.370" in page


def test_findings_are_told_with_their_second(make_card, make_score):
    found = (
        Finding(name="frozen", says="nothing moves", time=2.5),
        Finding(name="letterbox", says="no bars", flagged=False),
    )
    card = make_card(
        make_score("S01", None, character="", axis=Axis.GATE, verdict=Verdict.DRIFTED, findings=found),
    )
    page = card._repr_mimebundle_()["text/html"]
    assert "nothing moves (2.50 s)" in page
    assert "no bars" not in page
    assert "between shots" not in page  # says nothing of a take as a whole


def test_whatever_a_name_or_a_reason_holds_stays_text(make_card, make_score):
    score = make_score("S01", None, character='<img src=x onerror="a">', reason="<script>1</script>")
    card = make_card(score, make_score("S02", 0.9, character='<img src=x onerror="a">'))
    for page in (card._repr_mimebundle_()["text/html"], card.heat_map().html, card.strips().html):
        assert "<script>" not in page
        assert "<img src=x" not in page
