"""Shots made by hand: what is checked, what is pasted, and how a clip comes back in."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

import charkit as ck
from charkit.by_hand import Handwork, check_recording
from charkit.character import Cast, CharacterSheet
from charkit.errors import UnknownName, UnreadableMedia, UnsupportedRequest, UsageError
from charkit.providers.base import Outcome
from charkit.routes import RouteMatrix
from charkit.shots import Storyboard
from charkit.takes import Takes

if TYPE_CHECKING:
    from charkit.media.frames import Frame

TODAY = dt.date(2026, 11, 22)
MEDIA = Path(__file__).parents[2] / "shared" / "media"

STORYBOARD = """\
title: Two
style: flat colours
resolution: 360p
shots:
  - id: A1
    seconds: 1
    framing: wide
    place: the sea at night
    route: by-hand
  - id: A2
    seconds: 4
    place: a harbour
    characters: [Ada]
    action: Ada waves.
"""
SHEET = """\
name: Ada
kind: photoreal
locked: a woman with short black hair
likeness: {real_person: true, consent: "Ada, by e-mail of 2026-11-02"}
provider_ids: {by-hand: "@ada.lantern"}
"""


def with_yunet(monkeypatch: pytest.MonkeyPatch) -> None:
    if not (MEDIA / "weights" / "face_detection_yunet_2023mar.onnx").is_file():
        pytest.skip("needs the real weights in ../shared/media/weights, which are not there")
    monkeypatch.setenv("CHARKIT_WEIGHTS", str(MEDIA / "weights"))


def clip(path: Path, *, seconds: float = 4.0, size: tuple[int, int] = (1280, 720), comment: str = "") -> Path:
    """Write a clip of a moving square at 12 frames per second."""
    with av.open(str(path), "w") as out:
        if comment:
            out.metadata["comment"] = comment
        stream = out.add_stream("libx264", rate=12, options={"preset": "ultrafast"})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        for number in range(round(seconds * 12)):
            picture = np.full((size[1], size[0], 3), 40, np.uint8)
            picture[50:150, 4 * number : 4 * number + 100] = (200, 120, 40)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))
    return path


class TestTheRecording:
    def test_the_detector_looks_where_its_weights_are(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with_yunet(monkeypatch)
        found = check_recording(clip(tmp_path / "nobody.mp4"))
        assert found.unknown == ()
        assert "one clear front face in 0 of 12 frames" in found.problems[0]

    def test_a_real_clip_of_one_person_has_one_clear_front_face(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with_yunet(monkeypatch)
        found = check_recording(MEDIA / "clips" / "veo3_24fps_stereo48k_b.mp4")
        assert found.unknown == ()
        assert any("one clear front face in 12 of 12 frames" in word for word in found.found), found

    def test_a_good_one_fits_and_says_what_nobody_looked_at_and_how_to_change_that(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CHARKIT_WEIGHTS", str(tmp_path / "no weights"))
        found = check_recording(clip(tmp_path / "ada.mp4"))
        assert found.ok
        assert found.unknown[0].startswith("whether it shows one clear front face: ")
        assert "charkit weights get yunet" in found.unknown[0]
        assert "1280x720, 4.0 s, whole" in found.found
        assert "fits, as far as it was checked" in found._repr_mimebundle_()["text/html"]

    @pytest.mark.parametrize(
        ("seconds", "size", "said"),
        [
            (2.0, (1280, 720), "3 to 10 s are taken: record a longer one"),
            (11.0, (1280, 720), "3 to 10 s are taken: cut it"),
            (4.0, (640, 360), "its shorter side has 360 pixels"),
        ],
    )
    def test_what_an_app_would_refuse_is_said_with_what_to_do(
        self, tmp_path: Path, seconds: float, size: tuple[int, int], said: str
    ) -> None:
        found = check_recording(clip(tmp_path / "ada.mp4", seconds=seconds, size=size))
        assert not found.ok
        assert any(said in problem for problem in found.problems)
        assert said in repr(found)

    def test_one_that_is_cut_off_is_refused(self, tmp_path: Path) -> None:
        whole = clip(tmp_path / "ada.mp4").read_bytes()
        (tmp_path / "cut.mp4").write_bytes(whole[: len(whole) // 2])
        with pytest.raises(UnreadableMedia):
            check_recording(tmp_path / "cut.mp4")

    @pytest.mark.parametrize(
        ("faces", "ok", "said"),
        [
            ([1] * 12, True, "one clear front face in 12 of 12"),
            ([1] * 9 + [0] * 3, False, "look into the camera"),
            ([2] * 12, False, "nobody else may be in the picture"),
        ],
    )
    def test_a_detector_decides_about_the_face(self, tmp_path: Path, faces: list[int], ok: bool, said: str) -> None:
        seen = iter(faces)
        found = check_recording(clip(tmp_path / "ada.mp4"), count_faces=lambda frame: next(seen))
        assert found.ok is ok
        assert found.unknown == ()
        assert any(said in word for word in (*found.found, *found.problems))

    @pytest.mark.media
    def test_a_real_portrait_has_one_face_and_a_castle_none(self, tmp_path: Path) -> None:
        weights = MEDIA / "weights" / "face_detection_yunet_2023mar.onnx"
        if not weights.is_file():
            pytest.skip("SKIPPED: the real pictures and the face detector's weights are not in ../shared/media")
        cv2 = pytest.importorskip("cv2", reason="SKIPPED: opencv is not installed")
        from PIL import Image

        def count(frame: Frame) -> int:
            height, width = frame.rgb.shape[:2]
            found = cv2.FaceDetectorYN.create(str(weights), "", (width, height), 0.8).detect(
                frame.rgb[..., ::-1].copy()
            )
            return 0 if found[1] is None else len(found[1])

        for picture, ok in (("face_photo.png", True), ("noface_castle.png", False)):
            image = np.asarray(Image.open(MEDIA / "images" / picture).convert("RGB").resize((720, 720)))
            path = tmp_path / f"{picture}.mp4"
            with av.open(str(path), "w") as out:
                stream = out.add_stream("libx264", rate=12)
                stream.width = stream.height = 720
                stream.pix_fmt = "yuv420p"
                for _ in range(48):
                    out.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
                out.mux(stream.encode(None))
            assert check_recording(path, count_faces=count).ok is ok


def handwork(sheet: CharacterSheet, *, simulated: bool = False) -> Handwork:
    shots = [
        {"id": "A1", "seconds": 1, "place": "the sea", "route": "by-hand"},
        {"id": "A2", "seconds": 4, "place": "a harbour", "characters": ["Ada"], "action": "Ada waves."},
    ]
    return Handwork(
        storyboard=Storyboard.model_validate({"title": "T", "style": "ink", "resolution": "360p", "shots": shots}),
        cast=Cast((sheet,)),
        matrix=RouteMatrix.load(),
        production="two",
        run="r",
        resolution="360p",
        day=TODAY,
        simulated=simulated,
    )


ADA = CharacterSheet(name="Ada", locked="a woman", provider_ids={"by-hand": "@ada.lantern"})


class TestThePrompt:
    def test_it_is_the_locked_text_with_the_handle_and_what_to_choose(self) -> None:
        prompt = handwork(ADA).prompt("A2")
        assert "Ada (@ada.lantern): a woman." in prompt.text
        assert (prompt.seconds, prompt.size, prompt.handles) == (4, "640x360", (("Ada", "@ada.lantern"),))
        assert "@ada.lantern" in prompt._repr_mimebundle_()["text/html"]
        assert repr(prompt) == "<PastePrompt A2: 4 s, 640x360, Ada as @ada.lantern>"

    def test_a_character_without_a_handle_is_refused_with_what_to_write(self) -> None:
        with pytest.raises(UnsupportedRequest, match="provider_ids: {by-hand: '@handle'}"):
            handwork(CharacterSheet(name="Ada", locked="a woman")).prompt("A2")
        assert handwork(CharacterSheet(name="Ada", locked="a woman")).prompt("A1").handles == ()

    def test_an_unknown_shot_is_refused_with_the_nearest(self) -> None:
        with pytest.raises(UnknownName, match="A2"):
            handwork(ADA).prompt("A22")


def test_the_simulator_s_clip_cannot_stand_in_a_run_that_pays(tmp_path: Path) -> None:
    drawn = clip(tmp_path / "a.mp4", size=(64, 64), comment="SIMULATED: made by the charkit simulator")
    with pytest.raises(UsageError, match="drawn by the simulator"):
        handwork(ADA).bring("A1", drawn, app="app", takes=Takes())
    assert handwork(ADA, simulated=True).bring("A1", drawn, app="app", takes=Takes()).order.number == 1


def test_a_picture_is_no_clip(tmp_path: Path, picture) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    with pytest.raises((UsageError, UnreadableMedia)):
        handwork(ADA).bring("A1", tmp_path / "a.png", app="app", takes=Takes())


@pytest.fixture
def studio(tmp_path: Path, simulator: str, monkeypatch: pytest.MonkeyPatch) -> ck.Studio:
    for name, value in {"SIMULATOR_URL": simulator, "PROGRESS": "off", "TODAY": "2026-11-22"}.items():
        monkeypatch.setenv(f"CHARKIT_{name}", value)
    monkeypatch.delenv("CHARKIT_DATA", raising=False)
    home = tmp_path / "data" / "productions" / "two"
    (home / "characters").mkdir(parents=True)
    (home / "storyboard.yaml").write_text(STORYBOARD, encoding="utf-8")
    (home / "characters" / "ada.yaml").write_text(SHEET, encoding="utf-8")
    return ck.open_studio(home, run="r", max_spend=1.0)


class TestComingBackIn:
    def test_before_the_clip_is_there_the_take_says_what_to_do_and_nothing_is_spent(self, studio: ck.Studio) -> None:
        plan = studio.plan()
        before = studio.spend.committed
        (take,) = studio._make([studio._filming.order(plan["A1"], 1)])
        assert take.outcome is Outcome.FAILED
        assert "charkit by-hand import" in take.message
        assert studio.spend.committed == before

    def test_a_clip_becomes_a_take_like_any_other_with_where_it_came_from(
        self, studio: ck.Studio, tmp_path: Path
    ) -> None:
        brought = clip(tmp_path / "from-the-app.mp4", size=(640, 360))
        (take,) = studio.bring_in("A2", brought, app="some-app 2.1")
        assert take.ok
        assert (take.id, take.route, take.model, take.price_usd) == ("A2-t2", "by-hand", "some-app 2.1", 0.0)
        assert (take.width, take.height, take.seconds) == (640, 360, 4.0)
        assert [(s.field, s.name, s.character) for s in take.sent] == [("prompt", "@ada.lantern", "Ada")]
        assert take.path.read_bytes() == brought.read_bytes()
        raw = json.loads(studio._ledger.history(take.job_id)[-1].raw)["by hand"]
        assert raw["file"] == "from-the-app.mp4"
        assert raw["digest"] == take.digest
        assert raw["handle of Ada"] == "@ada.lantern"
        assert raw["consent of Ada"] == "Ada, by e-mail of 2026-11-02"
        assert [t.id for t in studio.takes()] == ["A2-t2"]

    def test_the_same_clip_again_is_the_same_take_and_another_one_the_next(
        self, studio: ck.Studio, tmp_path: Path
    ) -> None:
        first = clip(tmp_path / "a.mp4", size=(640, 360), seconds=1)
        (take,) = studio.bring_in("A1", first, app="app")
        assert take.id == "A1-t1"  # the storyboard makes this shot by hand: it is what shooting finds
        assert [again.id for again in studio.bring_in("A1", first, app="app")] == ["A1-t1"]
        other = clip(tmp_path / "b.mp4", size=(640, 360), seconds=1.5)
        assert [take.id for take in studio.bring_in("A1", other, app="app")] == ["A1-t2"]
        plan = studio.plan()
        (shot,) = studio._make([studio._filming.order(plan["A1"], 1)])
        assert shot.digest == take.digest

    def test_what_differs_from_the_plan_is_noted_on_the_take(self, studio: ck.Studio, tmp_path: Path) -> None:
        (take,) = studio.bring_in("A1", clip(tmp_path / "a.mp4", size=(64, 64), seconds=4), app="app")
        assert "64×64 pixels came, 640×360 were asked for" in take.message
        assert "4.0 s came, 1 s were asked for" in take.message
