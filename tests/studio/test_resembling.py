"""Whose colours are alike: drawn figures, and pictures of which nothing can be said."""

import sys

import numpy as np
import pytest
from PIL import Image, ImageDraw

from charkit.studio.resembling import ColourResemblance

pytest.importorskip("cv2", reason="SKIPPED: OpenCV is not installed")


def figure(hair: str, coat: str) -> np.ndarray:
    picture = Image.new("RGB", (300, 600), "#f4f1ea")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((90, 60, 210, 190), fill=hair)
    draw.rectangle((80, 180, 220, 420), fill=coat)
    draw.rectangle((95, 420, 205, 560), fill="#30323a")
    return np.asarray(picture)


def test_the_same_colours_are_alike_and_others_are_not() -> None:
    colours = ColourResemblance()
    mira, twin = (colours.see(figure("#b8602f", "#d9a22c")) for _ in range(2))
    other = colours.see(figure("#224488", "#3a7d44"))
    assert colours.alike(mira, twin) > colours.line
    assert colours.alike(mira, other) < colours.line


def test_of_a_picture_without_a_figure_it_sees_nothing() -> None:
    assert ColourResemblance().see(np.full((300, 300, 3), 119, np.uint8)) is None


def test_without_opencv_it_sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    assert ColourResemblance().see(figure("#b8602f", "#d9a22c")) is None


def test_only_colours_are_compared() -> None:
    with pytest.raises(TypeError, match="colours only"):
        ColourResemblance().alike("red", "blue")
