from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from charkit.errors import UnknownName, UsageError
from charkit.scoring import Axis, PaletteScorer, ShotEvidence, Threshold, Verdict
from charkit.scoring.people import AxisScore, HumanCheck, Question, ask_people
from charkit.scoring.people_result import HumanResult
from charkit.simulator.clip import render_clip
from charkit.simulator.direction import Direction
from tests.scoring.drawn_arms import STEADY, WHO, views_of

if TYPE_CHECKING:
    from pathlib import Path

LINE = Threshold(name="t", value=0.7, calibrated=False)


def question(number: int, score: float | None, kind: str = "own") -> Question:
    verdict = Verdict.UNVERIFIABLE if score is None else Verdict.CONSISTENT if score >= 0.7 else Verdict.DRIFTED
    return Question(
        id=f"q{number}",
        left=b"\xff\xd8left",
        right=b"\xff\xd8right",
        kind=kind,  # type: ignore[arg-type]
        shot=f"S{number}",
        take=1,
        character="Mira",
        clip_digest="sha256:0",
        scores=(AxisScore(axis=Axis.PALETTE, score=score, verdict=verdict, threshold=LINE),),
    )


def check_of(folder: Path, *scores: float | None) -> HumanCheck:
    check = HumanCheck(folder=folder, seed=1, questions=tuple(question(n, s) for n, s in enumerate(scores)))
    check.save()
    return check


@pytest.fixture(scope="module")
def takes(tmp_path_factory: pytest.TempPathFactory) -> list[ShotEvidence]:
    folder = tmp_path_factory.mktemp("people")
    found = []
    for name, text in WHO.items():
        clip = folder / f"{name}.mp4"
        prompt = f"{text}\nShot: medium shot.\nPlace: a market square in the morning sun.\nAction: {name} waves."
        render_clip(Direction(prompt=prompt, width=320, height=180, seconds=0.3, seed=3), clip, STEADY)
        references = views_of(name, folder)
        said = {"shot": f"S-{name}", "clip": clip, "character": name, "expected": (name,), "framing": "medium"}
        found.append(ShotEvidence(**said, references=references))
    return found


def test_half_of_the_questions_show_a_stranger_and_axes_judge_the_same_pairs(
    takes: list[ShotEvidence], tmp_path: Path
) -> None:
    check = ask_people(takes, tmp_path, scorers=lambda: [PaletteScorer(min_valid_frames=2)], pairs=4, seed=2)
    assert sorted(q.kind for q in check.questions) == ["own", "own", "stranger", "stranger"]
    verdicts = {(q.kind, q.character): q.scores[0].verdict for q in check.questions}
    assert verdicts["own", "Mira"] is verdicts["own", "Fenn"] is Verdict.CONSISTENT
    assert verdicts["stranger", "Mira"] is verdicts["stranger", "Fenn"] is Verdict.DRIFTED
    assert len({q.id for q in check.questions}) == 4
    assert HumanCheck.load(tmp_path) == check
    assert ask_people(takes, tmp_path, scorers=lambda: [PaletteScorer(min_valid_frames=2)], pairs=4, seed=2) == check


def test_takes_and_references_that_cannot_be_read_are_not_asked_about(
    takes: list[ShotEvidence], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no clip")
    gone = ShotEvidence(shot="S9", clip=broken, character="Mira", references=takes[0].references)
    scorers = [PaletteScorer(min_valid_frames=2)]
    assert len(ask_people([gone], tmp_path / "a", scorers=lambda: scorers, pairs=4).questions) == 0
    nobody = ShotEvidence(shot="S9", clip=broken)
    with pytest.raises(UsageError, match="nothing to ask about"):
        ask_people([nobody], tmp_path / "b", scorers=lambda: scorers)


def test_pictures_tell_no_name_and_no_origin(takes: list[ShotEvidence], tmp_path: Path) -> None:
    import io

    check = ask_people(takes, tmp_path, scorers=lambda: [PaletteScorer(min_valid_frames=2)], pairs=4, seed=2)
    for asked in check.questions:
        for picture in (asked.left, asked.right):
            with Image.open(io.BytesIO(picture)) as opened:
                assert max(opened.size) <= 220
                assert not opened.getexif()
                assert "comment" not in opened.info


def test_every_rater_has_an_order_of_their_own_and_it_stays(tmp_path: Path) -> None:
    check = check_of(tmp_path, *[0.5] * 12)
    ana, ben = ([q.id for q in check.order_for(name)] for name in ("ana", "ben"))
    assert ana != ben
    assert sorted(ana) == sorted(ben)
    assert ana == [q.id for q in HumanCheck.load(tmp_path).order_for("ana")]


def test_answers_lie_on_disk_at_once_and_the_next_visit_goes_on(tmp_path: Path) -> None:
    check = check_of(tmp_path, 0.9, 0.4)
    first = check.next_for("ana")
    assert first is not None
    check.answer("ana", first.id, "same")
    again = HumanCheck.load(tmp_path)
    second = again.next_for("ana")
    assert second is not None
    assert second.id != first.id
    again.answer("ana", second.id, "different")
    again.answer("ana", first.id, "cannot tell")
    assert again.next_for("ana") is None
    assert json.loads((tmp_path / "ratings" / "ana.json").read_text())["answers"] == {
        first.id: "cannot tell",
        second.id: "different",
    }


@pytest.mark.parametrize("name", ["", "../ana", "a/b", "x" * 41])
def test_a_rater_cannot_be_named_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="a file is named so"):
        check_of(tmp_path, 0.5).rating(name)


