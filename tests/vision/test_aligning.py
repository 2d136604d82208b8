"""Tilted faces come out upright: real pictures, the real detector."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from charkit.media.images import open_upright
from charkit.vision import Face, FaceFinder, Faces
from charkit.vision.aligning import closer, tilt
from charkit.weights import Weights

SHARED = Path(__file__).resolve().parents[3] / "shared" / "media"


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    if not (SHARED / "weights" / "face_detection_yunet_2023mar.onnx").is_file():
        pytest.skip("needs the real weights in ../shared/media/weights, which are not there")
    pytest.importorskip("cv2", reason="SKIPPED: OpenCV is not installed")
    return FaceFinder(Weights.open(SHARED / "weights"))


def tilted(name: str, degrees: int) -> np.ndarray:
    file = SHARED / "images" / f"{name}.png"
    if not file.is_file():
        pytest.skip(f"needs the real picture {file.name} in ../shared/media/images, which is not there")
    picture = open_upright(file).convert("RGB")
    return np.asarray(picture.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=(128, 128, 128)))


@pytest.mark.parametrize("degrees", [-30, 25])
@pytest.mark.parametrize("name", ["face_photo", "face_ai_portrait"])
def test_the_landmarks_of_a_tilted_face_follow_the_tilt_after_a_nearer_look(finder, name: str, degrees: int) -> None:
    upright, turned = tilted(name, 0), tilted(name, degrees)
    before = tilt(closer(upright, finder.find(upright).found[0], finder))
    first = finder.find(turned).found[0]
    nearer = closer(turned, first, finder)
    assert abs(tilt(nearer) + degrees - before) < 5
    assert (nearer.left, nearer.width, nearer.score) == (first.left, first.width, first.score)


def test_the_first_look_at_a_face_of_a_hundred_pixels_misses_most_of_its_tilt(finder) -> None:
    turned = tilted("face_photo", -30)
    first = finder.find(turned).found[0]
    assert tilt(first) < 15 < 25 < tilt(closer(turned, first, finder))


def test_an_upright_face_keeps_its_landmarks_nearly(finder) -> None:
    picture = tilted("face_photo", 0)
    first = finder.find(picture).found[0]
    apart = np.array(closer(picture, first, finder).landmarks) - np.array(first.landmarks)
    assert np.abs(apart).max() < 0.08 * first.size


class Nobody:
    def find(self, rgb: np.ndarray) -> Faces:
        return Faces()


class Elsewhere:
    """Finds a face in the corner only: somebody else's."""

    def find(self, rgb: np.ndarray) -> Faces:
        return Faces(found=(Face(left=0, top=0, width=120, height=120, landmarks=((1.0, 1.0),) * 5, score=0.9),))


@pytest.mark.parametrize("finder", [Nobody(), Elsewhere()])
def test_where_the_nearer_look_finds_nothing_the_face_stays_as_it_was(finder) -> None:
    pytest.importorskip("cv2", reason="SKIPPED: OpenCV is not installed")
    face = Face(
        left=50, top=50, width=80, height=90, landmarks=((70, 80), (100, 82), (85, 95), (72, 115), (98, 116)), score=0.9
    )
    assert closer(np.zeros((200, 200, 3), np.uint8), face, finder) == face


def test_the_lean_of_the_eyes_is_the_tilt() -> None:
    face = Face(left=0, top=0, width=9, height=9, landmarks=((0, 0), (4, 4), (2, 3), (0, 5), (4, 9)), score=0.9)
    assert tilt(face) == pytest.approx(45)
