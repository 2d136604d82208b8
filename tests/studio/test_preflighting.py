"""Preflight inside a run: it stops a shot before anything is uploaded, and says what a person decided against it."""

from __future__ import annotations

import datetime as dt
import json
import time
import urllib.request
from pathlib import Path

import pytest
from PIL import Image

import charkit as ck
from charkit.errors import PreflightStopped, UnknownName, UsageError
from charkit.references.preflight import Overrides
from charkit.studio.preflighting import preflight_files

pytestmark = pytest.mark.usefixtures("on_the_simulator", "no_weights")

ROUTES = """\
routes:
  picky:
    like: omni-1.2
    model: gemini-omni-1.2-flash
    capabilities:
      likeness:
        value: {photoreal_faces: false, drawn_faces: false}
        as_of: 2026-11-22
        source: made for this test
        confidence: convention
"""


@pytest.fixture
def no_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHARKIT_WEIGHTS", str(tmp_path / "no weights"))


def posts(simulator: str) -> int:
    with urllib.request.urlopen(f"{simulator}/control/record", timeout=10) as answer:  # noqa: S310
        found = json.load(answer)
    return sum(entry["method"] == "POST" for entry in found["requests"])


def with_pictures(production: Path, *names: str, kind: str = "drawn") -> Path:
    """Give Ada pictures of her own: the same one twice under each name."""
    from PIL import ImageDraw

    sheet = production / "characters" / "ada.yaml"
    lines = ["references:"]
    for number, name in enumerate(names):
        picture = Image.new("RGB", (600, 800), "white")
        draw = ImageDraw.Draw(picture)
        for step in range(10):
            draw.rectangle(
                (40 * step, 70 * step, 40 * step + 90, 70 * step + 60 + 20 * number), fill=(20 * step, 60, 90)
            )
        picture.save(production / "characters" / f"{name}.png")
        lines.append(f"  - {{file: {name}.png, view: {name}}}")
    text = sheet.read_text("utf-8").replace("name: Ada\n", f"name: Ada\nkind: {kind}\n")
    sheet.write_text(text + "\n".join(lines) + "\n", encoding="utf-8")
    return production


def on_route(production: Path, route: str) -> Path:
    board = production / "storyboard.yaml"
    text = board.read_text("utf-8").replace("    framing: medium\n", f"    framing: medium\n    route: {route}\n")
    board.write_text(text, encoding="utf-8")
    return production


def test_the_ordinary_run_is_not_stopped_and_hardly_slowed_down(production: Path) -> None:
    studio = ck.open_studio(production, run="plain", max_spend=5.0)
    plan = studio.plan()
    (studio.place.folder / "preflight.json").unlink()
    begun = time.perf_counter()
    found = studio.preflight(plan)
    assert time.perf_counter() - begun < 5.0  # generous: the machine may be busy
    assert found.stops == ()
    assert {take.outcome for take in studio.shoot(plan)} == {"succeeded"}