def test_answers_and_questions_that_nobody_knows_are_refused(tmp_path: Path) -> None:
    check = check_of(tmp_path, 0.5)
    with pytest.raises(UnknownName, match="cannot tell"):
        check.answer("ana", "q0", "maybe")  # type: ignore[arg-type]
    with pytest.raises(UnknownName, match="question"):
        check.answer("ana", "q7", "same")
    with pytest.raises(UsageError, match="nobody has answered"):
        check.result()


def test_axes_are_held_against_what_most_raters_say(tmp_path: Path) -> None:
    check = check_of(tmp_path, 0.9, 0.8, 0.75, 0.4, 0.3, None)
    truth = {"q0": True, "q1": True, "q2": False, "q3": False, "q4": True, "q5": True}
    for rater in ("ana", "ben", "cleo"):
        for asked, same in truth.items():
            check.answer(rater, asked, "same" if same else "different")
    check.answer("cleo", "q0", "cannot tell")
    found = check.result()
    (palette,) = found.axes
    assert found.agreement.alpha == 1.0
    assert palette.against is not None
    assert (palette.against.same, palette.against.different) == (3, 2)
    assert palette.against.auc == pytest.approx(4 / 6)
    assert (palette.passed_different, palette.missed_same, palette.unjudged) == ((1, 2), (1, 3), 1)
    assert found.answered == (6, 6, 5)
    assert not found.enough
    assert "Too small" in found._repr_mimebundle_()["text/html"]


def test_rehearsed_raters_slip_as_often_as_told_and_are_marked(tmp_path: Path) -> None:
    check = check_of(tmp_path, *([0.9] * 100 + [0.3] * 100))
    truth: dict[str, bool | None] = {f"q{n}": n < 100 for n in range(200)} | {"q0": None}
    for rater in ("r1", "r2", "r3"):
        check.rehearse(rater, truth, slips=0.1)
    ratings = check.ratings
    wrong = sum(
        said != ("same" if n < 100 else "different") for n in range(1, 200) for said in [ratings[0].answers[f"q{n}"]]
    )
    assert 10 <= wrong <= 32
    assert ratings[0].answers["q0"] == "cannot tell"
    assert ratings[0].answers != ratings[1].answers
    found = check.result()
    assert found.simulated_raters == 3
    assert not found.enough
    assert found.agreement.alpha is not None
    assert 0.4 < found.agreement.alpha < 0.85
    assert found.axes[0].against is not None
    assert found.axes[0].against.auc > 0.95
    assert "3 simulated" in repr(found)


def test_notes_for_thresholds_say_when_they_were_only_rehearsed(tmp_path: Path) -> None:
    check = check_of(tmp_path, 0.9, 0.3)
    for asked, said in (("q0", "same"), ("q1", "different")):
        check.answer("ana", asked, said)  # type: ignore[arg-type]
    found = check.result()
    found.save_notes(tmp_path / "notes.json")
    (note,) = HumanResult.notes_in(tmp_path / "notes.json").values()
    assert note.startswith("palette: AUC 1.00")
    assert "rehearsed" not in note
    check.rehearse("r1", {"q0": True, "q1": False}, slips=0.0)
    check.result().save_notes(tmp_path / "notes.json")
    assert HumanResult.notes_in(tmp_path / "notes.json")["palette"].endswith("(rehearsed, says nothing of people)")
