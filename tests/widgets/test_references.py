"""The table of references: what goes out, cut by numbers, and decided on with a reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from charkit.references.preflight import Finding, Overrides, Preflight
from charkit.studio import Studio
from charkit.vision import Face, Faces
from charkit.widgets.references import ReferenceTable
from tests.studio.conftest import on_the_simulator  # noqa: F401  # a fixture
from tests.studio.pictured import open_three, prepared_run, write_pictured


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pictured(tmp_path_factory.mktemp("references"))


@pytest.fixture
def studio(home: Path, request: pytest.FixtureRequest, on_the_simulator: str) -> Studio:  # noqa: F811
    return prepared_run(home, request.node.name)


def test_a_shot_shows_what_its_route_gets_in_order_and_what_stays_behind(studio: Studio) -> None:
    table = ReferenceTable(studio)
    assert table.shot.value == "A2", "the first shot that sends pictures"
    assert table.plan is not None
    for one in table.plan["A2"].references:
        assert f"{one.name}, {one.view}" in table._sent.value
    assert table._sent.value.count("data:image/jpeg") == len(table.plan["A2"].references)
    table.shot.value = "A1"
    assert "goes out in words alone" in table._sent.value
    word_route = next(way.route for way in studio.ways("A2")[0].able if not way.references)
    studio.choose_route("A2", word_route)
    table.refresh()
    table.shot.value = "A2"
    assert "Left out" in table._sent.value
    assert "Ada, face" in table._sent.value


def test_sliders_draw_and_the_button_keeps_what_is_drawn(studio: Studio, home: Path) -> None:
    table = ReferenceTable(studio)
    table.picture.value = next(value for label, value in table.picture.options if "face" in label)
    before = table._drawn.value
    table.edges["right"].value = 0.8
    assert table._drawn.value != before
    assert "nothing is kept yet" in table._drawn.value
    assert not (studio.place.folder / "framing.yaml").exists()
    table.mode.value = "pad"
    table.crop.click()
    assert "is sent from now on" in table.line.value
    assert "as it is sent" in table._drawn.value
    assert "face" in table.picture.label, "the picture that was chosen stays chosen"
    again = ReferenceTable(open_three(home, studio.place.run))
    again.picture.value = table.picture.value
    assert again.edges["right"].value == pytest.approx(0.8, abs=0.01)
    assert again.mode.value == "pad"
    assert "(by hand)" in str(again.still())
    assert "Ada, face: the cut" in str(again.still())
    again.whole.click()
    assert again.edges["right"].value == 1.0
    assert again.whole.disabled


def test_edges_that_make_no_box_are_one_clear_line_and_nothing_is_kept(studio: Studio) -> None:
    table = ReferenceTable(studio)
    table.edges["left"].value = 0.9
    table.edges["right"].value = 0.1
    assert "left has to lie before right" in table._drawn.value
    table.crop.click()
    assert "a crop box is left, top, right, bottom" in table.line.value
    table.edges["right"].value = 1.0
    table.crop.click()
    assert "at least 256" in table.line.value
    assert table.failure is None
    assert not (studio.place.folder / "framing.yaml").exists()


def found(studio: Studio, **more: object) -> Preflight:
    one = studio.replan()["A2"].references[0]
    facts = {
        "rule": "faces.any",
        "level": "error",
        "says": "shows a face",
        "pictures": (f"{one.name}, {one.view}",),
        "digests": (one.digest,),
        "shots": ("A2",),
        "way_round": ("words alone",),
    }
    return Preflight(findings=(Finding(**{**facts, **more}),))  # type: ignore[arg-type]


def test_a_finding_is_overridden_with_a_reason_that_is_kept(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    told = found(studio)
    decisions = studio.place.folder / "overrides.yaml"
    monkeypatch.setattr(Studio, "preflight", lambda *_: Overrides.load(decisions).on(told))
    table = ReferenceTable(studio)
    assert "✗ error" in table._sent.value
    for said in ("shows a face", "words alone"):
        assert said in table._found.value
    table.override.click()
    assert "say why" in table.line.value
    assert not decisions.exists()
    table.reason.value = "she agreed in writing"
    table.override.click()
    assert Overrides.load(decisions).overrides[0].reason == "she agreed in writing"
    assert "she agreed in writing" in table._found.value
    assert table.finding.options == ()
    assert table.override.disabled


def test_what_the_service_itself_refuses_is_named_and_offered_to_nobody(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = found(studio, hard=True)
    monkeypatch.setattr(Studio, "preflight", lambda *_: told)
    table = ReferenceTable(studio)
    assert table.finding.options == ()
    assert table.override.disabled
    assert "no reason overrides them" in table._found.value


def test_faces_are_drawn_with_their_scores_and_nobody_looking_is_no_pass(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    blind = ReferenceTable(studio)
    looked = studio.seen_in(studio.replan()["A2"].references[0])
    if looked.faces.unknown:
        assert "unknown: nobody could look" in blind._sent.value
        assert "charkit weights get" in blind._sent.value
    face = Face(left=60, top=60, width=120, height=160, landmarks=((0, 0),) * 5, score=0.91)
    seen = replace(looked, faces=Faces(found=(face,)))
    monkeypatch.setattr(Studio, "seen_in", lambda *_: seen)
    table = ReferenceTable(studio)
    assert "0.91" in table._sent.value
    assert table._sent.value != blind._sent.value


def test_a_saved_notebook_shows_every_picture_once_and_what_was_found(studio: Studio, wire) -> None:
    table = ReferenceTable(studio)
    assert wire.total < 300_000
    still = str(table.still())
    assert table.plan is not None
    sent = {one.digest for shot in table.plan for one in shot.references}
    assert still.count('alt="Ada') == len(sent)
    assert "pictures, in order" in still
    assert "<script" not in still
    assert repr(table).startswith(f"<ReferenceTable 'Three': {len(sent)} pictures, preflight ")
