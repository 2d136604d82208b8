"""Clips that a shot asks for: cut to its route, or left out by name, and in the request's bytes."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from charkit.character import Cast
from charkit.errors import BadReference, UnsupportedRequest
from charkit.media.probe import probe
from charkit.plan import Plan, plan_film, prompt_on
from charkit.providers.omni_request import compose as omni
from charkit.providers.video_dialects import dialect
from charkit.providers.video_form import compose as form
from charkit.references import ClipCutter
from charkit.routes import RouteMatrix
from charkit.shots import Storyboard
from charkit.store import Store
from charkit.takes.orders import Order, request_text

MATRIX = RouteMatrix.load()
TODAY = MATRIX.routes["omni-1.2"].status.as_of
BOARD = """\
title: Two
style: flat
shots:
  - id: A1
    seconds: 4
    place: a pier
    route: omni-1.2
    characters: [Mira]
    clips:
      - {file: clips/walk.mp4, character: mira, start: 1.0}
      - {file: clips/walk.mp4, character: Mira, seconds: 1.5}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A production with a clip of five seconds, and the same clip outside of it."""
    home = tmp_path_factory.mktemp("clips") / "two"
    (home / "characters").mkdir(parents=True)
    (home / "clips").mkdir()
    (home / "characters" / "mira.yaml").write_text("name: Mira\nlocked: a girl in yellow\n", encoding="utf-8")
    with av.open(str(home / "clips" / "walk.mp4"), "w") as out:
        video = out.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        video.width, video.height, video.codec_context.gop_size = 320, 256, 12
        for index in range(5 * 24):
            frame = av.VideoFrame.from_ndarray(np.full((256, 320, 3), index % 200, np.uint8), format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 24)
            out.mux(video.encode(frame))
        out.mux(video.encode())
    (home.parent / "walk.mp4").write_bytes((home / "clips" / "walk.mp4").read_bytes())
    return home


def board(home: Path, text: str = BOARD) -> Storyboard:
    (home / "storyboard.yaml").write_text(text, encoding="utf-8")
    return Storyboard.load(home / "storyboard.yaml", Cast.load(home / "characters"))


def planned(home: Path, text: str = BOARD, route: str = "") -> Plan:
    script = board(home, text)
    cast = Cast.load(home / "characters")
    cutter = ClipCutter(Store(home.parent / "store"), home)
    chosen = {"A1": route} if route else {}
    return plan_film(script, cast, (), MATRIX, on=TODAY, cutter=cutter, chosen=chosen)


def test_a_clip_goes_out_on_omnis_wire_cut_to_its_length_and_cited(home: Path) -> None:
    plan = planned(home)
    shot = plan["A1"]
    assert [2.0 < clip.seconds <= 3.0 for clip in shot.clips] == [True, False]
    assert [round(clip.start, 2) for clip in shot.clips] == [1.0, 0.0]
    assert shot.reasons[-2].startswith("Mira, clip clips/walk.mp4: 3.00 s from 1.00 s")
    assert shot.prompt.text.startswith("[# References <VIDEO_REF_0>@Video1 <VIDEO_REF_1>@Video2]")
    assert "Mira (<VIDEO_REF_0>, <VIDEO_REF_1>): a girl in yellow" in shot.prompt.text
    assert "The reference clips show who the characters are" in shot.prompt.text
    sent = omni(shot.request(1))
    parts = sent.body["input"][0]["content"]  # type: ignore[index]
    assert [part["type"] for part in parts] == ["video", "video", "text"]
    assert parts[0]["mime_type"] == "video/mp4"
    assert base64.b64decode(parts[0]["data"]) == shot.clips[0].path.read_bytes()
    assert sent.body["generation_config"]["video_config"]["task"] == "reference_to_video"  # type: ignore[index]
    assert [(one.name, one.digest, one.character) for one in sent.sent] == [
        ("<VIDEO_REF_0>", shot.clips[0].digest, "Mira"),
        ("<VIDEO_REF_1>", shot.clips[1].digest, "Mira"),
    ]
    assert "nothing but words carries" not in " ".join(shot.warnings)


def test_a_clips_bytes_are_part_of_the_request_key_and_of_the_plans_digest(home: Path) -> None:
    one, other = planned(home)["A1"], planned(home, BOARD.replace("start: 1.0", "start: 2.0"))["A1"]
    texts = []
    for shot in (one, other):
        order = Order(
            production="p", run="r", subject="A1", route=shot.route, endpoint=shot.endpoint, kind="video",
            request=shot.request(1), price_usd=shot.price_usd, simulated=True,
        )  # fmt: skip
        texts.append(json.loads(request_text(order))["references"])
    assert texts[0][0] == {"role": "character", "character": "Mira", "view": "clip", "digest": one.clips[0].digest}
    assert texts[0] != texts[1]
    assert one.digest != other.digest


def test_a_plan_with_clips_moves_with_its_folder(home: Path, tmp_path: Path) -> None:
    plan = planned(home)
    plan.save(tmp_path / "plan.json")
    again = Plan.load(tmp_path / "plan.json")
    assert again["A1"].request(1).references[0].blob.digest == plan["A1"].clips[0].digest
    assert all(still.is_file() for clip in again["A1"].clips for still in clip.stills)


def test_on_h3_a_clip_is_a_video_file_with_its_label(home: Path) -> None:
    script, cast = board(home), Cast.load(home / "characters")
    cutter = ClipCutter(Store(home.parent / "store"), home)
    route = MATRIX.routes["h3-vllm"]
    priced = route.model_copy(update={"price": MATRIX.routes["by-hand"].price})
    matrix = replace(MATRIX, routes={**MATRIX.routes, "h3-vllm": priced})
    plan = plan_film(script, cast, (), matrix, on=TODAY, cutter=cutter, chosen={"A1": "h3-vllm"}, resolution="720p")
    shot = plan["A1"]
    assert len(shot.clips) == 1  # the second, of 1.5 s, is under the two seconds that the server wants
    assert "1.5" in shot.left_out[-1] or "2 to 15 s" in shot.left_out[-1]
    assert shot.prompt.text.startswith("<Video 1> is Mira, in motion.")
    sent = form(dialect("vllm-omni"), shot.request(1))
    assert [(name, blob.media_type) for name, blob in sent.files] == [("input_references", "video/mp4")]
    assert json.loads(str(sent.body["extra_params"]))["task"] == "ref2va"
    assert sent.sent[0].name == "<Video 1>"
    with pytest.raises(UnsupportedRequest, match="references are image files"):
        form(dialect("hosted-vllm"), shot.request(1))


def test_a_route_without_clips_names_what_it_leaves_out(home: Path) -> None:
    shot = planned(home, route="veo-3.1-fast-vertex")["A1"]
    assert shot.clips == ()
    assert shot.left_out[-1] == "Mira, clip clips/walk.mp4: the route takes no clips"
    assert "left out: Mira, clip clips/walk.mp4: the route takes no clips" in shot.warnings


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("clips/walk.mp4", "clips/wlak.mp4"), "cannot be found beside the storyboard"),
        (("clips/walk.mp4", "clips/notes.mp4"), "notes.mp4"),
        (("clips/walk.mp4", "clips/link.mp4"), "leads out of the production's folder"),
        (("start: 1.0", "start: 60.0"), "has 0.00 s from 60 s on"),
    ],
)
def test_a_clip_that_cannot_be_used_is_left_out_with_the_reason(home: Path, change: tuple[str, str], says: str) -> None:
    (home / "clips" / "notes.mp4").write_bytes(b"no clip")
    link = home / "clips" / "link.mp4"
    if not link.is_symlink():
        link.symlink_to(home.parent / "walk.mp4")
    shot = planned(home, BOARD.replace(*change, 1))["A1"]
    assert len(shot.clips) == 1
    assert says in shot.left_out[-1]
    assert any(says in warning for warning in shot.warnings)


def test_more_clips_than_a_route_takes_are_named(home: Path) -> None:
    third = "\n".join(["      - {file: clips/walk.mp4, character: Mira, start: 0.5}"] * 3)
    shot = planned(home, BOARD + third + "\n")["A1"]
    assert len(shot.clips) == 3
    assert shot.left_out[-2:] == ("Mira, clip clips/walk.mp4: the route takes 3 clips",) * 2


def test_words_are_the_same_whether_clips_are_cut_or_only_counted(home: Path) -> None:
    script = board(home)
    said = prompt_on(MATRIX.routes["omni-1.2"], script["A1"], script, Cast.load(home / "characters"), ())
    assert said.text == planned(home)["A1"].prompt.text


def test_a_clip_is_cut_once_and_a_changed_one_is_refused(home: Path) -> None:
    cutter, cast = ClipCutter(Store(home.parent / "store"), home), Cast.load(home / "characters")
    limits = MATRIX.routes["omni-1.2"].capabilities.clips
    assert limits is not None

    def cut() -> object:
        return cutter(home / "clips" / "walk.mp4", character=cast["mira"], limits=limits.value, start=0.0, seconds=None)

    assert cut() is cut()
    reference = planned(home)["A1"].clips[0]
    assert probe(reference.path).seconds == pytest.approx(reference.seconds)
    kept = reference.path.read_bytes()
    reference.path.chmod(0o644)
    reference.path.write_bytes(b"other")
    with pytest.raises(BadReference, match="is not the clip that was prepared"):
        reference.blob()
    reference.path.write_bytes(kept)
