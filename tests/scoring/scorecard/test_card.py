from __future__ import annotations

import json
from dataclasses import replace

import pytest

from charkit.errors import BadDocument, UnknownName
from charkit.scoring import Axis, Scorecard, Threshold, Verdict
from charkit.scoring.calibration import Genuine, Impostor, calibrate


@pytest.fixture
def card(make_card, make_score) -> Scorecard:
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


def test_a_starred_take_is_chosen_and_a_rejected_one_never_is(card):
    said = card.decided(starred={("S03", 1)}, rejected={("S05", 2), ("S02", 1)})
    assert said.best() == {"S01": 1, "S03": 1, "S04": 1, "S05": 1}
    assert [score.shot for score in said.standing()] == ["S03", "S04", "S05"]
    assert "S02" in said._repr_mimebundle_()["text/html"]
    assert said.scores == card.scores


def test_what_a_person_decided_is_kept_beside_the_card_and_not_in_it(card, tmp_path):
    card.decided(starred={("S03", 1)}, rejected=()).save(tmp_path / "card.json")
    assert Scorecard.load(tmp_path / "card.json") == card


def test_a_take_that_could_not_be_judged_never_beats_one_that_passed(make_card, make_score):
    card = make_card(make_score("S01", None), make_score("S01", 0.7, take=2))
    assert card.best() == {"S01": 2}


def test_both_characters_of_a_take_count(make_card, make_score):
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


def test_intended_changes_leave_the_rate(make_card, make_score):
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


def test_axes_are_never_added_up(make_card, make_score):
    card = make_card(
        make_score("S01", 0.9, axis=Axis.IDENTITY),
        make_score("S02", 0.2, axis=Axis.IDENTITY),
        make_score("S01", 0.3),
        make_score("S02", 0.8),
    )
    assert card.axes == (Axis.IDENTITY, Axis.PALETTE)
    assert card.rate("Mira") == card.rate("Mira", Axis.IDENTITY)
    assert (card.rate("Mira").passes, card.rate("Mira", Axis.PALETTE).passes) == (1, 1)
    assert repr(card) == "Scorecard(2 shots: identity: 1 consistent, 1 drifted; palette: 1 consistent, 1 drifted)"
    assert card.sentence("Mira").endswith("drifted S02; palette drift flagged S01.")
    assert len(card.lines) == 2


def test_the_better_take_is_found_axis_by_axis(make_card, make_score):
    """A high palette score does not make up for a low identity score."""
    card = make_card(
        make_score("S01", 0.70, axis=Axis.IDENTITY),
        make_score("S01", 0.95),
        make_score("S01", 0.75, take=2, axis=Axis.IDENTITY),
        make_score("S01", 0.65, take=2),
    )
    assert card.best() == {"S01": 2}


def test_checks_of_the_clip_stand_beside_the_characters(make_card, make_score):
    card = make_card(
        make_score("S01", 0.9),
        make_score("S01", None, character="", axis=Axis.GATE, verdict=Verdict.CONSISTENT),
        make_score("S02", None, character="", axis=Axis.GATE, verdict=Verdict.DRIFTED),
        make_score("S02", None, character="", take=2, axis=Axis.GATE, verdict=Verdict.CONSISTENT),
        make_score("S03", None, character="", axis=Axis.GATE, verdict=Verdict.CONSISTENT),
        make_score("S03", None, character="", take=2, axis=Axis.GATE, verdict=Verdict.CONSISTENT),
    )
    assert card.characters == ("Mira",)
    assert card.best() == {"S01": 1, "S02": 2, "S03": 2}
    assert card.lines[-1] == "gate (the clip is whole): 3/3 takes clear."
    first = card.standing("first")
    assert [score.word for score in first if score.axis is Axis.GATE] == ["clear", "flagged", "clear"]
    page = card._repr_mimebundle_()["text/html"]
    assert ">flagged<" in page


def test_frames_count_for_what_they_are_worth(make_card, make_score):
    seen = (*((float(i), 0.9) for i in range(7)), (7.0, 0.1))
    card = make_card(make_score("S01", 0.9, frame_scores=seen), make_score("S02", 0.9, frame_scores=seen))
    found = card.frame_rate("Mira")
    assert (found.passes, found.frames, found.shots) == (14, 16, 2)
    assert make_card(make_score("S01", 0.9)).frame_rate("Mira") is None


