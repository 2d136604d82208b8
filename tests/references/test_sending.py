"""The contact sheet of what will be sent."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from charkit.character import CharacterSheet
from charkit.errors import UsageError
from charkit.references import ClipReference, Reference, prepare, sending
from charkit.routes import RouteMatrix
from charkit.store import Store

ROUTES = RouteMatrix.load().routes
MIRA = CharacterSheet(name="Mira", locked="a girl in yellow")


@dataclass(frozen=True)
class Planned:
    shot: str
    route: str
    references: tuple[Reference, ...] = ()
    clips: tuple[ClipReference, ...] = ()


def pictures(folder: Path, *views: str) -> tuple[Reference, ...]:
    made = []
    for view in views:
        Image.effect_noise((400, 300), 60).convert("RGB").save(folder / f"{view}.png")
        made.append(prepare(folder / f"{view}.png", view=view, character=MIRA, store=Store(folder / "store")))
    return tuple(made)


def test_every_picture_stands_with_its_place_tag_role_size_and_route(tmp_path: Path) -> None:
    face, back = pictures(tmp_path, "face", "back")
    plan = [Planned("S1", "omni-1.2", (face, back)), Planned("S2", "h3-vllm", (back,)), Planned("S3", "omni-1.2")]
    sheet = sending(plan, ROUTES, title="The Lantern")
    assert [(one.shot, one.place, one.tag, one.role, one.route) for one in sheet] == [
        ("S1", 1, "<IMAGE_REF_0>", "character", "omni-1.2"),
        ("S1", 2, "<IMAGE_REF_1>", "character", "omni-1.2"),
        ("S2", 1, "<Picture 1>", "character", "h3-vllm"),
    ]
    assert sheet.size == face.size + 2 * back.size
    assert repr(sheet).startswith("<ContactSheet: 3 pictures for 2 shots, ")
    assert len(sheet.of("S2")) == 1
    assert sheet[0].said[1].startswith("400x300 PNG, ")


def test_the_sheet_is_a_jpeg_with_a_cell_for_every_picture(tmp_path: Path) -> None:
    plan = [Planned("S1", "veo-3.1-vertex", pictures(tmp_path, "face", "back", "full"))]
    sheet = sending(plan, ROUTES)
    with Image.open(io.BytesIO(sheet.jpeg(columns=3, cell_width=100))) as image:
        assert image.format == "JPEG"
        assert image.width > 300
        assert image.height > 75
    assert sheet.save(tmp_path / "sheet.jpg").read_bytes()[:3] == b"\xff\xd8\xff"
    shown = sheet._repr_mimebundle_()["text/html"]
    assert "data:image/jpeg;base64," in shown
    assert sheet[0].said[2] == "no tag, character"


def test_a_sheet_shows_itself_even_where_a_picture_is_gone_or_none_goes_out(tmp_path: Path) -> None:
    (face,) = pictures(tmp_path, "face")
    face.path.unlink()
    assert "Mira, face" in sending([Planned("S1", "omni-1.2", (face,))], ROUTES)._repr_mimebundle_()["text/html"]
    empty = sending([Planned("S1", "omni-1.2")], ROUTES)
    assert "0 pictures" in empty._repr_mimebundle_()["text/html"]
    with pytest.raises(UsageError, match="no pictures go out"):
        empty.jpeg()


def test_a_clip_stands_on_the_sheet_by_its_middle_still(tmp_path: Path) -> None:
    (still,) = pictures(tmp_path, "face")
    clip = ClipReference(
        character="mira", name="Mira", path=tmp_path / "clip.mp4", digest="sha256:0", size=1200, width=320, height=256,
        seconds=2.5, fps=24, codec="h264", start=0.0, how="copied", origin="walk.mp4", stills=(still.path,),
    )  # fmt: skip
    shown = sending([Planned("S01", "omni-1.2", (still,), (clip,))], RouteMatrix.load().routes)
    assert [(one.kind, one.place, one.tag) for one in shown] == [
        ("picture", 1, "<IMAGE_REF_0>"),
        ("clip", 1, "<VIDEO_REF_0>"),
    ]
    assert shown[1].said[:2] == ("Mira, clip walk.mp4", "320x256 h264, 2.50 s, 1.2 kB")
    assert "1 picture and 1 clip for 1 shot" in repr(shown)
    assert "clip 1" in shown._repr_mimebundle_()["text/html"]
