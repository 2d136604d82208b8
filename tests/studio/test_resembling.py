"""Whose colours are alike: drawn figures, and pictures of which nothing can be said."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from charkit.references.preflight import Pictured
from charkit.studio.resembling import ColourResemblance

pytest.importorskip("cv2", reason="SKIPPED: OpenCV is not installed")


def figure(path: Path, hair: str, coat: str) -> Pictured:
    picture = Image.new("RGB", (300, 600), "#f4f1ea")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((90, 60, 210, 190), fill=hair)
    draw.rectangle((80, 180, 220, 420), fill=coat)
    draw.rectangle((95, 420, 205, 560), fill="#30323a")
    picture.save(path)
    return Pictured(name=path.stem, path=path, character=path.stem)


def test_the_same_colours_are_alike_and_others_are_not(tmp_path: Path) -> None:
    alike = ColourResemblance()
    mira = figure(tmp_path / "mira.png", "#b8602f", "#d9a22c")
    twin = figure(tmp_path / "twin.png", "#b8602f", "#d9a22c")
    other = figure(tmp_path / "other.png", "#224488", "#3a7d44")
    assert alike.between(mira, twin) > alike.line
    assert alike.between(mira, other) < alike.line


def test_of_a_picture_that_cannot_be_read_or_cut_out_it_cannot_tell(tmp_path: Path) -> None:
    alike = ColourResemblance()
    mira = figure(tmp_path / "mira.png", "#b8602f", "#d9a22c")
    Image.new("RGB", (300, 300), "#777777").save(tmp_path / "empty.png")
    assert alike.between(mira, Pictured(name="gone", path=tmp_path / "gone.png")) is None
    assert alike.between(mira, Pictured(name="empty", path=tmp_path / "empty.png")) is None