def test_a_calibrated_line_changes_verdicts_and_brings_its_ceiling(make_card, make_score):
    names = [f"c{i}" for i in range(10)]
    wrong = [Impostor(claimed=a, actual=b, score=0.7) for a in names for b in names if a != b]
    right = [Genuine(character="Mira", score=0.9, kind="split halves")] * 9
    right += [Genuine(character="Mira", score=0.5, kind="split halves")]
    stock = Threshold(name="test", value=0.6, calibrated=False)
    found = calibrate(wrong, axis=Axis.PALETTE, scorer="palette 1", stock=stock, genuine=right)
    card = make_card(
        make_score("S01", 0.65, scorer="palette 1"),
        make_score("S02", 0.80, scorer="palette 1"),
        make_score("S03", None, scorer="palette 1", reason="too small"),
        make_score("S04", 0.30, scorer="palette 1", verdict=Verdict.INTENDED),
    )
    under = card.under(found)
    verdicts = [score.verdict.value for score in under.scores]
    assert verdicts == ["drifted", "consistent", "unverifiable", "intended"]
    line = under.line("Mira")
    assert "threshold 0.700 (FAR 1 %, 10 cast members), ceiling 90 % (9/10 split halves)" in line
    assert under.corrected("Mira").value == pytest.approx(0.5 / 0.9)
    assert "uncalibrated" not in repr(under)
    other = replace(found, scorer="another 2")
    assert card.under(other) == card


def test_without_controls_nothing_is_corrected(card):
    assert card.corrected("Mira") is None
    assert card.ceiling(Axis.PALETTE) is None


def test_few_characters_are_pooled_without_an_interval(card):
    found = card.pooled()
    assert (found.value, found.characters, found.interval) == (2 / 3, 1, None)


def test_it_reads_back_what_it_wrote(card, tmp_path):
    card.save(tmp_path / "scorecard.json")
    assert Scorecard.load(tmp_path / "scorecard.json") == card


def test_a_scorecard_of_the_first_format_is_still_read(card, tmp_path):
    path = tmp_path / "scorecard.json"
    card.save(path)
    said = json.loads(path.read_text())
    said["format"] = "charkit scorecard 1"
    del said["ceilings"]
    for score in said["scores"]:
        for name in ("needed_frames", "frame_scores", "pairs", "findings", "encoder"):
            del score[name]
        for name in ("far", "cast", "impostors"):
            del score["threshold"][name]
    for facts in said["scorers"]:
        for name in ("tier", "domains", "about", "encoder", "validity"):
            del facts[name]
    path.write_text(json.dumps(said))
    assert Scorecard.load(path).lines == card.lines


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


def test_names_are_escaped(make_card, make_score):
    page = make_card(make_score("S01", 0.7, character="<b>Mira</b>"))._repr_mimebundle_()["text/html"]
    assert "<b>Mira</b>" not in page


def test_an_empty_scorecard_shows_itself():
    card = Scorecard(takes=(), scores=())
    assert repr(card) == "Scorecard(0 shots: nothing to judge)"
    assert card.best() == {}
    assert "text/html" in card._repr_mimebundle_()


def test_an_axis_without_its_weights_is_unknown_and_the_others_are_told_first(make_score, make_card):
    lacks = {"axis": Axis.IDENTITY, "lacking": True, "reason": "get the weights"}
    card = make_card(make_score("S1", 0.9), make_score("S2", 0.5), make_score("S1", None, **lacks))
    assert (card.main_axis("Mira"), card.first_axis) == (Axis.PALETTE, Axis.PALETTE)
    assert card.rate("Mira", Axis.IDENTITY).passes == 0
    assert card.lines[-1] == "identity: unknown for Mira, never a pass: get the weights."
    assert card.lines_of_takes == card.lines[-1:]
    assert "identity: unknown" in repr(card)
    assert card.sentence("Mira").startswith("Mira — palette")
    page = card._repr_mimebundle_()["text/html"]
    assert page.count("get the weights") == 1
    alone = make_card(make_score("S1", None, **lacks))
    assert alone.main_axis("Mira") is Axis.IDENTITY
    assert "not verifiable" in alone.line("Mira")
