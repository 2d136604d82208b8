"""The studio as a notebook uses it: every verb again and again, from anywhere, on disk."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock
from PIL import Image

import charkit as ck
from charkit.errors import MissingKey, RunBusy, SpendLimit, UsageError
from charkit.ledger import Ledger
from charkit.scoring import Scorecard, Verdict
from charkit.workspace import new_production

pytestmark = pytest.mark.usefixtures("on_the_simulator")


def requests(simulator: str) -> list[dict]:
    with urllib.request.urlopen(f"{simulator}/control/record", timeout=10) as answer:  # noqa: S310
        found = json.load(answer)
    return found["requests"] if isinstance(found, dict) else found


def posts(simulator: str) -> int:
    return sum(entry["method"] == "POST" for entry in requests(simulator))


def test_a_production_becomes_a_film_and_nothing_is_sent_twice(production: Path, on_the_simulator: str) -> None:
    studio = ck.open_studio(production, run="once", max_spend=5.0)
    takes = studio.shoot()
    assert [take.id for take in takes] == ["A1-t1", "A2-t1"]
    assert all(take.ok and take.simulated for take in takes)
    sent = posts(on_the_simulator)
    film = studio.assemble(studio.score(takes))
    assert film.path.is_file()
    assert film.subtitles is not None
    assert "Hello." in film.subtitles.read_text(encoding="utf-8")

    again = ck.open_studio(production, run="once", max_spend=5.0)
    assert [take.digest for take in again.shoot()] == [take.digest for take in takes]
    assert posts(on_the_simulator) == sent


def test_every_paid_clip_names_the_plan_that_it_came_from(production: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARKIT_LEDGER", str(production / "elsewhere.sqlite"))
    studio = ck.open_studio(production, run="planned", max_spend=5.0)
    studio.shoot()
    studio.shoot()
    with Ledger.open(production / "elsewhere.sqlite") as ledger:
        (plan,) = ledger.plans(run="planned")
        clips = [job for job in ledger.jobs() if job.kind == "video"]
        assert clips
        assert {job.plan for job in clips} == {plan.digest}
        assert [shot["shot"] for shot in json.loads(plan.content)["plan"]["shots"]] == [job.subject for job in clips]
        assert str(production) not in plan.content
        assert ledger.verify().ok
    assert not (studio.place.ledger).exists()


def test_another_run_of_the_same_requests_pays_nothing(production: Path, on_the_simulator: str) -> None:
    first = ck.open_studio(production, run="a", max_spend=5.0)
    first.shoot()
    sent = posts(on_the_simulator)
    second = ck.open_studio(production, run="b", max_spend=0.0)
    assert all(take.ok for take in second.shoot())
    assert posts(on_the_simulator) == sent
    assert second.spend.committed == 0


def test_the_character_shot_goes_out_with_her_pictures_and_the_transition_without(production: Path) -> None:
    studio = ck.open_studio(production, run="wire", max_spend=5.0)
    plan = studio.plan()
    transition, character = studio.shoot(plan)
    assert transition.route == "muse-video"
    assert transition.sent == ()
    assert character.route == "omni-1.2"
    planned = [reference.digest for reference in plan["A2"].references]
    assert [sent.digest for sent in character.sent] == planned
    assert all(sent.character == "Ada" for sent in character.sent)


def test_a_verb_called_alone_makes_what_is_missing_before_it(production: Path) -> None:
    film = ck.open_studio(production, run="alone", max_spend=5.0).assemble()
    assert [shot.shot for shot in film.shots] == ["A1", "A2"]


def test_a_cap_that_is_too_small_stops_before_sending_and_the_next_run_goes_on(
    production: Path, on_the_simulator: str
) -> None:
    studio = ck.open_studio(production, run="cap", max_spend=0.12)
    studio.references()
    sent = posts(on_the_simulator)
    with pytest.raises(SpendLimit, match="Raise max_spend"):
        studio.shoot()
    assert posts(on_the_simulator) == sent
    assert ck.open_studio(production, run="cap", max_spend=5.0).shoot().ok


def test_a_live_studio_without_a_key_says_which_and_sends_nothing(production: Path, on_the_simulator: str) -> None:
    sent = posts(on_the_simulator)
    with pytest.raises(MissingKey, match="GEMINI_API_KEY"):
        ck.open_studio(production, run="live", live=True, max_spend=5.0).references()
    assert posts(on_the_simulator) == sent


def test_a_second_process_in_the_same_run_is_told_so(production: Path) -> None:
    studio = ck.open_studio(production, run="busy", max_spend=5.0)
    studio.place.folder.mkdir(parents=True)
    with FileLock(studio.place.folder / ".lock"), pytest.raises(RunBusy, match="busy"):
        studio.shoot()


def test_the_candidate_that_was_kept_is_the_anchor_after_a_restart(production: Path) -> None:
    studio = ck.open_studio(production, run="keep", max_spend=5.0)
    candidates = studio.candidates("ada", count=2)
    studio.keep("ada", candidate=2)
    later = ck.open_studio(production, run="keep", max_spend=5.0)
    assert later.views("ada").of("ada.full")[0].digest == candidates.of("ada.candidate-2")[0].digest
    assert later.references()[0].origin.startswith("ada.full")


def test_own_pictures_take_the_place_of_designed_ones(production: Path, on_the_simulator: str) -> None:
    characters = production / "characters"
    Image.new("RGB", (600, 800), "#cc3311").save(characters / "me.png")
    sheet = characters / "ada.yaml"
    sheet.write_text(sheet.read_text("utf-8") + "references:\n  - {file: me.png, view: full}\n", encoding="utf-8")
    sent = posts(on_the_simulator)
    studio = ck.open_studio(production, run="own", max_spend=5.0)
    references = studio.references()
    assert [reference.origin for reference in references] == ["me.png"]
    assert posts(on_the_simulator) == sent
    assert studio.shoot()[1].sent[0].digest == references[0].digest


def test_a_persons_cut_list_is_never_written_over(production: Path) -> None:
    studio = ck.open_studio(production, run="cut", max_spend=5.0)
    studio.cut_list()
    file = studio.place.folder / "cutlist.yaml"
    text = file.read_text("utf-8")
    head, _, tail = text.partition("- shot: A1")
    mine = head + tail[tail.index("- shot: A2") :]
    file.write_text(mine, encoding="utf-8")
    assert [cut.shot for cut in studio.cut_list().cuts] == ["A2"]
    assert [shot.shot for shot in studio.assemble().shots] == ["A2"]
    assert file.read_text("utf-8") == mine


def test_the_same_film_is_not_made_again_and_a_changed_one_is(production: Path) -> None:
    studio = ck.open_studio(production, run="film", max_spend=5.0)
    first = studio.assemble()
    made = first.path.stat().st_mtime_ns
    assert studio.assemble().path.stat().st_mtime_ns == made
    board = production / "storyboard.yaml"
    board.write_text(board.read_text("utf-8").replace("text: Hello.", "text: Good evening."), encoding="utf-8")
    changed = ck.open_studio(production, run="film", max_spend=5.0).assemble()
    assert changed.subtitles is not None
    assert "Good evening." in changed.subtitles.read_text("utf-8")


def test_whoever_watches_hears_of_what_is_made_and_not_of_what_was_there(production: Path) -> None:
    studio = ck.open_studio(production, run="heard", max_spend=5.0)
    studio.shoot()
    told = [json.loads(line) for line in studio.place.progress.read_text("utf-8").splitlines()]
    made = [e["subject"] for e in told if e.get("final") and e["new"]]
    assert sorted(made) == ["A1", "A2", "ada.candidate-1", "ada.face", "ada.three-quarter"]
    before = len(told)
    studio.shoot()
    later = [json.loads(line) for line in studio.place.progress.read_text("utf-8").splitlines()[before:]]
    assert not [e for e in later if e.get("final") and e["new"]]


def with_ada_drifted(card: Scorecard) -> Scorecard:
    return replace(card, scores=tuple(replace(s, verdict=Verdict.DRIFTED) if s.character else s for s in card.scores))


def test_a_retake_keeps_the_first_take_and_uses_the_next_number(production: Path) -> None:
    studio = ck.open_studio(production, run="again", max_spend=9.0)
    card = studio.score()
    drifted = with_ada_drifted(card)
    after = studio.retake(drifted)
    assert [take.id for take in studio.takes()] == ["A1-t1", "A2-t1", "A2-t2"]
    assert {(take.shot, take.take) for take in after.takes} == {("A1", 1), ("A2", 1), ("A2", 2)}


def test_retaking_again_and_again_stops_at_the_bound(production: Path, on_the_simulator: str) -> None:
    studio = ck.open_studio(production, run="bound", max_spend=9.0)
    card = studio.score()
    for _ in range(3):
        drifted = with_ada_drifted(card)
        card = studio.retake(drifted)
    assert [take.id for take in studio.takes()] == ["A1-t1", "A2-t1", "A2-t2"]


def test_the_report_and_manifest_say_what_was_made_and_name_no_place(production: Path, tmp_path: Path) -> None:
    studio = ck.open_studio(production, run="told", max_spend=9.0)
    report = studio.report()
    page = report.path.read_text("utf-8")
    manifest = json.loads((studio.place.folder / "manifest.json").read_text("utf-8"))
    for said in ("A1", "A2", "omni-1.2", "muse-video", "simulated", "a red coat", "not identity"):
        assert said in page, said
    assert str(tmp_path) not in page + json.dumps(manifest)
    assert manifest["inputs"].keys() == {"storyboard.yaml", "characters/ada.yaml"}
    assert "film.mp4" in manifest["outputs"]
    assert manifest["money"]["charged_usd"] == pytest.approx(studio.spend.settled / 1e6)
    assert [take["chosen"] for take in manifest["takes"]] == [True, True]


def test_what_it_shows_names_no_place_on_this_machine(production: Path, tmp_path: Path) -> None:
    studio = ck.open_studio(production, run="show", max_spend=5.0)
    for shown in (studio, studio.cast, studio.storyboard, studio.routes):
        bundle = shown._repr_mimebundle_()
        assert bundle["text/plain"]
        assert str(tmp_path) not in bundle["text/html"]
    assert repr(studio) == ("<Studio 'two', run 'show': 2 shots, 1 character, 720p, simulated, cap $5.00>")


@pytest.mark.parametrize("cap", [-1.0, float("nan"), float("inf")])
def test_a_cap_that_is_no_amount_of_money_is_refused(production: Path, cap: float) -> None:
    with pytest.raises(UsageError, match="max_spend"):
        ck.open_studio(production, max_spend=cap)
    with pytest.raises(UsageError, match="production_cap"):
        ck.open_studio(production, production_cap=cap)


def test_what_other_runs_committed_counts_against_the_productions_cap(
    production: Path, on_the_simulator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ck.open_studio(production, run="all-1", max_spend=5.0)
    assert first.shoot().ok
    spent = first.spend.committed / 1e6
    monkeypatch.setenv("CHARKIT_PRODUCTION_CAP", repr(spent + 0.01))
    sent = posts(on_the_simulator)
    for asked, is_cap in ((None, spent + 0.01), (99.0, spent + 0.01), (spent, spent)):
        other = ck.open_studio(production, run="all-2", max_spend=5.0, resolution="360p", production_cap=asked)
        assert other.production_cap == is_cap
        with pytest.raises(SpendLimit, match="Raise production_cap"):
            other.shoot()
    assert posts(on_the_simulator) == sent
    monkeypatch.setenv("CHARKIT_PRODUCTION_CAP", "a lot")
    with pytest.raises(UsageError, match="CHARKIT_PRODUCTION_CAP"):
        ck.open_studio(production, run="all-2", max_spend=5.0)


def test_the_lead_is_whom_the_storyboard_shows_first(production: Path, on_the_simulator: str) -> None:
    (production / "characters" / "aaron.yaml").write_text("name: Aaron\nlocked: a boy\n", encoding="utf-8")
    assert ck.open_studio(production).lead == "ada"


def test_a_production_without_sheets_has_no_lead_and_is_told_where_to_put_one(
    production: Path, on_the_simulator: str
) -> None:
    (production / "characters" / "ada.yaml").unlink()
    text = "title: T\nstyle: ink\nshots:\n  - {id: A, seconds: 5, place: the sea}\n"
    (production / "storyboard.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="no character sheet; put one into characters/"):
        _ = ck.open_studio(production).lead


def test_another_production_cannot_take_over_a_run(production: Path, on_the_simulator: str) -> None:
    ck.open_studio(production, run="first", max_spend=2).shoot()
    other = new_production("other", production.parent)
    with pytest.raises(UsageError, match="'first' is a run of two, not of other"):
        ck.open_studio(other, run="first")
