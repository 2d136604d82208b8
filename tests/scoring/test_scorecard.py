from __future__ import annotations

import pytest

from charkit.errors import BadDocument, UnknownName
from charkit.scoring import Axis, FrameEvidence, PaletteScorer, Score, Scorecard, ScoredTake, Threshold, Verdict

LINE = Threshold(name="test", value=0.6, calibrated=False)


def make_score(shot: str, value: float | None, *, take: int = 1, character: str = "Mira", **more) -> Score:
    verdict = Verdict.UNVERIFIABLE if value is None else Verdict.CONSISTENT if value >= 0.6 else Verdict.DRIFTED
    worst = FrameEvidence(time=1.25, score=value, jpeg=b"\xff\xd8\xff\xd9", digest="sha256:00") if value else None
    said = {"shot": shot, "take": take, "character": character, "axis": Axis.PALETTE, "verdict": verdict}
    said |= {"score": value, "threshold": LINE, "worst": worst, "valid_frames": 8, "sampled_frames": 8}
    return Score(**{**said, **more})


def make_card(*scores: Score, plain: tuple[tuple[str, int], ...] = ()) -> Scorecard:
    seen = dict.fromkeys([(score.shot, score.take) for score in scores] + list(plain))
    takes = tuple(ScoredTake(shot=shot, take=take) for shot, take in sorted(seen))
    return Scorecard(takes=takes, scores=scores, scorers=(PaletteScorer().facts,))


@pytest.fixture
def card() -> Scorecard:
    return make_card(
        make_score("S02", 0.82),
        make_score("S03", 0.41),
        make_score("S03", 0.77, take=2),
        make_score("S04", None, reason="mask too small"),
        make_score("S05", 0.30),
        make_score("S05", 0.35, take=2),
        plain=(("S01", 1),),
    )


def test_the_best_take_is_chosen_for_every_shot(card):
    assert card.best() == {"S01": 1, "S02": 1, "S03": 2, "S04": 1, "S05": 2}


def test_a_take_that_could_not_be_judged_never_beats_one_that_passed():
    card = make_card(make_score("S01", None), make_score("S01", 0.7, take=2))
    assert card.best() == {"S01": 2}


def test_both_characters_of_a_take_count():
    card = make_card(
        make_score("S01", 0.95),
        make_score("S01", 0.20, character="Fenn"),
        make_score("S01", 0.65, take=2),
        make_score("S01", 0.66, take=2, character="Fenn"),
    )
    assert card.best() == {"S01": 2}


def test_what_drifted_in_the_chosen_takes_is_what_to_retake(card):
    assert [(score.shot, score.take) for score in card.drifted] == [("S05", 2)]
    assert [score.shot for score in card.unverifiable] == ["S04"]


def test_the_rate_of_the_film_and_of_the_route_are_told_apart(card):
    film, route = card.rate("Mira"), card.rate("Mira", takes="first")
    assert (film.passes, film.verifiable, film.expected) == (2, 3, 4)
    assert (route.passes, route.verifiable, route.expected) == (1, 3, 4)


def test_intended_changes_leave_the_rate():
    card = make_card(make_score("S01", 0.9), make_score("S02", 0.2, verdict=Verdict.INTENDED))
    assert str(card.rate("Mira")).startswith("1/1 shots")
    assert "changed on purpose S02" in card.line("Mira")


def test_the_line_says_all_that_a_rate_needs(card):
    assert card.line("Mira") == (
        "Mira — palette (drift of colours, not identity): 2/3 shots (67 %, 95 % CI 21–94), coverage 3/4, bounds 50–75; "
        "threshold 0.600 (uncalibrated), ceiling not measured; worst S05 at 0.350; drifted S05; not verifiable S04."
    )


def test_nobody_is_scored_who_was_not_looked_for(card):
    with pytest.raises(UnknownName, match="Did you mean 'Mira'"):
        card.rate("Mirra")


def test_it_reads_back_what_it_wrote(card, tmp_path):
    card.save(tmp_path / "scorecard.json")
    assert Scorecard.load(tmp_path / "scorecard.json") == card


def test_a_file_that_is_no_scorecard_is_named(tmp_path):
    (tmp_path / "scorecard.json").write_text('{"format": "charkit scorecard 1", "takes": 3}')
    with pytest.raises(BadDocument, match="scorecard.json"):
        Scorecard.load(tmp_path / "scorecard.json")


def test_its_text_is_one_stable_line(card):
    assert repr(card) == (
        "Scorecard(5 shots: 2 consistent, 1 drifted, 1 unverifiable; drifted: Mira in S05) "
        "(palette drift, not identity; uncalibrated)"
    )


def test_it_shows_verdicts_proofs_and_limits(card):
    shown = card._repr_mimebundle_()
    assert shown["text/plain"] == repr(card)
    page = shown["text/html"]
    for said in ("not identity", "cannot see: face, hairstyle", "uncalibrated", "data:image/jpeg", "mask too small"):
        assert said in page


def test_names_are_escaped():
    page = make_card(make_score("S01", 0.7, character="<b>Mira</b>"))._repr_mimebundle_()["text/html"]
    assert "<b>Mira</b>" not in page


def test_an_empty_scorecard_shows_itself():
    card = Scorecard(takes=(), scores=())
    assert repr(card) == "Scorecard(0 shots: nothing to judge)"
    assert card.best() == {}
    assert "text/html" in card._repr_mimebundle_()
