"""Designing in a studio: decisions, checks and versions, from anywhere, on disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

import charkit as ck
from charkit.character import CharacterSheet, import_character
from charkit.errors import PreflightStopped, UsageError
from charkit.references.preflight import Finding
from charkit.scoring.views import ViewScorer
from tests.studio.conftest import SHEET

pytestmark = pytest.mark.usefixtures("on_the_simulator")


def sheet_file(production: Path) -> Path:
    return production / "characters" / "ada.yaml"


def test_rejected_candidates_stay_hidden_after_a_restart_and_come_back_when_kept(production: Path) -> None:
    studio = ck.open_studio(production, run="reject", max_spend=5.0)
    before = studio.candidates("ada", count=2)
    studio.reject("ada", candidate=1)
    later = ck.open_studio(production, run="reject", max_spend=5.0)
    assert [take.subject for take in later.candidates("ada", count=2)] == ["ada.candidate-2"]
    assert later.views("ada")[0].digest == before[1].digest
    assert before[0].path.is_file()
    later.keep("ada", candidate=1)
    assert len(later.candidates("ada", count=2)) == 2


def test_a_rejected_view_is_made_once_more(production: Path) -> None:
    studio = ck.open_studio(production, run="again", max_spend=5.0)
    assert studio.views("ada").view("face").take.number == 1
    studio.reject("ada", view="face")
    assert studio.views("ada").view("face").take.number == 2
    assert any(reference.origin.startswith("ada.face-t2") for reference in studio.references())


@pytest.mark.parametrize("wrong", [{}, {"candidate": 1, "view": "face"}, {"view": "full"}, {"view": "fase"}])
def test_a_rejection_that_says_nothing_clear_is_refused(production: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        ck.open_studio(production, run="x").reject("ada", **wrong)


def test_the_views_of_a_run_are_a_choice_that_lasts(production: Path) -> None:
    studio = ck.open_studio(production, run="choice", max_spend=5.0)
    once = studio.views("ada", ["face", "back", "expression: sad"])
    assert [view.wish.name for view in once.views] == ["full", "face", "back", "expression-sad"]
    assert [reference.view for reference in studio.references()] == ["full", "three-quarter", "face"]
    studio.use_views("ada", ["back"])
    later = ck.open_studio(production, run="choice", max_spend=5.0)
    assert [reference.view for reference in later.references()] == ["full", "back"]


def test_a_check_is_made_once_and_said_again(production: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ck.open_studio(production, run="checks", max_spend=5.0).views("ada")

    def never(*_: object) -> None:
        raise AssertionError("measured again")

    monkeypatch.setattr(ViewScorer, "score", never)
    again = ck.open_studio(production, run="checks", max_spend=5.0).views("ada")
    assert [view.check for view in again.views] == [view.check for view in first.views]


def test_takes_and_the_manifest_name_the_version_of_the_sheet(production: Path) -> None:
    studio = ck.open_studio(production, run="versions", max_spend=5.0)
    old = studio.cast["ada"].digest
    assert studio.shoot()[1].sheets == (("Ada", old),)
    studio.report()
    manifest = json.loads((studio.place.folder / "manifest.json").read_text("utf-8"))
    assert [take["sheets"] for take in manifest["takes"]] == [{}, {"Ada": old}]


def test_a_change_that_reaches_no_prompt_does_not_make_old_takes_newer(production: Path) -> None:
    studio = ck.open_studio(production, run="voice", max_spend=5.0)
    old = studio.cast["ada"].digest
    studio.shoot()
    file = sheet_file(production)
    file.write_text(file.read_text("utf-8") + 'palette: {red: "#cc0000"}\n', encoding="utf-8")
    later = ck.open_studio(production, run="voice", max_spend=5.0)
    assert later.cast["ada"].digest != old
    later.shoot()
    assert later.takes()[1].sheets == (("Ada", old),)


def test_a_locked_sheet_that_changed_is_kept_when_it_is_used(production: Path) -> None:
    studio = ck.open_studio(production, run="lock", max_spend=5.0)
    studio.references()
    assert not studio.history("ada")
    studio.lock("ada", note="approved")
    file = sheet_file(production)
    file.write_text(file.read_text("utf-8").replace("black", "white"), encoding="utf-8")
    later = ck.open_studio(production, run="lock", max_spend=5.0)
    assert later.history("ada").state(later.cast["ada"]) == "changed since version 1"
    later.references()
    assert [(one.number, one.kept) for one in later.history("ada")] == [(1, "locked"), (2, "used")]
    assert "black" in later.history("ada").sheet(1).locked_text()


def test_a_real_persons_consent_that_ended_stops_everything_before_a_request(production: Path) -> None:
    sheet_file(production).write_text(
        SHEET + "likeness: {real_person: true, consent: by letter, until: 2026-11-21}\n", encoding="utf-8"
    )
    studio = ck.open_studio(production, run="consent", max_spend=5.0)
    for verb in (studio.references, studio.plan, lambda: studio.candidates("ada"), lambda: studio.views("ada")):
        with pytest.raises(UsageError, match=r"consent does not hold on 2026-11-22 \(by letter"):
            verb()
    assert studio.spend.committed == 0


def test_a_designed_character_goes_out_with_its_views_and_says_that_they_are_simulated(
    production: Path, tmp_path: Path
) -> None:
    studio = ck.open_studio(production, run="out", max_spend=5.0)
    record = studio.export_character("ada", tmp_path / "ada.char", licence="CC0-1.0")
    assert record.simulated
    found = import_character(tmp_path / "ada.char", tmp_path / "theirs", on=studio._settings.today).sheet
    good = [view.wish.view for view in studio.views("ada").views if view.good]
    assert [picture.view for picture in found.references] == good
    assert all(picture.simulated for picture in found.references)


def test_simulated_pictures_of_a_sheet_stay_simulated_as_references(production: Path) -> None:
    Image.new("RGB", (600, 800), "#cc3311").save(production / "characters" / "me.png")
    sheet_file(production).write_text(
        SHEET + "references:\n  - {file: me.png, view: full, simulated: true}\n", encoding="utf-8"
    )
    assert CharacterSheet.load(sheet_file(production)).references[0].simulated
    assert all(reference.simulated for reference in ck.open_studio(production, run="own").references())


class TestWhatADesignUploads:
    """Views fed back are pictures of a character on their way to a service, like any other."""

    @pytest.fixture
    def studio(self, production: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ck.Studio:
        """A run whose image route refuses photoreal faces, and a character who is photoreal."""
        (tmp_path / "routes.yaml").write_text(
            "routes:\n  picky-pictures:\n    like: nano-banana-2.1\n    model: gemini-nano-banana-2.1\n"
            "    capabilities:\n      likeness: {value: {photoreal_faces: false}, as_of: 2026-11-22, "
            "source: made for this test, confidence: convention}\n"
            "    price: {value: {unit: image, usd: {1K: 0.001}}, as_of: 2026-11-22, source: made for this test, "
            "confidence: convention}\n",
            encoding="utf-8",
        )
        monkeypatch.setenv("CHARKIT_ROUTES", str(tmp_path / "routes.yaml"))
        monkeypatch.setenv("CHARKIT_WEIGHTS", str(tmp_path / "no weights"))
        sheet_file(production).write_text(SHEET.replace("name: Ada\n", "name: Ada\nkind: photoreal\n"), "utf-8")
        return ck.open_studio(production, run="vetted", max_spend=5.0)

    def test_is_stopped_before_it_is_uploaded(self, studio: ck.Studio) -> None:
        assert studio.candidates("ada", count=1)[0].ok  # words alone
        with pytest.raises(PreflightStopped, match=r"ada\.face: .*Ada, full: picky-pictures refuses photoreal") as no:
            studio.views("ada", ["face"])
        assert "Ways round: " in str(no.value)
        assert studio.spend.committed == 1000  # the candidate alone, in micro-dollars
        stopped = json.loads((studio.place.folder / "preflight-designs.json").read_text("utf-8"))
        assert stopped["preflight"]["findings"][0]["rule"] == "likeness.photoreal"

    def test_cannot_be_overridden_where_the_service_refuses(self, studio: ck.Studio) -> None:
        with pytest.raises(PreflightStopped):
            studio.views("ada", ["face"])
        stopped = json.loads((studio.place.folder / "preflight-designs.json").read_text("utf-8"))
        found = Finding(**{**stopped["preflight"]["findings"][0], "evidence": ()})
        with pytest.raises(UsageError, match="cannot be overridden"):
            studio.override(found.id, reason="they are twins")

    def test_what_was_made_before_is_shown_again_without_a_question(
        self, production: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        studio = ck.open_studio(production, run="before", max_spend=5.0)
        made = studio.views("ada", ["face"])

        def never(*_: object, **__: object) -> None:
            raise AssertionError("asked again")

        monkeypatch.setattr("charkit.studio.preflighting.preflight", never)
        assert (
            ck.open_studio(production, run="before", max_spend=5.0).views("ada", ["face"])[1].digest == made[1].digest
        )
