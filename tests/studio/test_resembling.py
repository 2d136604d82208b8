"""Whose colours are alike: drawn figures, and pictures of which nothing can be said."""

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from charkit.errors import BadWeights
from charkit.scoring.embedding import Spot, Spots
from charkit.studio.resembling import AnimeResemblance, ColourResemblance, FaceResemblance
from charkit.vision import Face, FaceFinder, FaceRecogniser, Faces
from charkit.weights import Weights

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


class Seeing:
    """Finds the faces that it was told of."""

    problem = ""

    def __init__(self, *turns: float) -> None:
        self.faces = tuple(
            Face(
                left=0, top=0, width=9, height=9, landmarks=((0, 0), (4, 0), (2 + 4 * t, 3), (0, 5), (4, 5)), score=0.9
            )
            for t in turns
        )

    def find(self, rgb: np.ndarray) -> Faces:
        return Faces(found=self.faces)


class Naming:
    """Gives a face the mean colour of its picture as its vector."""

    problem = ""

    def encode(self, rgb: np.ndarray, faces: list[Face]) -> np.ndarray:
        colour = rgb.reshape(-1, 3).mean(axis=0)
        return np.array([colour / np.linalg.norm(colour)] * len(faces), np.float32)


class Refusing:
    problem = "sface: was altered"

    def encode(self, rgb: np.ndarray, faces: list[Face]) -> np.ndarray:
        raise BadWeights("was altered", file="sface")


def plain(*colour: int) -> np.ndarray:
    return np.full((64, 64, 3), colour, np.uint8)


def test_faces_are_compared_by_their_vectors() -> None:
    faces = FaceResemblance(Seeing(0.0), Naming())
    red, pink, blue = (faces.see(plain(*colour)) for colour in ((200, 10, 10), (200, 30, 30), (10, 10, 200)))
    assert faces.alike(red, pink) > 0.9 > faces.line > faces.alike(red, blue)
    with pytest.raises(TypeError, match="faces only"):
        faces.alike(red, "blue")


@pytest.mark.parametrize("turns", [(), (0.0, 0.0), (0.8,)], ids=["nobody", "two", "turned away"])
def test_only_one_frontal_face_is_somebodys(turns: tuple[float, ...]) -> None:
    assert FaceResemblance(Seeing(*turns), Naming()).see(plain(9, 9, 9)) is None


def test_without_good_weights_nobody_is_compared_and_the_reason_is_there(tmp_path: Path) -> None:
    assert FaceResemblance(Seeing(0.0), Refusing()).see(plain(9, 9, 9)) is None
    nothing = Weights.open(tmp_path)
    faces = FaceResemblance(FaceFinder(nothing), FaceRecogniser(nothing))
    assert faces.see(plain(9, 9, 9)) is None
    assert "charkit weights get yunet" in faces.problem
    assert FaceResemblance(Seeing(0.0), Refusing()).problem == "sface: was altered"


class DrawnEye:
    problem = ""
    label = "an eye"

    def in_reference(self, rgb: np.ndarray, alpha: object) -> Spots:
        vector = np.array([1.0, 0.0]) if rgb.mean() > 127 else np.array([0.0, 1.0])
        return Spots(found=(Spot(vector=vector, shown=np.ones(rgb.shape[:2], bool)),))


def test_drawn_characters_are_compared_by_their_features() -> None:
    drawn = AnimeResemblance(DrawnEye())  # type: ignore[arg-type]
    light, dark = (drawn.see(np.full((8, 8, 3), value, np.uint8)) for value in (200, 20))
    assert drawn.alike(light, light) == 1.0 > drawn.line
    assert drawn.alike(light, dark) == 0.5 < drawn.line
    with pytest.raises(TypeError):
        drawn.alike(light, None)


def test_without_weights_drawn_characters_are_not_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARKIT_WEIGHTS", str(tmp_path / "no weights"))
    drawn = AnimeResemblance()
    assert "weights" in drawn.problem
    assert drawn.see(np.zeros((8, 8, 3), np.uint8)) is None