def test_it_is_asked_once_for_the_same_plan(production: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    studio = ck.open_studio(production, run="once", max_spend=5.0)
    plan = studio.plan()
    first = studio.preflight(plan)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("asked again")

    monkeypatch.setattr("charkit.studio.preflighting.preflight", never)
    assert ck.open_studio(production, run="once", max_spend=5.0).preflight(plan) == first


def test_without_weights_a_route_that_refuses_faces_stays_unknown_in_the_plan(
    production: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "routes.yaml").write_text(ROUTES, encoding="utf-8")
    monkeypatch.setenv("CHARKIT_ROUTES", str(tmp_path / "routes.yaml"))
    studio = ck.open_studio(on_route(with_pictures(production, "face"), "picky"), run="unknown", max_spend=5.0)
    plan = studio.plan()
    assert studio.preflight(plan).verdict == "unknown"
    assert any("preflight: Ada, face: nobody looked for faces" in warning for warning in plan["A2"].warnings)


class TestACopyOfSomebodyElse:
    @pytest.fixture
    def studio(self, production: Path) -> ck.Studio:
        with_pictures(production, "face")
        ada = production / "characters" / "ada.yaml"
        bert = ada.read_text("utf-8").replace("name: Ada", "name: Bert").replace("a girl", "a boy")
        (production / "characters" / "bert.yaml").write_text(bert, encoding="utf-8")
        return ck.open_studio(production, run="copy", max_spend=5.0)

    def test_stops_the_shot_before_any_upload(self, studio: ck.Studio, on_the_simulator: str) -> None:
        plan, before = studio.plan(), posts(on_the_simulator)
        with pytest.raises(
            PreflightStopped, match="A2: .*the same file: two characters would share one look"
        ) as stopped:
            studio.shoot(plan)
        assert "studio.override('copies.other-character-" in str(stopped.value)
        assert posts(on_the_simulator) == before
        assert len(studio.takes()) == 0

    def test_goes_out_with_a_recorded_reason_that_stands_in_plan_and_report(self, studio: ck.Studio) -> None:
        finding = studio.preflight().stops[0]
        with pytest.raises(UsageError, match="say why"):
            studio.override(finding.id, reason="")
        studio.override(finding.id, reason="they are twins")
        assert Overrides.load(studio.place.folder / "overrides.yaml").overrides[0].reason == "they are twins"
        plan = studio.plan()
        assert any("preflight, overridden (they are twins)" in warning for warning in plan["A2"].warnings)
        assert all(take.ok for take in studio.shoot(plan))
        page = studio.report().path.read_text("utf-8")
        assert "they are twins" in page
        assert "copies.other-character" in page

    def test_an_unknown_finding_is_named(self, studio: ck.Studio) -> None:
        with pytest.raises(UnknownName, match="no finding called"):
            studio.override("nothing-00000000", reason="because")


def test_a_fallback_that_preflight_stops_is_taken_out_of_the_plan(
    production: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from charkit.references.preflight import Finding, Preflight

    studio = ck.open_studio(with_pictures(production, "face"), run="fallback", max_spend=5.0)
    plan = studio.plan()
    others = [fallback.route for fallback in plan["A2"].fallbacks]
    assert others, "the plan has fallbacks to take out"
    stopped = Finding(rule="faces.any", level="error", says="no", hard=True, route=others[0], shots=("A2",))
    cleared = studio._preflights.cleared(plan, Preflight(findings=(stopped,)))
    assert [fallback.route for fallback in cleared["A2"].fallbacks] == others[1:]
    own = Finding(rule="faces.any", level="error", says="no", hard=True, route=plan["A2"].route, shots=("A2",))
    with pytest.raises(PreflightStopped, match="Ways round: another picture"):
        studio._preflights.cleared(plan, Preflight(findings=(own,)))


def test_files_are_counted_one_call_at_a_time_while_they_are_looked_at(tmp_path: Path, picture) -> None:
    files = [tmp_path / f"{number}.png" for number in range(5)]
    for number, file in enumerate(files):
        file.write_bytes(picture(64 + number, 64))
    told = []
    preflight_files(
        files, "omni-1.2", ck.RouteMatrix.load(), on=dt.date(2026, 11, 22), on_progress=lambda *news: told.append(news)
    )
    assert told == [(number, 5) for number in range(1, 6)]


class TestAClipOfACharacter:
    @pytest.fixture
    def studio(self, production: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ck.Studio:
        """A run whose shot brings a clip of Ada, on a route that takes clips and no human faces."""
        import av

        with_pictures(production, "face")
        with av.open(str(production / "walk.mp4"), "w") as out:
            video = out.add_stream("libx264", rate=12, options={"preset": "ultrafast"})
            video.width, video.height = 160, 128
            for _ in range(24):
                frame = av.VideoFrame.from_image(Image.effect_noise((160, 128), 80).convert("RGB"))
                out.mux(video.encode(frame))
            out.mux(video.encode())
        board = production / "storyboard.yaml"
        clip = "    clips: [{file: walk.mp4, character: Ada}]\n    framing: medium\n"
        board.write_text(board.read_text("utf-8").replace("    framing: medium\n", clip), encoding="utf-8")
        (tmp_path / "routes.yaml").write_text(ROUTES, encoding="utf-8")
        monkeypatch.setenv("CHARKIT_ROUTES", str(tmp_path / "routes.yaml"))
        return ck.open_studio(production, run="clip", max_spend=5.0, resolution="360p")

    def test_goes_out_and_stands_in_the_takes_record(self, studio: ck.Studio) -> None:
        plan = studio.plan()
        (clip,) = plan["A2"].clips
        takes = studio.shoot(plan)
        sent = {one.name: one.digest for one in next(t for t in takes if t.subject == "A2").sent}
        assert sent["<VIDEO_REF_0>"] == clip.digest
        assert set(sent) >= {"<IMAGE_REF_0>"}

    def test_is_held_against_the_routes_policy_by_its_stills(self, studio: ck.Studio) -> None:
        studio.choose_route("A2", "picky")
        plan = studio.replan()
        found = [one for one in studio.preflight(plan).of_shot("A2") if any("clip walk.mp4" in p for p in one.pictures)]
        assert found
        assert {one.route for one in found} == {"picky"}
        assert {one.rule for one in found} == {"faces.not-looked-for"}  # without weights nobody could
        assert any("1 of 3 stills" in picture for one in found for picture in one.pictures)
